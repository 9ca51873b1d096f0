"""What people do by hand: undo a decision, take a proposal back, change a field. Each form is one call of a verb."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from placet.api.idempotency import Answer, once
from placet.artifacts import own, reveal
from placet.artifacts.artifact import Artifact
from placet.artifacts.artifact_type import artifact_type
from placet.artifacts.outcome import Outcome
from placet.customers import access, fields, records
from placet.customers.records import Customer
from placet.customers.schema import Field, ProfileSchema
from placet.db.engine import Connection
from placet.errors import NotFound, PlacetError
from placet.web import views
from placet.web.pages import forms, show
from placet.web.pages.answering import by_script, told, why_not
from placet.web.pages.proposals import waiting_for
from placet.web.pages.surroundings import html, runtime_and_caller, shell
from placet.web.render import segment

_VALUE = "value."  # what the names of a field's own controls start with


@post("/artifacts/{artifact_id:str}/revert", status_code=303)
async def revert(request: Request[Any, Any, Any], artifact_id: FromPath[str]) -> Response[bytes]:
    """Undo a decision by a counter-entry."""
    return await _on_one(request, artifact_id, own.revert, "Not undone.")


@post("/decisions/revert", status_code=303)
async def revert_many(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Undo several decisions, each by a counter-entry; what cannot be undone says why, and the rest is undone."""
    runtime, who = runtime_and_caller(request)
    form = await forms.read_form(request)
    picked = list(dict.fromkeys(form.get("artifact", [])))

    async def work(connection: Connection) -> list[Outcome]:
        return await own.revert_many(connection, who, picked, schema=runtime.schema)

    if by_script(request):

        async def answer(connection: Connection) -> Answer:
            outcomes = await work(connection)
            return told(outcomes, _undone(outcomes, runtime.schema))

        return await once(request, answer)
    notice = _undone(await runtime.transact(work), runtime.schema)
    return forms.go(forms.inside(forms.one(form, "next"), "/history"), notice)


@post("/artifacts/{artifact_id:str}/withdraw", status_code=303)
async def withdraw(request: Request[Any, Any, Any], artifact_id: FromPath[str]) -> Response[bytes]:
    """Take a pending proposal back."""
    return await _on_one(request, artifact_id, own.withdraw, "Not withdrawn.")


async def _on_one(request: Request[Any, Any, Any], artifact_id: str, verb: Any, failed: str) -> Response[bytes]:
    runtime, who = runtime_and_caller(request)
    form = await forms.read_form(request)
    reason = forms.one(form, "reason").strip() or None
    back = forms.inside(forms.one(form, "next"), f"/artifacts/{segment(artifact_id)}")
    try:
        found = await runtime.transact(
            lambda connection: verb(connection, who, artifact_id, schema=runtime.schema, reason=reason)
        )
    except PlacetError as error:
        if error.status >= 500 or error.status in (403, 404):
            raise
        return forms.go(back, views.Notice(sentence=f"{failed} {error.sentence}", tone="refused"))
    link = views.Link(label="See the entry", href=f"/artifacts/{segment(found.id)}")
    return forms.go(
        back, views.Notice(sentence=_told(found, runtime.schema), link=link if found.id != artifact_id else None)
    )


def _told(found: Artifact, schema: ProfileSchema) -> str:
    """What undoing or withdrawing did, in one sentence."""
    card = artifact_type(found.artifact_type).card(found, schema)
    if found.reverts is None:
        return f"{card.title} is withdrawn.{' The profile stays as it was.' if found.field is not None else ''}"
    if found.signed is not None:
        return f"You signed to undo {card.title}. It waits for a co-signer's second signature."
    if found.pending:
        return f"Undone: {card.title} waits for a decision again."
    told = found.current_value is not None and not reveal.restricted(found, schema)
    return f"Undone: {card.title} is {card.now} again." if told else f"Undone: {card.title}."


