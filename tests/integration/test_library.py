"""Placet as a library: each verb of the repository, what a refusal raises, and where the database comes from."""

from datetime import UTC, datetime, timedelta

import asyncpg
import msgspec
import pytest

import placet
from conftest import World
from placet.identity.principal import Authority

READER = placet.as_agent("library-reader")
NOTE = "Ana is head chef at the Old Mill now. Mobile +44 7700 900417."


@pytest.fixture
def repository(runtime):
    return placet.Repository(runtime.pool, schema=runtime.schema)


@pytest.fixture
async def rm(repository, world: World):
    return await world.person()


@pytest.fixture
async def customer(world: World, rm):
    return await world.customer(rm, {"occupation": "Baker"})


async def propose(repository, customer, **values):
    return await repository.propose_many(READER, customer, [placet.profile_edit(k, v) for k, v in values.items()])


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_one_is_read_by_its_id(repository, rm, customer):
    made = await repository.propose(READER, customer, placet.profile_edit("occupation", "Chef"))
    assert await repository.get(rm, made.id) == made
    with pytest.raises(placet.NotFound, match="Artifact not found"):
        await repository.get(rm, "nothing")


async def test_lists_narrow_and_page(repository, rm, customer):
    done = await propose(repository, customer, occupation="Chef", employer="The Old Mill", pep=True)
    await repository.reject(rm, done.artifacts[0].id)
    ids = [found.id for found in done.artifacts]

    async def listed(page):
        return [found.id for found in (await page).artifacts]

    assert await listed(repository.list_by_customer(rm, customer)) == ids
    assert await listed(repository.list_by_customer(rm, customer, status="rejected")) == ids[:1]
    assert await listed(repository.list_pending(rm)) == ids[1:]
    assert await listed(repository.list_pending(rm, customer_id=customer, limit=1)) == ids[1:2]
    assert await listed(repository.list_artifacts(rm, placet.Filters(field="pep"))) == ids[2:]
    first = await repository.list_pending(rm, limit=1)
    assert await listed(repository.list_pending(rm, limit=1, cursor=first.next_cursor)) == ids[2:]
    assert [found.id for found in await repository.list_batch(rm, done.batch_id)] == ids


@pytest.mark.parametrize("limit", [-1, 201])
async def test_a_page_has_a_bound(repository, rm, limit):
    with pytest.raises(placet.Invalid):
        await repository.list_artifacts(rm, limit=limit)


async def test_a_card_is_what_a_person_is_shown(repository, customer):
    made = await repository.propose(READER, customer, placet.profile_edit("occupation", "Chef", quote="chef"))
    card = repository.card(made)
    assert (card.title, card.now, card.proposed) == ("Occupation", "Baker", "Chef")
    assert [badge.kind for badge in card.badges] == ["unverified"]


# ── proposing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_quote_is_verified_against_the_source(repository, customer):
    made = await repository.propose(
        READER,
        customer,
        placet.profile_edit("occupation", "Head chef", quote="head chef", confidence="high", why="It says so."),
        source=placet.Source(text=NOTE),
        batch_id="note-1",
    )
    assert (made.batch_id, made.evidence_verified) == ("note-1", True)
    assert NOTE[made.evidence_start : made.evidence_end] == "head chef"


async def test_what_waits_already_is_the_answer(repository, rm, customer):
    made = await repository.propose(READER, customer, placet.profile_edit("occupation", "Chef"))
    again = await repository.propose(rm, customer, placet.profile_edit("occupation", " Chef"))
    assert again.id == made.id


@pytest.mark.parametrize(
    ("field", "value", "code"), [("occupation", "Baker", "no_change"), ("usPerson", True, "policy")]
)
async def test_a_single_proposal_that_comes_to_nothing_raises_and_leaves_nothing(
    repository, world: World, customer, field, value, code
):
    before = await world.stored(customer)
    with pytest.raises(placet.Conflict) as caught:
        await repository.propose(READER, customer, placet.profile_edit(field, value))
    assert caught.value.code == code
    assert await world.stored(customer) == before


