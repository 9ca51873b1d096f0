"""Tell an external CRM of an approved change of a profile: one JSON Patch (RFC 6902) to the customer's record there.

The patch first tests that the record still has the value that was replaced here, so that a CRM that moved on is told nothing
and the delivery says so. An attempt whose answer was lost is recognised: a record that has the new value already is done.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from placet.db.engine import statements
from placet.errors import Invalid
from placet.triggers.addresses import Refused, check_url
from placet.triggers.outside import MAX_ANSWER, Answer, CallFailed
from placet.triggers.trigger import Context, Delivery, Done, Failed, Result, RetryLater, Trigger

SQL = statements(__package__, "crm_update.sql")
PATCH = "application/json-patch+json"
_POINTER = re.compile(r"(?:/(?:[^~/]|~[01])*)+")
_PLACE = re.compile(r"\{(customer_id|profile\.[A-Za-z_][A-Za-z0-9_]*)\}")
_AGAIN = (408, 425, 429)


class CrmConfig(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Where a customer's record is, and where in it a field stands.

    `url` has `{customer_id}`, or `{profile.KEY}` for the id that a field of the profile holds. `fields` maps a field's key to a
    JSON Pointer in the record; a field that is not in it is not told, and with none every field stands under its own key.
    `test` false patches without comparing first. `token` goes as a bearer token.
    """

    url: str
    fields: dict[str, str] = {}
    test: bool = True
    token: str | None = None


class UpdateCrm(Trigger):
    """`crm.update`: for changes of profile fields."""

    name, label = "crm.update", "Tell the CRM"
    Config = CrmConfig
    secrets = frozenset({"token"})

    def check(self, config: CrmConfig) -> None:
        """The address must be one that may be called whatever the customer, and each place in the record a JSON Pointer."""
        if not _PLACE.search(config.url):
            raise Invalid(
                "The address says whose record it is: by {customer_id} or {profile.KEY}.", code="invalid_config"
            )
        check_url(_PLACE.sub("x", config.url), loopback=True)
        for key, pointer in config.fields.items():
            if not _POINTER.fullmatch(pointer):
                raise Invalid(
                    f"{key[:40]} maps to a JSON Pointer such as /risk/profile, not {pointer[:40]!r}.",
                    code="invalid_config",
                )

    async def call(self, delivery: Delivery, config: CrmConfig, context: Context) -> Result:
        """Patch the record, or find that it has the value."""
        if delivery.field is None:
            return Failed(why="Only a change of a profile field is told to a CRM.")
        pointer = _pointer(config, delivery.field)
        if pointer is None:
            return Done(detail=f"{delivery.field} is none of the fields the CRM is told of.")
        address = await _address(config.url, delivery, context)
        if address is None:
            return Failed(why="The customer has no id in the CRM: the field that holds it is empty.")
        headers = {"Content-Type": PATCH, "Accept": "application/json", "Idempotency-Key": delivery.id}
        if config.token is not None:
            headers["Authorization"] = f"Bearer {config.token}"
        try:
            answer = await context.outside.send("PATCH", address, patch(delivery, pointer, test=config.test), headers)
            if answer.good:
                return Done(detail="Applied in the CRM.", status_code=answer.status)
            if answer.status in (409, 412, 422):
                return await _conflict(answer, delivery, pointer, address, headers, context)
        except Refused as error:
            return Failed(why=str(error))
        except CallFailed as error:
            return RetryLater(why=str(error))
        if answer.status >= 500 or answer.status in _AGAIN:
            return RetryLater(
                why=f"The CRM answered {answer.status}.", status_code=answer.status, after=answer.retry_after
            )
        return Failed(why=f"The CRM answered {answer.status}: {_beginning(answer)}.", status_code=answer.status)


def patch(delivery: Delivery, pointer: str, *, test: bool) -> bytes:
    """The JSON Patch of a change: that the record has the former value (where there was one), then the new one."""
    steps = [{"op": "test", "path": pointer, "value": delivery.former}] if test and delivery.former is not None else []
    return msgspec.json.encode([*steps, {"op": "add", "path": pointer, "value": delivery.value}])


async def _conflict(
    answer: Answer, delivery: Delivery, pointer: str, address: str, headers: Mapping[str, str], context: Context
) -> Result:
    """What the record says instead, where it can be read: the new value already, or another."""
    asked = {name: value for name, value in headers.items() if name in ("Accept", "Authorization")}
    record = await context.outside.send("GET", address, b"", asked, keep=MAX_ANSWER)
    there, now = _at(record, pointer)
    if there and now == delivery.value:
        return Done(detail="The CRM has it already.", status_code=record.status)
    # What it has instead stays in the CRM: who may read this log may not be who may read that.
    why = "it has another value by now" if there else _beginning(answer)
    return Failed(why=f"Not applied in the CRM ({answer.status}): {why}.", status_code=answer.status)


def _at(record: Answer, pointer: str) -> tuple[bool, Any]:
    """Whether a record has something at a JSON Pointer, and what."""
    if not record.good:
        return False, None
    try:
        found: Any = msgspec.json.decode(record.text)
        for token in pointer.split("/")[1:]:
            key = token.replace("~1", "/").replace("~0", "~")
            found = found[int(key)] if isinstance(found, list) else found[key]
    except (msgspec.DecodeError, KeyError, IndexError, ValueError, TypeError):
        return False, None
    return True, found


def _pointer(config: CrmConfig, field: str) -> str | None:
    if not config.fields:
        return "/" + field.replace("~", "~0").replace("/", "~1")
    return config.fields.get(field)


async def _address(url: str, delivery: Delivery, context: Context) -> str | None:
    """The record's address; None where the profile does not say which record it is."""
    async with context.reading() as connection:
        rows = await connection.fetch(SQL["profile"], delivery.customer_id)
    profile = {row["field"]: msgspec.json.decode(row["value"]) for row in rows}
    known = {"customer_id": delivery.customer_id, **{f"profile.{key}": value for key, value in profile.items()}}
    names = [found[1] for found in _PLACE.finditer(url)]
    if any(known.get(name) in (None, "") for name in names):
        return None
    return _PLACE.sub(lambda found: quote(str(known[found[1]]), safe=""), url)


def _beginning(answer: Answer) -> str:
    return " ".join(answer.text.split())[:200] or "nothing more"
