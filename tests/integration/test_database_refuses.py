"""What the database itself refuses: the application by its rights, everybody by triggers."""

import asyncpg
import pytest

from conftest import World, item
from placet.artifacts.propose import Source
from placet.db.migrate import APP_ROLE

REFUSED = asyncpg.RestrictViolationError
FORBIDDEN = asyncpg.InsufficientPrivilegeError


@pytest.fixture
async def rm(world: World):
    return await world.person()


@pytest.fixture
async def customer(world: World, rm):
    return await world.customer(rm, {"occupation": "Baker"})


@pytest.fixture
async def proposal(world: World, customer):
    done = await world.propose(
        customer, item("occupation", "Chef", source_text="chef"), source=Source(text="A chef now.")
    )
    return done.artifacts[0]


@pytest.fixture
async def decided(world: World, rm, proposal):
    return (await world.accept(rm, proposal)).artifact


@pytest.fixture
async def app(server, database):
    """A connection as the application's role."""
    connection = await asyncpg.connect(server.app_url(database), server_settings={"role": APP_ROLE})
    yield connection
    await connection.close()


# ── the application's role ────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_application_works_as_a_role_without_privileges(world: World):
    [row] = await world.rows(
        "select current_user::text as name, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication "
        "from pg_roles where rolname = current_user"
    )
    assert row.pop("name") == APP_ROLE
    assert row == dict.fromkeys(row, False)


async def test_it_owns_nothing(owner):
    found = await owner.fetch(
        "select relname::text from pg_class where relowner = $1::regrole "
        "union all select proname::text from pg_proc where proowner = $1::regrole "
        "union all select nspname::text from pg_namespace where nspowner = $1::regrole "
        "union all select datname::text from pg_database where datdba = $1::regrole",
        APP_ROLE,
    )
    assert found == []


TABLES = (
    "artifact",
    "event",
    "event_body",
    "source",
    "batch",
    "profile_value",
    "customer",
    "app_user",
    "delivery",
    "trigger_rule",
    "delivery_attempt",
    "delivery_output",
    "ledger_leaf",
    "ledger_node",
    "checkpoint",
)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "attempt",
    [
        "alter table {} disable trigger all",
        "truncate {} cascade",
        "drop table {} cascade",
        "alter table {} owner to placet_app",
        "create trigger mine before insert on {} for each row execute function refuse()",
    ],
)
async def test_it_cannot_get_round_a_trigger(app, table, attempt):
    with pytest.raises(FORBIDDEN):
        await app.execute(attempt.format(table))


@pytest.mark.parametrize(
    "attempt",
    [
        "set session_replication_role = replica",
        "create table mine (id text)",
        "create or replace function refuse() returns trigger language plpgsql as 'begin return null; end'",
        "drop function artifact_guard() cascade",
        "update alembic_version set version_num = 'none'",
        "set role postgres",
    ],
)
async def test_it_cannot_change_the_rules(app, attempt):
    with pytest.raises((FORBIDDEN, asyncpg.InvalidParameterValueError)):
        await app.execute(attempt)


@pytest.mark.parametrize(
    "attempt",
    [
        "delete from artifact",
        "delete from event",
        "update event set kind = 'nothing'",
        "delete from event_body",
        "update event_body set body = '{}'",
        "update ledger_leaf set hash = hash",
        "delete from ledger_leaf",
        "update ledger_node set hash = hash",
        "delete from ledger_node",
        "update checkpoint set note = note",
        "delete from checkpoint",
        "update source set text = ''",
        "delete from source",
        "update batch set digest = ''",
        "delete from batch",
        "delete from profile_value",
        "delete from delivery",
        "update delivery set topic = 'artifact.rejected'",
        "delete from delivery_attempt",
        "update delivery_output set content = ''",
        "delete from trigger_rule",
        "update trigger_rule set trigger = 'other'",
        "update artifact set payload = '{}'",
        "update artifact set customer_id = null",
        "update artifact set created_by_id = 'someone'",
        "update artifact set evidence_verified = true",
        "update artifact set field_version = 1",
    ],
)
async def test_it_has_no_right_to_change_what_was_said_and_done(app, decided, attempt):
    with pytest.raises(FORBIDDEN):
        await app.execute(attempt)


# ── whoever asks: an artifact ─────────────────────────────────────────────────────────────────────────────────────────