async def test_many_say_what_was_skipped(repository, customer):
    done = await propose(repository, customer, occupation="Baker", employer="The Old Mill", usPerson=True)
    assert [found.field for found in done.artifacts] == ["employer"]
    assert [(skipped.index, skipped.reason) for skipped in done.skipped] == [(0, "no_change"), (2, "policy")]


async def test_a_bad_item_raises(repository, customer):
    with pytest.raises(placet.InvalidItems) as caught:
        await repository.propose(READER, customer, placet.profile_edit("dependants", "many"))
    assert caught.value.members["errors"][0]["index"] == 0


async def test_a_note_is_read_by_the_offline_reader(repository, rm, customer):
    done = await repository.read_note(rm, customer, "New mobile: +44 7700 900417.", title="Call")
    [found] = [each for each in done.artifacts if each.field == "phone"]
    assert (found.created_by_type, found.evidence_verified, found.source_title) == ("agent", True, "Call")


async def test_a_note_with_nothing_in_it_raises(repository, rm, customer):
    with pytest.raises(placet.Invalid) as caught:
        await repository.read_note(rm, customer, "We talked about the weather.")
    assert caught.value.code == "nothing_found"


# ── deciding ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_accept_reject_and_accept_with_edits_answer_with_the_artifact(repository, rm, customer):
    done = await propose(repository, customer, occupation="Chef", employer="Mill", pep=True, dependants=2)
    occupation, employer, pep, dependants = done.artifacts
    assert (await repository.accept(rm, occupation.id)).status == "accepted"
    edited = await repository.accept_with_edits(rm, employer.id, "The Old Mill", reason="As on the card.")
    assert (edited.status, edited.edited_value, edited.reason) == ("edited", "The Old Mill", "As on the card.")
    assert (await repository.reject(rm, pep.id, reason="Not so.")).reason == "Not so."
    assert (await repository.accept_with_edits(rm, dependants.id, 3)).decided_value == 3
    assert await repository.profile(rm, customer) == {"occupation": "Chef", "employer": "The Old Mill", "dependants": 3}


async def test_a_single_decision_that_is_refused_raises_what_it_is(repository, rm, world: World, customer):
    made = await repository.propose(
        READER,
        customer,
        placet.Item(payload={"field_key": "occupation", "proposed_value": "Chef", "previous_value": "x"}),
    )
    stranger = await world.person()
    for call, error, code in (
        (repository.accept(READER, made.id), placet.Forbidden, "agents_never_decide"),
        (repository.accept(stranger, made.id), placet.NotFound, "not_found"),
        (repository.reject(await world.person("admin"), made.id), placet.Forbidden, "not_the_rm"),
        (repository.accept(rm, made.id), placet.Stale, "stale"),
        (repository.accept_with_edits(rm, made.id, 7), placet.InvalidValue, "invalid_value"),
        (repository.accept(rm, made.id, expected_current_value="Fletcher"), placet.Stale, "stale"),
    ):
        with pytest.raises(error) as caught:
            await call
        assert caught.value.code == code
    assert (await repository.accept(rm, made.id, expected_current_value="Baker")).status == "accepted"
    with pytest.raises(placet.Conflict, match="accepted before"):
        await repository.reject(rm, made.id)


async def test_a_list_gives_outcomes_and_raises_for_none(repository, rm, customer):
    done = await propose(repository, customer, occupation="Chef", employer="Mill")
    asked = [placet.Decision(by=rm, artifact_id=found.id, status="accepted") for found in done.artifacts]
    wrong = placet.Decision(by=rm, artifact_id="nothing", status="accepted")
    tried = await repository.decide([*asked, wrong], dry_run=True)
    assert [outcome.outcome for outcome in tried] == ["applied", "applied", "not_found"]
    none = await repository.decide([*asked, wrong], atomic=True)
    assert [outcome.outcome for outcome in none] == ["left_out", "left_out", "not_found"]
    assert [outcome.good for outcome in await repository.decide(asked)] == [True, True]


