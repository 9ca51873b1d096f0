"""Who a statement is about: the client, somebody else, or the RM.

Pronouns go to the last subject of their gender, a subject is handed on from clause to clause, and a value that is said to be
somebody else's is somebody else's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from placet.agent.reader.acquaintances import (
    CLIENT,
    HELPER,
    NAME,
    OTHER,
    RELATION,
    RM,
    TITLE,
    Acquaintances,
    alternatives,
    short_for,
)
from placet.agent.reader.clauses import Clause, Mention, cut, hand_on, pointers, role
from placet.agent.reader.segment import Statement
from placet.agent.reader.text import rx
from placet.agent.reader.words import FEMALE_TITLES, HELPERS, MALE_TITLES, MANY, OTHERS_LABEL, RELATIONS, TRUSTED

_NOT_OWNED = r"\b(?:an?|no|any|of|as|\d+|two|three|four|five|dependent|young|each|single|working|former)\s$"
_RESETS = (
    r"^\W*(?:so\s\W*\w+\W*$|(?:from now on|going forward|in future|please|pls|call it|all told|all in|in total|"
    r"altogether)\b)"
)  # "So three.", "Please ..."
_BELONGS = (
    r"^[\s\"')]*(?:one |number |address )?(?:is|was|are|belongs to|=|'s)\s+(?:now |actually |really |only |just )?"
)
_BRACKET = rf"^\s*\((?:[^)]{{0,20}}\s)?(?:{RELATION}|factory|office|work|switchboard)\b"
_VERB_FIRST = r"(?:also |now |still )?(?:\w+ed and )?(?:has|have|is|was|earns|lives|works|wants|needs|supports|had)\b"
_NAMED_BEHIND = rf"\s?\((?:the |her |his |my )?(?:{RELATION}|{HELPER})\b"
_FIRST_PERSON = r"\s*[\"']?(?:i|i'm|i'd|i've|i'll|my|we|we're)\b"
_CUSTOMER = (
    r"(?:the )?(?:client|customer|client name|customer name|name of (?:the )?(?:client|customer)|account holder|"
    r"kunde|kundin|cliente)"
)
_SIGNED = r"\W*(?:minutes|notes?|prepared|written|taken|recorded|drafted|typed) by\b"
_PLACES_LABEL = r"^(?:office|work|fax|factory|shop)\b"


class People(Acquaintances):
    """Everybody a note mentions; `about` answers who a stretch of a statement is about."""

    def __init__(self, client: str | None, aliases: Iterable[str] = ()) -> None:
        super().__init__(client, aliases)
        self._clauses: dict[int, list[Clause]] = {}
        self._foreign: set[int] = set()  # statements that stand under another customer's name
        self._introduced = ""  # the gender of somebody whom the statement before brought in

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
        paragraph, item, subject, paragraph_before = -1, -1, CLIENT, -1
        elsewhere = False
        for statement in statements:
            elsewhere = self._elsewhere(statement, elsewhere)
            if elsewhere:
                self._foreign.add(id(statement))
            if statement.paragraph != paragraph or (statement.label and statement.item != item):
                past, subject = [], CLIENT
            paragraph, item = statement.paragraph, statement.item
            if statement.voice == OTHER:
                subject = OTHER
            elif rx(_RESETS, 0).match(statement.low) or (statement.talk and statement.voice == CLIENT):
                subject = CLIENT
            clauses = self._clauses[id(statement)] = cut(statement)
            introduced, self._introduced = self._introduced if statement.paragraph == paragraph_before else "", ""
            paragraph_before = statement.paragraph
            for match in pointers(statement, named):
                mention = self._mention(match, statement, past, introduced)
                if mention is not None:
                    next(c for c in reversed(clauses) if c.start <= mention.start).mentions.append(mention)
                    if mention.role == "subject" and mention.who != RM and not mention.trusted:
                        past.append((mention.who, mention.gender))
            subject = hand_on(statement, clauses, subject)
            self._introduced = self._introduces(clauses)

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
            # "Her tenant earns well and has two dependants": a clause without a subject has that of the one before.
            bare = rx(_VERB_FIRST, 0).match(statement.low, clause.start - statement.start)
            return clause.subject if bare else CLIENT
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

    def _introduces(self, clauses: list[Clause]) -> str:
        """The gender of whoever a statement brings in last, where "he" or "she" in the next one is theirs: "... her brother Paul."

        Not where the statement is about the client and the client is of that gender.
        """
        mentions = [m for clause in clauses for m in clause.mentions]
        others = [
            m for m in mentions if m.who == OTHER and m.role == "object" and m.gender in ("m", "f") and not m.trusted
        ]
        if not others:
            return ""
        about_client = any(m.who == CLIENT and m.role == "subject" for m in mentions)
        gender = others[-1].gender
        return "" if self.gender == gender and about_client else gender

    def _elsewhere(self, statement: Statement, before: bool) -> bool:
        """Whether what follows stands under another customer: behind "Client: ..." with none of our client's names."""
        if not self.tokens or rx(_CUSTOMER, 0).fullmatch(statement.label) is None:
            return before
        named = {word.lower() for word in rx(NAME, 0).findall(statement.text[statement.body - statement.start :])}
        mine = {token.lower() for token in (*self.tokens, *self.aliases)}
        if not named or (len(named) < 2 and not named & mine):
            return before
        return not named & mine and not any(short_for(word, token) for word in named for token in self.tokens)

    def _mentions(self, statement: Statement) -> Iterator[Mention]:
        return (m for clause in self._clauses.get(id(statement), []) for m in clause.mentions)

    def _labelled_other(self, statement: Statement) -> bool:
        if id(statement) in self._foreign or rx(_SIGNED, 0).match(statement.low):
            return True
        label, heading = statement.label, statement.heading
        if label and rx(f"{OTHERS_LABEL}|{_PLACES_LABEL}").search(label):
            return "client" not in label and not any(t.lower() in label.split() for t in self.tokens)
        if (
            label
            and len(label.split()) <= 2
            and rx(_FIRST_PERSON, 0).match(statement.low, statement.body - statement.start)
        ):
            # "Peter: I'd like to retire": somebody else's words, if the name is not the client's.
            return not self.is_client(label) and label not in ("client", "quote", "c", "cl") and not statement.talk
        return bool(heading) and len(heading.split()) <= 4 and rx(OTHERS_LABEL).search(heading) is not None

    def _belongs_behind(self, statement: Statement, end: int, *, exact: bool) -> bool:
        """Whether the words right after a value give it to somebody else: "... is my mother's now"."""
        rest = statement.low[end - statement.start :]
        link = rx(_BELONGS, 0).match(rest)
        if link is None:
            bracket = rx(_BRACKET, 0).match(rest) if exact else None
            # A bracket with a number of its own says whose that one is: "... (son: 07700 900655)".
            return bracket is not None and rx(r"(?:\d\W?){7}", 0).search(rest.partition(")")[0]) is None
        at = end + link.end()
        return any(m.who == OTHER and m.start <= at + 1 < m.end for m in self._mentions(statement))

    def _mention(
        self, match: re.Match[str], statement: Statement, past: list[tuple[str, str]], introduced: str
    ) -> Mention | None:
        kind, word = match.lastgroup or "", match[0].lower()
        ahead = statement.low[max(0, match.start() - 60) : match.start()]
        who, gender, trusted = OTHER, "", False
        if kind in ("relation", "helper"):
            bare = match["word"] or match["help"]
            if kind == "relation" and len(bare) == len(match["relation"]) and rx(_NOT_OWNED, 0).search(ahead):
                return None
            gender = "many" if bare in MANY else RELATIONS.get(bare, HELPERS.get(bare, ""))
            trusted = rx(rf"\b(?:{TRUSTED})\b", 0).search(word) is not None
        elif kind == "other":
            words = match["other"].split()
            title = words[0].lower().rstrip(".")
            gender = "m" if title in MALE_TITLES else "f" if title in FEMALE_TITLES else ""
            gender = gender or next((self.others[each] for each in words if self.others.get(each)), "")
        elif kind == "client":
            who, gender = self._titled(word), self.gender
        elif kind == "pronoun":
            gender = "m" if word in ("he", "him", "his", "himself") else "f"
            named = rx(_NAMED_BEHIND, 0).match(statement.low, match.end())
            opens = introduced == gender and rx(r"^\W*(?:\w+,? )?$", 0).match(statement.low[: match.start()])
            who = OTHER if named or opens else self._pronoun(gender, statement, past)
        elif kind == "self":
            who = {"client": CLIENT, "rm": RM}.get(statement.voice, OTHER)
            if word in ("we", "our", "us") and who == RM:
                return None
        elif statement.voice != "rm" or not statement.talk:
            return None
        else:
            who = CLIENT  # the RM says "you"
        its_role = role(kind, word, ahead, statement.low[match.end() : match.end() + 60])
        return Mention(statement.start + match.start(), statement.start + match.end(), who, gender, its_role, trusted)

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
            if not known and past[-1] == (who, known):
                return who
        return CLIENT
