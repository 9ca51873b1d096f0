"""Made-up proposals in every state, and cards of them opened."""

# ruff: noqa: E501 - one proposal to a line is easier to read

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from placet.artifacts.artifact_type import POLICY_SENTENCES
from placet.artifacts.card import Badge, Card
from placet.customers import fields
from placet.web import views
from placet.web.specimens.words import ARUN, FIELDS, HELENE, LUNCH, MARGRETHE, NOTE, NOW, PAOLO, READER, REVIEW


def minutes(ago: float) -> datetime:
    """A moment so many minutes before now."""
    return NOW - timedelta(minutes=ago)


def proposal(
    key: str,
    before: Any,
    after: Any,
    *,
    quote: str | None = None,
    source: views.Source = REVIEW,
    customer: views.Customer = HELENE,
    found: bool = True,
    confidence: str | None = "high",
    why: str | None = "First person, present tense, no hedge nearby.",
    badges: tuple[Badge, ...] = (),
    status: str = "pending",
    decision: views.Decision | None = None,
    held: str | None = None,
    number: int | None = None,
    ago: float = 125,
    when_proposed: str | None = None,
    may: tuple[str, ...] = ("accepted", "edited", "rejected"),
) -> views.Proposal:
    """A proposal for one field, worded by the code that words real ones."""
    field = FIELDS[key]
    pending = status == "pending"
    flags = list(badges)
    if field.policy == "reason" and pending:
        flags.append(Badge("reason", "Needs a reason"))
        held = held or "reason"
    if field.policy == "dual" and pending:
        flags.append(Badge("dual", "Two signatures"))
        held = held or "dual"
    text = (
        NOTE
        if source is REVIEW
        else "We had lunch. My new number ends in 21. We moved to Dufourstrasse 9 in Zürich in October; a third child is due."
    )
    at = text.find(quote) if quote and found else -1
    return views.Proposal(
        id=f"a{customer.name[:1]}{key}".ljust(21, "0"),
        type_label="Profile edit",
        status=status,
        card=Card(
            title=field.label,
            change=fields.change(field, before, after),
            now=fields.display(field, before),
            proposed=fields.display(field, after),
            when_proposed=when_proposed,
            policy=POLICY_SENTENCES[field.policy],
            badges=flags,
        ),
        proposed_at=minutes(ago),
        agent=READER,
        evidence=views.Evidence(
            quote=quote,
            verified=found,
            source=source,
            before=text[:at] if at >= 0 else "",
            after=text[at + len(quote) :] if at >= 0 else "",
            line=text[:at].count("\n") + 1 if at >= 0 else None,
        )
        if quote
        else None,
        confidence=confidence,
        why=why,
        customer=customer,
        batch_id="b-" + source.id,
        number=number,
        may=may if pending else (),
        needs_reason=field.policy == "reason",
        held=held if pending else None,
        decision=decision,
    )


def by(who: str, ago: float, **more: Any) -> views.Decision:
    """A decision so many minutes ago."""
    return views.Decision(by=who, at=minutes(ago), **more)


