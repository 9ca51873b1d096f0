"""Every page and component with made-up data: looked at by people, checked by axe, and rendered without a database.

`python tests/acceptance/web/styleguide.py` serves it; `/` lists the pages. All names, firms and notes are invented.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from litestar import Litestar, MediaType, Request, Response, get, post

from placet.artifacts.artifact_type import POLICY_SENTENCES, Badge, Card
from placet.customers import fields
from placet.customers.schema import Field, Option
from placet.web import note, render, views
from placet.web.static_files import static_files

NOW = datetime(2026, 11, 17, 11, 30, tzinfo=UTC)
CSP = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

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
        Field(key="channels", label="Contact channels", section="Person and contact", type="list", items="select", options=tuple(Option(value=v) for v in ("Email", "Phone", "Letter", "In person"))),
        Field(key="riskAppetite", label="Risk appetite", section="Suitability", type="select", ordered=True, policy="reason", options=tuple(Option(value=v) for v in STEPS)),
        Field(key="lossCapacity", label="Capacity for loss", section="Suitability", type="select", ordered=True, options=tuple(Option(value=v) for v in ("None", "Low", "Moderate", "High"))),
        Field(key="horizon", label="Investment horizon", section="Suitability", type="text"),
        Field(key="liquidity", label="Liquidity need", section="Suitability", type="select", ordered=True, policy="reason", options=tuple(Option(value=v) for v in ("Low", "Medium", "High"))),
        Field(key="objectives", label="Investment objectives", section="Suitability", type="list", multi=True),
        Field(key="sourceOfWealth", label="Source of wealth", section="Work", type="list", policy="dual", items="text"),
        Field(key="nextReview", label="Next review due", section="Review", type="date"),
        Field(key="address", label="Residential address", section="Person and contact", type="text"),
        Field(key="phone", label="Mobile phone", section="Person and contact", type="phone"),
        Field(key="email", label="Email", section="Person and contact", type="email"),
        Field(key="birth", label="Date of birth", section="Person and contact", type="date"),
        Field(key="trusted", label="Trusted contact", section="Person and contact", type="object"),
        Field(key="dependants", label="Dependants", section="Person and contact", type="integer", min=0, max=20),
        Field(key="notes", label="Relationship notes", section="Review", type="longtext", description="What the next person should know."),
        Field(key="pep", label="Politically exposed", section="Review", type="boolean"),
        Field(key="income", label="Income band", section="Work", type="select", ordered=True, options=tuple(Option(value=v) for v in ("Under 50k", "50k to 100k", "100k to 250k", "250k to 500k", "500k to 1m", "Over 1m"))),
        Field(key="iban", label="Account for interest", section="Review", type="text"),
    )
}  # fmt: skip


def minutes(ago: float) -> datetime:
    """A moment so many minutes before now."""
    return NOW - timedelta(minutes=ago)


def proposal(  # the parts of one proposal, most of which have a usual value
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
    text = NOTE if source is REVIEW else "We had lunch. My new number ends in 21. We moved to Dufourstrasse 9 in Zürich in October; a third child is due."
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
    )  # fmt: skip


def by(who: str, ago: float, **more: Any) -> views.Decision:
    """A decision so many minutes ago."""
    return views.Decision(by=who, at=minutes(ago), **more)


OCCUPATION = proposal("occupation", "Partner, Kessler Brandt", "Of counsel, Kessler Brandt", quote="from January she steps back from the partnership and stays on as of counsel", number=1)
CHANNELS = proposal("channels", ["Email"], ["Email", "Phone"], quote="she prefers a phone call to email from now on", number=6)
RISK = proposal("riskAppetite", "Balanced", "Conservative", quote="“I would rather sleep than chase another two percent,” she said, and asked to take the equity share down", number=3)
LIQUIDITY = proposal("liquidity", "Low", "High", quote="she wants to be able to draw 400,000 at short notice", confidence="medium", why="The amount has no currency.", number=5)
WEALTH = proposal("sourceOfWealth", ["Employment"], ["Employment", "Business sale"], quote="closing is expected in the second half of December", number=2)
REVIEWED = proposal("nextReview", "2027-01-12", "2027-04-15", quote="Next review in mid April", why="A month is named, the day is the middle of it.", number=7)
HORIZON = proposal("horizon", "5 to 10 years", "3 to 5 years", quote="the money should work for three to five years", status="edited", number=4,
                   decision=by("you", 12, reason="She said three to five years. The agent read the Ascona date instead.", instead_of="1 to 3 years"))  # fmt: skip
ASCONA = proposal("address", "Seestrasse 41, 8002 Zürich", "Ascona", quote="If it goes well she may move there for good one day", status="rejected", number=8,
                  decision=by("you", 14, reason="hypothetical"))  # fmt: skip
NOTE_PROPOSALS = (OCCUPATION, WEALTH, RISK, HORIZON, LIQUIDITY, CHANNELS, REVIEWED, ASCONA)
ADDRESS = proposal("address", "Mühlebachstrasse 3, 8008 Zürich", "Dufourstrasse 9, 8008 Zürich", quote="We moved to Dufourstrasse 9", source=LUNCH, customer=ARUN,
                   badges=(Badge("stale", "Stale"),), held="stale", when_proposed="Seestrasse 41, 8002 Zürich", ago=1500)  # fmt: skip
PHONE = proposal("phone", "+41795550112", "+41795550121", quote="my new number ends in twenty-one", found=False, source=LUNCH, customer=ARUN, confidence="low",
                 why="The digits are spelled out.", badges=(Badge("unverified", "Quote not found"),), ago=1500)  # fmt: skip
DEPENDANTS = proposal("dependants", 2, 3, quote="a third child is due", source=LUNCH, customer=ARUN, ago=1500, confidence="medium", badges=(Badge("rival", "Rival"),))
FIRST = proposal("email", None, "arun@mehta.example", quote=None, source=LUNCH, customer=ARUN, ago=1500, confidence=None, why=None)
ODD = proposal("iban", None, "CH93 0076 2011 6238 5295 7 for \u202ePаypal\u202c\u200b GmbH", quote="My new number ends in 21", source=LUNCH, customer=PAOLO, ago=4400)  # noqa: RUF001
CLEARED = proposal("trusted", {"name": "Luca Castellani", "relation": "brother"}, None, quote="My new number ends in 21", source=LUNCH, customer=PAOLO, ago=4400, confidence="medium")
LONG = proposal("notes", "Prefers mornings. Meets in person twice a year, in Lugano or Milan, and wants written notes within two days.",
                "Prefers mornings. Meets in person four times a year, in Lugano or Milan, with his daughter Chiara, and wants written notes within one day.",
                quote="We had lunch", source=LUNCH, customer=PAOLO, ago=4400)  # fmt: skip
INCOME = proposal("income", "100k to 250k", "250k to 500k", quote="We had lunch", source=LUNCH, customer=PAOLO, ago=4400)
PAST = (
    HORIZON,
    ASCONA,
    proposal("email", "arun@old.example", "arun@mehta.example", customer=ARUN, status="accepted", decision=by("you", 31)),
    proposal("pep", None, False, customer=PAOLO, status="accepted", decision=by("Jonas Reber", 1600, on_behalf_of="you")),
    proposal("phone", "+41795550112", "+41795550199", customer=ARUN, status="superseded", decision=views.Decision(at=minutes(2000))),
    proposal("dependants", 1, 2, customer=PAOLO, status="withdrawn", decision=by("note-reader 0.1", 60000)),
    proposal("birth", None, "1961-02-03", customer=MARGRETHE, status="expired", decision=views.Decision(at=minutes(70000))),
)  # fmt: skip
TASK = views.Proposal(
    id="aTask0000000000000000",
    type_label="Task",
    status="pending",
    card=Card(title="Task", change=fields.Change(kind="plain", before=None, after="title: Send the two model portfolios"), now="", proposed="Send the two model portfolios", policy="One signature."),
    proposed_at=minutes(125), agent=READER, customer=HELENE, batch_id="b-" + REVIEW.id, may=("rejected",),
    members=(views.Fact(label="title", text="Send the two model portfolios"), views.Fact(label="due", text="2026-11-20"), views.Fact(label="payload_version", text="3", mono=True)),
)  # fmt: skip


def shell(here: str, current: str = "inbox", *, role: str = "rm", name: str = "Claire Amiel", **more: Any) -> views.Shell:
    """What surrounds a page of Claire Amiel's."""
    return views.Shell(
        user=views.Person(name=name, role=role), csrf="t0ken", here=here, now=NOW, current=current, pending=13,  # type: ignore[arg-type]
        lately=tuple(views.Lately(customer=customer, pending=n) for customer, n in ((HELENE, 6), (ARUN, 4), (PAOLO, 3), (MARGRETHE, 0))),
        may_read=role != "auditor", **more,
    )  # fmt: skip


