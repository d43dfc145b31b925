"""The service directory: put, read, searched, taken in, given out as Open Referral UK 3.0 has it."""

import json
import math
import string
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessment.domain.open_referral import wrong_with
from assessment.domain.service_directory import Place, box_around, kilometres
from chassis.ids import new_id
from contracts.vocabulary import Role
from tests.assessment.desk import Desk
from tests.assessment.offers import anybody, entry, found, offered, put, search, service, take
from tests.notifications.kit import problem

SPEECH: dict[str, Any] = {
    "name": "Talking together",
    "alternate_name": "Parlons",
    "description": "Speech and language for little ones",
    "status": "active",
    "url": "https://example.org/talking",
    "email": "talk@example.org",
    "minimum_age": 2,
    "maximum_age": 4,
    "eligibility_description": "Families in the north of the county",
    "accreditations": "none yet",
    "assured_date": "2024-02-29",
    "organization": {"id": "o1", "name": "Voices", "website": "https://example.org", "legal_status": "charity"},
    "service_at_locations": [
        {
            "id": "sl1",
            "location": {
                "id": "l1",
                "name": "The Old Library",
                "latitude": 54.24,
                "longitude": -1.06,
                "addresses": [{"address_1": "1 Quince Row", "postal_code": "YO62 5AJ", "country": "GB"}],
                "accessibility": [{"description": "Step-free entrance", "details": "A hearing loop in the hall"}],
            },
        }
    ],
    "attributes": [
        {
            "id": "a1",
            "link_type": "service_category",
            "taxonomy_term": {"id": "t1", "code": "SEN-12", "name": "Speech, language and communication"},
        },
        {"id": "a2", "link_type": "service_eligibility", "taxonomy_term": {"id": "t2", "name": "Young carers"}},
    ],
    "cost_options": [{"id": "c1", "amount": 0, "option": "free"}],
    "schedules": [{"id": "s1", "freq": "WEEKLY", "byday": "TU"}],
    "contacts": [{"id": "p1", "title": "Front desk"}],
    "languages": [{"id": "g1", "name": "cy"}],
    "x_of_our_own": {"nested": [1, 2.5, None, "مرحبا", "🧸", {"deep": True}]},
}


async def test_an_entry_comes_back_as_it_went_in_and_is_changed_by_its_etag(desk: Desk) -> None:
    made = await put(desk, "talking", **SPEECH)
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    shown = await entry(desk, "talking")
    assert shown.json() == made.json() == {"id": "talking", **SPEECH}
    assert shown.headers["ETag"] == '"1"'

    assert (await put(desk, "talking", **SPEECH)).status_code == 428
    assert (await put(desk, "talking", '"7"', **SPEECH)).status_code == 412
    assert (await put(desk, "other", '"1"', **SPEECH)).status_code == 412
    changed = await put(desk, "talking", '"1"', **SPEECH | {"status": "temporarily closed"})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert await found(desk, need="speech") == []
    assert (await entry(desk, "talking")).json()["status"] == "temporarily closed"
    assert (await entry(desk, "nothing")).status_code == (await entry(desk, "no%00thing")).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": None}, "/name"),
        ({"id": "another"}, "/id"),
        ({"status": "open"}, "/status"),
        ({"url": "javascript:alert(1)"}, "/url"),
        ({"url": "https://user@example.org"}, "/url"),
        ({"email": "nobody"}, "/email"),
        ({"minimum_age": "2"}, "/minimum_age"),
        ({"minimum_age": True}, "/minimum_age"),
        ({"maximum_age": 151}, "/maximum_age"),
        ({"minimum_age": 12, "maximum_age": 11}, "/maximum_age"),
        ({"assured_date": "2023-02-29"}, "/assured_date"),
        ({"organization": {"name": "x", "url": "no address"}}, "/organization/url"),
        ({"organization": {}}, "/organization/name"),
        ({"locations": [{"latitude": 91.0, "longitude": 0}]}, "/locations/0/latitude"),
        ({"locations": [{"latitude": 51.0}]}, "/locations/0/longitude"),
        (
            {"service_at_locations": [{}, {"location": {"latitude": 1, "longitude": "0"}}]},
            "/service_at_locations/1/location/longitude",
        ),
        ({"attributes": [{"taxonomy_term": "speech"}]}, "/attributes/0/taxonomy_term"),
        ({"attributes": {"a": 1}}, "/attributes"),
        ({"x": "nul \0"}, "/x"),
        ({"kith_service_id": "unknown"}, "/kith_service_id"),
        ({"kith_sensitive": "yes"}, "/kith_sensitive"),
    ],
)
async def test_what_is_wrong_is_refused_by_its_place(desk: Desk, wrong: dict[str, Any], pointer: str) -> None:
    refused = await put(desk, "talking", **SPEECH | wrong)
    told = problem(refused)
    assert (told["status"], [error["pointer"] for error in told["errors"]]) == (422, [pointer])
    assert "javascript" not in refused.text
    assert (await entry(desk, "talking")).status_code == 404


