"""A file becomes customers, or the list of everything that is wrong with it."""

import json

import pytest

from placet.customers.importing import Fault, match, plan, read_csv, read_json
from placet.customers.schema import load_schema
from placet.errors import Invalid, InvalidItems


@pytest.fixture(scope="module")
def schema():
    return load_schema()


def planned(text, schema, given=None, read=read_csv):
    sheet = read(text)
    return plan(sheet, match(sheet.columns, schema, given or {}), schema)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_with_any_separator(schema, separator):
    text = "Name;Date of birth;EMAIL;rm\r\nAda Quist;1971-06-24;ada@placet.example;r1\r\n\r\n".replace(";", separator)
    [ada] = planned(text, schema)
    assert (ada.row, ada.name, ada.rm) == (2, "Ada Quist", "r1")
    assert ada.profile == {"dateOfBirth": "1971-06-24", "email": "ada@placet.example"}


def test_quotes_line_breaks_and_empty_cells(schema):
    text = 'name,relationshipNotes,employer,dependants\n"Quist, ""Ada""","Baker\nand brewer",,2\n'
    [ada] = planned(text, schema)
    assert ada.name == 'Quist, "Ada"'
    assert ada.profile == {"relationshipNotes": "Baker\nand brewer", "dependants": 2}


def test_lists_and_json_in_cells(schema):
    text = 'name;interests;familyMembers;pep\nAda;"sailing | opera\nchess";"[{""name"": ""Bo""}]";no\n'
    [ada] = planned(text, schema)
    assert ada.profile == {"interests": ["sailing", "opera", "chess"], "familyMembers": [{"name": "Bo"}], "pep": False}


def test_a_map_says_what_columns_are(schema):
    text = "first,last,born,No.\nAda,Quist,1971-06-24,7\n"
    given = {"first": "name", "last": "name", "born": "dateOfBirth", "No.": None}
    [ada] = planned(text, schema, given)
    assert (ada.name, ada.profile) == ("Ada Quist", {"dateOfBirth": "1971-06-24"})


@pytest.mark.parametrize(
    ("text", "given", "sentence"),
    [
        ("name,shoe size\nA,4\n", {}, "No field is called 'shoe size'."),
        ("name\nA\n", {"nome": "name"}, "The map names columns that the file does not have: 'nome'."),
        ("name,x\nA,1\n", {"x": "shoes"}, "The map sends 'x' to 'shoes', which is no field."),
        ("name,email,E-mail\nA,,\n", {"E-mail": "email"}, "More than one column is 'email'."),
        ("email\na@placet.example\n", {}, "No column is the customers' name."),
    ],
)
def test_columns_that_do_not_fit(schema, text, given, sentence):
    with pytest.raises(Invalid, match=sentence.replace("'", ".")):
        planned(text, schema, given)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The file is empty"),
        ("\n \n", "The file is empty"),
        ("name,,x\n", "Column 2 has no name"),
        ("name,name\n", "The head has 'name' more than once"),
        ('name\n"open\n', "is not CSV"),
    ],
)
def test_a_file_that_is_no_table(text, sentence):
    with pytest.raises(Invalid, match=sentence):
        read_csv(text)


def test_every_fault_of_every_row_is_listed(schema):
    text = "name,email,dependants\nA,a@placet.example,1\n,x,many\nB,b\nC,c@placet.example,2,more\n"
    with pytest.raises(InvalidItems, match="3 of 4 rows cannot be imported, so none was") as raised:
        planned(text, schema)
    faults = raised.value.members["errors"]
    where = [(fault["row"], fault.get("column")) for fault in faults]
    assert where == [
        (3, "email"),
        (3, "dependants"),
        (3, "name"),
        (4, None),
        (5, None),
    ]
    assert faults[0]["error"].startswith("Email does not take")
    assert faults[3]["error"] == "The row has 2 cells, the head 3."


def test_json_in_both_forms_and_as_customers_are_printed(schema):
    flat = {"name": "Ada", "Occupation": "Baker", "interests": []}
    nested = {"id": "x", "name": "Bo", "rmId": "r1", "profile": {"occupation": "Brewer", "dependants": None}}
    for text in (json.dumps([flat, nested]), f"{json.dumps(flat)}\n\n{json.dumps(nested)}\n"):
        sheet = read_json(text)
        given = {"Occupation": None} if "Occupation" in sheet.columns and "occupation" in sheet.columns else {}
        ada, bo = plan(sheet, match(sheet.columns, schema, given), schema)
        assert (ada.name, ada.profile) == ("Ada", {"interests": []})
        assert (bo.name, bo.rm, bo.profile) == ("Bo", "r1", {"occupation": "Brewer"})


def test_json_that_is_none():
    with pytest.raises(Invalid, match="The file is not JSON"):
        read_json("[1,")
    with pytest.raises(Invalid, match="The file is not JSON: The number 1e400 cannot be kept exactly"):
        read_json('[{"name": 1e400}]')
    sheet = read_json('{"name": "A"}\nnonsense\n7\n')
    assert [fault.row for fault in sheet.broken] == [2, 3]
    assert sheet.broken[1] == Fault(3, "This is not an object.")


def test_a_value_that_cannot_be_stored_names_its_row(schema):
    with pytest.raises(InvalidItems) as raised:
        planned("name,occupation\nA\x00B,C\x00D\n", schema)
    assert {fault["column"] for fault in raised.value.members["errors"]} == {"name", "occupation"}
