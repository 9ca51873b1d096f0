"""What a trigger is: one class in one file, registered by the entry point `placet.triggers`.

A trigger is what should follow an approval outside this database. Its `call` makes one delivery: it sends the mail, tells
the CRM, renders the document. The worker calls it after the commit, at least once: a process may die after the call and
before it could write that down, so a call must be idempotent by `delivery.id`, which is the same in every attempt (hand it
on as the receiver's idempotency key, or look for what an earlier attempt left). What `call` answers says how it went:

- `Done`: made; with outputs to keep (a PDF, a calendar file), if there are any.
- `RetryLater`: not now; tried again on the schedule, or no sooner than `after`.
- `Failed`: never; the delivery is dead at once, visible, and can be replayed by hand.

An exception is a `RetryLater` with its sentence. `call` must return within `timeout`; it is cancelled after that.

Which approvals fire it is configuration: rules that an admin edits, each with the kinds it is for (`profile_edit.accepted`)
and the trigger's `Config`. An artifact that names the trigger (`workflow_trigger`) fires it too: with the matching rule's
configuration, else with the defaults, where every member of `Config` has one. Members named in `secrets` are stored
encrypted and never shown. A plug-in that does not load is left out and reported by `placet doctor`, as artifact types are.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import msgspec

from placet.customers.schema import ProfileSchema
from placet.db.engine import Connection, Pool, connection, transact
from placet.errors import Invalid
from placet.plugins import plugins
from placet.settings import Settings

if TYPE_CHECKING:
    from placet.triggers.outside import Outside

T = TypeVar("T")
GROUP = "placet.triggers"


class Delivery(msgspec.Struct, kw_only=True, frozen=True):
    """One promise to call a trigger, with the decision it follows from. Nothing in it differs between attempts but
    `attempt` (1 for the first) and, where somebody erased them, the values.

    `kind` is `TYPE.STATUS`, such as `profile_edit.accepted`. `value` is what was approved: the edited value where there is
    one, else the proposed one, for a type without a field its (edited) payload. `former` is the value it replaced.
    """

    id: str
    attempt: int
    kind: str
    event_id: str
    decided_at: datetime
    decided_by: str | None
    decided_by_name: str | None
    on_behalf_of: str | None
    reason: str | None
    artifact_id: str
    artifact_type: str
    status: str
    batch_id: str
    created_by_type: str
    created_by_id: str
    created_by_name: str
    customer_id: str  # as it was when proposed; the customer may be gone
    customer_name: str
    field: str | None
    payload: dict[str, Any]
    value: Any
    former: Any
    reverts: str | None = None
    body: bytes | None = None  # what `Trigger.body` made at the first attempt


class Output(msgspec.Struct, kw_only=True, frozen=True):
    """Something a delivery made that is kept and can be fetched: at most 10 MB of them a delivery."""

    name: str  # a file name
    media_type: str
    content: bytes


class Done(msgspec.Struct, kw_only=True, frozen=True):
    """It was made. `detail` is a sentence for the log; `status_code` the receiver's, where there was one."""

    detail: str | None = None
    status_code: int | None = None
    outputs: tuple[Output, ...] = ()
    answer: str | None = None  # the beginning of what the receiver answered, for the log


class RetryLater(msgspec.Struct, kw_only=True, frozen=True):
    """Not now. `why` is a sentence for the log; `after` says no sooner than that from now."""

    why: str
    status_code: int | None = None
    after: timedelta | None = None
    answer: str | None = None


class Failed(msgspec.Struct, kw_only=True, frozen=True):
    """Never. `disable` turns the rule off too: the receiver said that it wants nothing more."""

    why: str
    status_code: int | None = None
    disable: bool = False
    answer: str | None = None


Result = Done | RetryLater | Failed


class Context:
    """What a trigger may use: the settings, the profile schema, the database, calls to the outside."""

    def __init__(self, settings: Settings, schema: ProfileSchema, pool: Pool) -> None:
        from placet.triggers.outside import Outside  # here, as it takes long to load and deciding needs it not

        self.settings = settings
        self.schema = schema
        self.outside: Outside = Outside(loopback=settings.loopback_calls)
        self._pool = pool

    async def transact(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """One transaction around `work`, committed. Never keep one open while calling somebody."""
        return await transact(self._pool, work)

    def reading(self) -> AbstractAsyncContextManager[Connection]:
        """A connection for reads of one statement."""
        return connection(self._pool)


class NoConfig(msgspec.Struct, forbid_unknown_fields=True):
    """A trigger that takes no configuration."""


class Trigger:
    """The base of every trigger. A subclass sets the class variables and writes `call`."""

    name: ClassVar[str]  # as artifacts and rules name it: `email.send`
    label: ClassVar[str]  # for a person: "Send the mail"
    Config: ClassVar[type[msgspec.Struct]] = NoConfig  # what a rule may set; unknown members are refused
    secrets: ClassVar[frozenset[str]] = frozenset()  # members of Config that are stored encrypted and never shown
    timeout: ClassVar[timedelta] = timedelta(seconds=20)  # how long one call may take

    async def call(self, delivery: Delivery, config: Any, context: Context) -> Result:
        """Make the delivery, once more if need be: idempotent by `delivery.id`. `config` is an instance of `Config`."""
        raise NotImplementedError

    def body(self, delivery: Delivery, config: Any, settings: Settings) -> bytes | None:
        """What is sent, if every attempt must send the same bytes: made once, before the first, and kept. Pure."""
        return None

    def check(self, config: Any) -> None:
        """Raise Invalid where a configuration, though of the right shape, cannot be. Pure; called when a rule is saved."""

    @property
    def alone(self) -> bool:
        """Whether it runs without a rule, as every member of its configuration has a default."""
        try:
            self.read({})
        except Invalid:
            return False
        return True

    def read(self, config: Mapping[str, Any]) -> Any:
        """A configuration as this trigger's Struct, or Invalid with a sentence that says what is wrong with it."""
        try:
            return msgspec.convert(dict(config), self.Config, strict=True)
        except msgspec.ValidationError as error:
            raise Invalid(f"The configuration of {self.name} does not fit: {error}.", code="invalid_config") from None

    def describe(self) -> dict[str, Any]:
        """The trigger as `GET /api/triggers` shows it."""
        schema, components = msgspec.json.schema_components([self.Config], ref_template="#/$defs/{name}")
        return {
            "name": self.name,
            "label": self.label,
            "secrets": sorted(self.secrets),
            "needsRule": not self.alone,
            "config": {**schema[0], "$defs": components},
        }


def triggers() -> dict[str, Trigger]:
    """Every installed trigger by name, the built-in ones first. One that cannot be loaded is left out (`broken_triggers`)."""
    return plugins(GROUP, Trigger).found


def broken_triggers() -> dict[str, str]:
    """Entry points that could not be loaded, and why."""
    return plugins(GROUP, Trigger).broken


def provenance() -> dict[str, str]:
    """The distribution each trigger came with and its version, by the trigger's name."""
    return plugins(GROUP, Trigger).origin


def trigger(name: str) -> Trigger:
    """The trigger of that name; Invalid `unknown_trigger` with the names there are."""
    if (found := triggers().get(name)) is None:
        listed = ", ".join(triggers())
        raise Invalid(f"There is no trigger {name[:60]!r}. Installed are: {listed}.", code="unknown_trigger")
    return found
