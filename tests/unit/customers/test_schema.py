"""The profile schema file is read strictly, and its faults are sentences that name file, field and fault."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from placet.customers.fields import TYPES as CLASSES
from placet.customers.schema import TYPES, Field, Option, load_schema
from placet.errors import Invalid


def entry(**members):
    return {"key": "colour", "label": "Colour", "section": "Looks", "type": "text", **members}


def content(*fields, **members):
    return {"version": "1", "currency": "USD", "fields": list(fields), **members}


@pytest.fixture
def load(tmp_path: Path):
    def load(thing):
        path = tmp_path / "ours.json"
        path.write_text(thing if isinstance(thing, str) else json.dumps(thing), encoding="utf-8")
        return load_schema(path)

    return load


def test_the_packaged_schema_loads():
    schema = load_schema()
    assert (schema.version, schema.currency, len(schema.fields)) == ("1", "USD", 36)
    assert schema.fx_per_unit["GBP"] == 0.79
    assert schema.additional_fields is False
    risk = schema.field("riskAppetite")
    assert risk is not None
    assert (risk.label, risk.ordered, risk.options[1]) == ("Risk appetite", True, Option("moderate", "Moderate"))
    assert schema.field("usPerson").policy == "human_only"
    assert schema.field("investmentGoals").items == "text"


def test_sections_stand_in_the_order_of_the_file():
    sections = load_schema().sections()
    assert [name for name, _ in sections] == [
        "Identity and contact",
        "Household",
        "Work and wealth",
        "Investment",
        "Tax and review",
    ]
    household = [field.key for field in dict(sections)["Household"]]
    assert household == ["maritalStatus", "dependants", "familyMembers", "trustedContact", "interests"]


def test_every_type_has_a_class():
    assert CLASSES.keys() == TYPES
    assert all(name == each.name for name, each in CLASSES.items())


def test_reading_a_schema_loads_no_tables_of_countries_or_numbers():
    script = (
        "import sys; import placet.customers.fields as fields; from placet.customers.schema import load_schema;"
        "fields.canonical(load_schema().field('fullName'), 'Ann');"
        "print(*{'babel', 'phonenumbers', 'pycountry', 'email_validator', 'rapidfuzz'} & sys.modules.keys())"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "\n"


def test_an_unlisted_key_is_no_field():
    assert load_schema().field("shoeSize") is None


def test_additional_fields_admit_unlisted_keys(load):
    schema = load(content(entry(), additionalFields=True))
    assert schema.field("shoeSize") == Field(
        key="shoeSize", label="shoeSize", section="Other", type="any", policy="single"
    )
    assert schema.field("x" * 100) is not None
    assert schema.field("colour").type == "text"


@pytest.mark.parametrize("key", ["", " a", "a\nb", "a\u202eb", "x" * 101])
def test_an_additional_key_that_cannot_be_shown_is_no_field(load, key):
    assert load(content(additionalFields=True)).field(key) is None


def test_what_a_field_may_leave_out(load):
    (field,) = load(content(entry(), comment="for readers")).fields
    assert (field.priority, field.sensitivity, field.policy, field.multi) == ("medium", 1, "single", False)


@pytest.mark.parametrize("bounds", [{"min": 0}, {"max": 0}, {"min": 5, "max": 5}])
def test_bounds_may_be_tight(load, bounds):
    (field,) = load(content(entry(**bounds))).fields
    assert {"min": field.min, "max": field.max} == {"min": None, "max": None, **bounds}


def test_an_option_may_be_its_value_alone(load):
    (field,) = load(content(entry(type="select", options=["red", {"value": "blue", "synonyms": ["navy"]}]))).fields
    assert field.options == (Option("red", "red"), Option("blue", "blue", ("navy",)))


def two(one, other):
    return entry(type="select", options=[one, other])


@pytest.mark.parametrize(
    ("fault", "names"),
    [
        (entry(colour="red"), ["colour", "unknown field `colour`"]),
        (entry(type="txt"), ["colour", "type 'txt'", "longtext"]),
        (entry(expiresAfterDays=0), ["colour", "1 to 3650 days", "not 0"]),
        (entry(policy="auto"), ["colour", "policy 'auto'", "single, reason, dual, human_only"]),
        (entry(priority="urgent"), ["colour", "priority 'urgent'"]),
        (entry(sensitivity=5), ["colour", "sensitivity 5"]),
        (entry(sensitivity=0), ["colour", "sensitivity 0"]),
        (entry(key=""), ["key"]),
        (entry(key="a\u202eb"), ["printable"]),
        (entry(label=" "), ["colour", "label"]),
        (entry(type="select"), ["colour", "needs options"]),
        (entry(type="select", options=[]), ["colour", "needs options"]),
        (entry(options=["red"]), ["colour", "a text has no options"]),
        (two("red", "red"), ["colour", "twice"]),
        (two("self_employed", "Self-employed"), ["colour", "'self_employed' and 'Self-employed'", "'self employed'"]),
        (two("red", {"value": "blue", "synonyms": ["Red"]}), ["'red' and 'blue'"]),
        (two("", "red"), ["colour", "must not be empty"]),
        (two({"value": "red", "color": 1}, "blue"), ["colour", "unknown field `color`"]),
        (entry(type="list", items="string"), ["colour", "items 'string'"]),
        (entry(type="list", items="select"), ["colour", "needs options"]),
        (entry(items="text"), ["colour", "only a list has items"]),
        (entry(pattern="("), ["colour", "pattern '('"]),
        (entry(type="date", pattern="."), ["colour", "date takes no pattern"]),
        (entry(min=3, max=2), ["colour", "min 3 is more than max 2"]),
        (entry(min=1.5), ["colour", "whole numbers"]),
        (entry(max=-1), ["colour", "whole numbers"]),
        (entry(type="list", max=3), ["colour", "a list takes neither"]),
        (entry(min=True), ["colour", "got `bool`"]),
        ({"key": "colour"}, ["colour", "missing required field `label`"]),
        ({"label": "x"}, ["number 1", "missing required field `key`"]),
    ],
)
def test_a_faulty_field_is_named(load, fault, names):
    with pytest.raises(Invalid) as refused:
        load(content(fault))
    assert refused.value.code == "invalid_schema"
    for name in ["ours.json", *names]:
        assert name in refused.value.sentence


@pytest.mark.parametrize(
    ("thing", "name"),
    [
        (content(entry(), entry()), "the field colour twice"),
        (content(entry(), colour=1), "colour"),
        (content(fxPerUnit={"GBP": 0}), "GBP"),
        (content(currency="usd"), "'usd'"),
        ({"version": "1"}, "fields"),
        ([], "Expected `object`"),
        ("{", "cannot be read"),
        ('{"version": NaN}', "NaN is not JSON"),
        ("[" * 100_000, "cannot be read"),
        ('{"fields": [{"key": "colour", "policy": "dual", "policy": "single"}]}', "'policy' is given twice in colour"),
        (
            content(entry(type="decimal", max=10**400)).__repr__().replace("'", '"').replace(str(10**400), "1e400"),
            "finite",
        ),
    ],
)
def test_a_faulty_file_is_refused(load, thing, name):
    with pytest.raises(Invalid, match=r"ours\.json") as refused:
        load(thing)
    assert refused.value.code == "invalid_schema"
    assert name in refused.value.sentence


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(Invalid, match=r"nowhere\.json cannot be read: No such file"):
        load_schema(tmp_path / "nowhere.json")
