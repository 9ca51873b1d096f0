"""Telephone numbers and e-mail addresses in a text, also as they are dictated: "five five five", "ann dot lee at"."""

from __future__ import annotations

import re

from placet.agent.reader.text import rx
from placet.agent.reader.values import Found

_PHONE = (
    r"(?<![\w/.,$£€¥#%:-])\+?\(?\d(?:[ ().\-/\u00a0]{0,3}\d){6,14}"
    r"(?P<ext>\s?(?:x|ext\.?|extension|durchwahl)\s?\d{1,6})?(?![\w@%]|[.,:/-]\d)"
)
# What else a long number is: "account 12345678", "card number 5111 1111 ..."; a colon or a few words may stand between.
_OTHER_NUMBER = (
    r"(?:\b(?:accounts?|acct|a/c|(?:credit|debit|bank) cards?|card (?=no|number|is)|visa|mastercard|amex|policy|"
    r"invoice|ref(?:erence)?|iban|sort code|order|passport|"
    r"customer (?:no|id)|cust(?:omer)? id|id|isin|omb|formula|contract|case|ticket)\b[\s.:#]*(?:(?:no|number|nr|is|"
    r"id|express)\b[\s.:#]*){0,3}|[#%*+]\s?)$"
)
_EMAIL = (
    r"(?<![a-z0-9.+%_-])(?!\.)(?:(?!\.\.)[a-z0-9À-ɏ.+%_'-]){1,64}(?<!\.)@(?:[a-z0-9À-ɏ-]{1,63}\.){1,6}[a-z]{2,24}"
    r"(?![\w-]|\.[a-z0-9_])"
)
_DIGIT = {"zero": "0", "oh": "0", "nought": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
          "six": "6", "seven": "7", "eight": "8", "nine": "9"}  # fmt: skip
_DIGIT_WORD = "|".join(_DIGIT)
_SPELLED = (
    rf"\b(?:plus )?(?:(?:double|triple) )?(?:{_DIGIT_WORD})(?:,? ?[ -](?:double |triple "
    rf")?(?:{_DIGIT_WORD})){{6,14}}\b"
)
_DICTATED = r"\b([a-z0-9]+(?: (?:dot|underscore) [a-z0-9]+){0,3}) at ([a-z0-9-]+(?: dot [a-z0-9-]+){1,3})\b"
_YEARS = re.compile(r"(?:19|20)\d\d\s?[/-]\s?(?:19|20)\d\d|0\.\d+")
_DATELIKE = r"\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}"


def find_phones(text: str) -> list[Found]:
    """Every telephone number of a text, as written; whether it exists is for the field to say."""
    found = []
    for match in rx(_PHONE).finditer(text):
        written = match[0][: match.start("ext") - match.start()] if match["ext"] else match[0]
        digits = sum(c.isdigit() for c in written)
        if not 7 <= digits <= 15 or rx(_DATELIKE).fullmatch(written.strip("(+ ")) or _YEARS.fullmatch(written):
            continue
        if not rx(_OTHER_NUMBER).search(text, max(0, match.start() - 40), match.start()):
            found.append(Found(match.start(), match.end(), re.sub(r"[^\d+() .-]", " ", written)))
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
