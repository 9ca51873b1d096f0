"""Every page in its states, with the data of `sample`: looked at by people, checked by axe, rendered without a database.

`PYTHONPATH=tests python -m acceptance.web.styleguide [PORT]` serves it; `/` lists the pages.
"""

# ruff: noqa: E501 - one page to a line is easier to read

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from litestar import Litestar, MediaType, Request, Response, get, post
from litestar.params import FromPath

from acceptance.web.sample import batch, filters, shell
from acceptance.web.sample_pages import insights, session
from placet.web import note, render, views
from placet.web.pages import styleguide as parts
from placet.web.pages.api_docs import DocsPage, Operation, Parameter, Shape
from placet.web.specimens.proposals import (
    ADDRESS,
    ASCONA,
    CHANNELS,
    CLEARED,
    DEPENDANTS,
    FIRST,
    HORIZON,
    INCOME,
    LIQUIDITY,
    LONG,
    NOTE_PROPOSALS,
    OCCUPATION,
    ODD,
    PAST,
    PHONE,
    REVIEWED,
    RISK,
    TASK,
    WEALTH,
    minutes,
    opened,
)
from placet.web.specimens.words import ARUN, FIELDS, HELENE, LUNCH, MARGRETHE, NOTE, PAOLO, READER, REVIEW
from placet.web.static_files import static_files

CSP = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

HELENE_PENDING = (OCCUPATION, CHANNELS, RISK, LIQUIDITY, WEALTH, REVIEWED)
ARUN_PENDING = (ADDRESS, PHONE, DEPENDANTS, FIRST)
PAOLO_PENDING = (ODD, CLEARED, LONG, INCOME)


def inbox(
    open_one: views.Opened | None = None, *, here: str = "/inbox", may: bool = True, **more: Any
) -> views.InboxPage:
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
            views.CustomerGroup(
                customer=PAOLO, pending=4, batches=(offered(batch(None, rights(PAOLO_PENDING), 4400)),)
            ),
        ),
        filters=filters(),
        opened=open_one,
        lately=PAST[:4],
        span=views.Span(first=1, last=14, total=14),
        **more,
    )


def head(customer: views.Customer = HELENE, pending: int = 6) -> views.Head:
    """The top of a customer's pages."""
    return views.Head(
        customer=customer, about="Zürich. With you since March 2019.", pending=pending, sources=3, may_read=True
    )


def bits(*parts: str | tuple[str, str]) -> tuple[views.Bit, ...]:
    """A sentence of plain words and (words, kind)."""
    return tuple(
        views.Bit(text=part) if isinstance(part, str) else views.Bit(text=part[0], kind=part[1]) for part in parts
    )  # type: ignore[arg-type]


HAPPENINGS = (
    views.Happening(
        at=minutes(12),
        mark="edited",
        ink=True,
        sentence=bits(
            "You accepted ", ("Investment horizon", "strong"), " with a change: ", ("3 to 5 years", "decided"), "."
        ),
        caption="On the web. Reason recorded.",
        number=88232,
    ),
    views.Happening(
        at=minutes(14),
        mark="rejected",
        sentence=bits("You rejected ", ("Residential address", "strong"), ": hypothetical."),
        number=88230,
    ),
    views.Happening(
        at=minutes(125),
        mark="pending",
        sentence=bits(("note-reader 0.1", "strong"), " proposed 8 changes from the Quarterly review call."),
        number=88215,
    ),
    views.Happening(
        at=minutes(126),
        mark="file-text",
        sentence=bits("You added the note ", ("Quarterly review call", "strong"), "."),
        number=88214,
    ),
    views.Happening(
        at=minutes(66000),
        mark="accepted",
        ink=True,
        sentence=bits("Jonas Reber accepted ", ("Email", "strong"), " on your behalf."),
        number=81007,
    ),
)


