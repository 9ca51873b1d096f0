"""A second artifact type, added as one file of an installed distribution: through the API and the pages, with no migration.

The distribution is made by the test: a module, and the entry point that names it. Nothing of Placet knows the type.
"""

import html.parser
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from conftest import World
from placet.api.app import create_app
from placet.artifacts.artifact_type import artifact_types, broken_types
from placet.db.migrate import current_revision, newest_revision
from placet.identity import sign_in
from placet.plugins import forget
from placet.runtime import Runtime
from placet.web.pages import answer_error, handlers

MODULE = '''
"""A reminder: somebody should come back to something, by a day."""

import datetime

import msgspec

from placet.artifacts.artifact_type import ArtifactType
from placet.errors import InvalidValue


class ReminderPayload(msgspec.Struct, forbid_unknown_fields=True):
    """What to come back to, the day, and the words it was read from."""

    title: str
    due: str
    source_text: str | None = None


class Reminder(ArtifactType):
    """Nothing in the profile changes; what follows happens outside."""

    name, label = "reminder", "Reminder"
    Payload = ReminderPayload

    def check(self, payload, schema):
        """The day must be one."""
        try:
            datetime.date.fromisoformat(payload["due"])
        except ValueError:
            raise InvalidValue(f"A reminder is due on a day like 2026-11-30, not {payload['due'][:40]!r}.") from None

    def title(self, payload, schema):
        """What a row calls it."""
        return f"Reminder for {payload['due']}"
'''
CALL = {"title": "Call about the mortgage", "due": "2026-12-01", "source_text": "call me about the mortgage"}
NOTE = {"text": "Please call me about the mortgage at the start of December."}


@pytest.fixture(scope="module", autouse=True)
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The distribution on the path, and gone afterwards."""
    folder = tmp_path_factory.mktemp("site")
    folder.joinpath("placet_test_reminder.py").write_text(MODULE)
    about = folder / "placet_test_reminder-1.0.dist-info"
    about.mkdir()
    about.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: placet-test-reminder\nVersion: 1.0\n")
    about.joinpath("entry_points.txt").write_text("[placet.artifact_types]\nreminder = placet_test_reminder:Reminder\n")
    sys.path.insert(0, str(folder))
    forget()
    yield folder
    sys.path.remove(str(folder))
    sys.modules.pop("placet_test_reminder", None)
    forget()
    assert "reminder" not in artifact_types()


@pytest.fixture(scope="module")
async def before(runtime: Runtime, owner) -> tuple[set[str], str | None]:
    """The tables and the schema's revision before the type was used."""
    return await tables(owner), await current_revision(owner)


async def tables(owner) -> set[str]:
    query = (
        "select table_name || '.' || column_name as name from information_schema.columns where table_schema = 'public'"
    )
    return {row["name"] for row in await owner.fetch(query)}


@pytest.fixture
async def desk(world: World, http, before):
    """An RM, their customer, an agent."""
    rm = await world.person()
    customer = await world.customer(rm, {"occupation": "Baker"})
    as_rm, as_agent = await world.token(rm), await world.token(agent="reminding-reader")
    return rm, customer, as_rm, as_agent


async def proposed(http, customer, as_agent, *payloads, **more):
    items = [{"artifactType": "reminder", "payload": payload, "workflowTrigger": "webhook"} for payload in payloads]
    return await http.post(
        f"/api/customers/{customer}/artifacts", json={"artifacts": items, "source": NOTE, **more}, headers=as_agent
    )


async def test_it_is_found_and_described(http, desk):
    _, _, as_rm, _ = desk
    assert broken_types() == {}
    found = (await http.get("/api/artifact-types", headers=as_rm)).json()["artifactTypes"]
    assert [kind["name"] for kind in found][-1] == "reminder"  # after the built-in ones
    assert "profile_edit" in [kind["name"] for kind in found]
    assert found[-1]["label"] == "Reminder"
    assert found[-1]["actions"] == ["accept", "edit", "reject"]


async def test_it_is_proposed_listed_and_read(http, desk):
    _, customer, as_rm, as_agent = desk
    answer = await proposed(http, customer, as_agent, CALL, {**CALL, "title": "Send the brochure", "source_text": None})
    assert answer.status_code == 201, answer.text
    first, second = answer.json()["artifacts"]
    assert (first["artifactType"], first["status"], first["payload"]) == ("reminder", "pending", CALL)
    assert (first["evidence"]["verified"], second["evidence"]["verified"]) == (True, False)
    assert (first["rivals"], first["stale"], first["policy"]) == (0, False, "single")
    listed = await http.get(f"/api/customers/{customer}/artifacts?type=reminder&status=pending", headers=as_rm)
    assert [row["id"] for row in listed.json()["artifacts"]] == [first["id"], second["id"]]
    one = await http.get(f"/api/artifacts/{first['id']}", headers=as_rm)
    assert one.json()["artifact"] == listed.json()["artifacts"][0]