def opened(proposal: views.Proposal, mode: str = "read", **more: Any) -> views.Opened:
    """That proposal, open."""
    field = next(each for each in FIELDS.values() if each.label == proposal.card.title)
    value = {"riskAppetite": "Conservative", "channels": ["Email", "Phone"], "dependants": 3, "nextReview": "2027-04-15", "notes": proposal.card.proposed, "address": proposal.card.proposed, "occupation": proposal.card.proposed}.get(field.key)
    usual: dict[str, Any] = {"controls": (fields.control(field, value),), "now": views.Provenance(by="you", at=datetime(2025, 3, 3, 9, tzinfo=UTC)), "earlier": 2}
    return views.Opened(id=proposal.id, mode=mode, **{**usual, **more})  # type: ignore[arg-type]


def batch(source: views.Source | None, proposals: tuple[views.Proposal, ...], ago: float = 125) -> views.Batch:
    """A batch, with what accepting all of it would take."""
    waiting = [each for each in proposals if "accepted" in each.may]
    whys = [each.held or ("unverified" if any(b.kind == "unverified" for b in each.card.badges) else "rival" if any(b.kind == "rival" for b in each.card.badges) else "low" if each.confidence == "low" else None) for each in waiting]
    left = tuple(views.LeftOut(why=why, count=whys.count(why)) for why in dict.fromkeys(why for why in whys if why))
    return views.Batch(
        id=f"b-{source.id}" if source else "b-none", agent=READER, proposed_at=minutes(ago), proposals=proposals, source=source,
        offer=views.Offer(accepts=whys.count(None), of=len(waiting), left_out=left),
    )  # fmt: skip