def overview(open_one: views.Opened | None = None, **more: Any) -> views.OverviewPage:
    """Helene Brandt's overview."""
    usual: dict[str, Any] = {
        "pending": (batch(REVIEW, (*HELENE_PENDING, TASK)),),
        "artifacts": PAST[:6],
        "opened": open_one,
        "completeness": views.Completeness(
            filled=27,
            of=32,
            missing=("Trusted contact", "Preferred name", "Liquid assets", "Tax residency", "Interests"),
        ),
        "attention": (
            views.Attention(mark="two", sentence=bits(("Source of wealth", "strong"), " needs two signatures.")),
            views.Attention(
                mark="calendar", sentence=bits(("The review", "strong"), " is due in 56 days, 12 Jan 2027.")
            ),
            views.Attention(
                mark="clock", sentence=bits(("Capacity for loss", "strong"), " is 20 months old. The limit is 24.")
            ),
        ),
        "recent": HAPPENINGS,
    }
    return views.OverviewPage(
        shell=shell(f"/customers/{HELENE.id}", "customers"), head=more.pop("head", head()), **{**usual, **more}
    )


def profile(open_one: views.Opened | None = None) -> views.ProfilePage:
    """Helene Brandt's profile."""
    you = views.Provenance(by="you", at=datetime(2025, 3, 3, 9, tzinfo=UTC))
    reber = views.Provenance(
        by="Jonas Reber", at=datetime(2024, 6, 8, 9, tzinfo=UTC), artifact_id="aOld00000000000000000"
    )
    imported = views.Provenance(by="import", at=datetime(2019, 3, 4, 9, tzinfo=UTC))

    def field(key: str, value: str | None, **more: Any) -> views.ProfileField:
        return views.ProfileField(
            key=key, label=FIELDS[key].label, value=value, **{"set": you if value else None, **more}
        )

    return views.ProfilePage(
        shell=shell(f"/customers/{HELENE.id}/profile", "customers"),
        head=head(),
        opened=open_one,
        sections=(
            views.Section(
                label="Suitability",
                fields=(
                    field(
                        "riskAppetite",
                        "Balanced",
                        pending=(RISK,),
                        earlier=(
                            views.EarlierValue(text="Growth", set=reber),
                            views.EarlierValue(text="Aggressive", set=imported),
                        ),
                    ),
                    field("lossCapacity", "Moderate"),
                    field(
                        "horizon",
                        "3 to 5 years",
                        set=views.Provenance(by="you", at=minutes(12), artifact_id=HORIZON.id),
                        earlier=(views.EarlierValue(text="5 to 10 years", set=you),),
                    ),
                    field("liquidity", "Low", pending=(LIQUIDITY,)),
                    field("objectives", "Balanced growth, Income", items=("Balanced growth", "Income")),
                ),
            ),
            views.Section(
                label="Person and contact",
                fields=(
                    field("occupation", "Partner, Kessler Brandt", set=reber, pending=(OCCUPATION,)),
                    field("birth", "2 Nov 1974", set=imported),
                    field("channels", "Email", items=("Email",), pending=(CHANNELS,)),
                    field("email", "h.brandt@kessler-brandt.example", set=imported),
                    field("phone", "+41 79 555 01 12"),
                    field("address", "Seestrasse 41, 8002 Zürich"),
                    field("trusted", None),
                ),
            ),
            views.Section(
                label="Work and wealth",
                fields=(
                    field("sourceOfWealth", "Employment", items=("Employment",), pending=(WEALTH,)),
                    field("income", None),
                    field("dependants", "2"),
                ),
            ),
            views.Section(
                label="Review",
                fields=(
                    field("nextReview", "12 Jan 2027", pending=(REVIEWED,)),
                    field("notes", "Prefers mornings.\nWrites short mails and expects short ones."),
                    field("pep", "No"),
                ),
            ),
        ),
    )


STATES = {"pending": "pending", "accepted": "accepted", "edited": "accepted", "rejected": "rejected"}


