"""The profile schema: which fields a customer's profile has, read from one JSON file and checked strictly when loaded.

It knows what a field is called and what is asked of it, never what its values look like: that is `customers.fields`.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from placet.errors import Invalid

PACKAGED: Final = Path(__file__).with_name("profile-schema.json")
TEXT_TYPES: Final = frozenset({"text", "longtext", "email", "phone"})
NUMBER_TYPES: Final = frozenset({"integer", "decimal"})
TYPES: Final = TEXT_TYPES | NUMBER_TYPES | {"boolean", "date", "select", "country", "language", "list", "object", "any"}
POLICIES: Final = ("single", "reason", "dual", "human_only")
PRIORITIES: Final = ("high", "medium", "low")
_BETWEEN_WORDS: Final = re.compile(r"(?<=\w)[\s_\-\u2010-\u2015]+(?=\w)|(?<=\w)_+(?=\w)|\s+")


class Option(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One choice of a select: `value` is what is stored, `label` what people read, `synonyms` other ways to say it."""

    value: str
    label: str = ""
    synonyms: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.label:
            msgspec.structs.force_setattr(self, "label", self.value)


RESTRICTED = 4  # the highest sensitivity


class Field(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True, cache_hash=True, gc=False
):
    """One entry of the profile schema; `key` is its name in the API, `label` its name for people."""

    key: str
    label: str
    section: str
    type: str
    options: tuple[Option, ...] = ()
    multi: bool = False
    priority: str = "medium"
    sensitivity: int = 1
    policy: str = "single"
    description: str | None = None
    min: int | float | None = None
    max: int | float | None = None
    pattern: str | None = None
    items: str | None = None
    ordered: bool = False
    unit: str | None = None
    synonyms: tuple[str, ...] = ()
    expires_after_days: int | None = None  # how long a proposal for it may wait; None: for ever
    fresh_for_days: int | None = None  # how long a value counts as current; older ones need attention
    review_due: bool = False  # this date says by when the profile is to be looked through

    @property
    def restricted(self) -> bool:
        """Whether its value is told to no model, and shown to a person only when asked for, which the trail records."""
        return self.sensitivity >= RESTRICTED


