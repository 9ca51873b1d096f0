"""Values of a field's type in a statement: the bridge between the schema's types and the modules of `values`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from placet.agent.reader.candidate import Context
from placet.agent.reader.segment import Statement
from placet.agent.reader.text import rx
from placet.agent.reader.values import Found
from placet.agent.reader.values.choices import find_choices
from placet.agent.reader.values.contacts import find_emails, find_phones
from placet.agent.reader.values.dates import find_dates
from placet.agent.reader.values.money import Amount, band_for, bands_of, find_money
from placet.agent.reader.values.numbers import find_decimals, find_integers, find_spelled
from placet.agent.reader.values.places import find_countries, find_languages
from placet.agent.reader.values.relative_dates import find_relative_dates
from placet.customers.schema import Field

_TOTAL = (
    r"\b(?:total|in all|all[- ]in|altogether|everything|overall|call it|sum|together|combined total|net worth)\b|"
    r"=>?\s*\S{0,4}\s*$"
)
_TOTAL_BEHIND = r"^\W{0,2}(?:all[- ]in|in total|altogether|net\b|total)"
# What joins the parts of an income, and what between them says that they are not parts of one.
_JOINED = r"\bplus\b|\+|\band\b|\bas well as\b|\bwith another\b"
_APART = r"[.;:=]|\b(?:wife|husband|spouse|partner|mortgage|loan|saving\w*|costs?|fees?|of which|bonus of|but|to|or|between)\b"
_OTHER_UNIT = r"^\s?(?:months?|weeks?|days?|per cent|%|children|kids)\b"


_FINDERS: dict[str, Callable[[str], list[Found]]] = {
    "phone": find_phones, "email": find_emails, "country": find_countries, "language": find_languages,
    "integer": find_integers, "decimal": find_decimals,
}  # fmt: skip


class Search:
    """Finds values by type; a statement is searched once for each type."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: dict[tuple[int, str], list[Found]] = {}
        self._bands = {
            f.key: bands_of([o.value for o in f.options]) for f in context.schema.fields if f.type == "select"
        }

    def values(self, field: Field, statement: Statement) -> list[Found]:
        """Every value of the field's type in a statement; positions count from the start of the statement."""
        # Only what lies ahead is told by the day of the note: "next Tuesday" is no date of birth.
        ahead = field.type == "date" and self._context.cue(field).when == "future"
        kind = f"{field.type}:{field.key}" if field.type == "select" or ahead else field.type
        known = self._known.get((id(statement), kind))
        if known is None:
            known = self._known[(id(statement), kind)] = self._search(field, statement.text)
        if field.type == "integer" and field.unit:
            return [f for f in known if not rx(_OTHER_UNIT).match(statement.text[f.end :])]
        return known

    def among(self, field: Field, words: str) -> list[Found]:
        """Every value of the field's type in a few words."""
        return self._search(field, words)

    def value_of(self, field: Field, words: str) -> Any:
        """The value that a few words are for a field; None if they are none. Texts are their own value."""
        match field.type:
            case "integer":
                found = find_integers(words) or find_spelled(words)
                return int(found[0].value) if found else None
            case "language":
                found = find_languages(words[:1].upper() + words[1:])
            case "select":
                found = self._search(field, words)
            case _:
                return words
        return found[0].value if found else None

    def _search(self, field: Field, text: str) -> list[Found]:
        if field.type == "select":
            if self._bands.get(field.key):
                return self._banded(field, text)
            return find_choices(text, field.options, self._context.cue(field).words)
        if field.type == "date":
            region, today = self._context.region, self._context.today
            found = find_dates(text, region=region, today=today)
            if self._context.cue(field).when != "future":
                return found
            return found or find_relative_dates(text, region=region, today=today)
        finder = _FINDERS.get(field.type)
        return finder(text) if finder is not None else []

    def _banded(self, field: Field, text: str) -> list[Found]:
        """Amounts of money as the bands they fall in; the doubt tells a total and an amount without any unit."""
        out: list[Found] = []
        parts: list[Found] = []
        bands, rates = self._bands[field.key], self._context.schema.fx_per_unit
        yearly = "incom" in field.key.lower() or "annual" in field.label.lower()
        for found in find_money(text, region=self._context.region):
            amount: Amount = found.value
            least = 1_000 if amount.period else 10_000
            if yearly and amount.period == "year" and not amount.said and 20 <= amount.amount < 1_000:
                amount = amount._replace(amount=amount.amount * 1_000)  # "fifty-two a year"
            if (not amount.said and amount.amount < least) or (not yearly and amount.period):
                continue
            band = band_for([amount], bands, rates, yearly=yearly)
            parts.append(found._replace(value=amount))
            if band is None:
                doubt = "band"
            elif rx(_TOTAL).search(text[: found.start]) or rx(_TOTAL_BEHIND).match(text[found.end :]):
                doubt = "total"
            else:
                doubt = "" if amount.said or amount.period else "bare"
            out.append(Found(found.start, found.end, band, doubt))
        if yearly and not any(each.doubt == "total" for each in out):
            out += _summed(text, parts, lambda amount: band_for([amount], bands, rates, yearly=True))
        return out


def _summed(text: str, parts: list[Found], band_of: Callable[[Amount], str | None]) -> list[Found]:
    """The sum of amounts that stand in a row: "basic 190k plus housing 40k" is one income."""
    row: list[Found] = []
    for part in parts:
        between = text[row[-1].end : part.start] if row else ""
        joined = rx(_JOINED).search(between) and not rx(_APART).search(between) and len(between) <= 60
        if row and not (joined and part.value.currency in (row[0].value.currency, "") and not part.value.low):
            break
        row.append(part)
    if len(row) < 2:
        return []
    months = [12 if each.value.period == "month" else 1 for each in row]
    total = sum(each.value.amount * times for each, times in zip(row, months, strict=True))
    band = band_of(Amount(total, row[0].value.currency, "year", said=True))
    return [Found(row[0].start, row[-1].end, band, "sum")] if band is not None else []