def source(open_one: views.Opened | None = None, **more: Any) -> views.SourcePage:
    """The note of the review call, read."""
    quotes = [
        note.Quote(
            NOTE.index(p.evidence.quote),
            NOTE.index(p.evidence.quote) + len(p.evidence.quote),
            p.number or 0,
            "open" if open_one and open_one.id == p.id else STATES[p.status],
        )  # type: ignore[arg-type]
        for p in NOTE_PROPOSALS
        if p.evidence
    ]
    usual: dict[str, Any] = {
        "lines": note.lines(NOTE, quotes),
        "proposals": NOTE_PROPOSALS,
        "opened": open_one,
        "agent": READER,
        "batch_id": "b-" + REVIEW.id,
        "offer": batch(REVIEW, NOTE_PROPOSALS).offer,
        "seen": (
            views.Seen(label="Marketing consent", why="policy", line=12, quote="sign up for our newsletter"),
            views.Seen(label="Country of residence", why="hypothetical", line=10),
            views.Seen(label="Investment goals", why="ambiguous", line=10),
        ),
        "older": "/sources/sOlder",
    }
    return views.SourcePage(
        shell=shell(f"/sources/{REVIEW.id}", "customers"),
        customer=HELENE,
        source=REVIEW,
        by="you",
        stored_at=minutes(126),
        sha256="9f3c51ab" + "0" * 52 + "e07d",
        **{**usual, **more},
    )


def artifact(one: views.Proposal, open_one: views.Opened | None = None) -> views.ArtifactPage:
    """One artifact's page."""
    return views.ArtifactPage(
        shell=shell(f"/artifacts/{one.id}", "customers"),
        proposal=one,
        opened=open_one,
        before=views.Provenance(by="you", at=datetime(2025, 3, 3, 9, tzinfo=UTC)),
        trail=tuple(reversed(HAPPENINGS[:4])),
        facts=(
            views.Fact(label="Type", text=one.type_label),
            views.Fact(label="Field", text="investmentHorizon", mono=True),
            views.Fact(label="Policy", text=one.card.policy),
            views.Fact(label="Agent", text=READER),
            views.Fact(label="Confidence", text="Medium"),
            views.Fact(label="Batch", text="8 proposals, 2 decided", href="/batches/b-" + REVIEW.id),
            views.Fact(label="Artifact", text=one.id, mono=True),
        ),
        raw='{\n  "id": "'
        + one.id
        + '",\n  "status": "'
        + one.status
        + '",\n  "payload": {"field_key": "investmentHorizon", "proposed_value": "1 to 3 years", "source_text": "the money should work for three to five years"}\n}',
        siblings=(OCCUPATION, RISK, ASCONA),
    )


def customers(query: str = "", rows: bool = True, may_add: bool = True) -> views.CustomersPage:
    """The list of customers."""
    table = ((HELENE, 6, 27, 12), (ARUN, 4, 19, 31), (PAOLO, 4, 22, 1600), (MARGRETHE, 0, 30, 60000))
    return views.CustomersPage(
        shell=shell("/customers", "customers", role="admin", name="Ines Roth"),
        query=query,
        may_add=may_add,
        span=views.Span(first=1, last=4, total=4) if rows else None,
        customers=tuple(
            views.CustomerRow(customer=c, rm="Claire Amiel", pending=n, filled=filled, of=32, last=minutes(ago))
            for c, n, filled, ago in table
        )
        if rows
        else (),
    )


REFUSED = views.Refusal(
    headline="Not accepted.",
    sentence="Jonas Reber was first.",
    link=views.Link(label="Show the decision", href=f"/artifacts/{RISK.id}"),
)
DONE = views.Notice(
    sentence="Next review due is now 15 Apr 2027.", link=views.Link(label="Show it", href=f"/artifacts/{REVIEWED.id}")
)
BULK = views.Notice(
    sentence="3 accepted, 2 left out.",
    tone="plain",
    details=("Risk appetite: needs a reason", "Residential address: stale"),
)
SENTENCES = {
    403: "Only the attached RM may decide this.",
    404: "Customer not found",
    409: "Jonas Reber accepted this 20 s ago.",
    422: 'Dependants does not take "many": a whole number.',
    429: "Too many attempts for this account.",
    500: "The page could not be made.",
    503: "The database does not answer.",
}

