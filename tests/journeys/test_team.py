"""The team around a child, through the gateway: what a place in it opens and closes, and that a block shows nowhere."""

from datetime import date
from typing import Any

import pytest

from tests.journeys.conftest import People
from tests.journeys.scene import GP, HEALTH_VISITOR, SOCIAL_WORKER, TEACHER
from tests.support.server import Person

TODAY = date.today().isoformat()


@pytest.fixture(scope="module")
def child_id(people: People) -> str:
    return new_child(people, "Tamsin", "2016-05-04")


def new_child(people: People, name: str, born: str) -> str:
    """Led by the social worker."""
    person = {"given_name": name, "family_name": "Quillfeather", "date_of_birth": born}
    made = people.social_worker.ok("POST", "/v1/children", person)
    child = f"/v1/children/{made['child_id']}"
    people.social_worker.ok("POST", f"{child}/episodes", {"service_id": "support", "started_on": TODAY})
    people.social_worker.ok("PUT", f"{child}/lead-professional", {"practitioner_id": SOCIAL_WORKER})
    return str(made["child_id"])


def asked(people: People, child_id: str, who: Person) -> tuple[dict[str, Any], dict[str, Any]]:
    """The answer to who invites, and what the invited finds."""
    body = {"practitioner_id": who.who, "part": "visits"}
    made = people.social_worker("POST", f"/v1/children/{child_id}/team", body)
    assert made.status_code == 201, made.text
    found = who.ok("GET", "/v1/team-invitations")["items"]
    assert len(found) == 1
    return made.json(), found[0]


def test_a_place_in_the_team_is_a_relationship_for_as_long_as_it_lasts(people: People, child_id: str) -> None:
    hv, child = people.health_visitor, f"/v1/children/{child_id}"
    _, invitation = asked(people, child_id, hv)
    unknown = hv.get(child)
    assert unknown.status_code == 404
    assert hv.get(f"{child}/team").status_code == 404
    hv.ok("POST", f"/v1/team-invitations/{invitation['invitation_id']}/answer", {"accept": True})
    assert [each["child_id"] for each in hv.ok("GET", "/v1/team-memberships")["items"]] == [child_id]
    assert hv.ok("GET", child)["basics"]["given_name"] == "Tamsin"
    # The plan needs nobody's consent for who is in the team.
    members = hv.ok("GET", f"{child}/team")["items"]
    assert [each["practitioner_id"] for each in members] == [HEALTH_VISITOR]

    directory = people.admin.ok("GET", f"/v1/practitioners/{HEALTH_VISITOR}")
    entry = {name: directory[name] for name in ("name", "agency_id", "role", "team_ids", "phone")}
    people.admin.ok("PUT", f"/v1/practitioners/{HEALTH_VISITOR}", {**entry, "status": "suspended"})
    assert hv.get(child).status_code == 404
    assert people.social_worker.ok("GET", f"{child}/team")["items"][0]["active"] is False
    people.admin.ok("PUT", f"/v1/practitioners/{HEALTH_VISITOR}", {**entry, "status": "active"})

    assert hv("DELETE", f"{child}/team").status_code == 204
    gone = hv.get(child)
    assert gone.status_code == 404
    assert {**gone.json(), "instance": ""} == {**unknown.json(), "instance": ""}
    assert hv.ok("GET", "/v1/team-memberships")["items"] == []
    history = people.social_worker.ok("GET", f"{child}/team?history=true")["items"]
    assert [each["status"] for each in history] == ["left"]


def test_a_block_shows_neither_to_who_invites_nor_to_who_is_invited(people: People, child_id: str) -> None:
    """Outwardly the one goes as the other, to what is found at the end: as if they had been taken out again."""
    other = new_child(people, "Ottoline", "2014-09-01")
    viewer = {"type": "practitioner", "id": GP}
    block = people.social_worker("POST", f"/v1/children/{child_id}/blocks", {"viewer": viewer, "categories": ["all"]})
    assert block.status_code == 201, block.text
    gp, told = people.gp, []
    for child in (child_id, other):
        made, invitation = asked(people, child, gp)
        answered = gp.ok("POST", f"/v1/team-invitations/{invitation['invitation_id']}/answer", {"accept": True})
        (member,) = people.social_worker.ok("GET", f"/v1/children/{child}/team")["items"]
        told.append([_shape(each) for each in (made, invitation, answered, member)])
        if child == other:
            assert people.social_worker(
                "DELETE", f"/v1/children/{child}/team?membership_id={made['membership_id']}"
            ).is_success
        assert gp.ok("GET", "/v1/team-memberships")["items"] == []
        assert gp.get(f"/v1/children/{child}").status_code == 404
    assert told[0] == told[1]


def test_of_the_plan_each_sees_what_their_categories_hold(people: People, child_id: str) -> None:
    """The plan is for the team without consent; an action of health is for whom the family lets see health."""
    child, teacher = f"/v1/children/{child_id}", people.teacher
    _, invitation = asked(people, child_id, teacher)
    teacher.ok("POST", f"/v1/team-invitations/{invitation['invitation_id']}/answer", {"accept": True})
    body = {"title": "Weekly call", "owner_id": SOCIAL_WORKER, "due_on": TODAY}
    shown = people.social_worker.ok("POST", f"{child}/actions", body)
    hidden = people.social_worker.ok("POST", f"{child}/actions", {**body, "category": "health"})
    assert [each["action_id"] for each in teacher.ok("GET", f"{child}/actions")["items"]] == [shown["action_id"]]
    path = f"/v1/actions/{hidden['action_id']}"
    refused = teacher("PATCH", path, {"status": "done"}, If_Match='"1"')
    assert refused.status_code == teacher.get(path).status_code == 404
    done = teacher("PATCH", f"/v1/actions/{shown['action_id']}", {"status": "done"}, If_Match='"1"')
    assert done.json()["status"] == "done"
    assert teacher("POST", f"{child}/actions", {**body, "category": "health"}).status_code == 404
    # Recording it needed no consent; reading it back does.
    assert people.social_worker.get(path).status_code == 404
    held = {"held_on": TODAY, "attendees": [TEACHER], "progress": [{"outcome": "stay-safe", "score": 6}]}
    teacher.ok("POST", f"{child}/reviews", held)
    (line,) = people.social_worker.ok("GET", f"{child}/progress")["outcomes"]
    assert line == {"outcome": "stay-safe", "points": [{"on": TODAY, "score": 6}]}
    assert people.gp.get(f"{child}/actions").status_code == 404


def test_the_stage_is_of_the_plan_and_the_report_of_officers(people: People, child_id: str) -> None:
    path, body = f"/v1/children/{child_id}/stage", {"stage": 2, "reason": "Asked for", "criteria": ["family-asks"]}
    assert people.teacher.ok("PUT", path, body)["current"]["stage"] == 2
    assert people.social_worker.ok("GET", path)["current"]["set_by"] == TEACHER
    assert people.gp("PUT", path, body).status_code == people.gp.get(path).status_code == 404
    report = f"/v1/reports/stages?year={date.today().year}"
    assert people.social_worker.get(report).status_code == 403
    found = people.officer.ok("GET", report)
    # One child is at a stage, and nothing tells at which.
    assert (found["schools"], found["total"], set(found["totals"].values())) == ([], None, {None})


def _shape(body: dict[str, Any]) -> dict[str, Any]:
    """Without ids and times, which are each one's own."""
    return {key: value for key, value in body.items() if not key.endswith(("_at", "_id")) or key == "practitioner_id"}
