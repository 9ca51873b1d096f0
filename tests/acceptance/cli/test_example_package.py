"""The example package, installed as anybody would into an environment of its own, beside a plug-in that is broken: listed,
reported, and driven through the API, the pages and the command line of a real server.
"""

from __future__ import annotations

import html
import re
import subprocess
import sys
import sysconfig
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from conftest import World
from placet.identity import sign_in

from .conftest import Placet, Serving, wait_until_ready

EXAMPLE = Path(__file__).parents[3] / "examples" / "placet-interest"
SKIING = {"category": "sport", "label": "alpine skiing", "source_text": "skis every winter"}
NOTE = {"text": "He skis every winter, in Davos if there is snow."}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """`placet` in a new environment that sees what this one has, and into which the package was installed. A second
    distribution there does not load.
    """
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=60)
    python = str(folder / "bin" / "python")
    [site] = folder.glob("lib/python*/site-packages")
    site.joinpath("placet.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index"]
    subprocess.run(
        [*pip, "--no-deps", "--no-build-isolation", str(EXAMPLE)], check=True, timeout=120, capture_output=True
    )
    about = site / "placet_broken-1.0.dist-info"
    about.mkdir()
    about.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: placet-broken\nVersion: 1.0\n")
    about.joinpath("entry_points.txt").write_text("[placet.artifact_types]\nbroken = no_such_module:Type\n")
    return python, "-c", "from placet.cli import main; main()"


@pytest.fixture(scope="module")
async def serving(
    server: Any, database: str, tmp_path_factory: pytest.TempPathFactory, installed: tuple[str, ...]
) -> AsyncIterator[Serving]:
    placet = Placet(tmp_path_factory.mktemp("serving"), PLACET_DATABASE_URL=server.app_url(database))
    placet.program = installed
    with placet.running("serve", "--port", "0", until="Serving at") as running:
        found = re.search(r"Serving at (http://127\.0\.0\.1:\d+)", running.printed)
        assert found is not None
        wait_until_ready(found[1])
        yield Serving(placet, running, found[1])


@pytest.fixture
async def desk(serving: Serving, world: World) -> AsyncIterator[Any]:
    """A signed-in RM with a customer, by browser, by token and by command line; and an agent's client."""
    rm = await world.person()
    customer = await world.customer(rm)
    async with world.runtime.reading() as connection:
        cookie = await sign_in.start(connection, rm.id)
    as_rm = await world.token(rm)
    token = as_rm["authorization"].removeprefix("Bearer ")
    url = serving.placet.environment["PLACET_DATABASE_URL"]
    own = Placet(serving.placet.folder, PLACET_DATABASE_URL=url, PLACET_URL=serving.url, PLACET_TOKEN=token)
    own.program = serving.placet.program
    headers = {"cookie": f"__Host-placet={cookie}", "accept": "text/html", "sec-fetch-site": "same-origin"}
    async with (
        httpx.AsyncClient(base_url=serving.url, headers=await world.token(agent="events-agent")) as agent,
        httpx.AsyncClient(base_url=serving.url, headers=as_rm) as api,
        httpx.AsyncClient(base_url=serving.url, headers=headers) as browser,
    ):
        yield type("Desk", (), {"customer": customer, "agent": agent, "api": api, "browser": browser, "placet": own})


async def propose(desk: Any, **payload: Any) -> dict[str, Any]:
    items = [{"artifactType": "interest", "payload": {**SKIING, **payload}}]
    answer = await desk.agent.post(
        f"/api/customers/{desk.customer}/artifacts", json={"artifacts": items, "source": NOTE}
    )
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()["artifacts"][0]
    return found


def test_it_is_listed_with_where_it_comes_from_and_the_broken_one_is_reported(serving: Serving) -> None:
    done = serving.placet.process("types", "--json")
    kinds = {kind["name"]: kind for kind in done.json["artifactTypes"]}
    assert (kinds["interest"]["from"], kinds["task"]["from"].split()[0]) == ("placet-interest 1.0.0", "placet")
    assert kinds["interest"]["actions"] == ["accept", "edit", "reject", "retire"]
    assert "No module named 'no_such_module'" in done.json["broken"]["broken"]
    doctor = serving.placet.process("doctor")
    assert doctor.code == 1
    assert "plug-in broken" in doctor.out
    assert "no_such_module" in doctor.out


