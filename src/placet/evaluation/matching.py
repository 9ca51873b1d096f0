"""Whether a proposed value is the right one, by the type of its field.

Values with a canonical form are compared in it. Texts are compared by their words, as two people rarely word a text alike:
the right one must be in what is proposed, and the more words it has the more of them may differ. Names, towns, codes and
numbers, told by their label, must agree as a whole. The measures are those of the notes' own scorer (tests/data/notes).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from placet.customers import fields
from placet.customers.schema import Field
from placet.errors import InvalidValue

CLOSE, LOOSE = 0.75, 0.5  # of the words two texts share (F1), for short and for long ones
LONG = 4  # words, from which on a text counts as long
_WHOLE = re.compile(r"\b(?:name|city|town|code|number|id)\b", re.IGNORECASE)
_SMALL = "a an the of to for and or in on at her his their she he my our by with from is"
_STOP = frozenset(_SMALL.split())
_PLAIN = str.maketrans("‘’‚“”„–—‐‑−", "'''\"\"\"-----")


def folded(text: object) -> str:
    """A text without what typing makes different: compatibility forms, quotes, dashes, white space."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", str(text)).translate(_PLAIN)).strip()


def plain(text: object) -> str:
    """Its letters and digits alone, small and without accents."""
    bare = unicodedata.normalize("NFKD", folded(text)).casefold()
    bare = "".join(c for c in bare if not unicodedata.combining(c)).replace("&", " and ")
    return re.sub(r"\s+", " ", re.sub(r"[^\w\s+@.]", " ", bare)).strip(" .")


def words(text: object) -> list[str]:
    """The words that carry its meaning."""
    return [bare for word in plain(text).split() if (bare := word.strip(".")) and bare not in _STOP]


def overlap(a: object, b: object) -> float:
    """How much of their words two texts share: the F1 of the two bags of words, 0 to 1."""
    one, two = Counter(words(a)), Counter(words(b))
    both = sum((one & two).values())
    return 2 * both / (one.total() + two.total()) if one and two else 0.0


def is_list(field: Field) -> bool:
    """Whether a value of the field is judged item by item."""
    return field.type == "list" or field.multi


def matches(field: Field, proposed: Any, right: Any, *, locale: str = "en-GB", accept: Sequence[Any] = ()) -> bool:
    """Whether `proposed` says what `right`, or one of the wordings to `accept`, says."""
    if proposed is None or right is None:
        return proposed is None and right is None
    if any(_same(field, proposed, each, locale) for each in (right, *accept)):
        return True
    if field.type not in ("text", "longtext"):
        return False
    if any(plain(proposed) == plain(each) or words(proposed) == words(each) for each in (right, *accept)):
        return True
    return not _WHOLE.search(field.label) and any(_says(proposed, each) for each in (right, *accept))


def item_matches(proposed: Any, right: Any, keywords: Sequence[str] = ()) -> bool:
    """Whether an item of a list is the right one: it has a keyword, or half of its words."""
    said = plain(proposed)
    return any(plain(word) in said for word in keywords) or overlap(proposed, right) >= LOOSE


def _says(proposed: Any, right: Any) -> bool:
    wanted = words(right)
    if len(wanted) >= 2 and set(wanted) <= set(words(proposed)):
        return True
    return overlap(proposed, right) >= (LOOSE if len(wanted) >= LONG else CLOSE)


def _same(field: Field, a: Any, b: Any, locale: str) -> bool:
    region = locale.replace("_", "-").split("-")[-1][:2].upper()
    try:
        return fields.same(field, fields.canonical(field, a, region=region), fields.canonical(field, b, region=region))
    except InvalidValue:
        return type(a) is type(b) and a == b


def occurrences(quote: str, text: str) -> Iterator[tuple[int, int]]:
    """Where a quote stands in a folded text, every time."""
    quote, at = folded(quote), 0
    while quote and (at := text.find(quote, at)) >= 0:
        yield at, at + len(quote)
        at += 1