PAGES: dict[str, Callable[[], views.Page]] = {
    "parts": parts.page,
    "session": session,
    "insights": insights,
    "inbox": inbox,
    "inbox-open": lambda: inbox(opened(RISK)),
    "inbox-edit": lambda: inbox(opened(CHANNELS, "edit")),
    "inbox-reject": lambda: inbox(opened(OCCUPATION, "reject")),
    "inbox-stale": lambda: inbox(
        opened(
            ADDRESS,
            expected='"Mühlebachstrasse 3, 8008 Zürich"',
            now=views.Provenance(by="Jonas Reber", at=minutes(1100)),
        )
    ),
    "inbox-over": lambda: inbox(
        opened(
            ADDRESS,
            "over",
            expected='"Mühlebachstrasse 3, 8008 Zürich"',
            now=views.Provenance(by="Jonas Reber", at=minutes(1100)),
        )
    ),
    "inbox-lost-quote": lambda: inbox(opened(PHONE), shell=shell("/inbox", notice=DONE)),
    "inbox-odd": lambda: inbox(opened(ODD), shell=shell("/inbox", notice=BULK)),
    "inbox-long": lambda: inbox(opened(LONG, "edit")),
    "inbox-refused": lambda: inbox(
        opened(RISK, refusal=REFUSED, draft=views.Draft(reason="", errors={"reason": "A reason is needed."}))
    ),
    "inbox-bad-edit": lambda: inbox(
        opened(
            DEPENDANTS,
            "edit",
            draft=views.Draft(errors={"dependants": 'Dependants does not take "many": a whole number.'}),
        )
    ),
    "inbox-auditor": lambda: inbox(
        opened(REVIEWED, controls=()), may=False, shell=shell("/inbox", role="auditor", name="Nadia Okafor")
    ),
    "inbox-empty": lambda: views.InboxPage(
        shell=msgspec.structs.replace(shell("/inbox"), pending=0),
        filters=filters(),
        lately=PAST[:4],
        empty="nothing_waits",
    ),
    "inbox-no-match": lambda: views.InboxPage(
        shell=shell("/inbox?flag=stale"), filters=filters(flag="stale"), empty="nothing_matches"
    ),
    "inbox-nobody": lambda: views.InboxPage(
        shell=msgspec.structs.replace(shell("/inbox"), pending=0, lately=()), empty="nobody_here"
    ),
    "history": lambda: views.HistoryPage(
        shell=shell("/history"),
        proposals=PAST,
        filters=filters()[:1],
        span=views.Span(first=1, last=7, total=50, older="/history?cursor=x"),
    ),
    "history-empty": lambda: views.HistoryPage(shell=shell("/history"), empty="nothing_waits"),
    "customers": customers,
    "customers-no-match": lambda: customers("Zebra", rows=False),
    "customers-nobody": lambda: customers(rows=False, may_add=False),
    "new-customer": lambda: views.NewCustomerPage(
        shell=shell("/customers/new", "customers", role="admin"),
        rms=("Claire Amiel, claire.amiel@placet.example", "Jonas Reber, jonas.reber@placet.example"),
        errors={"name": "A customer needs a name."},
    ),
    "delegations": lambda: views.DelegationsPage(
        shell=shell("/settings/delegations", role="admin"),
        rows=tuple(
            views.Standing(
                id=f"d{number}",
                giver="Claire Amiel",
                receiver="Jonas Reber",
                what="all customers",
                from_at=datetime(2026, 11, 17, tzinfo=UTC),
                until_at=datetime(2026, 12, 1, tzinfo=UTC),
                reason="Skiing" if number else None,
                state=state,
                may_end=state != "ended",
            )
            for number, state in enumerate(("live", "to come", "ended"))
        ),
        colleagues=("Jonas Reber, jonas.reber@placet.example",),
        for_others=True,
        customers=(views.Choice(value="c1", label="Helene Brandt"),),
        sent={"fromUserId": "Claire Amiel", "until": "2020-01-01"},
        errors={"until": "A delegation ends in the future."},
    ),
    "delegations-none": lambda: views.DelegationsPage(shell=shell("/settings/delegations", role="auditor"), rows=()),
    "notifications": lambda: views.NotificationsPage(
        shell=shell("/settings/notifications"),
        choices=(views.Choice(value="off", label="No mail"), views.Choice(value="daily", label="Once a day")),
        choice="daily",
        mail=False,
    ),
    "overview-kept": lambda: overview(
        kept_facts=(views.Fact(label="Boat", text="A 9 m sloop <b>", href="/artifacts/x"),),
        notes=(
            views.KeptNote(
                label="How she likes to meet",
                text="Mornings, in person.\nNever by video.",
                tags=("meeting", "family"),
                at=datetime(2026, 11, 17, tzinfo=UTC),
                artifact_id="x",
            ),
        ),
    ),
    "overview": overview,
    "overview-open": lambda: overview(opened(CHANNELS)),
    "overview-task": lambda: overview(views.Opened(id=TASK.id, maker=TASK.agent)),
    "overview-empty": lambda: overview(pending=(), artifacts=(), recent=(), attention=(), head=head(MARGRETHE, 0)),
    "profile": profile,
    "profile-open": lambda: profile(opened(RISK)),
    "timeline": lambda: views.TimelinePage(
        shell=shell(f"/customers/{HELENE.id}/timeline", "customers"),
        head=head(),
        happenings=HAPPENINGS,
        span=views.Span(first=1, last=5, total=118, older="?cursor=x"),
    ),
    "timeline-empty": lambda: views.TimelinePage(
        shell=shell(f"/customers/{HELENE.id}/timeline", "customers"), head=head()
    ),
    "sources": lambda: views.SourcesPage(
        shell=shell(f"/customers/{HELENE.id}/sources", "customers"),
        head=head(),
        sources=(
            views.SourceRow(source=REVIEW, by="you", at=minutes(126), words=318, proposed=8, pending=6),
            views.SourceRow(
                source=views.Source(
                    id="sMail",
                    title="Mail about the sale of the firm, with the tax adviser in copy",
                    occurred_on=date(2026, 10, 21),
                ),
                by="Jonas Reber",
                at=minutes(40000),
                words=1,
                proposed=1,
            ),
            views.SourceRow(
                source=views.Source(id="sUndated", title="Untitled note"), by="you", at=minutes(90000), words=80
            ),
        ),
    ),
    "sources-empty": lambda: views.SourcesPage(
        shell=shell(f"/customers/{HELENE.id}/sources", "customers"), head=head()
    ),
    "source": lambda: source(opened(RISK)),
    "source-decided": lambda: source(opened(HORIZON)),
    "source-empty": lambda: source(proposals=(), offer=None, lines=note.lines(NOTE, [])),
    "read": lambda: views.ReadPage(
        shell=shell("/read", "read"),
        action="/read",
        whom=views.Filter(
            name="customer",
            label="Customer",
            choices=(
                views.Choice(value="", label="Who is the note about?"),
                *(views.Choice(value=each.id, label=each.name) for each in (HELENE, ARUN)),
            ),
        ),
    ),
    "read-refused": lambda: views.ReadPage(
        shell=shell(f"/customers/{HELENE.id}/read", "read"),
        action=f"/customers/{HELENE.id}/read",
        customer=HELENE,
        title="Call",
        occurred_on="2026-11-17",
        text="",
        errors={"text": "A note needs words."},
    ),
    "batch": lambda: views.BatchPage(
        shell=shell(
            "/batches/b-1", "customers", notice=views.Notice(sentence="The note is read: 6 changes are proposed.")
        ),
        customer=HELENE,
        batch=batch(
            REVIEW, tuple(msgspec.structs.replace(each, number=None) for each in (*HELENE_PENDING, HORIZON, ASCONA))
        ),
        opened=opened(OCCUPATION),
        skipped=(
            views.Skipped(label="Email", why="no_change"),
            views.Skipped(label="Mobile phone", why="previously_rejected", artifact_id=ASCONA.id),
        ),
        seen=(views.Seen(label="Marketing consent", why="policy"),),
    ),
    "batch-empty": lambda: views.BatchPage(
        shell=shell("/batches/b-1", "customers"), customer=HELENE, batch=batch(REVIEW, ())
    ),
    "artifact": lambda: artifact(HORIZON),
    "artifact-pending": lambda: artifact(RISK, opened(RISK)),
    "artifact-rejected": lambda: artifact(ASCONA),
    "sign-in": lambda: views.SignInPage(csrf="t0ken"),
    "sign-in-refused": lambda: views.SignInPage(
        csrf="t0ken", email="claire@bank.example", error="This e-mail and password do not belong together."
    ),
    "sign-in-link": lambda: views.SignInLinkPage(csrf="t0ken", token="0123", name="Claire Amiel"),
    "sign-in-link-used": lambda: views.SignInLinkPage(
        csrf="t0ken", token="0123", error="It was used before, or it is older than a day."
    ),
    **{
        f"error-{status}": (
            lambda status=status: views.ErrorPage(
                shell=shell("/x", ""),
                status=status,
                sentence=SENTENCES[status],
                link=views.Link(label="Customers", href="/customers") if status == 404 else None,
            )
        )
        for status in SENTENCES
    },
    "docs": lambda: DocsPage(
        title="Placet",
        version="1",
        text="What the server answers.",
        groups=(
            (
                "artifacts",
                (
                    Operation(
                        id="getArtifact",
                        method="GET",
                        path="/api/artifacts/{artifactId}",
                        summary="One artifact",
                        text="As its RM sees it.",
                        parameters=(Parameter(name="artifactId", place="path", kind="string", required=True),),
                        body=None,
                        answers=(("200", "Artifact"), ("404", None)),
                    ),
                ),
            ),
        ),
        shapes=(
            Shape(
                name="Artifact",
                text="An artifact.",
                members=(Parameter(name="id", place="", kind="string", required=True),),
            ),
        ),
    ),
    "error-signed-out": lambda: views.ErrorPage(status=404, sentence="There is no such page."),
}


