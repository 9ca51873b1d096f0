"""Forms that decide: one artifact, some selected ones, a whole batch. Each is one call of the gate, then a redirect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.params import FromPath

from placet.api.answers import ok
from placet.api.idempotency import Answer, Reply, decide_once, find_and_decide_once
from placet.api.reading import read_query
from placet.artifacts import bulk, inbox, lifecycle, reveal
from placet.artifacts.artifact import Artifact
from placet.artifacts.artifact_type import artifact_type
from placet.artifacts.decide import decide
from placet.artifacts.gate import Gate
from placet.artifacts.outcome import Decision, Looked, Outcome
from placet.customers.schema import ProfileSchema
from placet.db import json
from placet.db.engine import Connection
from placet.errors import NotFound, NotUnderstood, PlacetError, Stale
from placet.identity.principal import Principal
from placet.web import views
from placet.web.pages import forms
from placet.web.pages.answering import by_script, revertible, told, why_not
from placet.web.pages.forms import Form, one
from placet.web.pages.proposals import BatchQuery, artifact_page
from placet.web.pages.surroundings import runtime_and_caller
from placet.web.render import here_with, segment

_MODES = {lifecycle.EDITED: "edit", lifecycle.REJECTED: "reject"}
_NOT = {lifecycle.ACCEPTED: "Not accepted.", lifecycle.EDITED: "Not accepted.", lifecycle.REJECTED: "Not rejected."}
_DAY_MS = 86_400_000  # a card open for longer was open for a day
_VALUE = "value."  # what the names of a type's own controls start with


@post("/artifacts/{artifact_id:str}/decide", status_code=303)
async def decide_one(request: Request[Any, Any, Any], artifact_id: FromPath[str]) -> Response[bytes]:
    """Accept, edit or reject one artifact."""
    runtime, who = runtime_and_caller(request)
    form = await forms.read_form(request)
    status = one(form, "status")
    async with runtime.reading() as connection:
        artifact = await inbox.get_artifact(connection, who, artifact_id)
    try:
        decision = Decision(
            by=who,
            artifact_id=artifact_id,
            status=status,
            reason=_reason(form),
            edited_value=_edited(artifact, form, runtime.schema) if status == lifecycle.EDITED else msgspec.UNSET,
            expected_current_value=_expected(form),
            looked=_looked(one(form, "looked")),
        )
        if by_script(request):
            return await decide_once(request, [decision], lambda done: _told_one(done, who, runtime.schema))
        [outcome] = await runtime.part(Gate).decide([decision])
        if outcome.error is not None:
            raise outcome.error
    except PlacetError as error:
        if isinstance(error, NotFound) or error.status >= 500 or by_script(request):
            raise
        return await _refused(request, artifact_id, form, status, error)
    return forms.go(forms.inside(one(form, "next"), "/inbox"), _notice(outcome, runtime.schema))


@post("/decisions/accept", status_code=303)
async def accept_selected(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Accept the selected rows: each was picked by hand, so only stale, policy and authority stop one."""
    return await _decide_selected(request, lifecycle.ACCEPTED)


