"""How a value is meant: stated, or one of the reasons not to propose it.

The rules look at the clause a value stands in, then at the whole statement, then at a retraction in the statement after it.
They return a reason of the contract ("hypothetical", "question", "negated", ...) or "" for a plain statement.
"""

from __future__ import annotations

import re

from placet.agent.reader.segment import Statement
from placet.agent.reader.text import rx

STATED = ""
HYPOTHETICAL, QUESTION, NEGATED, SUPERSEDED = "hypothetical", "question", "negated", "superseded"
HEARSAY, INSTRUCTION, AMBIGUOUS = "hearsay", "instruction", "ambiguous"
OTHER_PERSON, INVALID = "other_person", "invalid"

_BREAK = (
    r"[,;:]\s|\s?\(|\)\s?|\s-{1,2}\s|\s>\s|\s=>\s|\.\.\.|\b(?:but|and|so|because|while|whereas|although|though|then|"
    r"until|where)\s"
)
_IF = (
    r"\b(?:if(?! (?:possible|needed|necessary|ok(?:ay)?|you can|convenient|required|any|so)\b)|unless|in case|in the "
    r"event|^\W*had (?=(?:he|she|i|they|we|the client)\b)|should (?:he|she|they|i|we|the client|mr|mrs|ms|dr)|were "
    r"(?:he|she|i|they|we) to|assuming|provided that|"
    r"suppos(?:e|ing)|subject to|(?<!financially )(?<!is )(?<!are )depend(?:s|ing|ent)? on(?! (?:him|her|me|them|"
    r"us|you|my|his|their|which)\b)|contingent|wenn|falls|se (?=o |a |eu ))\b"
)
_ASK_IF = (
    r"\b(?:let (?:me|us) know|asked?|asks|check|see|wonder\w*|know|confirm|tell (?:me|us))(?: \w+)? (?:if|whether)\b"
)
_ASKED_WHETHER = (
    r"\b(?:ask(?:ed|s)?(?! (?:me|us) to)|wonder(?:s|ed)?|enquired|inquired|want(?:s|ed) to know|checked|"
    r"checking)(?: (?:me|us|him|her|them))? "
    r"(?:if|whether)\b[^.;]{0,80}$"
)
_MAYBE = (
    r"\b(?:might|(?<!\d )(?<!in )(?<!of )(?<!th )(?<!since )(?<!last )(?<!until )(?<!by )(?<!this )(?<!you "
    r")may(?=\s[a-z])(?! (?:call|contact|use|be reached))|could|would(?! (?:like|prefer|rather|sooner|want|suit|"
    r"describe|call|rate|class|put|be (?:best|"
    r"better|fine|happy)|draw|earn|need))|maybe|perhaps|possibly|probably|potentially|likely|"
    r"consider(?:s|ing|ed)?|thinking (?:of|about)|thought (?:of|about)|thinks about|toying|mulling|tempted|"
    r"wonder(?:s|ed|ing)?|an? idea|ideas? of|ideally|hop(?:es?|ing)|dreams?|dreaming|"
    r"not sure|unsure|undecided|uncertain|not certain|plan(?:s|ned)? to|planning|intend(?:s|ing)?|looking (?:at|into|"
    r"to)|explor(?:e|es|ing)|out of curiosity|curious|eventually|some ?day|one day|"
    r"down the line|talk(?:s|ing|ed)? (?:of|about)|imagin\w+|what if|in principle|tentative\w*|tbc|tbd|to be "
    r"confirmed|expects? to|expected to|about to|in talks|in line for|"
    r"(?:been|was|got|were) offered|offered (?:him|her|me)|job offer|shortlisted|applied|applying|application|"
    r"nominated|hypothetical\w*|theoretical\w*|whether|possibility|prospect "
    r"of|option of|eyeing|fancies|keen on a|asked about|enquir\w+|inquir\w+|"
    r"vielleicht|talvez|misschien|kanskje|peut-être|quizás)\b|\?\)|\bpencilled\b(?!.*\bconfirm)"
)
_FUTURE = (
    r"\b(?:will|'ll|is going to|are going to|going to|am going to|about to|due to (?:start|join|retire|move|marry|"
    r"become|take|begin)|retiring|retires? (?:in|next|on|at)|moving (?:in|next|on|to .{2,30} (?:in|next))|"
    r"(?:from|in|by|this|until) (?:next (?:year|month|spring|summer|autumn|winter|week)|the new year)|next (?:year|"
    r"month|summer|spring|autumn|winter|yr)|in (?:a few|two|three|six|\d+) (?:months|years|weeks)|getting married|"
    r"wedding is|engaged|on track to|soon|shortly|when (?:he|she|i|they) (?:retires?|turns?|sells?|moves?))\b"
)
_HEARSAY = (
    r"\b(?:rumou?rs?|hearsay|apparently|supposedly|allegedly|reportedly|reckons?|reckoned|my guess|guess(?:es|ing|"
    r"ed)?|word is|word has it|gossip|seems?|sounds? like|looks? like|"
    r"linkedin|google|the papers?|press reports?|according to|heard (?:that|from|he|she|of)|i gather|i'm told|"
    r"supposed to be|understand from|(?:s?he|they|receptionist|assistant) (?:thought|thinks|believes?|believed) "
    r"(?:he|she|that|they))\b"
)
_RM_GUESS = (
    r"\bi(?:'d)? (?:think|guess|suspect|assume|believe|imagine|reckon|would (?:say|put|guess)|presume|suppose)\b|"
    r"\b(?:my|our) (?:impression|hunch|view|sense|assumption|estimate)\b|\b(?:presumably|i'd say)\b"
)
_JOKE = r"\b(?:jok(?:e|ed|es|ing|ingly)|kidding|in jest|tongue[- ]in[- ]cheek|quipped)\b"
_UNRECORDED = (
    r"\bnot (?:to (?:be )?(?:write|writ|record|not|minut|put|us)\w*|on (?:the )?(?:file|record)|for (?:the )?(?:file|"
    r"record))|\boff (?:the )?record\b|"
    r"\b(?:don't|do not) (?:write|record|note|minute|put|log)\b|\bbetween (?:us|you and me)\b|\bnot (?:for|on) "
    r"(?:the )?file\b|\bkeep (?:it|that|this) out of\b"
)
_NEGATOR = (
    r"\b(?:not|never|no longer|nor|neither|rather than|instead of|other than|without|non|except|surrender\w*|handed "
    r"back|gave back|lost|anything but|avoid\w*|stop(?:ped)?|hates?|dislikes?|refuse[sd]?|declin\w+|"
    r"reject\w*|renounc\w+|gave up|given up|relinquish\w*|drop(?:ped|s)?(?! (?:me|us|him|her|to|by|from)\b)|"
    r"gone off|cannot|can't|isn't|aren't|wasn't|"
    r"weren't|won't|doesn't|don't|didn't|hasn't|haven't|hadn't|wouldn't|"
    r"kein\w*|nicht|não|nunca|niet|geen|ikke|unticked|n't)"
)
_NEGATED_BEFORE = (
    rf"(?:{_NEGATOR}(?:\s+[\w'-]+){{0,4}}|\b(?:do not|don't|not to|never|doesn't want|does not want) (?:use|call|"
    rf"write|send|contact|ring|to be)\b[^.;,]{{0,40}}|\bno(?:\s+more)?)[\s\"'(]*$"
)
_NEGATED_BEHIND = (
    r"^[\s\"')]*(?:[\w']+ ){0,2}(?:not|n't|isn't|aren't) (?:needed|required|necessary|wanted)\b|"
    r"^[\s\"')]*(?:(?:is|would be|was) (?:bad|no good|out|impossible|difficult|tricky|taken|full|awkward)\b|"
    r"(?:won't|doesn't|does not|will not|can't) (?:work|do|suit)\b)|"
    r"^[\s\"')]*(?:[\w']+ ){0,1}(?:no longer|not any ?more|is (?:dead|gone|closed|wrong|old|out of date|obsolete|"
    r"history)|(?:has been |was |is )?(?:cut off|closed|cancelled|canceled|disconnected|deactivated|switched off)|"
    r"doesn't work|does not work|"
    r"bounces|pre-?dates|\(?(?:do not|don't|not to be|never|pls don't) (?:use|used|call|ring)|was wrong|expired|"
    r"lapsed|- ?ignore|is (?:not|n't) (?:right|correct|in use|current|mine|his|hers)|\(?(?:old|former|previous|wrong|"
    r"ex)\b|isn't)"
)
_NOT_YET = (
    r"^\s*(?:[\w-]+ ){0,3}(?:has(?: yet)? not|hasn't|have not|haven't|is not|isn't|was not|wasn't|did not|didn't|"
    r"never)\b"
)
_PAST_BEFORE = (
    r"\b(?:was(?! (?:born|sworn|appointed|promoted|made|named|elected|finalised|finalized|granted|confirmed|"
    r"corrected|changed|updated|moved|rescheduled|set|fixed|agreed|booked|postponed|scheduled|arranged|granted|"
    r"issued|"
    r"recruited|hired|classified|categori[sz]ed|reclassified))|were|used to (?:be|work|live)|formerly|former|"
    r"previous(?:ly)?|prior|ex|old|older|"
    r"earlier|had been|"
    r"(?:i|we) (?:wrote|put|noted|recorded|typed|entered|gave|said|dictated|misheard|misread|ticked|marked|selected|"
    r"logged|stated|listed|showed)|(?:i|we) (?:had|have)(?: (?:you|him|her|them|it|down|the one|as|at|on))*(?=\W*$)|"
    r"(?:file|form|system|crm|record|records|note|earlier note) (?:still )?(?:shows?|showed|says?|said|has|have|had|"
    r"reads?|lists?)|on file|last time|"
    r"left|leaving|stepped down (?:as|from)|stood down (?:as|from)|resigned (?:as|from)|quit|retire the|sold|instead "
    r"of|replac(?:es|ing|ed)|supersed\w+|until|expired|ehemals|früher|ex-|originally|initially|at first)"
    r"(?:\s+[\w%$£€.,'/@+-]+){0,3}[\s\"'(:]*$"
)
_READ_AS = (
    r"^[\s\"')]*(?:is wrong|was wrong|should (?:read|be|say|have been)|>|to be replaced|replaced by|corrected to|"
    r"changed to|becomes)\b|^\s*(?:=>|->|>)\s"
)
_ONE_OFF = (
    r"\b(?:this time|just (?:this )?once|for this (?:meeting|one|call)|one-off|one off|for once|while (?:he|she|i|"
    r"they)(?:'s|'m|'re| is| am| are)|until (?:he|she|i)(?:'s|'m| is| am)? back|temporar\w+|on holiday|travelling|"
    r"traveling|for today)\b"
)
_ONLY_NOW = (
    r"\b(?:(?:this|next) (?:week|month|trip|fortnight)|until \w+|for (?:now|the moment)|while (?:he|she|i|"
    r"they)\W\w+ \w+) only\b|\bonly (?:until|for (?:this|the) (?:week|month|trip))\b"
)
# What the RM put forward is no word of the client's unless the client took it up.
_OFFERED = (
    r"\b(?:i|we)(?:'ve| have| had)? (?:then |also )?(?:suggest(?:ed)?|propos(?:ed|e)|recommend(?:ed)?|advis(?:ed|"
    r"e)|mooted|floated|pitched|offered)\b"
)
_TAKEN_UP = (
    r"\b(?:agreed|agrees|accepted|accepts|happy with|took (?:it|that) up|fine with|went with|went for|confirmed|"
    r"liked)\b"
)
_RUMOUR = r"\b(?:rumou?r|hearsay|gossip|talk of)\w*"
_MAYBE_PLAN = (
    r"\b(?:might|may (?!20)|maybe|perhaps|possibly|consider\w*|thought (?:of|about)|thinking (?:of|about)|toying|"
    r"mulling|"
    r"tempted|wonder\w*|whether|curious|asked about|an idea)\b"
)
_FROM_NOW = r"\b(?:from now on|going forward|with (?:immediate )?effect|effective)\b"
_REQUEST = (
    r"\b(?:can|could|would|will) (?:you|we) (?:please |kindly |pls )?(?:also )?(?:change|update|use|send|note|record|"
    r"switch|amend|correct|add|put|set|move|call|ring|email|write|contact|make|book)\b"
)
# "Not above a moderate risk" names the risk that is wanted.
_LIMIT = (
    r"(?:\b(?:not|never|nothing)|n't)\b(?: \w+){0,2} (?:above|beyond|over|higher than|more than|riskier than|"
    r"further than)\b|"
    r"\bno (?:higher|more|riskier|further) than\b"
)
_RETRACTED = (
    (AMBIGUOUS, r"^\W*(?:one|a single|one-off|single) (?:payment|time|occasion)\b"),
    (SUPERSEDED, (
        r"^\W*(?:sorry|correction|scratch that|strike that|no,? wait|wait,? no|i mean|i meant|oops|my mistake|"
        r"apologies|that(?:'s| is| was) (?:wrong|not right|old))\b"
    )),
    (SUPERSEDED, r"^\W*(?:wrong|ignore (?:that|it|this)|disregard (?:that|it|this))\b"),
    (HEARSAY, r"^\W*(?:(?:only |just |pure )?(?:a )?rumou?r|unconfirmed|hearsay|gossip|not confirmed)\b"),
    (HYPOTHETICAL, r"^\W*(?:(?:it(?:'s| is) )?(?:only|just) (?:an? )?(?:idea|thought|thinking)|(?:a )?big \"?if|"
                   r"early days|nothing (?:is |has been |was |yet )?(?:decided|offered|signed|certain|firm|definite|"
                   r"fixed|agreed|concrete|on the)|"
                   r"(?:he|she|they) (?:was|were|is) (?:clear|adamant) (?:that )?nothing|not (?:yet )?(?:decided|"
                   r"certain|definite|official|final)|no decision|tbc|to be confirmed|we(?:'ll| will) see|pipe "
                   r"dream)\b"),
    (AMBIGUOUS, (
        r"^\W*(?:only |just |(?:he|she|they|i) (?:was|were|is|'s|am) )?(?:only |just )?(?:joking|kidding|a joke|"
        r"teasing)\b"
    )),
)  # fmt: skip


