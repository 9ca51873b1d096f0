"""Words about people that several stages need: relations, helpers, titles, and which of them tell a gender."""

from __future__ import annotations

# Who somebody is to the client; the letter is the gender the word tells ("" if none).
RELATIONS = {
    "husband": "m", "husb": "m", "hubby": "m", "wife": "f", "missus": "f", "spouse": "", "partner": "",
    "fiance": "m", "fiancé": "m", "fiancee": "f", "fiancée": "f", "boyfriend": "m", "girlfriend": "f", "ex": "",
    "ex-husband": "m", "ex-wife": "f", "ex-partner": "", "widow": "f", "widower": "m", "son": "m", "sons": "",
    "daughter": "f", "daughters": "", "dau": "f", "child": "", "children": "", "kid": "", "kids": "", "boy": "m",
    "boys": "", "girl": "f", "girls": "", "twins": "", "baby": "", "toddler": "", "stepson": "m",
    "stepdaughter": "f", "step-son": "m", "step-daughter": "f", "stepchildren": "", "grandson": "m",
    "granddaughter": "f", "grandchildren": "", "grandchild": "", "grandfather": "m", "grandmother": "f",
    "grandparents": "", "grandma": "f", "grandpa": "m", "father": "m", "dad": "m", "papa": "m", "mother": "f",
    "mum": "f", "mom": "f", "mama": "f", "parents": "", "parent": "", "stepfather": "m", "stepmother": "f",
    "brother": "m", "bro": "m", "brothers": "", "sister": "f", "sis": "f", "sisters": "", "sibling": "",
    "siblings": "", "half-brother": "m", "half-sister": "f", "twin": "", "uncle": "m", "aunt": "f", "auntie": "f",
    "cousin": "", "cousins": "", "nephew": "m", "niece": "f", "godson": "m", "goddaughter": "f", "godfather": "m",
    "godmother": "f", "in-laws": "", "brother-in-law": "m", "brother in law": "m", "sister-in-law": "f",
    "sister in law": "f", "son-in-law": "m", "son in law": "m", "daughter-in-law": "f", "daughter in law": "f",
    "mother-in-law": "f", "mother in law": "f", "father-in-law": "m", "father in law": "m", "friend": "",
    "friends": "", "neighbour": "", "neighbor": "", "flatmate": "", "roommate": "", "schwester": "f", "bruder": "m",
    "mann": "m", "frau": "f", "sohn": "m", "tochter": "f", "mutter": "f", "vater": "m", "marido": "m", "esposa": "f",
    "esposo": "m", "filho": "m", "filha": "f", "mãe": "f", "pai": "m", "irmão": "m", "irmã": "f", "echtgenoot": "m",
    "echtgenote": "f", "zoon": "m", "dochter": "f", "moeder": "f", "vader": "m", "broer": "m", "zus": "f",
}  # fmt: skip

# Words that never stand for one person, so that no "he" or "she" points back at them.
_PLURALS = (
    "sons daughters children kids boys girls twins stepchildren grandchildren grandparents parents brothers sisters "
    "trustees executors lawyers accountants advisers administrators siblings cousins in-laws friends tenants "
    "colleagues beneficiaries"
)
MANY = frozenset(_PLURALS.split())

# People who act for the client or for somebody else; they count only with an owner or an article in front, as in
# "her accountant", because the client may well be an accountant.
HELPERS = {
    "accountant": "", "lawyer": "", "solicitor": "", "attorney": "", "notary": "", "tax adviser": "",
    "tax advisor": "", "adviser": "", "advisor": "", "broker": "", "assistant": "", "secretary": "", "pa": "",
    "ea": "", "receptionist": "", "switchboard": "", "reception": "", "housekeeper": "", "driver": "", "agent": "",
    "estate agent": "", "landlord": "", "tenant": "", "tenants": "", "doctor": "", "boss": "",
    "trustees": "", "executors": "", "lawyers": "", "accountants": "", "advisers": "", "administrators": "", "manager": "",
    "colleague": "", "colleagues": "", "business partner": "", "co-founder": "", "trustee": "", "executor": "",
    "guardian": "", "nominee": "", "beneficiary": "", "beneficiaries": "", "guarantor": "", "carer": "", "nanny": "",
    "caller": "", "introducer": "", "referee": "", "banker": "", "bookkeeper": "", "steuerberater": "m",
    "steuerberaterin": "f", "office manager": "", "chief of staff": "", "nurse": "", "ceo": "", "founder": "",
    "chairman": "m", "predecessor": "", "successor": "", "buyer": "", "seller": "", "vendor": "",
}  # fmt: skip
# Advisers whose word on the client's own affairs is as good as a document when the client or RM passes it on.
TRUSTED = (
    r"accountant|lawyer|solicitor|attorney|notary|tax advis[eo]r|advis[eo]r|steuerberater(?:in)?|bookkeeper|hr|"
    r"employer|certificate|letter|passport|licence|license|form|document"
)

