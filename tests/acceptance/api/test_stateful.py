"""What the API answers goes into the next request, for each role: whatever comes of it is described, and no fault of the server.

The links between the operations are found in the description: an id that one answers is one that another takes.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis.stateful import run_state_machine_as_test

from acceptance.api.test_openapi import CHECKED, ENDLESS, address, document
from conftest import World, item

__all__ = ["address", "document"]

ROLES = ("rm", "admin", "auditor", "agent")
RUNS, STEPS = 8, 20
LEAST = 2  # operations that must have done what they are for
ROUNDS = 5  # at most, until they have: which way a chain goes depends on the ids that are answered
ENDS = "POST /api/me/sign-out-everywhere"  # after it a chain meets nothing but 401


@pytest.fixture
async def headers(world: World, request: pytest.FixtureRequest) -> dict[str, str]:
    """Somebody of the role, with a few customers whose artifacts wait."""
    role, rm = request.getfixturevalue("role"), await world.person()
    who = rm if role in ("rm", "agent") else await world.person(role)
    for number in range(3):
        customer = await world.customer(rm, {"occupation": "Baker"})
        await world.propose(customer, item("occupation", f"Cook {number}"), item("dependants", number))
    return await world.token(agent="stateful-reader") if role == "agent" else await world.token(who)


@pytest.mark.parametrize("role", ROLES)
def test_requests_made_of_answers_get_described_answers(
    document: dict[str, Any], address: str, headers: dict[str, str], role: str
) -> None:
    seen: Counter[tuple[str, int]] = Counter()
    asked = hypothesis.settings(
        max_examples=RUNS, stateful_step_count=STEPS, database=None, deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck), phases=[hypothesis.Phase.generate],
    )  # fmt: skip
    left = {label.split(" ")[1] for label in (*ENDLESS, ENDS)}
    paths = {path: about for path, about in document["paths"].items() if path not in left}
    machine = schemathesis.openapi.from_dict({**document, "paths": paths}).as_state_machine()

    class Following(machine):  # type: ignore[misc, valid-type]
        """A chain of requests by one caller."""

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"base_url": address, "headers": headers}

        def validate_response(self, response: Any, case: Any, additional_checks: Any = (), **more: Any) -> None:
            seen[case.operation.label, response.status_code] += 1
            case.validate_response(response, checks=CHECKED, headers=headers)

    for number in range(ROUNDS):  # each with a seed of its own: the same chains again would find the same
        run_state_machine_as_test(hypothesis.seed(number)(Following), settings=asked)
        done = {label for label, status in seen if status < 300}
        followed = {label for label in done if "{" in label}
        if len(done) >= LEAST and followed:
            break
    assert not [label for label, status in seen if status >= 500]
    assert len(done) >= LEAST, seen
    assert followed, f"nothing that was answered was ever asked about: {seen}"
