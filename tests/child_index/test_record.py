"""One child's record: what was granted, and no trace of the rest."""

from datetime import UTC, datetime

import httpx
import pytest

from chassis.grants import KeptBack
from contracts.vocabulary import Category
from tests.child_index.kit import BASICS, EVERYTHING, NOT_SENSITIVE, Index, code, service

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _full(index: Index) -> str:
    child = await index.child(address_line="12 Canal Street", postcode="M1 1AE", nhs_number="9434765919")
    await index.teacher.opened(child, "roll", contact="Room 4")
    await index.nurse.opened(child, "list", started_on="2024-06-01")
    await index.officer.assign_lead(child, practitioner_id="nurse")
    await index.officer.relate(
        child,
        relationship="parent",
        person={"given_name": "Ngozi", "family_name": "Okonkwo", "phone": "01632 960 123"},
    )
    return child


async def test_all_of_it(index: Index) -> None:
    child = await _full(index)
    record = await index.teacher.record(child)
    assert record["child_id"] == child
    assert record["basics"]["nhs_number"] == "9434765919"
    assert record["whereabouts"]["addresses"][0] | {"from": ""} == {
        "address_line": "12 Canal Street",
        "postcode": "M1 1AE",
        "from": "",
    }
    assert record["whereabouts"]["schools"] == [
        {"service_id": "roll", "name": "Hilltop School", "contact": "roll@example.org"}
    ]
    (mother,) = record["family"]["relationships"]
    assert (mother["relationship"], mother["person"]["given_name"]) == ("parent", "Ngozi")
    nursing, teaching = record["involvement"]["episodes"]
    assert nursing["service"] == {
        "service_id": "list",
        "name": "List",
        "type": "gp",
        "agency_id": "practice",
        "agency_name": "Practice",
        "contact": "list@example.org",
    }
    assert nursing["practitioner"] == {
        "practitioner_id": "nurse",
        "name": "Nurse",
        "role": "school_nurse",
        "agency_name": "Practice",
        "email": "nurse@example.org",
        "phone": "01632 960001",
    }
    assert (nursing["started_on"], nursing["ended_on"]) == ("2024-06-01", None)
    assert teaching["service"]["contact"] == "Room 4"
    assert record["involvement"]["lead_professional"]["practitioner_id"] == "nurse"
    assert record["sections"] == [category.value for category in Category]


async def test_each_category_by_itself(index: Index) -> None:
    child = await _full(index)
    whole = await index.teacher.record(child)
    for category in Category:
        record = await index.teacher.but(categories={category}).record(child)
        shown = {category.value} & {"basics", "whereabouts", "family", "involvement"}
        assert set(record) == {"child_id", "sections"} | shown
        assert record["sections"] == [category.value]
        for part in shown:
            assert record[part] == whole[part]


async def test_no_such_child(index: Index) -> None:
    child = await index.child()
    unknown = await index.teacher.read("01900000-0000-7000-8000-000000000000")
    hidden = await index.teacher.but(hidden=(child,)).read(child)
    assert unknown.status_code == hidden.status_code == 404
    assert code(unknown) == code(hidden) == "not-found"
    assert unknown.json() | {"instance": ""} == hidden.json() | {"instance": ""}


async def test_the_grants_child_is_answered_not_the_paths(index: Index) -> None:
    one, other = await index.child(), await index.child(given_name="Oliver", date_of_birth="2012-08-01")
    answer = await index.teacher.call("GET", f"/v1/children/{one}", "child.read", child=other)
    assert answer.json()["child_id"] == other


async def test_sensitive_episodes_leave_no_trace(index: Index) -> None:
    child = await _full(index)
    plain = index.teacher.but(categories=NOT_SENSITIVE)
    before = await plain.read(child)
    await index.teacher.opened(child, "counselling")
    after = await plain.read(child)
    assert after.content == before.content
    assert after.headers["ETag"] == before.headers["ETag"]
    seen = (await index.teacher.record(child))["involvement"]["episodes"]
    assert "counselling" in [episode["service"]["service_id"] for episode in seen]

    # A service that is marked sensitive later takes its episodes with it, the school's name among them.
    await index.tell(service("roll", "school", "school", sensitive=True, version=2))
    record = await plain.record(child)
    assert [e["service"]["service_id"] for e in record["involvement"]["episodes"]] == ["list"]
    assert record["whereabouts"]["schools"] == []


async def test_the_etag_follows_what_is_shown(index: Index) -> None:
    child = await index.child()
    first = await index.teacher.read(child)
    assert (await index.teacher.read(child)).headers["ETag"] == first.headers["ETag"]
    assert (await index.teacher.but(categories=BASICS).read(child)).headers["ETag"] != first.headers["ETag"]
    await index.teacher.opened(child, "roll")
    assert (await index.teacher.read(child)).headers["ETag"] != first.headers["ETag"]


async def test_the_young_persons_own_view(index: Index) -> None:
    child = await _full(index)
    await index.teacher.opened(child, "counselling")
    granted = EVERYTHING - {Category.FAMILY}
    answer = await index.teacher.but(categories=granted).call("GET", "/v1/me/record", "me.record", child=child)
    assert answer.status_code == 200
    record = answer.json()
    assert "family" not in record
    assert "sensitive" not in record["sections"]
    assert "counselling" not in answer.text
    assert len(record["involvement"]["episodes"]) == 2
    nobody = await index.teacher.call("GET", "/v1/me/record", "me.record")
    assert nobody.status_code == 404


async def test_what_an_officer_keeps_back_leaves_no_trace_in_the_young_persons_own_view(index: Index) -> None:
    child = await index.child()
    await index.teacher.opened(child, "roll")

    async def own(*kept_back: KeptBack) -> httpx.Response:
        return await index.teacher.but(kept_back=kept_back).call("GET", "/v1/me/record", "me.record", child=child)

    before = await own()
    began = datetime.now(UTC)
    await index.nurse.opened(child, "list")
    await index.officer.assign_lead(child, practitioner_id="nurse")
    for kept in (
        KeptBack(began),
        KeptBack(began, practitioners=("nurse",)),
        KeptBack(began, practitioners=("somebody",), agencies=("practice",)),
    ):
        answer = await own(kept)
        assert answer.content == before.content
        assert answer.headers["ETag"] == before.headers["ETag"]
    for other in (KeptBack(datetime.now(UTC)), KeptBack(began, practitioners=("teacher",))):
        record = (await own(other)).json()["involvement"]
        assert [episode["service"]["service_id"] for episode in record["episodes"]] == ["list", "roll"]
        assert record["lead_professional"]["practitioner_id"] == "nurse"
