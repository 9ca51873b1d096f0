"""Point out characters in a value that a person cannot see or would take for others.

Proposed values come from a machine that read a text somebody else wrote. A zero-width space, a direction override or a
Cyrillic "а" among Latin letters looks like nothing at all and makes a different value, so each is named in its place.
Letters of any script by themselves are as good as any others; only mixtures inside one word, and words made of
look-alikes alone in an otherwise Latin text, are marked (after Unicode's security mechanisms, UTS 39).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import msgspec

_WORD: Final = re.compile(r"[^\W\d_]+(?:[\u0300-\u036f]|[^\W\d_])*")
_FILLERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800")
_JOINERS: Final = frozenset("\u200c\u200d")
_VARIATIONS: Final = frozenset("\ufe0e\ufe0f")
# Cyrillic and Greek letters that are drawn like Latin ones in most typefaces.
_LOOK_ALIKES: Final = frozenset("аеорсухіјѕԁԛԝһӏАВЕКМНОРСТУХІЈЅԌԚԜ" + "οανρυικΑΒΕΖΗΙΚΜΝΟΡΤΥΧ")
_MIXABLE: Final = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "FULLWIDTH", "MATHEMATICAL")
_PLAIN_NAMES: Final = {
    "\u00ad": "soft hyphen",
    "\u200b": "zero-width space",
    "\u200c": "zero-width non-joiner",
    "\u200d": "zero-width joiner",
    "\u200e": "left-to-right mark",
    "\u200f": "right-to-left mark",
    "\u202a": "left-to-right embedding",
    "\u202b": "right-to-left embedding",
    "\u202c": "end of direction override",
    "\u202d": "left-to-right override",
    "\u202e": "right-to-left override",
    "\u2060": "word joiner",
    "\ufeff": "byte order mark",
}


class Stretch(msgspec.Struct, frozen=True):
    """A run of text; `odd` names what is strange about it ("zero-width space", "Cyrillic letter"), None for nothing.

    `hidden` says that the characters draw nothing (or turn the text around them), so a marker must stand in for them.
    """

    text: str
    odd: str | None = None
    hidden: bool = False


def stretches(text: str) -> list[Stretch]:
    """Split a text into plain and odd runs; joined again they are the text."""
    found: dict[int, tuple[str, bool]] = {}
    for at, character in enumerate(text):
        name = _hidden(text, at, character)
        if name is not None:
            found[at] = (name, True)
    found.update(_mixed(text))
    runs: list[Stretch] = []
    plain_from = 0
    for at in sorted(found):
        if plain_from < at:
            runs.append(Stretch(text[plain_from:at]))
        name, hidden = found[at]
        previous = runs[-1] if runs else None
        if previous is not None and previous.odd == name and plain_from == at:
            runs[-1] = Stretch(previous.text + text[at], name, hidden)
        else:
            runs.append(Stretch(text[at], name, hidden))
        plain_from = at + 1
    if plain_from < len(text):
        runs.append(Stretch(text[plain_from:]))
    return runs


def _hidden(text: str, at: int, character: str) -> str | None:
    """Name a character that draws nothing here, or return None."""
    if character.isascii():
        return None if character.isprintable() or character in "\t\n" else "control character"
    category = unicodedata.category(character)
    if character in _JOINERS and _joins(text, at):
        return None
    if character in _VARIATIONS:
        varies = at > 0 and unicodedata.category(text[at - 1]) in ("So", "Sk", "Po", "Nd", "Sm")
        return None if varies else "variation selector"
    if category in ("Cf", "Cc", "Co", "Cn", "Zl", "Zp") or character in _FILLERS:
        if "\U000e0020" <= character <= "\U000e007f":
            return "invisible tag"
        return _PLAIN_NAMES.get(character, unicodedata.name(character, "invisible character").lower())
    return None


def _joins(text: str, at: int) -> bool:
    """Whether a joiner does what it is for: between emoji, or between letters of a script that joins."""
    if not 0 < at < len(text) - 1:
        return False
    before, after = text[at - 1], text[at + 1]
    if before in _VARIATIONS or "\U0001f3fb" <= before <= "\U0001f3ff":  # an emoji's look or skin tone
        before = text[at - 2] if at > 1 else before
    if unicodedata.category(before) == "So" and unicodedata.category(after) == "So":
        return True
    return all(unicodedata.category(each)[0] in "LM" and "\u0600" <= each <= "\u1cff" for each in (before, after))


def _script(letter: str) -> str:
    """Name the script of a letter, "" for a mark on one."""
    return unicodedata.name(letter, "").split(" ", 1)[0] if unicodedata.category(letter)[0] == "L" else ""


def _mixed(text: str) -> dict[int, tuple[str, bool]]:
    """Find the letters of the rarer scripts in words that mix them, and words of nothing but look-alikes."""
    words = [(match.start(), match.group()) for match in _WORD.finditer(text)]
    scripts = [[_script(letter) for letter in word] for _, word in words]
    latin_elsewhere = any({*each} - {""} == {"LATIN"} for each in scripts)
    at_home = {  # scripts that also write words here which no Latin letters could pass for
        script
        for (_, word), each in zip(words, scripts, strict=True)
        for script in each
        if not _LOOK_ALIKES.issuperset(word)
    }
    found: dict[int, tuple[str, bool]] = {}
    for (start, word), letters in zip(words, scripts, strict=True):
        present = {script for script in letters if script in _MIXABLE}
        if len(present) > 1:
            most = "LATIN" if "LATIN" in present else max(present, key=letters.count)
        elif present and not present & at_home and latin_elsewhere and _LOOK_ALIKES.issuperset(word):
            most = "LATIN"
        else:
            continue
        for offset, script in enumerate(letters):
            if script in present and script != most:
                found[start + offset] = (f"{script.capitalize()} letter", False)
    return found
