"""Which of a field's options a text names: by value, label, synonym or other usual wording, and by ticked boxes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from placet.agent.reader.text import rx, small
from placet.agent.reader.values import Found
from placet.customers.schema import Option

_BOX = r"(?P<yes>[☑☒✓✔✅■]|[\[(]\s?[xX✓✔]\s?[\])])|(?P<no>[☐□▢]|\[\s?\]|\(\s?\))"


@lru_cache(256)
def pattern_of(
    options: tuple[Option, ...], words: tuple[tuple[str, str], ...]
) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """One expression for all options (longest wording first) and the option's value for each of its groups."""
    parts: list[tuple[str, str]] = []
    for option in options:
        for name in {small(option.value), small(option.label), *map(small, option.synonyms)}:
            parts.append((r"[\s_-]?".join(map(re.escape, re.split(r"[\s_-]+", name))), option.value))
    parts.sort(key=lambda part: -len(part[0]))
    parts = [(pattern, value) for value, pattern in words] + parts
    whole = "|".join(f"({pattern})" for pattern, _ in parts)
    return re.compile(rf"(?<![\w-])(?:{whole})(?![\w]|-(?!\s|level|risk|growth))"), tuple(v for _, v in parts)


def find_choices(text: str, options: Sequence[Option], words: Mapping[str, str]) -> list[Found]:
    """Every option a text names, left to right; `words` maps an option's value to a pattern without groups."""
    known = {option.value for option in options}
    pattern, values = pattern_of(tuple(options), tuple((v, p) for v, p in words.items() if v in known))
    return [Found(m.start(), m.end(), values[(m.lastindex or 1) - 1]) for m in pattern.finditer(small(text))]


def boxes(text: str) -> list[tuple[bool, int, int]]:
    """The tick boxes of a text: whether ticked, and the stretch of words each stands for."""
    marks = list(rx(_BOX, 0).finditer(text))
    if not marks:
        return []
    out: list[tuple[bool, int, int]] = []
    lead = text[: marks[0].start()].strip()
    after = not lead or lead.endswith((":", "?")) or len(text[marks[-1].end() :].strip()) > 1
    for number, mark in enumerate(marks):
        if after:
            start = mark.end()
            end = marks[number + 1].start() if number + 1 < len(marks) else len(text)
        else:
            start = marks[number - 1].end() if number else 0
            end = mark.start()
        out.append((mark["yes"] is not None, start, end))
    return out
