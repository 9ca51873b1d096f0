"""How the hot statements are done on a filled database: by which index, and looking at how many pages.

The verbs are called as the doors call them, over a connection that explains every statement first. No clock is asked: a
plan that reads a whole table is fast on the small tables of the other tests and ruins the service a year later.
"""

import re
from hashlib import sha256

import pytest
from bench.explaining import Explaining
from bench.filling import fill

from placet.api import idempotency
from placet.artifacts import custody, gate, inbox, insights
from placet.artifacts.decide import Decision, decide
from placet.artifacts.propose import Item, propose
from placet.audit import timeline, tree
from placet.identity import tokens
from placet.identity.principal import Authority, Principal, StandIn, agent

ARTIFACTS = 20_000
# These grow with every proposal; reading one of them from end to end is what must not happen. (`customer` and `app_user`
# are small beside them, and at this size the planner rightly reads them whole.)
LARGE = {
    "artifact",
    "event",
    "event_body",
    "profile_value",
    "source",
    "batch",
    "delivery",
    "api_token",
    "idempotency_key",
    "ledger_leaf",
}


@pytest.fixture(scope="module")
async def filled(owner):
    """The module's database with enough in it, statistics included, for an index to be worth its while."""
    await fill(owner, ARTIFACTS)
    await owner.execute(
        "insert into api_token (id, token_hash, user_id)"
        " select 'more-' || n, sha256(convert_to('more-' || n, 'UTF8')), 'bench-rm-0' from generate_series(1, 3000) n"
    )
    await owner.execute(
        "insert into idempotency_key (principal, method, path, key, body_digest)"
        " select 'rm:bench-rm-0', 'PATCH', '/api/artifacts/' || n, 'key', '\\x00' from generate_series(1, 3000) n"
    )
    await owner.execute(
        "insert into signature (artifact_id, act, at, user_id, user_name, status, field_version)"
        " select id, 'signed', now(), 'bench-rm-0', 'x', 'accepted', 1 from artifact order by id limit 3000"
    )
    await owner.execute("analyze")


@pytest.fixture
async def explaining(runtime, filled):
    """A connection as the application's role, in a transaction that is rolled back."""
    async with runtime.reading() as connection:
        transaction = connection.transaction()
        await transaction.start()
        yield Explaining(connection)
        await transaction.rollback()


@pytest.fixture(scope="module")
async def waiting(owner, filled):
    """A pending artifact as id, customer_id, rm_id."""
    return await owner.fetchrow(
        "select id, customer_id, rm_id from artifact where status = 'pending' order by id limit 1"
    )


def rm(row):
    return Principal("rm", row["rm_id"], "Relationship Manager", authority=Authority())


def indexes(explained):
    return {index for plan in explained.plans for _, _, index in plan.scans() if index}


def require_no_whole_table(explained):
    assert explained.plans
    for plan in explained.plans:
        whole = [(step, table) for step, table, _ in plan.scans() if step == "Seq Scan" and table in LARGE]
        assert whole == [], plan.sql


async def test_a_page_of_the_inbox_is_read_from_its_index_and_no_further(explaining, waiting):
    page = await inbox.list_artifacts(explaining, rm(waiting), inbox.Filters(status="pending"))
    assert len(page.artifacts) == 50
    assert page.next_cursor
    require_no_whole_table(explaining)
    assert "artifact_inbox" in indexes(explaining)
    assert not any(
        node["Node Type"] == "Sort" and node["Actual Rows"] > 60 for p in explaining.plans for node in p.nodes
    )
    assert explaining.buffers < 900


async def test_the_next_page_of_the_inbox_costs_what_the_first_does(explaining, waiting):
    who, filters = rm(waiting), inbox.Filters(status="pending")
    page = await inbox.list_artifacts(explaining, who, filters)
    first = explaining.buffers
    explaining.plans.clear()
    await inbox.list_artifacts(explaining, who, filters, cursor=page.next_cursor)
    require_no_whole_table(explaining)
    assert explaining.buffers < first * 1.5


async def test_the_list_of_a_customer(explaining, waiting):
    page = await inbox.list_artifacts(explaining, rm(waiting), inbox.Filters(customer_id=waiting["customer_id"]))
    assert len(page.artifacts) == 50
    require_no_whole_table(explaining)
    assert "artifact_of_customer" in indexes(explaining)
    assert explaining.buffers < 900


