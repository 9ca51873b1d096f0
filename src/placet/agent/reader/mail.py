"""Whose words each line of a note is: the note's own, a mail's header, quoted history, a signature, or something pasted in.

Quoted text is history and pasted or forwarded text is data about the world, so nothing is proposed from either. Text that
talks to assistants or automated systems is treated as pasted, wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from placet.agent.reader.text import rx

OWN, HEADER, QUOTED, PASTED, SIGNATURE = "own", "header", "quoted", "pasted", "signature"

_FIELD = (
    r"^\W{0,3}(?P<name>from|to|cc|bcc|date|sent|subject|reply-to|von|an|gesendet|datum|betreff|de|para|enviado|"
    r"assunto|asunto|"
    r"objet|envoyé|à|van|aan|onderwerp|fra|til|emne|da|oggetto)\s?:\s+(?P<value>\S.*)?$"
)
_RECIPIENT = {"to", "an", "para", "à", "aan", "til"}
_AUTHOR = {"from", "von", "de", "van", "fra", "da"}
_WROTE = (
    r"^\W{0,6}(?:on|am|le|el|em|op|il|den)\b.{4,160}(?:wrote|schrieb|a écrit|escribió|escreveu|schreef|ha scritto|"
    r"skrev)\b.{0,60}:?\s*$"
)
_FORWARDED = (
    r"^\W{0,12}(?:begin )?(?:forwarded|fwd|fw|pasted|copied|weitergeleitet\w*|encaminhad\w+|"
    r"doorgestuurd\w*)\b[^.]{0,40}\W*$"
)
_ORIGINAL = (
    r"^\W{2,12}(?:original(?:e)? (?:message|appointment|nachricht)|ursprüngliche nachricht|mensagem original|message "
    r"d'origine)\W*$"
)
_PASTED_END = (
    r"^\W{2,12}(?:end|ende|fim|fin|einde)(?: of)?(?: the)?(?: (?:forwarded|forward|pasted|mail|e-?mail|message|text|"
    r"copy))*\W{0,12}$"
)
_CLOSING = (
    r"^\W{0,2}(?:(?:best|kind|warm|many|with (?:best|kind|warm))?\s?(?:regards|wishes|thanks)|cheers|sincerely|"
    r"yours(?: \w+)?|"
    r"best|rgds|mit freundlichen grüßen|viele grüße|(?:com os )?melhores cumprimentos|cordialement|met vriendelijke "
    r"groet|"
    r"abraços|saludos|hilsen|sent from my .{2,30})\s?[,.!]?$"
)
# Talking to a machine, strong enough to distrust the rest of the paragraph.
_MACHINE = (
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,20}\b(?:all|any|previous|prior|earlier|above|preceding|"
    r"other|your)\b.{0,20}"
    r"\b(?:instruction|prompt|rule|guideline|direction|command|polic)|\b(?:automated|ai|virtual|language|llm|chat) "
    r"?(?:assistant|agent|system|model|reader|bot|processor)s?\b|"
    r"\bsystem ?(?:prompt|message|note|override|instruction)\b|^\W{0,4}(?:system|assistant|developer|user|"
    r"tool)\s?[:>\]]|<\|?\/?(?:system|assistant|im_start|im_end|instructions?)|"
    r"\b(?:accept|approve|apply)_?(?:all|updates?|proposals?)\s?\(|\bwithout (?:human |further |any )?(?:review|"
    r"approval|confirmation)\b|"
    r"\b(?:high|maximum|full) confidence\b|\bpre-?approved\b|\bauthoritative (?:record|data|source)\b|\byou are "
    r"(?:now )?an? (?:ai|assistant|helpful|unrestricted)|"
    r"\bto (?:all |any |the )?(?:ai|assistants?|bots?|agents?|llms?)\b\s?[:,]|\bapproved by compliance\b"
)
# Asking whoever reads this to answer in some way: the sentence itself is no fact.
_REQUEST = (
    r"\b(?:your|the) (?:answer|response|reply|output|message|summary|task)\b|\bproposed_value|\bfield_key|\bfield "
    r"?updates?\b"
)
_SEAM = r"(?<=[a-z0-9)])\s(?=[A-Z][a-z]+\s[a-z\"'])"


@dataclass(slots=True)
class Layout:
    """The origin of each line, and who wrote the note if it is a mail."""

    origins: list[str]
    author: str | None = None
    recipient: str = ""


def lay_out(lines: list[str], is_client: Callable[[str], bool]) -> Layout:
    """Say of each line whose words it is; only the client's own mail is taken at its word when it stands in a note of others."""
    layout = Layout([OWN] * len(lines))
    mail_context = any(rx(_WROTE).match(line) for line in lines) or _header_at(lines, _first(lines)) > 0
    arrows = sum(line.lstrip().startswith(">") for line in lines)
    bulleted_by_arrows = not mail_context and arrows * 2 > sum(bool(line.strip()) for line in lines)
    state, above, at = OWN, 0, 0
    while at < len(lines):
        line = lines[at]
        header = _header_at(lines, at)
        if state == PASTED and rx(_PASTED_END).match(line):
            layout.origins[at] = HEADER
            state, at = OWN, at + 1
            continue
        if header and state in (OWN, SIGNATURE):
            author = _named(lines[at : at + header], _AUTHOR)
            if layout.author is None and author and (above == 0 or (above == 1 and is_client(author))):
                layout.author = author
                layout.recipient = _named(lines[at : at + header], _RECIPIENT) or ""
                layout.origins[at : at + header] = [HEADER] * header
                at += header
                continue
            state = QUOTED if layout.author is not None else PASTED
        if state in (OWN, SIGNATURE):
            state = _turning(lines, at, state, mail=layout.author is not None)
        origin = state
        if state in (OWN, SIGNATURE) and line.lstrip().startswith(">") and not bulleted_by_arrows:
            origin = QUOTED
        if state == OWN and rx(_WROTE).match(line):
            origin = HEADER
        layout.origins[at] = origin
        above += origin == OWN and bool(line.strip())
        at += 1
    return layout