def filters(**chosen: str) -> tuple[views.Filter, ...]:
    """The filters of the inbox."""
    table = (
        ("customer", "Customer", ("Any customer", "Helene Brandt", "Arun Mehta", "Paolo Castellani")),
        ("field", "Field", ("Any field", "Occupation", "Risk appetite")),
        ("confidence", "Confidence", ("Any confidence", "High", "Medium", "Low")),
        ("flag", "Flag", ("Any flag", "Stale", "Needs a reason")),
        ("order", "Order", ("Newest first", "Oldest first")),
    )
    return tuple(
        views.Filter(name=name, label=label, value=chosen.get(name, ""), choices=tuple(views.Choice(value="" if i == 0 else word.lower(), label=word) for i, word in enumerate(words)))
        for name, label, words in table
    )  # fmt: skip


HELENE_PENDING = (OCCUPATION, CHANNELS, RISK, LIQUIDITY, WEALTH, REVIEWED)
ARUN_PENDING = (ADDRESS, PHONE, DEPENDANTS, FIRST)
PAOLO_PENDING = (ODD, CLEARED, LONG, INCOME)


def inbox(open_one: views.Opened | None = None, *, here: str = "/inbox", may: bool = True, **more: Any) -> views.InboxPage:
    """The inbox with three customers."""
    def rights(proposals: tuple[views.Proposal, ...]) -> tuple[views.Proposal, ...]:
        return proposals if may else tuple(msgspec.structs.replace(each, may=()) for each in proposals)

    def offered(one: views.Batch) -> views.Batch:
        return one if may else msgspec.structs.replace(one, offer=None)

    return views.InboxPage(
        shell=more.pop("shell", shell(here)),
        groups=(
            views.CustomerGroup(customer=HELENE, pending=6, batches=(offered(batch(REVIEW, rights(HELENE_PENDING))),)),
            views.CustomerGroup(customer=ARUN, pending=4, batches=(offered(batch(LUNCH, rights(ARUN_PENDING), 1500)),)),
            views.CustomerGroup(customer=PAOLO, pending=4, batches=(offered(batch(None, rights(PAOLO_PENDING), 4400)),)),
        ),
        filters=filters(), opened=open_one, lately=PAST[:4], span=views.Span(first=1, last=14, total=14), **more,
    )  # fmt: skip


def head(customer: views.Customer = HELENE, pending: int = 6) -> views.Head:
    """The top of a customer's pages."""
    return views.Head(customer=customer, about="Zürich. With you since March 2019.", pending=pending, sources=3, may_read=True)


