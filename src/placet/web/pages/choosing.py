"""An RM in a form: typed by name or e-mail address, with those there are suggested. Works without scripts and for hundreds."""

from __future__ import annotations

from collections.abc import Mapping

from placet.db.engine import Connection
from placet.errors import Invalid
from placet.identity import users
from placet.identity.principal import Principal
from placet.web.pages import forms

SUGGESTED = 1000  # at the most; whoever is not among them is found by typing all the same


async def suggestions(connection: Connection, who: Principal) -> tuple[str, ...]:
    """How a field is filled with each RM but the one who fills it in: "Jonas Reber, jonas.reber@placet.example"."""
    found, _ = await users.page(connection, active_rms=True, limit=SUGGESTED)
    return tuple(f"{user.name}, {user.email}" for user in found if user.id != who.id)


async def chosen(connection: Connection, sent: Mapping[str, str], field: str, *, left: bool = False) -> str:
    """The id of the RM whom a field of the form means, by such a text or by name, address or id alone.

    `left`: also one who signs in no more. Raises `forms.Wrong`, which says what did not match.
    """
    said = sent[field].strip()
    try:
        return (await users.find_rm(connection, said.split()[-1].strip("<>") if "@" in said else said, left=left)).id
    except Invalid as error:
        raise forms.Wrong(field, error.sentence) from error
