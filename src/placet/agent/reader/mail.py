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
    r"^\W{0,6}(?:on|am|le|el|em|op|il|den|\d{1,2}[./-]\d{1,2}[./-]\d{2,4})\b.{4,160}(?:wrote|schrieb|a écrit|"
    r"escribió|escreveu|schreef|ha scritto|"
    r"skrev|написала?|пишет|napisała?|写道|kirjoitti|a scris)(?!\w).{0,60}:?\s*$"
)
_WROTE_WORD = (
    r"wrote|schrieb|a écrit|escribió|escreveu|schreef|ha scritto|skrev|написал|пишет|napisał|写道|kirjoitti|a scris"
)
_INTRODUCES = r":\s*$|^\W*(?:fwd?|fw|fyi)\b|\b(?:forward\w*|below|pasted|received|got this|as follows|attached)\b"
_SUBJECT = r"^\W*(?:fwd?|fw)\b(?:\W+\w+){3}"  # "Fwd: three words and more" is a title
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
# Imitations of Placet's own pages, and orders to forget what it was told, in several languages: distrusted to the paragraph's end.
_FORGED = (
    r"\[\s?(?:accept|edit|reject|approve)\s?\]|\bnot recorded\s*(?:->|>)|\bproposed\s?:\s|^\W*\[?(?:system|"
    r"instruction|tool result)\b\W*[:\]]|"
    r"\bproposals? (?:was |were |is |has been )?(?:accepted|approved)\b|\bdo not ask the (?:rm|client|banker)\b|"
    r"(?:ignore[zr]?|ignora|ignorieren|ignoriere|vergessen|oubliez|olvida|esqueça|negeer|忽略|無視).{0,40}"
    r"(?:instruc|anweisung|istruzion|instruç|instructie|consigne|指示|指令)"
)
# Words that claim an approval nobody gave here, or give an order about the record: distrusted with their own line.
_GREETS = (
    r"\bapproved by (?:compliance|legal|the rm|management|head office|the bank)\b|"
    r"\b(?:compliance|legal|the rm|relationship manager|management|head office)\b(?: \w+){0,2} (?:pre-?)?approved\b|"
    r"^\W*(?:you|the (?:assistant|system|agent)) (?:must|should|shall|have to|need to) (?:now )?(?:update|set|"
    r"record|change|overwrite)\b|"
    r"^\W*(?:assistant|system|agent|bot)\W+(?:please )?(?:set|update|change|record|overwrite)\b|"
    r"^\W*(?:update|set|record)\s?:\s|^\W*(?:bitte )?(?:setzen|ändern|aktualisieren|tragen) sie\b(?!.{0,20}\bmein)|"
    r"\b(?:enregistrez|modifiez|remplacez|mettez à jour|actualice|registre|cambie)\b(?!.{0,20}\b(?:mon|ma|mi)\b)|"
    r"^\W*(?:dear|hello|hi|hey|attention|note to|message to|for)\W+(?:the |any |all |an )?(?:ai |virtual |digital )?"
    r"(?:assistants?|bots?|chatbots?|language models?|llms?|ai)\b"
)
# Asking whoever reads this to answer in some way: the sentence itself is no fact.
_REQUEST = (
    r"\b(?:your|the) (?:answer|response|reply|output|message|summary|task)\b|\bproposed_value|\bfield_key|\bfield "
    r"?updates?\b"
)
_SEAM = r"(?<=[a-z0-9)\u3040-\u9fff])\s(?=[A-Z][a-z]+\s[a-z\"'])"


@dataclass(slots=True)
class Layout:
    """The origin of each line, and who wrote the note if it is a mail."""

    origins: list[str]
    author: str | None = None
    recipient: str = ""


def lay_out(lines: list[str], is_client: Callable[[str], bool]) -> Layout:
    """Say of each line whose words it is; only the client's own mail is taken at its word when it stands in a note of others."""
    return _Walk(lines, is_client).layout


