"""The plan's own verification, over HTTP: from a note to proposals to decisions to the profile."""

from acceptance.api.conftest import Desk, edit

NOTE = (
    "Met Ana on Tuesday. She has left the bakery and works as a cook now, at Casa Nova.\n"
    "Her new number is +44 7700 900417. She would like to be called, not written to.\n"
    "She has two children at home."
)


async def test_from_a_note_to_a_profile(desk: Desk):
    customer = await desk.new_customer(
        {"occupation": "Baker", "employer": "The bakery", "preferredLanguage": "English"}
    )

    # Propose from a note: pending in the database.
    batch = await desk.proposes(
        edit("occupation", "Cook", source_text="works as a cook now", confidence="high"),
        edit("phone", "+44 7700 900417", source_text="Her new number is +44 7700 900417", confidence="high"),
        edit("preferredChannel", "phone", source_text="She would like to be called", confidence="medium"),
        edit("employer", "Casa Nova", source_text="at Casa Nova"),
        edit("dependants", 2, source_text="two children at home"),
        customer=customer,
        source={"text": NOTE, "title": "Meeting with Ana", "occurredAt": "2026-11-17"},
    )
    rows = await desk.world.rows("select * from artifact where customer_id = $1 order by seq", customer)
    assert [(row["field"], row["status"]) for row in rows] == [
        ("occupation", "pending"),
        ("phone", "pending"),
        ("preferredChannel", "pending"),
        ("employer", "pending"),
        ("dependants", "pending"),
    ]
    assert {row["batch_id"] for row in rows} == {batch["batchId"]}
    assert all(row["evidence_verified"] for row in rows)
    assert await desk.profile(customer) == {
        "occupation": "Baker",
        "employer": "The bakery",
        "preferredLanguage": "English",
    }

    # List the customer's artifacts.
    listed = (await desk.get(f"/api/customers/{customer}/artifacts", status="pending")).json()["artifacts"]
    assert [row["payload"]["field_key"] for row in listed] == [row["field"] for row in rows]
    occupation, phone, _, employer, _ = listed
    assert occupation["payload"] == {
        "field_key": "occupation",
        "field_display_name": "Occupation",
        "proposed_value": "Cook",
        "previous_value": "Baker",
        "source_text": "works as a cook now",
        "confidence": "high",
    }

    # PATCH accepted.
    answer = await desk.decide(occupation, "accepted")
    assert answer.status_code == 200
    assert answer.json()["artifact"]["status"] == "accepted"
    assert "edited_value" not in answer.json()["artifact"]["payload"]
    assert (await desk.profile(customer))["occupation"] == "Cook"

    # PATCH edited with a value: in the payload, and in the profile in canonical form.
    answer = await desk.decide(phone, "edited", editedValue="+44 7700 900418")
    assert answer.status_code == 200
    decided = answer.json()["artifact"]
    assert (decided["status"], decided["version"]) == ("edited", 1)
    assert decided["payload"]["proposed_value"] == "+44 7700 900417"
    assert decided["payload"]["edited_value"] == "+447700900418"
    assert (await desk.profile(customer))["phone"] == "+447700900418"

    # apply-updates: approved, approved with an edit, and one of those named but not approved.
    proposal = {
        "proposalId": batch["batchId"],
        "fieldUpdates": [
            {"id": "u1", "field": "preferredChannel", "newValue": "email"},
            {"id": "u2", "field": "employer"},
            {"id": "u3", "field": "dependants"},
        ],
    }
    answer = await desk.post(
        f"/api/customers/{customer}/apply-updates",
        {"proposal": proposal, "approvedFieldIds": ["u1", "u3"], "editedValues": {"u3": 3}},
    )
    assert answer.status_code == 200
    assert (answer.json()["success"], answer.json()["fieldsUpdated"], answer.json()["errors"]) == (True, 2, [])
    listed = (await desk.get(f"/api/customers/{customer}/artifacts")).json()["artifacts"]
    assert [row["status"] for row in listed] == ["accepted", "edited", "accepted", "rejected", "edited"]
    assert await desk.profile(customer) == {
        "occupation": "Cook",
        "employer": "The bakery",
        "phone": "+447700900418",
        "preferredChannel": "phone",
        "dependants": 3,
        "preferredLanguage": "English",
    }

    # A rejected artifact stays.
    answer = await desk.get(f"/api/artifacts/{employer['id']}")
    assert answer.status_code == 200
    assert answer.json()["artifact"]["status"] == "rejected"
    [row] = await desk.world.rows("select status, payload from artifact where id = $1", employer["id"])
    assert row["status"] == "rejected"
    events = (await desk.get(f"/api/artifacts/{employer['id']}/events")).json()["events"]
    assert [event["kind"] for event in events] == ["profile_edit.proposed", "profile_edit.rejected"]
