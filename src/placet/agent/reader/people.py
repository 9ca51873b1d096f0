"""Who a statement is about: the client, somebody else, or the RM.

Pronouns go to the last subject of their gender, a subject is handed on from clause to clause, and a value that is said to be
somebody else's is somebody else's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from placet.agent.reader.acquaintances import (
    CLIENT,
    HELPER,
    OTHER,
    RELATION,
    RM,
    SAYS,
    TITLE,
    Acquaintances,
    alternatives,
)
from placet.agent.reader.segment import Statement
from placet.agent.reader.text import rx
from placet.agent.reader.words import FEMALE_TITLES, HELPERS, MALE_TITLES, OTHERS_LABEL, RELATIONS, TRUSTED

_OWNER = r"his|her|my|their|our|your|the|client's|clients?'|cl\.?'s|meine?|sein|seine|ihre?|minha|meu"
_CLAUSE = (
    r"[,;:()\"\[\]]+\s?|\s(?:[-/+]{1,2}|-?>)\s|\s(?:but|and|so|because|while|whereas|although|though|who|which|that|then|"
    r"until|where|since|if)\s|\.\s"
)
_PREPOSITION = (
    r"\b(?:to|for|with|w/|from|by|of|than|like|via|about|on|at|in|into|between|per|joint|cc|copy)\s*(?:(?:his|her|my|"
    r"their|our|your|the)\s)?$"
)
_VERB = (
    rf"\s*(?:'s\b|'ll\b|'d\b|(?:also|now|still|then|never|always|only|just|both|who|has|is)?\s?(?:{SAYS}|are|were|"
    rf"may|might|should|could|must|does|do|have|says|am)\b)"
)
_GREETING = r"\b(?:hi|hello|hey|dear|thanks|thank you|morning|bye|cheers|ok)[ ,]+$"
_OPENING = (
    r"^\W*(?:so|and|but|then|now|also|even|only|well|yes|no|ok|because|that|says|said|today|later|still|apparently|"
    r"meanwhile|both|to)?\W*$"
)
_NOT_OWNED = r"\b(?:an?|no|any|of|as|\d+|two|three|four|five|dependent|young|each|single|working|former)\s$"
_HER_OBJECT = (
    r"^ (?:about|that|to|on|at|now|in|for|if|when|and|or|as|again|back|how|by|with|from|up|down|the|a|what|next)\b|^ "
    r"?[^ a-z\d]|^ [^a-z\d]|^$"
)
_COORDINATED = r"(?:^|[.;:,(]\s)\W*(?:[\w.-]+ ){1,2}(?:and|&|\+) $"
_GIVEN_TO = r"\b(?:to|for|with|told|tell|tells|asked|gave|sent)\s$"
_CONFIRMS = r"^.{0,30}\b(?:says?|said|confirm\w*|advis\w*|reports?|shows?|told|tells?|informed)\b"
_RESETS = r"^\W*(?:so\s\W*\w+\W*$|(?:from now on|going forward|in future|please|pls)\b)"  # "So three.", "Please ..."
_BELONGS = (
    r"^[\s\"')]*(?:one |number |address )?(?:is|was|are|belongs to|=|'s)\s+(?:now |actually |really |only |just )?"
)
_BRACKET = rf"^\s*\((?:[^)]{{0,20}}\s)?(?:{RELATION}|factory|office|work|switchboard)\b"
_PLACES_LABEL = r"^(?:office|work|fax|factory|shop)\b"


@dataclass(slots=True)
class Mention:
    """A word that points at somebody: where it stands, at whom, in which role (`subject`, `owner` or `object`)."""

    start: int
    end: int
    who: str
    gender: str
    role: str
    trusted: bool = False


@dataclass(slots=True)
class _Clause:
    """Part of a statement; `subject` is who it is about unless it says otherwise."""

    start: int
    end: int
    subject: str
    mentions: list[Mention] = field(default_factory=list)


class People(Acquaintances):
    """Everybody a note mentions; `about` answers who a stretch of a statement is about."""

    def __init__(self, client: str | None, aliases: Iterable[str] = ()) -> None:
        super().__init__(client, aliases)
        self._clauses: dict[int, list[_Clause]] = {}

    def read(self, statements: list[Statement], speakers: dict[str, str]) -> None:
        """Take in the whole note: who is named in it, then who each clause of each statement is about."""
        self.learn([s for s in statements if s.origin == "own"], speakers)
        names, others = self.names(), alternatives(self.others)
        named = re.compile(
            rf"(?<![\w@.])(?:(?P<client>(?:(?i:{TITLE})\.? )?(?:{names})(?:[ -](?:{names}))*|(?i:(?:the )?client|"
            rf"cl\.(?= )))"
            rf"|(?P<other>(?:(?i:{TITLE})\.? )?(?:{others})(?: [A-Z][\w-]+)?))(?![\w@])"
        )
        past: list[tuple[str, str]] = []  # (who, gender) of the subjects so far in this paragraph, newest last
        paragraph, item, subject = -1, -1, CLIENT
        for statement in statements:
            if statement.paragraph != paragraph or (statement.label and statement.item != item):
                past, subject = [], CLIENT
            paragraph, item = statement.paragraph, statement.item
            if statement.voice == OTHER:
                subject = OTHER
            elif rx(_RESETS, 0).match(statement.low) or (statement.talk and statement.voice == CLIENT):
                subject = CLIENT
            clauses = self._clauses[id(statement)] = _cut(statement)
            for match in _pointers(statement, named):
                mention = self._mention(match, statement, past)
                if mention is not None:
                    next(c for c in reversed(clauses) if c.start <= mention.start).mentions.append(mention)
                    if mention.role == "subject" and mention.who != RM and not mention.trusted:
                        past.append((mention.who, mention.gender))
            subject = _hand_on(statement, clauses, subject)

    def about(
        self, statement: Statement, start: int, end: int | None = None, *, exact: bool = False, loose: bool = False
    ) -> str:
        """Who the stretch is about: `client`, `other` or `rm`; positions count from the start of the note.

        An `exact` value (a number, an address, a date) is somebody else's where a bracket behind it names them. What is
        `loose` is the client's unless its own clause names somebody else.
        """
        if self._labelled_other(statement) or (end is not None and self._belongs_behind(statement, end, exact=exact)):
            return OTHER
        clauses = self._clauses.get(id(statement), [])
        clause = next((c for c in reversed(clauses) if c.start <= start), None)
        if clause is None:
            return OTHER if statement.voice == OTHER else CLIENT
        before = [m for m in clause.mentions if m.start < start]
        for mention in reversed(before):
            if mention.role != "object" or mention.who == CLIENT:
                return mention.who
        if loose:
            return CLIENT
        if not before and statement.text[: clause.start - statement.start].rstrip().endswith("("):
            # A bracket is about whoever stands right before it.
            earlier = [m for c in clauses if c.end <= clause.start for m in c.mentions]
            if earlier and clause.start - earlier[-1].end <= 3:
                return earlier[-1].who
        return clause.subject

    def done_by_other(self, statement: Statement, until: int) -> bool:
        """Whether somebody else is the subject of the statement before a position."""
        doers = [m for m in self._mentions(statement) if m.role == "subject" and m.start < until]
        return bool(doers) and doers[-1].who == OTHER

    def _mentions(self, statement: Statement) -> Iterator[Mention]:
        return (m for clause in self._clauses.get(id(statement), []) for m in clause.mentions)

    def _labelled_other(self, statement: Statement) -> bool:
        label, heading = statement.label, statement.heading
        if label and rx(f"{OTHERS_LABEL}|{_PLACES_LABEL}").search(label):
            return "client" not in label and not any(t.lower() in label.split() for t in self.tokens)
        return bool(heading) and len(heading.split()) <= 4 and rx(OTHERS_LABEL).search(heading) is not None

    def _belongs_behind(self, statement: Statement, end: int, *, exact: bool) -> bool:
        """Whether the words right after a value give it to somebody else: "... is my mother's now"."""
        rest = statement.low[end - statement.start :]
        link = rx(_BELONGS, 0).match(rest)
        if link is None:
            return exact and rx(_BRACKET, 0).match(rest) is not None
        at = end + link.end()
        return any(m.who == OTHER and m.start <= at + 1 < m.end for m in self._mentions(statement))

    def _mention(self, match: re.Match[str], statement: Statement, past: list[tuple[str, str]]) -> Mention | None:
        kind, word = match.lastgroup or "", match[0].lower()
        ahead = statement.low[max(0, match.start() - 60) : match.start()]
        who, gender, trusted = OTHER, "", False
        if kind in ("relation", "helper"):
            bare = match["word"] or match["help"]
            if kind == "relation" and len(bare) == len(match["relation"]) and rx(_NOT_OWNED, 0).search(ahead):
                return None
            gender = RELATIONS.get(bare.lower(), HELPERS.get(bare.lower(), ""))
            trusted = rx(rf"\b(?:{TRUSTED})\b", 0).search(word) is not None
        elif kind == "other":
            gender = self.others.get(match["other"].split()[0], "")
        elif kind == "client":
            who, gender = self._titled(word), self.gender
        elif kind == "pronoun":
            gender = "m" if word in ("he", "him", "his", "himself") else "f"
            who = self._pronoun(gender, statement, past)
        elif kind == "self":
            who = {"client": CLIENT, "rm": RM}.get(statement.voice, OTHER)
            if word in ("we", "our", "us") and who == RM:
                return None
        elif statement.voice != "rm" or not statement.talk:
            return None
        else:
            who = CLIENT  # the RM says "you"
        role = _role(kind, word, ahead, statement.low[match.end() : match.end() + 60])
        return Mention(statement.start + match.start(), statement.start + match.end(), who, gender, role, trusted)

    def _titled(self, name: str) -> str:
        """Whose name it is: "Mrs Doe" is not the client where the client is a man."""
        title = name.split(" ", maxsplit=1)[0].rstrip(".")
        gender = "m" if title in MALE_TITLES else "f" if title in FEMALE_TITLES else ""
        return OTHER if gender and self.gender and gender != self.gender else CLIENT

    def _pronoun(self, gender: str, statement: Statement, past: list[tuple[str, str]]) -> str:
        if statement.talk or statement.voice == CLIENT or (self.gender and gender != self.gender):
            return OTHER
        for who, known in reversed(past[-4:]):
            if who == CLIENT or known == gender or (not known and not self.gender):
                return who
            if not known and past[-1] == (who, known) and (CLIENT, self.gender) not in past:
                return who
        return CLIENT


def _pointers(statement: Statement, named: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Every word that points at somebody, in order; where two overlap the earlier one counts."""
    fixed = rx(
        rf"(?<![\w@.])(?:(?P<relation>(?:(?:{_OWNER}) (?:[a-z]+ )?)?(?P<word>{RELATION}))\b"
        rf"|(?P<helper>(?:{_OWNER})(?: [a-z]+)? (?P<help>{HELPER}))\b"
        r"|(?P<pronoun>he|she|him|her|his|hers|himself|herself)\b"
        r"|(?P<self>i|me|my|mine|myself|we|our|us)(?![\w@])|(?P<you>you|your|yours)\b)",
        0,
    )
    found = [*named.finditer(statement.text), *fixed.finditer(statement.low)]
    at = 0
    for match in sorted(found, key=lambda m: (m.start(), -m.end())):
        if match.start() >= at:
            at = match.end()
            yield match


