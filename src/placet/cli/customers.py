"""Customers: `placet customers`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from placet.cli.given import AsJson, Misuse, json_of, object_of, text_of
from placet.cli.output import count, print_json, print_table, progress, say, tell

if TYPE_CHECKING:
    from placet.customers.importing import NewCustomer
    from placet.customers.records import Customer
    from placet.db.engine import Connection
    from placet.runtime import Runtime

customers = typer.Typer(no_args_is_help=True, help="Add, show, list, reassign and import customers.")
PAGE = 200
SHOWN = 10  # customers of a dry run

CustomerId = Annotated[str, typer.Argument(metavar="ID", help="The customer's id.", show_default=False)]


@customers.command(
    "add",
    epilog="""Example: placet customers add --name 'Tomasz Wrona' --rm ines@example.com --profile '{"occupation": "Architect"}'""",
)
def add_customer(
    name: Annotated[str, typer.Option(metavar="NAME", help="The customer's name.", show_default=False)],
    rm: Annotated[
        str, typer.Option(metavar="USER", help="Their relationship manager's id or e-mail address.", show_default=False)
    ],
    profile: Annotated[
        str,
        typer.Option(
            metavar="JSON|@FILE",
            help="The values they come with: an object of values by field key.",
            show_default=False,
        ),
    ] = "{}",
    as_json: AsJson = False,
) -> None:
    """Add a customer with the values they come with."""
    values = object_of("--profile", profile)

    async def work(runtime: Runtime) -> Customer:
        from placet.cli.database import OPERATOR
        from placet.cli.people import find
        from placet.customers import records

        async def create(connection: Connection) -> Customer:
            rm_id = (await find(connection, rm)).id if "@" in rm else rm
            return await records.create(
                connection, OPERATOR, name=name, rm_id=rm_id, profile=values, schema=runtime.schema
            )

        return await runtime.transact(create)

    from placet.cli.database import run

    made = run(work)
    if as_json:
        print_json(shown(made))
    else:
        say(f"Added {made.name} for {made.rm_name}, id {made.id}.")


@customers.command("list")
def list_customers(
    search: Annotated[str | None, typer.Option(metavar="TEXT", help="Only those with this in their name.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the customers by name."""

    async def work(connection: Connection) -> list[Customer]:
        from placet.cli.database import OPERATOR
        from placet.customers import records

        found, cursor = await records.list_customers(connection, OPERATOR, search=search, limit=PAGE)
        while cursor is not None:
            more, cursor = await records.list_customers(connection, OPERATOR, search=search, limit=PAGE, cursor=cursor)
            found += more
        return found

    from placet.cli.database import transact

    found = transact(work)
    if as_json:
        print_json([shown(customer) for customer in found])
    elif not found:
        say("There are no such customers." if search else "There are no customers yet. placet customers add adds one.")
    else:
        rows = [
            (customer.name, customer.rm_name or "nobody", str(len(customer.profile)), customer.id) for customer in found
        ]
        print_table(("name", "RM", "fields set", "id"), rows, keep=("id",))


@customers.command("show")
def show_customer(customer_id: CustomerId, as_json: AsJson = False) -> None:
    """Show a customer and their profile."""

    async def work(runtime: Runtime) -> tuple[Customer, list[tuple[str, str, str]]]:
        from placet.cli.database import OPERATOR
        from placet.customers import fields, records

        async with runtime.reading() as connection:
            found = await records.get(connection, OPERATOR, customer_id)
        rows = [
            (section, field.label, fields.display(field, found.profile[field.key]))
            for section, members in runtime.schema.sections()
            for field in members
            if field.key in found.profile
        ]
        listed = {field.key for field in runtime.schema.fields}
        others = [(key, value) for key, value in found.profile.items() if key not in listed]
        return found, rows + [("Other", key, str(value)) for key, value in others]

    from placet.cli.database import run

    found, rows = run(work)
    if as_json:
        print_json(shown(found))
        return
    say(f"{found.name}, id {found.id}, RM: {found.rm_name or 'nobody'}")
    if rows:
        say("")
        print_table(("section", "field", "value"), rows)
    else:
        say("Nothing is recorded yet.")