@get("/", media_type=MediaType.HTML)
async def contents() -> str:
    """Return the list of pages."""
    return "<!doctype html><html lang=en><title>Style guide</title><ul>" + "".join(
        f"<li><a href=/see/{name}>{name}</a>" for name in PAGES
    )


@get("/see/{name:str}", media_type=MediaType.HTML)
async def see(name: FromPath[str]) -> Response[str]:
    """Return one page under the security policy that the server will have."""
    return Response(
        render.page(PAGES[name]()), headers={"content-security-policy": CSP, "x-content-type-options": "nosniff"}
    )


@get("/{rest:path}", media_type=MediaType.HTML)
async def elsewhere(rest: FromPath[str]) -> str:
    """Return where a link led, for tests that follow one."""
    return f"<!doctype html><html lang=en><title>elsewhere</title><main id=main><p>{len(rest)}</main>"


SENT: list[tuple[str, list[tuple[str, str]]]] = []


@post("/{rest:path}", status_code=200, media_type=MediaType.HTML)
async def sent(rest: FromPath[str], request: Request[Any, Any, Any]) -> Any:
    """Keep what a form sent, for tests to look at."""
    SENT.append((rest, list((await request.form()).multi_items())))
    if request.headers.get("accept") == "application/json":
        return Response({"results": [], "sentence": "It is done."}, media_type=MediaType.JSON)
    return "<!doctype html><html lang=en><title>sent</title><p>sent"


def app() -> Litestar:
    """Return the style guide as an application."""
    return Litestar([contents, see, elsewhere, sent, static_files], openapi_config=None, logging_config=None)


if __name__ == "__main__":
    import sys

    import uvicorn

    uvicorn.run(app(), host="127.0.0.1", port=int(sys.argv[1]) if len(sys.argv) > 1 else 8010, log_level="warning")