async def test_one_artifact(explaining, waiting):
    await inbox.get_artifact(explaining, rm(waiting), waiting["id"])
    require_no_whole_table(explaining)
    assert {"artifact_pkey", "artifact_rivals", "signature_of_artifact"} <= indexes(explaining)
    assert explaining.buffers < 40


async def test_what_of_a_list_was_undone(explaining, owner):
    """The counter-entries are found by what they revert, however many artifacts revert nothing."""
    rows = await owner.fetch("select id from artifact where status = 'accepted' order by id limit 50")
    assert await inbox.undone(explaining, [row["id"] for row in rows]) == inbox.Undone()
    require_no_whole_table(explaining)
    assert {"artifact_reverts", "artifact_pkey"} <= indexes(explaining)
    assert explaining.buffers < 400


@pytest.mark.parametrize("status", ["accepted", "rejected"])
async def test_a_decision(explaining, waiting, owner, schema, status):
    who = rm(waiting)
    two = await owner.fetch("select id from artifact where status = 'pending' and rm_id = $1 limit 2", who.id)
    for row in two:
        explaining.plans.clear()  # the first one reads the catalogue, too
        decision = Decision(by=who, artifact_id=row["id"], status=status)
        [outcome] = await decide(explaining, [decision], schema=schema)
        assert outcome.outcome == "applied"
    require_no_whole_table(explaining)
    assert {"artifact_pkey", "artifact_rivals"} <= indexes(explaining)
    assert explaining.buffers < 300


async def test_what_a_decision_locks(explaining, waiting):
    body = await explaining.connection.fetchval("select prosrc from pg_proc where proname = 'lock_for_decision'")
    statements = [found.replace("ids", "$1::text[]") for found in re.findall(r"perform (.*?);", body, re.S)]
    assert len(statements) == 2
    for statement in statements:
        await explaining.fetch(f"select {statement}", [waiting["id"]])
    require_no_whole_table(explaining)
    assert {"artifact_pkey", "artifact_rivals"} <= indexes(explaining)
    assert explaining.buffers < 60


async def test_a_decision_on_sixty_four_at_once(explaining, waiting, owner, schema):
    who = rm(waiting)
    rows = await owner.fetch("select id from artifact where status = 'pending' and rm_id = $1 limit 64", who.id)
    await decide(
        explaining, [Decision(by=who, artifact_id=row["id"], status="accepted") for row in rows], schema=schema
    )
    require_no_whole_table(explaining)
    assert explaining.buffers < 64 * 150


async def test_a_proposal(explaining, waiting, schema):
    item = Item(payload={"field_key": "occupation", "proposed_value": "Bookbinder"})
    done = await propose(explaining, agent("reader"), waiting["customer_id"], [item], schema=schema)
    assert len(done.artifacts) == 1
    require_no_whole_table(explaining)
    assert {"batch_once", "profile_value_pkey", "artifact_rejected_claim"} <= indexes(explaining)
    assert explaining.buffers < 400


async def test_who_a_token_is(explaining):
    asked = ["placet_bench-rm-0", "placet_bench-rm-1", "nobody"]
    for _ in range(2):
        explaining.plans.clear()
        assert len(await tokens.who_are(explaining, asked)) == 2
    require_no_whole_table(explaining)
    assert "api_token_token_hash_key" in indexes(explaining)
    assert explaining.buffers < 60


async def test_the_claim_of_a_key(explaining):
    slot = "rm:bench-rm-0", "PATCH", "/api/artifacts/7", "key"
    await explaining.fetchval(idempotency.SQL["claim"], *slot, sha256(b"").digest())
    await explaining.fetchrow(idempotency.SQL["answered"], *slot)
    await explaining.execute(idempotency.SQL["store"], *slot, 200, "application/json", b"{}")
    await explaining.execute(gate.SQL["keep"], *([part] for part in slot), [200], ["application/json"], [b"{}"])
    require_no_whole_table(explaining)
    assert "idempotency_key_pkey" in indexes(explaining)
    assert explaining.buffers < 100


