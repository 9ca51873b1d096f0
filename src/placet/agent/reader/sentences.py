"""Where sentences end, in prose, in hurried notes and in chats."""

from __future__ import annotations

import re

from placet.agent.reader.text import rx

# After these a full stop does not end a sentence ...
_ABBREVIATIONS = (
    "mr mrs ms dr prof st sr rs re vs approx appr c ca abt incl excl est max min e.g i.e eg ie dt mar pref rev "
    "gen hon capt d o b dob mob tel ph ext fig avg acc acct addr dept jan feb apr jun jul aug sep sept oct nov "
    "dec mon tue tues wed weds thu thur thurs fri sat sun sal occ nat dep"
)
_NEVER = frozenset(_ABBREVIATIONS.split())
# ... and after these only before a capital letter.
_ENDINGS = (
    "p.a pa etc a.m p.m am pm ltd inc co corp plc pvt bhd jr yr yrs mth mths wk wks dau bro sis esq u.s u.k s.a b.v cl"
)
_SELDOM = frozenset(_ENDINGS.split())
# Hurried notes go on in small letters after a full stop.
_STARTERS = (
    r"(?:the old|old|new|she|he|they|it|no|not|the|her|his|but|still|says|wants|will|has|is|i|we|my|this|that|also|"
    r"one|can|"
    r"told|asked|please|now|does|doesn't)\b"
)
_RUN_ON = (
    r"(?<=[a-z0-9\u3040-\u9fff])(?= (?:How|What|Why|When|Where|Which|Can|Could|Would|Does|Did|Are|Should|Is) [a-z])"
)
_STOP = r"(?<![.!?…。！？])[.!?…。！？]++"
_NEW_LINE = r"(?=\n[^\S\n]{0,40}[^a-z\s])"
_BEHIND = r"([\"')\]]*+)(\s++|(?<=[。！？])|$)"
LONGEST = 1500  # nobody says more in one sentence; the rules look at one sentence at a time


def sentences(words: str, *, talk: bool, body: int = 0) -> list[tuple[int, int]]:
    """Where the sentences of a block stand; the label before `body` ends none. In a chat (`talk`) a new line ends one."""
    boundary = rf"({_STOP}|{_RUN_ON}{'|' + _NEW_LINE if talk else ''}){_BEHIND}"
    out: list[tuple[int, int]] = []
    begin = 0
    for match in rx(boundary, 0).finditer(words):
        if match.start() >= body and _ends(words, match, talk=talk):
            out += _pieces(words, begin, match.end(2))
            begin = match.end()
    return out + _pieces(words, begin, len(words))


def _pieces(words: str, start: int, end: int) -> list[tuple[int, int]]:
    """A sentence without the white space around it, in pieces where it is longer than any."""
    out: list[tuple[int, int]] = []
    for at in range(start, end, LONGEST):
        a, b = at, min(at + LONGEST, end)
        while a < b and words[a].isspace():
            a += 1
        while b > a and words[b - 1].isspace():
            b -= 1
        if a < b:
            out.append((a, b))
    return out


def _ends(words: str, match: re.Match[str], *, talk: bool) -> bool:
    following = words[match.end() : match.end() + 6].lstrip("\"'([")[:1]
    if match[1] != "." or not following or not match[3]:
        return bool(match[3]) or not following or match[1][-1:] in "。！？" or not match[1]
    last = rx(r"[\w.'/]*$").search(words[max(0, match.start() - 24) : match.start()])
    token = last[0].lower() if last else ""
    if token in ("no", "nr"):
        return not following.isdigit()
    if token in _NEVER or (len(token) == 1 and token.isalpha()) or rx(r"(?:[a-z]\.)+[a-z]").fullmatch(token):
        return token in _SELDOM and following.isupper()
    if token in _SELDOM:
        return following.isupper()
    if talk or not following.islower():
        return True
    plain = len(token) >= 4 and (token.isdigit() or token.isalpha())
    return plain and rx(_STARTERS).match(words, match.end()) is not None