async def test_a_bad_one_is_refused_with_the_types_own_sentence(http, desk):
    _, customer, _, as_agent = desk
    answer = await proposed(http, customer, as_agent, CALL, {**CALL, "due": "soon"}, {"title": "x"}, {**CALL, "x": 1})
    assert answer.status_code == 422
    assert [error["index"] for error in answer.json()["errors"]] == [1, 2, 3]
    assert answer.json()["errors"][0]["error"] == "A reminder is due on a day like 2026-11-30, not 'soon'."


async def test_the_same_one_again_is_a_duplicate(http, desk):
    _, customer, _, as_agent = desk
    [first] = (await proposed(http, customer, as_agent, CALL)).json()["artifacts"]
    again = (await proposed(http, customer, as_agent, CALL)).json()
    assert again["artifacts"] == []
    assert again["skipped"] == [{"index": 0, "reason": "duplicate", "artifactId": first["id"]}]


async def decide(http, artifact, headers, status, **more):
    return await http.patch(f"/api/artifacts/{artifact['id']}", json={"status": status, **more}, headers=headers)


async def kinds(http, artifact, headers):
    answer = await http.get(f"/api/artifacts/{artifact['id']}/events", headers=headers)
    return [event["kind"] for event in answer.json()["events"]]


async def test_it_is_accepted_and_its_trigger_is_promised(http, desk, world):
    _, customer, as_rm, as_agent = desk
    [found] = (await proposed(http, customer, as_agent, CALL)).json()["artifacts"]
    answer = await decide(http, found, as_rm, "accepted")
    assert (answer.status_code, answer.json()["artifact"]["status"]) == (200, "accepted")
    assert await kinds(http, found, as_rm) == ["reminder.proposed", "reminder.accepted"]
    [row] = await world.rows("select topic, trigger, status from delivery where artifact_id = $1", found["id"])
    assert row == {"topic": "artifact.accepted", "trigger": "webhook", "status": "unrouted"}
    assert await world.profile(customer) == {"occupation": "Baker"}


async def test_it_is_edited(http, desk, world):
    _, customer, as_rm, as_agent = desk
    [found] = (await proposed(http, customer, as_agent, CALL)).json()["artifacts"]
    for wrong in ("text", None, {"due": "soon"}, {"no_such_member": 1}):
        assert (await decide(http, found, as_rm, "edited", editedValue=wrong)).status_code == 422
    answer = await decide(http, found, as_rm, "edited", editedValue={"due": "2026-12-02"})
    assert answer.status_code == 200, answer.text
    decided = answer.json()["artifact"]
    assert decided["status"] == "edited"
    assert decided["payload"] == {**CALL, "edited_value": {**CALL, "due": "2026-12-02"}}
    assert await kinds(http, found, as_rm) == ["reminder.proposed", "reminder.edited"]
    [row] = await world.rows("select topic, trigger from delivery where artifact_id = $1", found["id"])
    assert row == {"topic": "artifact.edited", "trigger": "webhook"}


async def test_an_edit_that_changes_nothing_is_an_acceptance(http, desk):
    _, customer, as_rm, as_agent = desk
    [found] = (await proposed(http, customer, as_agent, CALL)).json()["artifacts"]
    answer = await decide(http, found, as_rm, "edited", editedValue={"due": CALL["due"]})
    assert answer.json()["artifact"]["status"] == "accepted"


async def test_it_is_rejected_and_promises_nothing(http, desk, world):
    _, customer, as_rm, as_agent = desk
    [found] = (await proposed(http, customer, as_agent, CALL)).json()["artifacts"]
    assert (await decide(http, found, as_rm, "rejected", reason="Done already.")).status_code == 200
    assert await kinds(http, found, as_rm) == ["reminder.proposed", "reminder.rejected"]
    assert await world.rows("select * from delivery where artifact_id = $1", found["id"]) == []


async def test_an_agent_cannot_decide_it_and_others_do_not_see_it(http, desk, world):
    _, customer, _, as_agent = desk
    other = await world.token(await world.person())
    [found] = (await proposed(http, customer, as_agent, CALL)).json()["artifacts"]
    assert (await decide(http, found, as_agent, "accepted")).status_code == 403
    assert (await decide(http, found, other, "accepted")).status_code == 404


async def test_lists_and_batches_take_it_with_the_others(http, desk):
    _, customer, as_rm, as_agent = desk
    items = [
        {"artifactType": "reminder", "payload": CALL},
        {"payload": {"field_key": "employer", "proposed_value": "Casa Nova", "source_text": "the start of December"}},
    ]
    batch = await http.post(
        f"/api/customers/{customer}/artifacts", json={"artifacts": items, "source": NOTE}, headers=as_agent
    )
    answer = await http.post(f"/api/batches/{batch.json()['batchId']}/accept", headers=as_rm)
    assert answer.json()["count"] == 2


