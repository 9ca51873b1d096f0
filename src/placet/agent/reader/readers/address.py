"""Where the client lives: "moved to X", "lives in X", "the new address is ...", with the country a city is in."""

from __future__ import annotations

from collections.abc import Iterator

from placet.agent.reader.candidate import ANSWER, LABEL, SAYS, TRIGGER, Context, Seen, Spot, seen
from placet.agent.reader.segment import Statement
from placet.agent.reader.text import rx
from placet.agent.reader.values.places import cities, find_countries

_PLACE = r"(?P<place>[A-ZÀ-ÞŁŚŽ][\w'.-]*(?: (?:(?:de|do|da|am|an der|upon|on|del|la|of) )?[A-ZÀ-ÞŁŚŽ][\w'.-]*){0,3})"
_HOME = r"house|flat|apartment|place|condo|home|villa"
# Sentences with a place, each behind a cheap hint in small letters: "moved ... to X", "lives in X", "it is X after all".
_MOVED = (
    r"(?i:\b(?:moved|relocated|shifted|resettled|returned|gone home|moved back|settled|emigrated|repatriated|"
    rf"(?:landed|arrived)(?= in .{{3,30}} for good)|"
    r"(?:bought|rented|leased|found|taken|took|closed on|completed on) (?:one|(?:a|the|their|our) (?:\w+ "
    rf")?(?:{_HOME}))"
    rf"(?= in .{{3,30}}(?:and|where|which|,) .{{0,20}}\b(?:moved|liv|(?:principal|main|primary|permanent) "
    rf"(?:residence|home)|home))|new (?:{_HOME}))\b[^.;?!]{{0,40}}?"
    rf"\b(?P<how>to|in|into|back to) )(?i:the )?{_PLACE}"
)
_LIVES = (
    r"(?i:\b(?:(?:lives?|living|resid(?:es|ing)|based|home is|now home is|domiciled|settled)"
    rf"(?: now| permanently| full[- ]time)? in|home (?:address )?is (?:now )?in) )(?i:the )?{_PLACE}"
)
_MOVING = (
    r"(?i:\b(?:move|moves|moving|relocate|relocates|relocating|emigrate|emigrating|settle)\b[^.;?!]{0,30}?\b"
    rf"(?P<how>to|in|back to) )(?i:the )?{_PLACE}"
)
_AFTER_ALL = rf"(?i:\bit(?:'s| is) (?:now )?){_PLACE}(?i: (?:after all|in the end|then|for good))\b"
_HOME_IS = (
    rf"(?i:\b(?:home|our home|her home|his home|my home)(?:,? by the way,?)? (?:is|'s) (?:now |these days )?){_PLACE}"
)
_IS_HOME = (
    rf"{_PLACE}(?i: (?:is|'s) (?:now |our |her |his |my |finally )*(?:home|base|where (?:he|she|i|we|they) (?:now "
    r")?lives?)\b)"
)
_THE_MOVE = (
    r"(?i:\b(?:confirmed|completed|made|after|since|following|finished|done with|settled after) (?:the|their|our|"
    rf"his|her) (?:move to )?){_PLACE}(?i: (?:move|relocation)\b)"
)
_MOVED_TO = (
    r"(?i:\b(?:confirmed|completed|made|after|since|following) (?:the|their|our|his|her) (?:recent )?(?P<how>move|"
    rf"relocation) to ){_PLACE}"
)
_SWAPPED = rf"(?i:\b(?:swapped|exchanged|traded|left) )[A-Z][\w' -]{{2,25}}(?i: for ){_PLACE}"
_BACK = (
    rf"(?i:(?:^\W*|\b(?:is|are|am|'s|'m|'re|now) )(?:now )?back in ){_PLACE}(?=(?i: (?:for good|since|permanently|"
    r"now|again|with (?:her|his|the))))"
)
_ASKED = (
    r"\b(?:(?:you|he|she|they)(?:'re| are)?(?: still| now| all| currently)? (?:live|living|based|located|settled|"
    r"staying|in [a-z]+ only)|"
    r"still (?:live|living|based|in)|address|residence|where is home|your (?:city|town|home)|where (?:do|are|is) "
    r"(?:you|he|she))\b"
)
_ANSWER = (
    r"^\W*(?i:(?:no|nope|yes|well|actually|oh|eh|now|it's|in|we're in|i'm in|moved to|ah),? (?:it's |in |now "
    rf")?)*{_PLACE}"
)
_SENTENCES = (
    (r"\b(?:swapped|exchanged|traded|left)\b.* for\b", _SWAPPED, SAYS, ""),
    (r"\bback in\b", _BACK, SAYS, ""),
    (r"\bhome\b", _HOME_IS, SAYS, ""),
    (r"\b(?:home|base|where)\b", _IS_HOME, SAYS, ""),
    (r"\b(?:move|relocation)\b", _THE_MOVE, SAYS, ""),
    (r"\b(?:move|relocation) to\b", _MOVED_TO, SAYS, ""),
    (
        r"\b(?:moved|relocated|shifted|resettled|returned|settled|taken|took|emigrated|repatriated|landed|arrived|"
        r"bought|rented|leased|found|closed|completed|new)\b",
        _MOVED, SAYS, "",
    ),
    (r"\b(?:mov(?:es?|ing)|relocat(?:es?|ing)|emigrat(?:e|ing)|settle)\b", _MOVING, SAYS, "future"),
    (r"\b(?:lives?|living|resid(?:es|ing)|based|home|domiciled|settled)\b", _LIVES, SAYS, ""),
    (r"\b(?:after all|in the end|then|for good)\b", _AFTER_ALL, TRIGGER, ""),
)  # fmt: skip
_NOT_LIVING = r"\b(?:tax\w*|residency|domicile|accounts?|funds?|portfolio|money|assets|job|fiscal\w*|holding|company)\b"
_SEND = (
    r"\b(?:(?:new |home |residential |permanent |postal |correspondence )?address(?:es)?(?: has| is| now| changed| "
    r"to| will be| for (?:statements|post|mail))*|send (?:\w+ ){0,4}to|(?:post|mail|statements|letters) (?:\w+ "
    r"){0,3}to|"
    r"lives? at|living at|moved (?:in)?to|now at|moved(?: there| house| home)?(?: too| as well)?(?= ?:)|home(?:, "
    r"by the way,)? is|wohnt in)\s*:?\s*"
)
_POSTCODE = (
    r"\b(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]{2} \d{5}(?:-\d{4})?|\d{4}-\d{3}|\d{5}-\d{3}|[A-Z]-\d{4,5}|\d{4} "
    r"?[A-Z]{2}\b|\d{6}|\d{3} ?\d{2}|\d{4,5}|[A-Z]\d[A-Z] ?\d[A-Z]\d)\b"
)
_STATE = (
    r"^(?:A[LKZR]|C[AOT]|DE|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|"
    r"W[AIVY]|D\.?C\.?|(?i:alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|"
    r"florida|georgia|hawaii|idaho|illinois|indiana|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|"
    r"michigan|minnesota|mississippi|missouri|montana|nebraska|nevada|new hampshire|new jersey|"
    r"new mexico|new york|north carolina|north dakota|ohio|oklahoma|oregon|pennsylvania|rhode island|south carolina|"
    r"south dakota|tennessee|texas|utah|vermont|virginia|washington|west virginia|wisconsin|"
    r"wyoming))\s\d{5}(?:-\d{4})?$"
)
_TRAILING = r"\s(?:from now on|please|going forward|with effect|as of|from \d|since|instead|now|\()"
_NO_NAMESAKES = {"London", "Edinburgh", "Glasgow", "Cardiff", "Belfast"}
_COUNTY = (
    r"shire\b|\b(?:county|surrey|kent|essex|sussex|norfolk|suffolk|devon|cornwall|dorset|somerset|cumbria|middlesex|"
    r"west|north|east|south) ?(?:\w+)?$"
)
_UNLIKELY = (
    r"\b(?:ltd|limited|inc|llp|plc|gmbh|group|bank|capital|partners|street|road|lane|avenue|st|rd|floor|flat|apt|"
    r"unit|house|office|zoom|teams|q[1-4]|spring|summer|autumn|winter|january|february|march|april|may|june|july|"
    r"august|september|october|november|december|easter|christmas|monday|tuesday|wednesday|thursday|friday|saturday|"
    r"sunday)\b\.?$"
)