async def test_what_no_database_could_keep_is_refused(desk: Desk) -> None:
    for bad in (float("nan"), float("inf"), "half a pair \ud800"):
        assert wrong_with({"id": "a", "name": "A", "x": [bad]})[0].pointer == "/x/0"
    deep: Any = []
    for _ in range(40):
        deep = [deep]
    assert problem(await put(desk, "deep", x=deep))["status"] == 422
    assert problem(await put(desk, "large", description="x" * 20_001))["status"] == 422
    assert problem(await put(desk, "large", x=["y" * 1000] * 200))["status"] == 422
    for entry_id in ("export", "imports", "a b"):
        refused = await put(desk, entry_id)
        assert refused.status_code in {405, 422}
    assert (await search(desk)).json()["items"] == []


async def test_a_search_is_by_need_age_place_access_and_for_whom(desk: Desk) -> None:
    await put(desk, "talking", **SPEECH)
    await put(desk, "bare", name="Ünïcøde café 🧸")
    both = ["bare", "talking"]
    assert await found(desk) == both
    for query, there in (
        ({"need": "SPEECH language"}, True),
        ({"need": "parlons"}, True),
        ({"need": "speech swimming"}, False),
        ({"need": "sen-12"}, True),
        ({"need": "t1"}, True),
        ({"need": "sen"}, False),
        ({"open_to": "carers"}, True),
        ({"open_to": "speech"}, False),
        ({"accessibility": "hearing loop"}, True),
        ({"accessibility": "braille"}, False),
        ({"near": "YO62"}, True),
        ({"near": "yo62"}, True),
        ({"near": "YO6"}, False),
        ({"near": "54.24,-1.06", "within_km": 1}, True),
        ({"near": "54.24, -1.5", "within_km": 20}, False),
        ({"near": "54.24,-1.5", "within_km": 30, "need": "speech", "age": 2, "open_to": "north"}, True),
    ):
        assert (await found(desk, **query) == ["talking"]) is there, query
    assert await found(desk, need="unicøde CAFE") == ["bare"]
    for age, shown in ((1.9, ["bare"]), (2, both), (4.9, both), (5, ["bare"])):
        assert await found(desk, age=age) == shown
    (nearest,) = (await search(desk, near="54.24,-1.00")).json()["items"]
    assert nearest["distance_km"] == pytest.approx(3.9, abs=0.05)
    assert nearest["service"] == {"id": "talking", **SPEECH}


async def test_where_somebody_lives_has_no_place_in_an_address(desk: Desk) -> None:
    for query, pointer in (
        ({"near": "YO62 5AJ"}, "/near"),
        ({"near": "54.2412,-1.06"}, "/near"),
        ({"near": "91,0"}, "/near"),
        ({"near": "somewhere"}, "/near"),
        ({"near": "YO62", "within_km": 2}, "/within_km"),
        ({"within_km": 2}, "/within_km"),
        ({"need": " "}, "/need"),
        ({"age": "nan"}, "/age"),
        ({"cursor": "abc"}, "/cursor"),
    ):
        refused = await search(desk, **query)
        assert [error["pointer"] for error in problem(refused)["errors"]] == [pointer], query
        assert "5AJ" not in refused.text


