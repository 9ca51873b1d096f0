"""Occupation in running text: the sentences that give somebody a title, and those that only say what they do.

`LEADS` are sentences that end in a title ("started as X", "was made X", "is now X"). What somebody does without a title is
turned into one: who "heads up the textile collection" is its head, who "teaches chemistry" is a teacher.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from placet.agent.reader.candidate import SAYS, TRIGGER, Seen, seen
from placet.agent.reader.segment import Statement
from placet.agent.reader.text import rx
from placet.agent.reader.values.work import TITLE, is_title, trim_title

ARTICLE = (
    r"(?i:(?:(?:an?|the|our|their|its|his|her|new|now|currently|newly|fully|self-employed|a full-time|full[- ]time|"
    r"part[- ]time) )*)"
)
_WHO = r"(?:i|he|she|who|client)"
_IS = (
    rf"(?:(?i:\b{_WHO}|\band) (?i:is|am|has been|have been)|(?i:\b(?:i'm|he's|she's|i've been)))"
    r"(?P<now> (?i:now|currently|officially|these days|today))? "
    rf"{ARTICLE}{TITLE}"
)
_AS = (
    r"started|join(?:s|ed)?|work(?:s|ing|ed)|employed|appointed|hired|promoted|engaged|sworn in|took over|taken over|"
    r"set up|setting up|acting|serv(?:es|ing)|elected|installed|taken on|took (?:him|her|me) on|returned|back|moved|"
    r"practis(?:es|ing)|retrained|re-?trained|re-?qualified|qualified|self-employed|freelanc(?:e|es|ing)|"
    r"succeed(?:s|ed)|follow(?:s|ed)|replac(?:es|ed)|recruited|poached|headhunted|named|confirmed|trad(?:es|ing)|"
    r"registered|job|role|position|post|living|days|earns (?:his|her|my) (?:living|keep)|branched out|gone out|"
    r"struck out|going it alone|brought (?:him|her|me) in|switched|went|come|came|stepped in|installed|begun|began|"
    r"contracts?|contracting|signed on|on board|now|them|there"
)
# Sentences with a title, each behind a cheap hint in small letters.
LEADS = (
    # "started last week as", "was sworn in on Monday as", "set up on her own as"
    # "in her second month as chief of staff at Lumen Health"
    (
        r" as ",
        rf"(?<!known)(?<!down)(?<!regards)(?i: as (?=[^.;]{{3,60}} (?:at|with|for) )){ARTICLE}{TITLE}(?= (?i:at|"
        r"with|for) (?i:the )?[A-Z])",
    ),
    (r" as ", rf"(?i:\b(?:{_AS})\b[^.;:?!]{{0,60}}?\bas ){ARTICLE}{TITLE}"),
    # "promoted to", "became", "her new role is", "has been made"
    (
        r"\b(?:promoted|stepp?ed|moved|elevated|made|bec[ao]me|becoming|appointed|named|role|job|position|post|title|"
        r"works as|occupation|profession|elected|ordained|qualified|retrained|risen|trained)\b",
        r"(?i:\b(?:(?:promoted|moved|gone|risen|went) (?:up )?from [^,.;]{3,40} to|promoted(?: recently| last \w+| "
        r"in \w+)?(?: to|,)|stepped (?:up|into)(?: to| as| the \w+ of)?|"
        r"stepping up to|moved up to|elevated to|risen to|"
        r"(?:made|appointed|named|elected|voted)(?: him| her| me| up to)?|becoming|became|become|"
        r"(?:new|current|present) (?:role|job|position|post|title)(?: now)?(?: is| as|:| of)?|took (?:on )?the "
        r"(?:job|role|post|position) of|taken (?:on )?the (?:job|role|post|position) of|"
        r"\b(?:his|her|my) (?:job|title|day job|occupation|profession)(?: title)? is(?: now)?|title is(?: now)?|"
        r"works as|"
        r"occupation is(?: now)?|profession is|qualified as|retrained as|(?:a|the|his|her|my) (?:job|role|post|"
        r"position) "
        rf"(?:as|of)) (?:to (?:be )?)?){ARTICLE}{TITLE}",
    ),
    (
        r"\b(?:occupation|profession|title): |\bcalls \w+self ",
        r"(?i:\b(?:occupation|profession|job title): |\bcalls (?:him|her|my)self )"
        rf"{ARTICLE}{TITLE}",
    ),
    # "now a" at the beginning of a bullet, "is now"
    (
        r"\bnow\b|\bcurrently\b|\bthese days\b",
        rf"(?:(?i:^\W*(?:(?:{_WHO}|is|i'm|he's|she's) )?(?:now|currently|these days),? (?:(?:i'm|i am|he's|she's) "
        r")?)|"
        rf"(?i:\b(?:is|am|'s|'m) (?:now|currently|these days) ))"
        rf"{ARTICLE}{TITLE}",
    ),
    # "CTO at a start-up now", "promoted, finance director now", as one says it in a chat or jots it down
    (
        r"\b(?:now|these days|nowadays)\b",
        r"(?:^\W*|(?<=, )|(?<=- )|(?<=: ))(?i:(?:no|nope|yes|yeah|yep|well|actually|currently|eh|ah|oh|job|work|"
        r"occ),?:? (?:no,? )?)?"
        rf"(?i:an? )?{TITLE}(?=(?i:,? (?:now|these days|nowadays)\b| (?:at|with|for) .{{2,40}}\b(?:now|these "
        r"days)\b))",
    ),
    # "Registrar post at Pennine General", "a job as"
    (
        r"\b(?:post|role|position|job) (?:at|with|in)\b",
        r"(?:^\W*|(?<=, )|(?i:\b(?:has|got|took|taken|landed|accepted|started|starting|start) "
        rf"){ARTICLE})(?P<title>[A-Za-z][\w-]*(?: [\w-]+){{0,4}}?)"
        r"(?= (?:post|role|position|job) (?:at|with|in)\b)",
    ),
    (rf"\b(?:{_WHO}|and) (?:is|am|has|have)\b|\b(?:i'm|he's|she's|i've)\b", _IS),
)
_SIDE_JOB = r"\b(?:non-?exec\w*|trustee|volunteer|board member|governor|best man|guest|godparent)\b"
_UNIT = (
    r"department|team|division|desk|unit|practice|office|collection|group|function|business|side|arm|programme|"
    r"program"
)
_HEADS_HINT = r"\b(?:head|lead|chair|direct|charge|responsible|runs)"
_HEADS = (
    r"\b(?:(?:now )?(?:heads|heading|leads|leading|chairs|directs|in charge of|responsible for)(?: up)?|(?:now "
    r")?runs) "
    rf"(?:the |their |its |all of |all )?(?P<unit>(?!(?:an?|his|her|my|own)\b)[a-z][\w&-]*(?: [\w&-]+){{0,4}}?)"
    rf"(?P<kind> (?:{_UNIT}))?(?=[.,;]|$| (?:at|for|in|there|of|with|now|since)\b)"
)
_KEPT = r"collection|desk|office|business|side|arm|program"
_DOES = (
    (r"(?:teach(?:es)?|teaching)", "Teacher"),
    (r"(?:lectur(?:es|e|ing))", "Lecturer"),
    (r"(?:consult(?:s|ing)?) (?:to|for|with)", "Consultant"),
    (r"(?:farm(?:s|ing)?)(?= (?:full|now|sheep|cattle|in|near|\d))", "Farmer"),
    (r"(?:writes|writing) (?:novels|books|fiction)", "Writer"),
    (r"practis(?:es|ing) (?:law)", "Lawyer"),
    (r"practis(?:es|ing) (?:medicine)", "Doctor"),
    (r"driv(?:es|ing) (?:a )?(?:taxi|cab|truck|lorry|bus)", "Driver"),
    (r"nurs(?:es|ing)(?= (?:at|in|full|again|now))", "Nurse"),
)
_DOES_HINT = r"\b(?:teach|lectur|consult|farm|writ|practis|driv|nurs)"
_DOING = (
    rf"(?:\b{_WHO}(?: (?:is|am|has been|have been))?|\b(?:i'm|he's|she's|i've been)|^\W*(?:now )?)"
    r"(?: (?:now|currently|just|mostly|mainly|full[- ]time|still))*"
)
_SEAT = (
    r"(?i:\b(?:elected|returned|voted in|won a seat) (?:to|in|on) the )(?P<body>(?:[A-Z]\w+ )*(?:Parliament|"
    r"Congress|Senate|Assembly|Bundestag|Lok Sabha|Rajya Sabha|Council|Diet|Knesset|House of \w+))"
)


def titles(statement: Statement) -> Iterator[tuple[re.Match[str], bool]]:
    """Every place where a title may be named, and whether the sentence alone says that it is news."""
    text = statement.text
    for hint, pattern in LEADS:
        if rx(hint, 0).search(statement.low):
            for match in rx(pattern, 0).finditer(text):
                if match["title"] and is_title(match["title"]) and not rx(_SIDE_JOB).search(match["title"]):
                    yield match, pattern != _IS


def doing(statement: Statement) -> Iterator[Seen]:
    """What somebody does, turned into what they are."""
    low, text = statement.low, statement.text
    for match in rx(_HEADS, 0).finditer(low) if rx(_HEADS_HINT, 0).search(low) else ():
        unit, kind = match["unit"], match["kind"] or ""
        if kind or rx(r"\b(?:up|in charge|now)\b", 0).search(match[0]):
            start, end = match.start("unit"), match.end("kind") if kind else match.end("unit")
            said = trim_title(text[start : match.end("unit")] + (kind if rx(_KEPT, 0).search(kind) else ""))
            if len(unit) > 3 and not rx(r"\b(?:him|her|them|us|it|firm|company|family|household)\b", 0).search(unit):
                yield seen(statement, "occupation", f"Head of {said}", (match.start(), end), match.start(), SAYS)
    for verb, title in _DOES if rx(_DOES_HINT, 0).search(low) else ():
        for match in rx(rf"{_DOING} (?P<verb>{verb})\b", 0).finditer(low):
            yield seen(statement, "occupation", title, match.span("verb"), match.start(), TRIGGER)
    for match in rx(_SEAT, 0).finditer(text):
        yield seen(statement, "occupation", f"Member of the {match['body']}", match.span(), match.start(), SAYS)
