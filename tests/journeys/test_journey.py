"""The main job, end to end, against a real server: what each person does, sees, and does not see.

The tests of this module tell one story and run in the order they are written.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chassis.ids import new_id
from consent.domain.log_heads import LogKey, TreeHead
from consent.domain.merkle import verify_inclusion
from tests.journeys.conftest import BAD_ROWS, Chosen, Imported, People, eventually, personal
from tests.journeys.scene import HEALTH_VISITOR, INDEX_OFFICER, SOCIAL_WORKER, TEACHER
from tests.support.server import Person, Server

TODAY = date.today().isoformat()


@pytest.fixture(scope="package")
def young_person(server: Server, people: People, chosen: Chosen) -> Person:
    made = people.social_worker.ok("POST", f"/v1/children/{chosen.child_id}/accounts", {"kind": "young_person"})
    return server.person(made["account_id"])


@pytest.fixture(scope="package")
def assessment_id(people: People, chosen: Chosen) -> str:
    begun = people.teacher.ok(
        "POST",
        f"/v1/children/{chosen.child_id}/assessments",
        {"template_id": "common-assessment", "reason": "Attendance has fallen since the summer"},
    )
    return str(begun["assessment_id"])


def search_body(chosen: Chosen) -> dict[str, str]:
    """What a teacher types: the family name with a typing error."""
    typo = chosen.family_name[:2] + chosen.family_name[3] + chosen.family_name[2] + chosen.family_name[4:]
    return {"given_name": chosen.given_name, "family_name": typo, "date_of_birth": chosen.date_of_birth}


def found_ids(answer: dict[str, object]) -> list[str]:
    return [match["child_id"] for match in answer["matches"]]  # type: ignore[attr-defined]


def test_the_administrator_made_the_authority(people: People) -> None:
    agencies = people.admin.ok("GET", "/v1/agencies")["items"]
    assert {agency["agency_id"] for agency in agencies} == {"elm-school", "oak-surgery", "council"}
    who = people.teacher.ok("GET", "/v1/whoami")
    assert (who["role"], who["agency_id"], who["team_ids"]) == ("teacher", "elm-school", ["elm-staff"])


def test_rows_of_one_child_end_as_one_child(imported: Imported) -> None:
    truth = imported.lists.truth
    child_of_row = {local_id: row["child_id"] for local_id, row in imported.results.items() if row.get("child_id")}
    linked = {(school, gp) for school, gp in truth.pairs() if child_of_row.get(school) == child_of_row.get(gp, "none")}
    assert len(linked) >= 0.95 * len(truth.pairs())
    members: dict[object, set[str]] = {}
    for local_id, child_id in child_of_row.items():
        members.setdefault(child_id, set()).add(truth.child_of[local_id])
    wrong = [found for found in members.values() if len(found) > 1]
    assert wrong == [], "two children became one"


def test_doubtful_rows_go_to_review(people: People, imported: Imported) -> None:
    waiting = {row["review_id"] for row in imported.results.values() if row["outcome"] == "review"}
    assert waiting
    listed: set[str] = set()
    cursor = ""
    while True:
        page = people.index_officer.ok("GET", f"/v1/match-reviews?limit=20{cursor}")
        listed |= {review["review_id"] for review in page["items"]}
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert waiting == listed
    assert people.teacher.get("/v1/match-reviews").status_code == 403


def test_bad_rows_are_listed_and_stop_nothing(imported: Imported) -> None:
    truth = imported.lists.truth
    for name, rows, prefix in (("roll", imported.lists.roll, "S"), ("gp", imported.lists.gp_list, "G")):
        expected = {
            (str(number), truth.bad[row.local_id].field)
            for number, row in enumerate(rows, start=1)
            if row.local_id in truth.bad
        }
        found = {
            (rejection["rejected_row"], field)
            for rejection in imported.rejections[name]
            for field in rejection["rejected_field"].split("; ")
        }
        assert found == expected
        assert len(expected) == BAD_ROWS
        assert all(rejection["rejected_reason"] for rejection in imported.rejections[name])
        taken = sum(1 for local_id in imported.results if local_id.startswith(prefix))
        assert taken == len(rows) - BAD_ROWS


def test_the_same_import_again_creates_nothing(server: Server, imported: Imported, tmp_path: Path) -> None:
    again = tmp_path / "again.ndjson"
    done = server.kith(
        "import", str(imported.roll), "--service", "elm-roll", "--as", INDEX_OFFICER,
        "--url", server.url, "--results", str(again),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [json.loads(line) for line in again.read_text().splitlines()]
    assert {row["outcome"] for row in rows} <= {"matched", "review"}
    for row in rows:
        first = imported.results[row["local_id"]]
        assert row.get("child_id") == first.get("child_id")
        assert row.get("review_id") == first.get("review_id")


def test_a_teacher_finds_a_child_despite_a_typing_error(people: People, chosen: Chosen) -> None:
    found = people.teacher.ok("POST", "/v1/children/search", search_body(chosen))
    assert found["status"] in {"match", "potential_match"}
    assert found_ids(found)[0] == chosen.child_id
    too_little = people.teacher("POST", "/v1/children/search", {"family_name": chosen.family_name})
    assert too_little.status_code == 422
    assert too_little.json()["type"] == "urn:kith:problem:search-too-broad"


def test_a_teacher_opens_the_child_and_sees_nothing_of_health(people: People, chosen: Chosen) -> None:
    seen = people.teacher.ok("GET", f"/v1/children/{chosen.child_id}")
    assert seen["basics"]["family_name"] == chosen.family_name
    postcodes = {address["postcode"].replace(" ", "") for address in seen["whereabouts"]["addresses"]}
    assert chosen.postcode.replace(" ", "").upper() in postcodes
    assert "family" in seen
    services = {episode["service"]["name"] for episode in seen["involvement"]["episodes"]}
    assert services == {"Elm Road School", "Oak Lane Surgery"}
    assert "health" not in seen
    assert set(seen["sections"]) == {"basics", "whereabouts", "family", "involvement"}


def test_the_family_is_told_once_and_seen_by_who_is_entitled(
    people: People, imported: Imported, chosen: Chosen
) -> None:
    mother = {"person": {"given_name": "Maria", "family_name": chosen.family_name}, "relationship": "parent"}
    made = people.teacher("POST", f"/v1/children/{chosen.child_id}/relationships", mother)
    assert made.status_code == 201, made.text
    family = people.gp.ok("GET", f"/v1/children/{chosen.child_id}")["family"]
    assert "Maria" in json.dumps(family)


def test_the_lead_professional_hears_of_a_new_involvement_within_a_second(people: People, chosen: Chosen) -> None:
    path = f"/v1/children/{chosen.child_id}"
    assert people.social_worker.get(path).status_code == 404
    opened = people.social_worker("POST", f"{path}/episodes", {"service_id": "support", "started_on": TODAY})
    assert opened.status_code == 201, opened.text
    people.social_worker.ok("PUT", f"{path}/lead-professional", {"practitioner_id": SOCIAL_WORKER})
    seen = people.social_worker.ok("GET", path)
    assert seen["involvement"]["lead_professional"]["practitioner_id"] == SOCIAL_WORKER

    key = new_id()
    body = {"service_id": "visits", "started_on": TODAY}
    first = people.health_visitor("POST", f"{path}/episodes", body, Idempotency_Key=key)
    assert first.status_code == 201, first.text

    def told() -> bool:
        inbox = people.social_worker.ok("GET", "/v1/notifications")["items"]
        return any(item["type"] == "new-involvement" and item["child_id"] == chosen.child_id for item in inbox)

    assert eventually(told) < 1.0
    repeated = people.health_visitor("POST", f"{path}/episodes", body, Idempotency_Key=key)
    assert (repeated.status_code, repeated.json()) == (201, first.json())
    inbox = people.social_worker.ok("GET", "/v1/notifications")["items"]
    assert len([item for item in inbox if item["type"] == "new-involvement"]) == 1
    done = people.social_worker.ok("POST", f"/v1/notifications/{inbox[0]['notification_id']}/acknowledgement")
    assert done["state"] == "acknowledged"


def test_each_contributes_a_section_and_sees_what_the_rules_give(
    people: People, chosen: Chosen, assessment_id: str
) -> None:
    template = people.teacher.ok("GET", "/v1/assessment-templates/common-assessment")
    section = {part["category"]: part["key"] for part in template["sections"]}
    contribution = f"/v1/assessments/{assessment_id}/sections/{{}}/contribution"
    learning = {"content": {"participation_and_attendance": "Reads well; tired in the mornings"}}
    wrote = people.teacher("PUT", contribution.format(section["education"]), learning)
    assert wrote.status_code in {200, 201}, wrote.text
    growth = {"content": {"general_health": "Weight below the line of the last visit"}}
    wrote = people.health_visitor("PUT", contribution.format(section["health"]), growth)
    assert wrote.status_code in {200, 201}, wrote.text
    # A teacher's role is not entitled to health, so there is no such section for them to write in.
    assert people.teacher("PUT", contribution.format(section["health"]), growth).status_code == 404

    consent = {
        "given_by": "parent",
        "basis": "parental_responsibility",
        "categories": ["education", "health"],
        "recipients": [{"type": "all"}],
    }
    recorded = people.social_worker("POST", f"/v1/children/{chosen.child_id}/consents", consent)
    assert recorded.status_code == 201, recorded.text

    def sections(who: Person) -> dict[str, str]:
        seen = who.ok("GET", f"/v1/assessments/{assessment_id}")
        return {part["category"]: json.dumps(part["contributions"]) for part in seen["sections"]}

    teacher, visitor = sections(people.teacher), sections(people.health_visitor)
    assert "tired in the mornings" in teacher["education"]
    assert "health" not in teacher
    assert "Weight below" in visitor["health"]
    assert "education" not in visitor
    social_worker = sections(people.social_worker)
    assert "tired in the mornings" in social_worker["education"]
    assert "Weight below" in social_worker["health"]


def test_a_draft_is_its_authors_alone_until_it_is_offered(people: People, chosen: Chosen, assessment_id: str) -> None:
    section = f"/v1/assessments/{assessment_id}/sections/child_words"
    author, other = people.teacher, people.health_visitor
    before = other.get(f"/v1/assessments/{assessment_id}").content
    saved = author("PUT", f"{section}/draft", {"content": {"words": "I am tired"}}, If_None_Match="*")
    tag = saved.headers["ETag"]
    assert saved.status_code == 201, saved.text
    assert other.get(f"{section}/draft").status_code == 204
    assert other.get(f"/v1/assessments/{assessment_id}").content == before
    assert author("GET", f"{section}/draft", If_None_Match=tag).status_code == 304
    assert author("POST", f"{section}/draft/offer", If_Match='"draft-0"').status_code == 412
    assert author("POST", f"{section}/draft/offer", If_Match=tag).status_code == 201
    (version,) = other.ok("GET", f"{section}/history")["items"]
    assert (version["contributor_id"], version["content"]) == (TEACHER, {"words": "I am tired"})


def test_a_family_tells_it_once_and_a_withdrawal_holds_from_the_next_request(
    young_person: Person, people: People, chosen: Chosen, assessment_id: str
) -> None:
    path, teacher = f"/v1/children/{chosen.child_id}/assessments", people.teacher
    body = {"template_id": "school-based", "reason": "Reading has fallen behind"}
    refused = teacher("POST", path, body)
    assert refused.status_code == 409
    assert [each["assessment_id"] for each in refused.json()["open"]] == [assessment_id]
    beside = {**body, "also_open": True, "also_open_reason": "The school looks at reading alone"}
    begun = teacher.ok("POST", path, beside)["assessment_id"]

    def offered(who: Person) -> dict[str, list[str]]:
        told = who.ok("GET", f"/v1/assessments/{begun}/prefill")
        known = {each["key"]: [json.dumps(each["value"])] for each in told["known"]}
        return known | {each["name"]: [offer["value"] for offer in each["offers"]] for each in told["asked"]}

    seen = offered(teacher)
    assert chosen.family_name in seen["child.name"][0]
    assert seen["participation_and_attendance"] == ["Reads well; tired in the mornings"]
    assert "participation_and_attendance" not in offered(people.health_visitor)
    consents = people.social_worker.ok("GET", f"/v1/children/{chosen.child_id}/consents")["items"]
    (given,) = [each["consent_id"] for each in consents if set(each["categories"]) == {"education", "health"}]
    people.social_worker.ok("POST", f"/v1/consents/{given}/withdrawal")
    assert "participation_and_attendance" not in offered(teacher)
    again = {"given_by": "parent", "basis": "parental_responsibility", "categories": ["education", "health"]}
    people.social_worker.ok(
        "POST", f"/v1/children/{chosen.child_id}/consents", {**again, "recipients": [{"type": "all"}]}
    )
    assert offered(teacher) == seen


def test_one_time_line_out_of_all_services_for_each_what_they_may_see(
    young_person: Person, people: People, chosen: Chosen, assessment_id: str
) -> None:
    path = f"/v1/children/{chosen.child_id}"
    teacher, visitor = people.teacher, people.health_visitor

    def line(who: Person, query: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = who.ok("GET", f"{path}/chronology{query}")["items"]
        return found

    before = teacher.get(f"{path}/chronology").content
    event = {"code": "diagnosis", "occurred_on": "2025-05-01", "accuracy": "UAA", "category": "health"}
    made = visitor.ok("POST", f"{path}/life-events", event | {"words": "Hearing loss"})
    assert teacher.get(f"{path}/chronology").content == before
    assert teacher.get(f"/v1/life-events/{made['life_event_id']}").status_code == 404
    told = line(visitor)
    assert {"episode-started", "lead-assigned", "assessment-begun", "life-event"} <= {each["kind"] for each in told}
    assert "life-event" not in {each["kind"] for each in line(teacher)}
    (began,) = (each for each in told if each["link"] == f"/v1/assessments/{assessment_id}")
    assert began["by"]["practitioner_id"]
    assert began["words"]
    page, read = visitor.ok("GET", f"{path}/chronology?limit=1"), []
    while page["next_cursor"] is not None:
        read += page["items"]
        page = visitor.ok("GET", f"{path}/chronology?limit=1&cursor={page['next_cursor']}")
    assert read + page["items"] == told
    refused = visitor.get(f"{path}/chronology?kind=nonsense")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/kind/0")
    again = visitor("PATCH", f"/v1/life-events/{made['life_event_id']}", {"words": "None", "reason": "Heard again"})
    assert again.status_code == 428


def test_a_young_person_sees_their_record_who_can_see_it_and_who_looked(
    young_person: Person, people: People, chosen: Chosen
) -> None:
    record = young_person.ok("GET", "/v1/me/record")
    assert record["child_id"] == chosen.child_id
    assert record["basics"]["given_name"] == chosen.given_name
    assert "family" not in record
    viewers = {viewer["name"]: viewer for viewer in young_person.ok("GET", "/v1/me/viewers")["items"]}
    assert {"Tia Teacher", "Hana Visitor", "Sam Worker", "Greta Gp"} <= set(viewers)
    history = young_person.ok("GET", "/v1/me/access-history")["items"]
    assert "Tia Teacher" in {look["viewer_name"] for look in history}
    assert all(look["purpose"] == "direct-support" for look in history)


def test_a_block_holds_from_the_next_request_and_is_silent(
    young_person: Person, people: People, chosen: Chosen, assessment_id: str
) -> None:
    visitor = people.health_visitor
    path = f"/v1/children/{chosen.child_id}"
    assert visitor.get(path).status_code == 200
    people.social_worker.ok("PUT", f"{path}/lead-professional", {"practitioner_id": HEALTH_VISITOR})
    eventually(lambda: visitor.ok("GET", "/v1/notifications")["items"])
    hana = next(v for v in young_person.ok("GET", "/v1/me/viewers")["items"] if v["name"] == "Hana Visitor")
    block = {"viewer": {"type": "practitioner", "id": hana["practitioner_id"]}, "categories": ["all"]}
    placed = young_person("POST", "/v1/me/blocks", block)
    assert placed.status_code == 201, placed.text

    # By id: as if there were no such child; the same bytes, but for the request's own id.
    blocked, absent = visitor.get(path), visitor.get(f"/v1/children/{new_id()}")
    assert blocked.status_code == absent.status_code == 404
    assert blocked.json() | {"instance": ""} == absent.json() | {"instance": ""}
    assert len(blocked.content) == len(absent.content)
    varying = {"date", "x-request-id"}
    assert {k: v for k, v in blocked.headers.items() if k not in varying} == {
        k: v for k, v in absent.headers.items() if k not in varying
    }
    for method, tail, body in (
        ("POST", "/episodes", {"service_id": "visits", "started_on": TODAY}),
        ("GET", "/assessments", None),
        ("GET", "/viewers", None),
        ("GET", "/chronology", None),
        ("GET", "/chronology?limit=0", None),
        ("POST", "/life-events", {"code": "other", "occurred_on": TODAY, "category": "health"}),
        ("PUT", "/lead-professional", {"practitioner_id": HEALTH_VISITOR}),
    ):
        assert visitor(method, path + tail, body).status_code == 404
    assert visitor.get(f"/v1/assessments/{assessment_id}").status_code == 404
    # By search: as if there were none.
    found = visitor.ok("POST", "/v1/children/search", {"nhs_number": chosen.nhs_number})
    assert found == {"status": "no_match", "matches": []}
    assert found_ids(visitor.ok("POST", "/v1/children/search", search_body(chosen))).count(chosen.child_id) == 0
    # No longer notified, though still the lead professional: not of what was, and not of what comes.
    opened = people.gp("POST", f"{path}/episodes", {"service_id": "oak-list", "started_on": TODAY})
    assert opened.status_code == 201, opened.text
    eventually(lambda: people.gp.ok("GET", path))
    assert visitor.ok("GET", "/v1/notifications") == {"items": [], "next_cursor": None, "unread": 0}
    # The others see the child as before, and nobody is told.
    assert people.teacher.get(path).status_code == 200
    assert chosen.child_id in found_ids(people.teacher.ok("POST", "/v1/children/search", search_body(chosen)))
    viewers = {viewer["name"] for viewer in young_person.ok("GET", "/v1/me/viewers")["items"]}
    assert "Hana Visitor" not in viewers
    # The young person changes their mind.
    lifted = young_person("DELETE", f"/v1/me/blocks/{placed.json()['block_id']}")
    assert lifted.status_code == 204
    assert visitor.get(path).status_code == 200
    people.social_worker.ok("PUT", f"{path}/lead-professional", {"practitioner_id": SOCIAL_WORKER})


def test_in_an_emergency_a_search_breaks_the_glass_and_an_officer_reviews_it(
    young_person: Person, people: People, chosen: Chosen
) -> None:
    visitor, path = people.health_visitor, f"/v1/children/{chosen.child_id}"
    block = {"viewer": {"type": "practitioner", "id": HEALTH_VISITOR}, "categories": ["all"]}
    placed = young_person("POST", "/v1/me/blocks", block)
    by_number = {"nhs_number": chosen.nhs_number}
    assert visitor.ok("POST", "/v1/children/search", by_number)["matches"] == []
    emergency = {"reason_code": "medical-emergency", "reason": "Collapsed in the park, an ambulance is on its way"}
    # A teacher may not; a reason code must be the policy's; a malformed one is refused before anything is opened.
    broken = people.teacher("POST", "/v1/children/search", {**by_number, "override": emergency})
    assert broken.status_code == 403
    unknown = visitor("POST", "/v1/children/search", {**by_number, "override": {**emergency, "reason_code": "x"}})
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/override/reason_code")
    malformed = visitor("POST", "/v1/children/search", {**by_number, "override": {"reason": "x"}})
    assert (malformed.status_code, malformed.json()["errors"][0]["pointer"]) == (422, "/override/reason_code")
    assert people.officer.ok("GET", "/v1/override-reviews")["items"] == []

    (match,) = visitor.ok("POST", "/v1/children/search", {**by_number, "override": emergency})["matches"]
    assert match["child_id"] == chosen.child_id
    override_id = match["override_id"]
    again = visitor.ok("POST", "/v1/children/search", {**by_number, "override": emergency})["matches"]
    assert [each["override_id"] for each in again] == [override_id]
    seen = visitor.ok("GET", path)
    assert seen["basics"]["family_name"] == chosen.family_name
    assert "whereabouts" not in seen
    # Told at once: the officer, without the child; the lead professional, with the child.
    of_overrides = "/v1/notifications?type=override-invoked"  # a signal may have been raised meanwhile
    eventually(lambda: people.officer.ok("GET", of_overrides)["items"])
    told = people.officer.ok("GET", of_overrides)["items"]
    assert [(each["type"], each["override_id"]) for each in told] == [("override-invoked", override_id)]
    assert "child_id" not in told[0]
    acknowledged = f"/v1/notifications/{told[0]['notification_id']}/acknowledgement"
    assert people.officer.ok("POST", acknowledged)["state"] == "acknowledged"
    lead = people.social_worker.ok("GET", "/v1/notifications")["items"][0]
    assert (lead["type"], lead["child_id"]) == ("override-invoked", chosen.child_id)

    assert not any(look["by_override"] for look in young_person.ok("GET", "/v1/me/access-history")["items"])
    outcome = {"justified": True, "note": "The ambulance service confirmed it", "safe_to_disclose": True}
    reviewed = people.officer("POST", f"/v1/override-reviews/{override_id}/outcome", outcome)
    assert reviewed.status_code == 200, reviewed.text
    looks = young_person.ok("GET", "/v1/me/access-history")["items"]
    assert {look["viewer_name"] for look in looks if look["by_override"]} == {"Hana Visitor"}
    assert young_person("DELETE", f"/v1/me/blocks/{placed.json()['block_id']}").status_code == 204


def test_the_officer_finds_looks_and_refusals_and_proves_them(people: People, chosen: Chosen) -> None:
    def entries(query: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = people.officer.ok("GET", f"/v1/access-log?limit=200&{query}")["items"]
        return found

    looks = entries(f"child_id={chosen.child_id}&viewer_id={TEACHER}&outcome=permitted")
    assert {"child.search", "child.read", "assessment.begin"} <= {str(entry["action"]) for entry in looks}
    refusals = entries(f"child_id={chosen.child_id}&viewer_id={HEALTH_VISITOR}&outcome=refused")
    assert {"child.read", "child.search", "episode.open"} <= {str(entry["action"]) for entry in refusals}
    assert all("blocked" in json.dumps(entry["rules"]) for entry in refusals if entry["action"] == "child.read")
    searches = [e for e in entries(f"viewer_id={TEACHER}") if e["action"] == "child.search" and e.get("criteria")]
    assert ["given_name", "family_name", "date_of_birth"] in [search["criteria"] for search in searches]

    entry_id = refusals[-1]["entry_id"]
    eventually(lambda: people.officer.get(f"/v1/access-log/inclusion-proof?entry_id={entry_id}").status_code == 200)
    head = TreeHead.parse(people.officer.ok("GET", "/v1/access-log/tree-head"))
    proof = people.officer.ok("GET", f"/v1/access-log/inclusion-proof?entry_id={entry_id}")
    assert proof["tree_size"] >= head.tree_size
    path = [bytes.fromhex(step) for step in proof["audit_path"]]
    leaf, root = bytes.fromhex(proof["leaf_hash"]), bytes.fromhex(proof["root_hash"])
    assert verify_inclusion(proof["leaf_index"], leaf, proof["tree_size"], root, path)


def test_an_export_verifies_offline_and_a_changed_byte_does_not(server: Server, people: People, tmp_path: Path) -> None:
    head = people.officer.ok("GET", "/v1/access-log/tree-head")
    held = tmp_path / "held-head.json"
    held.write_text(json.dumps(head))
    export = tmp_path / "log.ndjson"
    done = server.kith("audit", "export", "--as", "ig-officer", "--url", server.url, "--out", str(export))
    assert done.returncode == 0, done.stdout + done.stderr
    last = json.loads(export.read_bytes().splitlines()[-1])
    assert LogKey(last["public_key"]).verify(TreeHead.parse(last["tree_head"]))
    sound = server.kith("audit", "verify", str(export), "--head", str(held))
    assert sound.returncode == 0, sound.stdout + sound.stderr
    whole = export.read_bytes()
    for place in (10, len(whole) // 2, len(whole) - 5):
        changed = bytearray(whole)
        changed[place] ^= 1
        export.write_bytes(bytes(changed))
        assert server.kith("audit", "verify", str(export)).returncode == 1


def test_the_log_of_the_server_holds_no_personal_data(server: Server, imported: Imported, chosen: Chosen) -> None:
    text = server.written()
    assert text.count('"event": "request.answered"') > 100
    leaked = [secret for secret in personal(imported, chosen) if secret.lower() in text.lower()]
    assert leaked == []
    assert "Bearer" not in text
