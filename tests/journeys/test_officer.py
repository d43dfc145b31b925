"""The index officer's work, end to end: records merged and parted, a review looked at, a list's links undone."""

from datetime import date

import pytest

from tests.journeys.conftest import People, eventually
from tests.journeys.scene import INDEX_OFFICER, SOCIAL_WORKER, TEACHER
from tests.support.server import Person

TODAY = date.today().isoformat()
NUMBER, ANOTHER = "9434765919", "9990000018"
ONE = {"given_name": "Wilhelmina", "family_name": "Featherstonehaugh", "date_of_birth": "2013-11-05"}
OTHER = {"given_name": "Mina", "family_name": "Fanshaw", "date_of_birth": "2013-05-11", "nhs_number": NUMBER}


def _registered(by: Person, person: dict[str, str]) -> str:
    answer = by("POST", "/v1/children", person)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["child_id"])


@pytest.fixture(scope="module")
def pair(people: People) -> tuple[str, str]:
    """A school's record and a surgery's, each with who works there."""
    mine, theirs = _registered(people.teacher, ONE), _registered(people.gp, OTHER)
    people.teacher.ok("POST", f"/v1/children/{mine}/episodes", {"service_id": "elm-roll", "started_on": TODAY})
    people.gp.ok("POST", f"/v1/children/{theirs}/episodes", {"service_id": "oak-list", "started_on": TODAY})
    people.social_worker.ok("POST", f"/v1/children/{theirs}/episodes", {"service_id": "support", "started_on": TODAY})
    people.social_worker.ok("PUT", f"/v1/children/{theirs}/lead-professional", {"practitioner_id": SOCIAL_WORKER})
    return mine, theirs


@pytest.fixture(scope="module")
def merge_id(people: People, pair: tuple[str, str]) -> str:
    mine, theirs = pair
    made = people.index_officer.ok("POST", f"/v1/children/{theirs}/merge", {"into": mine, "note": "Met both"})
    assert made["child_id"] == mine
    return str(made["merge_id"])


def test_only_an_index_officer_merges(people: People, pair: tuple[str, str]) -> None:
    mine, theirs = pair
    for person in (people.teacher, people.social_worker, people.admin, people.officer):
        assert person("POST", f"/v1/children/{theirs}/merge", {"into": mine}).status_code == 403
        assert person.get("/v1/merges").status_code == 403


def test_each_saw_their_own_before(people: People, pair: tuple[str, str]) -> None:
    mine, theirs = pair
    assert people.teacher.get(f"/v1/children/{theirs}").status_code == 404
    assert people.gp.get(f"/v1/children/{mine}").status_code == 404


def test_both_ids_answer_as_one(people: People, pair: tuple[str, str], merge_id: str) -> None:
    for person in (people.teacher, people.gp, people.social_worker):
        shown = [person.ok("GET", f"/v1/children/{child}") for child in pair]
        assert shown[0] == shown[1]
        assert shown[0]["child_id"] == pair[0]
        assert shown[0]["basics"]["nhs_number"] == NUMBER
        assert len(shown[0]["involvement"]["episodes"]) == 3
        assert shown[0]["involvement"]["lead_professional"]["practitioner_id"] == SOCIAL_WORKER
    for sought in (ONE, OTHER):
        (match,) = people.teacher.ok("POST", "/v1/children/search", sought)["matches"]
        assert match["child_id"] == pair[0]
    listed = people.index_officer.ok("GET", f"/v1/merges?child_id={pair[1]}&undone=false")["items"]
    assert [each["merge_id"] for each in listed] == [merge_id]


def test_the_old_id_is_good_for_everything(people: People, pair: tuple[str, str], merge_id: str) -> None:
    mine, theirs = pair
    visit = people.health_visitor.ok(
        "POST", f"/v1/children/{theirs}/episodes", {"service_id": "visits", "started_on": TODAY}
    )
    assert visit["child_id"] == mine
    ended = people.health_visitor.ok("PATCH", f"/v1/episodes/{visit['episode_id']}", {"ended_on": TODAY})
    assert ended["child_id"] == mine
    made = people.teacher.ok(
        "POST",
        f"/v1/children/{theirs}/relationships",
        {"relationship": "parent", "person": {"given_name": "Ada", "family_name": "Fanshaw"}},
    )
    family = people.gp.ok("GET", f"/v1/children/{mine}")["family"]["relationships"]
    assert [each["relationship_id"] for each in family] == [made["relationship_id"]]
    gone = people.teacher("DELETE", f"/v1/children/{theirs}/relationships/{made['relationship_id']}")
    assert gone.status_code == 204
    account = people.social_worker.ok("POST", f"/v1/children/{theirs}/accounts", {"kind": "young_person"})
    assert account["account_id"]
    begun = people.teacher.ok(
        "POST",
        f"/v1/children/{theirs}/assessments",
        {"template_id": "common-assessment", "reason": "Attendance has fallen since the summer"},
    )
    for child in pair:
        found = people.teacher.ok("GET", f"/v1/children/{child}/assessments")["items"]
        assert [each["assessment_id"] for each in found] == [begun["assessment_id"]]
        assert people.teacher.get(f"/v1/children/{child}/viewers").status_code == 200


