"""Reading artifacts: who sees which, what narrows a list, and pages that neither repeat nor miss one."""

import pytest

from conftest import AGENT, World, accepted, item
from placet.artifacts import inbox
from placet.artifacts.artifact import Artifact
from placet.artifacts.inbox import Filters
from placet.artifacts.propose import Source
from placet.customers import records
from placet.customers.schema import Field, ProfileSchema
from placet.errors import Invalid, NotFound
from placet.identity.principal import agent

WIDE = ProfileSchema(
    "1", "EUR", tuple(Field(key=f"fact{n}", label="Fact", section="Facts", type="text") for n in range(200))
)


@pytest.fixture
async def rm(world: World):
    return await world.person()


@pytest.fixture
async def customer(world: World, rm):
    return await world.customer(rm, {"occupation": "Baker"})


async def listed(world, who, limit=50, **filters):
    more = {key: filters.pop(key) for key in ("order", "cursor", "offset") if key in filters}
    async with world.runtime.reading() as connection:
        return await inbox.list_artifacts(connection, who, Filters(**filters), limit=limit, **more)


def ids(artifacts):
    return [found.id for found in artifacts]


async def every_page(world, who, limit, between=None, **filters):
    seen, cursor = [], None
    while True:
        page = await listed(world, who, limit, cursor=cursor, **filters)
        seen += page.artifacts
        if page.next_cursor is None:
            return seen
        cursor = page.next_cursor
        if between is not None:
            await between(page.artifacts)


# ── order and pages ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_newest_batch_first_and_the_proposed_order_within(world: World, rm, customer):
    first = await world.propose(customer, item("occupation", "Chef"), item("employer", "The Old Mill"))
    second = await world.propose(customer, item("pep", True), item("dependants", 2))
    assert ids((await listed(world, rm)).artifacts) == ids(second.artifacts) + ids(first.artifacts)
    assert ids((await listed(world, rm, order="asc")).artifacts) == ids(first.artifacts) + ids(second.artifacts)


@pytest.mark.parametrize("order", ["desc", "asc"])
@pytest.mark.parametrize("status", [None, "pending"])
async def test_pages_of_one_batch_while_it_is_decided(world: World, rm, customer, order, status):
    """All rows share their time, and deciding one changes what is pending: the sequence keeps the place."""
    done = await world.propose(customer, *(item(f"fact{n}", "x") for n in range(200)), schema=WIDE)

    async def decide_them(artifacts):
        await world.decide(*(accepted(rm, found) for found in artifacts), schema=WIDE)

    seen = await every_page(world, rm, 30, decide_them, order=order, status=status, customer_id=customer)
    assert ids(seen) == ids(done.artifacts)


async def test_pages_while_new_batches_come(world: World, rm, customer):
    made = []
    for number in range(4):
        made = ids((await world.propose(customer, item("occupation", f"Job {number}"))).artifacts) + made

    async def one_more(_):
        await world.propose(customer, item("occupation", f"Late {len(ids(_))} {_[0].id}"))

    seen = await every_page(world, rm, 1, one_more)
    assert ids(seen) == made


async def test_the_last_page_says_so(world: World, rm, customer):
    await world.propose(customer, item("occupation", "Chef"), item("pep", True))
    assert (await listed(world, rm, 2)).next_cursor is None
    assert (await listed(world, rm, 1)).next_cursor is not None


async def test_none_asked_for_is_none_given(world: World, rm, customer):
    await world.propose(customer, item("occupation", "Chef"))
    page = await listed(world, rm, 0)
    assert (page.artifacts, page.next_cursor) == ([], None)


async def test_an_offset_skips(world: World, rm, customer):
    done = await world.propose(customer, *(item(f"fact{n}", "x") for n in range(5)), schema=WIDE)
    assert ids((await listed(world, rm, offset=3)).artifacts) == ids(done.artifacts[3:])


async def test_newest_decision_first(world: World, rm, customer):
    done = await world.propose(customer, item("occupation", "Chef"), item("employer", "Mill"), item("pep", True))
    for found in (done.artifacts[1], done.artifacts[2]):
        await world.accept(rm, found)
    assert ids(await every_page(world, rm, 1, order="decided")) == [done.artifacts[2].id, done.artifacts[1].id]


@pytest.mark.parametrize(
    "cursor", ["", "x", "ZGVzY3wyMDI2fDE", "ZGVzY3wyMDI2LTExLTIzVDA5OjMwOjAwfDE", "é", "YXNjfDIwMjYtMTEtMjN8LTE"]
)
async def test_a_cursor_of_somebody_elses_making_is_refused(world: World, rm, cursor):
    with pytest.raises(Invalid) as caught:
        await listed(world, rm, cursor=cursor)
    assert caught.value.code == "invalid_cursor"


async def test_a_cursor_belongs_to_its_order(world: World, rm, customer):
    await world.propose(customer, item("occupation", "Chef"), item("pep", True))
    page = await listed(world, rm, 1)
    with pytest.raises(Invalid):
        await listed(world, rm, 1, order="asc", cursor=page.next_cursor)


