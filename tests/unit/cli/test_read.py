"""`placet read` needs a note and nothing else."""

import io
import json

import pytest

from placet.cli.main import run

NOTE = "Call with Tomasz.\r\nHis email is now tomasz@wrona.example. He has two children who depend on him.\r\n"


@pytest.fixture
def note(tmp_path):
    path = tmp_path / "note.md"
    path.write_bytes(NOTE.encode())
    return str(path)


def test_the_shape_is_the_contracts(note, capsys):
    assert run(["read", note, "--profile", '{"email": "old@wrona.example"}', "--client", "Tomasz Wrona", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == ["proposals", "notProposed", "nudges"]
    [email] = [each for each in found["proposals"] if each["fieldKey"] == "email"]
    members = "fieldKey fieldDisplayName proposedValue previousValue sourceText start end confidence why"
    assert list(email) == members.split()
    assert (email["proposedValue"], email["previousValue"]) == ("tomasz@wrona.example", "old@wrona.example")
    assert NOTE.replace("\r\n", "\n")[email["start"] : email["end"]] == email["sourceText"]
    assert all(set(each) == {"id", "fieldKey", "question", "why"} for each in found["nudges"])


def test_for_a_person_it_is_a_table(note, capsys):
    assert run(["read", note, "--profile", '{"email": "old@wrona.example"}']) == 0
    printed = capsys.readouterr().out
    assert "old@wrona.example → tomasz@wrona.example" in printed
    assert "high" in printed


def test_a_note_from_stdin_with_nothing_in_it(capsys, monkeypatch):
    stdin = io.TextIOWrapper(io.BytesIO("\ufeffThe weather was fine.".encode()))
    monkeypatch.setattr("sys.stdin", stdin)
    assert run(["read", "-"]) == 0
    assert capsys.readouterr().out.startswith("Nothing to propose.")


def test_a_schema_of_its_own_and_a_profile_from_a_file(note, tmp_path, capsys):
    schema = {"version": "1", "fields": [{"key": "mail", "label": "Email", "section": "Contact", "type": "email"}]}
    (tmp_path / "schema.json").write_text(json.dumps(schema))
    (tmp_path / "profile.json").write_text('{"mail": "old@wrona.example"}')
    command = [
        "read",
        note,
        "--schema",
        str(tmp_path / "schema.json"),
        "--profile",
        f"@{tmp_path / 'profile.json'}",
        "--json",
    ]
    assert run(command) == 0
    assert {each["fieldKey"] for each in json.loads(capsys.readouterr().out)["proposals"]} <= {"mail"}


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--profile", '{"nothing": 1}'], "There is no field 'nothing' in the profile schema."),
        (["--profile", '{"email": "x"}'], "Email does not take"),
        (["--schema", "/no/schema.json"], "The profile schema schema.json cannot be read"),
        (["--profile", "@/no/profile.json"], "/no/profile.json cannot be read: No such file or directory."),
    ],
)
def test_what_it_refuses(note, more, sentence, capsys):
    assert run(["read", note, *more]) == 1
    assert sentence in capsys.readouterr().err


def test_a_note_that_is_not_text(tmp_path, capsys):
    (tmp_path / "note.docx").write_bytes(b"PK\x03\x04\xff\xfe")
    assert run(["read", str(tmp_path / "note.docx")]) == 1
    assert "is not UTF-8 text (byte 4)" in capsys.readouterr().err