def test_a_block_on_the_old_id_holds_for_both(people: People, pair: tuple[str, str], merge_id: str) -> None:
    mine, theirs = pair
    block = people.social_worker.ok(
        "POST",
        f"/v1/children/{theirs}/blocks",
        {"viewer": {"type": "practitioner", "id": TEACHER}, "categories": ["all"]},
    )
    for child in pair:
        assert people.teacher.get(f"/v1/children/{child}").status_code == 404
    for sought in (ONE, OTHER):
        assert people.teacher.ok("POST", "/v1/children/search", sought)["matches"] == []
    assert people.social_worker("DELETE", f"/v1/blocks/{block['block_id']}").status_code == 204
    assert people.teacher.get(f"/v1/children/{mine}").status_code == 200


def test_parted_each_is_seen_by_their_own_again(people: People, pair: tuple[str, str], merge_id: str) -> None:
    mine, theirs = pair
    undone = people.index_officer.ok("POST", f"/v1/merges/{merge_id}/undo")
    assert undone["undone_by"] == INDEX_OFFICER
    assert people.gp.get(f"/v1/children/{mine}").status_code == 404
    assert people.teacher.get(f"/v1/children/{theirs}").status_code == 404
    assert people.gp.ok("GET", f"/v1/children/{theirs}")["child_id"] == theirs
    assert "nhs_number" not in people.teacher.ok("GET", f"/v1/children/{mine}")["basics"]


def test_a_review_side_by_side_and_taken_back(people: People) -> None:
    person = {"given_name": "Peregrine", "family_name": "Cholmondeley", "date_of_birth": "2012-08-01"}
    child = _registered(people.teacher, {**person, "nhs_number": "9990000026", "postcode": "M1 1AE"})
    sent = people.gp("POST", "/v1/children", {**person, "nhs_number": "9990000034", "postcode": "M1 1AE"})
    assert sent.status_code == 202, sent.text
    review_id = sent.json()["review_id"]
    shown = people.index_officer.ok("GET", f"/v1/match-reviews/{review_id}")
    assert shown["candidate"]["child_id"] == child
    assert shown["fields"]["nhs_number"]["mark"] == "differs"
    assert shown["fields"]["postcode"]["mark"] == "agreed"
    people.social_worker.ok("POST", f"/v1/children/{child}/episodes", {"service_id": "support", "started_on": TODAY})
    block = people.social_worker.ok(
        "POST",
        f"/v1/children/{child}/blocks",
        {"viewer": {"type": "practitioner", "id": INDEX_OFFICER}, "categories": ["whereabouts"]},
    )
    # Where the child lives is kept from this officer: so is that it is where the surgery says.
    hidden = people.index_officer.ok("GET", f"/v1/match-reviews/{review_id}")
    assert "postcode" not in hidden["fields"]
    assert "addresses" not in hidden["candidate"]
    assert "postcode" not in hidden["submitted"]
    people.social_worker("DELETE", f"/v1/blocks/{block['block_id']}")

    people.index_officer.ok("POST", f"/v1/match-reviews/{review_id}/resolution", {"same": True})
    back = people.index_officer.ok("POST", f"/v1/match-reviews/{review_id}/resolution/undo")
    assert (back["outcome"], back["child_id"] == child) == ("created", False)
    assert people.teacher.get(f"/v1/match-reviews/{review_id}").status_code == 403


def test_a_lists_links_undone(people: People) -> None:
    person = {"given_name": "Ignatius", "family_name": "Wriothesley", "date_of_birth": "2011-04-02"}
    child = _registered(people.teacher, {**person, "postcode": "M1 1AE"})
    roll = "given_name,family_name,date_of_birth,postcode,local_id\nIgnatius,Wriothesley,2011-04-02,M1 1AE,Z1\n"
    sent = people.index_officer.http.post(
        "/v1/imports", data={"service_id": "elm-roll"}, files={"file": ("roll.csv", roll.encode())}
    )
    import_id = sent.json()["import_id"]
    eventually(lambda: people.index_officer.ok("GET", f"/v1/imports/{import_id}")["state"] == "completed", 30)
    links = people.index_officer.ok("GET", f"/v1/imports/{import_id}/links")["items"]
    assert [(each["row"], each["child_id"]) for each in links] == [(1, child)]
    assert people.teacher.get(f"/v1/imports/{import_id}/links").status_code == 403
    undone = people.index_officer.ok("POST", f"/v1/imports/{import_id}/links/undo", {})["undone"]
    (own,) = [each["child_id"] for each in undone]
    assert own != child
    found = people.index_officer.ok("POST", "/v1/children/search", person)["matches"]
    assert {match["child_id"] for match in found} == {own, child}
