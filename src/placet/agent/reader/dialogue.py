"""Conversations: transcripts and chat exports, split into turns, each with who speaks.

`client`, `rm` or `other` is decided by the names; a turn of the RM just before one of the client is what the client answers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from placet.agent.reader.text import rx

_TIME = r"\d{1,2}:\d{2}(?::\d{2})?"
_CHAT = (
    r"^\W{0,2}\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4},?\s{1,2}\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s?[ap]\.?m\.?)?\]?\s?(?:-\s)?"
    r"(?P<name>[^:\n]{1,60}?):\s(?P<words>.*)$"
)
_TURN = (
    rf"^\s*(?:[\[(]?{_TIME}(?:[.,]\d+)?[\])]?\s*(?:-\s*)?)?(?P<name>[^\W\d_][^:\n]{{0,40}}?)"
    rf"(?:\s*\([^)\n]{{1,30}}\))?\s*(?:[\[(]{_TIME}[\])])?\s*:\s(?P<words>.*)$"
)
_RM = r"\b(?:rm|relationship manager|advis[eo]r|banker|private banker|wealth manager|account manager|agent|bank|me)\b"
_CLIENT = r"^(?:client|customer|cl\.?|c|kunde|kundin|cliente)$"
_ROLE = r"(?P<name>[^\W\d_][\w.' -]{0,40}?)\s*\(\s*(?P<role>[^)]{1,30})\)"


@dataclass(slots=True)
class Turn:
    """Who speaks on a line, where their words begin in it, and which turn of the conversation it belongs to."""

    name: str
    voice: str
    at: int
    number: int


def turns(lines: list[str], is_client: Callable[[str], bool]) -> list[Turn | None]:
    """The turn of each line; all None where the note is no conversation."""
    matches = [rx(_CHAT).match(line) for line in lines]
    if sum(m is not None for m in matches) < 2:
        matches = _transcript(lines)
    if not any(matches):
        return [None] * len(lines)
    voices = _voices(lines, [m["name"].strip() for m in matches if m], is_client)
    out: list[Turn | None] = []
    current: Turn | None = None
    number = 0
    last = max(i for i, match in enumerate(matches) if match is not None)
    for at, (line, match) in enumerate(zip(lines, matches, strict=True)):
        if match is not None:
            name = match["name"].strip()
            number += 1
            current = Turn(name, voices[name], match.start("words"), number)
            out.append(current)
        elif current is not None and line.strip():
            out.append(Turn(current.name, current.voice, 0, current.number))
        else:
            # After the last turn a blank line ends the conversation: what follows is the note's own.
            current = None if at > last else current
            out.append(None)
    return out


def _transcript(lines: list[str]) -> list[re.Match[str] | None]:
    matches = [rx(_TURN).match(line) for line in lines]
    names = Counter(m["name"].strip() for m in matches if m)
    speakers = {name for name, count in names.items() if count >= 2 and len(name.split()) <= 5}
    spoken = sum(names[name] for name in speakers)
    filled = sum(bool(line.strip()) for line in lines)
    if len(speakers) < 2 or spoken < 4 or spoken * 2 < filled:
        return [None] * len(lines)
    once = {
        name
        for name in names
        if len(name.split()) <= 3 and name not in speakers and name.lower() not in {"participants", "date"}
    }
    first = next(i for i, m in enumerate(matches) if m and m["name"].strip() in speakers)
    return [
        m
        if m and (m["name"].strip() in speakers or (i > first and m["name"].strip() in once and m["name"][0].isupper()))
        else None
        for i, m in enumerate(matches)
    ]


def _voices(lines: list[str], names: list[str], is_client: Callable[[str], bool]) -> dict[str, str]:
    """Who is behind each name: `client`, `rm` or `other`, from the name, from a role beside it, or by elimination."""
    roles = _roles(lines[:8], is_client)
    voices: dict[str, str] = {}
    for name in dict.fromkeys(names):
        small = name.lower()
        role = roles.get(small.split()[0], "")
        if is_client(name) or rx(_CLIENT, 0).match(small) or rx(_CLIENT, 0).match(role):
            voices[name] = "client"
        elif rx(_RM, 0).search(small) or rx(_RM, 0).search(role) or small in ("r", "a"):
            voices[name] = "rm"
    if {name.lower() for name in names} == {"q", "a"}:
        voices = {name: "rm" if name.lower() == "q" else "client" for name in names}
    unknown = [name for name in dict.fromkeys(names) if name not in voices]
    # Of two people one of whom is the client, the other is the RM.
    left = "rm" if len(unknown) == 1 and list(voices.values()) == ["client"] else "other"
    return voices | dict.fromkeys(unknown, left)


def _roles(lines: list[str], is_client: Callable[[str], bool]) -> dict[str, str]:
    """What a list of the people present says: "Ann Lee (RM)", or "client Jane Doe (J), RM Ann Lee (A)"."""
    roles: dict[str, str] = {}
    for match in (match for line in lines for match in rx(_ROLE).finditer(line)):
        words, role = match["name"].replace("Participants:", " ").split(), match["role"]
        if len(role) <= 2 and role.isupper() and role != "RM":
            ends = (" ".join(words[-count:]) for count in (4, 3, 2, 1))
            client = "client" in map(str.lower, words) or any(is_client(end) for end in ends)
            roles[role.lower()] = "client" if client else "rm" if rx(_RM, 0).search(match["name"].lower()) else ""
        elif words:
            roles[words[0].lower()] = role.lower()
    return roles
