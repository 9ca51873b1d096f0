"""Amounts of money in the ways of many places: "£62k p.a.", "Rs. 1.60 Cr", "S$182k a year", "1.250.000 EUR", "1,800万円".

An amount knows its currency and, where it is said, its period; comparing it with the bands of a field is here too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from placet.agent.reader.text import rx
from placet.agent.reader.values import Found
from placet.agent.reader.values.numbers import SPELLED, value_of

_SYMBOLS = {
    "S$": "SGD", "HK$": "HKD", "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD",
    "R$": "BRL", "NT$": "TWD", "£": "GBP", "€": "EUR", "₹": "INR", "¥": "JPY", "₦": "NGN", "₩": "KRW", "Rs.": "INR",
    "Rs": "INR", "Re": "INR", "Fr.": "CHF", "SFr.": "CHF", "Dhs": "AED", "Dh": "AED", "kr": "", "$": "$", "R": "ZAR",
    "P": "BWP",
}  # fmt: skip
_CODES = ("USD|GBP|EUR|CHF|SGD|HKD|JPY|INR|AUD|CAD|NZD|NOK|SEK|DKK|ZAR|AED|SAR|QAR|BWP|NGN|KES|GHS|CNY|RMB|BRL|MXN|"
          "KRW|TWD|THB|MYR|IDR|PHP|VND|PLN|CZK|HUF|ILS|TRY|STG")  # fmt: skip
_NAMES = {
    "us dollar": "USD", "american dollar": "USD", "singapore dollar": "SGD", "sing dollar": "SGD",
    "hong kong dollar": "HKD", "australian dollar": "AUD", "aussie dollar": "AUD", "canadian dollar": "CAD",
    "dollar": "$", "buck": "$", "pound": "GBP", "pound sterling": "GBP", "sterling": "GBP", "quid": "GBP",
    "euro": "EUR", "franc": "CHF", "swiss franc": "CHF", "rupee": "INR", "yen": "JPY", "dirham": "AED",
    "rand": "ZAR", "pula": "BWP", "naira": "NGN", "krone": "", "kroner": "", "円": "JPY", "kr": "",
}  # fmt: skip
_SCALES = {
    "k": 10**3, "t": 10**3, "thousand": 10**3, "grand": 10**3, "tsd": 10**3, "m": 10**6, "mn": 10**6, "mm": 10**6,
    "mio": 10**6, "mil": 10**6, "mill": 10**6, "million": 10**6, "millions": 10**6, "bn": 10**9, "billion": 10**9,
    "lakh": 10**5, "lakhs": 10**5, "lac": 10**5, "lacs": 10**5, "l": 10**5, "cr": 10**7, "crs": 10**7,
    "crore": 10**7, "crores": 10**7, "万": 10**4, "億": 10**8,
}  # fmt: skip
_REGIONS = {
    "GB": "GBP", "US": "USD", "SG": "SGD", "IN": "INR", "HK": "HKD", "CH": "CHF", "LI": "CHF", "JP": "JPY",
    "AU": "AUD", "CA": "CAD", "NO": "NOK", "SE": "SEK", "DK": "DKK", "ZA": "ZAR", "AE": "AED", "NZ": "NZD",
    "NG": "NGN", "BW": "BWP", "KE": "KES", "BR": "BRL", "CN": "CNY", "IE": "EUR", "DE": "EUR", "FR": "EUR",
    "NL": "EUR", "AT": "EUR", "BE": "EUR", "PT": "EUR", "ES": "EUR", "IT": "EUR", "LU": "EUR", "FI": "EUR",
    "GR": "EUR", "MY": "MYR", "TH": "THB", "VN": "VND", "SA": "SAR", "QA": "QAR", "TW": "TWD", "KR": "KRW",
}  # fmt: skip
_KRONE = {"NO": "NOK", "SE": "SEK", "DK": "DKK"}
_DOLLAR = {"US": "USD", "SG": "SGD", "HK": "HKD", "AU": "AUD", "CA": "CAD", "NZ": "NZD", "TW": "TWD"}
_COMMA_DECIMAL = {
    "DE",
    "AT",
    "FR",
    "NL",
    "BE",
    "PT",
    "ES",
    "IT",
    "NO",
    "SE",
    "DK",
    "FI",
    "BR",
    "PL",
    "CZ",
    "GR",
    "VN",
    "LU",
}

_SYMBOL = "|".join(re.escape(s) for s in sorted(_SYMBOLS, key=len, reverse=True))
_NAME = "|".join(s if s in ("円", "kr") else f"{s}s?" for s in sorted(_NAMES, key=len, reverse=True))
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_NUMBER = r"\d{1,3}(?:[,.' ]\d{2,3}(?![\d]))+(?:[.,]\d{1,2}(?!\d))?|\d+(?:[.,]\d{1,3}(?!\d))?"
_AMOUNT = (
    rf"(?<![\w.,/])(?P<before>(?:{_CODES})\s?|(?:{_SYMBOL})\s?|k€\s?)?(?P<number>{_NUMBER})"
    rf"(?:\s?\(?(?P<scale>{_SCALE})(?![a-z]))?\.?(?:[\s-]?(?P<after>{_CODES}|€|£|\$|₹|{_NAME}|US)(?![a-z]))?"
)
_LOW = (
    rf"(?:\b(?:between|from) )?(?P<before>\b(?:{_CODES})\s?|"
    rf"(?:{_SYMBOL})\s?)?(?<![\w.,])(?P<number>{_NUMBER})\s?(?P<scale>{_SCALE})?\s?(?:-|to|and)\s?$"
)
_WORDS = (
    rf"(?P<before>(?:{_CODES})\s)?(?P<number>{SPELLED})(?:\s(?P<scale>k))?(?:\s(?P<after>{_CODES}|{_NAME}|"
    rf"US)(?![a-z]))?"
)
_MONTHLY = r"\s?(?:[a-z]+\s)?(?:a|per|each|/|every)\s?(?:month|mth|mo)\b|\s?(?:pcm|p\.m\.|monthly|/mth|/mo)(?![a-z])"
_YEARLY = r"\s?(?:[a-z]+\s)?(?:a|per|each|/|every)\s?(?:year|yr|annum)\b|\s?(?:p\.a\.?|pa|annually|yearly|/yr)(?![a-z])"
_TWO_SCALES = r"(?P<a>\d+(?:\.\d+)?)億(?P<b>\d{1,4})万円?"
_A_YEAR = r"\s(?:a|per) (?:year|annum)\b"
_ONCE = r"\s?(?:a|per|each|/|every)\s?(?:week|day|hour|quarter|night)\b"


class Amount(NamedTuple):
    """So much money: `amount` in units of `currency`; `period` is "year", "month", "other" or "" if not said."""

    amount: float
    currency: str
    period: str
    said: bool  # whether a currency or a scale was written, not only a number
    low: float = 0.0  # the lower end, where a range was written; 0 if not


def find_money(text: str, *, region: str) -> list[Found]:
    """Every amount of a text in order, as `Amount`; a bare number counts only if its `said` is false."""
    found = list(_digits(text, region)) if any(c.isdigit() for c in text) else []
    written = [(f.start, f.end) for f in found]
    found += _mixed(text, written)
    for match in rx(_WORDS).finditer(text):
        if any(a <= match.start() < b for a, b in written):
            continue
        amount = value_of(match["number"]) * (1000 if match["scale"] else 1)
        named = match["before"] or match["after"]
        yearly = rx(_A_YEAR).match(text, match.end()) is not None and amount >= 20
        if not named and amount < 1000 and not yearly:
            continue
        currency = _currency(match["before"], match["after"], region)
        period = _period(text, match.end())
        start, low = _range_in_words(text, match.start(), amount)
        said = bool(named) or amount >= 1000
        found.append(Found(start, match.end(), Amount(amount, currency, period, said, low)))
    return sorted(found)


def _mixed(text: str, written: list[tuple[int, int]]) -> list[Found]:
    """ "2億4000万円": a number in two scales, which stands where two amounts were found."""
    out = []
    for match in rx(_TWO_SCALES, 0).finditer(text) if "億" in text else ():
        written.append(match.span())
        amount = float(match["a"]) * 10**8 + float(match["b"]) * 10**4
        out.append(Found(match.start(), match.end(), Amount(amount, "JPY", _period(text, match.end()), said=True)))
    return out


def _range_in_words(text: str, start: int, amount: float) -> tuple[int, float]:
    """Where a range begins whose upper end is written in words, and its lower end: "sixty-six, sixty-seven thousand"."""
    before = rx(rf"(?P<low>{SPELLED})(?:,? (?:to|or)|,)\s$").search(text, max(0, start - 40), start)
    scale = 10**6 if amount >= 10**6 else 10**3
    low = value_of(before["low"]) * scale if before is not None and amount >= scale else 0.0
    return (before.start(), low) if before is not None and 0 < low < amount <= 2 * low else (start, 0.0)


def _digits(text: str, region: str) -> Iterator[Found]:
    doubled = [m.span() for m in rx(_TWO_SCALES, 0).finditer(text)] if "億" in text else []
    for match in rx(_AMOUNT).finditer(text):
        if any(a <= match.start() < b for a, b in doubled):
            continue
        before, scale, after = (match["before"] or "").strip(), (match["scale"] or ""), match["after"]
        if before in ("R", "P", "Re", "kr") and not (scale or len(match["number"]) > 3):
            before = ""
        if _is_something_else(text, match, before, scale):
            continue
        factor = 1000 if before == "k€" else _SCALES.get(scale.lower(), 1)
        amount = _plain_number(match["number"], region, scaled=factor > 1) * factor
        said = bool(before or scale or after)
        currency = "EUR" if before == "k€" else _currency(before, after, region)
        start, low = match.start(), 0.0
        ranged = rx(_LOW).search(text, max(0, match.start() - 40), match.start())
        if ranged is not None:
            start = ranged.start()
            own = _SCALES.get((ranged["scale"] or "").lower(), 0)
            low = _plain_number(ranged["number"], region, scaled=True) * (own or factor)
            if ranged["before"] and not before:
                currency = _currency(ranged["before"], None, region)
        yield Found(start, match.end(), Amount(amount, currency, _period(text, match.end()), said, low))


def _is_something_else(text: str, match: re.Match[str], before: str, scale: str) -> bool:
    """Whether the number belongs to a time, a per cent, a date, a length or a telephone number."""
    behind = text[match.end() : match.end() + 12].lower()
    if rx(
        r"[\d%:@]|\s?%|[-/.]\d|\s?(?:years?|yrs?|months?|weeks?|days?|am|pm|per cent|percent|times|shares|units|"
        r"sq)\b"
    ).match(behind):
        return True
    if before:
        return False
    if scale in ("m", "t", "l") and rx(r"\s?(?:long|wide|tall|deep|away|run|race)\b").match(behind):
        return True
    if scale.lower() == "t" or (scale == "l" and match["scale"] != "L"):
        return True
    if text[: match.start()].rstrip()[-1:] in ("+", "(", "#"):
        return not scale
    return False


def _plain_number(text: str, region: str, *, scaled: bool) -> float:
    text = text.replace("'", "").replace(" ", "")
    comma, dot = text.rfind(","), text.rfind(".")
    if comma >= 0 and dot >= 0:
        text = text.replace(",", "") if dot > comma else text.replace(".", "").replace(",", ".")
    elif comma >= 0:
        decimals = len(text) - comma - 1
        as_point = text.count(",") == 1 and (decimals != 3 or (scaled and region in _COMMA_DECIMAL))
        text = text.replace(",", "." if as_point else "")
    elif dot >= 0 and (text.count(".") > 1 or (len(text) - dot == 4 and region in _COMMA_DECIMAL and not scaled)):
        text = text.replace(".", "")
    try:
        return float(text)
    except ValueError:
        return 0.0


def _currency(before: str | None, after: str | None, region: str) -> str:
    mark = (before or "").strip()
    code = next((c for s, c in _SYMBOLS.items() if s.lower() == mark.lower()), mark.upper() or None)
    if code is None and after:
        name = after.lower()
        code = _SYMBOLS.get(after) or _NAMES.get(name, _NAMES.get(name.removesuffix("s"), after.upper()))
        if name == "us":
            code = "USD"
    if code == "$":
        return _DOLLAR.get(region, "USD")
    if code == "" or mark.lower() == "kr":
        return _KRONE.get(region, "NOK")
    return {"RMB": "CNY", "STG": "GBP"}.get(code or "", code) or _REGIONS.get(region, "")


def _period(text: str, end: int) -> str:
    rest = text[end : end + 30]
    if rx(_MONTHLY).match(rest):
        return "month"
    if rx(_YEARLY).match(rest):
        return "year"
    return "other" if rx(_ONCE).match(rest) else ""


def bands_of(options: Sequence[str]) -> dict[str, tuple[float, float]]:
    """The bounds each option of a banded choice names, {} where the options are no bands: "<50k", "1m-5m", ">1m"."""
    bands: dict[str, tuple[float, float]] = {}
    for option in options:
        match = rx(
            r"\s*(?:(<|under|up to|below)|(>|over|above|more than))?\s*([\d.,]+)\s*([km]|bn)?(?:\s*(?:-|"
            r"to)\s*([\d.,]+)\s*([km]|bn)?|\s*(\+))?\s*"
        ).fullmatch(option)
        if match is None:
            return {}
        below, above, low, low_scale, high, high_scale, plus = match.groups()
        first = float(low.replace(",", "")) * _SCALES.get((low_scale or (high_scale if high else "") or "").lower(), 1)
        if below:
            bands[option] = (0.0, first)
        elif above or plus:
            bands[option] = (first, float("inf"))
        elif high:
            bands[option] = (first, float(high.replace(",", "")) * _SCALES.get((high_scale or "").lower(), 1))
        else:
            return {}
    return bands


def band_for(
    amounts: Sequence[Amount], bands: Mapping[str, tuple[float, float]], rates: Mapping[str, float], *, yearly: bool
) -> str | None:
    """The one band that holds every amount, in the schema's currency; None where there is none or no rate is known."""
    values = []
    for each in amounts:
        rate = rates.get(each.currency)
        if rate is None or each.period == "other":
            return None
        factor = (12 if yearly and each.period == "month" else 1) / rate
        values += [amount * factor for amount in (each.amount, each.low) if amount]
    if not values:
        return None
    low, high = min(values), max(values)
    for option, (start, end) in bands.items():
        if start <= low < end and (high < end or (high <= end and high > low)):
            return option
    return None
