"""Life events: recorded, corrected and withdrawn by whoever recorded them, with every version kept."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from assessment.adapters.life_event_codes import load_life_event_codes
from assessment.settings import LIFE_EVENT_CODES
from contracts.events.child_index import ChildPurged
from contracts.vocabulary import Category
from tests.assessment.desk import TEACHER, Desk
from tests.assessment.timeline import correct, entries, happened, read_event, recorded, withdraw
from tests.notifications.kit import Viewer, child, problem

ALL = frozenset(Category)
NATIONAL = {
    "birth", "death", "ae-attendance", "school-exclusion", "school-suspension", "missing-person",
    "safeguarding-concern", "referral", "homeless",
}  # fmt: skip
"""The event codes of the draft safeguarding standard."""


def without_id(body: dict[str, Any]) -> dict[str, Any]:
    changing = {"life_event_id", "recorded_at", "changed_at"}
    return {name: value for name, value in body.items() if name not in changing}


async def test_an_event_is_recorded_as_far_as_its_date_is_known(desk: Desk) -> None:
    jo, teacher = child(), desk.kit.viewer("teacher", TEACHER)
    made = await happened(teacher, jo, occurred_on="2019-07-23", accuracy="UAA", words="  Fought in the yard 🙁 שלום ")
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    body = made.json()
    assert without_id(body) == {
        "child_id": jo,
        "code": "school-suspension",
        "title": "Suspended from school",
        "category": "education",
        "occurred_on": "2019-07-01",
        "accuracy": "UAA",
        "words": "Fought in the yard 🙁 שלום",
        "status": "recorded",
        "recorded_by": "teacher",
        "agency_id": "agency",
        "version": 1,
    }
    read = await read_event(teacher, jo, body["life_event_id"])
    assert (read.json(), read.headers["ETag"]) == (body, '"1"')
    (told,) = await desk.kit.published("LifeEventRecorded", 1)
    assert told == {
        "life_event_id": body["life_event_id"],
        "child_id": jo,
        "category": "education",
        "recorded_by": "teacher",
    }
    for day, accuracy in (("2024-02-29", "AAA"), ("2024-02-29", "UUA"), ("2024-01-01", "EEE")):
        assert (await happened(teacher, jo, occurred_on=day, accuracy=accuracy)).status_code == 201
    assert (await desk.kit.owner("life_event", body["life_event_id"])).json() == {"child_id": jo}


async def test_what_cannot_be_is_refused_by_field_and_nothing_is_kept(desk: Desk) -> None:
    jo, sw = child(), desk.kit.viewer("sw", ALL)
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    for wrong, pointer in (
        ({"code": "nonsense"}, "/code"),
        ({"code": None}, "/code"),
        ({"occurred_on": tomorrow}, "/occurred_on"),
        ({"occurred_on": "1899-12-31"}, "/occurred_on"),
        ({"occurred_on": "2023-02-29"}, "/occurred_on"),
        ({"occurred_on": "2023"}, "/occurred_on"),
        ({"accuracy": "AUA"}, "/accuracy"),
        ({"accuracy": "UUU"}, "/accuracy"),
        ({"category": "secret"}, "/category"),
        ({"words": " "}, "/words"),
        ({"words": "x" * 4001}, "/words"),
        ({"words": "a\0b"}, "/words"),
        ({"by": "somebody"}, "/by"),
    ):
        refused = await happened(sw, jo, **wrong)
        assert [error["pointer"] for error in problem(refused)["errors"]] == [pointer], wrong
    assert await entries(sw, jo) == []
    await desk.kit.published("LifeEventRecorded", 0)


async def test_a_repeated_request_records_once(desk: Desk) -> None:
    jo, sw = child(), desk.kit.viewer("sw", ALL)
    first = await happened(sw, jo, key="one")
    again = await happened(sw, jo, key="one")
    assert again.json() == first.json()
    assert (await happened(sw, jo, key="one", code="arrest")).status_code == 422
    assert len(await entries(sw, jo)) == 1


async def test_it_is_corrected_by_who_recorded_it_and_every_version_stays(desk: Desk) -> None:
    jo, sw, other = child(), desk.kit.viewer("sw", ALL), desk.kit.viewer("other", ALL)
    made = await recorded(sw, jo, words="In the yard", accuracy="UUA")
    assert (await correct(sw, jo, made, None, words="x")).status_code == 428
    assert (await correct(sw, jo, made, '"7"', words="x")).status_code == 412
    theirs = await correct(other, jo, made, words="x")
    none = await correct(other, jo, child(), words="x")
    assert (theirs.status_code, problem(theirs)) == (404, problem(none))

    changed = await correct(sw, jo, made, occurred_on="2025-11-03", reason="The school wrote")
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    # A new date is an accurate one, unless it says otherwise.
    assert without_id(changed.json()) | {"words": ""} == {
        **without_id(changed.json()), "words": "", "occurred_on": "2025-11-03", "accuracy": "AAA",
        "status": "corrected", "reason": "The school wrote", "version": 2,
    }  # fmt: skip
    assert changed.json()["words"] == "In the yard"
    again = await correct(sw, jo, made, '"2"', words=None, code="school-exclusion")
    assert "words" not in again.json()
    for wrong, pointer in (
        ({}, "/"),
        ({"reason": None, "words": "x"}, "/reason"),
        ({"category": "health"}, "/category"),
        ({"code": "nonsense"}, "/code"),
        ({"occurred_on": "2999-01-01"}, "/occurred_on"),
    ):
        refused = await correct(sw, jo, made, '"3"', **wrong)
        assert [error["pointer"] or "/" for error in problem(refused)["errors"]] == [pointer], wrong

    told = (await read_event(other, jo, made, "/history")).json()
    assert told["next_cursor"] is None
    versions = [(each["version"], each["code"], each["status"], each.get("words")) for each in told["items"]]
    assert versions == [
        (3, "school-exclusion", "corrected", None),
        (2, "school-suspension", "corrected", "In the yard"),
        (1, "school-suspension", "recorded", "In the yard"),
    ]
    first = (await read_event(other, jo, made, "/history", limit=2)).json()
    rest = (await read_event(other, jo, made, "/history", limit=2, cursor=first["next_cursor"])).json()
    assert first["items"] + rest["items"] == told["items"]
    assert (await read_event(other, jo, made, "/history", cursor="bm9uZQ")).status_code == 422
    events = await desk.kit.published("LifeEventChanged", 2)
    assert [(each["version"], each["status"], each["changed_by"]) for each in events] == [
        (2, "corrected", "sw"),
        (3, "corrected", "sw"),
    ]
    (entry,) = await entries(sw, jo)
    assert (entry["title"], entry["at"]) == ("Excluded from school", {"date": "2025-11-03", "accuracy": "AAA"})


async def test_what_is_withdrawn_is_in_no_chronology_and_stays_to_be_read(desk: Desk) -> None:
    jo, sw = child(), desk.kit.viewer("sw", ALL)
    made = await recorded(sw, jo)
    assert (await withdraw(sw, jo, made, None)).status_code == 428
    assert (await withdraw(desk.kit.viewer("other", ALL), jo, made)).status_code == 404
    gone = await withdraw(sw, jo, made)
    assert (gone.status_code, gone.json()["status"], gone.json()["reason"]) == (
        200, "withdrawn", "It was another child",
    )  # fmt: skip
    assert await entries(sw, jo) == []
    assert (await read_event(sw, jo, made)).json() == gone.json()
    for refused in (await withdraw(sw, jo, made, '"2"'), await correct(sw, jo, made, '"2"', words="x")):
        assert (refused.status_code, problem(refused)["type"]) == (409, "urn:kith:problem:life-event-withdrawn")
    (told,) = await desk.kit.published("LifeEventChanged", 1)
    assert told["status"] == "withdrawn"


async def test_of_another_category_or_child_it_is_not_there(desk: Desk) -> None:
    jo, other = child(), child()
    sw, teacher = desk.kit.viewer("sw", ALL), desk.kit.viewer("teacher", TEACHER)
    made = await recorded(sw, jo, category="health", code="diagnosis")
    none = problem(await read_event(teacher, jo, child()))
    for answer in (
        await read_event(teacher, jo, made),
        await read_event(teacher, jo, made, "/history"),
        await read_event(sw, other, made),
        await read_event(sw, other, made, "/history"),
        await correct(desk.kit.viewer("sw", TEACHER), jo, made, words="x"),
        await correct(sw, other, made, words="x"),
        await withdraw(desk.kit.viewer("sw", TEACHER), jo, made),
        await happened(teacher, jo, category="health"),
        await read_event(teacher, jo, "not-an-id"),
    ):
        assert (answer.status_code, problem(answer)) == (404, none)
    # Who recorded it tells who works with the child.
    blind = desk.kit.viewer("p", {Category.HEALTH})
    assert {"recorded_by", "agency_id"}.isdisjoint((await read_event(blind, jo, made)).json())
    veiled = desk.kit.viewer("gp", ALL)
    veiled.veiled = (jo,)
    assert {"recorded_by", "agency_id"}.isdisjoint((await read_event(veiled, jo, made)).json())
    sw.veiled = (jo,)
    assert (await read_event(sw, jo, made)).json()["recorded_by"] == "sw"


async def test_in_the_drafts_form_it_says_what_that_has_words_for(desk: Desk) -> None:
    jo, sw = child(), desk.kit.viewer("sw", ALL)
    made = await recorded(sw, jo)

    async def draft(viewer: Viewer) -> dict[str, Any]:
        return dict((await read_event(viewer, jo, made, format="mais")).json())

    whole = {
        "identifier": [{"value": made, "system": "urn:kith:id:life-event"}],
        "type": ["school-suspension"],
        "subjectPerson": [{"person": {"value": jo, "system": "urn:kith:id:child"}, "involvement": "SBJ"}],
        "relatedProfessional": [
            {"professional": {"value": "sw", "system": "urn:kith:id:practitioner"}, "involvement": "AUT"}
        ],
        "timeInformation": [{"startDateTime": "2026-03-02"}],
    }
    assert await draft(sw) == whole
    unnamed = {name: value for name, value in whole.items() if name != "relatedProfessional"}
    assert await draft(desk.kit.viewer("p", {Category.EDUCATION})) == unnamed
    veiled = desk.kit.viewer("gp", ALL)
    veiled.veiled = (jo,)
    assert await draft(veiled) == unnamed
    await correct(sw, jo, made, accuracy="UAA")
    assert "timeInformation" not in await draft(sw)
    assert (await read_event(sw, jo, made, format="fhir")).status_code == 422
    await withdraw(sw, jo, made, '"2"')
    gone, none = await read_event(sw, jo, made, format="mais"), await read_event(sw, jo, child(), format="mais")
    assert (gone.status_code, problem(gone)) == (404, problem(none))


async def test_merged_records_keep_their_own_and_a_purged_child_has_none(desk: Desk) -> None:
    kept, copy = child(), child()
    sw = desk.kit.viewer("sw", ALL)
    old = await recorded(sw, copy)
    await correct(sw, copy, old, words="x")
    await recorded(sw, kept)
    assert (await read_event(sw, kept, old)).status_code == 404
    sw.records = (kept, copy)
    assert (await read_event(sw, kept, old)).json()["child_id"] == kept
    assert {each["link"].split("/")[2] for each in await entries(sw, kept)} == {"life-events"}
    assert len(await entries(sw, kept)) == 2
    await desk.kit.tell(ChildPurged(child_id=copy))
    assert (await read_event(sw, kept, old)).status_code == 404
    assert len(await entries(sw, kept)) == 1


async def test_a_program_that_corrects_without_end_is_stopped(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assessment.application.life_events.MOST_VERSIONS", 2)
    jo, sw = child(), desk.kit.viewer("sw", ALL)
    made = await recorded(sw, jo)
    assert (await correct(sw, jo, made, words="x")).status_code == 200
    refused = await correct(sw, jo, made, '"2"', words="y")
    assert (refused.status_code, problem(refused)["type"]) == (409, "urn:kith:problem:too-many-versions")


async def test_the_kept_list_has_the_draft_standards_codes_and_is_told(desk: Desk, tmp_path: Any) -> None:
    codes = load_life_event_codes(LIFE_EVENT_CODES)
    assert {code for code, each in codes.items() if each.national} == NATIONAL
    told = await desk.kit.viewer("sw", ()).call("GET", "/v1/life-event-codes", "template.read")
    assert [each["code"] for each in told.json()["items"]] == list(codes)
    assert told.json()["items"][0] == {"code": "birth", "title": "Birth", "national": True}
    own = tmp_path / "codes.yaml"
    for wrong in ([{"code": "a"}], [{"code": "a", "title": "A"}] * 2, {"a": 1}):
        own.write_text(yaml.safe_dump(wrong))
        with pytest.raises(ValueError, match=r"codes\.yaml"):
            load_life_event_codes(own)
