"""Dates, written as ISO 8601 says, because 04/03/1961 means two days."""

# ruff: noqa: ARG002 - every type takes what any type needs

from __future__ import annotations

import re
from datetime import date
from typing import Any, Final

from placet.customers.fields.base import Change, Control, FieldType, as_text, plain, refuse
from placet.customers.schema import Field

EARLIEST: Final = date(1850, 1, 1)  # nobody's birthday is earlier, and no plan reaches further than LATEST
LATEST: Final = date(2200, 12, 31)
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# A time is taken only where it says no more than the date: midnight, in UTC or without a zone.
_WRITTEN: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-]00:00)?)?")


class Date(FieldType):
    """A day of the calendar."""

    name = "date"

    def parse(self, field: Field, raw: Any, region: str | None) -> str:
        """Return the date as "2026-05-15"."""
        written = raw.isoformat() if isinstance(raw, date) else raw
        found = _WRITTEN.fullmatch(written.strip()) if isinstance(written, str) else None
        if found is None:
            raise refuse(field, written, "a date is written 2026-05-15")
        try:
            day = date.fromisoformat(found[1])
        except ValueError:
            raise refuse(field, written, "there is no such day") from None
        if not EARLIEST <= day <= LATEST:
            raise refuse(field, written, f"a date is from {EARLIEST.year} to {LATEST.year}")
        return found[1]

    def display(self, field: Field, value: Any) -> str:
        """Return the date as "2 Nov 1974"."""
        day = _day(value)
        return plain(value) if day is None else f"{day.day} {MONTHS[day.month - 1]} {day.year}"

    def change(self, field: Field, before: Any, after: Any) -> Change:
        """Return both dates and the days between them."""
        change = super().change(field, before, after)
        was, now = _day(before), _day(after)
        if was is not None and now is not None and was != now:
            days = (now - was).days
            change.note = f"{'+' if days > 0 else '−'}{abs(days):,} {'day' if abs(days) == 1 else 'days'}"
        return change

    def control(self, field: Field, value: Any) -> Control:
        """Return a date input."""
        return Control(
            kind="date",
            name=field.key,
            label=field.label,
            value=as_text(value),
            min=EARLIEST.isoformat(),
            max=LATEST.isoformat(),
            help=self.help(field),
        )

    def json_schema(self, field: Field) -> dict[str, Any]:
        """Return a string of format `date`."""
        return {"type": "string", "format": "date"}


def _day(value: Any) -> date | None:
    """Return a stored date; None for anything else that an earlier schema may have left there."""
    found = _WRITTEN.fullmatch(value) if isinstance(value, str) else None
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None
