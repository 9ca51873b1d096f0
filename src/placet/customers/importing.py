"""Import customers from a file: CSV as spreadsheets write it, a JSON array, or a JSON object a line.

Reading is pure: a file becomes rows, rows become customers to add or a list of everything that is wrong, so that a file
can be mended in one go. All of a file is imported or nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from placet.customers import fields, records
from placet.customers.fields.lists import item_of
from placet.customers.schema import Field, ProfileSchema
from placet.db import json
from placet.db.engine import Connection
from placet.errors import Invalid, InvalidItems, PlacetError
from placet.identity import users
from placet.identity.principal import Principal

NAME, RM = "name", "rm"  # what a column may be besides a field
_MINE = {"name": NAME, "customer": NAME, "customer name": NAME, "rm": RM, "rmid": RM, "relationship manager": RM}
_JSON_ITEMS = ("object", "any", "list")
_SEPARATORS = str.maketrans(";|", "\n\n")


class Row(msgspec.Struct, frozen=True):
    """One line of the file: its number as a spreadsheet counts (the head is 1) or the object's, and its cells by column."""

    number: int
    cells: dict[str, Any]


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something wrong with a row, and in which column, where it is in one."""

    row: int
    error: str
    column: str | None = None


class Sheet(msgspec.Struct, frozen=True):
    """What a file holds: its columns in order, and its rows. `broken` are rows that could not even be read."""

    columns: list[str]
    rows: list[Row]
    broken: list[Fault]


class NewCustomer(msgspec.Struct, frozen=True, rename="camel"):
    """A customer to be added, with their values in canonical form; `rm` is as the file says it until `attach`."""

    row: int
    name: str
    rm: str | None
    profile: dict[str, Any]


def read_csv(text: str) -> Sheet:
    """Read CSV with a head line; the separator is whichever of comma, semicolon and tab divides the head most."""
    head = text.lstrip("\r\n").partition("\n")[0]
    separator = max(",;\t", key=lambda each: len(next(csv.reader([head], delimiter=each), [])))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    columns: list[str] = []
    rows: list[Row] = []
    broken: list[Fault] = []
    try:
        for number, cells in enumerate(reader, start=1):
            if not any(cell.strip() for cell in cells):
                continue
            if not columns:
                columns = _columns(cells)
            elif len(cells) != len(columns):
                broken.append(Fault(number, f"The row has {len(cells)} cells, the head {len(columns)}."))
            else:
                rows.append(Row(number, {column: cell.strip() for column, cell in zip(columns, cells, strict=True)}))
    except csv.Error as error:
        raise Invalid(f"Line {reader.line_num} is not CSV: {error}.", code="invalid_file") from None
    if not columns:
        raise Invalid("The file is empty.", code="invalid_file")
    return Sheet(columns, rows, broken)


def read_json(text: str) -> Sheet:
    """Read a JSON array of objects, or an object a line; `{"name", "rmId", "profile": {...}}`, as printed, will do too."""
    objects = _array(text) if text.lstrip().startswith("[") else _lines(text)
    columns: dict[str, None] = {}
    rows: list[Row] = []
    broken: list[Fault] = []
    for number, found in objects:
        if isinstance(found, Fault):
            broken.append(found)
        elif not isinstance(found, dict):
            broken.append(Fault(number, "This is not an object."))
        else:
            cells = dict(found)
            if isinstance(profile := cells.get("profile"), dict):
                cells = {key: value for key, value in cells.items() if key not in ("profile", "id")} | profile
            columns |= dict.fromkeys(cells)
            rows.append(Row(number, cells))
    return Sheet(list(columns), rows, broken)


def match(columns: Sequence[str], schema: ProfileSchema, given: Mapping[str, str | None]) -> dict[str, str | None]:
    """What each column is: `name`, `rm`, a field's key, or None where it is left out.

    `given` says so for some; the others are found by a field's key or label in any case of the letters. Several columns
    may make up the name. Raises Invalid for a column that is nothing, and for a field that two columns claim.
    """
    known = {field.label.casefold(): field.key for field in schema.fields}
    known |= {field.key.casefold(): field.key for field in schema.fields} | _MINE
    if strangers := [column for column in given if column not in columns]:
        raise Invalid(f"The map names columns that the file does not have: {_listed(strangers)}.", code="invalid_map")
    for column, target in given.items():
        if target is not None and target not in (NAME, RM) and schema.field(target) is None:
            raise Invalid(f"The map sends {column!r} to {target[:60]!r}, which is no field.", code="invalid_map")
    matched = {column: given[column] if column in given else known.get(column.strip().casefold()) for column in columns}
    if schema.additional_fields:
        matched |= {c: c for c in columns if matched[c] is None and c not in given and schema.field(c) is not None}
    lost = [column for column in columns if matched[column] is None and column not in given]
    if lost:
        raise Invalid(
            f"No field is called {_listed(lost)}. Say in a map which it is, or null to leave it out.",
            code="unknown_columns",
        )
    targets = [target for target in matched.values() if target not in (None, NAME)]
    if twice := [str(target) for target in dict.fromkeys(targets) if targets.count(target) > 1]:
        raise Invalid(f"More than one column is {_listed(twice)}.", code="invalid_map")
    if NAME not in matched.values():
        raise Invalid("No column is the customers' name. Say in a map which is.", code="invalid_map")
    return matched


def plan(sheet: Sheet, matched: Mapping[str, str | None], schema: ProfileSchema) -> list[NewCustomer]:
    """The customers a sheet would add; raises InvalidItems whose `errors` list every fault of every row."""
    faults = list(sheet.broken)
    planned: list[NewCustomer] = []
    for row in sheet.rows:
        before = len(faults)
        profile: dict[str, Any] = {}
        names: list[str] = []
        rm: str | None = None
        for column, target in matched.items():
            raw = row.cells.get(column)
            if target is None or raw is None or raw == "":
                continue
            try:
                if target == NAME:
                    names.append(_text(raw))
                elif target == RM:
                    rm = _text(raw)
                elif (value := _value(schema, target, raw)) is not None:
                    profile[target] = value
            except PlacetError as error:
                faults.append(Fault(row.number, error.sentence, column))
        try:
            name = records.checked_name(" ".join(names))
        except PlacetError as error:
            faults.append(Fault(row.number, error.sentence, next(c for c, target in matched.items() if target == NAME)))
        if len(faults) == before:
            planned.append(NewCustomer(row.number, name, rm, profile))
    if faults:
        raise _refused(faults, len(sheet.rows) + len(sheet.broken))
    return planned


async def attach(connection: Connection, planned: Sequence[NewCustomer]) -> list[NewCustomer]:
    """The same customers with their RMs, named by id or e-mail address, as ids; InvalidItems for rows that name nobody active."""
    found: dict[str | None, str | None] = {None: None}
    faults: list[Fault] = []
    for said in dict.fromkeys(each.rm for each in planned if each.rm is not None):
        user = await users.by_email(connection, said) if "@" in said else None
        found[said] = user.id if user is not None else said
        try:
            await records.require_rm(connection, found[said] or "")
        except Invalid:
            why = f"There is no active RM {said[:100]!r}; an RM is named by id or e-mail address."
            faults += [Fault(each.row, why, RM) for each in planned if each.rm == said]
    if faults:
        raise _refused(faults, len(planned))
    return [msgspec.structs.replace(each, rm=found[each.rm]) for each in planned]


async def add(
    connection: Connection,
    who: Principal,
    planned: Sequence[NewCustomer],
    *,
    schema: ProfileSchema,
    told: Callable[[int], None] | None = None,
) -> list[records.Customer]:
    """Add attached customers inside the caller's transaction; `told` is given how many are done, after each."""
    added = []
    for done, each in enumerate(planned, start=1):
        added.append(
            await records.create(connection, who, name=each.name, rm_id=each.rm, profile=each.profile, schema=schema)
        )
        if told is not None:
            told(done)
    return added


