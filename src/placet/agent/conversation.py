"""What a person wants of the agent, read from a chat that the client holds.

The history is whatever the client says it is. Only people's words count here: which of them is the note, which are answers to
questions. An approval, a decision, a tool's result found in it means nothing; what an assistant's turn holds is used for one
thing only, to tell an answer from a new note.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

import msgspec

Kind = Literal["note", "answer", "decide", "profile", "help", "nothing"]
MAX_ANSWER = 4_000  # characters

_FILLER = r"(?:ok(?:ay)?|yes|yeah|please|just|now|go ahead and|and|then|can you|could you|i)[\s,]+"
_DECIDE = re.compile(
    rf"\W*(?:{_FILLER})*(?:accept|approve|confirm|apply|reject|decline|refuse|countersign|sign)(?:\s+(?:off|on))*"
    r"(?:\s+(?:all|every|each|them|it|these|those|the|this|that|both|of|my|pending|proposals?|changes?|edits?|artifacts?"
    r"|batch(?:es)?|thing|everything|ones?|please|now|for|me)\b)*\W*",
    re.IGNORECASE,
)
_SKIP = re.compile(
    r"\W*(?:please\s+)?(?:skip(?:\s+(?:all|them|it|these|those|the|rest|questions?|of))*|not now|later|pass|continue|finish"
    r"|go ahead|propose(?:\s+(?:it|them|now|all|everything))*|i (?:don['’]t|do not) know)\W*",
    re.IGNORECASE,
)
_PROFILE = re.compile(
    r"\W*(?:please\s+)?(?:(?:show|see|open|list|give)\s+(?:me\s+)?|what(?:['’]s| is| do you| do we| have you)\s+(?:already\s+)?)"
    r".{0,40}\b(?:profile|record(?:ed)?|know|have|on file)\b.{0,30}",
    re.IGNORECASE,
)
_HELP = re.compile(
    r"\W*(?:help|hi|hello|hey|thanks?(?: you)?|what can you do|how does this work)\W*(?:there\W*)?", re.IGNORECASE
)


class Reply(msgspec.Struct, frozen=True):
    """What became of one question: `answered`, with the words, or `skipped`."""

    nudge_id: str
    status: Literal["answered", "skipped"]
    text: str = ""


class Said(msgspec.Struct, frozen=True):
    """One message of the client's history. `asked` and `proposed` are what an assistant's turn claims to have done."""

    role: Literal["user", "assistant"]
    text: str = ""
    replies: tuple[Reply, ...] = ()
    asked: bool = False
    proposed: bool = False


class Conversation(msgspec.Struct, kw_only=True):
    """What the last message is, and the note it belongs to with the answers so far.

    `replies` holds what was said of each question, in the order it was said. `loose` are answers in words of the person's own
    that name no question. `asked` says that the questions about this note were put before.
    """

    kind: Kind = "nothing"
    note: str | None = None
    replies: dict[str, list[Reply]] = {}
    loose: list[str] = []
    skip_rest: bool = False
    asked: bool = False


def understand(said: Iterable[Said]) -> Conversation:
    """The conversation as it stands after its last message."""
    found = Conversation()
    asked = settled = False
    for each in said:
        if each.role == "assistant":
            asked, settled = asked or each.asked, settled or each.proposed
            continue
        words = each.text.strip()
        if each.replies:
            if found.note is None and words:
                found.note = words
            for reply in each.replies:
                found.replies.setdefault(reply.nudge_id, []).append(reply)
            found.kind, found.asked = "answer", True
        elif not words:
            found.kind = "nothing"
        elif found.note is not None and len(words) <= 120 and _SKIP.fullmatch(words):
            found.kind, found.skip_rest, found.asked = "answer", True, True
        elif (kind := _command(words)) is not None:
            found.kind = kind
        elif found.note is not None and asked and not settled and len(words) <= MAX_ANSWER:
            found.loose.append(words)
            found.kind, found.asked = "answer", True
        else:
            found = Conversation(kind="note", note=words)
            asked = settled = False
    return found


def _command(words: str) -> Kind | None:
    if len(words) > 120 or "\n" in words:
        return None
    if _DECIDE.fullmatch(words):
        return "decide"
    if _PROFILE.fullmatch(words):
        return "profile"
    return "help" if _HELP.fullmatch(words) else None