async def test_through_the_api(desk: Any, world: World) -> None:
    found = await propose(desk)
    assert (found["title"], found["workflowTrigger"]) == ("Likes alpine skiing", "interest.invite")
    assert found["evidence"]["verified"] is True
    assert found["expiresAt"] is not None
    refused = await desk.agent.post(
        f"/api/customers/{desk.customer}/artifacts",
        json={"artifacts": [{"artifactType": "interest", "payload": {"category": "chess", "label": "x"}}]},
    )
    assert refused.status_code == 422
    assert "Category does not take" in refused.json()["errors"][0]["error"]
    card = (await desk.api.get(f"/api/artifacts/{found['id']}/card")).json()["card"]
    assert [(line["label"], line["text"]) for line in card["lines"]] == [
        ("Category", "Sport"), ("Interest", "alpine skiing"),
    ]  # fmt: skip
    body = {"status": "edited", "editedValue": {"label": "ski touring"}}
    assert (await desk.api.patch(f"/api/artifacts/{found['id']}", json=body)).status_code == 200
    kept = (await desk.api.get(f"/api/customers/{desk.customer}/kept")).json()
    assert [(fact["label"], fact["text"]) for fact in kept["facts"]] == [("Sport", "ski touring")]
    [promised] = await world.rows("select trigger, status from delivery where artifact_id = $1", found["id"])
    assert promised["trigger"] == "interest.invite"


async def test_through_the_pages(desk: Any) -> None:
    found = await propose(desk)
    page = (await desk.browser.get(f"/artifacts/{found['id']}?do=edit")).text
    assert "Likes alpine skiing" in page
    assert re.search(r'<select[^>]*name="value.category"', page)
    assert 'name="value.label"' in page
    csrf = html.unescape(re.search(r'name="csrf" value="([^"]*)"', page)[1])  # type: ignore[index]
    form = {"csrf": csrf, "status": "edited", "value.category": "travel", "value.label": "Davos", "next": "/inbox"}
    answer = await desk.browser.post(f"/artifacts/{found['id']}/decide", data=form)
    assert answer.status_code == 303, answer.text
    overview = (await desk.browser.get(f"/customers/{desk.customer}")).text
    assert "Davos" in overview
    assert "No longer" in overview  # the button of its own action
    answer = await desk.browser.post(f"/artifacts/{found['id']}/actions/retire", data={"csrf": csrf})
    assert answer.status_code == 303
    page = (await desk.browser.get(f"/artifacts/{found['id']}")).text
    assert "Retire: you" in page
    assert "Interest: Likes alpine skiing" in page  # in the trail


async def test_through_the_command_line(desk: Any) -> None:
    found = await propose(desk)
    assert "Likes alpine skiing" in desk.placet.process("inbox").ok()
    assert "skis every winter" in desk.placet.process("show", found["id"]).ok()
    assert desk.placet.process("decide", found["id"], "accept", "--json").json["status"] == "accepted"
    assert "retire is done" in desk.placet.process("act", found["id"], "retire").ok()
    desk.placet.process("act", found["id"], "explode").refused("no action 'explode'")


def test_its_trigger_makes_the_same_line_each_time(serving: Serving) -> None:
    program = (
        "import asyncio, types; from placet.triggers.trigger import trigger; t = trigger('interest.invite');"
        "d = types.SimpleNamespace(value={'category': 'sport', 'label': 'golf'}, customer_name='Ana');"
        "print([asyncio.run(t.call(d, t.read({}), None)).outputs[0].content for _ in range(2)])"
    )
    done = subprocess.run(
        [serving.placet.program[0], "-c", program],
        env=serving.placet.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[b'Ana\\tsport\\tgolf\\n', b'Ana\\tsport\\tgolf\\n']"