def _undone(outcomes: Sequence[Outcome], schema: ProfileSchema) -> views.Notice:
    """What undoing came to; of several how many, with a line for each that was left."""
    if not outcomes:
        return views.Notice(sentence="Nothing was selected.", tone="plain")
    left = [outcome for outcome in outcomes if outcome.error is not None]
    entries = [outcome.artifact for outcome in outcomes if outcome.good and outcome.artifact is not None]
    if len(outcomes) == 1:
        if entries:
            return views.Notice(sentence=_told(entries[0], schema))
        return views.Notice(
            sentence="Not undone.", tone="refused", details=tuple(o.error.sentence for o in left if o.error)
        )
    signed = sum(outcome.outcome == "signed" for outcome in outcomes)
    done = len(entries) - signed
    said = [f"Undone: {done}{f' of {len(outcomes)}' if done < len(outcomes) else ''} decisions."] if done else []
    if signed:
        said.append(f"{signed} signed, for a second signature to decide.")
    several = len({outcome.artifact.customer_ref for outcome in outcomes if outcome.artifact is not None}) > 1
    return views.Notice(
        sentence=" ".join(said) or "Not undone.",
        tone="done" if entries else "refused",
        details=tuple(why_not(outcome, schema, named=several) for outcome in left),
    )


@get("/customers/{customer_id:str}/profile/{field_key:str}")
async def show_change(
    request: Request[Any, Any, Any], customer_id: FromPath[str], field_key: FromPath[str]
) -> Response[bytes]:
    """The form that gives one field another value."""
    return await _change_page(request, customer_id, field_key)


@post("/customers/{customer_id:str}/profile/{field_key:str}", status_code=303)
async def change(
    request: Request[Any, Any, Any], customer_id: FromPath[str], field_key: FromPath[str]
) -> Response[bytes]:
    """Take the form for another value of one field."""
    runtime, who = runtime_and_caller(request)
    form = await forms.read_form(request)
    field = _field(runtime.schema, field_key)
    reason, version = forms.one(form, "reason"), forms.one(form, "version")
    name = fields.control(field, None).name
    sent = list(form.get(_VALUE + name, []))

    async def work(connection: Connection) -> list[Outcome]:
        return await own.change_profile(
            connection,
            who,
            customer_id,
            {field.key: fields.from_form(field, sent)},
            schema=runtime.schema,
            reason=reason.strip() or None,
            expected_versions={field.key: int(version)} if version.isdecimal() and len(version) < 10 else None,
        )

    try:
        [outcome] = await runtime.transact(work)
    except PlacetError as error:
        if error.status >= 500 or error.status in (403, 404):
            raise
        where = "reason" if error.code in ("reason_required", "reason_too_long") else "value"
        return await _change_page(
            request,
            customer_id,
            field_key,
            sent=sent,
            reason=reason,
            errors={where: error.sentence},
            status=error.status,
        )
    assert outcome.artifact is not None  # a good outcome has its artifact
    made = outcome.artifact
    said = f"{field.label} is now {fields.display(field, made.current_value) or 'not recorded'}."
    if made.pending:
        said = f"You signed {field.label}. It waits for a co-signer's second signature."
    link = views.Link(label="See the entry", href=f"/artifacts/{segment(made.id)}")
    return forms.go(f"/customers/{segment(customer_id)}/profile", views.Notice(sentence=said, link=link))


async def _change_page(
    request: Request[Any, Any, Any],
    customer_id: str,
    field_key: str,
    *,
    sent: list[str] | None = None,
    reason: str = "",
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response[bytes]:
    runtime, who = runtime_and_caller(request)
    field = _field(runtime.schema, field_key)
    async with runtime.reading() as connection:
        customer: Customer = await records.get(connection, who, customer_id)
        stands = access.standing(who, customer.id, customer.rm_id, customer.team_id)
        alone = msgspec.structs.replace(stands, cosigns=False)  # a co-signer gives second signatures only
        if (refusal := access.refusal_to_decide(who, alone)) is not None:
            raise refusal
        waiting = await waiting_for(connection, runtime, who, customer.id, field.key)
        around = await shell(request, connection, "customers")
    value = customer.values.get(field.key)
    control = fields.control(field, value.value if value is not None else None)
    if sent is not None:
        other = {"other": sent[-1] if sent else ""} if control.other is not None else {}
        control = msgspec.structs.replace(control, value=sent[0] if sent else "", values=sent, **other)
    view = views.ChangePage(
        shell=around,
        customer=views.Customer(id=customer.id, name=customer.name),
        field=field.key,
        label=field.label,
        policy=field.policy,
        now=fields.display(field, value.value) if value is not None and value.value is not None else None,
        set=show.provenance(value, who) if value is not None else None,
        version=value.version if value is not None else 0,
        control=control,
        waiting=waiting,
        reason=reason,
        errors=errors or {},
    )
    return html(view, status)


def _field(schema: ProfileSchema, key: str) -> Field:
    field = schema.field(key)
    if field is None:
        raise NotFound("Field not found")
    return field


handlers = (revert, revert_many, withdraw, show_change, change)