def read(spot: Spot, context: Context) -> Iterator[Seen]:
    """The city and the country a statement says somebody lives in."""
    statement, label = spot.statement, spot.labelled("addressCity", "addressCountry")
    # Where many towns have the names of British ones, such a name says no country.
    sure = context.region not in ("US", "CA", "AU", "NZ", "ZA")
    text = statement.text
    begin = statement.body - statement.start if label else 0
    if label is not None and not rx(r"\b(?:he|she|i|we|they|has|have|is|was|will)\b", 0).search(statement.low, begin):
        yield from _address(statement, begin, 0, LABEL, single=label, sure=sure)
        return
    if rx(r"^\d+[a-z]? [\w .'-]{3,40},[^,]{2,30},\s?[A-Z]{2} \d{5}\b").match(text):
        yield from _address(statement, 0, 0, TRIGGER, single="", sure=sure)
        return
    if statement.asked and rx(_ASKED, 0).search(statement.asked[-1].low):
        yield from _answered(statement, sure=sure)
    for hint, pattern, strength, doubt in _SENTENCES:
        for match in rx(pattern, 0).finditer(text) if rx(hint, 0).search(statement.low) else ():
            start = match.start("place")
            if not rx(_NOT_LIVING, 0).search(statement.low[:start]):
                how = match.groupdict().get("how") or "in"
                unknown = pattern != _AFTER_ALL and how.lower() in ("in", "into")
                for each in _place(
                    statement, start, match["place"], match.start(), strength, sure=sure, unknown=unknown
                ):
                    yield each._replace(doubt=doubt or each.doubt)
    for match in rx(_SEND, 0).finditer(statement.low):
        rest = text[match.end() :]
        if "," in rest and any(c.isdigit() for c in rest):
            yield from _address(statement, match.end(), match.start(), SAYS, single="", sure=sure)
            break


