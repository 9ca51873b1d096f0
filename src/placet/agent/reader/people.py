"""Who a statement is about: the client, somebody else, or the RM.

Names are learned from the note itself (a relation beside a name, a verb only people have), pronouns go to the last subject
of their gender, and a value that is said to be somebody else's is somebody else's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from placet.agent.reader.segment import Statement
from placet.agent.reader.text import rx
from placet.agent.reader.words import FEMALE_TITLES, HELPERS, MALE_TITLES, NICKNAMES, OTHERS_LABEL, RELATIONS, TITLES, TRUSTED

CLIENT, OTHER, RM = "client", "other", "rm"

_RELATION = "|".join(sorted((re.escape(w).replace(r"\ ", "[ -]") for w in RELATIONS), key=len, reverse=True))
_HELPER = "|".join(sorted((re.escape(w).replace(r"\ ", "[ -]") for w in HELPERS), key=len, reverse=True))
_TITLE = "|".join(sorted((re.escape(t) for t in TITLES), key=len, reverse=True))
_OWNER = r"his|her|my|their|our|your|the|client's|clients?'|cl\.?'s|meine?|sein|seine|ihre?|minha|meu"
_NAME = r"[A-Z][^\W\d_A-Z]+(?:-[A-Z][^\W\d_]+)?"
_SAYS = (
    r"says?|said|saying|thinks?|thought|reckons?|reckoned|wants?|wanted|asks?|asked|prefers?|tells?|told|believes?|believed|laughed|joked|agreed|agrees|"
    r"mentioned|mentions|confirmed|confirms|explained|insists?|insisted|suggested|suggests|feels?|felt|hates|loves|likes|knows|worries|worried|hopes|sent|called|rang|emailed|"
    r"lives?|works?|worked|retired|retires|earns?|trades|plays|drives|studies|graduated|married|moved|joined|started|turned|turns|runs|owns|puts?|kept|keeps|wrote|writes|"
    r"attended|arrived|left|chipped|interrupted|nodded|rolled|walked|reminded|describes?|described|holds|advised|informed|has|had|is|was|will|would|can|doesn't|didn't|isn't|won't|came|gave|got|went|did"
)
_TELLS = _SAYS.partition("|has|had")[0]  # verbs that only a person is the subject of
_PERSONAL = r"e-?mail|mob|tel|mobile|cell|phone|number|date of birth|birthday|dob|income|salary|pension|job|assets|passport|school|wedding|office|wife|husband|address|employer|bonus|business|account|portfolio|fees|side|own|new|old|pot|money|share"
_NOT_NAMES = frozenset(
    "he she they it we you i who nobody everyone everybody someone somebody anyone no none nothing all both each this that these those there here what which when where why how "
    "client cl rm also then still never always now today tomorrow yesterday just only even maybe perhaps once since because but and so or if yes ok okay well sure right great good "
    "bank firm market company business income salary pension phone mobile email risk tax address dob wealth portfolio account meeting review note notes next last new old "
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december mr mrs ms miss dr prof sir "
    "work home house flat school office his her their our my your its the an as at by for from in of on to up with not too very been being dear thanks thank please spoke called rang met "
    "position occupation employer marital status nationality liquidity goals goal horizon net worth source language channel dependants dependents family kids children team everything "
    "son daughter husband wife mother father brother sister uncle aunt apparently otherwise meanwhile however although though whereas while until after before during both either neither"
    .split()
)  # fmt: skip
_CLAUSE = r"[,;:()\"\[\]]+\s?|\s[-/+]{1,2}\s|\s(?:but|and|so|because|while|whereas|although|though|who|which|that|then|until|where|since|if)\s|\.\s"
_PREPOSITION = r"\b(?:to|for|with|w/|from|by|of|than|like|via|about|on|at|in|into|between|per|joint|cc|copy)\s*(?:(?:his|her|my|their|our|your|the)\s)?$"
_VERB = rf"\s*(?:'s\b|'ll\b|'d\b|(?:also|now|still|then|never|always|only|just|both|who|has|is)?\s?(?:{_SAYS}|are|were|may|might|should|could|must|does|do|have|says|am)\b)"


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
    start: int
    end: int
    subject: str
    mentions: list[Mention] = field(default_factory=list)


def short_for(name: str, full: str) -> bool:
    """Whether a name is a short form of another: "Fi" of "Fiona", "Becky" of "Rebecca"."""
    short, whole = name.lower().rstrip("."), full.lower()
    if len(short) >= 2 and whole.startswith(short):
        return True
    stem = re.sub(r"(?<=..)(?:(.)\1)?(?:ie|y|i|o|e)$", r"\1", short)
    return (len(stem) >= 3 and whole.startswith(stem)) or short in NICKNAMES.get(whole, "").split()


class People:
    """Everybody a note mentions; `about` answers who a stretch of a statement is about."""

    def __init__(self, client: str | None, aliases: Iterable[str] = ()) -> None:
        words = rx(r"[^\W\d_][^\W_]*", 0).findall(client or "")
        self.tokens = [w for w in words if w.lower() not in TITLES and len(w) > 1]
        self.aliases = set(aliases)
        self.gender = ""
        self.others: dict[str, str] = {}
        self.rms: set[str] = set()
        self._clauses: dict[int, list[_Clause]] = {}

    def is_client(self, name: str) -> bool:
        """Whether a name on a speaker's label or in a mail's header is the client's."""
        words = {w.lower() for w in rx(r"[^\W\d_][^\W_]*", 0).findall(name.split("<")[0]) if w.lower() not in TITLES}
        mine = {t.lower() for t in self.tokens}
        initials = {t[0].lower() for t in self.tokens}
        return bool(words & mine) and all(w in mine or (len(w) == 1 and w in initials) or w in {"client", "mobile"} for w in words)

    def learn(self, statements: list[Statement], speakers: dict[str, str]) -> None:
        """Take in the whole note: who else is named, the client's gender, and then every statement in order."""
        own = [s for s in statements if s.origin == "own"]
        for name, voice in speakers.items():
            if voice == RM:
                self.rms.add(name.split()[0])
            elif voice == OTHER:
                self.others.setdefault(name.split()[0], "")
        for statement in own:
            self._learn_names(statement.text)
        self.gender = self._guess_gender(own)
        self._read(statements)

    def about(self, statement: Statement, start: int, end: int | None = None, *, exact: bool = False) -> str:
        """Who the stretch is about: `client`, `other` or `rm`; positions count from the start of the note.

        An `exact` value (a number, an address, a date) is somebody else's where a bracket behind it names them.
        """
        if statement.label and rx(rf"{OTHERS_LABEL}|^(?:office|work|fax|factory|shop)\b").search(statement.label) and not self._names_client(statement.label):
            return OTHER
        if statement.heading and rx(OTHERS_LABEL).search(statement.heading) and len(statement.heading.split()) <= 4:
            return OTHER
        if end is not None and self._belongs_behind(statement, end, exact=exact):
            return OTHER
        clauses = self._clauses.get(id(statement), [])
        clause = next((c for c in reversed(clauses) if c.start <= start), None)
        if clause is None:
            return OTHER if statement.voice == OTHER else CLIENT
        before = [m for m in clause.mentions if m.start < start]
        for mention in reversed(before):
            if mention.role != "object" or mention.who == CLIENT:
                return mention.who
        opening = statement.text[: clause.start - statement.start].rstrip()
        if opening.endswith("(") and before == []:
            inside = [m for c in clauses if c.end <= clause.start for m in c.mentions]
            if inside and clause.start - inside[-1].end <= 3:
                return inside[-1].who
        return clause.subject

    def done_by_other(self, statement: Statement, until: int) -> bool:
        """Whether somebody else is the subject of the statement before a position."""
        mentions = [m for c in self._clauses.get(id(statement), []) for m in c.mentions if m.role == "subject" and m.start < until]
        return bool(mentions) and mentions[-1].who == OTHER

    def _names_client(self, label: str) -> bool:
        return any(t.lower() in label.split() for t in self.tokens) or "client" in label

    def _belongs_behind(self, statement: Statement, end: int, *, exact: bool) -> bool:
        """Whether the words right after a value give it to somebody else: "... is my mother's now"."""
        rest = statement.text[end - statement.start :]
        link = rx(r"^[\s\"')]*(?:one |number |address )?(?:is|was|are|belongs to|=|'s)\s+(?:now |actually |really |only |just )?").match(rest)
        if link is None:
            return exact and rx(r"^\s*\((?:[^)]{0,20}\s)?(?:" + _RELATION + r"|factory|office|work|switchboard)\b").match(rest) is not None
        at = end + link.end()
        return any(m.who == OTHER and m.start <= at + 1 < m.end for c in self._clauses.get(id(statement), []) for m in c.mentions)

    # -- names ---------------------------------------------------------------------------------------------------------

    def _is_mine(self, name: str) -> bool:
        first = name.split()[0]
        if first in self.aliases or any(first.lower() == t.lower() for t in self.tokens):
            return True
        return any(short_for(first, token) for token in self.tokens)

    def _learn_names(self, text: str) -> None:
        for match in rx(rf"\b(?i:(?P<word>{_RELATION}|{_HELPER}))\s?[,:]?\s\(?(?P<name>{_NAME})\b", 0).finditer(text):
            self._other(match["name"], RELATIONS.get(match["word"].lower(), ""))
        for match in rx(rf"\b(?P<name>{_NAME})(?: {_NAME})?,? ?\(?(?:(?:his|her|my|the|their) )?(?:[a-z]+ )?(?i:(?P<word>{_RELATION}))\b", 0).finditer(text):
            if match.group(0)[len(match["name"]) :].lstrip()[:1] in (",", "("):
                self._other(match["name"], RELATIONS.get(match["word"].lower(), ""))
        for match in rx(rf"\b(?P<name>{_NAME})(?:'s?(?= (?:{_PERSONAL})\b)| (?:{_TELLS})\b)", 0).finditer(text):
            self._other(match["name"], "")
        for match in rx(rf"\b(?P<name>{_NAME}) is on (?=[+\d])", 0).finditer(text):
            self._other(match["name"], "")
        for match in rx(rf"\b(?P<title>{_TITLE})\.? (?P<name>{_NAME})").finditer(text):
            if match["name"][0].isupper() and not self._is_mine(match["name"]):
                word = match["title"].lower()
                self._other(match["name"], "m" if word in MALE_TITLES else "f" if word in FEMALE_TITLES else "")
        for first in self.tokens[:1]:
            for match in rx(rf"\b{re.escape(first)} (?:\+|&|and) (?P<name>{_NAME})\b", 0).finditer(text):
                self._other(match["name"], "")
            for match in rx(rf"\b(?P<name>{_NAME}) (?:\+|&|and) {re.escape(first)}\b", 0).finditer(text):
                self._other(match["name"], "")
        if len(self.tokens) > 1:
            for match in rx(rf"\b(?P<name>{_NAME}) {re.escape(self.tokens[-1])}\b", 0).finditer(text):
                self._other(match["name"], "")

    def _other(self, name: str, gender: str) -> None:
        if name in self.rms or name.lower() in _NOT_NAMES or name.lower() in RELATIONS or self._is_mine(name) or name.lower() in HELPERS:
            return
        self.others[name] = self.others.get(name) or gender

    def _guess_gender(self, statements: list[Statement]) -> str:
        he = she = 0
        names = "|".join(map(re.escape, self.tokens)) or r"(?!)"
        for statement in statements:
            for match in rx(rf"\b(?P<title>{_TITLE})\.? (?:[A-Z][\w.-]* ){{0,2}}(?:{names})\b").finditer(statement.text):
                title = match["title"].lower()
                if title in MALE_TITLES | FEMALE_TITLES:
                    return "m" if title in MALE_TITLES else "f"
            if statement.voice == "rm" and not statement.talk and not self._anyone_else(statement.text):
                he += len(rx(r"\b(?:he|his|him)\b").findall(statement.text))
                she += len(rx(r"\b(?:she|her|hers)\b").findall(statement.text))
            if statement.voice == "rm" and not statement.talk:
                she += rx(r"\b(?:husband|husb|hubby)\b").search(statement.text) is not None
                he += rx(r"\b(?:his|\() ?wife\b").search(statement.text) is not None
        return "m" if he > she else "f" if she > he else ""

    def _anyone_else(self, text: str) -> bool:
        names = "|".join(map(re.escape, self.others)) or r"(?!)"
        return bool(rx(rf"\b(?:{names})\b", 0).search(text) or rx(rf"\b(?:{_RELATION})\b").search(text))

    # -- statements ------------------------------------------------------------------------------------------------------

    def _read(self, statements: list[Statement]) -> None:
        mine = [re.escape(t) for t in self.tokens if len(t) > 2 or len(self.tokens) < 2] + [re.escape(a) for a in self.aliases]
        mine += [re.escape(name) for name in self._short_names(statements)]
        others = "|".join(sorted(map(re.escape, self.others), key=len, reverse=True)) or r"(?!)"
        names = "|".join(sorted(mine, key=len, reverse=True)) or r"(?!)"
        pattern = rx(
            rf"(?<![\w@.])(?:(?P<client>(?:(?i:{_TITLE})\.? )?(?:{names})(?:[ -](?:{names}))*|(?i:(?:the )?client|cl\.(?= )))(?![\w@])"
            rf"|(?P<relation>(?i:(?:(?:{_OWNER}) (?:[a-z]+ )?)?(?P<word>{_RELATION})))\b(?: (?:{others}))?"
            rf"|(?P<helper>(?i:(?:{_OWNER})(?: [a-z]+)? (?P<help>{_HELPER})))\b"
            rf"|(?P<other>(?:(?i:{_TITLE})\.? )?(?:{others})(?: [A-Z][\w-]+)?)(?![\w@])"
            rf"|(?P<pronoun>(?i:he|she|him|her|his|hers|himself|herself))\b"
            rf"|(?P<self>I|(?i:me|my|mine|myself|we|our|us))(?![\w@])|(?P<you>(?i:you|your|yours))\b)",
            0,
        )
        last: list[tuple[str, str]] = []  # (who, gender) of the subjects so far in this paragraph, newest last
        paragraph, item, subject = -1, -1, CLIENT
        for statement in statements:
            if statement.paragraph != paragraph or (statement.label and statement.item != item):
                last, subject = [], CLIENT
            paragraph, item = statement.paragraph, statement.item
            default = OTHER if statement.voice == OTHER else CLIENT
            if rx(r"^\W*(?:so\s\W*\w+\W*$|(?:from now on|going forward|in future|please|pls)\b)").match(statement.text):
                subject = default
            if statement.talk and statement.voice == CLIENT:
                subject = CLIENT
            clauses = self._cut(statement, default if statement.voice == OTHER else subject)
            for match in pattern.finditer(statement.text):
                mention = self._mention(match, statement, last)
                if mention is None:
                    continue
                clause = next(c for c in reversed(clauses) if c.start <= mention.start)
                clause.mentions.append(mention)
                if mention.role == "subject" and mention.who != RM:
                    last.append((mention.who, mention.gender))
            subject = self._chain(statement, clauses, subject if statement.voice != OTHER else OTHER)
            self._clauses[id(statement)] = clauses

    def _short_names(self, statements: list[Statement]) -> set[str]:
        """Short forms of the client's own name that the note uses."""
        words = {w for s in statements for w in rx(rf"\b{_NAME}(?!\w)|\b[A-Z][a-z]\b", 0).findall(s.text)}
        return {w for w in words if w.lower() not in _NOT_NAMES and any(w != t and short_for(w, t) for t in self.tokens)}

    @staticmethod
    def _cut(statement: Statement, subject: str) -> list[_Clause]:
        cuts: list[int] = []
        for match in rx(_CLAUSE).finditer(statement.text):
            # "She and Mei registered" is one clause with two subjects.
            joins = match[0].strip().lower() == "and" and len(statement.text[cuts[-1] if cuts else 0 : match.start()].split()) <= 2
            if not joins:
                cuts.append(match.end())
        bounds = [0, *cuts, len(statement.text)]
        base = statement.start
        return [_Clause(base + a, base + b, subject) for a, b in zip(bounds, bounds[1:], strict=False)]

    @staticmethod
    def _chain(statement: Statement, clauses: list[_Clause], subject: str) -> str:
        """Hand the subject from clause to clause; after "her lawyer says" the next clause is about the client again."""
        for clause in clauses:
            first = next((m for m in clause.mentions if m.role == "subject" or (m.role == "owner" and m.start <= clause.start + 1)), None)
            clause.subject = subject
            if first is not None:
                clause.subject = subject = first.who if first.who != RM else subject
                tail = statement.text[first.end - statement.start : clause.end - statement.start]
                if first.trusted and rx(rf"^.{{0,30}}\b(?:says?|said|confirm\w*|advis\w*|reports?|shows?|told|tells?|informed)\b").search(tail):
                    clause.subject = subject = CLIENT
        return subject

    def _mention(self, match: re.Match[str], statement: Statement, last: list[tuple[str, str]]) -> Mention | None:
        text, base = statement.text, statement.start
        start, end, behind, ahead = match.start(), match.end(), text[match.end() :], text[: match.start()]
        kind = match.lastgroup or ""
        kind = {"word": "relation", "help": "helper"}.get(kind, kind)
        trusted = False
        if kind in ("relation", "helper"):
            word = (match["word"] or match["help"]).lower().replace("-", "-")
            owned = match[kind].lower() != word
            if not owned and rx(r"\b(?:an?|no|any|of|as|\d+|two|three|four|five|dependent|young|each|single|working|former)\s$").search(ahead):
                return None
            who, gender = OTHER, RELATIONS.get(word, HELPERS.get(word, ""))
            trusted = rx(rf"\b(?:{TRUSTED})\b").search(match[kind]) is not None
        elif kind == "other":
            who, gender = OTHER, self.others.get(match["other"].split()[0], "")
        elif kind == "client":
            who, gender = CLIENT, self.gender
        elif kind == "pronoun":
            gender = "m" if match[0].lower() in ("he", "him", "his", "himself") else "f"
            who = self._pronoun(gender, statement, last)
        elif kind == "self":
            who, gender = ({"client": CLIENT, "rm": RM}.get(statement.voice, OTHER), "")
            if match[0].lower() in ("we", "our", "us") and who == RM:
                return None
        else:
            if statement.voice != "rm":
                return None
            who, gender = CLIENT, ""
        return Mention(base + start, base + end, who, gender, self._role(match, kind, ahead, behind), trusted)

    def _pronoun(self, gender: str, statement: Statement, last: list[tuple[str, str]]) -> str:
        if statement.talk or statement.voice == CLIENT:
            return OTHER
        if self.gender and gender != self.gender:
            return OTHER
        for who, known in reversed(last[-4:]):
            if who == CLIENT or known == gender or (not known and not self.gender):
                return who
            if not known and who == OTHER and last[-1] == (who, known) and (CLIENT, self.gender) not in last:
                return who
        return CLIENT

    @staticmethod
    def _role(match: re.Match[str], kind: str, ahead: str, behind: str) -> str:
        word = match[0].lower()
        if kind in ("pronoun", "self", "you"):
            if word in ("he", "she", "i", "we", "you") and not rx(r"\b(?:to|for|with|told|tell|tells|asked|gave|sent)\s$").search(ahead):
                return "subject"
            if word in ("his", "my", "our", "your", "mine", "hers", "yours"):
                return "owner"
            if word == "her" and rx(r"^ (?!(?:about|that|to|on|at|now|in|for|if|when|and|or|as|again|back|how|by|with|from|up|down|the|a|what|next)\b)[a-z\d]").match(behind):
                return "owner"
            return "subject" if word == "me" and not ahead.strip() else "object"
        if rx(r"^'(?:s\b|\s)").match(behind) or word.endswith("'s"):
            return "owner"
        if rx(r"\b(?:hi|hello|hey|dear|thanks|thank you|morning|bye|cheers|ok)[ ,]+$").search(ahead):
            return "object"
        clause = re.split(_CLAUSE, ahead)[-1]
        if rx(_PREPOSITION).search(ahead) or rx(r"^\W*(?:\w+ ){1,2}(?:and|&|\+) $").match(ahead):
            return "object"
        opening = rx(r"^\W*(?:so|and|but|then|now|also|even|only|well|yes|no|ok|because|that|says|said|today|later|still|apparently|meanwhile|both|to)?\W*$")
        if opening.match(clause) or rx(_VERB).match(behind):
            return "subject"
        return "object"
