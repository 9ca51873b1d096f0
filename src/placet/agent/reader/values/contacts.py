"""Telephone numbers and e-mail addresses in a text, also as they are dictated: "five five five", "ann dot lee at"."""

from __future__ import annotations

import re

from placet.agent.reader.text import rx
from placet.agent.reader.values import Found

_PHONE = r"(?<![\w/.,$£€¥:-])\+?\(?\d(?:[ ().\-/\u00a0]{0,3}\d){6,14}(?![\w@]|[.,:/-]\d)"
_EMAIL = r"(?<![\w.+%-])[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}"
_DIGIT = {"zero": "0", "oh": "0", "nought": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
          "six": "6", "seven": "7", "eight": "8", "nine": "9"}  # fmt: skip
_DIGIT_WORD = "|".join(_DIGIT)
_SPELLED = (
    rf"\b(?:plus )?(?:(?:double|triple) )?(?:{_DIGIT_WORD})(?:,? ?[ -](?:double |triple "
    rf")?(?:{_DIGIT_WORD})){{6,14}}\b"
)
_DICTATED = r"\b([a-z0-9]+(?: (?:dot|underscore) [a-z0-9]+){0,3}) at ([a-z0-9-]+(?: dot [a-z0-9-]+){1,3})\b"
_DATELIKE = r"\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}"


def find_phones(text: str) -> list[Found]:
    """Every telephone number of a text, as written; whether it exists is for the field to say."""
    found = []
    for match in rx(_PHONE).finditer(text):
        digits = sum(c.isdigit() for c in match[0])
        if 7 <= digits <= 15 and not rx(_DATELIKE).match(match[0].strip("(+ ")):
            found.append(Found(match.start(), match.end(), re.sub(r"[^\d+() .-]", " ", match[0])))
    for match in rx(_SPELLED).finditer(text):
        found.append(Found(match.start(), match.end(), _digits(match[0])))
    return sorted(found)


def _digits(words: str) -> str:
    out, repeat = "+" if words.lower().startswith("plus") else "", 1
    for word in rx(r"[a-z]+").findall(words.lower()):
        if word in ("double", "triple"):
            repeat = 2 if word == "double" else 3
        elif word in _DIGIT:
            out += _DIGIT[word] * repeat
            repeat = 1
    return out


def find_emails(text: str) -> list[Found]:
    """Every e-mail address of a text."""
    found = [Found(m.start(), m.end(), m[0].rstrip(".-_")) for m in rx(_EMAIL).finditer(text)] if "@" in text else []
    found = [Found(f.start, f.start + len(f.value), f.value) for f in found]
    if " dot " in text:
        for match in rx(_DICTATED).finditer(text):
            name = match[1].lower().replace(" dot ", ".").replace(" underscore ", "_")
            found.append(Found(match.start(), match.end(), f"{name}@{match[2].lower().replace(' dot ', '.')}"))
    return sorted(found)
