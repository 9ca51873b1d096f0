"""The doors that read notes, with a language model in the settings: the command line, the page where a note is pasted."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from acceptance.api.conftest import Desk
from acceptance.api.test_access import csrf, signed_in
from acceptance.chat.conftest import NOTE
from acceptance.chat.openai_stub import Failure, OpenAiStub, calls, says
from acceptance.cli.conftest import placet
from placet.api.app import create_app
from placet.runtime import Runtime
from placet.settings import LanguageModel, Settings
from placet.web.pages import answer_error, handlers

__all__ = ["placet"]
FOUND = {"field": "addressCity", "value": "Lisbon", "quote": "moved to Lisbon", "confidence": "high"}


@pytest.fixture(scope="module")
def stub() -> Iterator[OpenAiStub]:
    with OpenAiStub() as found:
        yield found


def reads(_: Any) -> Any:
    return calls(("final_result", {"proposals": [FOUND], "not_proposed": []}))


def refuses(_: Any) -> Any:
    raise Failure(401)


def test_the_command_line_reads_with_the_model(placet: Any, stub: OpenAiStub, tmp_path: Path, desk: Desk) -> None:
    settings = {"PLACET_MODEL": "openai:stub-1", "PLACET_MODEL_URL": stub.url, "PLACET_MODEL_KEY": "k"}
    note = tmp_path / "note.md"
    note.write_text(NOTE)
    stub.begin(reads)
    read = placet("read", str(note), "--json", **settings).json
    assert [found["fieldKey"] for found in read["proposals"]] == ["addressCity"]
    assert NOTE[read["proposals"][0]["start"] : read["proposals"][0]["end"]] == "moved to Lisbon"
    done = placet("propose", "--customer", desk.customer, str(note), "--json", **settings).json
    assert [artifact["createdByName"] for artifact in done["artifacts"]] == ["note-reader (openai:stub-1)"]
    stub.begin(refuses)
    placet("read", str(note), **settings).refused("The language model refused the key")
    note.write_text(f"{NOTE} And more.")
    failed = placet("propose", "--customer", desk.customer, str(note), **settings)
    assert (failed.code, "The language model refused the key" in failed.err) == (1, True)


def test_the_doctor_asks_the_model_for_a_word(placet: Any, stub: OpenAiStub) -> None:
    def model(**settings: str) -> tuple[str, str]:
        checks = json.loads(placet("doctor", "--json", **settings).out)["checks"]
        return next((check["state"], check["detail"]) for check in checks if check["name"] == "model")

    there = {"PLACET_MODEL": "openai:stub-1", "PLACET_MODEL_URL": stub.url, "PLACET_MODEL_KEY": "k"}
    stub.begin(lambda _: says("ready"))
    assert model(**there) == ("good", f"openai:stub-1 at {stub.url} answers, as stub-1")
    assert model(**there | {"PLACET_MODEL": "ollama:qwen3"})[0] == "good"
    stub.begin(refuses)
    assert model(**there)[0] == "broken"
    assert model(PLACET_MODEL="nosuch:thing")[0] == "broken"
    assert "pip install" in model(PLACET_MODEL="anthropic:claude-sonnet-5")[1]
    assert model() == ("note", "not configured; notes are read by the offline reader")


@pytest.fixture
async def site(server: Any, database: str, schema: Any, stub: OpenAiStub) -> AsyncIterator[httpx.AsyncClient]:
    model = LanguageModel(name="openai:stub-1", url=stub.url, key="k", seconds=60)
    runtime = Runtime(Settings(database_url=server.app_url(database), pool_size=2, model=model), schema=schema)
    await runtime.open(server.app_url(database))
    app = create_app(runtime, handlers=handlers, answer_error=answer_error)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://placet.test", timeout=30) as client:
        yield client
    await runtime.close()


async def test_a_failing_model_leaves_the_note_in_the_page(
    desk: Desk, site: httpx.AsyncClient, stub: OpenAiStub
) -> None:
    cookie = await signed_in(desk.world, desk.rm)
    headers = {**cookie, "sec-fetch-site": "same-origin"}
    form = {"csrf": csrf(cookie), "text": NOTE, "title": "Lunch"}
    stub.begin(refuses)
    before = await desk.counts()
    answer = await site.post(f"/customers/{desk.customer}/read", data=form, headers=headers)
    assert answer.status_code == 502
    assert "The language model refused the key" in answer.text
    assert NOTE in answer.text
    assert 'value="Lunch"' in answer.text
    assert await desk.counts() == before
    stub.begin(reads)
    answer = await site.post(f"/customers/{desk.customer}/read", data=form, headers=headers)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/batches/")
