"""One artifact from the command line, as a client of a server: `placet show` its card and files, `placet act` on it;
and `placet notify`, which mails somebody wants about what waits.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from placet.cli.deciding import the_client
from placet.cli.given import AsJson, Misuse
from placet.cli.output import print_json, say, tell

if TYPE_CHECKING:
    from placet.artifacts.card import Card
    from placet.client import Artifact

_Id = Annotated[str, typer.Argument(metavar="ID", help="The artifact's id, as the inbox shows it.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("show", epilog="Example: placet show ARTIFACT_ID --save task.ics. Needs PLACET_URL and PLACET_TOKEN.")(
        show
    )
    app.command("act", epilog="Example: placet act ARTIFACT_ID finish. Needs PLACET_URL and PLACET_TOKEN.")(act)
    app.command("notify", epilog="Example: placet notify daily. Needs PLACET_URL and PLACET_TOKEN.")(notify)


def show(
    artifact_id: _Id,
    save: Annotated[
        str | None, typer.Option(metavar="FILE", help="Save this file of the artifact, here under its name.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show an artifact: what it says, its quote, its files."""
    with the_client() as client:
        if save is not None:
            _save(client.get_file(artifact_id, save), save)
            return
        artifact, card = client.get_artifact(artifact_id), client.get_card(artifact_id)
    if as_json:
        print_json({"artifact": artifact, "card": card})
        return
    for line in _lines(artifact, card):
        say(line)


def act(
    artifact_id: _Id,
    action: Annotated[
        str, typer.Argument(metavar="ACTION", help="An action of its type, such as finish.", show_default=False)
    ],
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why; the trail keeps it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Do what an artifact's type offers, such as finish."""
    with the_client() as client:
        artifact = client.act(artifact_id, action, reason=reason)
    if as_json:
        print_json(artifact)
    else:
        say(f"{artifact.title} of {artifact.customer_name}: {action} is done.")


def notify(
    choice: Annotated[
        str | None, typer.Argument(metavar="CHOICE", help="off, daily or at-once; left out: shows it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say which mails you want about what waits for you."""
    with the_client() as client:
        found = client.notifications(choice.replace("-", "_") if choice is not None else None)
    if as_json:
        print_json(found)
        return
    say(f"Mail: {found.choice.replace('_', ' ')}.")
    if not found.mail:
        tell("This server cannot send mail yet.")


def _save(content: bytes, name: str) -> None:
    there = Path(Path(name).name)
    try:
        with there.open("xb") as file:
            file.write(content)
    except OSError as error:
        raise Misuse(f"{there} cannot be written: {error.strerror}.") from None
    tell(f"Saved {there}, {len(content):,} bytes.")


def _lines(artifact: Artifact, card: Card) -> list[str]:
    facts: list[tuple[str, Any]] = [("Customer", artifact.customer_name), ("Status", artifact.status)]
    if card.lines:
        facts += [(line.label, line.text) for line in card.lines]
    else:
        facts += [("Now", card.now), ("Proposed", card.proposed)]
    facts.append(("Quote", artifact.payload.get("source_text")))
    facts += [("Flag", badge.label) for badge in card.badges]
    facts += [("File", f"{file.name} ({file.label})") for file in card.files]
    facts += [("Done", f"{each.action} by {each.by_name}, {each.at}") for each in artifact.acts]
    facts.append(("Open", ", ".join([*artifact.allowed, *artifact.actions])))
    facts.append(("Trigger", artifact.workflow_trigger))
    wide = max(len(label) for label, _ in facts) + 2
    return [card.title, *(f"{label:<{wide}}{_hung(str(text), wide)}" for label, text in facts if text)]


def _hung(text: str, wide: int) -> str:
    return text.replace("\n", "\n" + " " * wide)
