"""`placet propose`: notes become batches, several at a time, and a run that was stopped goes on where it was.

A note's batch id is made of its customer and its text, so the same note twice is proposed once. With a token the notes are
read here and proposed to a server; without one they go to the database of the settings.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from placet.agent import read_note as reading
from placet.agent.mind import Brief, Mind
from placet.artifacts.artifact import Wire
from placet.artifacts.artifact_type import to_wire
from placet.cli.database import OPERATOR
from placet.cli.given import text_of
from placet.cli.manifest import Job
from placet.customers.schema import ProfileSchema
from placet.errors import Conflict, PlacetError, TooMany, Unavailable

if TYPE_CHECKING:
    from placet.client import Client
    from placet.runtime import Runtime
    from placet.settings import Settings

PROPOSED, NOTHING, THERE, FAILED, NOT_TRIED = "proposed", "nothing", "there_already", "failed", "not_tried"
ATTEMPTS = 6
BACK_OFF_S = 1.0  # before the second attempt, then twice that each time
_LOST = ("server_unreachable", "not_placet")  # nobody says when to come back
Told = Callable[[int, "Result"], None]  # the number of a note that is done, and what became of it
Waits = Callable[[float], None]  # everybody waits so many seconds


class Result(msgspec.Struct, rename="camel", omit_defaults=True):
    """What became of a note."""

    note: str
    customer_id: str
    outcome: str
    batch_id: str | None = None
    artifacts: list[Wire] = []
    skipped: list[Any] = []
    code: str | None = None
    error: str | None = None


class Door(Protocol):
    """Where proposals go."""

    schema: ProfileSchema

    async def propose(self, job: Job, text: str, batch_id: str) -> Result:
        """Read a note and propose what it says."""
        ...


def batch_id_of(customer: str, text: str) -> str:
    """The batch id of a note of a customer: the same for the same text."""
    digest = hashlib.sha256(f"{customer}\n{text}".encode()).hexdigest()
    return f"note-{digest[:32]}"


class ToDatabase:
    """Proposes to the database, as the note reader on the command line's behalf."""

    def __init__(self, runtime: Runtime, *, dry_run: bool) -> None:
        self._runtime, self._dry_run = runtime, dry_run
        self.schema = runtime.schema

    async def propose(self, job: Job, text: str, batch_id: str) -> Result:
        """Read a note and store what it says, unless it is there already; of a dry run nothing is kept."""
        known = await reading.proposed_before(self._runtime, job.customer, batch_id)
        if known:
            return Result(
                job.note, job.customer, THERE, batch_id, [to_wire(each, OPERATOR, self.schema) for each in known]
            )
        found = await reading.read_note(
            self._runtime,
            OPERATOR,
            job.customer,
            text,
            title=job.title,
            occurred_at=job.occurred_at,
            locale=job.locale,
            batch_id=batch_id,
            dry_run=self._dry_run,
        )
        wires = [to_wire(each, OPERATOR, self.schema) for each in found.artifacts]
        return Result(job.note, job.customer, PROPOSED if wires else NOTHING, batch_id, wires, found.skipped)


class ToServer:
    """Reads here and proposes to a server, on the token's authority."""

    def __init__(self, client: Client, settings: Settings, *, dry_run: bool) -> None:
        self._client, self._dry_run = client, dry_run
        self._mind = Mind.of(settings)
        self.schema = client.schema()

    async def propose(self, job: Job, text: str, batch_id: str) -> Result:
        """Read a note with the profile as the server has it, and send what it says."""
        page = await asyncio.to_thread(
            self._client.list_artifacts, customer_id=job.customer, batch_id=batch_id, limit=200, order="asc"
        )
        if page.artifacts:
            return Result(job.note, job.customer, THERE, batch_id, page.artifacts)
        text = reading.checked(text)
        customer = await asyncio.to_thread(self._client.get_customer, job.customer)
        day = job.occurred_at.date() if job.occurred_at is not None else None
        found = await self._mind.read(
            Brief(
                text=text,
                schema=self.schema,
                profile=customer.profile,
                client=customer.name,
                date=day,
                locale=job.locale,
            )
        )
        if not found.proposals:
            return Result(job.note, job.customer, NOTHING)
        source = {"text": text, "title": job.title, "occurredAt": job.occurred_at and job.occurred_at.isoformat()}
        payloads = [
            {key: value for key, value in item.payload.items() if key not in ("field_display_name", "previous_value")}
            for item in reading.items(found.proposals)
        ]  # the server fills in what the profile says when it has them
        done = await asyncio.to_thread(
            self._client.propose,
            job.customer,
            payloads,
            source={key: value for key, value in source.items() if value is not None},
            batch_id=batch_id,
            dry_run=self._dry_run,
        )
        outcome = PROPOSED if done.artifacts else NOTHING
        return Result(job.note, job.customer, outcome, batch_id, done.artifacts, list(done.skipped))

    async def close(self) -> None:
        """Give back what the reader holds; the client is its owner's."""
        await self._mind.drain(0)


