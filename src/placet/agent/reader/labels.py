"""Which field a label means: "D.O.B", "Net worth (self decl.)", "Mob. no." and the schema's own labels and synonyms."""

from __future__ import annotations

import re
from collections.abc import Mapping

from placet.agent.reader.cues import NONE, Cue
from placet.agent.reader.text import rx
from placet.customers.schema import ProfileSchema

_FILLING = (
    "new current client clients cl his her my your our the latest updated revised own s personal primary main "
    "preferred-"
)
_FILLERS = frozenset(_FILLING.split())
_TRAILERS = (
    r" (?:for|in|of|as of|at|pa|p a|per annum|gross|net|approx|est|now|today|from|since|if|is|yrs|years|chf|usd|gbp|"
    r"eur|inr|sgd|hkd)\b.*$| \d.*$"
)


def normal(label: str) -> str:
    """A label as the table knows it: small letters, single spaces, no brackets, no "new" or "client's"."""
    bare = re.sub(r"\([^)]*\)?", " ", label.lower().replace("'", ""))
    words = rx(r"[^\W_]+").findall(bare)
    kept = [w for w in words if w not in _FILLERS]
    return " ".join(kept or words)


class Labels:
    """The labels of a schema's fields, from the schema and from the table of cues."""

    def __init__(self, schema: ProfileSchema, cues: Mapping[str, Cue]) -> None:
        self._table: dict[str, str] = {}
        for field in schema.fields:
            spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", field.key)
            for name in (field.label, spaced, *field.synonyms):
                self._table.setdefault(normal(name), field.key)
        for field in schema.fields:
            for name in cues.get(field.key, NONE).labels:
                self._table.setdefault(normal(name), field.key)

    def key(self, label: str) -> str | None:
        """The key of the field a label names, None if it names none."""
        bare = normal(label)
        if not bare:
            return None
        found = self._table.get(bare) or self._table.get(rx(_TRAILERS).sub("", bare))
        if found is None and rx(r"[/+&,]| and ").search(label):
            parts = [
                self.key(part)
                for part in rx(r"[/+&,]| and ").split(label)
                if part.strip() and part.strip() != label.strip()
            ]
            found = next((part for part in parts if part), None)
        return found

    def exact(self, label: str) -> str | None:
        """The key of the field that goes by exactly these words."""
        return self._table.get(normal(label))

    def known(self, label: str) -> bool:
        """Whether a label names a field."""
        return self.key(label) is not None
