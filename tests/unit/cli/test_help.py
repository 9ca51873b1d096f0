"""Every command explains itself, starts fast, and answers a wrong call with 2 and one line."""

import re
import subprocess
import sys

import pytest
import typer

from placet.cli.main import app, run

COMMANDS = {
    "demo": "--port --no-browser --reset",
    "serve": "--host --port --workers --no-worker",
    "worker": "",
    "migrate": "--json",
    "doctor": "--json",
    "types": "--json",
    "users add": "--email --role --password-stdin --json",
    "users list": "--json",
    "users disable": "--json",
    "users reset-password": "--password-stdin --json",
    "tokens create": "--user --agent --customer --field --quota --expires-in --json",
    "tokens list": "--json",
    "tokens revoke": "",
    "customers add": "--name --rm --profile --json",
    "customers list": "--json",
    "customers show": "--json",
    "customers reassign": "--rm --json",
    "audit verify": "--against --key --json",
    "audit proof": "",
    "audit check": "--key --json",
    "audit export": "",
    "audit key": "--new --name --json",
    "customers import": "--map --dry-run --json",
    "read": "--profile --client --date --locale --schema --json",
    "propose": "--customer --title --date --locale --at-once --wait --dry-run --json",
    "eval": "--schema --report --attacks --min-precision --min-recall --max-traps --errors --json",
    "inbox": "--json",
    "decide": "--value --reason --over --json",
    "show": "--save --json",
    "act": "--reason --json",
    "notify": "--json",
    "reject": "--agent --customer --batch --source --field --confidence --count --reason --yes --json",
    "hand-over": "--until --reason --json",
    "users enable": "--json",
    "users sign-out": "--json",
    "tokens rotate": "--keep-for --json",
    "triggers list": "--json",
    "triggers add": "--kind --config --delay --note --json",
    "triggers webhook": "--kind --values --delay --note --json",
    "triggers on": "",
    "triggers off": "",
    "triggers remove": "",
    "deliveries list": "--status --rule --artifact --limit --json",
    "deliveries replay": "",
    "teams add": "--json",
    "teams list": "--json",
    "teams show": "--json",
    "teams rename": "",
    "teams remove": "",
    "teams set-member": "--may",
    "teams remove-member": "",
    "teams assign": "--team --none",
    "delegations add": "--from --to --until --start --customer --reason --json",
    "delegations list": "--json",
    "delegations end": "",
}


def leaves(command, path=()):
    members = getattr(command, "commands", None)
    if members is None:
        yield " ".join(path), command
        return
    for name, member in members.items():
        yield from leaves(member, (*path, name))


LEAVES = dict(leaves(typer.main.get_command(app)))