def bits(*parts: str | tuple[str, str]) -> tuple[views.Bit, ...]:
    """A sentence of plain words and (words, kind)."""
    return tuple(views.Bit(text=part) if isinstance(part, str) else views.Bit(text=part[0], kind=part[1]) for part in parts)  # type: ignore[arg-type]


HAPPENINGS = (
    views.Happening(at=minutes(12), mark="edited", ink=True, sentence=bits("You accepted ", ("Investment horizon", "strong"), " with a change: ", ("3 to 5 years", "decided"), "."), caption="On the web. Reason recorded.", number=88232),
    views.Happening(at=minutes(14), mark="rejected", sentence=bits("You rejected ", ("Residential address", "strong"), ": hypothetical."), number=88230),
    views.Happening(at=minutes(125), mark="pending", sentence=bits(("note-reader 0.1", "strong"), " proposed 8 changes from the Quarterly review call."), number=88215),
    views.Happening(at=minutes(126), mark="file-text", sentence=bits("You added the note ", ("Quarterly review call", "strong"), "."), number=88214),
    views.Happening(at=minutes(66000), mark="accepted", ink=True, sentence=bits("Jonas Reber accepted ", ("Email", "strong"), " on your behalf."), number=81007),
)  # fmt: skip


def overview(open_one: views.Opened | None = None, **more: Any) -> views.OverviewPage:
    """Helene Brandt's overview."""
    usual: dict[str, Any] = {
        "pending": (batch(REVIEW, (*HELENE_PENDING, TASK)),), "artifacts": PAST[:6], "opened": open_one,
        "completeness": views.Completeness(filled=27, of=32, missing=("Trusted contact", "Preferred name", "Liquid assets", "Tax residency", "Interests")),
        "attention": (
            views.Attention(mark="two", sentence=bits(("Source of wealth", "strong"), " needs two signatures.")),
            views.Attention(mark="calendar", sentence=bits(("The review", "strong"), " is due in 56 days, 12 Jan 2027.")),
            views.Attention(mark="clock", sentence=bits(("Capacity for loss", "strong"), " is 20 months old. The limit is 24.")),
        ),
        "recent": HAPPENINGS,
    }  # fmt: skip
    return views.OverviewPage(shell=shell(f"/customers/{HELENE.id}", "customers"), head=more.pop("head", head()), **{**usual, **more})


def profile(open_one: views.Opened | None = None) -> views.ProfilePage:
    """Helene Brandt's profile."""
    you = views.Provenance(by="you", at=datetime(2025, 3, 3, 9, tzinfo=UTC))
    reber = views.Provenance(by="Jonas Reber", at=datetime(2024, 6, 8, 9, tzinfo=UTC), artifact_id="aOld00000000000000000")
    imported = views.Provenance(by="import", at=datetime(2019, 3, 4, 9, tzinfo=UTC))

    def field(key: str, value: str | None, **more: Any) -> views.ProfileField:
        return views.ProfileField(key=key, label=FIELDS[key].label, value=value, **{"set": you if value else None, **more})

    return views.ProfilePage(
        shell=shell(f"/customers/{HELENE.id}/profile", "customers"), head=head(), opened=open_one,
        sections=(
            views.Section(label="Suitability", fields=(
                field("riskAppetite", "Balanced", pending=(RISK,), earlier=(views.EarlierValue(text="Growth", set=reber), views.EarlierValue(text="Aggressive", set=imported))),
                field("lossCapacity", "Moderate"),
                field("horizon", "3 to 5 years", set=views.Provenance(by="you", at=minutes(12), artifact_id=HORIZON.id), earlier=(views.EarlierValue(text="5 to 10 years", set=you),)),
                field("liquidity", "Low", pending=(LIQUIDITY,)),
                field("objectives", "Balanced growth, Income", items=("Balanced growth", "Income")),
            )),
            views.Section(label="Person and contact", fields=(
                field("occupation", "Partner, Kessler Brandt", set=reber, pending=(OCCUPATION,)),
                field("birth", "2 Nov 1974", set=imported),
                field("channels", "Email", items=("Email",), pending=(CHANNELS,)),
                field("email", "h.brandt@kessler-brandt.example", set=imported),
                field("phone", "+41 79 555 01 12"),
                field("address", "Seestrasse 41, 8002 Zürich"),
                field("trusted", None),
            )),
            views.Section(label="Work and wealth", fields=(field("sourceOfWealth", "Employment", items=("Employment",), pending=(WEALTH,)), field("income", None), field("dependants", "2"))),
            views.Section(label="Review", fields=(field("nextReview", "12 Jan 2027", pending=(REVIEWED,)), field("notes", "Prefers mornings.\nWrites short mails and expects short ones."), field("pep", "No"))),
        ),
    )  # fmt: skip


