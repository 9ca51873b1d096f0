"""What about a customer needs a person: what moved, competes or waits for a signature, what is due, what has grown old."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from placet.artifacts.artifact import Artifact
from placet.artifacts.artifact_type import artifact_type, to_wire
from placet.artifacts.lifecycle import REJECTED
from placet.customers.records import Customer
from placet.customers.schema import Field, ProfileSchema
from placet.identity.principal import Principal
from placet.web import views
from placet.web.pages.show import named
from placet.web.render import segment
from placet.web.times import day

MOST = 8
DUE_SOON = 60  # days before a review is due
OLD_SOON = 5 / 6  # of the time a value is current: from here on it is said
MONTH = 30.44  # days


def attention(
    customer: Customer, pending: list[Artifact], schema: ProfileSchema, who: Principal, now: datetime
) -> tuple[views.Attention, ...]:
    """At most eight things, what can be decided first."""
    found = [*_waiting(pending, schema, who), *_due(customer, schema, now.date()), *_old(customer, schema, now)]
    return tuple(found[:MOST])


def _waiting(pending: list[Artifact], schema: ProfileSchema, who: Principal) -> Iterator[views.Attention]:
    """One line a field: the most pressing of what its proposals have about them."""
    one_each = {artifact.field or artifact.id: artifact for artifact in reversed(pending)}
    for artifact in reversed(one_each.values()):
        field = schema.field(artifact.field) if artifact.field is not None else None
        label = field.label if field else artifact_type(artifact.artifact_type).title(artifact.payload, schema)
        told = _why(artifact, field, schema, who)
        if told is not None:
            yield _line(told[0], label, told[1], f"?open={segment(artifact.id)}#a-{artifact.id}")


def _why(artifact: Artifact, field: Field | None, schema: ProfileSchema, who: Principal) -> tuple[str, str] | None:
    """The symbol and the words."""
    first = artifact.signed
    if first is not None:
        by = named(who, first.by, first.by_name)
        yours = to_wire(artifact, who, schema).allowed == [first.status, REJECTED]
        waits = "waits for your signature" if yours else "waits for a co-signer's signature"
        return "two", f" is signed by {by} and {waits}."
    if artifact.stale:
        return "history", " changed after it was proposed."
    if artifact.rivals:
        return "git-compare", f" has {artifact.rivals + 1} rival proposals."
    if artifact.payload.get("source_text") and artifact.unverified:
        return "file-search", " has a quote that is not in its note."
    if field is not None and field.policy == "dual":
        return "two", " takes two signatures."
    return None


def _due(customer: Customer, schema: ProfileSchema, today: date) -> Iterator[views.Attention]:
    """A review that is due soon, or was; which date says so the schema knows (`reviewDue`)."""
    for field in schema.fields:
        value = customer.profile.get(field.key) if field.review_due and not field.restricted else None
        if value is None:
            continue
        due = date.fromisoformat(value)
        left = (due - today).days
        if left > DUE_SOON:
            continue
        when = "today" if left == 0 else f"in {left} day{'' if left == 1 else 's'}" if left > 0 else None
        words = f" is due {when}, {day(due)}." if when else f" is overdue since {day(due)}."
        yield _line("calendar", "Profile review", words, f"/profile#f-{segment(field.key)}", customer)


def _old(customer: Customer, schema: ProfileSchema, now: datetime) -> Iterator[views.Attention]:
    """Values that are, or soon will be, older than the schema lets them count as current (`freshForDays`)."""
    for field in schema.fields:
        value = customer.values.get(field.key)
        if field.fresh_for_days is None or value is None or value.value is None:
            continue
        age = (now - value.updated_at).days
        if age >= field.fresh_for_days * OLD_SOON:
            words = f" is {_months(age)} old. The limit is {_months(field.fresh_for_days)}."
            yield _line("clock", field.label, words, f"/profile#f-{segment(field.key)}", customer)


def _months(days: int) -> str:
    if days < 2 * MONTH:
        return f"{days} days"
    return f"{round(days / MONTH)} months"


def _line(mark: str, label: str, words: str, href: str, customer: Customer | None = None) -> views.Attention:
    at = f"/customers/{segment(customer.id)}{href}" if customer is not None else href
    return views.Attention(mark=mark, sentence=(views.Bit(text=label, kind="strong", href=at), views.Bit(text=words)))