COLUMNS = {
    "id": "'other'",
    "seq": "seq + 1000000",
    "created_at": "created_at - interval '1 day'",
    "batch_id": "'other'",
    "version": "2",
    "artifact_type": "'task'",
    "created_by_type": "'rm'",
    "created_by_id": "'other'",
    "payload": 'payload || \'{"proposed_value": "Thief"}\'',
    "workflow_trigger": "'other'",
    "field": "'employer'",
    "field_version": "field_version + 1",
    "item_key": "'other'",
    "source_id": "null",
    "evidence_start": "0",
    "evidence_end": "1",
    "evidence_verified": "not evidence_verified",
    "customer_ref": "'other'",
    "customer_name": "'other'",
    "created_by_name": "'other'",
    "reverts": "'other'",
    "claim": "'\\x00'",
}


@pytest.mark.parametrize(("column", "to"), COLUMNS.items(), ids=COLUMNS)
async def test_no_column_but_the_decisions_changes(owner, proposal, column, to):
    with pytest.raises(REFUSED, match="immutable"):
        await owner.execute(f"update artifact set {column} = {to} where id = $1", proposal.id)


async def test_every_column_is_either_fixed_or_part_of_the_decision_or_named_as_exception(owner):
    columns = await owner.fetch(
        "select attname::text from pg_attribute where attrelid = 'artifact'::regclass and attnum > 0"
    )
    decision = {"status", "edited_value", "decided_at", "decided_by", "on_behalf_of", "reason"}
    decision |= {"decided_by_name", "on_behalf_of_name"}
    assert {row["attname"] for row in columns} == COLUMNS.keys() | decision | {"customer_id", "rm_id"}


DECISION = "status = 'accepted', decided_at = now(), decided_by = 'x', decided_by_name = 'x'"


@pytest.mark.parametrize(
    "attempt",
    [
        "status = 'rejected'",
        "status = 'pending', decided_at = null",
        "status = 'edited', edited_value = '\"Thief\"'",
        "decided_by = 'someone'",
        "decided_by_name = 'Someone'",
        "decided_at = now() + interval '1 hour'",
        "reason = 'because'",
        "on_behalf_of = 'someone', on_behalf_of_name = 'Someone'",
    ],
)
async def test_a_decision_is_made_once(owner, decided, attempt):
    with pytest.raises(REFUSED, match="decided once"):
        await owner.execute(f"update artifact set {attempt} where id = $1", decided.id)


async def test_a_pending_one_takes_no_part_of_a_decision_alone(owner, proposal):
    for attempt in ("reason = 'because'", "decided_by = 'someone'"):
        with pytest.raises(REFUSED, match="decided once"):
            await owner.execute(f"update artifact set {attempt} where id = $1", proposal.id)


async def test_a_decision_without_its_time_is_none(owner, proposal):
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute("update artifact set status = 'accepted' where id = $1", proposal.id)


@pytest.mark.parametrize("attempt", ["status = 'edited'", "status = 'accepted', edited_value = '1'"])
async def test_edited_and_its_value_go_together(owner, proposal, attempt):
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute(f"update artifact set {attempt}, decided_at = now() where id = $1", proposal.id)


async def test_an_artifact_keeps_its_customer(owner, world, rm, proposal):
    other = await world.customer(rm)
    for to in (None, other):
        with pytest.raises(REFUSED, match="keeps its customer"):
            await owner.execute("update artifact set customer_id = $2 where id = $1", proposal.id, to)


async def test_a_pending_artifacts_rm_may_follow_its_customer_only(owner, world, customer, proposal):
    successor = await world.person()
    for to in (None, successor.id):
        with pytest.raises(REFUSED, match="keeps its RM"):
            await owner.execute("update artifact set rm_id = $2 where id = $1", proposal.id, to)
    await owner.execute("update customer set rm_id = $2 where id = $1", customer, successor.id)
    await owner.execute("update artifact set rm_id = $2 where id = $1", proposal.id, successor.id)


async def test_a_decided_artifacts_rm_stays(owner, world, customer, decided):
    successor = await world.person()
    await owner.execute("update customer set rm_id = $2 where id = $1", customer, successor.id)
    with pytest.raises(REFUSED, match="keeps its RM"):
        await owner.execute("update artifact set rm_id = $2 where id = $1", decided.id, successor.id)


async def test_an_artifact_is_never_deleted(owner, proposal, decided):
    with pytest.raises(REFUSED, match="delete of artifact is refused"):
        await owner.execute("delete from artifact where id = $1", proposal.id)


