"""Where the client lives: "moved to X", "lives in X", "the new address is ...", with the country a city is in."""

from __future__ import annotations

from collections.abc import Iterator

from placet.agent.reader.candidate import LABEL, SAYS, TRIGGER, Context, Seen, Spot
from placet.agent.reader.segment import Statement
from placet.agent.reader.text import rx
from placet.agent.reader.values.places import cities, find_countries

_PLACE = r"(?P<place>[A-ZÀ-ÞŁŚŽ][\w'.-]*(?: (?:(?:de|do|da|am|an der|upon|on|del|la|of) )?[A-ZÀ-ÞŁŚŽ][\w'.-]*){0,3})"
_MOVED = rf"(?i:\b(?:moved|relocated|settled|emigrated|repatriated|(?:landed|arrived)(?= in .{{3,30}} for good)|(?:bought|rented|leased|found|closed on|completed on) (?:a|the|their|our) (?:\w+ )?(?:house|flat|apartment|place|condo|home|villa)(?= in .{{3,30}}(?:and|where|,) .{{0,12}}\b(?:moved|liv))|(?:have|has|'ve|'s) (?:now )?(?:moved|relocated|settled)|new (?:home|house|flat|place|apartment))\b[^.;?!]{{0,40}}?\b(?P<how>to|in|into|back to) )(?i:the )?{_PLACE}"
_LIVES = rf"(?i:\b(?:(?:lives?|living|resid(?:es|ing)|based|home is|now home is|domiciled|settled)(?: now| permanently| full[- ]time)? in|home (?:address )?is (?:now )?in) )(?i:the )?{_PLACE}"
_AFTER_ALL = rf"(?i:\bit(?:'s| is) (?:now )?){_PLACE}(?i: (?:after all|in the end|then|for good))\b"
_SEND = (
    r"\b(?:(?:new |home |residential |permanent |postal |correspondence )?address(?:es)?(?: has| is| now| changed| to| will be| for (?:statements|post|mail))*|send (?:\w+ ){0,4}to|(?:post|mail|statements|letters) (?:\w+ ){0,3}to|"
    r"lives? at|living at|moved (?:in)?to|now at|wohnt in)\s*:?\s*"
)
_POSTCODE = (
    r"\b(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]{2} \d{5}(?:-\d{4})?|\d{4}-\d{3}|\d{5}-\d{3}|[A-Z]-\d{4,5}|\d{4} ?[A-Z]{2}\b|\d{6}|\d{3} ?\d{2}|\d{4,5}|[A-Z]\d[A-Z] ?\d[A-Z]\d)\b"
)
_STATE = (
    r"^(?:A[LKZR]|C[AOT]|DE|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]|D\.?C\.?|(?i:alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|"
    r"florida|georgia|hawaii|idaho|illinois|indiana|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota|mississippi|missouri|montana|nebraska|nevada|new hampshire|new jersey|"
    r"new mexico|new york|north carolina|north dakota|ohio|oklahoma|oregon|pennsylvania|rhode island|south carolina|south dakota|tennessee|texas|utah|vermont|virginia|washington|west virginia|wisconsin|wyoming))\s\d{5}(?:-\d{4})?$"
)
_NO_NAMESAKES = {"London", "Edinburgh", "Glasgow", "Harrogate", "Cardiff", "Belfast"}
_COUNTY = r"shire\b|\b(?:county|surrey|kent|essex|sussex|norfolk|suffolk|devon|cornwall|dorset|somerset|cumbria|middlesex|west|north|east|south) ?(?:\w+)?$"
_UNLIKELY = r"\b(?:ltd|limited|inc|llp|plc|gmbh|group|bank|capital|partners|street|road|lane|avenue|st|rd|floor|flat|apt|unit|house|office|zoom|teams|q[1-4]|spring|summer|autumn|winter|january|february|march|april|may|june|july|august|september|october|november|december|easter|christmas|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b\.?$"


def read(spot: Spot, context: Context) -> Iterator[Seen]:
    """The city and the country a statement says somebody lives in."""
    statement, label = spot.statement, spot.labelled("addressCity", "addressCountry")
    # Where many towns have the names of British ones, such a name says no country.
    sure = context.region not in ("US", "CA", "AU", "NZ", "ZA")
    text, base = statement.text, statement.start
    begin = statement.body - base if label else 0
    if label is not None and not rx(r"\b(?:he|she|i|we|they|has|have|is|was|will)\b").search(text[begin:]):
        yield from _address(statement, begin, base, LABEL, single=label, sure=sure)
        return
    if rx(r"^\d+[a-z]? [\w .'-]{3,40},[^,]{2,30},\s?[A-Z]{2} \d{5}\b").match(text):
        yield from _address(statement, 0, base, TRIGGER, single="", sure=sure)
        return
    for pattern, strength in ((_MOVED, SAYS), (_LIVES, SAYS), (_AFTER_ALL, TRIGGER)):
        for match in rx(pattern, 0).finditer(text):
            if rx(r"\b(?:tax\w*|residency|domicile|account|accounts|fund|funds|portfolio|money|assets|job|fiscal\w*|holding|company)\b").search(text[: match.start("place")]):
                continue
            how = match.groupdict().get("how") or "in"
            yield from _place(statement, match.start("place"), match["place"], match.start(), strength, sure=sure, unknown=how.lower() in ("in", "into") and pattern != _AFTER_ALL)
    for match in rx(_SEND).finditer(text):
        if "," in text[match.end() :] and any(c.isdigit() for c in text[match.end() :]):
            yield from _address(statement, match.end(), base + match.start(), SAYS, single="", sure=sure)
            break


