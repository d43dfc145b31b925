"""A shield hides categories from everybody from the next request; an override opens them."""

from typing import Any

import pytest

from chassis.ids import new_id
from contracts import headers
from contracts.events.child_index import ChildrenRelated, LeadProfessionalAssigned
from tests.consent.kit import Consent
from tests.consent.scene import (
    HEALTH_VISITOR,
    INDEX_OFFICER,
    OFFICER,
    SOCIAL_WORKER,
    TEACHER,
    episode,
    make_account,
    make_child,
    merge,
    undo,
)
from tests.consent.test_need_to_know import ALL, block, jwt_claims, reads

BASE = {"basics", "whereabouts", "family", "involvement"}
REFUGE = {"categories": ["whereabouts"], "reason": "In a refuge"}


@pytest.fixture
async def child_id(consent: Consent) -> str:
    return await make_child(consent)


async def shield(consent: Consent, child_id: str, who: str = SOCIAL_WORKER, **body: Any) -> Any:
    path = f"/v1/children/{child_id}/shield"
    answer = await consent.call(who, "PUT", path, body or REFUGE)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def grant(consent: Consent, who: str, action: str = "child.read", **asked: Any) -> dict[str, Any]:
    question = {"subject": "child", "purpose": "direct-support", "categories": ALL, **asked}
    return jwt_claims((await consent.decide(who, action=action, **question)).json()["grant"])


async def test_it_holds_for_everybody_until_it_is_lifted(consent: Consent, child_id: str) -> None:
    path = f"/v1/children/{child_id}/shield"
    put = await consent.call(SOCIAL_WORKER, "PUT", path, REFUGE)
    placed = put.json()
    for who in (TEACHER, HEALTH_VISITOR, SOCIAL_WORKER):
        assert (await reads(consent, who, child_id) or set()) & BASE == BASE - {"whereabouts"}
    assert await reads(consent, INDEX_OFFICER, child_id, "data-quality") == BASE - {"whereabouts"}
    assert (await consent.call(SOCIAL_WORKER, "GET", path)).json() == placed
    officers = await consent.call(INDEX_OFFICER, "PUT", path, {**REFUGE, "categories": ALL}, purpose="data-quality")
    assert officers.status_code == 200
    # Even where all is hidden, those who may lift it can.
    assert await reads(consent, TEACHER, child_id) is None
    assert (await consent.call(SOCIAL_WORKER, "GET", path)).json()["categories"] == ALL
    lifted = await consent.call(SOCIAL_WORKER, "DELETE", path)
    assert lifted.status_code == 204
    assert await reads(consent, TEACHER, child_id) == BASE
    assert [(await consent.call(SOCIAL_WORKER, method, path)).status_code for method in ("GET", "DELETE")] == [404, 404]
    # Who has to do neither with the child nor with shields.
    assert (await consent.call(TEACHER, "PUT", path, REFUGE)).status_code == 403
    assert (await consent.call(SOCIAL_WORKER, "PUT", f"/v1/children/{new_id()}/shield", REFUGE)).status_code == 404
    for wrong in ({**REFUGE, "categories": []}, {"categories": ["whereabouts"]}, {**REFUGE, "reason": " "}):
        assert (await consent.call(SOCIAL_WORKER, "PUT", path, wrong)).status_code == 422
    told = [(each.type, "categories" in each.data) for each in consent.heard if each.type.startswith("Shield")]
    # The one that takes the place of another is told before the other's end.
    kinds = ("ShieldPlaced", "ShieldPlaced", "ShieldLifted", "ShieldLifted")
    assert told == [(kind, False) for kind in kinds]
    first, second, *ended = [each.data["shield_id"] for each in consent.heard if each.type.startswith("Shield")]
    assert ended == [first, second]
    # Each answer names what it told, for the gateway to wait until the child index has heard it.
    ids = [each.id for each in consent.heard if each.type.startswith("Shield")]
    effects = [answer.headers[headers.EFFECTS].split(",") for answer in (put, officers, lifted)]
    assert effects == [ids[:1], ids[1:3], ids[3:]]


async def test_an_override_opens_what_it_names(consent: Consent, child_id: str) -> None:
    await shield(consent, child_id)
    assert (await grant(consent, HEALTH_VISITOR, child_id=child_id))["vei"] == [child_id]
    body = {
        "reason_code": "missing-child",
        "reason": "She did not come home from school today",
        "categories": ["basics"],
    }
    path = f"/v1/children/{child_id}/overrides"
    assert (await consent.call(HEALTH_VISITOR, "POST", path, body)).status_code == 201
    assert (await grant(consent, HEALTH_VISITOR, child_id=child_id))["vei"] == [child_id]
    assert (
        await consent.call(HEALTH_VISITOR, "POST", path, {**body, "categories": ["whereabouts"]})
    ).status_code == 201
    opened = await grant(consent, HEALTH_VISITOR, child_id=child_id)
    assert "whereabouts" in opened["cat"]
    assert opened["vei"] == []
    assert (await grant(consent, TEACHER, child_id=child_id))["vei"] == [child_id]


