"""An interest: what somebody likes to do, by category. Approved, it stands among the facts of the customer."""

from datetime import timedelta
from typing import Any

from placet.artifacts.artifact_type import ArtifactType, Evidenced
from placet.artifacts.card import Action, Kept
from placet.artifacts.members import member
from placet.customers.schema import ProfileSchema

CATEGORIES = [("sport", "Sport"), ("culture", "Culture"), ("food", "Food and wine"), ("travel", "Travel")]


class InterestPayload(Evidenced, forbid_unknown_fields=True, kw_only=True):
    """A category, and the interest in a few words."""

    category: str
    label: str


class Interest(ArtifactType):
    """Something a customer likes to do."""

    name, label = "interest", "Interest"
    Payload = InterestPayload
    members = (
        member("category", "Category", "select", options=CATEGORIES),
        member("label", "Interest", max=80, description="In a few words, such as alpine skiing"),
    )
    actions = (Action(name="retire", label="No longer", done="retired"),)
    trigger = "interest.invite"
    expires_after = timedelta(days=90)  # who does not answer for so long would not invite anybody either

    def title(self, payload: dict[str, Any], schema: ProfileSchema) -> str:
        """What a row calls it."""
        return f"Likes {payload['label']}"

    def kept(self, value: dict[str, Any]) -> Kept:
        """A fact on the customer's page; the latest approved of a category and label counts."""
        category = dict(CATEGORIES).get(value["category"], value["category"])
        key = f"interest {value['category']} {value['label'].casefold()}"
        return Kept(section="facts", label=category, text=value["label"], key=key)
