"""Numbers in digits or in words: "12", "1,600", "three hundred and ten thousand", "a dozen"."""

from __future__ import annotations

from placet.agent.reader.text import rx
from placet.agent.reader.values import Found

_UP_TO_NINETEEN = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_UNITS = dict(zip(_UP_TO_NINETEEN.split(), range(20), strict=True))  # fmt: skip
_TENS = dict(
    zip(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], range(20, 100, 10), strict=True)
)
_SCALES = {"hundred": 100, "thousand": 1000, "grand": 1000, "lakh": 10**5, "lac": 10**5, "lakhs": 10**5,
           "decade": 10, "decades": 10, "million": 10**6, "mil": 10**6, "crore": 10**7, "crores": 10**7,
           "billion": 10**9}  # fmt: skip
_WORD = "|".join(sorted([*_UNITS, *_TENS, *_SCALES, "dozen"], key=len, reverse=True))
SPELLED = (
    rf"\b(?:(?:a|half a) (?=hundred|thousand|million|dozen|decade|lakh|"
    rf"crore))?(?:{_WORD})(?:[\s-]+(?:and[\s-]+)?(?:{_WORD}))*(?: point(?: (?:{_WORD}))+)?\b"
)


def value_of(words: str) -> float:
    """The number a spelled-out phrase says, e.g. "three hundred and ten thousand" is 310000."""
    whole, _, decimals = words.lower().partition(" point ")
    if decimals:
        return _decimal(whole, decimals)
    total = part = 0.0
    half = words.lower().startswith("half a ")
    for word in rx(r"[a-z]+").findall(words.lower()):
        if word in _UNITS:
            part += _UNITS[word]
        elif word in _TENS:
            part += _TENS[word]
        elif word == "dozen":
            part = (part or 1) * 12
        elif word == "hundred":
            part = (part or 1) * 100
        elif word in _SCALES:
            total += (part or 1) * _SCALES[word]
            part = 0
    return (total + part) / (2 if half else 1)


def _decimal(whole: str, decimals: str) -> float:
    """ "two point four million": the digits behind the point, then what scales them all."""
    digits = [w for w in decimals.split() if w in _UNITS and _UNITS[w] < 10]
    scale = 1.0
    for word in decimals.split()[len(digits) :]:
        scale *= _SCALES.get(word, 1)
    return (value_of(whole) + float("0." + ("".join(str(_UNITS[d]) for d in digits) or "0"))) * scale


def find_spelled(text: str) -> list[Found]:
    """Every spelled-out number of a text."""
    return [Found(m.start(), m.end(), value_of(m[0])) for m in rx(SPELLED).finditer(text)]


def find_integers(text: str) -> list[Found]:
    """Every whole number of a text, in digits or words, without those that are part of an amount, a date or a code."""
    digits = rx(r"(?<![\w.,:/@+#£€$¥-])(\d{1,4})(?![\d@%]|[.,:/-]\d|\s?(?:k|m|mn|bn|am|pm|th|st|nd|rd)\b|[A-Za-z]*\d)")
    found = [Found(m.start(1), m.end(1), int(m[1])) for m in digits.finditer(text)]
    found += [Found(s.start, s.end, int(s.value)) for s in find_spelled(text) if s.value == int(s.value)]
    return sorted(found)


def find_decimals(text: str) -> list[Found]:
    """Every number of a text that may have decimals, as text with a point: "2.5", "2,5", "1,250" (that is 1250), "three"."""
    digits = rx(r"(?<![\w.,:/@+#£€$¥-])-?\d+(?:,\d{3})*(?:[.,]\d+)?(?![\d@:/%]|[.,]\d|\s?(?:k|m|mn|bn|am|pm)\b)")
    found = []
    for match in digits.finditer(text):
        plain = rx(r",(?=\d{3}(?:\D|$))").sub("", match[0]).replace(",", ".")
        found.append(Found(match.start(), match.end(), plain))
    return sorted(found + [Found(s.start, s.end, f"{s.value:g}") for s in find_spelled(text)])