def _columns(cells: Sequence[str]) -> list[str]:
    columns = [cell.strip() for cell in cells]
    if "" in columns:
        raise Invalid(f"Column {columns.index('') + 1} has no name in the head.", code="invalid_file")
    if twice := [column for column in dict.fromkeys(columns) if columns.count(column) > 1]:
        raise Invalid(f"The head has {_listed(twice)} more than once.", code="invalid_file")
    return columns


def _array(text: str) -> list[tuple[int, Any]]:
    try:
        return list(enumerate(json.decode(text), start=1))
    except (msgspec.DecodeError, RecursionError, Invalid) as error:
        raise Invalid(f"The file is not JSON: {error}.", code="invalid_file") from None


def _lines(text: str) -> list[tuple[int, Any]]:
    found: list[tuple[int, Any]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                found.append((number, json.decode(line)))
            except (msgspec.DecodeError, RecursionError, Invalid) as error:
                found.append((number, Fault(number, f"The line is not JSON: {error}.")))
    return found


def _value(schema: ProfileSchema, key: str, raw: Any) -> Any:
    """A cell in its field's canonical form. Texts of a CSV file may be lists (`;`, `|` or a line each) or JSON."""
    field = schema.field(key)
    assert field is not None  # match() looked
    if isinstance(raw, str):
        raw = _from_cell(field, raw)
    value = fields.canonical(field, raw)
    json.require_storable(value)
    return value


def _from_cell(field: Field, text: str) -> Any:
    is_list = field.type == "list" or (field.type == "select" and field.multi)
    if field.type == "object" or (field.type == "list" and item_of(field).type in _JSON_ITEMS):
        return fields.from_form(field, [text])
    if is_list:
        return [item.strip() for item in text.translate(_SEPARATORS).split("\n") if item.strip()]
    return text


def _text(raw: Any) -> str:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return str(raw)
    if not isinstance(raw, str):
        raise Invalid("A name and an RM are text.", code="invalid_name")
    return raw.strip()


def _refused(faults: list[Fault], rows: int) -> InvalidItems:
    faults = sorted(faults, key=lambda fault: fault.row)
    bad = len({fault.row for fault in faults})
    return InvalidItems(
        f"{bad:,} of {rows:,} rows cannot be imported, so none was.",
        errors=[msgspec.to_builtins(fault) for fault in faults],
    )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"{name[:60]!r}" for name in names[:8])
    return shown + (f" and {len(names) - 8} more" if len(names) > 8 else "")
