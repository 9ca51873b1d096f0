"""What needs a person about a customer that the calendar says: a review that is due, values that have grown old."""

from datetime import UTC, datetime, timedelta

import pytest

from placet.customers.records import Customer, Value
from placet.customers.schema import Field, ProfileSchema
from placet.identity.principal import Principal
from placet.web.pages.attention import attention

NOW = datetime(2026, 11, 17, 11, 30, tzinfo=UTC)
ME = Principal("rm", "me", "Claire Amiel")
SCHEMA = ProfileSchema(
    "1",
    "EUR",
    (
        Field(key="review", label="Next review due", section="Tax", type="date", review_due=True),
        Field(key="loss", label="Capacity for loss", section="Suitability", type="text", fresh_for_days=730),
        Field(key="job", label="Occupation", section="Work", type="text"),
    ),
)


def told(**values: tuple[object, int]) -> list[str]:
    """What is said of a customer whose values are so many days old."""
    found = {k: Value(v, 1, NOW - timedelta(days=age), "you", None) for k, (v, age) in values.items()}
    customer = Customer(id="c", name="C", rm_id="me", rm_name="Me", team_id=None, created_at=NOW, values=found)
    return ["".join(bit.text for bit in each.sentence) for each in attention(customer, [], SCHEMA, ME, NOW)]


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2027-01-12", "Profile review is due in 56 days, 12 Jan 2027."),
        ("2026-11-18", "Profile review is due in 1 day, 18 Nov 2026."),
        ("2026-11-17", "Profile review is due today, 17 Nov 2026."),
        ("2026-11-16", "Profile review is overdue since 16 Nov 2026."),
        ("2027-01-17", None),
    ],
)
def test_a_review_is_said_to_be_due_in_time(day, words):
    assert told(review=(day, 400)) == ([words] if words else [])


def test_values_grown_old_are_named_with_their_limit():
    assert told(loss=("Moderate", 610)) == ["Capacity for loss is 20 months old. The limit is 24 months."]
    assert told(loss=("Moderate", 800)) == ["Capacity for loss is 26 months old. The limit is 24 months."]
    assert told(loss=("Moderate", 500), job=("Baker", 4000)) == []
    assert told(loss=(None, 900)) == []