STATES = {"pending": "pending", "accepted": "accepted", "edited": "accepted", "rejected": "rejected"}


def source(open_one: views.Opened | None = None, **more: Any) -> views.SourcePage:
    """The note of the review call, read."""
    quotes = [
        note.Quote(NOTE.index(p.evidence.quote), NOTE.index(p.evidence.quote) + len(p.evidence.quote), p.number or 0, "open" if open_one and open_one.id == p.id else STATES[p.status])  # type: ignore[arg-type]
        for p in NOTE_PROPOSALS if p.evidence
    ]  # fmt: skip
    usual: dict[str, Any] = {
        "lines": note.lines(NOTE, quotes), "proposals": NOTE_PROPOSALS, "opened": open_one, "agent": READER, "batch_id": "b-" + REVIEW.id, "offer": batch(REVIEW, NOTE_PROPOSALS).offer,
        "seen": (views.Seen(label="Marketing consent", why="policy", line=12, quote="sign up for our newsletter"), views.Seen(label="Country of residence", why="hypothetical", line=10), views.Seen(label="Investment goals", why="ambiguous", line=10)),
        "older": "/sources/sOlder",
    }  # fmt: skip
    return views.SourcePage(
        shell=shell(f"/sources/{REVIEW.id}", "customers"), customer=HELENE, source=REVIEW, by="you", stored_at=minutes(126),
        sha256="9f3c51ab" + "0" * 52 + "e07d", **{**usual, **more},
    )  # fmt: skip


def artifact(one: views.Proposal, open_one: views.Opened | None = None) -> views.ArtifactPage:
    """One artifact's page."""
    return views.ArtifactPage(
        shell=shell(f"/artifacts/{one.id}", "customers"), proposal=one, opened=open_one, before=views.Provenance(by="you", at=datetime(2025, 3, 3, 9, tzinfo=UTC)),
        trail=tuple(reversed(HAPPENINGS[:4])),
        facts=(views.Fact(label="Type", text=one.type_label), views.Fact(label="Field", text="investmentHorizon", mono=True), views.Fact(label="Policy", text=one.card.policy), views.Fact(label="Agent", text=READER),
               views.Fact(label="Confidence", text="Medium"), views.Fact(label="Batch", text="8 proposals, 2 decided", href="/batches/b-" + REVIEW.id), views.Fact(label="Artifact", text=one.id, mono=True)),
        raw='{\n  "id": "' + one.id + '",\n  "status": "' + one.status + '",\n  "payload": {"field_key": "investmentHorizon", "proposed_value": "1 to 3 years", "source_text": "the money should work for three to five years"}\n}',
        siblings=(OCCUPATION, RISK, ASCONA),
    )  # fmt: skip


def customers(query: str = "", rows: bool = True, may_add: bool = True) -> views.CustomersPage:
    """The list of customers."""
    table = ((HELENE, 6, 27, 12), (ARUN, 4, 19, 31), (PAOLO, 4, 22, 1600), (MARGRETHE, 0, 30, 60000))
    return views.CustomersPage(
        shell=shell("/customers", "customers", role="admin", name="Ines Roth"), query=query, may_add=may_add, span=views.Span(first=1, last=4, total=4) if rows else None,
        customers=tuple(views.CustomerRow(customer=c, rm="Claire Amiel", pending=n, filled=filled, of=32, last=minutes(ago)) for c, n, filled, ago in table) if rows else (),
    )  # fmt: skip


REFUSED = views.Refusal(headline="Not accepted.", sentence="Jonas Reber was first.", link=views.Link(label="Show the decision", href=f"/artifacts/{RISK.id}"))
DONE = views.Notice(sentence="Next review due is now 15 Apr 2027.", link=views.Link(label="Show it", href=f"/artifacts/{REVIEWED.id}"))
BULK = views.Notice(sentence="3 accepted, 2 left out.", tone="plain", details=("Risk appetite: needs a reason", "Residential address: stale"))
SENTENCES = {403: "Only the attached RM may decide this.", 404: "Customer not found", 409: "Jonas Reber accepted this 20 s ago.", 422: "Dependants does not take \"many\": a whole number.", 429: "Too many attempts for this account.", 500: "The page could not be made.", 503: "The database does not answer."}  # fmt: skip

