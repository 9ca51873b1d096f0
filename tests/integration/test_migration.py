"""Migrating: from nothing, again, and from several tasks and processes at once."""

import asyncio
import itertools
import sys

import asyncpg
import pytest

from conftest import together
from placet.db.migrate import APP_ROLE, current_revision, migrate, newest_revision

_numbers = itertools.count(1)
EVERY_REVISION = ["0001", "0002", "0003", "0006", "0007", "0008"]
PROGRAM = """
import asyncio, sys
from placet.db.migrate import migrate
print(*asyncio.run(migrate(sys.argv[1], sys.argv[2])))
"""


@pytest.fixture
async def empty(server):
    """The owner's and the application's address of a database with nothing in it."""
    name = f"empty_{next(_numbers)}"
    admin = await asyncpg.connect(server.owner_url("postgres"))
    await admin.execute(f"create database {name}")
    yield server.owner_url(name), server.app_url(name)
    await admin.execute(f"drop database {name} with (force)")
    await admin.close()


async def revision(url):
    connection = await asyncpg.connect(url)
    try:
        return await current_revision(connection)
    finally:
        await connection.close()


async def test_an_empty_database_is_brought_to_the_newest_revision(empty):
    assert await revision(empty[0]) is None
    ran = await migrate(*empty)
    assert ran[-1] == newest_revision()
    assert await revision(empty[0]) == newest_revision()


async def test_migrating_again_does_nothing(empty):
    await migrate(*empty)
    assert await migrate(*empty) == []


async def test_of_several_tasks_at_once_one_migrates(empty):
    answers = await together(*(migrate(*empty) for _ in range(4)))
    assert sorted(answers, key=len) == [[], [], [], EVERY_REVISION]


async def test_of_several_processes_at_once_one_migrates(empty):
    programs = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-W",
            "error",
            "-c",
            PROGRAM,
            *empty,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        for _ in range(3)
    ]
    answers = [await program.communicate() for program in programs]
    assert [(program.returncode, err) for program, (_, err) in zip(programs, answers, strict=True)] == [(0, b"")] * 3
    assert sorted(out.split() for out, _ in answers) == [[], [], [each.encode() for each in EVERY_REVISION]]


async def test_a_migration_that_fails_leaves_nothing_behind(empty, monkeypatch):
    from placet.db import migrations

    honest = migrations.run_sql_file

    def broken(revision_file):
        honest(revision_file)
        raise RuntimeError("the power went")

    monkeypatch.setattr("placet.db.migrations.run_sql_file", broken)
    with pytest.raises(RuntimeError, match="power"):
        await migrate(*empty)
    assert await revision(empty[0]) is None
    connection = await asyncpg.connect(empty[0])
    tables = await connection.fetchval("select count(*) from pg_class where relnamespace = 'public'::regnamespace")
    await connection.close()
    assert tables == 0


async def test_a_login_of_its_own_becomes_able_to_act_as_the_application(server, empty):
    admin = await asyncpg.connect(server.owner_url("postgres"))
    await admin.execute('create role "clerk-1" login nosuperuser')
    try:
        await migrate(empty[0], "postgresql://clerk-1@/whatever")
        assert await admin.fetchval("select pg_has_role('clerk-1', $1, 'set')", APP_ROLE)
    finally:
        await admin.execute('drop role "clerk-1"')
        await admin.close()