# ── on the pages ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Forms(html.parser.HTMLParser):
    """The forms of a page: where each goes and what its controls hold."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, list[tuple[str, str]]]] = []
        self.text: list[str] = []
        self._area: str | None = None

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.forms.append((given.get("action") or "", []))
        elif tag == "textarea" and self.forms:
            self._area = given.get("name")
            self.forms[-1][1].append((self._area or "", ""))
        elif tag in ("input", "button") and self.forms and given.get("name"):
            self.forms[-1][1].append((given["name"] or "", given.get("value") or ""))

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._area = None

    def handle_data(self, data):
        if self._area is not None:
            name, text = self.forms[-1][1].pop()
            self.forms[-1][1].append((name, text + data))
        self.text.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


def read_page(answer: httpx.Response) -> Forms:
    assert answer.status_code == 200, answer.text[:500]
    page = Forms()
    page.feed(answer.text)
    return page


@pytest.fixture
async def browser(runtime: Runtime, desk) -> AsyncIterator[httpx.AsyncClient]:
    """The pages, as the signed-in RM."""
    rm, *_ = desk
    async with runtime.reading() as connection:
        token = await sign_in.start(connection, rm.id)
    app = create_app(runtime, handlers=handlers, answer_error=answer_error)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    headers = {"cookie": f"__Host-placet={token}", "accept": "text/html", "sec-fetch-site": "same-origin"}
    async with httpx.AsyncClient(transport=transport, base_url="http://placet.test", headers=headers) as client:
        yield client


async def test_the_inbox_and_its_card_show_it(http, desk, browser):
    _, customer, _, as_agent = desk
    [found] = (await proposed(http, customer, as_agent, CALL)).json()["artifacts"]
    assert "Reminder for 2026-12-01" in read_page(await browser.get("/inbox")).words
    for address in (f"/inbox?open={found['id']}", f"/artifacts/{found['id']}", f"/customers/{customer}"):
        page = read_page(await browser.get(address))
        assert "Reminder for 2026-12-01" in page.words
    card = read_page(await browser.get(f"/artifacts/{found['id']}"))
    assert "Call about the mortgage" in card.words
    assert "call me about the mortgage" in card.words  # the quote, in its note


async def test_the_edit_form_edits_it(http, desk, browser):
    _, customer, as_rm, as_agent = desk
    [found] = (await proposed(http, customer, as_agent, CALL)).json()["artifacts"]
    page = read_page(await browser.get(f"/artifacts/{found['id']}?do=edit"))
    target = f"/artifacts/{found['id']}/decide"
    [form] = [
        fields for action, fields in page.forms if action == target and any(n.startswith("value.") for n, _ in fields)
    ]
    sent = dict(form) | {"status": "edited"}
    assert (sent["value.title"], sent["value.due"]) == (CALL["title"], CALL["due"])
    answer = await browser.post(
        target,
        content=urlencode(sent | {"value.due": "soon"}),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 422
    assert "A reminder is due on a day like 2026-11-30" in answer.text
    answer = await browser.post(
        target, content=urlencode(sent | {"value.due": "2026-12-03"}),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )  # fmt: skip
    assert answer.status_code == 303
    decided = (await http.get(f"/api/artifacts/{found['id']}", headers=as_rm)).json()["artifact"]
    assert decided["payload"]["edited_value"] == {**CALL, "due": "2026-12-03"}
    assert "2026-12-03" in read_page(await browser.get(f"/artifacts/{found['id']}")).words


@pytest.mark.parametrize("status", ["accepted", "rejected"])
async def test_the_buttons_decide_it(http, desk, browser, status):
    _, customer, as_rm, as_agent = desk
    [found] = (await proposed(http, customer, as_agent, CALL)).json()["artifacts"]
    mode = "?do=reject" if status == "rejected" else ""
    page = read_page(await browser.get(f"/artifacts/{found['id']}{mode}"))
    target = f"/artifacts/{found['id']}/decide"
    form = next(dict(fields) for action, fields in page.forms if action == target)
    answer = await browser.post(
        target,
        content=urlencode(form | {"status": status}),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 303
    assert (await http.get(f"/api/artifacts/{found['id']}", headers=as_rm)).json()["artifact"]["status"] == status
    history = read_page(await browser.get("/history"))
    assert "Reminder for 2026-12-01" in history.words


# ── and nothing was migrated ──────────────────────────────────────────────────────────────────────────────────────────


async def test_no_table_column_or_migration_was_added(owner, before):
    assert (await tables(owner), await current_revision(owner)) == before
    assert before[1] == newest_revision()


async def test_what_is_left_of_it_stays_readable_and_can_be_rejected_when_it_is_gone(http, desk, browser, installed):
    _, customer, as_rm, as_agent = desk
    [found] = (await proposed(http, customer, as_agent, CALL)).json()["artifacts"]
    sys.path.remove(str(installed))
    forget()
    try:
        one = await http.get(f"/api/artifacts/{found['id']}", headers=as_rm)
        assert one.json()["artifact"]["allowed"] == ["rejected"]
        assert "Call about the mortgage" in read_page(await browser.get(f"/artifacts/{found['id']}")).words
        assert read_page(await browser.get("/inbox")).words
        answer = await decide(http, found, as_rm, "accepted")
        assert (answer.status_code, answer.json()["code"]) == (409, "not_in_lifecycle")
        assert (await decide(http, found, as_rm, "rejected")).status_code == 200
    finally:
        sys.path.insert(0, str(installed))
        forget()
