"""Artifacts, people and a small profile schema for tests of the judge, which needs no database."""

import itertools
from datetime import UTC, datetime

import msgspec

from placet.artifacts.artifact import Artifact
from placet.artifacts.judge import judge
from placet.artifacts.outcome import Decision
from placet.customers.schema import Field, Option, ProfileSchema
from placet.identity.principal import Principal, agent

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
BEFORE = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
RM = Principal("rm", "u-rm", "Ines Duarte")
OTHER_RM = Principal("rm", "u-other", "Paul Weiss")
ADMIN = Principal("admin", "u-admin", "Ada Okafor")
AUDITOR = Principal("auditor", "u-auditor", "Finn Ness")
READER = agent("test-reader")


def _field(key, label, type_="text", **more):
    return Field(key=key, label=label, section="Facts", type=type_, **more)


SCHEMA = ProfileSchema(
    version="1",
    currency="EUR",
    fields=(
        _field("occupation", "Occupation", max=40),
        _field("phone", "Phone", "phone"),
        _field("interests", "Interests", "list", items="text"),
        _field("amount", "Amount", "decimal"),
        _field("colour", "Colour", "select", options=(Option("red"), Option("blue"))),
        _field("wealth", "Source of wealth", policy="reason"),
        _field("residency", "Tax residency", "country", policy="dual"),
        _field("consent", "Consent", policy="human_only"),
    ),
)
_numbers = itertools.count(1)


def artifact(field="occupation", proposed="Baker", *, current=None, current_version=0, **more):
    """A pending profile edit that is fresh, verified and confident; `more` sets members by name."""
    number = next(_numbers)
    payload = {"field_key": field, "proposed_value": proposed, "previous_value": current, "confidence": "high"}
    members = {
        "id": f"a{number:03}",
        "seq": number,
        "created_at": BEFORE,
        "customer_id": "c1",
        "rm_id": RM.id,
        "batch_id": "b1",
        "version": 1,
        "artifact_type": "profile_edit",
        "status": "pending",
        "created_by_type": "agent",
        "created_by_id": READER.id,
        "payload": payload | more.pop("payload", {}),
        "workflow_trigger": None,
        "edited_value": msgspec.UNSET,
        "decided_at": None,
        "decided_by": None,
        "on_behalf_of": None,
        "reason": None,
        "field": field,
        "field_version": current_version,
        "source_id": "s1",
        "evidence_start": 0,
        "evidence_end": 5,
        "evidence_verified": True,
        "customer_ref": "c1",
        "customer_name": "Mara Lindqvist",
        "created_by_name": READER.name,
        "decided_by_name": None,
        "on_behalf_of_name": None,
        "reverts": None,
        "customer_rm": RM.id,
        "customer_team": None,
        "current_value": current,
        "current_version": current_version,
        "current_at": BEFORE,
        "current_by": "Placet",
        "current_artifact": None,
        "signature": None,
        "rivals": 0,
        "source_title": None,
        "source_at": None,
    }
    return Artifact(**(members | more))


def decision(found, status="accepted", *, by=RM, **more):
    """A decision on an artifact."""
    return Decision(by=by, artifact_id=found.id, status=status, **more)


def judged(decisions, artifacts, *, schema=SCHEMA, **more):
    """The outcomes and the changes of a list of decisions on these artifacts."""
    return judge(decisions, {found.id: found for found in artifacts}, NOW, schema, **more)


def verdict(found, status="accepted", *, by=RM, schema=SCHEMA, **more):
    """The outcome and the changes of one decision on one artifact."""
    [outcome], changes = judged([decision(found, status, by=by, **more)], [found], schema=schema)
    return outcome, changes