def meant(
    statement: Statement, start: int, end: int, *, after: Statement | None = None, state: bool = False, plan: bool = False,
    exact: bool = False, since: int = 0,
) -> str:  # fmt: skip
    """Why the value at `start`..`end` of the note is not plainly stated; "" if it is.

    `state` fields are about now, so what will be is hypothetical; `plan` fields are about the future, so wishes count as
    stated; `exact` values (numbers to reach somebody, dates) are not made uncertain by an "if" that follows them. What stands
    before `since`, the end of the value before this one, was said of that one: "not 3 but 4", "instead of 3 now 4".
    """
    if statement.machine or statement.origin == "pasted":
        return INSTRUCTION
    if statement.origin == "quoted":
        return SUPERSEDED
    if statement.origin == "signature":
        return AMBIGUOUS
    text = statement.low
    a, b = start - statement.start, end - statement.start
    before, inside, behind = clause_at(text, a, b)
    limit = rx(_LIMIT, 0).search(text)
    if limit is not None and limit.end() <= a <= limit.end() + 20:
        text = _without(text, limit)
    request = rx(_REQUEST, 0).search(text)
    if request is None and _asks(text, b):
        return QUESTION
    if request is not None:  # "could you please use ..." is neither a question nor a maybe
        text = _without(text, request)
    if text is not statement.low:
        before, inside, behind = clause_at(text, a, b)
    return (
        _near(text, b, before[max(since - statement.start - (a - len(before)), 0) :], behind)
        or _whole(statement, text, a, f"{before}{inside}{behind}", state=state, plan=plan, exact=exact)
        or (retraction(after) if after is not None and after.paragraph == statement.paragraph else STATED)
    )


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]}{' ' * len(match[0])}{text[match.end() :]}"


