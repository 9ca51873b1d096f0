"""The profile schema as a page: which fields there are, what each takes, and what a change of it asks. Nothing is changed here."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response, get

from placet.artifacts.artifact_type import POLICY_SENTENCES
from placet.customers.schema import NUMBER_TYPES, Field
from placet.web import views
from placet.web.pages.surroundings import html, runtime_and_caller, shell
from placet.web.render import count

_TAKES: Final = {
    "text": "Text",
    "longtext": "Text of several lines",
    "integer": "Whole number",
    "decimal": "Number",
    "boolean": "Yes or no",
    "date": "Date",
    "select": "One of",
    "country": "Country",
    "language": "Language",
    "email": "E-mail address",
    "phone": "Phone number",
    "list": "List",
    "object": "Object",
    "any": "Anything",
}
_ITEMS: Final = {"select": "Several of", "country": "Countries", "language": "Languages", "text": "List of texts"}


@get("/fields")
async def show_fields(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The fields by section, in the order of the schema."""
    runtime, who = runtime_and_caller(request)
    async with runtime.reading() as connection:
        around = await shell(request, connection, "admin" if who.type in ("admin", "auditor") else "settings")
    view = views.FieldsPage(
        shell=around,
        version=runtime.schema.version,
        count=len(runtime.schema.fields),
        sections=tuple((name, tuple(_row(field) for field in fields)) for name, fields in runtime.schema.sections()),
    )
    return html(view)


def _row(field: Field) -> views.FieldRow:
    asks = [POLICY_SENTENCES.get(field.policy, field.policy)]
    asks.append(
        "Hidden until revealed, on the record." if field.restricted else f"Sensitivity {field.sensitivity} of 4."
    )
    asks.append(f"{field.priority.capitalize()} priority.")
    if field.expires_after_days is not None:
        asks.append(f"A proposal waits {count(field.expires_after_days, 'day')}.")
    return views.FieldRow(
        key=field.key,
        label=field.label,
        takes=takes(field),
        options=("; " if any(", " in option.label for option in field.options) else ", ").join(
            option.label for option in field.options
        ),
        about=field.description,
        asks=tuple(asks),
    )


def takes(field: Field) -> str:
    """What a field takes, in words: "Whole number, 0 to 20", "Text, at most 200 characters", "One of, in this order"."""
    words = _TAKES[field.type]
    if field.type == "list" or field.multi:
        kind = field.items or (field.type if field.multi else "text")
        words = _ITEMS.get(kind, f"List: {_TAKES[kind].lower()}")
    parts = [f"{words} ({field.unit})" if field.unit and field.type in NUMBER_TYPES else words]
    if (bounds := _bounds(field)) is not None:
        parts.append(bounds)
    if field.ordered:
        parts.append("in this order")
    if field.pattern is not None:
        parts.append(f"written as {field.pattern}")
    return ", ".join(parts)


def _bounds(field: Field) -> str | None:
    low, high = field.min, field.max
    unit = "" if field.type in NUMBER_TYPES else " characters"
    if low is not None and high is not None:
        return f"{low:,} to {high:,}{unit}"
    if high is not None:
        return f"at most {high:,}{unit}"
    return f"at least {low:,}{unit}" if low is not None else None


handlers = (show_fields,)
