"""Words of a note that the agent missed: a person marks them, says which field they are about, and proposes or enters a value."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from placet.api.reading import read_query
from placet.artifacts import own, sources
from placet.customers import access, fields, records
from placet.customers.schema import Field
from placet.errors import NotFound, PlacetError
from placet.web import views
from placet.web.pages import forms
from placet.web.pages.proposals import waiting_for
from placet.web.pages.surroundings import html, runtime_and_caller, shell
from placet.web.render import segment

_VALUE = "value."  # what the names of a field's own controls start with


class MarkQuery(msgspec.Struct, kw_only=True):
    """The marked words, and the field they are about once it is chosen."""

    quote: str | None = None
    field: str | None = None


@get("/sources/{source_id:str}/mark")
async def show_mark(request: Request[Any, Any, Any], source_id: FromPath[str]) -> Response[bytes]:
    """The form for words the agent missed."""
    query = read_query(request, MarkQuery)
    return await _page(request, source_id, (query.quote or "").replace("\r\n", "\n"), query.field or "")


@post("/sources/{source_id:str}/mark", status_code=303)
async def mark(request: Request[Any, Any, Any], source_id: FromPath[str]) -> Response[bytes]:
    """Propose the value, or enter it at once."""
    runtime, who = runtime_and_caller(request)
    form = await forms.read_form(request)
    quote, key = forms.one(form, "quote").strip(), forms.one(form, "field")
    reason, enter = forms.one(form, "reason"), forms.one(form, "act") == "enter"
    field = _field(runtime.schema.field(key))
    sent = list(form.get(_VALUE + fields.control(field, None).name, []))
    try:
        made = await runtime.transact(
            partial(
                own.from_words,
                who=who,
                source_id=source_id,
                field=key,
                value=fields.from_form(field, sent),
                quote=quote,
                schema=runtime.schema,
                enter=enter,
                reason=reason.strip() or None,
            )
        )
    except PlacetError as error:
        if error.status >= 500 or error.status in (403, 404):
            raise
        where = {"quote_not_found": "quote", "reason_required": "reason", "reason_too_long": "reason"}
        errors = {where.get(error.code, "value"): error.sentence}
        return await _page(request, source_id, quote, key, sent=sent, reason=reason, errors=errors, status=error.status)
    said = f"{field.label} is proposed from these words."
    if enter:
        said = f"{field.label} is now {fields.display(field, made.current_value) or 'not recorded'}."
        if made.pending:
            said = f"You signed {field.label}. It waits for a co-signer's second signature."
    return forms.go(f"/sources/{segment(source_id)}?open={segment(made.id)}#q-{made.id}", views.Notice(sentence=said))


async def _page(
    request: Request[Any, Any, Any],
    source_id: str,
    quote: str,
    key: str,
    *,
    sent: list[str] | None = None,
    reason: str = "",
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response[bytes]:
    runtime, who = runtime_and_caller(request)
    async with runtime.reading() as connection:
        source = await sources.get(connection, who, source_id)
        if source.customer_id is None:
            raise NotFound("Source not found")
        customer = await records.get(connection, who, source.customer_id)
        access.check_propose(who, customer.id, customer.rm_id, customer.team_id)
        field = _field(runtime.schema.field(key)) if key else None
        stands = access.standing(who, customer.id, customer.rm_id, customer.team_id)
        enters = field is not None and stands.decides
        waiting = await waiting_for(connection, runtime, who, customer.id, key) if enters else ()
        around = await shell(request, connection, "customers")
    value = customer.values.get(key)
    control = fields.control(field, None) if field is not None else None
    if control is not None and sent is not None:
        other = {"other": sent[-1] if sent else ""} if control.other is not None else {}
        control = msgspec.structs.replace(control, value=sent[0] if sent else "", values=sent, **other)
    view = views.MarkPage(
        shell=around,
        customer=views.Customer(id=customer.id, name=customer.name),
        source=views.Source(id=source.id, title=source.title or "Note"),
        quote=quote,
        fields=tuple(views.Choice(value=f.key, label=f"{f.label} ({f.section})") for f in runtime.schema.fields),
        field=key,
        label=field.label if field is not None else "",
        policy=field.policy if field is not None else "",
        now=fields.display(field, value.value) if field and value is not None and value.value is not None else None,
        control=control,
        may_enter=stands.decides,
        waiting=waiting,
        reason=reason,
        errors=errors or {},
    )
    return html(view, status)


def _field(found: Field | None) -> Field:
    if found is None:
        raise NotFound("Field not found")
    return found


handlers = (show_mark, mark)