def _cut(statement: Statement) -> list[_Clause]:
    cuts: list[int] = []
    for match in rx(_CLAUSE, 0).finditer(statement.low):
        # "She and Piet registered" is one clause with two subjects.
        joins = (
            match[0].strip().lower() == "and"
            and len(statement.text[cuts[-1] if cuts else 0 : match.start()].split()) <= 2
        )
        if not joins:
            cuts.append(match.end())
    bounds = [statement.start + at for at in (0, *cuts, len(statement.text))]
    return [_Clause(a, b, CLIENT) for a, b in pairwise(bounds)]


def _hand_on(statement: Statement, clauses: list[_Clause], subject: str) -> str:
    """Hand the subject from clause to clause; after "her lawyer says" the next clause is about the client again."""
    for clause in clauses:
        first = next(
            (m for m in clause.mentions if m.role == "subject" or (m.role == "owner" and m.start <= clause.start + 1)),
            None,
        )
        outer = subject
        if first is not None and first.who != RM:
            subject = first.who
        clause.subject = subject
        ahead = statement.text[: clause.start - statement.start].rstrip()
        if ahead.endswith("(") and ")" in statement.text[clause.start - statement.start : clause.end - statement.start]:
            subject = outer  # what stands in brackets says nothing of what follows them
        if first is not None and first.trusted:
            tail = statement.low[first.end - statement.start : clause.end - statement.start]
            if rx(_CONFIRMS, 0).search(tail):
                clause.subject = subject = CLIENT
    return subject


def _role(kind: str, word: str, ahead: str, behind: str) -> str:
    """Whether a word is the subject of its clause, the owner of what follows, or neither."""
    if kind in ("pronoun", "self", "you"):
        return _role_of_pronoun(word, ahead, behind)
    if rx(r"^'(?:s\b|\s)", 0).match(behind) or word.endswith("'s"):
        return "owner"
    if any(rx(pattern, 0).search(ahead) for pattern in (_GREETING, _PREPOSITION, _COORDINATED)):
        return "object"
    clause = re.split(_CLAUSE, ahead)[-1]
    return "subject" if rx(_OPENING, 0).match(clause) or rx(_VERB, 0).match(behind) else "object"


def _role_of_pronoun(word: str, ahead: str, behind: str) -> str:
    if word in ("he", "she", "i", "we", "you") and not rx(_GIVEN_TO, 0).search(ahead):
        return "subject"
    if word in ("his", "my", "our", "your", "mine", "hers", "yours"):
        return "owner"
    if word == "her" and not rx(_HER_OBJECT, 0).match(behind):
        return "owner"
    return "subject" if word == "me" and not ahead.strip() else "object"