async def test_a_feed_is_taken_in_but_for_what_is_wrong_and_again_changes_nothing(desk: Desk) -> None:
    await desk.kit.tell(service("speech"))
    await put(desk, "tied", name="Tied", kith_service_id="speech")
    feed = {
        "total_items": 5,
        "contents": [
            {"id": "talking", **SPEECH},
            {"id": "tied", "name": "Tied anew"},
            {"id": "talking", "name": "Twice"},
            {"id": "young", "name": "Young", "minimum_age": -1},
            "nonsense",
            {"id": "elsewhere", "name": "Elsewhere", "kith_service_id": "of another authority"},
        ],
    }
    told = (await take(desk, feed)).json()
    assert (told["taken"], told["unchanged"], told["refused"]) == (2, 0, 4)
    assert [each["pointer"] for each in told["errors"]] == [
        "/contents/2/id", "/contents/3/minimum_age", "/contents/4", "/contents/5/kith_service_id",
    ]  # fmt: skip
    assert (await entry(desk, "tied")).json() == {"id": "tied", "name": "Tied anew", "kith_service_id": "speech"}
    again = (await take(desk, feed)).json()
    assert (again["taken"], again["unchanged"], again["refused"]) == (0, 2, 4)
    assert (await entry(desk, "talking")).headers["ETag"] == '"1"'
    assert (await entry(desk, "tied")).headers["ETag"] == '"2"'
    one = (await take(desk, {"id": "one", "name": "One"})).json()
    assert (one["taken"], (await take(desk, [])).json()["taken"]) == (1, 0)
    for nonsense in ({"a": 1}, "text", {"contents": 1}, 7):
        assert (await take(desk, nonsense)).status_code == 422
    assert (await take(desk, b"{")).status_code == (await take(desk, b"[" * 200_000)).status_code == 400


async def test_a_large_feed_is_taken_in_whole_and_given_out_page_by_page(desk: Desk) -> None:
    feed = [{"id": f"s{number:04}", **SPEECH, "x": number} for number in range(450)]
    assert (await take(desk, feed)).json()["taken"] == 450
    assert (await take(desk, [{}] * 5001)).status_code == 422
    given, number = [], 1
    while True:
        path, query = "/v1/service-directory/export", {"page": number, "per_page": 200}
        page = (await anybody(desk).call("GET", path, "service-directory.read", params=query)).json()
        assert (page["total_items"], page["total_pages"], page["page_number"]) == (450, 3, number)
        assert (page["first_page"], page["last_page"], page["size"]) == (
            number == 1,
            number == 3,
            len(page["contents"]),
        )
        given += page["contents"]
        if page["last_page"]:
            break
        number += 1
    assert given == feed
    beyond = await anybody(desk).call("GET", path, "service-directory.read", params={"page": 11})
    assert (beyond.json()["empty"], beyond.json()["contents"]) == (True, [])


async def test_what_is_kiths_own_is_not_given_out_and_only_for_administrators_to_say(desk: Desk) -> None:
    entry_id = await offered(desk)
    page = await anybody(desk).call("GET", "/v1/service-directory/export", "service-directory.read")
    assert page.json()["contents"] == [{"id": entry_id, "name": "Talking together"}]
    teacher = desk.kit.viewer("teacher", (), Role.TEACHER)
    path = f"/v1/service-directory/{entry_id}"
    assert (await teacher.call("PUT", path, "service-directory.read", json={"name": "x"})).status_code == 403
    refused = await put(desk, "both", kith_service_id="x", kith_sensitive=False)
    assert [error["pointer"] for error in problem(refused)["errors"]] == ["/kith_sensitive"]


