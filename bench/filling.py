"""What the measured database holds: RMs, customers, notes, artifacts (a tenth of them pending), events, deliveries.

All of it is made by SQL, and the same for the same size.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncpg

from placet.customers import fields
from placet.customers.schema import load_schema
from placet.db import json
from placet.db.engine import statements

CUSTOMER_OF = 100  # artifacts a customer
RM_OF = 50  # customers an RM
BATCH = 5  # artifacts a batch
CHUNK = 20_000  # batches a statement
SQL_FILES = Path(__file__).parent / "sql"

SQL = statements("bench.sql", "fill.sql")
# Sixteen values each of the fields that are proposed; a value in the profile and one proposed for it always differ.
VALUES: dict[str, list[Any]] = {
    "fullName": [f"Anna Maria Beispiel {letter}." for letter in "ABCDEFGHIJKLMNOP"],
    "preferredName": [f"Anna {letter}." for letter in "ABCDEFGHIJKLMNOP"],
    "dateOfBirth": [f"{1950 + n}-03-0{1 + n % 9}" for n in range(16)],
    "email": [f"anna{n}@customer.example" for n in range(16)],
    "addressCity": [f"Town {letter}" for letter in "ABCDEFGHIJKLMNOP"],
    "addressCountry": ["DE", "FR", "GB", "PL", "IT", "ES", "PT", "NL", "BE", "AT", "CH", "CZ", "SE", "NO", "DK", "FI"],
    "nationality": ["DE", "FR", "GB", "PL", "IT", "ES", "PT", "NL", "BE", "AT", "CH", "CZ", "SE", "NO", "DK", "FI"],
    "contactWindow": [f"weekdays after {6 + n}:00" for n in range(16)],
    "dependants": list(range(16)),
    "phone": [f"+4477009004{10 + n}" for n in range(16)],
    "occupation": [f"Engineer of kind {letter}" for letter in "ABCDEFGHIJKLMNOP"],
    "employer": [f"Works {letter} Ltd" for letter in "ABCDEFGHIJKLMNOP"],
    "sourceOfWealth": [f"Sale of company {letter}" for letter in "ABCDEFGHIJKLMNOP"],
    "investmentHorizonYears": list(range(5, 21)),
    "investmentGoals": [[f"Goal {letter}", "Education of the children"] for letter in "ABCDEFGHIJKLMNOP"],
    "taxResidency": ["DE", "FR", "GB", "PL", "IT", "ES", "PT", "NL", "BE", "AT", "CH", "CZ", "SE", "NO", "DK", "FI"],
    "interests": [["sailing", f"club {letter}"] for letter in "ABCDEFGHIJKLMNOP"],
    "nextReviewDate": [f"2027-05-{10 + n}" for n in range(16)],
    "relationshipNotes": [f"Prefers to talk about subject {letter}." for letter in "ABCDEFGHIJKLMNOP"],
    "preferredLanguage": [
        "de",
        "fr",
        "en",
        "pl",
        "it",
        "es",
        "pt",
        "nl",
        "cs",
        "sv",
        "nb",
        "da",
        "fi",
        "hu",
        "el",
        "ro",
    ],
}


def customers(artifacts: int) -> int:
    """How many customers so many artifacts are of."""
    return artifacts // CUSTOMER_OF


def rms(artifacts: int) -> int:
    """How many RMs those customers have."""
    return max(1, -(-customers(artifacts) // RM_OF))


def made_by() -> str:
    """A digest of what the content follows from; another one means filling afresh."""
    from placet.db.migrations import versions

    folder = Path(str(versions.__file__)).parent
    parts = [path.read_bytes() for path in sorted(folder.glob("*.sql"))]
    parts += [(SQL_FILES / name).read_bytes() for name in ("prepare.sql", "fill.sql")]
    return sha256(b"".join([*parts, Path(__file__).read_bytes()])).hexdigest()


async def fill(connection: asyncpg.Connection, artifacts: int, *, say: Any = None) -> None:
    """Fill a migrated, empty database, as its superuser: without triggers, and with the plain indexes made afterwards."""
    schema = load_schema()
    rows = []
    for number, (key, values) in enumerate(VALUES.items()):
        field = schema.field(key)
        assert field is not None
        rows.append((number, key, field.label, json.encode([fields.canonical(field, value) for value in values])))
    batches, people = artifacts // BATCH, customers(artifacts)
    await connection.execute(
        "set session_replication_role = replica; set synchronous_commit = off; set work_mem = '64MB'"
    )
    await connection.execute("set maintenance_work_mem = '256MB'; set jit = off")
    await connection.execute((SQL_FILES / "prepare.sql").read_text(encoding="utf-8"))
    await connection.executemany("insert into bench_field values ($1, $2, $3, $4::text::jsonb)", rows)
    await connection.execute(SQL["people"], rms(artifacts))
    await connection.execute(SQL["agent"])
    await connection.execute(SQL["customers"], people)
    await connection.execute(SQL["numbered_customers"].replace("$1", str(people)))
    await connection.execute(SQL["index_customers"])
    await connection.execute("analyze")
    indexes = await connection.fetch(SQL["plain_indexes"])
    for index in indexes:
        await connection.execute(f"drop index {index['name']}")
    await connection.execute(SQL["values"])
    await connection.execute("analyze profile_value")
    for start in range(0, batches, CHUNK):
        bounds = start, min(start + CHUNK, batches), batches, people
        await connection.execute(SQL["sources"], *bounds)
        await connection.execute(SQL["batches"], *bounds)
        await connection.execute(SQL["artifacts"], *bounds, len(rows))
        if say and batches > CHUNK:
            say(f"{bounds[1] * BATCH:,} of {artifacts:,} artifacts")
    for name in ("proposed_events", "decided_events", "proposed_bodies", "decided_bodies", "deliveries"):
        await connection.execute(SQL[name])
    for index in indexes:
        await connection.execute(index["definition"])
    await connection.execute("reset session_replication_role; reset synchronous_commit")
    await connection.execute("vacuum (freeze, analyze)")
    await connection.execute("insert into bench_filled values ($1, $2)", artifacts, made_by())
    await connection.execute("checkpoint")