async def test_the_trail_of_an_artifact_and_of_a_customer(explaining, waiting):
    await timeline.of_artifact(explaining, waiting["id"])
    await timeline.of_customer(explaining, rm(waiting), waiting["customer_id"])
    require_no_whole_table(explaining)
    assert {"event_of_artifact", "event_of_customer"} <= indexes(explaining)


@pytest.mark.parametrize("whose", [None, inbox.TO_DECIDE])
@pytest.mark.parametrize("stands_in", [False, True])
async def test_what_waits_for_one_customer_is_not_looked_for_among_all_that_waits(
    explaining, owner, filled, stands_in, whose
):
    await owner.execute(
        "insert into app_user (id, name, email, role) values ('few', 'Few', 'few@bench.example', 'rm'),"
        " ('none', 'None', 'none@bench.example', 'rm') on conflict do nothing"
    )
    await owner.execute(
        "insert into delegation (id, from_user, to_user, from_at, until_at, created_by)"
        " values ('few', 'few', 'none', now(), now() + interval '1 day', 'few') on conflict do nothing"
    )
    customer = await owner.fetchval("select id from bench_customer where n = 199")
    await owner.execute("update customer set rm_id = 'few' where id = $1", customer)
    await owner.execute("update artifact set rm_id = 'few' where customer_id = $1 and status = 'pending'", customer)
    authority = Authority(delegations=(StandIn("few", "Few"),)) if stands_in else Authority()
    who = Principal("rm", "none" if stands_in else "few", "Few", authority=authority)
    page = await inbox.list_artifacts(explaining, who, inbox.Filters(status="pending", whose=whose))
    assert {artifact.customer_id for artifact in page.artifacts} == {customer}
    assert explaining.buffers < 700
    assert "artifact_newest_pending" not in indexes(explaining), "everybody's, one by one"
    explaining.plans.clear()
    assert list(await inbox.pending_counts(explaining, who, to_decide=whose is not None)) == [customer]
    assert explaining.buffers < 60


@pytest.mark.parametrize("may", ["see", "cosign"])
async def test_what_a_team_brings_to_decide_is_not_looked_for_among_all_it_has(explaining, owner, waiting, may):
    """Fifty customers with ten proposals each to look at, some of them signed once; and their own."""
    team = f"team-{may}"
    me = await owner.fetchval(
        "select rm_id from artifact where status = 'pending' and rm_id <> $1 group by rm_id order by count(*) desc limit 1",
        waiting["rm_id"],
    )
    await owner.execute("insert into team (id, name) values ($1, $1)", team)
    await owner.execute("insert into team_member (team_id, user_id, may) values ($1, $2, $3)", team, me, may)
    await owner.execute("update customer set team_id = $1 where rm_id = $2", team, waiting["rm_id"])
    await owner.execute(
        "insert into signature (artifact_id, act, at, user_id, user_name, status, field_version)"
        " select a.id, 'signed', now(), a.rm_id, 'x', 'accepted', coalesce(p.version, 0) from artifact a"
        " left join profile_value p using (customer_id, field)"
        " where a.status = 'pending' and a.field = 'occupation' and a.rm_id = $1",
        waiting["rm_id"],
    )
    who = Principal("rm", me, "Relationship Manager", authority=Authority(teams={team: may}))
    query = "select count(*) from artifact where status = 'pending' and rm_id = $1"
    own = await owner.fetchval(query, me)
    second = await owner.fetchval(f"{query} and field = 'occupation'", waiting["rm_id"]) if may == "cosign" else 0
    assert own > 100
    counts = await inbox.pending_counts(explaining, who, to_decide=True, dual=("occupation",))
    assert sum(counts.values()) == own + second
    require_no_whole_table(explaining)
    assert explaining.buffers < (1500 if second else 250)
    explaining.plans.clear()
    filters = inbox.Filters(status="pending", whose=inbox.TO_DECIDE, dual=("occupation",))
    await inbox.list_artifacts(explaining, who, filters)
    require_no_whole_table(explaining)
    assert explaining.buffers < (1500 if second else 900)


