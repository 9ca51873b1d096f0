"""Clauses of a statement, the words in them that point at somebody, and the subject handed on from clause to clause."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from placet.agent.reader.acquaintances import CLIENT, HELPER, RELATION, RM, SAYS
from placet.agent.reader.segment import Statement
from placet.agent.reader.text import rx

_OWNER = r"his|her|my|their|our|your|the|client's|clients?'|cl\.?'s|meine?|sein|seine|ihre?|minha|meu"
_CLAUSE = (
    r"(?:[;()\"\[\]]|[,:](?!\d))+\s?|\s(?:[-/+]{1,2}|-?>)\s|\s(?:but|and|so|because|while|whereas|although|though|who|which|that|then|"
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
_HER_OBJECT = (
    r"^ (?:about|that|to|on|at|now|in|for|if|when|and|or|as|again|back|how|by|with|from|up|down|the|a|what|next)\b|^ "
    r"?[^ a-z\d]|^ [^a-z\d]|^$"
)
_COORDINATED = r"(?:^|[.;:,(]\s)\W*(?:[\w.-]+ ){1,2}(?:and|&|\+) $"
_GIVEN_TO = r"\b(?:to|for|with|told|tell|tells|asked|gave|sent)\s$"
_CONFIRMS = r"^.{0,30}\b(?:says?|said|confirm\w*|advis\w*|reports?|shows?|told|tells?|informed)\b"


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
class Clause:
    """Part of a statement; `subject` is who it is about unless it says otherwise."""

    start: int
    end: int
    subject: str
    mentions: list[Mention] = field(default_factory=list)


def pointers(statement: Statement, named: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Every word that points at somebody, in order; where two overlap the earlier one counts."""
    fixed = rx(
        rf"(?<![\w@.])(?:(?P<relation>(?:(?:{_OWNER}) (?:[a-z]+ )?)?(?P<word>{RELATION}))\b"
        rf"|(?P<helper>(?:{_OWNER})(?: [a-z]+(?:'s)?)? (?P<help>{HELPER}))\b"
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


def cut(statement: Statement) -> list[Clause]:
    """The clauses of a statement; nobody is mentioned in them yet."""
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
    return [Clause(a, b, CLIENT) for a, b in pairwise(bounds)]


def hand_on(statement: Statement, clauses: list[Clause], subject: str) -> str:
    """Hand the subject from clause to clause; after "her lawyer says" the next clause is about the client again."""
    for clause in clauses:
        first = next((m for m in clause.mentions if _leads(m, clause)), None)
        outer = subject
        ahead = statement.text[: clause.start - statement.start].rstrip()
        if rx(r"(?:who|whose|whom)\b", 0).match(statement.low, clause.start - statement.start) or rx(
            r"\b(?:who|whose|whom)$"
        ).search(ahead):
            # "Her husband, who is on leave, ...": whoever stands right before, and only up to the end of this clause.
            named = [m for c in clauses if c.end <= clause.start for m in c.mentions]
            if named and named[-1].end >= clause.start - 9:
                clause.subject = named[-1].who
                if not any(m.role == "subject" for m in clause.mentions):
                    continue
        if first is not None and first.who != RM:
            subject = first.who
        clause.subject = subject
        if ahead.endswith("(") and ")" in statement.text[clause.start - statement.start : clause.end - statement.start]:
            subject = outer  # what stands in brackets says nothing of what follows them
        if first is not None and first.trusted:
            tail = statement.low[first.end - statement.start : clause.end - statement.start]
            if rx(_CONFIRMS, 0).search(tail):
                clause.subject = subject = CLIENT
    return subject


def _leads(mention: Mention, clause: Clause) -> bool:
    """Whether the clause is about this one: its subject, or the owner it opens with unless what is owned is a person."""
    if mention.role == "subject":
        return True
    if mention.role == "owner":
        owns = any(0 < m.start - mention.end <= 12 and m.who != mention.who for m in clause.mentions)
        return mention.start <= clause.start + 1 and not owns
    # "Jane's daughter Amelia, ...": the daughter.
    owner = next((m for m in clause.mentions if m.role == "owner" and 0 < mention.start - m.end <= 12), None)
    return owner is not None and owner.start <= clause.start + 1 and owner.who != mention.who


def role(kind: str, word: str, ahead: str, behind: str) -> str:
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
