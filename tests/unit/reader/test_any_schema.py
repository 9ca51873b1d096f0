"""A schema of an entirely different domain, read without a line of code: the animals and bookings of a riding stable."""

import json
from pathlib import Path
from typing import Any

import pytest

from placet.customers.schema import ProfileSchema, load_schema
from unit.reader.reading import proposed, refused

FIELDS: list[dict[str, Any]] = [
    {"key": "stableName", "label": "Stable name", "type": "text"},
    {"key": "passportNumber", "label": "Passport number", "type": "text", "synonyms": ["equine passport"]},
    {"key": "foaledOn", "label": "Foaling date", "type": "date", "synonyms": ["foaled"]},
    {"key": "heightHands", "label": "Height at the withers", "type": "integer", "unit": "cm", "synonyms": ["withers"]},
    {"key": "feedPerDay", "label": "Feed per day", "type": "decimal", "synonyms": ["daily feed"]},
    {"key": "shod", "label": "Shod all round", "type": "boolean", "synonyms": ["shod"]},
    {
        "key": "temperament", "label": "Temperament", "type": "select",
        "options": [
            {"value": "calm", "label": "Calm", "synonyms": ["placid", "bombproof"]},
            {"value": "lively", "label": "Lively", "synonyms": ["forward-going"]},
            {"value": "difficult", "label": "Difficult"},
        ],
    },
    {"key": "bredIn", "label": "Country of breeding", "type": "country", "synonyms": ["bred in"]},
    {"key": "groomLanguage", "label": "Language of the groom", "type": "language"},
    {"key": "vetPhone", "label": "Vet's telephone", "type": "phone"},
    {"key": "yardMail", "label": "Yard e-mail", "type": "email"},
    {"key": "allergies", "label": "Allergies", "type": "list", "items": "text", "multi": True},
    {"key": "farrier", "label": "Farrier", "type": "object", "description": "Name, phone, day of visit."},
    {"key": "tack", "label": "Tack", "type": "list", "items": "object", "description": "Item, colour, size."},
    {"key": "history", "label": "Medical history", "type": "longtext"},
]  # fmt: skip


@pytest.fixture(scope="module")
def stable(tmp_path_factory: pytest.TempPathFactory) -> ProfileSchema:
    content = {
        "version": "1", "currency": "EUR", "additionalFields": False,
        "fields": [{"section": "Horse", "priority": "medium", "sensitivity": 1, "policy": "single", **each} for each in FIELDS],
    }  # fmt: skip
    path = Path(tmp_path_factory.mktemp("schema")) / "stable.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return load_schema(path)


LABELLED = """
Stable name: Bramble
Equine passport: IE-372-99
Foaled: 14 April 2019
Withers: 158 cm
Daily feed: 2.5
Shod: yes
Temperament: ☐ calm ☒ lively ☐ difficult
Bred in: Ireland
Language of the groom: Polish
Vet's telephone: 07700 900321
Yard e-mail: yard@hollow.example
Allergies: dust, penicillin and oats
Farrier: Col Ferris, 07700 900456, Tuesdays
Tack: bridle, brown, cob; saddle, black, 17 inch
Medical history: Colic in 2021, no surgery. Sound since.
"""

READ = {
    "stableName": "Bramble",
    "passportNumber": "IE-372-99",
    "foaledOn": "2019-04-14",
    "heightHands": 158,
    "feedPerDay": "2.5",
    "shod": True,
    "temperament": "lively",
    "bredIn": "Ireland",
    "groomLanguage": "Polish",
    "vetPhone": "+447700900321",
    "yardMail": "yard@hollow.example",
    "allergies": ["dust", "penicillin", "oats"],
    "farrier": {"name": "Col Ferris", "phone": "+447700900456", "dayOfVisit": "Tuesdays"},
    "tack": [
        {"item": "bridle", "colour": "brown", "size": "cob"},
        {"item": "saddle", "colour": "black", "size": "17 inch"},
    ],
    "history": "Colic in 2021, no surgery. Sound since.",
}


@pytest.mark.parametrize("line", LABELLED.strip().splitlines())
def test_every_type_is_read_from_its_label(line: str, stable: ProfileSchema) -> None:
    found = proposed(line, schema=stable, client="Bramble Hall")
    key = next(each["key"] for each in FIELDS if _is_label(line.partition(":")[0], each))
    assert found == {key: READ[key]}


def test_a_form_of_them_all_is_read_at_once(stable: ProfileSchema) -> None:
    assert proposed(LABELLED, schema=stable, client="Bramble Hall") == READ


@pytest.mark.parametrize(
    ("sentence", "key", "value"),
    [
        ("The foaling date was corrected: 15 April 2019.", "foaledOn", "2019-04-15"),
        ("She measured the height at the withers again, it is 159 cm.", "heightHands", 159),
        ("His temperament is placid these days.", "temperament", "calm"),
        ("The country of breeding is France, according to the papers on the desk.", "bredIn", "France"),
        ("The vet's telephone is now 07700 900322.", "vetPhone", "+447700900322"),
        ("The yard e-mail changed to office@hollow.example.", "yardMail", "office@hollow.example"),
        ("His allergies are dust and oats.", "allergies", ["dust", "oats"]),
        ("RM: Is she shod all round?\nClient: Yes, since March.", "shod", True),
        ("RM: What temperament would you say?\nClient: Difficult, I am afraid.", "temperament", "difficult"),
        ("His passport number is now IE-372-100.", "passportNumber", "IE-372-100"),
    ],
)
def test_sentences_that_call_a_field_by_its_name_are_read(
    sentence: str, key: str, value: Any, stable: ProfileSchema
) -> None:
    assert proposed(f"{sentence}\nRM: Thanks.\nClient: Bye.", schema=stable, client=None).get(key) == value or (
        proposed(sentence, schema=stable, client=None).get(key) == value
    )


@pytest.mark.parametrize(
    ("sentence", "key", "reason"),
    [
        ("His temperament might become difficult.", "temperament", "hypothetical"),
        ("The foaling date is not 15 April 2019.", "foaledOn", "negated"),
        ("Is the country of breeding Ireland?", "bredIn", "question"),
        ("The vet's telephone was 07700 900322 until May.", "vetPhone", "superseded"),
    ],
)
def test_and_what_is_not_stated_is_not(sentence: str, key: str, reason: str, stable: ProfileSchema) -> None:
    assert key not in proposed(sentence, schema=stable, client=None)
    assert (key, reason) in refused(sentence, schema=stable, client=None)


def _is_label(label: str, field: dict[str, Any]) -> bool:
    return label.casefold() in {each.casefold() for each in (field["label"], *field.get("synonyms", ()))}
