"""Values that others collected: telephone numbers of every region, and strings that break programs."""

import json
from pathlib import Path

import pytest

from placet.customers.fields import canonical, change, control, display, from_form
from placet.errors import InvalidValue
from unit.customers.field_samples import field

EXTERNAL = Path(__file__).parents[3] / ".." / "shared" / "data" / "external"


def external(name):
    path = EXTERNAL / name
    if not path.exists():
        pytest.skip("left out: external data not present")
    return json.loads(path.read_text(encoding="utf-8"))


def test_an_example_number_of_every_region_becomes_e164():
    phone = field("phone")
    examples = external("phone-examples/phone_examples.json")
    assert len(examples) > 400
    for example in examples:
        assert canonical(phone, example["national"], region=example["region"]) == example["e164"]
        assert canonical(phone, example["international"]) == example["e164"]
        assert canonical(phone, example["e164"]) == example["e164"]
        assert display(phone, example["e164"]) == example["international"]


@pytest.mark.parametrize("name", ["text", "longtext", "any", "email", "country", "phone", "date", "decimal"])
def test_naughty_strings_are_kept_or_refused(name):
    of = field(name)
    kept = 0
    for raw in external("naughty-strings/blns.json"):
        try:
            value = canonical(of, raw)
        except InvalidValue as refused:
            str(refused).encode()
            continue
        kept += 1
        assert canonical(of, value) == value
        assert canonical(of, from_form(of, [control(of, value).value])) == value
        assert change(of, value, None).before == display(of, value)
    assert kept > {"text": 450, "longtext": 490, "any": 500}.get(name, -1)
