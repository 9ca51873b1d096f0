"""One of many by name: a customer or an RM, in a filter or a form.

Few are listed. Of more, one is typed, with suggestions: by name or id, an RM by e-mail address too. It works without scripts and
however many there are, since no page reads them all. In an address whoever was found stands by id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from placet.customers import records
from placet.db.engine import Connection
from placet.errors import Invalid
from placet.identity import users
from placet.identity.principal import Principal
from placet.identity.users import User
from placet.web import views
from placet.web.pages import forms

FEW = 50  # are listed
NEAR = 8  # are named at the most where a text could mean several
SUGGESTED = 1000  # RMs at the most; whoever is not among them is found by typing all the same
SEARCH = f"/api/customers?limit={NEAR}&q="


class Meant(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a text means: by `id` (None: it is empty), and how a field says it; else why that is `unclear`, and who comes near.

    Not `exact`: only a part of the name was said, which nobody else has in theirs.
    """

    id: str | None = None
    said: str = ""
    exact: bool = True
    unclear: str = ""
    near: tuple[views.Choice, ...] = ()


async def customer(connection: Connection, who: Principal, text: str | None) -> Meant:
    """The customer whom a text means by id, by name or by a part of it, of those the caller may see."""
    said = (text or "").strip()
    if not said:
        return Meant()
    found = await records.meant(connection, who, said)
    exact, more = bool(found), None
    if not exact:
        close, more = await records.list_customers(connection, who, search=said, limit=NEAR, values=False)
        found = {each.id: each.name for each in close}
    if len(found) == 1:
        [(found_id, name)] = found.items()
        alone = len(await records.meant(connection, who, name)) == 1
        return Meant(id=found_id, said=name if alone else f"{name}, {found_id}", exact=exact)
    if exact:
        unclear = f"{len(found)} customers are called {next(iter(found.values()))}"
    elif found:
        unclear = f"{'Many' if more else 'Several'} customers have “{said[:60]}” in their name"
    else:
        unclear = f"No customer is called “{said[:60]}”"
    return Meant(id=said, said=said, unclear=unclear, near=_told_apart(found.items())[:NEAR])


async def rm(connection: Connection, text: str | None) -> Meant:
    """The RM whom a text means by id, name or e-mail address, also one who signs in no more; or by a part of these."""
    said = (text or "").strip()
    if not said:
        return Meant()
    try:
        user, exact = await _rm(connection, said, left=True), True
    except Invalid as error:
        close, _ = await users.page(connection, search=said, active_rms=True, limit=NEAR)
        if len(close) != 1:
            near = tuple(views.Choice(value=each.id, label=_called(each)) for each in close)
            return Meant(id=said, said=said, unclear=error.sentence.rstrip("."), near=near)
        user, exact = close[0], False
    return Meant(id=user.id, said=_called(user), exact=exact)


async def customer_filter(
    connection: Connection, who: Principal, meant: Meant, often: Iterable[views.Lately], nobody: str = "Any customer"
) -> views.Filter:
    """What a customer is chosen in: a list, or a text that suggests those who are there `often` until something is typed."""
    listed, more = await records.list_customers(connection, who, limit=FEW, values=False)
    none = views.Choice(value="", label=nobody)
    if more is None:
        choices = tuple(views.Choice(value=each.id, label=each.name) for each in listed)
        return _filter("customer", "Customer", (none, *choices), meant)
    suggested = meant.near or _told_apart((each.customer.id, each.customer.name) for each in often)
    return _filter("customer", "Customer", (none, *suggested), meant, typed=True, more=SEARCH)


async def rm_filter(
    connection: Connection, who: Principal, meant: Meant, names: Mapping[str, str], anybody: str
) -> views.Filter:
    """What an RM is chosen in, to see their customers: a list of these, by id, or a text where they are many."""
    none = views.Choice(value="", label=anybody)
    if len(names) <= FEW:
        choices = tuple(views.Choice(value=key, label=name) for key, name in names.items())
        return _filter("rm", "Customers", (none, *choices), meant)
    suggested = (views.Choice(value=said, label=said) for said in await suggestions(connection, who))
    return _filter("rm", "Customers", (none, *suggested), meant, typed=True)


async def suggestions(connection: Connection, who: Principal) -> tuple[str, ...]:
    """How a field is filled with each RM but the one who fills it in: "Jonas Reber, jonas.reber@placet.example"."""
    found, _ = await users.page(connection, active_rms=True, limit=SUGGESTED)
    return tuple(_called(user) for user in found if user.id != who.id)


async def chosen(connection: Connection, sent: Mapping[str, str], field: str, *, left: bool = False) -> str:
    """The id of the RM whom a field of the form means, by such a text or by name, address or id alone.

    `left`: also one who signs in no more. Raises `forms.Wrong`, which says what did not match.
    """
    try:
        return (await _rm(connection, sent[field].strip(), left=left)).id
    except Invalid as error:
        raise forms.Wrong(field, error.sentence) from error


def in_full(meant: Meant, field: str, otherwise: str) -> str:
    """The id of whom a field of a form means, who is never guessed. Raises `forms.Wrong`: `otherwise`, where it is empty."""
    if meant.id is None or meant.unclear:
        near = ", ".join(each.label for each in meant.near)
        raise forms.Wrong(field, f"{meant.unclear or otherwise}{': ' if near else ''}{near}.")
    if not meant.exact:
        raise forms.Wrong(field, f"Is it {meant.said}? Then send it once more.")
    return meant.id


async def _rm(connection: Connection, said: str, *, left: bool) -> User:
    return await users.find_rm(connection, said.rsplit(maxsplit=1)[-1].strip("<>") if "@" in said else said, left=left)


def _called(user: User) -> str:
    return f"{user.name}, {user.email}"


def _told_apart(customers: Iterable[tuple[str, str]]) -> tuple[views.Choice, ...]:
    """Customers by id and name, as a field says each: two of one name with their ids."""
    found = list(customers)
    often = Counter(name for _, name in found)
    return tuple(views.Choice(value=key, label=name if often[name] == 1 else f"{name}, {key}") for key, name in found)


def _filter(
    name: str, label: str, choices: tuple[views.Choice, ...], meant: Meant, *, typed: bool = False, more: str = ""
) -> views.Filter:
    return views.Filter(
        name=name,
        label=label,
        choices=choices,
        value=meant.said if typed else meant.id or "",
        typed=typed,
        more=more,
        unclear=meant.unclear,
        near=meant.near,
    )
