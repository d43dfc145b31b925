"""The life of an assessment, through the gateway: who hears of it, by whose consent, and that a block shows nowhere."""

from datetime import date
from typing import Any

import pytest

from tests.journeys.conftest import People, eventually
from tests.journeys.scene import GP, HEALTH_VISITOR, TEACHER
from tests.journeys.test_team import asked, new_child
from tests.support.server import Person

TODAY = date.today().isoformat()


@pytest.fixture(scope="module")
def child_id(people: People) -> str:
    """Led by the social worker; the teacher works there, the health visitor is in the team, and the GP is blocked."""
    child_id = new_child(people, "Clementine", "2015-11-30")
    people.teacher.ok("POST", f"/v1/children/{child_id}/episodes", {"service_id": "elm-roll", "started_on": TODAY})
    _, invitation = asked(people, child_id, people.health_visitor)
    people.health_visitor.ok("POST", f"/v1/team-invitations/{invitation['invitation_id']}/answer", {"accept": True})
    block = {"viewer": {"type": "practitioner", "id": GP}, "categories": ["all"]}
    people.social_worker.ok("POST", f"/v1/children/{child_id}/blocks", block)
    return child_id


@pytest.fixture(scope="module")
def assessment(people: People, child_id: str) -> str:
    begun = {"template_id": "common-assessment", "reason": "Tired in the mornings"}
    made = people.teacher.ok("POST", f"/v1/children/{child_id}/assessments", begun)
    return f"/v1/assessments/{made['assessment_id']}"


def told(who: Person, kind: str, assessment: str) -> list[dict[str, Any]]:
    items = who.ok("GET", "/v1/notifications?limit=200")["items"]
    return [each for each in items if each["type"] == kind and assessment.endswith(each["assessment_id"])]


def heard(who: Person, kind: str, assessment: str) -> dict[str, Any]:
    """The one entry of that kind about the assessment, once it is there."""
    eventually(lambda: told(who, kind, assessment))
    (entry,) = told(who, kind, assessment)
    return entry


def test_who_is_asked_hears_of_it_and_of_a_block_nobody(people: People, assessment: str) -> None:
    made = {}
    for who in (GP, HEALTH_VISITOR):
        made[who] = people.social_worker("POST", f"{assessment}/contribution-requests", {"practitioner_id": who})
        assert made[who].status_code == 201, made[who].text
    assert made[GP].json().keys() == made[HEALTH_VISITOR].json().keys()
    waiting = people.social_worker.ok("GET", assessment)["waiting"]
    assert [each["practitioner_id"] for each in waiting] == [HEALTH_VISITOR, GP]
    assert heard(people.health_visitor, "contribution-requested", assessment)["state"] == "unread"
    assert told(people.gp, "contribution-requested", assessment) == []
    refused = people.gp.get(assessment)
    assert refused.status_code == people.gp.get(f"{assessment}/contribution-requests").status_code == 404

    # Written without a consent to read it: who asked has no sign of it, and who wrote it waits for nobody.
    section = f"{assessment}/sections/development/draft"
    saved = people.health_visitor("PUT", section, {"content": {"behaviour": "calm"}})
    mine = people.health_visitor.ok("GET", "/v1/assessment-drafts")["items"]
    assert [each["section_key"] for each in mine] == ["development"]
    assert people.social_worker.ok("GET", "/v1/assessment-drafts")["items"] == []
    before = people.social_worker.get(assessment)
    offered = people.health_visitor("POST", f"{section}/offer", None, If_Match=saved.headers["ETag"])
    assert offered.status_code == 201, offered.text
    after = people.social_worker.get(assessment)
    assert (after.content, after.headers["ETag"]) == (before.content, before.headers["ETag"])
    assert after.json()["status"] == "begun"
    assert HEALTH_VISITOR not in [
        each["practitioner_id"] for each in people.health_visitor.ok("GET", assessment)["waiting"]
    ]


def test_it_is_completed_by_a_consent_and_the_team_hears(people: People, child_id: str, assessment: str) -> None:
    child = f"/v1/children/{child_id}"
    body: dict[str, Any] = {
        "summary": "More sleep, fewer screens",
        "child_views": "I would like my own room",
        "parent_views": "We agree",
        "consent": {"given_by": "parent", "words": "on paper"},
    }
    tag = people.teacher.get(assessment).headers["ETag"]
    # Whoever began it may, once they may see the plan: nobody has consented yet.
    assert people.teacher("POST", f"{assessment}/completion", body, If_Match=tag).status_code == 404
    consent = people.social_worker.ok(
        "POST",
        f"{child}/consents",
        {
            "given_by": "parent",
            "basis": "parental_responsibility",
            "categories": ["plan", "health"],
            "recipients": [{"type": "practitioner", "id": TEACHER}],
        },
    )
    body["consent"] = {"given_by": "parent", "consent_id": consent["consent_id"]}
    action = {"title": "Bed at eight", "owner_id": TEACHER, "due_on": TODAY}
    body["agreed_action_ids"] = [people.social_worker.ok("POST", f"{child}/actions", action)["action_id"]]
    assert people.teacher("POST", f"{assessment}/completion", body).status_code == 428
    done = people.teacher("POST", f"{assessment}/completion", body, If_Match=tag)
    assert done.status_code == 201, done.text
    for who in (people.social_worker, people.health_visitor):
        assert heard(who, "assessment-completed", assessment)["child_id"] == child_id
        assert who.ok("GET", assessment)["completion"]["agreed_action_ids"] == body["agreed_action_ids"]
    assert told(people.teacher, "assessment-completed", assessment) == []
    reviewed = {"outcome": "step-up", "words": "More than a school can do", "held_on": TODAY}
    tag = done.headers["ETag"]
    assert people.health_visitor("POST", f"{assessment}/review", reviewed, If_Match=tag).status_code == 409
    assert people.social_worker("POST", f"{assessment}/review", reviewed, If_Match=tag).status_code == 201


def test_support_steps_up_and_the_thread_is_kept(people: People, child_id: str, assessment: str) -> None:
    earlier = assessment.rpartition("/")[2]
    begin = {"template_id": "early-help", "reason": "Section 17", "follows": earlier, "step": "up"}
    tag = people.social_worker.get(assessment).headers["ETag"]
    path = f"/v1/children/{child_id}/assessments"
    made = people.social_worker("POST", path, begin, If_Match=tag)
    assert made.status_code == 201, made.text
    found = people.teacher.ok("GET", f"/v1/assessments/{made.json()['assessment_id']}")["thread"]
    assert [(each["assessment_id"], each["status"]) for each in found] == [
        (earlier, "closed"),
        (made.json()["assessment_id"], "begun"),
    ]
    late = people.teacher("PUT", f"{assessment}/sections/learning/contribution", {"content": {"aspirations": "a vet"}})
    assert late.json()["type"].endswith(":assessment-closed")
    for gone in ("completion", "review", "contribution-requests"):
        assert people.gp.get(f"{assessment}/{gone}").status_code == 404