@dataclass(frozen=True)
class ProfileSchema:
    """The fields of every profile in the order of the file, and the table that turns amounts into its currency."""

    version: str
    currency: str
    fields: tuple[Field, ...]
    fx_per_unit: dict[str, float] = field(default_factory=dict)
    additional_fields: bool = False
    _by_key: dict[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_key", {entry.key: entry for entry in self.fields})

    def field(self, key: str) -> Field | None:
        """Return the field of that key; None when there is none, unless the schema admits additional fields."""
        listed = self._by_key.get(key)
        if listed is not None or not (self.additional_fields and _is_key(key)):
            return listed
        return Field(key=key, label=key, section="Other", type="any")

    def label(self, key: str) -> str:
        """What the field of that key is called; the key itself where there is none."""
        field = self.field(key)
        return field.label if field is not None else key

    def of_policy(self, policy: str | None) -> tuple[str, ...]:
        """Return the keys of the fields of that policy."""
        return tuple(entry.key for entry in self.fields if entry.policy == policy)

    def sections(self) -> list[tuple[str, list[Field]]]:
        """Return `(section, its fields)`, both in the order of the file."""
        grouped: dict[str, list[Field]] = {}
        for entry in self.fields:
            grouped.setdefault(entry.section, []).append(entry)
        return list(grouped.items())


class _File(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """The members of the file; `comment` is for its readers only."""

    version: str
    fields: list[dict[str, Any]]
    currency: str = "USD"
    additional_fields: bool = False
    fx_per_unit: dict[str, float] = {}
    comment: Any = None


def load_schema(path: Path | None = None) -> ProfileSchema:
    """Read and check a profile schema; None means the packaged one.

    Raises `Invalid` (code `invalid_schema`) with a sentence that names the file, the field and the fault.
    """
    path = PACKAGED if path is None else path
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text, object_pairs_hook=_members, parse_constant=_refuse_constant)
    except (OSError, ValueError, RecursionError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise _fault(path, f"cannot be read: {why}") from error
    try:
        file = msgspec.convert(content, _File)
    except msgspec.ValidationError as error:
        raise _fault(path, f"is not a profile schema: {error}") from error
    for code, rate in file.fx_per_unit.items():
        if not (math.isfinite(rate) and rate > 0):
            raise _fault(path, f"gives {code} a rate of {rate}; a rate is more than 0")
    if not re.fullmatch("[A-Z]{3}", file.currency):
        raise _fault(path, f"has the currency {file.currency!r}; a currency is three capital letters, such as USD")
    fields: list[Field] = []
    seen: set[str] = set()
    for number, raw in enumerate(file.fields, start=1):
        entry = _field(path, number, raw)
        if entry.key in seen:
            raise _fault(path, f"has the field {entry.key} twice")
        seen.add(entry.key)
        fields.append(entry)
    return ProfileSchema(file.version, file.currency, tuple(fields), file.fx_per_unit, file.additional_fields)


def _field(path: Path, number: int, raw: dict[str, Any]) -> Field:
    """Turn one entry of the file into a `Field`, or say what is wrong with it."""
    name = raw["key"] if isinstance(raw.get("key"), str) else f"number {number}"
    options = raw.get("options")
    if isinstance(options, list):  # an option without a label may be written as its value alone
        raw = {**raw, "options": [{"value": each} if isinstance(each, str) else each for each in options]}
    try:
        entry = msgspec.convert(raw, Field)
    except msgspec.ValidationError as error:
        raise _fault(path, f"field {name}: {error}", joint=", ") from error
    fault = _fault_of(entry)
    if fault is not None:
        raise _fault(path, f"field {name}: {fault}", joint=", ")
    return entry


def _fault_of(entry: Field) -> str | None:  # noqa: PLR0911 - a list of rules, one answer each
    """Return what is wrong with a field, None if nothing is."""
    if not _is_key(entry.key):
        return "a key is 1 to 100 printable characters without white space around them"
    for name, value, allowed in (
        ("type", entry.type, sorted(TYPES)),
        ("policy", entry.policy, POLICIES),
        ("priority", entry.priority, PRIORITIES),
    ):
        if value not in allowed:
            return f"the {name} {value!r} is none of {', '.join(allowed)}"
    if not 1 <= entry.sensitivity <= 4:
        return f"the sensitivity {entry.sensitivity} is not 1 to 4"
    if entry.expires_after_days is not None and not 1 <= entry.expires_after_days <= 3650:
        return f"proposals wait 1 to 3650 days, not {entry.expires_after_days}"
    if entry.fresh_for_days is not None and not 1 <= entry.fresh_for_days <= 3650:
        return f"values are current for 1 to 3650 days, not {entry.fresh_for_days}"
    if entry.review_due and (entry.type != "date" or entry.multi):
        return "only a date says when a review is due"
    if not entry.label.strip() or not entry.section.strip():
        return "the label and the section must not be empty"
    if entry.items is not None and entry.type != "list":
        return "only a list has items"
    if entry.items is not None and entry.items not in TYPES:
        return f"the items {entry.items!r} are none of {', '.join(sorted(TYPES))}"
    return _fault_of_bounds(entry) or _fault_of_pattern(entry) or _fault_of_options(entry)


def _fault_of_bounds(entry: Field) -> str | None:
    bounds = [bound for bound in (entry.min, entry.max) if bound is not None]
    if bounds and entry.type not in TEXT_TYPES | NUMBER_TYPES:
        return f"min and max bound numbers and the length of texts; a {entry.type} takes neither"
    if any(isinstance(bound, float) and not math.isfinite(bound) for bound in bounds):
        return "min and max are finite numbers"
    if entry.type in TEXT_TYPES and any(not isinstance(bound, int) or bound < 0 for bound in bounds):
        return "min and max of a text are whole numbers of characters"
    if entry.min is not None and entry.max is not None and entry.min > entry.max:
        return f"min {entry.min} is more than max {entry.max}"
    return None


def _fault_of_pattern(entry: Field) -> str | None:
    if entry.pattern is None:
        return None
    if entry.type not in TEXT_TYPES:
        return f"a {entry.type} takes no pattern"
    try:
        re.compile(entry.pattern)
    except (re.error, RecursionError, OverflowError) as error:
        return f"the pattern {entry.pattern!r} is not a regular expression: {error}"
    return None


def _fault_of_options(entry: Field) -> str | None:
    if "select" not in (entry.type, entry.items):
        return f"a {entry.type} has no options; a select does" if entry.options else None
    if not entry.options:
        return "a select needs options"
    owner: dict[str, str] = {}
    for option in entry.options:
        if not folded(option.value):
            return "an option's value must not be empty"
        for word in {folded(word) for word in (option.value, option.label, *option.synonyms)}:
            other = owner.setdefault(word, option.value)
            if other != option.value:
                return f"the options {other!r} and {option.value!r} are both called {word!r}"
    if len({option.value for option in entry.options}) < len(entry.options):
        return "an option's value is there twice"
    return None


def folded(words: str) -> str:
    """Return a choice as people mean it: letter case, spaces, underscores and hyphens in it make no difference."""
    return _BETWEEN_WORDS.sub(" ", words.strip().casefold())


def _is_key(key: str) -> bool:
    return 1 <= len(key) <= 100 and key.isprintable() and key == key.strip()


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a member that is given twice: which of two policies holds must not depend on the JSON reader."""
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the member {twice!r} is given twice in {members.get('key', 'one object')}")
    return members


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _fault(path: Path, sentence: str, *, joint: str = " ") -> Invalid:
    return Invalid(f"The profile schema {path.name}{joint}{sentence}.", code="invalid_schema")