PAGES: dict[str, Callable[[], views.Page]] = {
    "inbox": inbox,
    "inbox-open": lambda: inbox(opened(RISK)),
    "inbox-edit": lambda: inbox(opened(CHANNELS, "edit")),
    "inbox-reject": lambda: inbox(opened(OCCUPATION, "reject")),
    "inbox-stale": lambda: inbox(opened(ADDRESS, expected='"Mühlebachstrasse 3, 8008 Zürich"', now=views.Provenance(by="Jonas Reber", at=minutes(1100)))),
    "inbox-over": lambda: inbox(opened(ADDRESS, "over", expected='"Mühlebachstrasse 3, 8008 Zürich"', now=views.Provenance(by="Jonas Reber", at=minutes(1100)))),
    "inbox-lost-quote": lambda: inbox(opened(PHONE), shell=shell("/inbox", notice=DONE)),
    "inbox-odd": lambda: inbox(opened(ODD), shell=shell("/inbox", notice=BULK)),
    "inbox-long": lambda: inbox(opened(LONG, "edit")),
    "inbox-refused": lambda: inbox(opened(RISK, refusal=REFUSED, draft=views.Draft(reason="", errors={"reason": "A reason is needed."}))),
    "inbox-bad-edit": lambda: inbox(opened(DEPENDANTS, "edit", draft=views.Draft(errors={"dependants": "Dependants does not take \"many\": a whole number."}))),
    "inbox-auditor": lambda: inbox(opened(REVIEWED, controls=()), may=False, shell=shell("/inbox", role="auditor", name="Nadia Okafor")),
    "inbox-empty": lambda: views.InboxPage(shell=msgspec.structs.replace(shell("/inbox"), pending=0), filters=filters(), lately=PAST[:4], empty="nothing_waits"),
    "inbox-no-match": lambda: views.InboxPage(shell=shell("/inbox?flag=stale"), filters=filters(flag="stale"), empty="nothing_matches"),
    "inbox-nobody": lambda: views.InboxPage(shell=msgspec.structs.replace(shell("/inbox"), pending=0, lately=()), empty="nobody_here"),
    "history": lambda: views.HistoryPage(shell=shell("/history"), proposals=PAST, filters=filters()[:1], span=views.Span(first=1, last=7, total=50, older="/history?cursor=x")),
    "history-empty": lambda: views.HistoryPage(shell=shell("/history"), empty="nothing_waits"),
    "customers": customers,
    "customers-no-match": lambda: customers("Zebra", rows=False),
    "customers-nobody": lambda: customers(rows=False, may_add=False),
    "new-customer": lambda: views.NewCustomerPage(shell=shell("/customers/new", "customers", role="admin"), rms=(views.Choice(value="u1", label="Claire Amiel"), views.Choice(value="u2", label="Jonas Reber")), errors={"name": "A customer needs a name."}),
    "overview": overview,
    "overview-open": lambda: overview(opened(CHANNELS)),
    "overview-task": lambda: overview(views.Opened(id=TASK.id)),
    "overview-empty": lambda: overview(pending=(), artifacts=(), recent=(), attention=(), head=head(MARGRETHE, 0)),
    "profile": profile,
    "profile-open": lambda: profile(opened(RISK)),
    "timeline": lambda: views.TimelinePage(shell=shell(f"/customers/{HELENE.id}/timeline", "customers"), head=head(), happenings=HAPPENINGS, span=views.Span(first=1, last=5, total=118, older="?cursor=x")),
    "timeline-empty": lambda: views.TimelinePage(shell=shell(f"/customers/{HELENE.id}/timeline", "customers"), head=head()),
    "sources": lambda: views.SourcesPage(shell=shell(f"/customers/{HELENE.id}/sources", "customers"), head=head(), sources=(
        views.SourceRow(source=REVIEW, by="you", at=minutes(126), words=318, proposed=8, pending=6), views.SourceRow(source=views.Source(id="sMail", title="Mail about the sale of the firm, with the tax adviser in copy", occurred_on=date(2026, 10, 21)), by="Jonas Reber", at=minutes(40000), words=1, proposed=1),
        views.SourceRow(source=views.Source(id="sUndated", title="Untitled note"), by="you", at=minutes(90000), words=80))),
    "sources-empty": lambda: views.SourcesPage(shell=shell(f"/customers/{HELENE.id}/sources", "customers"), head=head()),
    "source": lambda: source(opened(RISK)),
    "source-decided": lambda: source(opened(HORIZON)),
    "source-empty": lambda: source(proposals=(), offer=None, lines=note.lines(NOTE, [])),
    "read": lambda: views.ReadPage(shell=shell("/read", "read"), action="/read", customers=(views.Choice(value=HELENE.id, label=HELENE.name), views.Choice(value=ARUN.id, label=ARUN.name))),
    "read-refused": lambda: views.ReadPage(shell=shell(f"/customers/{HELENE.id}/read", "read"), action=f"/customers/{HELENE.id}/read", customer=HELENE, title="Call", occurred_on="2026-11-17", text="", errors={"text": "A note needs words."}),
    "batch": lambda: views.BatchPage(shell=shell("/batches/b-1", "customers", notice=views.Notice(sentence="The note is read: 6 changes are proposed.")), customer=HELENE, batch=batch(REVIEW, tuple(msgspec.structs.replace(each, number=None) for each in (*HELENE_PENDING, HORIZON, ASCONA))), opened=opened(OCCUPATION),
        skipped=(views.Skipped(label="Email", why="no_change"), views.Skipped(label="Mobile phone", why="previously_rejected", artifact_id=ASCONA.id)), seen=(views.Seen(label="Marketing consent", why="policy"),)),
    "batch-empty": lambda: views.BatchPage(shell=shell("/batches/b-1", "customers"), customer=HELENE, batch=batch(REVIEW, ())),
    "artifact": lambda: artifact(HORIZON),
    "artifact-pending": lambda: artifact(RISK, opened(RISK)),
    "artifact-rejected": lambda: artifact(ASCONA),
    "sign-in": lambda: views.SignInPage(csrf="t0ken"),
    "sign-in-refused": lambda: views.SignInPage(csrf="t0ken", email="claire@bank.example", error="This e-mail and password do not belong together."),
    "sign-in-link": lambda: views.SignInLinkPage(csrf="t0ken", token="0123", name="Claire Amiel"),
    "sign-in-link-used": lambda: views.SignInLinkPage(csrf="t0ken", token="0123", error="It was used before, or it is older than a day."),
    **{f"error-{status}": (lambda status=status: views.ErrorPage(shell=shell("/x", ""), status=status, sentence=SENTENCES[status], link=views.Link(label="Customers", href="/customers") if status == 404 else None)) for status in SENTENCES},
    "error-signed-out": lambda: views.ErrorPage(status=404, sentence="There is no such page."),
}  # fmt: skip