async def test_a_batch_is_accepted_but_for_what_a_person_should_look_at(repository, rm, customer):
    done = await repository.propose_many(
        READER,
        customer,
        [
            placet.profile_edit("occupation", "Head chef", quote="head chef"),
            placet.profile_edit("employer", "The Old Mill", quote="the Old Mill", confidence="low"),
        ],
        source=placet.Source(text=NOTE),
    )
    tried = await repository.accept_batch(rm, done.batch_id, dry_run=True)
    accepted = await repository.accept_batch(rm, done.batch_id)
    assert (
        [outcome.outcome for outcome in tried] == [outcome.outcome for outcome in accepted] == ["applied", "left_out"]
    )
    [rejected] = await repository.reject_batch(rm, done.batch_id, reason="Too vague.")
    assert (rejected.artifact.status, rejected.artifact.reason) == ("rejected", "Too vague.")


async def test_field_updates_are_applied(repository, rm, customer):
    done = await propose(repository, customer, occupation="Chef", employer="Mill", pep=True)
    applied = await repository.apply_updates(
        rm,
        customer,
        done.batch_id,
        [placet.FieldUpdate("1", "occupation"), placet.FieldUpdate("2", "employer"), placet.FieldUpdate("3", "pep")],
        ["1", "2"],
        edited_values={"2": "The Old Mill"},
        reasons={"3": "Not so."},
    )
    assert (applied.fields_updated, applied.errors) == (2, [])
    assert await repository.profile(rm, customer) == {"occupation": "Chef", "employer": "The Old Mill"}


async def test_what_matches_is_counted_and_rejected_as_counted(repository, rm, customer):
    await propose(repository, customer, occupation="Chef", employer="The Old Mill")
    matching = placet.Matching(customer_id=customer)
    counted = await repository.reject_matching(rm, matching, dry_run=True)
    assert (counted.count, len(counted.examples), counted.outcomes) == (2, 2, [])
    with pytest.raises(placet.Conflict) as refused:
        await repository.reject_matching(rm, matching, expected=1)
    assert (refused.value.code, refused.value.members["count"]) == ("count_changed", 2)
    done = await repository.reject_matching(rm, matching, expected=2)
    assert (done.count, [outcome.artifact.status for outcome in done.outcomes]) == (2, ["rejected"] * 2)


async def test_a_colleague_stands_in_and_is_handed_one(repository, rm, customer, world: World):
    colleague, until = await world.person(), datetime.now(UTC) + timedelta(days=3)
    [first, second] = (await propose(repository, customer, occupation="Chef", employer="The Old Mill")).artifacts
    made = await repository.delegate(rm, colleague.id, until, customer_ids=[customer])
    assert (await repository.accept(colleague, first.id)).on_behalf_of == rm.id
    await repository.end_delegation(colleague, made.id)
    with pytest.raises(placet.NotFound):
        await repository.accept(colleague, second.id)
    handed = await repository.hand_over(rm, second.id, colleague.id)
    assert (await repository.accept(colleague, second.id)).status == "accepted"
    assert [found.id for found in await repository.delegations(rm)] == [handed.id, made.id]


# ── people, customers, the trail ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_person_and_a_customer_are_added_read_moved_and_deleted(repository):
    ines = await repository.add_person(placet.SYSTEM, name="Ines", email="ines@library.example", role="rm")
    rui = await repository.add_person(placet.SYSTEM, name="Rui", email="rui@library.example", role="rm")
    added = await repository.add_customer(
        placet.SYSTEM, name="Ana", rm_id=ines.id, profile={"phone": "+44 7700 900417"}
    )
    found = await repository.customer(ines.principal(), added.id)
    assert (found.name, found.rm_name, found.profile) == ("Ana", "Ines", {"phone": "+447700900417"})
    await repository.reassign(placet.SYSTEM, added.id, rui.id)
    with pytest.raises(placet.NotFound):
        await repository.customer(ines.principal(), added.id)
    await repository.delete_customer(placet.SYSTEM, added.id)
    with pytest.raises(placet.NotFound):
        await repository.profile(rui.principal(), added.id)
    assert [event.kind for event in await repository.events(placet.SYSTEM, added.id)] == [
        "customer.created",
        "customer.reassigned",
        "customer.deleted",
    ]


async def test_only_an_admin_adds_moves_and_deletes(repository, rm, customer):
    for call in (
        repository.add_person(rm, name="Rui", email="rui2@library.example", role="admin"),
        repository.add_customer(rm, name="Ana", rm_id=rm.id),
        repository.reassign(rm, customer, rm.id),
        repository.delete_customer(READER, customer),
    ):
        with pytest.raises(placet.Forbidden):
            await call


