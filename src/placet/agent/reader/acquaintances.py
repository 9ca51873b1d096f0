"""Who is named in a note: the client under every name they go by, and everybody else.

Other people are learned from the note itself: a relation beside a name, a verb only people have, a number that is theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from placet.agent.reader.segment import Statement
from placet.agent.reader.text import WORD, rx
from placet.agent.reader.words import FEMALE_TITLES, HELPERS, MALE_TITLES, NICKNAMES, RELATIONS, TITLES

FIRM_WORD = r"(?:\w+ )?(?:ltd|limited|inc|llp|llc|plc|gmbh|group|partners|bank|capital|pte|pvt|holdings?)"
CLIENT, OTHER, RM = "client", "other", "rm"


def alternatives(words: Iterable[str]) -> str:
    """A pattern for any of these words, the longest first; blanks may be hyphens."""
    escaped = (re.escape(word).replace(r"\ ", "[ -]") for word in words)
    return "|".join(sorted(escaped, key=len, reverse=True)) or r"(?!)"


RELATION, HELPER, TITLE = alternatives(RELATIONS), alternatives(HELPERS), alternatives(TITLES)
NAME = r"[A-Z][^\W\d_A-Z]+(?:-[A-Z][^\W\d_]+)?"


def openings(phrases: Iterable[str]) -> frozenset[str]:
    """The first word of each phrase: a text without any of them holds none of the phrases."""
    return frozenset(rx(WORD, 0).findall(phrase.lower())[0] for phrase in phrases)


PEOPLE, TITLED = openings((*RELATIONS, *HELPERS)), openings(TITLES)
_OWNED = r"(?:(?:his|her|my|the|their) )?(?:[a-z]+ )?"
_MOST = 100  # people a note can name; with more of them no note is about one client
SAYS = (
    r"says?|said|saying|thinks?|thought|reckons?|reckoned|wants?|wanted|asks?|asked|prefers?|tells?|told|believes?|"
    r"believed|laughed|joked|agreed|agrees|"
    r"mentioned|mentions|confirmed|confirms|explained|insists?|insisted|suggested|suggests|feels?|felt|hates|loves|"
    r"likes|knows|worries|worried|hopes|sent|called|rang|emailed|"
    r"lives?|works?|worked|retired|retires|earns?|trades|plays|drives|studies|graduated|married|moved|joined|started|"
    r"turned|turns|runs|owns|puts?|kept|keeps|wrote|writes|"
    r"attended|arrived|left|chipped|interrupted|nodded|rolled|walked|reminded|describes?|described|holds|advised|"
    r"informed|has|had|is|was|will|would|can|doesn't|didn't|isn't|won't|came|gave|got|went|did"
)
_TELLS = SAYS.partition("|has|had")[0]  # verbs that only a person is the subject of
_PERSONAL = (
    r"e-?mail|mob|tel|mobile|cell|phone|number|date of birth|birthday|dob|income|salary|pension|job|assets|passport|"
    r"school|wedding|office|wife|husband|address|employer|bonus|business|account|portfolio|fees|side|own|new|old|pot|"
    r"money|share"
)
_NOBODY = (
    "he she they it we you i who nobody everyone everybody someone somebody anyone no none nothing all both each "
    "this that these those there here what which when where why how client cl rm also then still never always "
    "now today tomorrow yesterday just only even maybe perhaps once since because but and so or if yes ok okay "
    "well sure right great good bank firm market company business income salary pension phone mobile email risk "
    "tax address dob wealth portfolio account meeting review note notes next last new old monday tuesday "
    "wednesday thursday friday saturday sunday january february march april may june july august september "
    "october november december mr mrs ms miss dr prof sir work home house flat school office his her their our "
    "my your its the an as at by for from in of on to up with not too very been being dear thanks thank please "
    "spoke called rang met position occupation employer marital status nationality liquidity goals goal horizon "
    "net worth source language channel dependants dependents family kids children team everything son daughter "
    "husband wife mother father brother sister uncle aunt apparently otherwise meanwhile however although though "
    "whereas while until after before during both either neither"
)
NOT_NAMES = frozenset(_NOBODY.split())


def short_for(name: str, full: str) -> bool:
    """Whether a name is a short form of another: "Bea" of "Beatrice", "Becky" of "Rebecca"."""
    short, whole = name.lower().rstrip("."), full.lower()
    if len(short) >= 2 and whole.startswith(short):
        return True
    stem = re.sub(r"(?<=..)(?:(.)\1)?(?:ie|y|i|o|e)$", r"\1", short)
    return (len(stem) >= 3 and whole.startswith(stem)) or short in NICKNAMES.get(whole, "").split()


class Acquaintances:
    """The people of a note: `tokens` are the client's names, `others` everybody else's first names with their gender."""

    def __init__(self, client: str | None, aliases: Iterable[str] = ()) -> None:
        words = rx(r"[^\W\d_][^\W_]*", 0).findall(client or "")
        self.tokens = [w for w in words if w.lower() not in TITLES and len(w) > 1]
        self.aliases = set(aliases)
        self.gender = ""
        self.others: dict[str, str] = {}
        self._rms: set[str] = set()

    def is_client(self, name: str) -> bool:
        """Whether a name on a speaker's label or in a mail's header is the client's."""
        words = (
            {w.lower() for w in rx(r"[^\W\d_][^\W_]*", 0).findall(name.split("<", maxsplit=1)[0])}
            - TITLES
            - {"client", "mobile"}
        )
        mine = {t.lower() for t in self.tokens}
        initials = {t[0] for t in mine}
        return bool(words & mine) and all(w in mine or w in initials for w in words)

    def names(self) -> str:
        """A pattern for the client's names and the short forms of them that the note uses."""
        own = [t for t in self.tokens if len(t) > 2 or len(self.tokens) < 2]
        return alternatives({*own, *self.aliases})

    def learn(self, statements: list[Statement], speakers: dict[str, str]) -> None:
        """Take in who else is named in a note, by what short names the client goes, and the client's gender."""
        for name, voice in speakers.items():
            if voice == RM:
                self._rms.add(name.split()[0])
            elif voice == OTHER:
                self.others.setdefault(name.split()[0], "")
        family = None
        if self.tokens:
            first, last = re.escape(self.tokens[0]), re.escape(self.tokens[-1])
            both = rf"\b{first} (?:\+|&|and) (?P<a>{NAME})\b|\b(?P<b>{NAME}) (?:\+|&|and) {first}\b"
            family = re.compile(both + (rf"|\b(?P<c>{NAME}) {last}\b" if len(self.tokens) > 1 else ""))
        for statement in statements:
            self._learn_names(statement, family)
        self.aliases |= self._short_names(statements)
        self.gender = self._guess_gender(statements)

    def _is_mine(self, name: str) -> bool:
        first = name.split(maxsplit=1)[0]
        return first in self.aliases or any(short_for(first, token) for token in self.tokens)

    def _learn_names(self, statement: Statement, family: re.Pattern[str] | None) -> None:
        text = statement.text
        related = statement.words & PEOPLE
        for match in rx(rf"\b(?P<word>{RELATION}|{HELPER})\b", 0).finditer(statement.low) if related else ():
            gender = RELATIONS.get(match["word"], "")
            # "his son, Ben" is his son; "CEO, Lotus Byte" is nobody.
            pause = "[,:]?" if match["word"] in RELATIONS else ":?"
            behind = rx(rf"\s?{pause}\s\(?(?P<name>{NAME})\b(?! (?i:{FIRM_WORD})\b)", 0).match(text, match.end())
            ahead = rx(rf"\b(?P<name>{NAME})(?: {NAME})?(?:, | ?\(){_OWNED}$", 0).search(
                text, max(0, match.start() - 60), match.start()
            )
            for named in (behind, ahead if match["word"] in RELATIONS else None):
                if named is not None:
                    self._meet(named["name"], gender)
        for match in rx(
            rf"\b(?P<name>{NAME})(?:'s?(?= (?:{_PERSONAL})\b)| (?:{_TELLS})\b| is on (?=[+\d]))", 0
        ).finditer(text):
            self._meet(match["name"], "")
        titled = statement.words & TITLED
        for match in rx(rf"\b(?P<title>{TITLE})\b", 0).finditer(statement.low) if titled else ():
            named = rx(rf"\.? (?P<name>{NAME})", 0).match(text, match.end())
            if named is not None:
                title = match["title"]
                self._meet(named["name"], "m" if title in MALE_TITLES else "f" if title in FEMALE_TITLES else "")
        for match in family.finditer(text) if family is not None else ():
            self._meet(next(name for name in match.groups() if name), "")

    def _meet(self, name: str, gender: str) -> None:
        small = name.lower()
        if name in self._rms or small in NOT_NAMES or small in RELATIONS or small in HELPERS or self._is_mine(name):
            return
        if name in self.others or len(self.others) < _MOST:
            self.others[name] = self.others.get(name) or gender

    def _short_names(self, statements: list[Statement]) -> set[str]:
        words = {w for s in statements for w in rx(rf"\b{NAME}(?!\w)|\b[A-Z][a-z]\b", 0).findall(s.text)}
        mine = {w for w in words - {*self.tokens, *self.others} if any(short_for(w, t) for t in self.tokens)}
        return {w for w in mine if w.lower() not in NOT_NAMES}

    def _guess_gender(self, statements: list[Statement]) -> str:
        """From a title before the client's name, else from the pronouns of what is said where nobody else is named."""
        he = she = 0
        titled = re.compile(
            rf"\b(?P<title>{TITLE})\.? (?:[\w.-]+ ){{0,2}}(?:{alternatives(map(str.lower, self.tokens))})\b"
        )
        named = PEOPLE | openings(self.others)
        anyone = re.compile(rf"\b(?:{alternatives(map(str.lower, self.others))})\b|\b(?:{RELATION})\b")
        for statement in statements:
            for match in titled.finditer(statement.low) if statement.words & TITLED else ():
                # A title and the family name alone may be a relative's.
                sure = self.tokens[0].lower() in match[0].split(" ")
                if match["title"] in MALE_TITLES:
                    he += 100 if sure else 2
                elif match["title"] in FEMALE_TITLES:
                    she += 100 if sure else 2
            if statement.voice != "rm" or statement.talk:
                continue
            if not (statement.words & named) or not anyone.search(statement.low):
                he += len(rx(r"\b(?:he|his|him)\b", 0).findall(statement.low))
                she += len(rx(r"\b(?:she|her|hers)\b", 0).findall(statement.low))
            she += rx(r"\b(?:husband|husb|hubby)\b", 0).search(statement.low) is not None
            he += rx(r"\b(?:his|\() ?wife\b", 0).search(statement.low) is not None
        return "m" if he > she else "f" if she > he else ""