def clause_at(text: str, a: int, b: int) -> tuple[str, str, str]:
    """The clause around `a`..`b`, in three parts: before, the stretch itself, behind."""
    start = 0
    for match in rx(_BREAK, 0).finditer(text, 0, max(a, 0)):
        start = match.end()
    behind = rx(_BREAK, 0).search(text, b)
    return text[start:a], text[a:b], text[b : behind.start() if behind else len(text)]


def _asks(text: str, b: int) -> bool:
    return text.rstrip("\"') ").endswith("?") or rx(r"^\s?\(?\?", 0).match(text[b:]) is not None


def _near(text: str, b: int, before: str, behind: str) -> str:
    """Reasons that stand right beside the value."""
    rest = text[b:]
    if rx(_READ_AS, 0).search(rest) and not rx(r"^\s*>\s*(?:high|low|medium)\b", 0).search(rest):
        return SUPERSEDED
    if rx(r"\bfrom\s*[\"']?$", 0).search(before) and rx(r"^[^.;]{0,20}\bto\b", 0).search(rest):
        return SUPERSEDED
    if rx(_NEGATED_BEFORE, 0).search(before):
        return (
            SUPERSEDED
            if rx(r"\b(?:no longer|renounc|gave up|given up|stopped|surrender|handed back)", 0).search(before)
            else NEGATED
        )
    if rx(_NEGATED_BEHIND, 0).search(rest) or rx(_NOT_YET, 0).search(behind):
        return NEGATED
    if rx(_PAST_BEFORE, 0).search(before):
        return SUPERSEDED
    return STATED