async def test_the_trail_of_an_artifact_is_for_who_sees_it(repository, rm, world: World, customer):
    made = await repository.propose(READER, customer, placet.profile_edit("occupation", "Chef"))
    await repository.accept(rm, made.id)
    assert [event.act for event in await repository.artifact_events(rm, made.id)] == ["proposed", "accepted"]
    first, *rest = await repository.events(rm, customer)
    assert await repository.events(rm, customer, after=first.seq) == rest
    with pytest.raises(placet.NotFound):
        await repository.artifact_events(await world.person(), made.id)


# ── where the database is ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def unset(monkeypatch, tmp_path):
    """No settings at all, but files of one's own."""
    for name in ("PLACET_DATABASE_URL", "PLACET_MIGRATION_URL", "PLACET_PROFILE_SCHEMA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PLACET_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


async def test_open_takes_an_address(server, database, unset, rm, customer):
    async with placet.open(server.app_url(database)) as repository:
        assert (await repository.customer(rm, customer)).id == customer


async def test_open_takes_the_address_in_the_settings(server, database, unset, monkeypatch, rm, customer):
    monkeypatch.setenv("PLACET_DATABASE_URL", server.app_url(database))
    async with placet.open() as repository:
        assert (await repository.customer(rm, customer)).id == customer


async def test_open_takes_a_schema_or_the_file_of_one(server, database, unset, tmp_path):
    file = tmp_path / "fields.json"
    file.write_text('{"version": "9", "fields": [{"key": "a", "label": "A", "section": "S", "type": "text"}]}')
    for given in (file, placet.load_schema(file)):
        async with placet.open(server.app_url(database), schema=given) as repository:
            assert repository.schema.version == "9"


async def test_open_starts_an_embedded_database_and_brings_it_up_to_date(unset):
    async with placet.open() as repository:
        added = await repository.add_customer(placet.SYSTEM, name="Ana", rm_id=None, profile={"occupation": "Baker"})
    async with placet.open() as repository:
        assert await repository.profile(placet.SYSTEM, added.id) == {"occupation": "Baker"}


async def test_open_does_not_migrate_a_database_of_yours(server, unset):
    admin = await asyncpg.connect(server.owner_url("postgres"))
    await admin.execute("create database never_migrated")
    try:
        with pytest.raises(placet.Unavailable, match="placet migrate"):
            async with placet.open(server.app_url("never_migrated")):
                pytest.fail("it has no tables")
    finally:
        await admin.execute("drop database never_migrated with (force)")
        await admin.close()


@pytest.mark.parametrize("who", ["nobody listens", "nobody knows the user", "no address"])
async def test_open_of_nothing_is_unavailable(server, unset, who):
    url = {
        "nobody listens": "postgresql://nobody@127.0.0.1:1/nothing",
        "nobody knows the user": server.app_url("postgres").replace("placet_app", "nobody"),
        "no address": "postgres//",
    }[who]
    with pytest.raises(placet.Unavailable, match="cannot be opened"):
        async with placet.open(url):
            pytest.fail("there is nothing there")


async def test_a_pool_of_the_callers_stays_the_callers(server, database, rm, customer):
    pool = await placet.open_pool(server.app_url(database), size=2)
    try:
        repository = placet.Repository(pool)
        assert (await repository.customer(rm, customer)).id == customer
        assert await pool.fetchval("select current_user::text") == "placet_app"
    finally:
        await pool.close()


async def test_a_persons_own_changes(repository, world: World, rm, customer):
    [outcome] = await repository.change_profile(
        rm, customer, {"occupation": "Miller"}, expected_versions={"occupation": 1}
    )
    undone = await repository.revert(rm, outcome.artifact.id, reason="Misheard.")
    assert (undone.reverts, (await repository.profile(rm, customer))["occupation"]) == (outcome.artifact.id, "Baker")
    made = await repository.propose(READER, customer, placet.profile_edit("occupation", "Chef"))
    assert (await repository.withdraw(READER, made.id)).status == "withdrawn"
    assert await repository.person(rm.id) == msgspec.structs.replace(rm, authority=Authority())