def _place(statement: Statement, start: int, words: str, cue: int, strength: int, *, sure: bool, unknown: bool) -> Iterator[Seen]:
    """The longest known place at the beginning of `words`, or the words themselves where an unknown town may stand."""
    base = statement.start
    pieces = words.rstrip(".'").split(" ")
    for count in range(len(pieces), 0, -1):
        name = " ".join(pieces[:count]).rstrip(".,'")
        article = statement.text[max(start - 4, 0) : start].lower() == "the "
        known = (cities().get(f"the {name.lower()}") if article else None) or cities().get(name.lower())
        if known is not None:
            end = start + len(name)
            yield Seen("addressCity", known[0], base + start, base + end, base + cue, strength)
            behind = rx(r"^,? (?:in )?(?P<rest>.{2,40})").match(statement.text[end:])
            stated = find_countries(behind["rest"])[:1] if behind else []
            if stated and stated[0].start == 0:
                at = end + (behind.start("rest") if behind else 0)
                yield Seen("addressCountry", stated[0].value, base + at, base + at + stated[0].end, base + cue, strength)
            elif sure or known[1] != "United Kingdom" or known[0] in _NO_NAMESAKES:
                yield Seen("addressCountry", known[1], base + start, base + end, base + cue, strength, "inferred")
            return
        country = find_countries(name)
        if country and country[0].start == 0 and country[0].end >= len(name):
            yield Seen("addressCountry", country[0].value, base + start, base + start + len(name), base + cue, strength)
            return
    if unknown and not rx(_UNLIKELY).search(words) and len(pieces) <= 3:
        name = words.rstrip(".,'")
        yield Seen("addressCity", name, base + start, base + start + len(name), base + cue, strength, "unknown")


def _address(statement: Statement, begin: int, cue: int, strength: int, *, single: str, sure: bool) -> Iterator[Seen]:
    """City and country out of a written address, piece by piece from its end."""
    base = statement.start
    pieces: list[tuple[int, str]] = []
    at = begin
    for piece in statement.text[begin:].split(","):
        stripped = piece.strip(" .")
        pieces.append((at + piece.index(stripped) if stripped else at, stripped))
        at += len(piece) + 1
    city = country = None
    for number, (start, piece) in reversed(list(enumerate(pieces))):
        words = rx(r"\s(?:from now on|please|going forward|with effect|as of|from \d|since|instead|now|\()").split(piece)[0]
        if country is None and city is None:
            found = find_countries(words)
            if found and found[0].start == 0 and (found[0].end >= len(words) - 1 or number == len(pieces) - 1):
                country = Seen("addressCountry", found[0].value, base + start, base + start + found[0].end, cue, strength)
                if words[: found[0].end].lower() in ("singapore", "hong kong", "monaco"):
                    city = Seen("addressCity", found[0].value, base + start, base + start + found[0].end, cue, strength)
                continue
        if number and rx(_STATE, 0).match(words):
            start, name = pieces[number - 1]
            if country is None:
                country = Seen("addressCountry", "United States", base + start, base + start + len(name), cue, strength, "inferred")
            if name and not any(c.isdigit() for c in name):
                city = Seen("addressCity", name, base + start, base + start + len(name), cue, strength)
            break
        bare = rx(_POSTCODE).sub("", words).strip(" -")
        known = cities().get(bare.lower())
        offset = start + (words.find(bare) if bare else 0)
        if known is not None:
            city = Seen("addressCity", known[0], base + offset, base + offset + len(bare), cue, strength)
            if country is None and (sure or known[1] != "United Kingdom" or known[0] in _NO_NAMESAKES):
                country = Seen("addressCountry", known[1], base + offset, base + offset + len(bare), cue, strength, "inferred")
            break
        coded = rx(_POSTCODE).search(words)
        if city is None and coded and bare and bare[0].isupper() and not any(c.isdigit() for c in bare) and not rx(_COUNTY).search(bare) and number:
            if len(bare) == 2 and bare.isupper():
                continue
            city = Seen("addressCity", bare, base + offset, base + offset + len(bare), cue, strength, "unknown")
        elif single and len(pieces) == 1 and bare and bare[0].isupper() and len(bare.split()) <= 3 and not any(c.isdigit() for c in bare):
            if single == "addressCity":
                city = Seen("addressCity", bare, base + offset, base + offset + len(bare), cue, strength, "unknown")
    if city is not None and single != "addressCountry":
        yield city
    if country is not None:
        yield country