async def test_since_when_a_customer_is_whose_and_what_their_trail_is_made_of(explaining, waiting, owner):
    customer = waiting["customer_id"]
    events = await owner.fetchval("select count(*) from event where customer_id = $1", customer)
    assert events > 150
    await custody.attached_since(explaining, customer)
    assert indexes(explaining) == {"event_of_hands"}
    assert explaining.buffers < 10, "nothing else that happened is looked at"
    explaining.plans.clear()
    parts = await timeline.made_of(explaining, customer)
    assert sum(part.events for part in parts) == events
    require_no_whole_table(explaining)
    [plan] = explaining.plans
    bodies = sum(node["Actual Loops"] for node in plan.nodes if node.get("Relation Name") == "event_body")
    assert bodies == len(parts) < events, "one body for each kind"


async def test_what_waits_by_customer(explaining, waiting):
    assert await inbox.pending_counts(explaining, rm(waiting))
    require_no_whole_table(explaining)
    assert "artifact_inbox_counts" in indexes(explaining)


@pytest.mark.parametrize("stands_in", [False, True])
async def test_the_insights_of_an_rm_cost_what_that_rm_decided(explaining, waiting, owner, stands_in):
    other = await owner.fetchval("select min(id) from app_user where role = 'rm' and id <> $1", waiting["rm_id"])
    authority = Authority(delegations=(StandIn(other, "x"),)) if stands_in else Authority()
    who = Principal("rm", waiting["rm_id"], "Relationship Manager", authority=authority)
    found = await insights.insights(explaining, who, days=None)
    assert found.all.cases > 1000
    require_no_whole_table(explaining)
    assert "artifact_of_customer" in indexes(explaining)
    assert explaining.buffers < found.all.cases * 16
    explaining.plans.clear()
    await insights.cases(explaining, who, insights.Behind(statuses="rejected"), days=None, limit=5)
    require_no_whole_table(explaining)
    assert explaining.buffers < found.all.cases


async def test_the_insights_over_everything_end_with_the_newest(explaining, monkeypatch):
    monkeypatch.setattr(insights, "MOST", 500)
    who = Principal("auditor", "auditor", "Auditor")
    found = await insights.insights(explaining, who, days=None)
    assert found.limited
    assert 400 < found.all.cases <= 500
    require_no_whole_table(explaining)
    assert {"artifact_history", "event_of_artifact", "event_body_pkey"} <= indexes(explaining)
    counted, waiting = [sum(p.buffers for p in explaining.plans if ("pending" in p.sql) == it) for it in (False, True)]
    assert counted < 500 * 20
    assert waiting < 500
    explaining.plans.clear()
    for behind in (
        insights.Behind(),
        insights.Behind(statuses="edited rejected", field="occupation"),
        insights.Behind(pace="together"),
    ):
        await insights.cases(explaining, who, behind, days=None, limit=5)
    require_no_whole_table(explaining)
    lists = [plan for plan in explaining.plans if "decided as" in plan.sql]
    assert "event" not in {table for plan in lists for _, table, _ in plan.scans()}, "nobody asked what they say"
    assert sum(plan.buffers for plan in lists) < 3000


async def test_what_waits_for_its_seal_is_counted_from_the_last_one_on(explaining, owner):
    settled = await owner.fetchval("select seq from event order by seq desc offset 100 limit 1")
    await owner.execute(
        "insert into ledger_leaf (index, event_seq, hash) select row_number() over (order by seq) - 1, seq, sha256(id::bytea)"
        " from event where seq <= $1",
        settled,
    )
    await owner.execute("insert into checkpoint (number, size, note, settled) values (1, 1, '', $1)", settled)
    await owner.execute("analyze ledger_leaf")
    assert (await tree.unsealed(explaining)).events == 100
    require_no_whole_table(explaining)
    assert "event_pkey" in indexes(explaining)
    assert explaining.buffers < 250


async def test_a_whole_table_would_be_seen(explaining):
    await explaining.fetch("select * from artifact where payload ->> 'proposed_value' = 'x'")
    with pytest.raises(AssertionError, match="proposed_value"):
        require_no_whole_table(explaining)


async def test_what_is_explained_is_done_once(explaining):
    before = await explaining.connection.fetchval("select count(*) from source")
    await explaining.execute(
        "insert into source (id, text, sha256, created_by_type, created_by_id, created_by_name)"
        " values ('once', 'x', '\\x00', 'agent', 'reader', 'reader')"
    )
    assert await explaining.connection.fetchval("select count(*) from source") == before + 1
    assert len(explaining.plans) == 1
