"""Objects out of words: "Ingrid Lund (sister), 07700 900161, i@lund.example" as name, relation, phone and e-mail.

Which members an object has is said by its field's description: "Name, relation, phone, email; an adult." A member whose
name says what it holds is found by its looks, the others take what is left in the order of the words.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from placet.agent.reader.acquaintances import NAME, NOT_NAMES, RELATION
from placet.agent.reader.text import rx, small
from placet.agent.reader.values.contacts import find_emails, find_phones
from placet.customers.fields import canonical
from placet.customers.schema import Field
from placet.errors import InvalidValue

_PHONE = Field(key="phone", label="Phone", section="", type="phone")
_EMAIL = Field(key="email", label="Email", section="", type="email")
_SINGULAR = {
    "sons": "son", "daughters": "daughter", "children": "child", "kids": "child", "boys": "son", "girls": "daughter",
    "twins": "child", "brothers": "brother", "sisters": "sister", "grandchildren": "grandchild", "parents": "parent",
    "husb": "husband", "dau": "daughter", "kid": "child",
}  # fmt: skip
_FULL_NAME = rf"(?:(?:Mr|Mrs|Ms|Dr)\.? )?{NAME}(?: (?:(?:van|von|de|da|el|al|bin) )*{NAME})*"
_PAIR = r"(?P<name>[^\W\d_][\w ]{1,24}?)\s?[:=]\s?(?P<value>[^,;:=]+)"
_ORDER = ("email", "phone", "relation", "year", "name", "")  # a name is looked for when the other words are gone
_NEXT = rf";\s*|(?:,|,?\sand)\s(?=(?:(?:{RELATION}) )?{NAME}\b)"
_FILLING = r"\b(?:if|and|or|optional|known|any|the|its|their)\b"
_LOOKS = (
    ("email", "mail"), ("phone", r"phone|mobile|^tel"), ("relation", "relation"), ("year", "year|born|birth"),
    ("name", "name$|^who"),
)  # fmt: skip
_YEAR = r"\b(?:19|20)\d{2}\b"


def members_of(field: Field) -> list[str]:
    """The members a field's description names, as keys: "Name, year of birth if known." is name, yearOfBirth."""
    listed = re.split(r"[.;:]", field.description or "")[0]
    members = []
    for piece in listed.split(","):
        words = rx(r"[a-z0-9]+").findall(rx(_FILLING, 0).sub(" ", small(piece)))
        if not 1 <= len(words) <= 4:
            return []
        members.append(words[0] + "".join(word.title() for word in words[1:]))
    return members if len(members) > 1 else []


def read_object(words: str, members: list[str], region: str, *, relation: str = "") -> dict[str, Any]:
    """The members that a few words give, {} if they name nothing; `relation` is what was said before them."""
    found: dict[str, Any] = {}
    rest = words
    for member in sorted(members, key=lambda each: _ORDER.index(_kind(each))):
        value, rest = _by_its_looks(member, rest, region, relation)
        if value is not None:
            found[member] = value
    pairs = {match["name"].strip().lower(): match["value"].strip() for match in rx(_PAIR).finditer(words)}
    for member in members:
        spoken = re.sub(r"([A-Z])", r" \1", member).lower()
        if spoken in pairs:
            found[member] = _plain(member, pairs[spoken])
    if not pairs:
        left = [piece for piece in (each.strip(" .-") for each in re.split(r"[,;()/]", rest)) if piece]
        for member in members:
            if member not in found and _kind(member) == "" and left:
                found[member] = _plain(member, left.pop(0))
    name = next((member for member in members if _kind(member) == "name"), None)
    complete = name in found if name else len(found) >= min(2, len(members))
    return {member: found[member] for member in members if member in found} if complete else {}


def split_items(words: str) -> list[str]:
    """The words of several objects, one by one: at semicolons, and where a new name begins behind a comma or an "and"."""
    cuts, depth, at = [0], 0, 0
    starts = {match.start() for match in rx(_NEXT, 0).finditer(words)}
    for at, char in enumerate(words):
        depth += (char == "(") - (char == ")")
        if at in starts and depth <= 0:
            cuts.append(at)
    pieces = (words[a:b] for a, b in pairwise([*cuts, len(words)]))
    return [piece for piece in (re.sub(r"^(?:[;,\s]|and\s)+", "", each).strip() for each in pieces) if piece]


def relation_in(words: str) -> str:
    """The relation a few words name, in the singular; "" if none."""
    match = rx(rf"\b(?P<word>{RELATION})\b", 0).search(small(words))
    return _SINGULAR.get(match["word"], match["word"]) if match else ""


def _kind(member: str) -> str:
    for kind, pattern in _LOOKS:
        if rx(pattern).search(member):
            return kind
    return ""


def _by_its_looks(member: str, words: str, region: str, relation: str) -> tuple[Any, str]:
    """The value of a member that is known by its looks, and the words without it."""
    kind = _kind(member)
    span: tuple[int, int] | None = None
    value: Any = None
    if kind in ("email", "phone"):
        hits = find_emails(words) if kind == "email" else find_phones(words)
        if hits:
            span = hits[0].start, hits[0].end
            try:
                value = canonical(_EMAIL if kind == "email" else _PHONE, hits[0].value, region=region)
            except InvalidValue:
                value = None
    elif kind == "relation":
        match = rx(rf"\b(?:{RELATION})\b", 0).search(small(words))
        value = relation_in(words) or relation or None
        span = match.span() if match else None
    elif kind == "year":
        match = rx(_YEAR).search(words)
        value = int(match[0]) if match else None
        span = match.span() if match else None
    elif kind == "name":
        names = (each for each in rx(_FULL_NAME, 0).finditer(words) if each[0].split()[0].lower() not in NOT_NAMES)
        match = next(names, None)
        value = match[0] if match else None
        span = match.span() if match else None
    return value, f"{words[: span[0]]} {words[span[1] :]}" if span else words


def _plain(member: str, words: str) -> Any:
    return int(words) if words.isdigit() and rx(r"year|number|count|size|age").search(member) else words
