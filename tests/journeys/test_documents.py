"""Documents through the gateway: made for who may see them, logged as what they are, and the young person's own."""

from datetime import date, timedelta

import pytest

from tests.assessment.papers import Paper
from tests.journeys.conftest import People, eventually
from tests.journeys.scene import TEACHER
from tests.journeys.test_team import TODAY, new_child
from tests.support.server import Person, Server

SOON = date.today() + timedelta(days=10)


@pytest.fixture(scope="module")
def child_id(people: People) -> str:
    child_id = new_child(people, "Ọmọlará", "2012-02-29")
    people.teacher.ok("POST", f"/v1/children/{child_id}/episodes", {"service_id": "elm-roll", "started_on": TODAY})
    given = {"given_by": "parent", "basis": "parental_responsibility", "categories": ["education", "plan"]}
    path = f"/v1/children/{child_id}/consents"
    people.social_worker.ok("POST", path, {**given, "recipients": [{"type": "practitioner", "id": TEACHER}]})
    return child_id


@pytest.fixture(scope="module")
def young_person(server: Server, people: People, child_id: str) -> Person:
    made = people.social_worker.ok("POST", f"/v1/children/{child_id}/accounts", {"kind": "young_person"})
    return server.person(made["account_id"])


@pytest.fixture(scope="module")
def assessment_id(people: People, child_id: str) -> str:
    body = {"template_id": "common-assessment", "reason": "Attendance has fallen"}
    found = str(people.teacher.ok("POST", f"/v1/children/{child_id}/assessments", body)["assessment_id"])
    for who, key, content in (
        (people.teacher, "learning", {"aspirations": "She wants to be a vet"}),
        (people.social_worker, "parents_and_carers", {"guidance_and_boundaries": "Grandmother helps"}),
        (people.social_worker, "child_words", {"words": "I like the guinea pigs"}),
    ):
        who.ok("PUT", f"/v1/assessments/{found}/sections/{key}/contribution", {"content": content})
    return found


def test_an_assessment_is_had_as_a_document_of_what_one_may_see(people: People, assessment_id: str) -> None:
    path = f"/v1/assessments/{assessment_id}/document"
    paper = Paper.of(answer := people.teacher.get(path))
    text = paper.text()
    for line in ("Ọmọlará Quillfeather", "She wants to be a vet", "Tia Teacher", "guinea pigs", "Grandmother helps"):
        assert line in text
    assert answer.headers["cache-control"] == "no-store"
    assert f"assessment-{assessment_id}.pdf" in answer.headers["content-disposition"]
    # Education needs a consent, which names the teacher alone.
    theirs = Paper.of(people.social_worker.get(path)).text()
    assert "vet" not in theirs
    assert "guinea pigs" in theirs
    hidden, none = people.gp.get(path), people.gp.get(f"/v1/assessments/{'0' * 8}-0000-7000-8000-{'0' * 12}/document")
    assert (hidden.status_code, none.status_code) == (404, 404)
    assert hidden.json() | {"instance": ""} == none.json() | {"instance": ""}
    assert people.officer.get(path).status_code == 403


def test_a_young_person_has_their_plan_and_it_can_be_printed_for_them(
    people: People, child_id: str, assessment_id: str, young_person: Person
) -> None:
    path = f"/v1/children/{child_id}"
    action = {"title": "A place at the riding stables", "owner_id": TEACHER, "due_on": SOON.isoformat()}
    people.social_worker.ok("POST", f"{path}/actions", action)
    people.social_worker.ok("POST", f"{path}/actions", {**action, "title": "Speak to the doctor", "category": "health"})
    people.social_worker.ok("POST", f"{path}/reviews", {"held_on": TODAY, "next_on": SOON.isoformat()})

    mine = young_person.ok("GET", "/v1/me/plan")
    assert mine["actions"] == [{"title": action["title"], "by": "Tia Teacher", "due_on": SOON.isoformat()}]
    assert (mine["given_name"], mine["next_review_on"]) == ("Ọmọlará", SOON.isoformat())
    assert [(each["name"], each["leads"]) for each in mine["around"]] == [("Sam Worker", True), ("Tia Teacher", False)]
    assert [each["text"] for each in mine["own_words"]] == ["I like the guinea pigs"]
    own = Paper.of(young_person.get("/v1/me/plan/document"))
    printed = Paper.of(people.social_worker.get(f"{path}/plan/document?for=young-person"))
    assert (own.pages, printed.pages) == (1, 1)
    for paper in (own, printed):
        assert "riding stables" in paper.text()
        assert "doctor" not in paper.text()
    assert "Speak to the doctor" not in Paper.of(people.social_worker.get(f"{path}/plan/document")).text()
    assert "riding stables" in Paper.of(people.teacher.get(f"{path}/plan/document")).text()
    for refused in ("/v1/me/plan", "/v1/me/plan/document"):
        assert people.teacher.get(refused).status_code == 403


def test_that_a_document_was_made_is_in_the_log(people: People, child_id: str, young_person: Person) -> None:
    def logged() -> set[tuple[str, str]]:
        found = people.officer.ok("GET", f"/v1/access-log?child_id={child_id}&outcome=permitted&limit=200")["items"]
        return {(each["action"], each["viewer_id"]) for each in found}

    documents = ("assessment.document", "plan.document", "me.plan", "me.plan-document")
    eventually(lambda: {action for action, _ in logged()}.issuperset(documents))
    assert ("assessment.document", TEACHER) in logged()
    looks = young_person.ok("GET", "/v1/me/access-history?limit=200")["items"]
    assert {"assessment.document", "plan.document"} <= {each["action"] for each in looks}


def test_who_is_blocked_gets_no_document_from_the_next_request_on(
    people: People, child_id: str, assessment_id: str, young_person: Person
) -> None:
    paths = (f"/v1/assessments/{assessment_id}/document", f"/v1/children/{child_id}/plan/document")
    assert [people.teacher.get(path).status_code for path in paths] == [200, 200]
    block = {"viewer": {"type": "practitioner", "id": TEACHER}, "categories": ["all"]}
    placed = young_person.ok("POST", "/v1/me/blocks", block)
    assert [people.teacher.get(path).status_code for path in paths] == [404, 404]
    assert young_person("DELETE", f"/v1/me/blocks/{placed['block_id']}").status_code == 204
    assert [people.teacher.get(path).status_code for path in paths] == [200, 200]
