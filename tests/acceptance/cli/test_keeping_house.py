"""migrate, doctor, worker and demo: what an operator runs, against databases of every kind."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from conftest import World
from placet import worker
from placet.db import embedded
from placet.db.migrate import newest_revision
from placet.demo.home import look
from placet.demo.loading import people as demo_people
from placet.runtime import Runtime
from scratch import scratch
from sealing import TRAIL_KEY, Seal

from .conftest import Placet
from .test_deciding import is_taken, wait_until_ready

NOWHERE = "postgresql://placet_app@127.0.0.1:1/none"


@pytest.fixture
async def empty(server: Any, tmp_path: Path) -> Any:
    """Commands against a database nobody has migrated."""
    admin = await asyncpg.connect(server.owner_url("postgres"))
    await admin.execute("create database test_cli_empty template template0")
    yield Placet(
        tmp_path,
        PLACET_DATABASE_URL=server.app_url("test_cli_empty"),
        PLACET_MIGRATION_URL=server.owner_url("test_cli_empty"),
    )
    await admin.execute("drop database test_cli_empty with (force)")
    await admin.close()


async def test_a_named_database_is_migrated_by_migrate_only(empty: Placet, server: Any) -> None:
    newest = newest_revision()
    empty("users", "list").refused(f"placet: The database's schema is at nothing, not at {newest}: run placet migrate.")
    assert json.loads(empty("users", "list", "--json").err)["code"] == "not_migrated"
    looked = empty("doctor", "--json")
    assert looked.code == 1
    [schema] = [check for check in json.loads(looked.out)["checks"] if check["name"] == "schema"]
    assert schema == {"name": "schema", "state": "broken", "detail": f"at nothing, not at {newest}: run placet migrate"}

    not_owner = empty("migrate", PLACET_MIGRATION_URL=server.app_url("test_cli_empty"))
    not_owner.refused("PLACET_MIGRATION_URL names the tables' owner.")
    ran = empty.process("migrate", "--json").json
    assert ran["revision"] == newest
    assert ran["ran"][-1] == newest
    assert empty("migrate").ok() == f"The schema is at {newest} already.\n"
    assert empty("users", "list").ok() == "There is nobody yet. placet users add adds somebody.\n"


async def test_all_is_well(placet: Any, runtime: Runtime, tmp_path: Path) -> None:
    await Seal(runtime, tmp_path)()
    found = placet("doctor", "--json").json
    assert found["sound"] is True
    states = {check["name"]: check["state"] for check in found["checks"]}
    assert states == {
        "database": "good", "role": "good", "schema": "good", "durability": "good", "clock": "good", "seal": "good",
        "profile schema": "good", "artifact types": "good", "triggers": "good", "secret key": "note",
        "trail key": "warning", "company sign-in": "note", "mail": "note", "model": "note",
    }  # fmt: skip
    table = placet.process("doctor").ok()
    assert "placet_app, no superuser, owns nothing" in table
    assert table.endswith("All is well.\n")


def test_what_the_doctor_finds(placet: Any, server: Any, database: str, tmp_path: Path) -> None:
    (tmp_path / "schema.json").write_text('{"version": "1", "fields": [{"key": "x"}]}')
    done = placet(
        "doctor", "--json", PLACET_PROFILE_SCHEMA="schema.json", PLACET_DATABASE_URL=server.owner_url(database)
    )
    assert done.code == 1
    found = {check["name"]: check for check in json.loads(done.out)["checks"]}
    assert found["profile schema"]["state"] == "broken"
    assert "field x" in found["profile schema"]["detail"]
    assert found["role"]["state"] == "warning"
    assert "logs in as the superuser" in found["role"]["detail"]


def test_the_doctor_looks_for_the_trails_key(placet: Any) -> None:
    def found(**settings: str) -> tuple[str, str]:
        checks = {check["name"]: check for check in json.loads(placet("doctor", "--json", **settings).out)["checks"]}
        return checks["trail key"]["state"], checks["trail key"]["detail"]

    missing = "PLACET_TRAIL_KEY is not set, so the trail is not sealed: placet audit key --new"
    assert found() == ("warning", missing)
    state, detail = found(PLACET_TRAIL_KEY=TRAIL_KEY.text, PLACET_CHECKPOINTS="kept")
    assert (state, detail) == (
        "good",
        f"placet.test/trail, key {TRAIL_KEY.public.id.hex()}; checkpoints are added to kept",
    )
    assert found(PLACET_TRAIL_KEY="nonsense")[0] == "broken"


async def test_the_doctor_says_how_long_the_trail_waits_for_its_seal(
    placet: Any, runtime: Runtime, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    def found() -> tuple[str, str]:
        checks = {check["name"]: check for check in json.loads(placet("doctor", "--json").out)["checks"]}
        return checks["seal"]["state"], checks["seal"]["detail"]

    seal = Seal(runtime, tmp_path)
    await seal()
    assert found() == ("good", "every event is under a signed checkpoint")
    await owner.execute(
        "insert into event (id, at, kind, actor_type, actor_id, door, commitment)"
        " values ('left', now() - interval '2 hours', 'test.made', 'system', 'test', 'test', '\\x00')"
    )
    state, detail = found()
    assert state == "warning"
    assert re.fullmatch(r"1 event is not sealed yet, the oldest for 7,2\d\d s: does a placet serve .+ run .+\?", detail)
    await seal()
    assert found()[0] == "good"


async def test_a_role_that_owns_something_is_found(placet: Any, owner: asyncpg.Connection) -> None:
    await owner.execute("create table theirs (id text); alter table theirs owner to placet_app")
    try:
        done = placet("doctor")
    finally:
        await owner.execute("drop table theirs")
    assert done.code == 1
    assert "placet_app owns 1 thing in the schema" in done.out
    assert "1 thing is broken." in done.out


@pytest.mark.parametrize("command", ["users list", "migrate", "doctor", "worker"])
def test_a_database_that_is_away(placet: Any, command: str) -> None:
    run = placet.process if command == "worker" else placet
    done = run(*command.split(), PLACET_DATABASE_URL=NOWHERE, PLACET_MIGRATION_URL="")
    if command == "doctor":
        assert done.code == 1
        assert "127.0.0.1:1/none cannot be reached" in done.out
    else:
        done.refused("placet: The database at 127.0.0.1:1/none cannot be reached: ", 3)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://u:secret@h/d", "cannot be reached: invalid DSN"),
        ("postgresql://u:secret@[::1/d", "The database at PLACET_DATABASE_URL cannot be reached"),
        ("postgresql://u:secret@127.0.0.1:1/d", "The database at 127.0.0.1:1/d cannot be reached"),
    ],
)
def test_no_password_is_told(placet: Any, url: str, sentence: str) -> None:
    done = placet("users", "list", PLACET_DATABASE_URL=url)
    done.refused(sentence, 3)
    assert "secret" not in done.err


def test_a_database_and_a_login_that_are_not_there(placet: Any, server: Any) -> None:
    placet("users", "list", PLACET_DATABASE_URL=server.app_url("no_such_database")).refused("does not exist", 3)
    nobody = server.app_url("placet").replace("placet_app", "nobody_here")
    placet("users", "list", PLACET_DATABASE_URL=nobody).refused("nobody_here", 3)


def test_settings_that_cannot_be_read(placet: Any) -> None:
    placet("users", "list", PLACET_POOL_SIZE="many").refused(
        "PLACET_POOL_SIZE is a whole number from 2 to 200, not 'many'."
    )
    placet("users", "list", PLACET_WORKER="maybe").refused("PLACET_WORKER is yes or no, not 'maybe'.")


# ── the background work ───────────────────────────────────────────────────────────────────────────────────────────────


async def put_what_expires(world: World, owner: asyncpg.Connection) -> None:
    """An old one and a fresh one of everything that is swept."""
    person = await world.person()
    await owner.execute(
        "insert into idempotency_key (principal, method, path, key, body_digest, created_at) values"
        " ('p', 'POST', '/', 'old', '', now() - interval '26 hours'), ('p', 'POST', '/', 'kept', '', now() - interval '23 hours')"
    )
    await owner.execute(
        "insert into sign_in (token_hash, user_id, last_seen_at, expires_at) values"
        " ('ended', $1, now(), now() - interval '1 second'), ('idle', $1, now() - interval '3 hours', now() + interval '1 hour'),"
        " ('fresh', $1, now(), now() + interval '1 hour')",
        person.id,
    )
    await owner.execute(
        "insert into sign_in_link (token_hash, user_id, expires_at) values"
        " ('gone', $1, now() - interval '1 second'), ('usable', $1, now() + interval '1 hour')",
        person.id,
    )


async def what_is_left(owner: asyncpg.Connection) -> set[str]:
    rows = await owner.fetch(
        "select key from idempotency_key"
        " union all select convert_from(token_hash, 'utf8') from sign_in where length(token_hash) < 9"
        " union all select convert_from(token_hash, 'utf8') from sign_in_link where length(token_hash) < 9"
    )
    return {row[0] for row in rows}


async def test_a_sweep_removes_what_expired_and_nothing_else(world: World, owner: asyncpg.Connection) -> None:
    await put_what_expires(world, owner)
    swept = await world.runtime.transact(worker.sweep)
    assert swept == worker.Swept(idempotency_keys=1, sign_ins=2, links=1, agent_hours=0)
    assert await what_is_left(owner) == {"kept", "fresh", "usable"}
    await owner.execute("delete from idempotency_key; delete from sign_in; delete from sign_in_link")


async def test_the_worker_sweeps_and_ends_at_once(placet: Any, world: World, owner: asyncpg.Connection) -> None:
    await put_what_expires(world, owner)
    with placet.running("worker", until='"swept"') as running:
        assert await what_is_left(owner) == {"kept", "fresh", "usable"}
        code, seconds = running.terminate()
    assert code == 0
    assert seconds < 3
    assert "Traceback" not in running.printed
    await owner.execute("delete from idempotency_key; delete from sign_in; delete from sign_in_link")


@pytest.mark.parametrize("flags", [[], ["--no-worker"]])
async def test_serve_does_the_background_work_unless_told(
    placet: Any, world: World, owner: asyncpg.Connection, flags: list[str]
) -> None:
    await put_what_expires(world, owner)
    with placet.running("serve", "--port", "0", *flags, until="Serving at") as running:
        wait_until_ready(re.findall(r"http://[\d.:]+\d", running.printed)[0])
        if not flags:
            running.wait_for('"swept"', 15)
        running.terminate()
    assert (await what_is_left(owner) == {"kept", "fresh", "usable"}) == (not flags)
    await owner.execute("delete from idempotency_key; delete from sign_in; delete from sign_in_link")


# ── the demo ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Placet]:
    """Commands with an embedded PostgreSQL of their own, in a folder with a short path."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="placet-cli-", dir=scratch(), ignore_cleanup_errors=True) as home:
        yield Placet(tmp_path, PLACET_HOME=home)
        embedded.wait_until_stopped(Path(home))