MALE_TITLES = {"mr", "sir", "lord", "herr", "senhor", "señor", "monsieur", "dato", "tuan", "meneer", "shri"}
FEMALE_TITLES = {
    "mrs",
    "ms",
    "miss",
    "mdm",
    "madam",
    "lady",
    "dame",
    "frau",
    "senhora",
    "señora",
    "madame",
    "mevrouw",
    "smt",
}
TITLES = (
    MALE_TITLES
    | FEMALE_TITLES
    | {"dr", "prof", "professor", "mx", "rev", "hon", "datuk", "tan sri", "sr", "sra", "san"}
)

# Short forms that are no beginning of the name they stand for.
NICKNAMES = {
    "rebecca": "becky becca bex", "robert": "bob bobby", "william": "bill billy will",
    "elizabeth": "liz lizzie beth betty betsy libby eliza", "margaret": "peggy meg maggie greta rita",
    "katherine": "kate katie kathy kit kitty", "catherine": "kate katie cathy kit kitty",
    "kathleen": "kate kath kathy", "james": "jim jimmy jamie", "john": "jack johnny", "richard": "dick rick ricky",
    "edward": "ted ned teddy eddie", "henry": "harry hank", "charles": "chuck charlie chas", "anthony": "tony",
    "alexander": "sandy sasha alex", "alexandra": "sandy sasha sandra", "michael": "mike mick mickey",
    "patricia": "pat patsy trish", "sarah": "sally", "mary": "molly polly", "dorothy": "dot dolly",
    "eleanor": "nell nellie ellie nora", "helen": "nell nellie", "philippa": "pip pippa", "francis": "frank",
    "francesca": "fran cesca", "frances": "fran fanny", "stephen": "steve", "victoria": "vicky tori",
    "virginia": "ginny", "susan": "sue", "theodore": "ted theo", "antonia": "toni", "joseph": "joe joey",
    "josé": "zé pepe", "jonathan": "jon jonny", "nicholas": "nick nicky klaus", "nicola": "nicky",
    "andrew": "drew andy", "lawrence": "larry", "laurence": "larry", "leonard": "len lenny", "ronald": "ron",
    "thomas": "tom tommy", "abigail": "gail abby", "amanda": "mandy", "christopher": "kit chris topher",
    "elisabeth": "lisa lisbeth sissi", "johannes": "hans hannes", "francisco": "paco chico", "eduardo": "edu dudu",
    "guillermo": "memo", "ignacio": "nacho", "maximilian": "max",
}  # fmt: skip

# Words in a label or heading that say the lines under it are about somebody else.
OTHERS_LABEL = (
    r"\b(?:spouse|husband|wife|partner|nominee|beneficiar\w+|guardian|mother|father|son|daughter|child|children|kids|"
    r"brother|sister|"
    r"parent|next of kin|nok|emergency contact|trusted contact\w*|trusted person|family members?|assistant|pa|ea|"
    r"secretary|accountant|lawyer|solicitor|attorney|"
    r"introducer|referrer|joint holder|"
    r"second holder|2nd holder|applicant 2|second applicant|trustee|witness|guarantor|rm|relationship manager|banker|"
    r"adviser|advisor|prepared by|"
    r"written by|author|branch|employer'?s? (?:address|phone|tel)|ehefrau|ehemann|kind|attorney-in-fact|poa holder)\b"
)