OCCUPATION = proposal(
    "occupation",
    "Partner, Kessler Brandt",
    "Of counsel, Kessler Brandt",
    quote="from January she steps back from the partnership and stays on as of counsel",
    number=1,
)
CHANNELS = proposal(
    "channels", ["Email"], ["Email", "Phone"], quote="she prefers a phone call to email from now on", number=6
)
RISK = proposal(
    "riskAppetite",
    "Balanced",
    "Conservative",
    quote="“I would rather sleep than chase another two percent,” she said, and asked to take the equity share down",
    number=3,
)
LIQUIDITY = proposal(
    "liquidity",
    "Low",
    "High",
    quote="she wants to be able to draw 400,000 at short notice",
    confidence="medium",
    why="The amount has no currency.",
    number=5,
)
WEALTH = proposal(
    "sourceOfWealth",
    ["Employment"],
    ["Employment", "Business sale"],
    quote="closing is expected in the second half of December",
    number=2,
)
REVIEWED = proposal(
    "nextReview",
    "2027-01-12",
    "2027-04-15",
    quote="Next review in mid April",
    why="A month is named, the day is the middle of it.",
    number=7,
)
HORIZON = proposal(
    "horizon",
    "5 to 10 years",
    "3 to 5 years",
    quote="the money should work for three to five years",
    status="edited",
    number=4,
    decision=by(
        "you",
        12,
        reason="She said three to five years. The agent read the Ascona date instead.",
        instead_of="1 to 3 years",
    ),
)
ASCONA = proposal(
    "address",
    "Seestrasse 41, 8002 Zürich",
    "Ascona",
    quote="If it goes well she may move there for good one day",
    status="rejected",
    number=8,
    decision=by("you", 14, reason="hypothetical"),
)
NOTE_PROPOSALS = (OCCUPATION, WEALTH, RISK, HORIZON, LIQUIDITY, CHANNELS, REVIEWED, ASCONA)
ADDRESS = proposal(
    "address",
    "Mühlebachstrasse 3, 8008 Zürich",
    "Dufourstrasse 9, 8008 Zürich",
    quote="We moved to Dufourstrasse 9",
    source=LUNCH,
    customer=ARUN,
    badges=(Badge("stale", "Stale"),),
    held="stale",
    when_proposed="Seestrasse 41, 8002 Zürich",
    ago=1500,
)
PHONE = proposal(
    "phone",
    "+41795550112",
    "+41795550121",
    quote="my new number ends in twenty-one",
    found=False,
    source=LUNCH,
    customer=ARUN,
    confidence="low",
    why="The digits are spelled out.",
    badges=(Badge("unverified", "Quote not found"),),
    ago=1500,
)
DEPENDANTS = proposal(
    "dependants",
    2,
    3,
    quote="a third child is due",
    source=LUNCH,
    customer=ARUN,
    ago=1500,
    confidence="medium",
    badges=(Badge("rival", "Rival"),),
)
FIRST = proposal(
    "email", None, "arun@mehta.example", quote=None, source=LUNCH, customer=ARUN, ago=1500, confidence=None, why=None
)
ODD = proposal(
    "iban",
    None,
    "CH93 0076 2011 6238 5295 7 for \u202ePаypal\u202c\u200b GmbH",
    quote="My new number ends in 21",
    source=LUNCH,
    customer=PAOLO,
    ago=4400,
)
CLEARED = proposal(
    "trusted",
    {"name": "Luca Castellani", "relation": "brother"},
    None,
    quote="My new number ends in 21",
    source=LUNCH,
    customer=PAOLO,
    ago=4400,
    confidence="medium",
)
LONG = proposal(
    "notes",
    "Prefers mornings. Meets in person twice a year, in Lugano or Milan, and wants written notes within two days.",
    "Prefers mornings. Meets in person four times a year, in Lugano or Milan, with his daughter Chiara, and wants written notes within one day.",
    quote="We had lunch",
    source=LUNCH,
    customer=PAOLO,
    ago=4400,
)
INCOME = proposal(
    "income", "100k to 250k", "250k to 500k", quote="We had lunch", source=LUNCH, customer=PAOLO, ago=4400
)
PAST = (
    HORIZON,
    ASCONA,
    proposal(
        "email", "arun@old.example", "arun@mehta.example", customer=ARUN, status="accepted", decision=by("you", 31)
    ),
    proposal(
        "pep", None, False, customer=PAOLO, status="accepted", decision=by("Jonas Reber", 1600, on_behalf_of="you")
    ),
    proposal(
        "phone",
        "+41795550112",
        "+41795550199",
        customer=ARUN,
        status="superseded",
        decision=views.Decision(at=minutes(2000)),
    ),
    proposal("dependants", 1, 2, customer=PAOLO, status="withdrawn", decision=by("note-reader 0.1", 60000)),
    proposal(
        "birth", None, "1961-02-03", customer=MARGRETHE, status="expired", decision=views.Decision(at=minutes(70000))
    ),
)
TASK = views.Proposal(
    id="aTask0000000000000000",
    type_label="Task",
    status="pending",
    card=Card(
        title="Task",
        change=fields.Change(kind="plain", before=None, after="title: Send the two model portfolios"),
        now="",
        proposed="Send the two model portfolios",
        policy="One signature.",
    ),
    proposed_at=minutes(125),
    agent=READER,
    customer=HELENE,
    batch_id="b-" + REVIEW.id,
    may=("rejected",),
    members=(
        views.Fact(label="title", text="Send the two model portfolios"),
        views.Fact(label="due", text="2026-11-20"),
        views.Fact(label="payload_version", text="3", mono=True),
    ),
)


def opened(proposal: views.Proposal, mode: str = "read", **more: Any) -> views.Opened:
    """That proposal, open."""
    field = next(each for each in FIELDS.values() if each.label == proposal.card.title)
    value = {
        "riskAppetite": "Conservative",
        "channels": ["Email", "Phone"],
        "dependants": 3,
        "nextReview": "2027-04-15",
        "notes": proposal.card.proposed,
        "address": proposal.card.proposed,
        "occupation": proposal.card.proposed,
    }.get(field.key)
    usual: dict[str, Any] = {
        "controls": (fields.control(field, value),),
        "now": views.Provenance(by="you", at=datetime(2025, 3, 3, 9, tzinfo=UTC)),
        "earlier": 2,
        "maker": f"{proposal.agent}, offline reader",
    }
    return views.Opened(id=proposal.id, mode=mode, **{**usual, **more})  # type: ignore[arg-type]
