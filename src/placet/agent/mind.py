"""Who reads: the offline reader, or the language model named in the settings. Everything that reads a note asks here.

Nothing heavy is imported before a language model is really asked: pydantic-ai takes seconds to load.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from placet.customers.schema import ProfileSchema
from placet.settings import LanguageModel, Settings

if TYPE_CHECKING:
    from pydantic_ai.models import Model

    from placet.agent.reader import Answer, Reading
    from placet.runtime import Runtime

Told = Callable[[int, int], Awaitable[None]]  # how many parts of a note are read, of how many


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader is given: a note (its newlines LF), whom it is about and what is recorded of them.

    `question` is what the text answers, if it is an answer.
    """

    text: str
    schema: ProfileSchema
    profile: Mapping[str, Any] = {}
    client: str | None = None
    date: dt.date | None = None
    locale: str = "en-GB"
    question: str | None = None


class Reader(msgspec.Struct, frozen=True):
    """Which agent read, with which model: what the trail keeps of it. `model` None is the offline reader alone."""

    agent: str
    version: str
    model: str | None = None

    @property
    def name(self) -> str:
        """What people are shown."""
        return self.agent if self.model is None else f"{self.agent} ({self.model})"


class Mind:
    """The reader of one process: `runtime.part(Mind)`, or `Mind.of(settings)` where there is no database."""

    def __init__(self, runtime: Runtime | None = None, *, settings: LanguageModel | None = None) -> None:
        self.settings = runtime.settings.model if runtime is not None else settings
        self._opening = asyncio.Lock()
        self._model: Model | None = None

    @classmethod
    def of(cls, settings: Settings) -> Mind:
        """The reader that settings name."""
        return cls(settings=settings.model)

    @property
    def reader(self) -> Reader:
        """Who is reading."""
        from placet.agent.reader import NAME, VERSION

        return Reader(NAME, VERSION, self.settings.name if self.settings is not None else None)

    async def read(self, brief: Brief, told: Told | None = None) -> Reading:
        """What a note says of its client's fields; raises ModelFailed where there is a model and it failed."""
        if self.settings is None:
            return await asyncio.to_thread(read_offline, brief)
        extraction = await asyncio.to_thread(_load_extraction)
        found: Reading = await extraction.read(await self.model(), self.settings, brief, told)
        return found

    async def model(self) -> Model:
        """The language model, connected; raises ModelFailed where it cannot even be set up."""
        assert self.settings is not None  # who has none asks the offline reader
        async with self._opening:
            if self._model is None:
                language_model = await asyncio.to_thread(_load_language_model)
                model: Model = language_model.build(self.settings)
                self._model = await model.__aenter__()
            return self._model

    async def drain(self, seconds: float) -> None:  # noqa: ARG002 - what is in flight ends with its request
        """Give the connections back."""
        if self._model is not None:
            model, self._model = self._model, None
            await model.__aexit__(None, None, None)


def read_offline(brief: Brief) -> Reading:
    """The offline reader's reading."""
    from placet.agent.reader import read

    return read(brief.text, **_around(brief))


def answer_offline(about: Brief, field_key: str, answer: str) -> Answer:
    """The offline reader's reading of the answer to a question about a field."""
    from placet.agent.reader import answer as read_answer

    return read_answer(answer, field_key, **_around(about))


def _around(brief: Brief) -> dict[str, Any]:
    return {
        "schema": brief.schema,
        "profile": brief.profile,
        "client": brief.client,
        "date": brief.date,
        "locale": brief.locale,
    }


def _load_extraction() -> Any:
    from placet.agent import extraction

    return extraction


def _load_language_model() -> Any:
    from placet.agent import language_model

    return language_model
