"""A referral through the gateway: what it opens to the team that it goes to, and that a block shows nowhere."""

import json
from datetime import date
from typing import Any

import pytest

from tests.journeys.conftest import People, eventually
from tests.journeys.scene import GP, HEALTH_VISITOR, SOCIAL_WORKER
from tests.support.server import Person

TODAY = date.today().isoformat()
AGREED = {"given_by": "parent", "how": "spoken", "given_on": TODAY}
DIRECTORY = "/v1/service-directory"


@pytest.fixture(scope="module")
def visits(people: People) -> str:
    """An entry that is tied to a service, whose team the health visitor is in."""
    people.admin.ok("PUT", "/v1/teams/visitors", {"name": "Visitors", "agency_id": "oak-surgery"})
    service = {"name": "Home visits", "agency_id": "oak-surgery", "team_id": "visitors", "type": "home-visiting"}
    people.admin.ok("PUT", "/v1/services/home-visits", service)
    known = people.admin.ok("GET", f"/v1/practitioners/{HEALTH_VISITOR}")
    entry = {name: known[name] for name in ("name", "agency_id", "role", "phone")}
    people.admin.ok("PUT", f"/v1/practitioners/{HEALTH_VISITOR}", {**entry, "team_ids": ["visitors"]})
    offer = {"name": "Visits at home", "maximum_age": 5, "kith_service_id": "home-visits"}
    made = people.admin("PUT", f"{DIRECTORY}/visits-at-home", offer)
    assert made.status_code == 201, made.text
    return "visits-at-home"


def new_child(people: People, name: str, born: str) -> str:
    person = {"given_name": name, "family_name": "Thistlewood", "date_of_birth": born}
    made = people.social_worker.ok("POST", "/v1/children", person)
    child = f"/v1/children/{made['child_id']}"
    people.social_worker.ok("POST", f"{child}/episodes", {"service_id": "support", "started_on": TODAY})
    people.social_worker.ok("PUT", f"{child}/lead-professional", {"practitioner_id": SOCIAL_WORKER})
    return str(made["child_id"])


def sent(people: People, child_id: str, entry: str, **more: Any) -> dict[str, Any]:
    body = {"service_id": entry, "reason": "Feeding is hard", "consent": AGREED, **more}
    return dict(people.social_worker.ok("POST", f"/v1/children/{child_id}/referrals", body))


def incoming(who: Person) -> list[dict[str, Any]]:
    return list(who.ok("GET", "/v1/referrals?direction=in")["items"])


def told(who: Person, referral_id: str) -> list[str]:
    items = who.ok("GET", "/v1/notifications?limit=200")["items"]
    return [each["type"] for each in items if each.get("referral_id") == referral_id]


def test_a_referral_opens_little_and_until_it_is_declined(people: People, visits: str) -> None:
    hv, child_id = people.health_visitor, new_child(people, "Rosalind", "2024-02-29")
    found = people.teacher.ok("GET", f"{DIRECTORY}?need=visits&age=2.5")["items"]
    assert [each["entry_id"] for each in found] == [visits]
    unknown = hv.get(f"/v1/children/{child_id}")
    assert unknown.status_code == 404

    referral = sent(people, child_id, visits)["referral_id"]
    (item,) = incoming(hv)
    assert (item["referral_id"], item["reason"], item["possible"]) == (referral, "Feeding is hard", ["received"])
    record = hv.ok("GET", f"/v1/children/{child_id}")
    assert record["basics"]["given_name"] == "Rosalind"
    assert {"whereabouts", "family", "involvement"}.isdisjoint(record)
    for path in ("team", "viewers", "history", "actions", "assessments", "consents"):
        assert hv.get(f"/v1/children/{child_id}/{path}").status_code == 404, path
    eventually(lambda: told(hv, referral) == ["referral-received"])
    assert hv("POST", f"/v1/referrals/{referral}/steps", {"step": "received"}, If_Match='"1"').status_code == 200
    declined = {"step": "declined", "reason": "The list is full"}
    assert hv("POST", f"/v1/referrals/{referral}/steps", declined, If_Match='"2"').status_code == 200

    gone = hv.get(f"/v1/children/{child_id}")
    assert {**gone.json(), "instance": ""} == {**unknown.json(), "instance": ""}
    assert (incoming(hv), told(hv, referral), hv.get(f"/v1/referrals/{referral}").status_code) == ([], [], 404)
    shown = people.social_worker.ok("GET", f"/v1/referrals/{referral}")
    assert [shown["status"], shown["steps"][-1]["reason"]] == ["declined", "The list is full"]
    eventually(lambda: told(people.social_worker, referral) == ["referral-answered"] * 2)