# ── what narrows it ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_each_filter_narrows_by_what_it_says(world: World, rm, customer):
    other = await world.customer(rm)
    done = await world.propose(
        customer,
        item("occupation", "Chef", confidence="low"),
        item("employer", "The Old Mill", confidence="high"),
        source=Source(text="A note."),
        batch_id="note-1",
    )
    elsewhere = await world.proposal(other, "pep", True)
    await world.accept(rm, done.artifacts[1])
    first, second = ids(done.artifacts)
    for filters, expected in (
        ({"status": "pending"}, [elsewhere.id, first]),
        ({"status": "accepted"}, [second]),
        ({"status": "no such status"}, []),
        ({"customer_id": other}, [elsewhere.id]),
        ({"batch_id": "note-1"}, [first, second]),
        ({"source_id": done.source_id}, [first, second]),
        ({"field": "employer"}, [second]),
        ({"confidence": "low"}, [first]),
        ({"type": "profile_edit"}, [elsewhere.id, first, second]),
        ({"type": "task"}, []),
        ({"rm_id": rm.id}, [elsewhere.id, first, second]),
        ({"rm_id": "nobody"}, []),
        ({"decided": True}, [second]),
        ({"decided": False}, [elsewhere.id, first]),
        ({"status": "pending", "confidence": "low", "customer_id": customer}, [first]),
    ):
        assert ids((await listed(world, rm, **filters)).artifacts) == expected, filters


# ── who sees which ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_everybody_sees_theirs_and_a_row_is_what_the_artifact_is(world: World, rm, customer):
    mine = await world.proposal(customer, "occupation", "Chef")
    stranger = await world.person()
    other = await world.customer(stranger)
    theirs = await world.proposal(other, "occupation", "Cook")
    for who, expected in (
        (rm, {mine.id}),
        (stranger, {theirs.id}),
        (await world.person(), set()),
        (await world.person("admin"), {mine.id, theirs.id}),
        (await world.person("auditor"), {mine.id, theirs.id}),
        (AGENT, {mine.id, theirs.id}),
        (agent("bound", customers=(customer,)), {mine.id}),
        (agent("bound to none", customers=()), set()),
    ):
        rows = (await listed(world, who, 200, status="pending")).artifacts
        assert {row.id for row in rows} & {mine.id, theirs.id} == expected, who
        async with world.runtime.reading() as connection:
            for found in (mine, theirs):
                if found.id in expected:
                    assert await inbox.get_artifact(connection, who, found.id) in rows
                else:
                    with pytest.raises(NotFound, match="Artifact not found"):
                        await inbox.get_artifact(connection, who, found.id)


async def test_a_customer_that_is_not_there_has_no_list(world: World, customer):
    for who, wanted in ((await world.person(), customer), (await world.person("admin"), "nobody")):
        with pytest.raises(NotFound, match="Customer not found"):
            await listed(world, who, customer_id=wanted)


async def test_what_waits_is_counted_by_customer(world: World, rm, customer):
    other = await world.customer(rm)
    done = await world.propose(customer, item("occupation", "Chef"), item("pep", True), item("dependants", 1))
    await world.proposal(other, "pep", True)
    await world.proposal(await world.customer(await world.person()), "pep", True)
    await world.reject(rm, done.artifacts[0])
    async with world.runtime.reading() as connection:
        assert await inbox.pending_counts(connection, rm) == {customer: 2, other: 1}
        counts = await inbox.pending_counts(connection, await world.person("admin"))
    assert counts[customer] == 2
    assert len(counts) >= 3


async def test_the_customers_with_the_most_waiting_come_first_however_many_there_are(world: World, owner):
    mine, theirs = await world.person(), await world.person()
    last = await world.customer(mine, name="Zuberi")
    await world.propose(last, item("occupation", "Cook"), item("employer", "The Inn"))
    others = await world.customer(theirs, name="Aaron")
    await world.propose(others, *(item(field, "Any words") for field in ("occupation", "employer", "contactWindow")))
    await owner.execute(
        "insert into customer (id, name, rm_id) select 'many-' || n, 'Customer ' || lpad(n::text, 3, '0'), $1"
        " from generate_series(1, 250) n",
        mine.id,
    )
    numbers = {last: 2, "many-200": 1, others: 3}
    async with world.runtime.reading() as connection:
        most = await records.most(connection, mine, numbers, 4)
        assert list(most) == [last, "many-200", "many-1", "many-2"]
        assert most[last] == "Zuberi"
        assert list(await records.most(connection, mine, {}, 2)) == ["many-1", "many-2"]
        assert list(await records.most(connection, mine, numbers, 1)) == [last]


async def test_a_text_means_a_customer_by_id_by_name_or_by_both(world: World, owner) -> None:
    mine, theirs = await world.person(), await world.person()
    await owner.execute(
        "insert into customer (id, name, rm_id) select id, name, $1"
        " from (values ('c-1', 'Ada Low'), ('c-2', 'ADA LOW'), ('c-3', 'Low, Ada'), ('c-4', 'c-3'), ('Ada', 'Zoe')) c (id, name)",
        mine.id,
    )
    await owner.execute("insert into customer (id, name, rm_id) values ('c-5', 'Ada Low', $1)", theirs.id)
    async with world.runtime.reading() as connection:
        for said, meant in {
            "c-1": ["c-1"],
            "ada low": ["c-1", "c-2"],
            "Ada Low, c-2": ["c-2"],
            "low, ADA": ["c-3"],  # a name with a comma is one before it is anything else
            "c-3": ["c-3"],  # and an id before it is a name
            "ada l": [],
            "c-5": [],
            "": [],
        }.items():
            assert list(await records.meant(connection, mine, said)) == meant, said
        assert await records.meant(connection, theirs, "Ada Low") == {"c-5": "Ada Low"}


async def test_the_columns_stand_in_the_order_of_an_artifacts_members(world: World) -> None:
    async with world.runtime.reading() as connection:
        columns = (await connection.prepare(inbox.SQL["columns"])).get_attributes()
    assert tuple(column.name for column in columns) == Artifact.__struct_fields__
