"""What a title and a firm look like in running text."""

from __future__ import annotations

from functools import cache

from placet.agent.reader.text import rx

# The word a title is built around: "managing director", "commissioner for health", "head of trading".
_HEADS = (
    "accountant actor actress actuary adjuster administrator adviser advisor agent ambassador analyst anaesthetist "
    "anesthesiologist "
    "apprentice arborist architect artist assistant associate attorney auctioneer auditor author baker banker barber "
    "bard barrister "
    "beekeeper biologist bookkeeper brewer broker builder buyer captain cardiologist caretaker carpenter chair "
    "chairman chairperson "
    "chairwoman chancellor chef chemist chief chiropractor cleaner clerk coach commander commissioner composer "
    "conductor conservator "
    "consultant contractor controller coordinator counsel counsellor councillor curator dean dentist dermatologist "
    "designer developer "
    "diplomat director doctor driver economist editor electrician engineer entrepreneur executive farmer filmmaker "
    "financier firefighter "
    "florist foreman founder gardener geologist governor headmaster headmistress headteacher head historian hotelier "
    "instructor "
    "interpreter inventor investor jeweller journalist judge jurist lawyer lecturer librarian linguist magistrate "
    "manager marketer "
    "mathematician mechanic merchant midwife minister musician negotiator neurologist notary novelist nurse officer "
    "operator optician "
    "optometrist orthodontist owner paediatrician painter paralegal paramedic partner pathologist pharmacist "
    "philosopher photographer "
    "physician physicist physiotherapist pilot planner plumber policeman potter practitioner president presenter "
    "principal producer "
    "professor programmer proprietor psychiatrist psychologist publisher radiographer radiologist realtor rector "
    "registrar "
    "reporter representative researcher restaurateur scientist sculptor secretary seller senator sergeant shopkeeper "
    "signatory singer "
    "skipper solicitor specialist statistician stockbroker strategist superintendent supervisor surgeon surveyor "
    "teacher technician "
    "technologist therapist trader trainer translator treasurer trustee tutor undertaker underwriter urologist "
    "veterinarian vet "
    "vicar violinist arbitrator mediator recruiter freelancer sommelier dietitian nutritionist oncologist "
    "gynaecologist obstetrician bursar provost ombudsman envoy consul "
    "admiral colonel major lieutenant inspector superintendent constable ranger forester fisherman rancher grower "
    "distiller butcher tailor stylist hairdresser "
    "decorator joiner locksmith welder machinist steward valuer assessor archivist restorer gallerist importer "
    "exporter wholesaler retailer distributor "
    "industrialist landlord philanthropist fundraiser lobbyist politician mayor vintner winemaker worker writer lead"
)
_ABBREVIATIONS = "CEO CFO COO CIO CTO CMO CRO CHRO CPO CCO CSO MD EVP SVP AVP VP GC GP FD HR"
_NOT_A_JOB = (
    r"\b(?:non-?exec\w*|board member|trustee|volunteer\w*|honorary|school governor|best man|godfather|godmother|"
    r"executor|guarantor|signatory|guardian|joint|agent for|trusted|emergency)\b"
)

_STOP = (
    r"(?=\s*(?:[.,;:()\"!?|]|$|\s-{1,2}\s|(?i:\b(?:at|with|since|from|now|last|this|next|effective|starting|on|until|"
    r"but|not|who|which|where|as|by|when|after|"
    r"because|so|too|there|here|again|these|part[- ]time|full[- ]time|having|while|whose|if|before|via|alongside|and "
    r"(?:is|has|will|he|she|they|it|her|his|says|earns|the|they)|"
    r"of (?:his|her|their|my|our|this|that)|for (?:his|her|their|my|our|the|a|about|over|\d+))\b)|\bin (?=[A-Z])))"
)
TITLE = r"(?P<title>[^\W_][\w&'/-]*(?: (?:[\w&'/-]+)){0,8}?)" + _STOP
_CAP = r"(?:[A-Z0-9][\w&'.+-]*[\w+]|[A-Z])"
FIRM = (
    rf"(?P<firm>{_CAP}(?: (?:(?:&|and|of|of the|de|for|\+|und|e) (?=[A-Z]))?{_CAP}){{0,7}}(?: (?:plc|ltd|llp|gmbh|"
    rf"inc|group|pte|pvt)(?![a-z]))*)"
)
FIRM_SUFFIX = (
    r"\b(?:ltd|limited|inc|llp|llc|plc|gmbh|ag|sa|bv|nv|pvt|corp|corporation|group|holdings?|partners|bank|capital|"
    r"university|college|"
    r"hospitals?|school|clinic|logistics|consulting|ventures|industries|engineering|studios?|foundation|trust|"
    r"institute|associates|solutions|systems|pharma\w*|therapeutics|insurance|assurance|shipping|airlines|airways|"
    r"energy|health|foods|media|legal|advis[eo]rs|architects|surgery|council|ministry|authority|agency|labs?|"
    r"research|pharmacy|motors|robotics|software|technolog\w+|polytechnic|freight|marine|minerals|mining|steel|"
    r"textiles|design|estates?|museum|& co)\b"
)
_OWNS_FIRM = r"\b(?:ceo|cfo|coo|cio|cto|md|chair\w*|founder|co-founder|owner|partner|proprietor|principal)$"


def split_title(words: str) -> tuple[str, str]:
    """A title and the firm it names with "of" or "for": "CFO of Brook Ltd" is ("CFO", "Brook Ltd")."""
    match = rx(rf"^(?P<title>.+?) (?i:of|for) (?:the )?{FIRM}$", 0).match(words)
    if match is None or not is_title(match["title"]):
        return words, ""
    title, firm = match["title"], match["firm"]
    owned = (" " in firm and rx(FIRM_SUFFIX).search(firm)) or rx(_OWNS_FIRM).search(title)
    return (title, firm) if owned else (words, "")


@cache
def heads() -> frozenset[str]:
    """The words that titles are built around."""
    return frozenset(_HEADS.split())


def is_title(words: str) -> bool:
    """Whether a phrase names what somebody works as."""
    words = words.strip(" .,;:'\"")
    if not 2 <= len(words) <= 80 or rx(_NOT_A_JOB).search(words):
        return False
    tokens = rx(r"[A-Za-z]+").findall(words)
    if (
        not tokens
        or len(tokens) > 9
        or rx(r"\b(?:i|he|she|they|we|you|is|was|are|has|had|his|her|my|calls|says|him|them|it)\b").search(words)
    ):
        return False
    if any(t in _ABBREVIATIONS.split() for t in tokens):
        return True
    main = []
    for token in tokens:
        if token.lower() in {"of", "for", "in", "to"}:
            break
        main.append(token.lower())
    if (len(main) > 1 and main[0] in ("freelance", "independent")) or main[:2] == ["self", "employed"]:
        return True
    return bool(main) and (main[-1] in heads() or (len(main) > 1 and main[-2] in heads() and main[-1].isdigit()))


def trim_title(words: str) -> str:
    """A title without article and hedges in front."""
    return rx(r"^(?:(?:an?|the|our|their|its|new|now|currently|full[- ]time|part[- ]time|permanent) )+").sub(
        "", words.strip(" ,")
    )
