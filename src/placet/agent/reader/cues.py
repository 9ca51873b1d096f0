"""What each field sounds like: the one table to edit when the reader should understand a field better.

A field without an entry is still read from "Label: value" lines by its label, synonyms and type. Patterns are searched
without letter case in plain text (straight quotes and dashes); they must not contain named groups other than `v`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Cue:
    """How a field is talked about."""

    labels: str = ""  # what stands before a colon, separated by "; "; the schema's label and synonyms are known anyway
    trigger: str = ""  # words that bring the field up in running text
    asked: str = ""  # how somebody asks for it, where `trigger` is too narrow
    says: tuple[tuple[str, object], ...] = ()  # sentences with the value they state; None takes it from the group `v`
    words: Mapping[str, str] = field(default_factory=dict)  # other wordings of a choice's options
    avoid: str = ""  # a clause with these words is about something else
    near: int = 70  # how many characters may stand between trigger and value
    follows: bool = False  # the value stands behind the trigger
    state: bool = False  # true of now: what will be is not yet so
    plan: bool = False  # a wish is a statement
    own: bool = True  # must be about the client
    when: str = ""  # a date lies in the "past" or in the "future"
    reader: str = ""  # a module of its own reads it, see `find.READERS`
    nudge: str = ""
    why: str = ""


_LEVELS = {
    "low": r"low|minimal|limited|none|nil|no(?: need for)?(?= liquidity)|little",
    "medium": r"medium|moderate|average|some",
    "high": r"high|significant|substantial|considerable|heavy|very high",
}

CUES: Mapping[str, Cue] = {
    "fullName": Cue(
        labels="full name; legal name; name as per passport; name as in passport; name in full; vollständiger name; nome completo",
        says=((r"\b(?:legal name|full name|surname|family name|last name) (?:is now|has changed to|changed to|is)\s+(?P<v>[A-Z][\w'.-]+(?:[ -][A-Z][\w'.-]+){1,4})", None),),
    ),
    "preferredName": Cue(
        labels="preferred name; known as; nickname; goes by; likes to be called; rufname",
        reader="names",
    ),
    "dateOfBirth": Cue(
        labels="dob; d o b; date of birth; birth date; birthdate; birthday; born; born on; dt of birth; dt. of birth; geburtsdatum; geb; data de nascimento; 生年月日; geboortedatum",
        trigger=r"\bb\.(?=\s?\d)|\b(?:d\.?o\.?b\.?|date of birth|birth ?date|birthday|born|year of birth|geb(?:oren)?\.?)\b",
        near=60, when="past",
        avoid=r"\b(?:baby|due date|anniversary)\b",
        nudge="What is the client's date of birth, as it stands on an identity document?",
        why="Identity checks and every age-based rule need it.",
    ),
    "email": Cue(
        labels="e-mail; email; mail; email address; e-mail address; em; email id; e-mail id; mail id; personal email; private email; new email; correo",
        trigger=r"\b(?:e-?mails?|mail|address|write to|reach|use|change|switch|update|contact|coordinates|sen[dt]|statements|correspondence)\b",
        avoid=r"\b(?:cc|bcc|copy (?:in|him|her|them)|phish\w*|spam|bounced?|returned|undeliver\w+|forged|fake|scam)\b",
        near=90,
        nudge="Which e-mail address should be used for the client?",
        why="Documents and confirmations go there.",
    ),
    "phone": Cue(
        labels="mobile; mobile phone; mobile no; mobile number; mob; mob no; cell; cell phone; phone; phone no; phone number; telephone; tel; tel no; handphone; hp; contact no; contact number; handy; mobil; telefon; celular; telemóvel; mobiel; 携帯; 携帯電話; 電話; whatsapp; new mobile; new number; ph; m; t",
        trigger=r"\b(?:mob(?:ile)?|cell(?:phone)?|(?:tele)?phone|tel|number|no\.|hp|handphone|new one|mine|line|reach (?:me|him|her)|(?:call|ring|text|whatsapp|contact|get) (?:me|him|her|hold)|whatsapp|handy|digits|should read|sim|use|contact details|coordinates|swapped|transposed)\b",
        avoid=r"\b(?:switchboard|office|work|desk|factory|fax|landline|reception\w*|assistant|secretary|emergenc\w+|alt|alternate|direct line|hotel|clinic|surgery|branch|shop|practice|helpline|main line|home phone|home line|house phone)\b",
        near=80,
        nudge="Which mobile number reaches the client?",
        why="It is how call-backs and payment checks are done.",
    ),
    "addressCity": Cue(labels="city; town; city of residence; place of residence; wohnort; cidade; residence; lives in; based in; woonplaats", state=True, reader="address"),
    "addressCountry": Cue(
        labels="country of residence; residence country; country; land; wohnsitzland; país; domicile country; country of domicile",
        state=True, reader="address", nudge="In which country does the client live?", why="It decides which rules and taxes apply.",
    ),
    "nationality": Cue(
        labels="nationality; citizenship; citizen of; citizen; staatsangehörigkeit; nacionalidade; nationaliteit; 国籍; passport; passport held; nat; natl",
        trigger=r"\b(?:national(?:ity)?|citizen(?:ship)?|passports?|naturali[sz]ed)\b",
        near=28, state=True, avoid=r"\b(?:golden visa|visa|number|expir\w+|renew\w*|copy|copies)\b",
    ),
    "taxResidency": Cue(
        labels="tax residency; tax residence; tax resident; tax resident in; country of tax residence; tax domicile; tax; steuerliche ansässigkeit; steuerwohnsitz; residência fiscal; fiscal residence; resident for tax",
        trigger=r"\b(?:tax(?:es|ed|able)?[ -](?:purposes|residen\w+|domicil\w+|return)|(?:resident|residency|residence|domiciled)\b.{0,25}\btax|tax\b.{0,60}\bresiden\w+|fiscal(?:ly)? residen\w+|files? (?:his |her |my |their )?(?:tax(?:es)?|returns?)|pays? (?:all )?(?:his |her |my |their )?tax(?:es)?)\b",
        asked=r"\btax\b",
        near=60, state=True, avoid=r"\b(?:per cent|treaty|refund|bill|bracket|visa)\b",
        nudge="Where is the client resident for tax?", why="Reporting duties depend on it.",
    ),
    "preferredChannel": Cue(
        labels="preferred channel; preferred contact; contact preference; preferred contact method; contact by; best contact; channel; pref contact; pref. contact; prefers; preferred mode; mode of contact; bevorzugter kontakt; contact method; communication preference",
        words={
            "whatsapp": r"whats ?app|WA\b",
            "email": r"e-?mails?|by mail|mail",
            "phone": r"(?:tele)?phone(?: calls?)?|calls?|calling|ring(?:ing)?|telefon|by tel\.?",
            "in_person": r"in[- ]person|face[- ]to[- ]face|f2f|at (?:the )?branch|visit(?:s|ing)?|(?:meet(?:ing)?s? )?at (?:his|her|their) (?:home|house|office)",
            "video": r"video(?: ?calls?| ?conf\w*)?|zoom|teams(?: calls?)?|facetime",
        },
        reader="channel",
        asked=r"\b(?:(?:how|what's the best way|best way) .{0,30}(?:reach|contact|get hold)|prefer\w* .{0,30}(?:contact|channel|reach)|whatsapp|by (?:phone|e-?mail)|e-?mail or|call or)\b",
        nudge="How does the client want to be contacted?", why="A message that is not read helps nobody.",
    ),
    "preferredLanguage": Cue(
        labels="preferred language; pref language; pref. language; language; languages; language preference; correspondence language; language of correspondence; sprache; korrespondenzsprache; idioma; língua; taal; 言語; documents in",
        trigger=r"\b(?:languages?|correspond(?:ence)?|documents?|docs|letters?|papers|reports?|statements?|write (?:to )?(?:me|her|him)|prefers?|speaks?|in writing|paperwork|contracts?|brochures?|everything in)\b",
        says=((r"(?:^|[,;:]\s|\b(?:in|only|always|use)\s)(?P<v>[^\W\d_]{4,14}),?\s(?:please|pls|always|only|sempre|from now on|going forward)\b", None),),
        asked=r"\b(?:language|in (?:english|which))\b",
        near=60, avoid=r"\b(?:course|lessons?|learning|school|teacher|studies|studying|translator)\b",
    ),
    "contactWindow": Cue(labels="best time; best time to call; best time to contact; best time to reach; contact time; contact hours; call between; available"),
    "maritalStatus": Cue(
        labels="marital status; mar status; mar. status; civil status; status; familienstand; zivilstand; estado civil; burgerlijke staat; 婚姻; family status; married",
        trigger=r"\b(?:marital|civil) status\b",
        words={
            "married": r"(?:re)?married|verheiratet|casad[oa]|gehuwd|gift",
            "divorced": r"divorced|divorcee|geschieden|divorciad[oa]|gescheiden|divorced & single",
            "widowed": r"widow(?:ed|er)?|verwitwet|viúv[oa]",
            "domestic_partner": r"domestic partner(?:ship)?|civil partner(?:ship)?|registered partner(?:ship)?|cohabit\w+|common[- ]law|eingetragene lebenspartnerschaft",
            "single": r"single|unmarried|never married|bachelor|spinster|ledig|solteir[oa]|ongehuwd",
        },
        says=(
            (r"\b(?:divorce|decree|dissolution)\b(?: \w+){0,3} (?:final(?:ised|ized)?|through|complete[d]?|absolute|granted|settled|registered|pronounced|concluded|confirmed|done)\b|\bdecree (?:absolute|nisi made absolute)|\b(?:is|am|are|'s|'m|now|got|been|were) (?:now |recently |finally |officially |formally )*divorced\b|\bdivorced (?:in|last|since|from)\b|(?:^|[>;:,(]\s?)(?:now |recently )*divorced\b", "divorced"),
            (r"\b(?:got|get|just|now|is|am|are|'m|'re|were|been|they|we|newly|finally|quietly) (?:now |just |finally |quietly |legally |recently )?(?:re)?married\b|\b(?:re)?married (?:her|his|my|in|on|last|since|this|again|(?:long[- ]?time )?partner|[A-Z][a-z]+ (?:in|on|last))\b|\btied the knot\b|\bwedding (?:was|took place|went)\b|\b(?:he|she|they|i|we) (?:re)?married\b", "married"),
            (r"(?:^|[>;:,(]\s?|\b(?:is|am|'s|'m|now|been|was left|recently)\s)(?:now |recently |a )*widow(?:ed|er)?\b|\b(?:husband|wife|spouse|partner)(?:,? [A-Z]\w+,?)? (?:sadly |suddenly |has |had )*(?:died|d\.|deceased|passed(?: away| on)?)|\blost (?:her|his|my) (?:husband|wife|spouse)\b", "widowed"),
            (r"\b(?:registered|entered(?: into)?|formed|signed|formalised|formalized) (?:their|a|our|into a|his|her) (?:civil |registered |domestic )?partnership\b|\b(?:is|are|'re|am|now|in a) (?:now )?(?:in a )?(?:civil|registered|domestic) partner(?:s|ship)?\b", "domestic_partner"),
            (r"\b(?:is|am|'s|'m|still|now|been) (?:now |still )?single\b|\bnever married\b", "single"),
        ),
        state=True, avoid=r"\b(?:single (?:premium|malt|stock|account|largest|payment|name)|married couples?)\b",
    ),
    "dependants": Cue(
        labels="dependants; dependents; no of dependants; no of dependents; number of dependants; number of dependents; no. of dependents; deps; dependent children; unterhaltsberechtigte; dependentes; financial dependants; 扶養家族",
        trigger=r"\b(?:depend[ae]nts?|dependent (?:children|child|kids)|dependent on (?:him|her|me|them)|financially dependent)\b",
        says=((r"\b(?:no|zero) (?:financial )?depend[ae]nts?\b(?! (?:changes?|on))|\bno longer (?:has|have) (?:any )?depend[ae]nts\b|\bno dependent (?:children|kids)\b", 0),),
        near=30, state=True, asked=r"\bdepend[ae]nts?\b|\bdepend on you\b|\byou support\b",
    ),
    "occupation": Cue(
        labels="occupation; profession; job; job title; title; position; role; designation; current role; beruf; profissão; beroep; 職業; occ; employment; work; new job; new role",
        state=True, reader="work", nudge="What does the client do for a living?", why="Income, knowledge and source of wealth are judged by it.",
    ),
    "employer": Cue(
        labels="employer; company; employer name; name of employer; firm; business; employer/business; arbeitgeber; empregador; empresa; werkgever; 勤務先; organisation; organization; employer or business; employer / business; company name",
        state=True, reader="work",
    ),
    "employmentStatus": Cue(labels="employment status; work status; working status"),
    "incomeBandAnnual": Cue(
        labels="income; annual income; yearly income; gross income; gross annual income; annual gross income; salary; annual salary; earnings; income p.a; income pa; total income; comp; compensation; ctc; jahreseinkommen; einkommen; renda anual; renda; inkomen; 年収; remuneration; household income; pay; inc; income (annual); package; annual income (gross)",
        trigger=r"\b(?:income|salar(?:y|ies)|earns?|earning(?:s)?|base|pension(?:s)?|comp(?:ensation)?|package|take[- ]home|remuneration|wage|(?:is|are|gets|being|'s) paid|share of (?:the )?profits?|profit share|pays (?:him|her|me)|年収|draws?|drawing(?:s)?|drawdown|gross|ctc|on about|makes|making|brings? in|p\.?a\.?|per annum|a year|per year|stipend|day rate|retainer|pulls in|jahresgehalt|gehalt)\b",
        asked=r"\b(?:income|salary|earn\w*|make|paid|pay|comp)\b",
        avoid=r"\b(?:household|joint(?:ly)?|combined|one[- ]?off|sale|sold|proceeds|lump sum|inherit\w*|gift|fee|fees|invoice|rent paid|mortgage|school|budget|spend\w*|spends|costs?|expenses|donat\w+|savings?|saves|contribut\w+|premium|dividends? of|severance|bonus of|redundancy|loan|limit|turnover|revenue|pledge\w*|allowance|tuition)\b",
        near=60, state=True, nudge="Roughly what is the client's gross income a year?", why="Affordability and suitability rest on it.",
    ),
    "netWorthBand": Cue(
        labels="net worth; nw; networth; net assets; total net worth; total wealth; total assets; wealth; assets; balance sheet; vermögen; gesamtvermögen; nettovermögen; patrimônio; patrimônio líquido; vermogen; 純資産; nw (self decl); estate; net worth (est); est. net worth; estimated net worth; total net assets",
        trigger=r"\b(?:net[- ]?worth|net assets|total (?:assets|wealth|estate)|all[- ]in|(?:overall|total) (?:net )?wealth|worth (?:about|around|roughly|some|approximately|close|just|over)|everything together|balance sheet|in total|altogether|net of (?:debt|mortgage|borrowing)s?)\b",
        asked=r"\b(?:net[- ]?worth|worth|wealth|assets)\b",
        avoid=r"\b(?:with us|here|of which|portfolio|pension pot|aum|property|flat|house|securities|listed|cash|pot|company is|business is|holding|mortgage|loan|each|income|salary|budget|pledge)\b",
        near=60, state=True, nudge="What is the client's total net worth, roughly?", why="Concentration and capacity for loss are judged against it.",
    ),
    "sourceOfWealth": Cue(
        labels="source of wealth; sow; source of funds; origin of wealth; sources of wealth; wealth source; herkunft des vermögens; origem do patrimônio; herkomst vermogen; source of wealth/funds; s.o.w",
        says=(
            (r"\b(?:source of (?:his |her |the |my )?(?:wealth|funds)|(?:his|her|my|their|client's) (?:own )?(?:wealth|fortune|money|capital)|the (?:wealth|fortune|family fortune))\s+(?:is(?= from)|was(?= from)|derives?|derived|comes?|came|stems?|stemmed|originates?|originated|arises?|arose|was made|was built|built)\s+(?:mainly |mostly |primarily |largely |entirely |originally |chiefly |all )*(?:from |in |through |up |on |out of |by )*(?P<v>[^;]{6,200})", None),
            (r"\b(?:it|this|which|all of it|most of it) (?:stems|derives|originates) (?:mainly |mostly |primarily |largely |entirely )?from (?P<v>[^;]{6,200})", None),
            (r"\b(?:made|earned|built) (?:his|her|my|their) (?:money|fortune|wealth)\s+(?:in|from|through|with|by|selling)\s+(?P<v>[^;,]{4,160})", None),
        ),
        asked=r"\b(?:where does (?:the|your) (?:money|wealth|fortune)|(?:source|origin) of (?:the |your )?(?:wealth|funds|money)|how did you (?:make|build|come by))\b",
        nudge="Where does the client's wealth come from?", why="It must be known and plausible before money is taken.",
    ),
    "riskAppetite": Cue(
        labels="risk; risk appetite; risk profile; risk tolerance; risk attitude; attitude to risk; atr; risk level; risk rating; risk category; risk score; risikobereitschaft; risikoprofil; perfil de risco; risicoprofiel; リスク; investor profile; risk view",
        trigger=r"\b(?:risk(?:s|ier|y)?|appetite|allocation|mandate|profile|investor|atr)\b|-level\b",
        words={
            "conservative": r"conservative(?:ly)?|cautious|defensive|konservativ|conservador|defensief|capital preservation",
            "moderate": r"moderate(?:ly)?|moderad[oa]|moderat",
            "balanced": r"balanced|ausgewogen|equilibrad[oa]|neutraal",
            "growth": r"growth(?:-oriented|-level)?|wachstum(?:sorientiert)?|crescimento",
            "aggressive": r"aggressive(?:ly)?|adventurous|speculative|agressiv[oa]?|arrojad[oa]|offensief",
        },
        says=((r"\b(?:wants?|prefers?|asks? for|asked for|happy with|comfortable with|goes? for|going for|moves? to|moving to|moved to|switch(?:es|ed|ing)? to|stays? (?:at|with)|down to|up to|back to|settled on)(?: an?| the)? (?:more )?(?P<v>conservative|cautious|moderate|balanced|growth|aggressive) (?:approach|stance|strategy|portfolio|mandate|profile|allocation|mix)\b", None), (r"\b(?:i'm|i am|he is|he's|she is|she's) (?:still |now |really |more )?(?P<v>conservative|cautious|moderate|balanced|aggressive)(?=[,.;!]|$| now| please| when it comes)", None), (r"\b(?:write|put|make|mark|record|keep|leave) (?:it |me |her |him |us )?(?:down )?(?:as |at |on )?(?P<v>conservative|cautious|moderate|balanced|growth|aggressive)(?=[,.;!]|$| now| please)", None)),
        near=60, avoid=r"\b(?:capacity|fund|funds|stock|stocks|etf|company|companies|economy|growth of|capital growth|growth rate|salary|turnover)\b",
        nudge="How much ups and downs does the client accept: conservative, moderate, balanced, growth or aggressive?",
        why="Every recommendation must fit it.",
    ),
    "lossCapacity": Cue(labels="capacity for loss; loss capacity; cfl", words={**_LEVELS, "moderate": r"moderate|medium"}, nudge="How big a loss could the client bear without changing how they live?", why="It bounds the risk that may be taken, whatever the appetite."),
    "investmentExperience": Cue(labels="investment experience; experience; knowledge and experience"),
    "investmentHorizonYears": Cue(
        labels="horizon; hrzn; hzn; inv hzn; investment horizon; time horizon; inv horizon; timeframe; time frame; anlagehorizont; horizonte; horizont; zeithorizont; beleggingshorizon; term; investment term; 運用期間",
        trigger=r"\b(?:horizon|hrzn|hzn|time ?frame|invest(?:ed|ing)? (?:for|over)|stay(?:ing)? invested|touch(?:es|ing)? (?:it|this|the money|that)|(?:need|needs|access|draw on|draws on|use|uses) (?:it|this|the money|that|any of it|these funds|the capital|the funds)|leave it (?:in|alone|there)|lock(?:ed)? (?:it )?(?:up|away)|run (?:it )?for|before (?:he|she|i|they|we) (?:needs?|touch\w*|draws?|uses?|retires?))\b",
        says=(
            (r"\b(?P<v>\d{1,2}|[a-z]+(?:-[a-z]+)?)[- ]year (?:investment |time )?(?:horizon|view|time ?frame|outlook|term)\b", None),
            (r"\b(?:won't|will not|doesn't|does not|don't|do not) (?:need|touch|draw on|require) (?:it|this|the money|that|any of it|these funds|the capital|the funds)(?: back)? (?:for|before|within|until) (?:at least |about |around |another |the next )*(?P<v>\d{1,2}|[a-z]+(?:-[a-z]+)?) (?:years|yrs)\b", None),
            (r"\b(?:no need (?:of|for|to touch|to draw on|to use)) (?:it|this|the money|that|any of it|these funds|the capital|the funds)(?: back)? (?:for|before|within|until) (?:at least |about |around |another |the next )*(?P<v>\d{1,2}|[a-z]+(?:-[a-z]+)?) (?:years|yrs)\b", None),
            (r"\b(?:money|that|this|it|retirement|goal)(?: is|'s| are) (?:about |some |around |still |roughly |at least )*(?P<v>\d{1,2}|[a-z]+(?:-[a-z]+)?) (?:years|yrs) (?:out|away|off|from now)\b", None),
        ),
        asked=r"\b(?:horizon|how (?:long|many years)|stay invested|time ?frame|when (?:do|will|would) you need)\b",
        near=50, avoid=r"\b(?:mortgage|ago|fixed rate|lease|visa|old|aged?|contract|guarantee|notice)\b",
        nudge="For how many years can the money stay invested?", why="It decides what may be bought at all.",
    ),
    "liquidityNeeds": Cue(
        labels="liquidity; liquidity needs; liquidity need; liquidity requirement; liquidity requirements; liquiditätsbedarf; liquidez; cash needs; liquiditeitsbehoefte",
        trigger=r"\b(?:liquidity|liquid|cash needs?)\b",
        words=_LEVELS, near=45, avoid=r"\b(?:illiquid|risk|fund|per cent|%)\b",
        nudge="How much of the money must be at hand at short notice: low, medium or high?", why="Illiquid investments depend on it.",
    ),
    "investmentGoals": Cue(
        labels="goals; goal; investment goals; objectives; objective; investment objectives; investment objective; aims; aim; wants; what for; what it's for; what its for; what the money is for; purpose; priorities; anlageziele; ziele; objetivos; doelen; financial goals; wishes; hopes",
        reader="goals", plan=True, asked=r"\b(?:what (?:is|'s) (?:it|this|the money|the portfolio|all this) for|(?:invest|sav)(?:ing|e)? for|goals?|objectives?|trying to achieve|(?:main )?aims?|money for)\b",
        nudge="What is the money for?", why="Without a goal no advice can be judged.",
    ),
    "esgPreference": Cue(
        labels="esg; esg preference; sustainability; sustainability preference; sustainable investing; esg preferences; sustainability preferences; nachhaltigkeit; ethical investing; sustentabilidade; duurzaam; sfdr",
        says=(
            (r"\b(?:no|not|doesn't|does not|isn't|don't|never|n't|nothing)\b[^.;]{0,30}\b(?:interest(?:ed)?|want|care|cares|fussed|bothered|preference|need|mind|see the point|believe)\b[^.;]{0,25}\b(?:esg|sustainab\w+|ethical|green|impact invest\w+)|\b(?:esg|sustainability|sustainable|ethical|green)\b[^.;]{0,30}\b(?:not (?:important|relevant|a (?:priority|concern)|for (?:him|her|me)|interested|required)|no (?:preference|interest)|doesn't matter|nonsense|unimportant|isn't (?:important|for))", False),
            (r"\b(?:wants?|prefers?|like|please|asked|asks|insists?|only|keen|cares?|run|basis|mandate|invest(?:ed|ing|ment)?s?|interested|important|yes|switch(?:ed)?|move[d]?|portfolio)\b[^.;]{0,45}\b(?:esg|sustainab\w+|ethical(?:ly)?|socially responsible|impact invest\w+|green (?:funds?|invest\w+|bonds?)|fossil[- ]free)\b|\b(?:esg|sustainab\w+|ethical)\b[^.;]{0,25}\b(?:important|matters?|preferred|only|basis|please|mandate|tilt|screen|yes|criteria|throughout)\b", True),
            (r"\b(?:wants?|asked|please|keep|insists?|prefers?|would like|must|portfolio|screen|exclude|excluding)\b[^.;]{0,30}\b(?:no|exclude[ds]?|excluding|out of|avoid\w*|keep out|divest\w*|without|nothing in|free of)\b[^.;]{0,20}\b(?:tobacco|oil|gas|fossil|arms|weapons|gambling|coal|defence|defense)\b|^\W*(?:please |pls |also )*(?:exclude|avoid|no more|nothing in|keep out of)\b[^.;]{0,20}\b(?:tobacco|oil|gas|fossil|arms|weapons|gambling|coal|defence|defense)\b", True),
        ),
        avoid=r"\b(?:what|whether|means?|asked about|explain\w*|leaflet|brochure)\b",
    ),
    "interests": Cue(labels="interests; hobbies; personal interests; hobbies and interests"),
    "clientCategory": Cue(labels="client category; categorisation; categorization; client classification; mifid category"),
    "pep": Cue(
        labels="pep; pep status; politically exposed; politically exposed person; pep check; pep?; public office; politisch exponierte person; pessoa politicamente exposta; pep declaration",
        says=(
            (r"\b(?:is|'s|am|'m|was|are) (?:not|neither|n't|no longer) (?:an? |classed as an? |considered an? )?(?:pep|politically exposed)|\b(?:isn't|not) (?:an? )?(?:pep|politically exposed)|\bno (?:pep|public (?:office|function|position|role|duties)|political (?:office|role|function|exposure))\b|\b(?:never|not|nor) (?:has |have |having )?(?:held|holds?|hold|holding) (?:any )?(?:public|political) (?:office|function|position)|\bpep (?:status |check |question |screening )?(?:is |was |came back |confirmed |answered )*(?:no|none|negative|clear|nil)\b|\bnon[- ]pep\b", False),
            (r"\b(?:is|'s|am|'m|becomes?|became|makes? (?:him|her|me|them)|made (?:him|her|me)|remains?|still|continues to be|now|so|hence|therefore|as|be treated as|classified as|qualif(?:y|ies) as|counts? as) (?:now |therefore |thus |hence )*(?:an? |domestic |foreign )*(?:pep|politically exposed person)\b|\bpep (?:status )?(?:is |: )?(?:yes|confirmed|applies)\b", True),
        ),
        asked=r"\b(?:public (?:office|function|position|role)|politically exposed|pep|political (?:office|role|position)|politics)\b",
        state=True,
        nudge="Does the client, or someone close to them, hold a prominent public office?", why="Enhanced checks are the law if so.",
    ),
    "usPerson": Cue(labels="us person; u.s. person; fatca status"),
    "marketingConsent": Cue(labels="marketing consent; consent to marketing; marketing", words={"granted": r"yes|granted|given|agreed", "refused": r"no|refused|declined", "withdrawn": "withdrawn|revoked"}),
    "nextReviewDate": Cue(
        labels="next review; next rev; next review date; next meeting; next mtg; next contact; next call; next; next appointment; next review due; review date; diary; diarised; nächster termin; nächstes gespräch; nächstes treffen; nächste überprüfung; próxima reunião; next date; follow-up meeting; next session; next catch-up; volgende afspraak; 次回; 次回面談; nrd; review; next visit",
        trigger=r"^(?:done|confirmed|perfect|great|noted|ok(?:ay)?)[,:]|\b(?:nr\b|(?:sit down|get together|catch up|chat|talk|speak|call you) again|let(?:'s| us) (?:speak|talk|meet)|next (?:\w+ )?(?:review|rev|meeting|mtg|call|catch[- ]?up|session|appointment|appt|visit|chat|video|zoom|date|one|conversation|contact|annual|formal|quarterly|time)|meet(?:ing)? again|see (?:him|her|them|you|each other|me) again|(?:speak|talk|reconvene|catch up|touch base)(?: \w+)? (?:again|on|next)|booked(?: in)?|diari[sz]ed|reconvene|review (?:is |was |has been |now |date )*(?:booked|set|agreed|fixed|on|for|scheduled|moved|due)|(?:scheduled|agreed|fixed|rebooked|rescheduled|set) (?:for|on)|moved to|next review agreed|we meet|we'll meet|in the diary|diary|follow[- ]up (?:meeting|call)|see you (?:on|then)?|reunião|termin|volgende)\b",
        asked=r"\b(?:next (?:review|meeting|call|catch)|(?:meet|call|speak|talk|see you) (?:you )?again|review)\b",
        avoid=r"\b(?:try (?:him |her |them )?again|call(?:ed)? back|chase|ring back|call-back|callback|deadline|expir\w+|matur\w+|refund|wedding|flight|holiday|surgery|operation|exam|completion|due date|school|party|court|hearing|lawyer|notary|with the (?:bank|lawyer|accountant|notary)|left msg|voicemail|to see in|birthday|invoice|statement)\b",
        near=90, own=False, when="future",
    ),
}  # fmt: skip
