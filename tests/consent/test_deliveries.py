"""Before anybody is told anything, it is decided whether they may know of it, as if they asked themselves."""

from typing import Any

import pytest

from chassis.ids import new_id
from contracts import headers
from contracts.events.child_index import ChildrenRelated
from tests.consent.kit import Consent
from tests.consent.scene import HEALTH_VISITOR, OFFICER, TEACHER, make_child
from tests.consent.test_need_to_know import block

CONTACT = ["basics", "involvement"]


@pytest.fixture
async def child_id(consent: Consent) -> str:
    return await make_child(consent)


async def asked(consent: Consent, who: str, children: list[str], categories: list[str] = CONTACT) -> dict[str, Any]:
    answer = await consent.http.post(
        "/internal/delivery-decisions",
        json={"recipient_id": who, "children": children, "categories": categories},
        headers={headers.INTERNAL_KEY: consent.app.state.internal_key, headers.REQUEST_ID: new_id()},
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def entries_of(consent: Consent, decision_id: str) -> list[dict[str, Any]]:
    """The log's newest entries that were made under the decision."""
    answer = await consent.call(OFFICER, "GET", "/v1/access-log?limit=50", purpose="audit")
    return [each for each in answer.json()["items"] if each["decision_id"] == decision_id]


async def test_it_is_decided_as_if_the_recipient_asked(consent: Consent, child_id: str) -> None:
    stranger, unknown = await make_child(consent), new_id()
    categories = [*CONTACT, "education", "health"]
    for who in (TEACHER, HEALTH_VISITOR):
        told = await asked(consent, who, [child_id, stranger, unknown], categories)
        assert told["active"] is True
        for child in (child_id, stranger, unknown):
            answer = await consent.decide(
                who, action="notification.read", subject="candidates", purpose="direct-support",
                categories=categories, children=[child],
            )  # fmt: skip
            (entry,) = await entries_of(consent, answer.json()["decision_id"])
            assert told["permitted"].get(child, []) == entry["permitted"]


async def test_a_block_holds_at_once_and_leaves_what_it_does_not_cover(consent: Consent, child_id: str) -> None:
    assert (await asked(consent, TEACHER, [child_id]))["permitted"] == {child_id: CONTACT}
    await block(consent, child_id, "practitioner", TEACHER, "involvement")
    assert (await asked(consent, TEACHER, [child_id]))["permitted"] == {child_id: ["basics"]}
    await block(consent, child_id, "practitioner", TEACHER)
    blocked, absent = await asked(consent, TEACHER, [child_id]), await asked(consent, TEACHER, [new_id()])
    assert blocked | {"decision_id": ""} == absent | {"decision_id": ""}


async def test_a_sibling_is_spoken_of_only_where_they_may_be(consent: Consent, child_id: str) -> None:
    sibling = await make_child(consent)
    await consent.tell(ChildrenRelated(relationship_id=new_id(), child_id=child_id, other_child_id=sibling))
    assert (await asked(consent, HEALTH_VISITOR, [child_id]))["related"] == {child_id: [sibling]}
    await block(consent, sibling, "practitioner", HEALTH_VISITOR)
    assert (await asked(consent, HEALTH_VISITOR, [child_id]))["related"] == {child_id: []}


async def test_who_has_left_is_told_nothing(consent: Consent, child_id: str) -> None:
    assert (await asked(consent, OFFICER, []))["active"] is True
    assert (await asked(consent, "nobody", []))["active"] is False
    person = {"name": "Tom", "agency_id": "school", "role": "teacher", "team_ids": ["year-6"], "status": "suspended"}
    suspended = await consent.call("admin", "PUT", f"/v1/practitioners/{TEACHER}", person)
    assert suspended.is_success, suspended.text
    for children in ([], [child_id]):
        told = await asked(consent, TEACHER, children)
        assert (told["active"], told["permitted"]) == (False, {})


async def test_each_delivery_is_on_record(consent: Consent, child_id: str) -> None:
    told = await asked(consent, TEACHER, [child_id])
    (entry,) = await entries_of(consent, told["decision_id"])
    assert (entry["viewer_id"], entry["child_id"], entry["action"]) == (TEACHER, child_id, "notification.deliver")
    (entry,) = await entries_of(consent, (await asked(consent, OFFICER, []))["decision_id"])
    assert (entry["viewer_id"], entry.get("child_id"), entry["outcome"]) == (OFFICER, None, "permitted")


async def test_without_the_internal_key_nobody_is_answered(consent: Consent, child_id: str) -> None:
    body = {"recipient_id": TEACHER, "children": [child_id], "categories": CONTACT}
    assert (await consent.http.post("/internal/delivery-decisions", json=body)).status_code == 404