class Run:
    """A run over many notes: at most `at_once` at a time, all waiting where the server asks to."""

    def __init__(
        self, door: Door, jobs: Sequence[Job], *, at_once: int, patience: float, told: Told, waits: Waits
    ) -> None:  # fmt: skip
        self.results = [Result(job.note, job.customer, NOT_TRIED) for job in jobs]
        self.stopped: PlacetError | None = None
        self._door, self._jobs, self._told, self._waits = door, jobs, told, waits
        self._free = asyncio.Semaphore(at_once)
        self._patience = patience
        self._open = asyncio.Event()
        self._open.set()
        self._answered = False
        # A note that is listed twice is read once.
        self._same: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def all(self) -> None:
        """Propose from every note; a fault of one stops no other, a server that cannot take more stops the run."""
        async with asyncio.TaskGroup() as group:
            for number in range(len(self._jobs)):
                await self._free.acquire()
                if self.stopped is not None:
                    self._free.release()
                    break
                group.create_task(self._one(number))

    async def _one(self, number: int) -> None:
        job = self._jobs[number]
        try:
            result = await self._tried(job)
        except PlacetError as error:
            result = Result(job.note, job.customer, FAILED, code=error.code, error=error.sentence)
            if isinstance(error, Unavailable | TooMany):
                self.stopped = self.stopped or error
                result.outcome = NOT_TRIED
        except Exception as error:  # a fault of ours with one note is no reason to leave the others
            sentence = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
            result = Result(job.note, job.customer, FAILED, code="unexpected", error=sentence)
        finally:
            self._free.release()
        self.results[number] = result
        if result.outcome != NOT_TRIED:
            self._told(number, result)

    async def _tried(self, job: Job) -> Result:
        text = reading.checked(await asyncio.to_thread(text_of, job.note))
        batch_id = batch_id_of(job.customer, text)
        async with self._same[batch_id]:
            return await self._patiently(job, text, batch_id)

    async def _patiently(self, job: Job, text: str, batch_id: str) -> Result:
        for attempt in range(1, ATTEMPTS + 1):
            await self._open.wait()
            if self.stopped is not None:
                raise self.stopped
            try:
                result = await self._door.propose(job, text, batch_id)
            except reading.NothingFound:
                result = Result(job.note, job.customer, NOTHING)
            except Conflict as error:
                if error.code != "batch_exists":
                    raise
                result = Result(job.note, job.customer, THERE, batch_id)  # all of it was left out then, as it is now
            except (TooMany, Unavailable) as error:
                wait = self._wait_for(error, attempt)
                if wait is None:
                    raise
                await self._pause(wait)
                continue
            self._answered = True
            return result
        raise AssertionError("unreachable")

    def _wait_for(self, error: PlacetError, attempt: int) -> float | None:
        """How long to wait before trying again; None where there is no use in it."""
        if attempt == ATTEMPTS or (error.code in _LOST and not self._answered):
            return None
        back_off = BACK_OFF_S * 2 ** (attempt - 1) * random.uniform(0.8, 1.2)  # noqa: S311  # so that runs do not march in step
        wait = max(float(error.members.get("retry_after", 0)), back_off)
        return wait if wait <= self._patience else None

    async def _pause(self, seconds: float) -> None:
        """Hold everybody back for a while; who comes to it later joins the same pause."""
        if not self._open.is_set():
            await self._open.wait()
            return
        self._open.clear()
        self._waits(seconds)
        try:
            await asyncio.sleep(seconds)
        finally:
            self._open.set()