def _answered(statement: Statement, *, sure: bool) -> Iterator[Seen]:
    """The town that an answer begins with: "Exeter. We moved in November." """
    match = rx(_ANSWER, 0).match(statement.text)
    if match is not None:
        yield from _place(
            statement, match.start("place"), match["place"], match.start("place"), ANSWER, sure=sure, unknown=False
        )


def _place(
    statement: Statement, start: int, words: str, cue: int, strength: int, *, sure: bool, unknown: bool
) -> Iterator[Seen]:
    """The longest known place at the beginning of `words`, or the words themselves where an unknown town may stand."""
    pieces = words.rstrip(".'").split(" ")
    for count in range(len(pieces), 0, -1):
        name = " ".join(pieces[:count]).rstrip(".,'")
        end = start + len(name)
        article = statement.text[max(start - 4, 0) : start].lower() == "the "
        known = (cities().get(f"the {name.lower()}") if article else None) or cities().get(name.lower())
        if known is not None:
            yield seen(statement, "addressCity", known[0], (start, end), cue, strength)
            yield from _country_of(statement, known, (start, end), cue, strength, sure=sure)
            return
        country = find_countries(name)
        if country and country[0].start == 0 and country[0].end >= len(name):
            yield seen(statement, "addressCountry", country[0].value, (start, end), cue, strength)
            return
    if unknown and not rx(_UNLIKELY).search(words) and len(pieces) <= 3:
        name = words.rstrip(".,'")
        yield seen(statement, "addressCity", name, (start, start + len(name)), cue, strength, "unknown")


def _country_of(
    statement: Statement, city: tuple[str, str], span: tuple[int, int], cue: int, strength: int, *, sure: bool
) -> Iterator[Seen]:
    """The country named right behind a city, else the one it is known to be in."""
    behind = rx(r"^,? (?:in )?(?P<rest>.{2,40})").match(statement.text[span[1] :])
    stated = find_countries(behind["rest"])[:1] if behind else []
    if behind and stated and stated[0].start == 0:
        at = span[1] + behind.start("rest")
        yield seen(statement, "addressCountry", stated[0].value, (at, at + stated[0].end), cue, strength)
    elif _tells_country(city, sure=sure):
        yield seen(statement, "addressCountry", city[1], span, cue, strength, "inferred")


def _tells_country(city: tuple[str, str], *, sure: bool) -> bool:
    return sure or city[1] != "United Kingdom" or city[0] in _NO_NAMESAKES


def _address(statement: Statement, begin: int, cue: int, strength: int, *, single: str, sure: bool) -> Iterator[Seen]:
    """City and country out of a written address, piece by piece from its end; `single` is the label's field, if any."""
    pieces = _pieces(statement.text, begin)
    city = country = None
    for number, (start, words) in reversed(list(enumerate(pieces))):
        whole = (start, start + len(words))
        found = find_countries(words)[:1] if country is None and city is None else []
        if found and found[0].start == 0 and (found[0].end >= len(words) - 1 or number == len(pieces) - 1):
            span = (start, start + found[0].end)
            country = seen(statement, "addressCountry", found[0].value, span, cue, strength)
            if words[: found[0].end].lower() in ("singapore", "hong kong", "monaco"):
                city = seen(statement, "addressCity", found[0].value, span, cue, strength)
            continue
        if number and rx(_STATE, 0).match(words):
            at, name = pieces[number - 1]
            city = seen(statement, "addressCity", name, (at, at + len(name)), cue, strength)
            country = country or seen(statement, "addressCountry", "United States", whole, cue, strength, "inferred")
            break
        town = _town(words)
        known = cities().get(town.lower())
        span = (start + words.find(town), start + words.find(town) + len(town))
        if known is not None:
            city = seen(statement, "addressCity", known[0], span, cue, strength)
            if country is None and _tells_country(known, sure=sure):
                country = seen(statement, "addressCountry", known[1], span, cue, strength, "inferred")
            break
        coded = number > 0 and town != words
        if city is None and _may_be_town(town) and (coded or (single == "addressCity" and len(pieces) == 1)):
            city = seen(statement, "addressCity", town, span, cue, strength, "unknown")
    if city is not None and single != "addressCountry":
        yield city
    if country is not None:
        yield country


def _pieces(text: str, begin: int) -> list[tuple[int, str]]:
    """What stands between the commas from `begin` on, with its place, without words like "from now on"."""
    out: list[tuple[int, str]] = []
    at = begin
    for piece in text[begin:].split(","):
        words = rx(_TRAILING).split(piece.strip(" ."))[0]
        out.append((at + piece.index(words), words))
        at += len(piece) + 1
    return out


def _town(words: str) -> str:
    """A piece of an address without its postcode."""
    return rx(_POSTCODE).sub("", words).strip(" -")


def _may_be_town(words: str) -> bool:
    if not words or not words[0].isupper() or any(c.isdigit() for c in words) or len(words.split()) > 3:
        return False
    return not (len(words) == 2 and words.isupper()) and not rx(_COUNTY).search(words)