@customers.command("reassign")
def reassign_customer(
    customer_id: CustomerId,
    rm: Annotated[
        str | None, typer.Option(metavar="USER", help="The new relationship manager's id or e-mail address.")
    ] = None,
    nobody: Annotated[
        bool, typer.Option("--nobody", help="Attach the customer to nobody; then nobody may decide.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Attach a customer to another relationship manager.

    Pending artifacts follow; what was decided stays as it is.
    """
    if (rm is None) != nobody:
        raise Misuse("Say to whom: either --rm USER or --nobody.")

    async def work(connection: Connection) -> Customer:
        from placet.artifacts import custody
        from placet.cli.database import OPERATOR
        from placet.cli.people import find
        from placet.customers import records

        rm_id = (await find(connection, rm)).id if rm is not None and "@" in rm else rm
        await custody.reassign(connection, OPERATOR, customer_id, rm_id)
        return await records.get(connection, OPERATOR, customer_id)

    from placet.cli.database import transact

    found = transact(work)
    if as_json:
        print_json(shown(found))
    else:
        say(f"{found.name} is attached to {found.rm_name or 'nobody'}.")


@customers.command("import", epilog="Example: placet customers import crm.csv --map columns.json --dry-run")
def import_customers(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="CSV, a JSON array, or a JSON object a line; - is stdin.", show_default=False
        ),
    ],
    columns: Annotated[
        str | None,
        typer.Option(
            "--map",
            metavar="FILE",
            help='JSON that says what columns are: {"Surname": "name", "Born": "dateOfBirth", "No.": null}.',
        ),
    ] = None,
    rm: Annotated[
        str | None, typer.Option(metavar="USER", help="The relationship manager of rows that name none.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything and show what would happen, but import nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Import customers from a file, all of it or nothing.

    Where something is wrong, every bad row is listed and none is imported. A column is matched by a field's key or label,
    or is `name` or `rm` (an id or an e-mail address).
    """
    from placet.customers import importing

    text = text_of(file)
    given = _mapping(columns) if columns is not None else {}
    is_json = Path(file).suffix.lower() in (".json", ".jsonl", ".ndjson") or text.lstrip()[:1] in ("[", "{")
    sheet = importing.read_json(text) if is_json else importing.read_csv(text)
    matched: dict[str, str | None] = {}

    async def work(runtime: Runtime) -> tuple[list[NewCustomer], list[Customer]]:
        from placet.cli.database import OPERATOR

        matched.update(importing.match(sheet.columns, runtime.schema, given))
        planned = [_with_rm(each, rm) for each in importing.plan(sheet, matched, runtime.schema)]
        with progress("Importing", len(planned)) as told:

            async def add(connection: Connection) -> tuple[list[NewCustomer], list[Customer]]:
                attached = await importing.attach(connection, planned)
                if dry_run:
                    return attached, []
                return attached, await importing.add(connection, OPERATOR, attached, schema=runtime.schema, told=told)

            return await runtime.transact(add)

    from placet.cli.database import run
    from placet.errors import InvalidItems

    try:
        planned, added = run(work)
    except InvalidItems as error:
        if not as_json:
            for fault in error.members["errors"]:
                column = f", {fault['column']}" if "column" in fault else ""
                tell(f"row {fault['row']}{column}: {fault['error']}")
        raise
    if as_json:
        made = [shown(customer) for customer in added]
        would = [{"id": None, "name": each.name, "rmId": each.rm, "profile": each.profile} for each in planned]
        print_json({"dryRun": dry_run, "imported": len(added), "customers": would if dry_run else made})
    elif dry_run:
        _print_plan(planned, matched)
    else:
        say(f"{count(len(added), 'customer')} imported.")


def shown(customer: Customer) -> dict[str, Any]:
    """A customer as JSON: unset fields are left out of the profile, empty lists kept."""
    return {"id": customer.id, "name": customer.name, "rmId": customer.rm_id, "profile": customer.profile}


def _mapping(file: str) -> dict[str, str | None]:
    found = json_of("--map", text_of(file))
    if not isinstance(found, dict) or not all(each is None or isinstance(each, str) for each in found.values()):
        raise Misuse('--map names a file with a JSON object of columns: {"Born": "dateOfBirth", "No.": null}.')
    return found


def _with_rm(customer: NewCustomer, rm: str | None) -> NewCustomer:
    from msgspec.structs import replace

    return customer if customer.rm is not None or rm is None else replace(customer, rm=rm)


def _print_plan(planned: list[NewCustomer], matched: dict[str, str | None]) -> None:
    print_table(("column", "is"), [(column, target or "left out") for column, target in matched.items()])
    say("")
    rows = [
        (str(each.row), each.name, each.rm or "nobody", f"{len(each.profile)}: {', '.join(each.profile)}")
        for each in planned[:SHOWN]
    ]
    print_table(("row", "name", "RM", "fields"), rows)
    if len(planned) > SHOWN:
        say(f"… and {count(len(planned) - SHOWN, 'more', 'more')}")
    say(f"\n{count(len(planned), 'customer')} would be imported. Nothing was.")
