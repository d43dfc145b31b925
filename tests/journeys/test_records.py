"""One record through the gateway: corrected, shielded, found all the same in an emergency, and archived."""

from datetime import date
from typing import Any

from tests.journeys.conftest import People, eventually
from tests.support.server import Person, Server

NAMES = {"given_name": "Seraphina", "family_name": "Quillfeather"}
HOME = {"address_line": "7 Wherry Lane", "postcode": "NR1 1QT"}
BORN = {"date_of_birth": f"{date.today().year - 19}-01-01"}
EMERGENCY = {"reason_code": "missing-child", "reason": "She was seen at the station and nowhere since"}


def search(who: Person, **criteria: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = who.ok("POST", "/v1/children/search", criteria)["matches"]
    return found


def test_a_record_is_corrected_shielded_and_archived(server: Server, people: People) -> None:
    worker, visitor, teacher = people.social_worker, people.health_visitor, people.teacher
    child_id = worker.ok("POST", "/v1/children", {**NAMES, **BORN, **HOME})["child_id"]
    path, today = f"/v1/children/{child_id}", date.today().isoformat()
    for who, service in ((worker, "support"), (visitor, "visits"), (teacher, "elm-roll")):
        who.ok("POST", f"{path}/episodes", {"service_id": service, "started_on": today})
    read = visitor.get(path)
    assert visitor("PATCH", path, {"sex": "female", "reason": "Told"}).status_code == 428
    corrected = visitor("PATCH", path, {"sex": "female", "reason": "Told"}, If_Match=read.headers["ETag"])
    assert (corrected.status_code, corrected.json()["basics"]["sex"]) == (200, "female")
    assert visitor("PATCH", path, {"sex": "male", "reason": "?"}, If_Match=read.headers["ETag"]).status_code == 412
    (change,) = teacher.ok("GET", f"{path}/history")["items"]
    assert (change["after"], change["by"]["name"], change["reason"]) == ("female", "Hana Visitor", "Told")
    # Shielded, nothing tells where she is from the next request on, and no search confirms it.
    assert [each["child_id"] for each in search(teacher, **NAMES, postcode=HOME["postcode"])] == [child_id]
    worker.ok("PUT", f"{path}/shield", {"categories": ["whereabouts"], "reason": "In a refuge"})
    record = visitor.ok("GET", path)
    assert "whereabouts" not in record
    assert not any(word in str(record) for word in ("Elm", "elm", "Tia", "Wherry"))
    assert search(teacher, **NAMES, postcode=HOME["postcode"]) == []
    assert [each["child_id"] for each in search(teacher, **NAMES, **BORN)] == [child_id]
    (match,) = search(visitor, **NAMES, postcode=HOME["postcode"], override=EMERGENCY)
    assert (match["child_id"], "override_id" in match) == (child_id, True)
    worker.ok("DELETE", f"{path}/shield")
    assert "Wherry" in str(teacher.ok("GET", path))
    # She is 19: archived by the command, she is there for nobody but an index officer.
    for words in ("would be archived", "were archived"):
        dry = ["--dry-run"] if words.startswith("would") else []
        done = server.kith("records", "archive", *dry, "--as", people.index_officer.who, "--url", server.url)
        assert words in done.stdout, done.stdout + done.stderr
    eventually(lambda: worker.get(path).status_code == 404)
    assert worker.get(path).json() | {"instance": ""} == teacher.get(f"{path[:-1]}").json() | {"instance": ""}
    assert search(worker, **NAMES, **BORN) == []
    assert people.index_officer.get(path, Kith_Purpose="data-quality").status_code == 200