@post("/decisions/reject", status_code=303)
async def reject_selected(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Reject the selected rows."""
    return await _decide_selected(request, lifecycle.REJECTED)


async def _decide_selected(request: Request[Any, Any, Any], status: str) -> Response[bytes]:
    runtime, who = runtime_and_caller(request)
    form = await forms.read_form(request)
    back = forms.inside(one(form, "next"), "/inbox")
    async with runtime.reading() as connection:
        decisions = await _selected(connection, who, form, status, runtime.schema)
    if not decisions:
        return forms.go(back, views.Notice(sentence="Nothing was selected.", tone="plain"))
    if by_script(request):
        return await decide_once(request, decisions, _reply(status, who, runtime.schema))
    outcomes = await runtime.part(Gate).decide(decisions)
    failed = [outcome.artifact_id for outcome in outcomes if not outcome.good and outcome.outcome != "already_decided"]
    return forms.go(here_with(back, sel=".".join(failed) or None), _tally(outcomes, status, runtime.schema))


@post("/decisions/dry-run", status_code=303)
async def try_selected(request: Request[Any, Any, Any]) -> Response[bytes]:
    """What accepting the selected rows would do, row by row; nothing is decided."""
    runtime, who = runtime_and_caller(request)
    form = await forms.read_form(request)
    async with runtime.reading() as connection:
        decisions = await _selected(connection, who, form, lifecycle.ACCEPTED, runtime.schema)
        outcomes = await decide(connection, decisions, schema=runtime.schema, dry_run=True)
    picked = ".".join(decision.artifact_id for decision in decisions)
    back = here_with(forms.inside(one(form, "next"), "/inbox"), sel=picked or None)
    return _forecast(request, outcomes, back, runtime.schema)


@post("/batches/{batch_id:str}/dry-run", status_code=303)
async def try_batch(request: Request[Any, Any, Any], batch_id: FromPath[str]) -> Response[bytes]:
    """What accepting a whole batch would take; nothing is decided."""
    runtime, who = runtime_and_caller(request)
    query = read_query(request, BatchQuery)
    form = await forms.read_form(request)
    outcomes = await bulk.decide_batch(
        runtime,
        who,
        batch_id,
        lifecycle.ACCEPTED,
        dry_run=True,
        customer_id=query.customer,
        created_by_id=query.creator,
    )
    back = forms.inside(one(form, "next"), f"/batches/{segment(batch_id)}")
    return _forecast(request, outcomes, back, runtime.schema)


def _forecast(
    request: Request[Any, Any, Any], outcomes: list[Outcome], back: str, schema: ProfileSchema
) -> Response[bytes]:
    signed = sum(o.outcome == "signed" for o in outcomes)
    taken, rest = sum(o.good for o in outcomes) - signed, [o for o in outcomes if not o.good]
    also = f" and sign {signed}" if signed else ""
    sentence = f"Accept would take {taken} of {len(outcomes)}{also}. Nothing is decided yet."
    details = tuple(why_not(outcome, schema, named=False) for outcome in rest)
    notice = views.Notice(sentence=sentence, tone="plain", details=details)
    if by_script(request):
        return ok(told(outcomes, notice).body)
    return forms.go(back, notice)


async def _selected(
    connection: Connection, who: Principal, form: Form, status: str, schema: ProfileSchema
) -> list[Decision]:
    """A decision for each selected row."""
    picked = list(dict.fromkeys(form.get("artifact", [])))
    unseen, looked = await _unseen(connection, who, picked, schema), _looked_at(form)
    return [
        Decision(
            by=who,
            artifact_id=each,
            status=status,
            reason=_reason(form),
            looked=looked(each),
            bulk=each in unseen,
        )
        for each in picked
    ]


async def _unseen(connection: Connection, who: Principal, picked: list[str], schema: ProfileSchema) -> frozenset[str]:
    """Those picked whose value the page does not show: nobody picked what they say, so they are judged as part of a batch."""
    if not any(field.restricted for field in schema.fields):
        return frozenset()
    return await reveal.unseen(connection, who, await inbox.named(connection, picked), schema)


@post("/batches/{batch_id:str}/accept", status_code=303)
async def accept_batch(request: Request[Any, Any, Any], batch_id: FromPath[str]) -> Response[bytes]:
    """Accept what a batch allows to be taken together."""
    return await _decide_batch(request, batch_id, lifecycle.ACCEPTED)


@post("/batches/{batch_id:str}/reject", status_code=303)
async def reject_batch(request: Request[Any, Any, Any], batch_id: FromPath[str]) -> Response[bytes]:
    """Reject what is pending in a batch."""
    return await _decide_batch(request, batch_id, lifecycle.REJECTED)


async def _decide_batch(request: Request[Any, Any, Any], batch_id: str, status: str) -> Response[bytes]:
    runtime, who = runtime_and_caller(request)
    query = read_query(request, BatchQuery)
    form = await forms.read_form(request)
    looked = _looked_at(form)
    if by_script(request):

        async def find(connection: Connection) -> tuple[Sequence[Decision], Reply]:
            decisions = await bulk.batch_decisions(
                connection,
                who,
                batch_id,
                status,
                reason=_reason(form),
                customer_id=query.customer,
                created_by_id=query.creator,
            )
            for decision in decisions:
                decision.looked = looked(decision.artifact_id)
            return decisions, _reply(status, who, runtime.schema)

        return await find_and_decide_once(request, find)
    outcomes = await bulk.decide_batch(
        runtime,
        who,
        batch_id,
        status,
        reason=_reason(form),
        customer_id=query.customer,
        created_by_id=query.creator,
    )
    back = forms.inside(one(form, "next"), f"/batches/{segment(batch_id)}")
    return forms.go(back, _tally(outcomes, status, runtime.schema))


async def _refused(
    request: Request[Any, Any, Any], artifact_id: str, form: Form, status: str, error: PlacetError
) -> Response[bytes]:
    """The artifact's own page with what was typed, and the sentence where it belongs."""
    errors: dict[str, str] = {}
    sent = _sent(form)
    if error.code in ("reason_required", "reason_too_long") and status != lifecycle.REJECTED:
        errors["reason"] = error.sentence
    elif status == lifecycle.EDITED and error.status == 422 and sent:
        named = error.members.get("field")
        errors[named if named in sent else next(iter(sent))] = error.sentence
    refusal = None if errors else views.Refusal(headline=_NOT.get(status, "Not decided."), sentence=error.sentence)
    return await artifact_page(
        request,
        artifact_id,
        mode=_mode(form, status, error),
        draft=views.Draft(reason=one(form, "reason"), remark=one(form, "remark"), errors=errors),
        refusal=refusal,
        sent=sent if status == lifecycle.EDITED else None,
        status=error.status,
    )


def _told_one(outcomes: list[Outcome], who: Principal, schema: ProfileSchema) -> Answer:
    """One decision as a script is answered; a refusal is raised, to be a problem document."""
    if (error := outcomes[0].error) is not None:
        raise error
    return told(outcomes, _notice(outcomes[0], schema), revertible(outcomes, who, schema))


def _reply(status: str, who: Principal, schema: ProfileSchema) -> Reply:
    """How many are answered to a script."""
    return lambda done: told(done, _tally(done, status, schema), revertible(done, who, schema))


def _notice(outcome: Outcome, schema: ProfileSchema) -> views.Notice:
    assert outcome.artifact is not None  # a good outcome has its artifact
    return views.Notice(sentence=_decided(outcome.artifact, schema))


def _mode(form: Form, status: str, error: PlacetError) -> str | None:
    """Which form of the card is out again; a second signature has none."""
    if "signedValue" in form:
        return None
    return "over" if isinstance(error, Stale) and status == lifecycle.ACCEPTED else _MODES.get(status)


def _reason(form: Form) -> str | None:
    """The chosen reason, with the person's own line behind it."""
    parts = [part for part in (one(form, "reason").strip(), one(form, "remark").strip()) if part]
    return ": ".join(parts) or None


def _looked(said: str) -> Looked | None:
    """What a form says of how the proposal was read: `yes`, `no`, or the milliseconds its evidence was open."""
    if said.isascii() and said.isdigit() and len(said) < 10:
        return Looked(opened=True, ms=min(int(said), _DAY_MS))
    return {"yes": Looked(opened=True), "no": Looked(opened=False)}.get(said)


def _looked_at(form: Form) -> Callable[[str], Looked | None]:
    """The same of many: an id and its milliseconds for each that was open. A page without the script says nothing of any."""
    if "looked" not in form:
        return lambda _: None
    said = dict(each.split(" ", 1) for each in form["looked"] if " " in each)
    return lambda artifact_id: _looked(said.get(artifact_id, "no"))


def _edited(artifact: Artifact, form: Form, schema: ProfileSchema) -> Any:
    if "signedValue" in form:  # the second signature: on the value that was shown, which the first one has or has not
        return _json(one(form, "signedValue"))
    return artifact_type(artifact.artifact_type).from_form(artifact.payload, _sent(form), schema)


def _sent(form: Form) -> dict[str, list[str]]:
    """What the type's own controls sent, by their names."""
    return {name.removeprefix(_VALUE): values for name, values in form.items() if name.startswith(_VALUE)}


def _expected(form: Form) -> Any:
    text = one(form, "expectedCurrentValue")
    return _json(text) if text else msgspec.UNSET


def _json(text: str) -> Any:
    try:
        return json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise NotUnderstood("The form cannot be read.", code="invalid_form") from None


def _decided(artifact: Artifact, schema: ProfileSchema) -> str:
    """What a decision did, in one sentence."""
    card = artifact_type(artifact.artifact_type).card(artifact, schema)
    if artifact.pending:
        return f"You signed {card.title}. It waits for a co-signer's second signature."
    if artifact.status == lifecycle.REJECTED:
        return f"{card.title} is rejected.{' The profile stays as it was.' if artifact.field is not None else ''}"
    if artifact.field is None:
        return f"{card.title} is accepted{' with your change' if artifact.edited else ''}."
    if reveal.restricted(artifact, schema):
        return f"{card.title} is accepted{' with your change' if artifact.edited else ''}."
    if artifact.current_value is None:
        return f"{card.title} is now not recorded."
    return f"{card.title} is now {card.now}."


def _tally(outcomes: Sequence[Outcome], status: str, schema: ProfileSchema) -> views.Notice:
    """What became of many, with a line for each that was not taken."""
    signed = [o for o in outcomes if o.outcome == "signed"]
    done = [o for o in outcomes if o.good and o not in signed]
    rest = [o for o in outcomes if not o.good]
    verb = "rejected" if status == lifecycle.REJECTED else "accepted"
    sentence = f"{len(done)} {verb}." if done else f"Nothing was {verb}."
    if signed:
        sentence += f" {len(signed)} signed, for a second signature to decide."
    if rest:
        sentence += f" {len(rest)} left as {'it was' if len(rest) == 1 else 'they were'}."
    customers = {o.artifact.customer_ref for o in outcomes if o.artifact is not None}
    details = tuple(why_not(o, schema, named=len(customers) > 1) for o in rest)
    return views.Notice(sentence=sentence, tone="done" if done or signed else "refused", details=details)


handlers = (decide_one, accept_selected, reject_selected, try_selected, accept_batch, reject_batch, try_batch)