# ── whoever asks: the trail and the sources ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "attempt",
    [
        "update event set kind = 'profile_edit.rejected'",
        "update event set at = at",
        "update event set commitment = ''",
        "delete from event",
        "update event_body set body = '{}'",
        "update event_body set salt = ''",
        "delete from event_body",
        "update source set text = text || '!'",
        "update source set sha256 = ''",
        "update source set title = 'Other'",
        "update source set customer_id = null",
        "delete from source",
    ],
)
async def test_the_trail_and_the_sources_stay_as_they_are(owner, decided, attempt):
    with pytest.raises(REFUSED):
        await owner.execute(attempt)


@pytest.mark.parametrize(
    "table", ["artifact", "event", "event_body", "source", "ledger_leaf", "ledger_node", "checkpoint"]
)
async def test_emptying_a_table_is_refused_too(owner, table):
    with pytest.raises(REFUSED, match=r"truncate of .* is refused"):
        await owner.execute(f"truncate {table} cascade")


async def test_a_source_is_nobody_elses(owner, world, rm, proposal):
    other = await world.customer(rm)
    with pytest.raises(REFUSED):
        await owner.execute("update source set customer_id = $2 where id = $1", proposal.source_id, other)


# ── what deleting people and customers may still do ───────────────────────────────────────────────────────────────────


async def test_a_deleted_customer_leaves_null_behind_and_nothing_else_changes(owner, world, rm, customer, decided):
    [before] = await world.rows("select * from artifact where id = $1", decided.id)
    await owner.execute("delete from customer where id = $1", customer)
    [after] = await world.rows("select * from artifact where id = $1", decided.id)
    assert after == before | {"customer_id": None}
    [source] = await world.rows("select * from source where id = $1", decided.source_id)
    assert source["customer_id"] is None


async def test_a_deleted_rm_leaves_null_behind_and_nothing_else_changes(owner, world, rm, customer, decided):
    [before] = await world.rows("select * from artifact where id = $1", decided.id)
    await owner.execute("delete from app_user where id = $1", rm.id)
    [after] = await world.rows("select * from artifact where id = $1", decided.id)
    assert after == before | {"rm_id": None}


async def test_no_foreign_key_leaves_the_trail(owner):
    found = await owner.fetch(
        "select conname::text, confrelid::regclass::text as target from pg_constraint "
        "where contype = 'f' and conrelid in ('event'::regclass, 'event_body'::regclass)"
    )
    assert [row["target"] for row in found] == ["event"]


# ── whoever asks: a delivery ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def delivered(owner, proposal):
    """A delivered one with an attempt that ended."""
    name = f"delivery-{proposal.id}"
    await owner.execute(
        "insert into delivery (id, event_id, artifact_id, customer_id, topic, kind, trigger, status, attempts, body) "
        "values ($1, 'e', $2, 'c', 'artifact.accepted', 'profile_edit.accepted', 'webhook', 'delivered', 1, 'sent')",
        name,
        proposal.id,
    )
    await owner.execute(
        "insert into delivery_attempt values ($1, 1, now(), now(), 'done', 204, 'Answered 204.', '')", name
    )
    return name


@pytest.mark.parametrize(
    "change",
    [
        "id = 'other'", "event_id = 'other'", "artifact_id = null", "customer_id = 'other'", "topic = 'other'", "kind = 'other'",
        "trigger = 'other'", "created_at = now()", "body = 'other'", "body = null", "attempts = 0", "status = 'dead'",
        "status = 'cancelled'",
    ],
)  # fmt: skip
async def test_a_delivery_keeps_what_was_promised_and_sent(owner, delivered, change):
    with pytest.raises(REFUSED):
        await owner.execute(f"update delivery set {change} where id = $1", delivered)


async def test_how_an_attempt_went_is_said_once(owner, delivered):
    for change in ("outcome = 'retry'", "ended_at = null", "said = 'It went well.'"):
        with pytest.raises(REFUSED):
            await owner.execute(f"update delivery_attempt set {change} where delivery_id = $1", delivered)
    with pytest.raises(REFUSED):
        await owner.execute("delete from delivery where id = $1", delivered)


async def test_a_cancelled_delivery_stays_so(owner, delivered):
    await owner.execute("update delivery set status = 'promised' where id = $1", delivered)  # made again by hand
    await owner.execute("update delivery set status = 'cancelled' where id = $1", delivered)
    with pytest.raises(REFUSED):
        await owner.execute("update delivery set status = 'promised' where id = $1", delivered)