def _turning(lines: list[str], at: int, state: str, *, mail: bool) -> str:
    line = lines[at]
    if (
        rx(_FORWARDED).match(line)
        and len(line.split()) <= 8
        and not rx(r"^\W*(?:fwd?|fw)\b.*\w+.*\w+.*\w+").match(line)
    ):
        return PASTED
    if rx(_ORIGINAL).match(line):
        return QUOTED if mail else PASTED
    if rx(_WROTE).match(line) or (
        at + 1 < len(lines) and line.strip() and rx(_WROTE).match(f"{line.strip()} {lines[at + 1].strip()}")
    ):
        behind = next((each for each in lines[at + 1 :] if each.strip() and not rx(_WROTE).match(each)), "")
        if mail and not behind.lstrip().startswith(">") and not line.lstrip().startswith(">"):
            return QUOTED
    if mail and (re.fullmatch(r"\s*(?:--|__+|-- )\s*", line) or rx(_CLOSING).match(line.strip())):
        return SIGNATURE
    return state


def _first(lines: list[str]) -> int:
    return next((i for i, line in enumerate(lines) if line.strip()), 0)


def _header_at(lines: list[str], at: int) -> int:
    """How many lines of a mail's header stand at `at`; 0 if fewer than two or none that says who wrote."""
    names, count = set(), 0
    for line in lines[at : at + 12]:
        match = rx(_FIELD).match(line)
        if match is None or (count == 0 and match["name"].lower() not in _AUTHOR):
            break
        names.add(match["name"].lower())
        count += 1
    return count if len(names) >= 2 and names & _AUTHOR else 0


def _named(header: list[str], names: set[str]) -> str | None:
    for line in header:
        match = rx(_FIELD).match(line)
        if match is not None and match["name"].lower() in names:
            return match["value"]
    return None


def comments(text: str) -> list[tuple[int, int]]:
    """Where HTML comments stand: text that a person reading the page would not see."""
    out, at = [], text.find("<!--")
    while at >= 0:
        end = text.find("-->", at)
        out.append((at, len(text) if end < 0 else end + 3))
        at = -1 if end < 0 else text.find("<!--", end)
    return out


def talks_to_machines(sentence: str, keys: re.Pattern[str] | None) -> bool:
    """Whether a sentence addresses an automated reader, or names fields by their keys, as no person does."""
    return bool(rx(_MACHINE).search(sentence)) or (keys is not None and bool(keys.search(sentence)))


def asks_for_an_answer(sentence: str) -> int:
    """Where a request to answer in a certain way begins in a sentence; -1 if there is none.

    Text put into a note often runs on without a full stop before it; the words before such a seam are the note's own.
    """
    request = rx(_REQUEST).search(sentence)
    if request is None:
        return -1
    seams = [m.end() for m in rx(_SEAM, 0).finditer(sentence, 0, request.start() + 1)]
    return seams[-1] if seams else 0