@get("/", media_type=MediaType.HTML)
async def contents() -> str:
    """Return the list of pages."""
    return "<!doctype html><html lang=en><title>Style guide</title><ul>" + "".join(f"<li><a href=/see/{name}>{name}</a>" for name in PAGES)


@get("/see/{name:str}", media_type=MediaType.HTML)
async def see(name: str) -> Response[str]:
    """Return one page under the security policy that the server will have."""
    return Response(render.page(PAGES[name]()), headers={"content-security-policy": CSP, "x-content-type-options": "nosniff"})


@get("/{rest:path}", media_type=MediaType.HTML)
async def elsewhere(rest: str) -> str:
    """Return where a link led, for tests that follow one."""
    return f"<!doctype html><html lang=en><title>elsewhere</title><p>{len(rest)}"


SENT: list[tuple[str, list[tuple[str, str]]]] = []


@post("/{rest:path}", status_code=200, media_type=MediaType.HTML)
async def sent(rest: str, request: Request[Any, Any, Any]) -> str:
    """Keep what a form sent, for tests to look at."""
    SENT.append((rest, list((await request.form()).multi_items())))
    return "<!doctype html><html lang=en><title>sent</title><p>sent"


def app() -> Litestar:
    """Return the style guide as an application."""
    return Litestar([contents, see, elsewhere, sent, static_files], openapi_config=None, logging_config=None)


if __name__ == "__main__":
    import sys

    import uvicorn

    uvicorn.run(app(), host="127.0.0.1", port=int(sys.argv[1]) if len(sys.argv) > 1 else 8010, log_level="warning")