async def test_a_search_is_told_of_whom_it_may_not_try_the_whereabouts(consent: Consent, child_id: str) -> None:
    other = await make_child(consent)
    await shield(consent, child_id)
    asked: dict[str, Any] = {"subject": "candidates", "categories": ["basics"], "children": [child_id, other]}
    found = await grant(consent, TEACHER, "child.search", **asked)
    assert (found["chn"], found["vei"]) == ([child_id, other], [child_id])
    # A block of whereabouts alone is no less.
    await block(consent, other, "practitioner", TEACHER, "whereabouts")
    assert (await grant(consent, TEACHER, "child.search", **asked))["vei"] == [child_id, other]
    assert (await grant(consent, HEALTH_VISITOR, "child.search", **asked))["vei"] == [child_id]
    # Under an override it finds them by that too, and each is recorded.
    override = {"reason_code": "missing-child", "reason": "He was last seen near the canal"}
    opened = await consent.open_search(HEALTH_VISITOR, override=override, children=[child_id, other])
    assert opened.status_code == 204
    found = await grant(consent, HEALTH_VISITOR, "child.search", **asked)
    assert found["vei"] == []
    assert [each for each, _ in found["ovr"]] == [child_id]


async def test_explanations_viewers_and_the_familys_side(consent: Consent, child_id: str) -> None:
    young_person = await make_account(consent, child_id, "young_person")
    parent = await make_account(consent, child_id, "parent")
    await shield(consent, child_id)
    question = {"viewer_id": TEACHER, "child_id": child_id, "categories": ["whereabouts"], "purpose": "direct-support"}
    explained = (await consent.call(OFFICER, "POST", "/v1/decisions/explain", question)).json()
    assert explained["permitted"] == []
    assert ("shielded", "refused") in [(each["rule"], each["outcome"]) for each in explained["rules"]]
    # Who works near the child is told of by role alone, and by name only to the young person.
    path = f"/v1/children/{child_id}/viewers"
    theirs = (await consent.call(HEALTH_VISITOR, "GET", path)).json()["items"]
    near = [each for each in theirs if each["role"] in {"teacher", "health_visitor"}]
    assert near
    assert not any(each.keys() & {"practitioner_id", "name", "agency_id", "agency_name"} for each in near)
    assert SOCIAL_WORKER in [each.get("practitioner_id") for each in theirs]
    assert not any("whereabouts" in str(each["categories"]) for each in theirs)
    own = (await consent.call(young_person, "GET", "/v1/me/viewers")).json()["items"]
    assert TEACHER in [each.get("practitioner_id") for each in own]
    parents = (await consent.call(parent, "GET", "/v1/me/viewers")).json()["items"]
    assert "Elm School" not in str(parents)
    assert "Sam" in str(parents)
    await consent.call(TEACHER, "GET", path)
    looks = (await consent.call(parent, "GET", "/v1/me/access-history")).json()["items"]
    assert looks
    assert "Elm" not in str(looks)
    assert "Oak" not in str(looks)
    page = (await consent.call(parent, "GET", "/v1/me/sharing-agreement")).text
    assert "Sam" in page
    assert "Elm" not in page
    recipients = [{"type": "agency", "id": "school"}, {"type": "sector", "id": "health"}]
    agreed = {"categories": ["plan"], "recipients": recipients}
    given = await consent.call(young_person, "POST", "/v1/me/consents", agreed)
    assert given.status_code == 201, given.text
    listed = await consent.call(HEALTH_VISITOR, "GET", f"/v1/children/{child_id}/consents")
    (shown,) = listed.json()["items"]
    assert shown["recipients"] == [{"type": "agency"}, {"type": "sector", "id": "health"}]
    assert "recorded_by" not in shown
    mine = {"action": "me.record", "subject": "own", "purpose": "direct-support", "categories": ALL}
    claims = jwt_claims((await consent.decide(young_person, **mine)).json()["grant"])
    assert "whereabouts" in claims["cat"]
    assert claims["vei"] == []


async def test_family_and_merged_records(consent: Consent, child_id: str) -> None:
    sibling, other = await make_child(consent), await make_child(consent)
    await consent.tell(ChildrenRelated(relationship_id=new_id(), child_id=child_id, other_child_id=sibling))
    assert (await grant(consent, TEACHER, child_id=sibling))["rel"] == [child_id]
    merged = await merge(consent, other, child_id)
    await shield(consent, other)
    # The sibling's record does not name a child who is hidden, by whichever record.
    assert (await grant(consent, TEACHER, child_id=sibling))["rel"] == []
    assert (await grant(consent, TEACHER, child_id=child_id))["rel"] == []
    for record in (child_id, other):
        assert "whereabouts" not in (await grant(consent, TEACHER, child_id=record))["cat"]
    # Parted again, both are hidden: nobody knows which of the two was meant.
    await undo(consent, merged)
    for record in (child_id, other):
        assert "whereabouts" not in (await grant(consent, TEACHER, child_id=record))["cat"]
    await consent.tell(episode(other, "support", SOCIAL_WORKER))
    await consent.tell(
        LeadProfessionalAssigned(
            child_id=other, practitioner_id=SOCIAL_WORKER, previous_practitioner_id=None, assigned_by="test"
        )
    )
    assert (await consent.call(SOCIAL_WORKER, "DELETE", f"/v1/children/{other}/shield")).status_code == 204
    assert "whereabouts" in (await grant(consent, TEACHER, child_id=other))["cat"]
    assert "whereabouts" not in (await grant(consent, TEACHER, child_id=child_id))["cat"]