def _whole(statement: Statement, text: str, a: int, clause: str, *, state: bool, plan: bool, exact: bool) -> str:
    """Reasons that the clause or the whole statement gives."""
    condition = rx(_IF, 0).search(text)
    conditional = condition is not None and not rx(_ASK_IF, 0).search(text) and not (exact and condition.start() > a)
    guessing = statement.voice == "rm" and not statement.talk
    checks = (
        (NEGATED, rx(_UNRECORDED, 0).search(text)),
        (QUESTION, rx(_ASKED_WHETHER, 0).search(text[: max(a, 0)])),
        (AMBIGUOUS, rx(_JOKE, 0).search(text)),
        (HEARSAY, rx(_HEARSAY, 0).search(clause) or rx(_RUMOUR, 0).search(text)),
        (HEARSAY, guessing and rx(_RM_GUESS, 0).search(clause)),
        (HYPOTHETICAL, conditional or rx(_MAYBE_PLAN if plan else _MAYBE, 0).search(clause)),
        (HYPOTHETICAL, state and rx(_FUTURE, 0).search(clause) and not rx(_FROM_NOW, 0).search(clause)),
        (HYPOTHETICAL, guessing and rx(_OFFERED, 0).search(clause) and not rx(_TAKEN_UP, 0).search(text)),
        (AMBIGUOUS, rx(_ONE_OFF, 0).search(clause) or rx(_ONLY_NOW, 0).search(text)),
    )
    return next((reason for reason, found in checks if found), STATED)


def retraction(after: Statement) -> str:
    """The reason a statement gives for not believing the one before it, "" if none."""
    for reason, pattern in _RETRACTED:
        if rx(pattern, 0).search(after.low):
            return reason
    if rx(_UNRECORDED, 0).search(after.low) and len(after.low) < 160:
        return NEGATED
    return STATED


def corrects(statement: Statement, start: int) -> bool:
    """Whether the words before a value say that it replaces what was said earlier."""
    before = statement.low[: max(start - statement.start, 0)]
    return bool(
        rx(
            r"\b(?:correction|sorry|actually|scratch that|make (?:it|that)|wait|i mean|i meant|should (?:read|be|"
            r"say)|rather|in fact|changed? (?:it )?to|moved to|instead|confirmed|correct(?:ed|ly)?|now)\b|[>]\s*$"
        ).search(before)
    )  # fmt: skip
