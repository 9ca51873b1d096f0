"""What a person wants to be told by mail: nothing, once a day what waits, or each batch as it comes."""

from __future__ import annotations

from placet.db.engine import Connection, statements
from placet.errors import Forbidden, Invalid
from placet.identity.principal import Principal

SQL = statements(__package__, "choice.sql")
CHOICES = {"off": "No mail", "daily": "Once a day, what waits", "at_once": "At once, for each note that was read"}


async def chosen(connection: Connection, who: Principal) -> str:
    """What this person chose; `off` until they do. Forbidden for an agent, which has nowhere to be told."""
    _check(who)
    return str(await connection.fetchval(SQL["chosen"], who.id) or "off")


async def choose(connection: Connection, who: Principal, choice: str) -> str:
    """Set it. What waits already is not told at once; Invalid `unknown_choice`."""
    _check(who)
    if choice not in CHOICES:
        raise Invalid(f"Mail is one of: {', '.join(CHOICES)}.", code="unknown_choice")
    await connection.execute(SQL["choose"], who.id, choice)
    return choice


def _check(who: Principal) -> None:
    if who.is_agent:
        raise Forbidden("An agent is told nothing by mail.", code="people_only")