WORDS = st.sampled_from(["speech", "sleep", "café", "مرحبا", "dyslexia"])
TEXT = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
COORDINATE = st.integers(-300, 300).map(lambda hundredths: hundredths / 100)
AGES = st.none() | st.integers(0, 18) | st.sampled_from([0.5, 2.25])
ENTRIES = st.lists(
    st.builds(
        lambda name, about, access, least, more, places, status: {
            "name": name,
            "status": status,
            "eligibility_description": about,
            "minimum_age": least,
            "maximum_age": None if more is None or least is None else least + more,
            "locations": [
                {"latitude": 54 + lat, "longitude": lon, "accessibility": [{"description": access}]}
                for lat, lon in places
            ],
        },
        TEXT, TEXT, TEXT, AGES, AGES, st.lists(st.tuples(COORDINATE, COORDINATE), max_size=3),
        st.sampled_from(["active", "active", "active", "defunct", "inactive"]),
    ),
    max_size=12,
)  # fmt: skip
SEARCHES = st.fixed_dictionaries(
    {},
    optional={
        "need": TEXT,
        "open_to": WORDS,
        "accessibility": WORDS,
        "age": st.sampled_from([0, 0.5, 1, 2.25, 2.3, 5, 17.9, 18, 40]),
        "near": st.tuples(COORDINATE, COORDINATE),
    },
)


def fits(document: dict[str, Any], query: dict[str, Any]) -> float | None:
    """The plain meaning of a search: None, or how far (0 without a place)."""
    if document["status"] != "active":
        return None
    said = {
        "need": document["name"],
        "open_to": document["eligibility_description"],
        "accessibility": " ".join(each["accessibility"][0]["description"] for each in document["locations"]),
    }
    for name, text in said.items():
        if name in query and not set(query[name].split()) <= set(text.split()):
            return None
    if "age" in query:
        least, most = document["minimum_age"], document["maximum_age"]
        years = query["age"] if most is not None and most != int(most) else math.floor(query["age"])
        if (least is not None and query["age"] < least) or (most is not None and years > most):
            return None
    if "near" not in query:
        return 0.0
    here = Place(54 + query["near"][0], query["near"][1])
    away = [kilometres(here, Place(each["latitude"], each["longitude"])) for each in document["locations"]]
    return min(away) if away and min(away) <= 150 else None


@settings(
    max_examples=settings().max_examples // 4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(entries=ENTRIES, queries=st.lists(SEARCHES, min_size=1, max_size=4))
async def test_a_search_is_what_a_plain_look_through_finds(
    desk: Desk, entries: list[dict[str, Any]], queries: list[dict[str, Any]]
) -> None:
    run = f"t{new_id()[-6:]}".translate(str.maketrans(string.digits, "ghijklmnop"))
    documents = {f"{run}{number:02}": {**each, "name": f"{run} {each['name']}"} for number, each in enumerate(entries)}
    taken = await take(desk, [{"id": entry_id, **each} for entry_id, each in documents.items()])
    assert taken.json()["taken"] == len(documents), taken.text
    for query in queries:
        asked = {**query, "need": f"{run} {query.get('need', '')}"}
        expected = {entry_id: fits(each, {**query, "need": asked["need"]}) for entry_id, each in documents.items()}
        order = sorted((far, entry_id) for entry_id, far in expected.items() if far is not None)
        if "near" in query:
            asked |= {"near": f"{54 + query['near'][0]:.2f},{query['near'][1]:.2f}", "within_km": 150}
        shown: list[str] = []
        more: dict[str, Any] = {"limit": 2}
        while True:
            page = (await search(desk, **asked, **more)).json()
            shown += [each["entry_id"] for each in page["items"]]
            if page["next_cursor"] is None:
                break
            assert len(page["items"]) == 2
            more["cursor"] = page["next_cursor"]
        assert shown == [entry_id for _, entry_id in order], json.dumps(asked)


@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180), st.floats(0.01, 200))
def test_whatever_is_within_the_distance_is_in_the_box(
    lat: float, lon: float, other_lat: float, other_lon: float, within: float
) -> None:
    """Also across the date line and around a pole; and the other place moved near, so that it often is within."""
    here, box = Place(lat, lon), box_around(Place(lat, lon), within)
    near = Place(
        max(-90.0, min(90.0, lat + other_lat / 90 * within / 100)),
        (lon + other_lon / 180 * within / 20 + 540) % 360 - 180,
    )
    for place in (near, Place(other_lat, other_lon)):
        if kilometres(here, place) <= within:
            across = (
                box.west <= place.longitude <= box.east
                if box.west <= box.east
                else place.longitude >= box.west or place.longitude <= box.east
            )
            assert box.south <= place.latitude <= box.north
            assert across
