"""A client of a Placet server: what the CLI's `inbox` and `decide` use, and what a program in Python may.

    with Client("https://placet.example", token) as placet:
        for artifact in placet.list_artifacts(status="pending").artifacts:
            placet.decide(artifact.id, "accepted")

Every call that changes something carries an Idempotency-Key, so a retry after a lost connection does nothing twice.
Refusals are raised as the errors of `placet.errors`, by the status and the code the server answered with.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from placet import errors
from placet.artifacts.artifact import Wire as Artifact
from placet.artifacts.card import Card
from placet.client.problems import problem, retry_after
from placet.client.shapes import (
    UNSET,
    Customer,
    Decision,
    Delegation,
    Matched,
    Notifications,
    Outcome,
    Page,
    Proposed,
    Skipped,
)
from placet.customers.schema import Field, ProfileSchema
from placet.db import json
from placet.ids import new_id

__all__ = [
    "Artifact",
    "Card",
    "Client",
    "Customer",
    "Decision",
    "Delegation",
    "Matched",
    "Notifications",
    "Outcome",
    "Page",
    "Proposed",
    "Skipped",
]

T = TypeVar("T")
ATTEMPTS = 3
BACK_OFF_S = 0.3  # before the second attempt; twice that before the third
TIMEOUT_S = 30.0


class Client:
    """One server, on one token's authority. Raises errors.Unavailable where it cannot be reached, also after retries."""

    def __init__(self, url: str, token: str, *, transport: httpx.BaseTransport | None = None) -> None:
        headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
        try:
            self._http = httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT_S, transport=transport)
        except (httpx.InvalidURL, UnicodeEncodeError) as error:
            raise errors.Invalid(
                f"The server's address or the token cannot be used: {error}.", code="invalid_setting"
            ) from None
        self.url = url

    def __enter__(self) -> Self:
        """Use the client as a context, which closes it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    # ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def list_artifacts(
        self,
        *,
        status: str | None = None,
        artifact_type: str | None = None,
        customer_id: str | None = None,
        batch_id: str | None = None,
        field: str | None = None,
        confidence: str | None = None,
        limit: int = 50,
        order: str = "desc",
        cursor: str | None = None,
    ) -> Page:
        """A page of the artifacts of every customer the caller may see; `status="pending"` makes it their inbox."""
        query = {
            "status": status,
            "type": artifact_type,
            "customerId": customer_id,
            "batchId": batch_id,
            "field": field,
            "confidence": confidence,
            "limit": limit,
            "order": order,
            "cursor": cursor,
        }
        return self._get("/api/artifacts", Page, query)

    def iterate_artifacts(self, *, most: int | None = None, **filters: Any) -> Iterator[Artifact]:
        """The artifacts of every page, up to `most` of them; `filters` as for `list_artifacts`."""
        cursor, left = None, most
        while left is None or left > 0:
            page = self.list_artifacts(**filters, limit=min(200, left or 200), cursor=cursor)
            yield from page.artifacts
            left = left - len(page.artifacts) if left is not None else None
            if (cursor := page.next_cursor) is None:
                return

    def get_artifact(self, artifact_id: str) -> Artifact:
        """One artifact, or errors.NotFound."""
        return self._get(f"/api/artifacts/{_segment(artifact_id)}", dict[str, Artifact])["artifact"]

    def get_card(self, artifact_id: str) -> Card:
        """The artifact as a person sees it: title, lines, flags, files."""
        return self._get(f"/api/artifacts/{_segment(artifact_id)}/card", dict[str, Card])["card"]

    def get_file(self, artifact_id: str, name: str) -> bytes:
        """One of the files its card names."""
        path = f"/api/artifacts/{_segment(artifact_id)}/files/"
        return self._answered(self._http.build_request("GET", path + _segment(name))).content

    def list_customers(self, *, search: str | None = None) -> list[Customer]:
        """The customers the caller may see, by name; `search` is a part of the name."""
        found: list[Customer] = []
        cursor = None
        while True:
            page = self._get("/api/customers", _Customers, {"q": search, "limit": 200, "cursor": cursor})
            found += page.customers
            if (cursor := page.next_cursor) is None:
                return found

    def get_customer(self, customer_id: str) -> Customer:
        """One customer with their profile, or errors.NotFound."""
        return self._get(f"/api/customers/{_segment(customer_id)}", dict[str, Customer])["customer"]

    def schema(self) -> ProfileSchema:
        """The server's profile schema: what a reader of notes here needs to propose what fits there."""
        found = self._get("/api/fields", _Schema)
        known = {member.encode_name for member in msgspec.structs.fields(Field)}
        fields = [{key: value for key, value in each.items() if key in known} for each in found.fields]
        return ProfileSchema(
            found.version,
            found.currency,
            tuple(msgspec.convert(fields, list[Field])),
            found.fx_per_unit,
            found.additional_fields,
        )

    # ── proposing and deciding ──────────────────────────────────────────────────────────────────────────────────────

    def propose(
        self,
        customer_id: str,
        payloads: Sequence[dict[str, Any]],
        *,
        artifact_type: str = "profile_edit",
        source: dict[str, Any] | None = None,
        batch_id: str | None = None,
        dry_run: bool = False,
    ) -> Proposed:
        """Propose a batch for one customer, all or nothing. `source` is `{"text", "title"?, "occurredAt"?}`.

        `dry_run` checks everything and stores nothing. errors.TooMany says in its member `retry_after` in how many seconds to
        come back.
        """
        body: dict[str, Any] = {
            "artifacts": [{"artifactType": artifact_type, "payload": payload} for payload in payloads]
        }
        if source is not None:
            body["source"] = source
        if batch_id is not None:
            body["batchId"] = batch_id
        if dry_run:
            body["dryRun"] = True
        return self._send("POST", f"/api/customers/{_segment(customer_id)}/artifacts", body, Proposed)

    def decide(
        self,
        artifact_id: str,
        status: str,
        *,
        edited_value: Any = UNSET,
        reason: str | None = None,
        expected_current_value: Any = UNSET,
    ) -> Artifact:
        """Accept, edit or reject an artifact; the artifact as decided. errors.Stale carries proposed, expected, current."""
        decision = Decision(
            artifact_id=artifact_id,
            status=status,
            edited_value=edited_value,
            reason=reason if reason is not None else UNSET,
            expected_current_value=expected_current_value,
        )
        body = msgspec.to_builtins(decision)
        del body["artifactId"]
        return self._send("PATCH", f"/api/artifacts/{_segment(artifact_id)}", body, dict[str, Artifact])["artifact"]

    def act(self, artifact_id: str, action: str, *, reason: str | None = None) -> Artifact:
        """Do what its type declares beyond accept, edit and reject, such as `finish`; the artifact as it then is."""
        path = f"/api/artifacts/{_segment(artifact_id)}/actions/{_segment(action)}"
        return self._send("POST", path, {"reason": reason}, dict[str, Artifact])["artifact"]

    def decide_many(
        self, decisions: Sequence[Decision], *, atomic: bool = False, dry_run: bool = False
    ) -> list[Outcome]:
        """Decide a list, with an outcome for each in its order; `atomic`: unless all apply, none does."""
        body = {"decisions": msgspec.to_builtins(decisions), "atomic": atomic, "dryRun": dry_run}
        return self._send("POST", "/api/decisions", body, dict[str, list[Outcome]])["results"]

    def reject_matching(
        self,
        matching: Mapping[str, str],
        *,
        expected_count: int | None = None,
        reason: str | None = None,
        dry_run: bool = False,
    ) -> Matched:
        """Reject what waits for the caller and matches, if it is `expected_count` many; `dry_run` counts and shows the first.

        The filter's names: customerId, createdById, batchId, field, confidence, type, sourceId. Raises errors.Conflict
        `count_changed`, with the `count` there is now.
        """
        body: dict[str, Any] = {"filter": dict(matching), "dryRun": dry_run}
        body |= {"expectedCount": expected_count} if expected_count is not None else {}
        body |= {"reason": reason} if reason is not None else {}
        return self._send("POST", "/api/decisions/reject-matching", body, Matched)

    def hand_over(
        self, artifact_id: str, to: str, *, until: str | None = None, reason: str | None = None
    ) -> Delegation:
        """Let a colleague (id or e-mail address) decide one pending artifact, for 14 days or `until` an ISO 8601 time."""
        body = {"toUserId": to, "until": until, "reason": reason}
        path = f"/api/artifacts/{_segment(artifact_id)}/hand-over"
        return self._send("POST", path, body, dict[str, Delegation])["delegation"]

    def notifications(self, choice: str | None = None) -> Notifications:
        """Which mails the caller wants about what waits: `off`, `daily` or `at_once`; with a `choice`, from now on that."""
        path = "/api/me/notifications"
        return (
            self._get(path, Notifications)
            if choice is None
            else self._send("PUT", path, {"choice": choice}, Notifications)
        )

    # ── the wire ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _get(self, path: str, kind: type[T], query: dict[str, Any] | None = None) -> T:
        given = {name: value for name, value in (query or {}).items() if value is not None}
        return self._ask(self._http.build_request("GET", path, params=given), kind)

    def _send(self, method: str, path: str, body: Any, kind: type[T]) -> T:
        headers = {"content-type": "application/json", "idempotency-key": new_id()}
        content = json.encode(body).encode()
        return self._ask(self._http.build_request(method, path, content=content, headers=headers), kind)

    def _ask(self, request: httpx.Request, kind: type[T]) -> T:
        return self._read(self._answered(request), kind)

    def _answered(self, request: httpx.Request) -> httpx.Response:
        """Send, up to three times where the server is away or says 503, always with the same key."""
        for attempt in range(1, ATTEMPTS + 1):
            wait = BACK_OFF_S * 2 ** (attempt - 1) * random.uniform(0.8, 1.2)  # noqa: S311  # so that clients do not march in step
            try:
                response = self._http.send(request)
            except httpx.TransportError as error:
                if attempt == ATTEMPTS or isinstance(error, httpx.UnsupportedProtocol):
                    raise self._away(error) from error
            else:
                if response.status_code != 503 or attempt == ATTEMPTS:
                    if response.is_success:
                        return response
                    raise problem(response, self.url)
                wait = max(wait, retry_after(response))
            time.sleep(wait)
        raise AssertionError("unreachable")

    def _read(self, response: httpx.Response, kind: type[T]) -> T:
        try:
            return msgspec.convert(json.decode(response.content), kind)
        except (msgspec.DecodeError, errors.Invalid, UnicodeDecodeError):
            raise errors.Unavailable(f"What answers at {self.url} is not Placet.", code="not_placet") from None

    def _away(self, error: Exception) -> errors.Unavailable:
        why = str(error) or type(error).__name__
        return errors.Unavailable(f"The server at {self.url} cannot be reached: {why}.", code="server_unreachable")


class _Schema(msgspec.Struct, rename="camel"):
    version: str
    currency: str
    additional_fields: bool
    fx_per_unit: dict[str, float]
    fields: list[dict[str, Any]]


class _Customers(msgspec.Struct, rename="camel"):
    customers: list[Customer]
    next_cursor: str | None


def _segment(identifier: str) -> str:
    """An id as one segment of a path, whatever it holds."""
    return quote(identifier, safe="")
