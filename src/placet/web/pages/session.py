"""A session: talking to the agent about one customer. The page only lays the chat's endpoint out; nothing of the chat is kept.

What was proposed in it is named in the address (`?batch=`), so that a reload loses the chat and no proposal.
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath

from placet.agent.mind import Mind
from placet.agent.read_note import MAX_NOTE
from placet.api.reading import read_query
from placet.artifacts import inbox, sources
from placet.artifacts.artifact import Artifact
from placet.customers import records
from placet.customers.schema import ProfileSchema
from placet.db.engine import Connection
from placet.errors import Forbidden, PlacetError
from placet.identity.principal import Principal
from placet.web import views
from placet.web.pages import show
from placet.web.pages.beside import beside
from placet.web.pages.proposals import open_card, seen
from placet.web.pages.surroundings import html, runtime_and_caller, shell
from placet.web.render import SEEN, segment
from placet.web.views.session import SessionPage

MOST_BATCHES = 20  # of one session; older ones are in the customer's overview all the same


class SessionQuery(msgspec.Struct, kw_only=True):
    """The batches proposed in this session, with dots between their ids, and which card is open."""

    batch: str | None = None
    open: str | None = None
    do: str | None = None
    sel: str | None = None


@get("/customers/{customer_id:str}/session")
async def show_session(request: Request[Any, Any, Any], customer_id: FromPath[str]) -> Response[bytes]:
    """The chat, and beside it what it came to."""
    runtime, who = runtime_and_caller(request)
    query = read_query(request, SessionQuery)
    schema = runtime.schema
    async with runtime.reading() as connection:
        customer = await records.get(connection, who, customer_id)
        around = await shell(request, connection, "customers")
        if not around.may_read:
            raise Forbidden("An auditor reads and never writes.", code="auditor_reads")
        found = await _batches(connection, who, customer_id, (query.batch or "").split("."))
        listed = [artifact for batch in found for artifact in batch]
        near = await beside(connection, who, schema, listed)
        read = [await sources.batch_of(connection, batch[0]) for batch in found]
        opened = await open_card(connection, runtime, who, listed, query.open, query.do)
    reader = runtime.part(Mind).reader
    view = SessionPage(
        shell=around,
        customer=views.Customer(id=customer.id, name=customer.name),
        rm="you" if customer.rm_id == who.id else customer.rm_name or "nobody",
        batches=tuple(show.batch(batch, who, schema, near) for batch in found),
        seen=seen([item for batch in read if batch for item in batch.not_proposed], schema),
        opened=opened,
        in_scope=sum(field.policy != "human_only" for field in schema.fields),
        of=len(schema.fields),
        reader=reader.name,
        offline=reader.model is None,
        max_length=MAX_NOTE,
        chat=f"/api/customers/{segment(customer.id)}/chat",
        words=msgspec.json.encode(_words(schema)).decode(),
    )
    return html(view)


async def _batches(connection: Connection, who: Principal, customer_id: str, ids: list[str]) -> list[list[Artifact]]:
    """The named batches of this customer that are there for the caller; what is not there is passed over."""
    found = []
    for batch_id in list(dict.fromkeys(filter(None, ids)))[-MOST_BATCHES:]:
        try:
            found.append(await inbox.batch(connection, who, batch_id, customer_id=customer_id))
        except PlacetError:
            continue
    return [batch for batch in found if batch]


def _words(schema: ProfileSchema) -> dict[str, dict[str, str]]:
    """What the page's script calls fields, and why something was seen and not proposed."""
    return {"fields": {field.key: field.label for field in schema.fields}, "seen": SEEN}


handlers = (show_session,)
