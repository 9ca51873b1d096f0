"""Placet as a library: every verb as a method of one object, over a pool of connections.

Each method is one call into a verb and one transaction of its own; decisions made at the same moment share one. Whoever is
named as `who` must have been established by the caller: a repository trusts its program, as the database does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar, Unpack

from placet.agent import read_note as reading
from placet.artifacts import bulk, custody, inbox, lifecycle, own
from placet.artifacts.artifact import Artifact
from placet.artifacts.artifact_type import artifact_type
from placet.artifacts.bulk import Applied, FieldUpdate, Matched, Matching
from placet.artifacts.card import Card
from placet.artifacts.decide import decide
from placet.artifacts.gate import Gate
from placet.artifacts.inbox import Filters, Page
from placet.artifacts.outcome import Decision, Outcome
from placet.artifacts.propose import Item, Proposed, Source, propose
from placet.audit import timeline
from placet.audit.timeline import Line
from placet.customers import access, delegations, records
from placet.customers.delegations import Delegation
from placet.customers.records import Customer
from placet.customers.schema import ProfileSchema
from placet.db.engine import Connection, Pool
from placet.errors import Conflict, Invalid, NotFound
from placet.identity import users
from placet.identity.principal import Principal
from placet.identity.users import User
from placet.repository.options import (
    NOT_PROPOSED,
    BatchOptions,
    ChangeOptions,
    DecisionOptions,
    DelegationOptions,
    MatchingOptions,
    Paging,
)
from placet.runtime import Runtime
from placet.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")


class Repository:
    """The verbs over a pool. `schema` is the profile schema; left out, the packaged one.

    Make the pool with `placet.open_pool`, or see that its connections act as the role `placet_app`. The caller closes it.
    Every method may raise `Unavailable` when the database cannot be reached in time.
    """

    def __init__(self, pool: Pool, *, schema: ProfileSchema | None = None) -> None:
        self._runtime = Runtime(Settings(), schema=schema, pool=pool)

    @property
    def schema(self) -> ProfileSchema:
        """The profile schema every value is read by."""
        return self._runtime.schema

    # ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def get(self, who: Principal, artifact_id: str) -> Artifact:
        """One artifact, or NotFound where it is not there for this caller."""
        return await self._read(inbox.get_artifact, who, artifact_id)

    async def list_artifacts(self, who: Principal, filters: Filters | None = None, **page: Unpack[Paging]) -> Page:
        """A page of what the caller may see: 50 unless `limit` says other, the next one by the `cursor` of the last.

        `order`: `desc` (newest batch first), `asc`, or `decided` (newest decision first). NotFound for a customer that is
        not there for this caller, Invalid for a limit beyond 200 or a foreign cursor.
        """
        if not 0 <= page.get("limit", 0) <= inbox.MAX_LIMIT:
            raise Invalid(f"A page has 0 to {inbox.MAX_LIMIT} artifacts.", code="invalid_parameter")
        return await self._read(inbox.list_artifacts, who, filters or Filters(), **page)

    async def list_by_customer(
        self, who: Principal, customer_id: str, *, status: str | None = None, **page: Unpack[Paging]
    ) -> Page:
        """A page of one customer's artifacts, as `list_artifacts` gives it."""
        return await self.list_artifacts(who, Filters(customer_id=customer_id, status=status), **page)

    async def list_pending(self, who: Principal, *, customer_id: str | None = None, **page: Unpack[Paging]) -> Page:
        """A page of what waits for a decision, over all customers of the caller or for one."""
        return await self.list_artifacts(who, Filters(customer_id=customer_id, status=lifecycle.PENDING), **page)

    async def list_batch(
        self, who: Principal, batch_id: str, *, customer_id: str | None = None, created_by_id: str | None = None
    ) -> list[Artifact]:
        """A whole batch in the proposed order; NotFound without one, Conflict `ambiguous_batch` where several match."""
        return await self._read(inbox.batch, who, batch_id, customer_id=customer_id, created_by_id=created_by_id)

    def card(self, artifact: Artifact) -> Card:
        """What a person is shown of an artifact: title, change, values in words, flags."""
        return artifact_type(artifact.artifact_type).card(artifact, self.schema)

    # ── proposing ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def propose(
        self, who: Principal, customer_id: str, item: Item, *, source: Source | None = None, batch_id: str | None = None
    ) -> Artifact:
        """One pending artifact. Where the same waits already, that one is the answer.

        Raises Conflict `no_change` where the profile says so already, Conflict `policy` for an agent and a field that
        only people change, and whatever `propose_many` raises.
        """

        async def work(connection: Connection) -> Artifact:
            done = await propose(
                connection, who, customer_id, [item], schema=self.schema, source=source, batch_id=batch_id
            )
            if done.artifacts:
                return done.artifacts[0]
            [skipped] = done.skipped
            if skipped.artifact_id is None:
                raise Conflict(NOT_PROPOSED[skipped.reason], code=skipped.reason)
            return await inbox.get_artifact(connection, who, skipped.artifact_id)

        return await self._transact(work)

    async def propose_many(
        self,
        who: Principal,
        customer_id: str,
        items: Sequence[Item],
        *,
        source: Source | None = None,
        batch_id: str | None = None,
    ) -> Proposed:
        """A batch of 1 to 1000 artifacts, all or none; `skipped` says which items became none, and why.

        Raises InvalidItems naming every bad item, NotFound and Forbidden, Conflict `batch_exists` for other content under
        a known batch id; the same batch again answers with the same artifacts.
        """
        return await self._transact(
            propose, who, customer_id, items, schema=self.schema, source=source, batch_id=batch_id
        )

    async def read_note(
        self,
        who: Principal,
        customer_id: str,
        text: str,
        *,
        title: str | None = None,
        occurred_at: datetime | None = None,
    ) -> Proposed:
        """Have the agent read a note (the offline reader, or the model of the settings) and store what it proposes.

        Raises Invalid `nothing_found` where there is nothing to propose, ModelFailed, and what `propose_many` raises.
        """
        return await reading.read_note(self._runtime, who, customer_id, text, title=title, occurred_at=occurred_at)

    # ── deciding ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def decide(
        self, decisions: Sequence[Decision], *, atomic: bool = False, dry_run: bool = False
    ) -> list[Outcome]:
        """A list of decisions in one transaction, with an outcome for each in their order; a refusal raises nothing.

        `atomic`: unless all apply, none does. `dry_run`: everything but the writing.
        """
        if dry_run:
            return await self._read(decide, decisions, schema=self.schema, atomic=atomic, dry_run=True)
        return await self._runtime.part(Gate).decide(decisions, atomic=atomic)

    async def accept(self, who: Principal, artifact_id: str, **options: Unpack[DecisionOptions]) -> Artifact:
        """Accept one and apply it, or raise why not: NotFound, Forbidden, Conflict, Stale, Invalid."""
        return await self._decide_one(Decision(by=who, artifact_id=artifact_id, status=lifecycle.ACCEPTED, **options))

    async def accept_with_edits(
        self, who: Principal, artifact_id: str, value: Any, **options: Unpack[DecisionOptions]
    ) -> Artifact:
        """Accept one with another value, None to clear the field, and apply that; raises as `accept` does."""
        return await self._decide_one(
            Decision(by=who, artifact_id=artifact_id, status=lifecycle.EDITED, edited_value=value, **options)
        )

    async def reject(self, who: Principal, artifact_id: str, *, reason: str | None = None) -> Artifact:
        """Reject one; it stays readable. Raises NotFound, Forbidden, Conflict `already_decided`."""
        return await self._decide_one(
            Decision(by=who, artifact_id=artifact_id, status=lifecycle.REJECTED, reason=reason)
        )

    async def accept_batch(self, who: Principal, batch_id: str, **options: Unpack[BatchOptions]) -> list[Outcome]:
        """Accept what is pending in a batch, but leave out what a person should look at.

        That is low confidence, stale, rival, an unverified quote, and any policy beyond one signature. Raises NotFound
        without such a batch, Conflict `ambiguous_batch` where several match.
        """
        return await bulk.decide_batch(self._runtime, who, batch_id, lifecycle.ACCEPTED, **options)

    async def reject_batch(self, who: Principal, batch_id: str, **options: Unpack[BatchOptions]) -> list[Outcome]:
        """Reject everything that is pending in a batch; raises as `accept_batch` does."""
        return await bulk.decide_batch(self._runtime, who, batch_id, lifecycle.REJECTED, **options)

    async def apply_updates(
        self,
        who: Principal,
        customer_id: str,
        batch_id: str,
        updates: Sequence[FieldUpdate],
        approved: Sequence[str],
        *,
        edited_values: Mapping[str, Any] | None = None,
        reasons: Mapping[str, str] | None = None,
    ) -> Applied:
        """Decide the named fields of one customer's batch: approved ids accepted (or edited), the other named rejected.

        Ids are the field updates' own. What can be decided is, `errors` says why the rest is not.
        """
        return await bulk.apply_updates(
            self._runtime,
            who,
            customer_id,
            batch_id,
            updates,
            approved,
            edited_values=edited_values or {},
            reasons=reasons or {},
        )

    async def reject_matching(self, who: Principal, matching: Matching, **options: Unpack[MatchingOptions]) -> Matched:
        """Reject everything that waits for this RM and matches, if it is as many as `expected`; a dry run counts them.

        Raises Conflict `count_changed`, Invalid for an empty filter or more than 10,000, Forbidden for who decides nothing.
        """
        return await self._transact(bulk.reject_matching, who, matching, schema=self.schema, **options)

    # ── standing in ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def delegate(
        self, who: Principal, to_user: str, until_at: datetime, **options: Unpack[DelegationOptions]
    ) -> Delegation:
        """Let a colleague (id or e-mail address) see and decide in one's place. Raises Forbidden, NotFound, Invalid."""
        return await self._transact(delegations.delegate, who, to_user=to_user, until_at=until_at, **options)

    async def hand_over(
        self,
        who: Principal,
        artifact_id: str,
        to_user: str,
        *,
        until_at: datetime | None = None,
        reason: str | None = None,
    ) -> Delegation:
        """Let a colleague decide one pending artifact, for 14 days unless it is said; raises as `delegate` does."""
        return await self._transact(
            delegations.hand_over, who, artifact_id, to_user=to_user, until_at=until_at, reason=reason
        )

    async def end_delegation(self, who: Principal, delegation_id: str) -> Delegation:
        """End a delegation before its time: by its giver, its receiver or an admin. Raises NotFound."""
        return await self._transact(delegations.end, who, delegation_id)

    async def delegations(self, who: Principal) -> list[Delegation]:
        """What a person gave and was given, the open ones first; for admin and auditor everybody's."""
        return await self._read(delegations.list_delegations, who)

    # ── a person's own changes ──────────────────────────────────────────────────────────────────────────────────────

    async def change_profile(
        self, who: Principal, customer_id: str, values: Mapping[str, Any], **options: Unpack[ChangeOptions]
    ) -> list[Outcome]:
        """Give fields other values by hand, all or none: artifacts of the person's own, accepted at once (None clears).

        Only who may decide. Raises Stale where a field is not at its expected version, Invalid `no_change`, and as `accept`.
        """
        return await self._transact(own.change_profile, who, customer_id, values, schema=self.schema, **options)

    async def revert(self, who: Principal, artifact_id: str, *, reason: str | None = None) -> Artifact:
        """Undo a decision by a counter-entry, which is the answer; Conflict `moved_on` where the field changed since."""
        return await self._transact(own.revert, who, artifact_id, schema=self.schema, reason=reason)

    async def withdraw(self, who: Principal, artifact_id: str, *, reason: str | None = None) -> Artifact:
        """Take a pending artifact back: who proposed it, or an admin."""
        return await self._transact(own.withdraw, who, artifact_id, schema=self.schema, reason=reason)

    # ── people, customers, the trail ────────────────────────────────────────────────────────────────────────────────

    async def person(self, user_id: str) -> Principal:
        """On a person's authority, with what delegations, teams and co-signing give them; NotFound without them."""
        return await self._read(users.person, user_id)

    async def add_person(
        self, who: Principal, *, name: str, email: str, role: str, password: str | None = None
    ) -> User:
        """A new person (admins only); role `rm`, `admin` or `auditor`. Raises Invalid, Conflict `email_taken`."""
        access.check_admin(who, "add a person")
        return await self._transact(users.add, who, name=name, email=email, role=role, password=password)

    async def add_customer(
        self, who: Principal, *, name: str, rm_id: str | None, profile: dict[str, Any] | None = None
    ) -> Customer:
        """A new customer with the values they come with (admins only). Raises Invalid, InvalidValue."""
        return await self._transact(records.create, who, name=name, rm_id=rm_id, profile=profile, schema=self.schema)

    async def customer(self, who: Principal, customer_id: str) -> Customer:
        """A customer with their values, versions and RM; NotFound where they are not there for this caller."""
        return await self._read(records.get, who, customer_id)

    async def profile(self, who: Principal, customer_id: str) -> dict[str, Any]:
        """A customer's set values by field key."""
        return (await self.customer(who, customer_id)).profile

    async def reassign(self, who: Principal, customer_id: str, rm_id: str | None) -> None:
        """Attach a customer to another RM, None for nobody (admins only); what is pending goes along."""
        await self._transact(custody.reassign, who, customer_id, rm_id)

    async def delete_customer(self, who: Principal, customer_id: str) -> None:
        """Delete a customer (admins only): pending artifacts are withdrawn; artifacts and trail stay readable."""
        await self._transact(custody.delete_customer, who, customer_id)

    async def events(self, who: Principal, customer_id: str, *, after: int = 0, limit: int = 50) -> list[Line]:
        """A customer's trail, oldest first, from after a sequence number."""
        return await self._read(timeline.of_customer, who, customer_id, after=after, limit=limit)

    async def artifact_events(self, who: Principal, artifact_id: str) -> list[Line]:
        """What happened to one artifact, oldest first."""
        await self.get(who, artifact_id)
        return await self._read(timeline.of_artifact, artifact_id)

    # ── one transaction each ────────────────────────────────────────────────────────────────────────────────────────

    async def _read(
        self, verb: Callable[Concatenate[Connection, P], Awaitable[T]], *given: P.args, **named: P.kwargs
    ) -> T:
        async with self._runtime.reading() as connection:
            return await verb(connection, *given, **named)

    async def _transact(
        self, verb: Callable[Concatenate[Connection, P], Awaitable[T]], *given: P.args, **named: P.kwargs
    ) -> T:
        return await self._runtime.transact(lambda connection: verb(connection, *given, **named))

    async def _decide_one(self, decision: Decision) -> Artifact:
        [outcome] = await self.decide([decision])
        if outcome.error is not None or outcome.artifact is None:
            raise outcome.error or NotFound("Artifact not found")
        return outcome.artifact
