"""Customers: the list, a new one, and a customer's notes."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from placet.api.reading import read_query
from placet.artifacts import inbox, sources
from placet.customers import access, records
from placet.customers.records import Customer
from placet.customers.schema import ProfileSchema
from placet.db.engine import Connection
from placet.errors import Invalid
from placet.identity.principal import Principal
from placet.web import views
from placet.web.pages import choosing, forms
from placet.web.pages.overview import head
from placet.web.pages.surroundings import PAGE, html, runtime_and_caller, shell, span


class CustomersQuery(msgspec.Struct, kw_only=True):
    """A part of a name, and where the page starts."""

    q: str | None = None
    cursor: str | None = None
    first: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)] = 1


@get("/customers")
async def show_customers(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The customers the caller may see."""
    runtime, who = runtime_and_caller(request)
    query = read_query(request, CustomersQuery)
    async with runtime.reading() as connection:
        found, cursor = await records.list_customers(connection, who, search=query.q, limit=PAGE, cursor=query.cursor)
        counts = await inbox.pending_counts(connection, who)
        around = await shell(request, connection, "customers")
    view = views.CustomersPage(
        shell=around,
        customers=tuple(_row(c, counts, runtime.schema, who) for c in found),
        query=query.q or "",
        span=span(request, query.first, len(found), {"cursor": cursor} if cursor else None),
        may_add=who.type == "admin",
    )
    return html(view)


@get("/customers/new")
async def show_new_customer(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The form for a new customer."""
    return await _new_customer_page(request)


@post("/customers", status_code=303)
async def add_customer(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Take the form for a new customer."""
    runtime, who = runtime_and_caller(request)
    form = await forms.read_form(request)
    name, rm = forms.one(form, "name"), forms.one(form, "rmId")

    async def work(connection: Connection) -> Customer:
        rm_id = await choosing.chosen(connection, {"rmId": rm}, "rmId")
        return await records.create(connection, who, name=name, rm_id=rm_id, schema=runtime.schema)

    try:
        made = await runtime.transact(work)
    except forms.Wrong as wrong:
        return await _new_customer_page(request, name=name, rm=rm, errors={wrong.field: wrong.sentence})
    except Invalid as error:
        return await _new_customer_page(request, name=name, rm=rm, errors={"name": error.sentence})
    return forms.go(
        f"/customers/{made.id}", views.Notice(sentence=f"{made.name} is added. Their profile is empty so far.")
    )


@get("/customers/{customer_id:str}/sources")
async def show_sources(request: Request[Any, Any, Any], customer_id: FromPath[str]) -> Response[bytes]:
    """The notes of a customer, newest first."""
    runtime, who = runtime_and_caller(request)
    async with runtime.reading() as connection:
        customer = await records.get(connection, who, customer_id)
        found = await sources.of_customer(connection, who, customer_id)
        view = views.SourcesPage(
            shell=await shell(request, connection, "customers"),
            head=await head(connection, who, customer, sum(s.pending for s in found)),
            sources=tuple(
                views.SourceRow(
                    source=views.Source(
                        id=s.id, title=s.title or "Note", occurred_on=s.occurred_at.date() if s.occurred_at else None
                    ),
                    by=s.created_by_name,
                    at=s.created_at,
                    words=s.words,
                    proposed=s.proposed,
                    pending=s.pending,
                )
                for s in found
            ),
        )
    return html(view)


async def _new_customer_page(
    request: Request[Any, Any, Any], *, name: str = "", rm: str = "", errors: dict[str, str] | None = None
) -> Response[bytes]:
    runtime, who = runtime_and_caller(request)
    access.check_admin(who, "add a customer")
    async with runtime.reading() as connection:
        rms = await choosing.suggestions(connection, who)
        around = await shell(request, connection, "customers")
    view = views.NewCustomerPage(
        shell=around,
        rms=rms,
        name=name,
        rm=rm,
        errors=errors or {},
    )
    return html(view, 422 if errors else 200)


def _row(customer: Customer, counts: dict[str, int], schema: ProfileSchema, who: Principal) -> views.CustomerRow:
    profile = customer.profile
    return views.CustomerRow(
        customer=views.Customer(id=customer.id, name=customer.name),
        rm="you" if customer.rm_id == who.id else customer.rm_name,
        pending=counts.get(customer.id, 0),
        filled=sum(field.key in profile for field in schema.fields),
        of=len(schema.fields),
        last=max((value.updated_at for value in customer.values.values()), default=None),
    )


handlers = (
    show_customers,
    show_new_customer,
    add_customer,
    show_sources,
)