class _Walk:
    """Goes through the lines once, remembering whose words they are just now."""

    def __init__(self, lines: list[str], is_client: Callable[[str], bool]) -> None:
        self._lines, self._is_client = lines, is_client
        self.layout = Layout([OWN] * len(lines))
        self._wrote = self._attributions()
        mail = any(self._wrote) or _header_at(lines, _first(lines)) > 0
        arrows = sum(line.lstrip().startswith(">") for line in lines)
        self._arrows_quote = mail or arrows * 2 <= sum(bool(line.strip()) for line in lines)
        self._state = OWN
        self._above = 0  # lines of the note's own so far
        at = 0
        while at < len(lines):
            at += self._step(at)

    def _attributions(self) -> list[bool]:
        """Which lines say "On Monday X wrote:", alone or together with the next line."""
        lines = self._lines
        if not rx(_WROTE_WORD).search("\n".join(lines)):
            return [False] * len(lines)
        pairs = zip(lines, [*lines[1:], ""], strict=False)
        return [
            bool(rx(_WROTE).match(a) or (a.strip() and len(a) < 120 and rx(_WROTE).match(f"{a.strip()} {b.strip()}")))
            for a, b in pairs
        ]

    def _step(self, at: int) -> int:
        """Judge the line at `at` and return how many lines that took."""
        lines, layout = self._lines, self.layout
        line = lines[at]
        if self._state == PASTED and rx(_PASTED_END).match(line):
            layout.origins[at], self._state = HEADER, OWN
            return 1
        header = _header_at(lines, at) if self._state in (OWN, SIGNATURE) else 0
        if header:
            if self._is_the_mail(at, header):
                layout.origins[at : at + header] = [HEADER] * header
                return header
            self._state = QUOTED if layout.author is not None else PASTED
        if self._state in (OWN, SIGNATURE):
            self._state = self._turning(at)
        origin = self._state
        if origin in (OWN, SIGNATURE) and line.lstrip().startswith(">") and self._arrows_quote:
            origin = QUOTED
        elif origin == OWN and self._wrote[at]:
            origin = HEADER
        layout.origins[at] = origin
        self._above += origin == OWN and bool(line.strip())
        return 1

    def _is_the_mail(self, at: int, header: int) -> bool:
        """Whether a header is that of the note itself; then its author and recipient are taken down."""
        author = _named(self._lines[at : at + header], _AUTHOR)
        # One line above it may be the note's title, but not an introduction to somebody else's mail.
        client = author is not None and self._is_client(author)
        first = self._above == 0 or (self._above == 1 and (client or self._begins_beside(at, header)))
        if self.layout.author is not None or author is None or not first:
            return False
        self.layout.author = author
        self.layout.recipient = _named(self._lines[at : at + header], _RECIPIENT) or ""
        return True

    def _begins_beside(self, at: int, header: int) -> bool:
        """Whether a header stands right under the one line above it, which does not introduce it."""
        line = self._lines[at - 1] if at else ""
        recipient = _named(self._lines[at : at + header], _RECIPIENT) or ""
        return bool(line.strip()) and not rx(_INTRODUCES).search(line) and not self._is_client(recipient)

    def _turning(self, at: int) -> str:
        """Whose words begin with this line: somebody else's, a signature, or still the same."""
        line, mail = self._lines[at][:200], self.layout.author is not None
        if rx(_FORWARDED).match(line) and len(line.split()) <= 8 and not rx(_SUBJECT).match(line):
            return PASTED
        if rx(_ORIGINAL).match(line):
            return QUOTED if mail else PASTED
        if self._wrote[at] and mail and not line.lstrip().startswith(">"):
            below = range(at + 1, min(at + 6, len(self._lines)))
            first = next((self._lines[i] for i in below if self._lines[i].strip() and not self._wrote[i]), "")
            if not first.lstrip().startswith(">"):
                return QUOTED
        if mail and (re.fullmatch(r"\s*(?:--|__+|-- )\s*", line) or rx(_CLOSING).match(line.strip())):
            return SIGNATURE
        return self._state


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
    return (
        bool(rx(_MACHINE).search(sentence))
        or bool(rx(_FORGED).search(sentence))
        or (keys is not None and bool(keys.search(sentence)))
    )


def greets_machines(sentence: str) -> bool:
    """Whether a sentence opens like a letter to an automated reader, orders it about, or claims an approval."""
    return rx(_GREETS).search(sentence) is not None


def asks_for_an_answer(sentence: str) -> int:
    """Where a request to answer in a certain way begins in a sentence; -1 if there is none.

    Text put into a note often runs on without a full stop before it; the words before such a seam are the note's own.
    """
    request = rx(_REQUEST).search(sentence)
    if request is None:
        return -1
    seams = [m.end() for m in rx(_SEAM, 0).finditer(sentence, 0, request.start() + 1)]
    return seams[-1] if seams else 0