@pytest.fixture
async def fresh(server: Any, template: str) -> AsyncIterator[str]:
    """The owner's address of a migrated database with nothing in it."""
    admin = await asyncpg.connect(server.owner_url("postgres"))
    await admin.execute(f"create database test_cli_fresh template {template}")
    yield server.owner_url("test_cli_fresh")
    await admin.execute("drop database test_cli_fresh with (force)")
    await admin.close()


async def test_what_a_database_holds(server: Any, fresh: str) -> None:
    add = "insert into app_user (id, name, email, role) values ($1, 'N', $1 || '@placet.example', 'rm')"
    owner = await asyncpg.connect(fresh)
    try:
        assert await look(server.owner_url("postgres")) == ("empty", False)
        assert await look(fresh) == ("empty", True)
        await owner.execute("create schema demo_clock")
        assert await look(fresh) == ("half", True), "the loading clock is left behind by a loading that was killed"
        await owner.execute("drop schema demo_clock")
        await owner.execute(add, "somebody")
        assert await look(fresh) == ("other", True)
        await owner.execute(add, demo_people()[0]["id"])
        assert await look(fresh) == ("demo", True)
    finally:
        await owner.close()


def test_the_demo_from_first_start_to_reset(own: Placet, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"PLACET_DATABASE_URL={NOWHERE}\nPLACET_PUBLIC_URL=https://elsewhere.example\n")
    with own.running("demo", "--no-browser", "--port", "0", until="placet tokens create --user claire") as running:
        url = re.findall(r"Serving at (http://127\.0\.0\.1:\d+)\.", running.printed)[0]
        wait_until_ready(url)
        told = running.printed
        (tmp_path / ".env").unlink()
        token = own("tokens", "create", "--user", "claire", "--json").json["token"]
        client = {"PLACET_URL": url, "PLACET_TOKEN": token}
        waiting = own("inbox", "--json", **client).json
        assert waiting
        assert own("decide", waiting[0]["id"], "reject", **client).code == 0
        network = own.process("serve", "--host", "0.0.0.0", "--port", "0")
        network.refused("This is the demo's database, whose passwords are public, so it is served on 127.0.0.1 only.")
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(15) == 130
    assert "the demo has a PostgreSQL of its own; PLACET_DATABASE_URL is not used." in told
    assert re.search(r"Starting PostgreSQL … \d+\.\d s\n", told)
    assert re.search(r"Loading the demo … \d+\.\d s\n", told)
    assert re.search(r"Claire Amiel +claire\.amiel@placet\.example +rm +countersign-me", told)
    assert "Traceback" not in running.printed
    assert not is_taken(int(url.rpartition(":")[2]))

    with own.running("demo", "--no-browser", "--port", "0", until="Serving at") as running:
        url = client["PLACET_URL"] = re.findall(r"Serving at (http://\S+)\.", running.printed)[0]
        assert "The demo is as you left it" in running.printed
        wait_until_ready(url)
        left = {artifact["id"] for artifact in own("inbox", "--json", **client).json}
        assert left == {artifact["id"] for artifact in waiting[1:]}
        code, seconds = running.terminate()
        assert (code, seconds < 5) == (0, True)

    with own.running("demo", "--no-browser", "--reset", until="Serving at") as running:
        assert "Loading the demo" in running.printed
        assert own("inbox", **client | {"PLACET_URL": "http://127.0.0.1:9"}).code == 3
        assert "There are no tokens yet" in own("tokens", "list").ok()


def test_the_demo_leaves_other_peoples_data_alone(own: Placet) -> None:
    own("users", "add", "Ada", "--email", "ada@placet.example", "--role", "admin").ok()
    done = own.process("demo", "--no-browser", "--port", "0", "--reset")
    assert done.code == 1
    assert "holds an installation of its own, which the demo leaves alone." in done.err
    assert "Ada" in own("users", "list").ok()


def test_the_company_s_provider_is_looked_at(placet: Any) -> None:
    done = placet("doctor", "--json", PLACET_OIDC_ISSUER="http://127.0.0.1:9", PLACET_OIDC_CLIENT_ID="placet")
    [found] = [check for check in json.loads(done.out)["checks"] if check["name"] == "company sign-in"]
    assert (done.code, found["state"]) == (1, "broken")
    assert found["detail"].startswith("http://127.0.0.1:9/.well-known/openid-configuration: ")