def test_the_commands_are_those_that_were_promised():
    assert sorted(LEAVES) == sorted(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_says_what_a_command_does_and_explains_every_option(command, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert run([*command.split(), "--help"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"Usage: placet {command}")
    for option in COMMANDS[command].split():
        assert option in text
    sentence = LEAVES[command].help.split("\n\n")[0]
    assert re.fullmatch(r"[A-Z].*\.", sentence, re.S), sentence
    for parameter in LEAVES[command].params:
        assert parameter.name == "help" or parameter.help, f"{command}: {parameter.name} is not explained"


@pytest.mark.parametrize(
    "group",
    [[], ["users"], ["tokens"], ["customers"], ["teams"], ["delegations"], ["triggers"], ["deliveries"]],
    ids=lambda group: " ".join(group) or "placet",
)
def test_the_list_of_commands_fits_a_terminal(group, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert run([*group, "-h"]) == 0
    text = capsys.readouterr().out
    assert "..." not in text.partition("Commands:")[2], "a command's first sentence is too long for the list"


def test_nothing_heavy_is_imported_before_a_command_runs():
    heavy = ["sqlalchemy", "litestar", "phonenumbers", "rich", "asyncpg", "httpx", "msgspec", "asyncio", "uvicorn"]
    code = f"import sys, placet.cli; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_model_is_imported_by_what_does_without():
    """Reading offline, the server with its pages and its chat until the first turn: pydantic-ai takes seconds to load."""
    code = (
        "import sys, asyncio, placet.api.app, placet.web.pages, placet.repository, placet.agent.session;"
        "from placet.agent.mind import Brief, Mind; from placet.customers.schema import load_schema;"
        "reading = asyncio.run(Mind().read(Brief(text='She works as a teacher.', schema=load_schema())));"
        "print(len(reading.proposals), [name for name in ('pydantic_ai', 'pydantic', 'openai') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1 []"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["users", "add", "Ada"], "Missing option '--email'"),
        (["users", "add", "Ada", "--email", "a@placet.example", "--role", "boss"], "'boss' is not one of 'rm'"),
        (["tokens", "create"], "give either --user or --agent"),
        (["tokens", "create", "--user", "u", "--agent", "a"], "give either --user or --agent"),
        (["tokens", "create", "--user", "u", "--customer", "c"], "--customer bounds an agent's token"),
        (["customers", "reassign", "c"], "either --rm USER or --nobody"),
        (["customers", "add", "--name", "N", "--rm", "r", "--profile", "[1]"], "--profile takes a JSON object"),
        (["customers", "add", "--name", "N", "--rm", "r", "--profile", "{"], "--profile takes JSON"),
        (["read", "-", "--date", "soon"], "--date takes a day like 2026-11-30, not 'soon'"),
        (["propose", "--customer", "c", "a", "b", "--title", "t"], "--title is for one note"),
        (["propose", "--customer", "c", "-", "-"], "stdin (-) can be read once"),
        (["decide", "x", "edit"], "edit needs --value"),
        (["decide", "x", "accept", "--value", "1"], "--value goes with edit only"),
        (["decide", "x", "reject", "--over", "1"], "--over goes with accept and edit only"),
        (["decide", "x", "edit", "--value", "growth"], "A text stands in quotes"),
        (["decide", "x", "edit", "--value", "1e400"], "cannot be kept exactly"),
        (["decide", "x", "maybe"], "'maybe' is not one of 'accept'"),
        (["serve", "--port", "70000"], "less than or equal to 65535"),
    ],
)
def test_a_wrong_call_ends_with_2_and_a_sentence(arguments, sentence, capsys):
    assert run(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("placet: ")
    assert sentence in printed.err
    assert "--help explains." in printed.err


def test_called_with_nothing_it_shows_its_help(capsys):
    assert run([]) == 2
    assert "Usage: placet" in capsys.readouterr().err


def test_the_version(capsys):
    from placet._version import __version__

    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"placet {__version__}\n"


def test_a_fault_of_ours_is_one_line_and_no_traceback(capsys, monkeypatch):
    def broken():
        raise KeyError("oops")

    monkeypatch.setattr("placet.artifacts.artifact_type.artifact_types", broken)
    assert run(["types"]) == 1
    printed = capsys.readouterr().err
    assert re.fullmatch(r"placet: KeyError: 'oops' \(doctor\.py:\d+\)\n", printed)


def test_types_are_listed(capsys):
    import json

    assert run(["types", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["broken"] == {}
    [edit] = [each for each in found["artifactTypes"] if each["name"] == "profile_edit"]
    assert edit["statuses"][:4] == ["pending", "accepted", "edited", "rejected"]
    assert edit["payload"]["$defs"]["ProfileEditPayload"]["properties"]["field_key"] == {"type": "string"}
    assert run(["types"]) == 0
    assert "Profile edit" in capsys.readouterr().out


def test_a_plug_in_that_does_not_load_is_told(capsys, monkeypatch):
    monkeypatch.setattr(
        "placet.artifacts.artifact_type.broken_types", lambda: {"call_back": "ImportError: no such module"}
    )
    assert run(["types"]) == 0
    assert "The plug-in call_back could not be loaded: ImportError: no such module" in capsys.readouterr().err