def test_a_block_shows_neither_to_who_refers_nor_to_who_is_blocked(people: People, visits: str) -> None:
    blocked, other = new_child(people, "Barnaby", "2023-09-01"), new_child(people, "Clementine", "2021-04-17")
    hv, absent = people.health_visitor, "0190163d-8694-739b-aea5-966c26f8ad91"
    viewer = {"type": "team", "id": "visitors"}
    path = f"/v1/children/{blocked}/blocks"
    block = people.social_worker("POST", path, {"viewer": viewer, "categories": ["all"]})
    assert block.status_code == 201, block.text
    before = (incoming(hv), hv.ok("GET", "/v1/notifications")["unread"])
    made = [sent(people, child_id, visits) for child_id in (blocked, other)]
    assert [_shape(made[0]), made[0]["status"]] == [_shape(made[1]), made[1]["status"]]
    eventually(lambda: told(hv, made[1]["referral_id"]))
    assert [each["child_id"] for each in incoming(hv)] == [other, *[each["child_id"] for each in before[0]]]
    assert hv.ok("GET", "/v1/notifications")["unread"] == before[1] + 1
    for referral in (made[0]["referral_id"], absent):
        answers = [
            hv.get(f"/v1/referrals/{referral}"),
            hv("POST", f"/v1/referrals/{referral}/steps", {"step": "received"}, If_Match='"1"'),
            hv.get(f"/v1/children/{blocked}"),
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert len({json.dumps({**answer.json(), "instance": ""}) for answer in answers}) == 1
    assert people.social_worker.ok("GET", f"/v1/referrals/{made[0]['referral_id']}")["status"] == "sent"
    lifted = people.social_worker("DELETE", f"/v1/blocks/{block.json()['block_id']}")
    assert lifted.status_code == 204
    assert {blocked, other} <= {each["child_id"] for each in incoming(hv)}


def test_a_legal_basis_holds_from_the_next_request(people: People, visits: str) -> None:
    child_id = new_child(people, "Euphemia", "2022-01-01")
    basis = {
        "code": "child-protection", "categories": ["social_care"], "recipients": [{"type": "all"}],
        "valid_until": "2099-01-01T00:00:00Z", "reference": "S47/1",
    }  # fmt: skip
    made = people.social_worker.ok("POST", f"/v1/children/{child_id}/legal-bases", basis)
    body = {"service_id": visits, "reason": "Not safe at home"}
    path = f"/v1/children/{child_id}/referrals"
    assert people.social_worker("POST", path, body).status_code == 422
    assert people.social_worker("POST", path, {**body, "legal_basis_id": made["basis_id"]}).status_code == 201
    people.social_worker.ok("POST", f"/v1/legal-bases/{made['basis_id']}/end", {})
    assert people.social_worker("POST", path, {**body, "legal_basis_id": made["basis_id"]}).status_code == 422
    assert people.gp("POST", path, {**body, "consent": AGREED}).status_code == 404, GP


def test_a_feed_comes_in_by_the_administrator_alone_and_goes_out_page_by_page(people: People) -> None:
    feed = {"contents": [{"id": f"club-{number}", "name": "Chess club"} for number in range(3)] + [{"id": "bad"}]}
    assert people.teacher("POST", f"{DIRECTORY}/imports", feed).status_code == 403
    taken = people.admin.ok("POST", f"{DIRECTORY}/imports", feed)
    assert (taken["taken"], taken["errors"][0]["pointer"]) == (3, "/contents/3/name")
    page = people.teacher.ok("GET", f"{DIRECTORY}/export?per_page=2")
    assert (page["size"], page["first_page"], page["last_page"]) == (2, True, False)
    assert people.teacher.ok("GET", f"{DIRECTORY}/club-1") == {"id": "club-1", "name": "Chess club"}


def _shape(answer: Any) -> Any:
    return {name: type(value).__name__ for name, value in answer.items()}
