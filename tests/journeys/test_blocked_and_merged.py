"""A block on the record that is merged away holds for the child by either id, in a search, and after the undoing."""

from datetime import date

import pytest

from tests.journeys.conftest import People, eventually
from tests.journeys.scene import HEALTH_VISITOR, SOCIAL_WORKER, TEACHER

TODAY = date.today().isoformat()
KEPT = {"given_name": "Ottoline", "family_name": "Quartermaine", "date_of_birth": "2012-02-29"}
COPY = {"given_name": "Lotte", "family_name": "Quinnell", "date_of_birth": "2012-12-02"}


@pytest.fixture(scope="module")
def pair(people: People) -> tuple[str, str]:
    """The record that stands, at the teacher's school; and the other, at whose side the young person blocked them."""
    kept = people.teacher.ok("POST", "/v1/children", KEPT)["child_id"]
    copy = people.gp.ok("POST", "/v1/children", COPY)["child_id"]
    for who, child, service in (
        (people.teacher, kept, "elm-roll"),
        (people.health_visitor, kept, "visits"),
        (people.gp, copy, "oak-list"),
        (people.social_worker, copy, "support"),
    ):
        who.ok("POST", f"/v1/children/{child}/episodes", {"service_id": service, "started_on": TODAY})
    for who, child, lead in (
        (people.health_visitor, kept, HEALTH_VISITOR),
        (people.social_worker, copy, SOCIAL_WORKER),
    ):
        who.ok("PUT", f"/v1/children/{child}/lead-professional", {"practitioner_id": lead})
    body = {"viewer": {"type": "practitioner", "id": TEACHER}, "categories": ["all"]}
    people.social_worker.ok("POST", f"/v1/children/{copy}/blocks", body)
    return str(kept), str(copy)


def test_the_block_holds_from_the_merge_and_stays_where_it_was_placed(people: People, pair: tuple[str, str]) -> None:
    kept, copy = pair
    assert people.teacher.get(f"/v1/children/{kept}").status_code == 200
    merged = people.index_officer.ok("POST", f"/v1/children/{copy}/merge", {"into": kept})
    for child in pair:
        assert people.teacher.get(f"/v1/children/{child}").status_code == 404
        assert people.health_visitor.ok("GET", f"/v1/children/{child}")["child_id"] == kept
    for sought in (KEPT, COPY):
        assert people.teacher.ok("POST", "/v1/children/search", sought)["matches"] == []
        (match,) = people.gp.ok("POST", "/v1/children/search", sought)["matches"]
        assert match["child_id"] == kept

    def heard(kind: str) -> bool:
        """Both lead professionals, each by the record that they led for."""
        both = ((people.health_visitor, kept), (people.social_worker, copy))
        return all(
            (kind, child) in [(each["type"], each["child_id"]) for each in who.ok("GET", "/v1/notifications")["items"]]
            for who, child in both
        )

    eventually(lambda: heard("records-merged"))
    people.index_officer.ok("POST", f"/v1/merges/{merged['merge_id']}/undo")
    eventually(lambda: heard("merge-undone"))
    assert people.teacher.get(f"/v1/children/{kept}").status_code == 200
    assert people.teacher.get(f"/v1/children/{copy}").status_code == 404
    assert people.health_visitor.get(f"/v1/children/{copy}").status_code == 404
    (match,) = people.teacher.ok("POST", "/v1/children/search", KEPT)["matches"]
    assert match["child_id"] == kept
    assert people.teacher.ok("POST", "/v1/children/search", COPY)["matches"] == []
    looks = people.officer.ok("GET", f"/v1/access-log?child_id={copy}&outcome=permitted&limit=200")["items"]
    assert kept in {each["child_id"] for each in looks if each["action"] == "child.read"}
