"""The note, the people and the fields that the made-up proposals are about."""

# ruff: noqa: E501 - a note's lines are as long as people write them

from __future__ import annotations

from datetime import UTC, date, datetime

from placet.customers.schema import Field, Option
from placet.web import views

NOW = datetime(2026, 11, 17, 11, 30, tzinfo=UTC)

NOTE = """Quarterly review call, H. Brandt
Tuesday 17 November 2026, 09:30 to 10:10. Present: H. Brandt, C. Amiel.

Portfolio review first. Performance in line, fees discussed, no questions on the Q3 report.

She told me that from January she steps back from the partnership and stays on as of counsel, two days a week. The firm buys her share; closing is expected in the second half of December. The proceeds come to us, all of it, she has already told the other bank.

We spoke about what that means. After the sale closes she does not want to be back at work because of a bad quarter. “I would rather sleep than chase another two percent,” she said, and asked to take the equity share down. I showed her the two model portfolios; she preferred the calmer one.

On timing: the money should work for three to five years, then the house in Ascona. If it goes well she may move there for good one day. Until then she wants to be able to draw 400,000 at short notice, for taxes and the renovation.

Her brother has asked her whether she would sign up for our newsletter. She did not say yes or no to that.

Practical: she prefers a phone call to email from now on, mornings. Next review in mid April, after the tax filing."""

HELENE = views.Customer(id="cHelene0000000000000a", name="Helene Brandt")
ARUN = views.Customer(id="cArun000000000000000b", name="Arun Mehta")
PAOLO = views.Customer(id="cPaolo00000000000000c", name="Paolo Castellani")
MARGRETHE = views.Customer(id="cMargrethe0000000000d", name="Margrethe Lund")
REVIEW = views.Source(id="sReview0000000000000a", title="Quarterly review call", occurred_on=date(2026, 11, 17))
LUNCH = views.Source(id="sLunch00000000000000b", title="Lunch at the office", occurred_on=date(2026, 11, 16))
READER = "note-reader 0.1"

STEPS = ("Capital preservation", "Conservative", "Balanced", "Growth", "Aggressive")
FIELDS = {
    each.key: each
    for each in (
        Field(key="occupation", label="Occupation", section="Work", type="text"),
        Field(
            key="channels",
            label="Contact channels",
            section="Person and contact",
            type="list",
            items="select",
            options=tuple(Option(value=v) for v in ("Email", "Phone", "Letter", "In person")),
        ),
        Field(
            key="riskAppetite",
            label="Risk appetite",
            section="Suitability",
            type="select",
            ordered=True,
            policy="reason",
            options=tuple(Option(value=v) for v in STEPS),
        ),
        Field(
            key="lossCapacity",
            label="Capacity for loss",
            section="Suitability",
            type="select",
            ordered=True,
            options=tuple(Option(value=v) for v in ("None", "Low", "Moderate", "High")),
        ),
        Field(key="horizon", label="Investment horizon", section="Suitability", type="text"),
        Field(
            key="liquidity",
            label="Liquidity need",
            section="Suitability",
            type="select",
            ordered=True,
            policy="reason",
            options=tuple(Option(value=v) for v in ("Low", "Medium", "High")),
        ),
        Field(key="objectives", label="Investment objectives", section="Suitability", type="list", multi=True),
        Field(key="sourceOfWealth", label="Source of wealth", section="Work", type="list", policy="dual", items="text"),
        Field(key="nextReview", label="Next review due", section="Review", type="date"),
        Field(key="address", label="Residential address", section="Person and contact", type="text"),
        Field(key="phone", label="Mobile phone", section="Person and contact", type="phone"),
        Field(key="email", label="Email", section="Person and contact", type="email"),
        Field(key="birth", label="Date of birth", section="Person and contact", type="date"),
        Field(key="trusted", label="Trusted contact", section="Person and contact", type="object"),
        Field(key="dependants", label="Dependants", section="Person and contact", type="integer", min=0, max=20),
        Field(
            key="notes",
            label="Relationship notes",
            section="Review",
            type="longtext",
            description="What the next person should know.",
        ),
        Field(key="pep", label="Politically exposed", section="Review", type="boolean"),
        Field(
            key="income",
            label="Income band",
            section="Work",
            type="select",
            ordered=True,
            options=tuple(
                Option(value=v)
                for v in ("Under 50k", "50k to 100k", "100k to 250k", "250k to 500k", "500k to 1m", "Over 1m")
            ),
        ),
        Field(key="iban", label="Account for interest", section="Review", type="text"),
    )
}
