"""Match reviews: an index officer looks at doubtful records, and says what is what."""

import asyncio

import pytest

from contracts import headers
from contracts.vocabulary import Category
from tests.child_index.kit import BASICS, Index, code, refused_fields

pytestmark = pytest.mark.asyncio(loop_scope="session")

AMARA = {"given_name": "Amara", "family_name": "Okonkwo", "date_of_birth": "2014-03-07", "postcode": "M1 1AE"}
OTHERS = (("Oliver", "Smith", "2012-01-09"), ("Zainab", "Khan", "2015-06-30"), ("Tomasz", "Nowak", "2011-12-12"))
UNKNOWN = "01900000-0000-7000-8000-000000000000"


async def _doubtful(index: Index, **other: str) -> tuple[str, str]:
    """A child, and the review of a record that agrees in all but the sex and the NHS number."""
    person = {**AMARA, **other}
    child = await index.teacher.registered(**person, nhs_number="9434765919")
    answer = await index.nurse.register(**person, nhs_number="9990000018")
    assert answer.status_code == 202, answer.text
    review_id: str = answer.json()["review_id"]
    return child, review_id


async def test_the_officer_sees_both_and_why(index: Index) -> None:
    child, review_id = await _doubtful(index)
    page = await index.officer.but(categories=BASICS).reviews()
    (item,) = page["items"]
    assert page["next_cursor"] is None
    assert (item["review_id"], item["agency_id"]) == (review_id, "practice")
    assert item["submitted"] == {k: v for k, v in AMARA.items() if k != "postcode"} | {"nhs_number": "9990000018"}
    assert item["candidate"]["child_id"] == child
    assert item["candidate"]["basics"]["nhs_number"] == "9434765919"
    assert "The NHS numbers are different." in item["candidate"]["because"]
    assert not any("9990000018" in reason or "Okonkwo" in reason for reason in item["candidate"]["because"])
    (wider,) = (await index.officer.but(categories=BASICS | {Category.WHEREABOUTS}).reviews())["items"]
    assert wider["submitted"]["postcode"] == "M1 1AE"


async def test_pages_and_silence(index: Index) -> None:
    made = [await _doubtful(index)]
    for given, family, born in OTHERS:
        await index.child(given_name=given, family_name=family, date_of_birth=born, nhs_number="9434765919")
        answer = await index.nurse.register(
            given_name=given, family_name=family, date_of_birth=born, nhs_number="9990000018"
        )
        assert answer.status_code == 202
    everything = [item["review_id"] for item in (await index.officer.reviews())["items"]]

    first = await index.officer.reviews(limit=2)
    second = await index.officer.reviews(limit=2, cursor=first["next_cursor"])
    pages = [[item["review_id"] for item in page["items"]] for page in (first, second)]
    assert pages[0] + pages[1] == everything[:4]
    assert len(everything) == len(made) + len(OTHERS)
    assert second["next_cursor"] is None

    # Without one of the children, list and cursors are those of an index that never had that review.
    hiding = index.officer.but(hidden=(first["items"][0]["candidate"]["child_id"],))
    page = await hiding.reviews(limit=3)
    assert [item["review_id"] for item in page["items"]] == everything[1:]
    assert page["next_cursor"] is None
    refused = await index.officer.call("GET", "/v1/match-reviews", "review.read", params={"cursor": "eA"})
    assert refused_fields(refused) == ["/cursor"]


async def test_the_same_child(index: Index) -> None:
    child, review_id = await _doubtful(index)
    answer = await index.officer.resolve(review_id, same=True)
    assert (answer.status_code, answer.json()) == (
        200,
        {"review_id": review_id, "child_id": child, "outcome": "matched"},
    )
    assert (await index.officer.reviews())["items"] == []
    again = await index.nurse.register(**AMARA, nhs_number="9990000018")
    assert again.json() == {"outcome": "matched", "child_id": child}
    assert (await index.teacher.record(child))["basics"]["nhs_number"] == "9434765919"


async def test_another_child(index: Index) -> None:
    child, review_id = await _doubtful(index)
    answer = await index.officer.resolve(review_id, same=False)
    new = answer.json()["child_id"]
    assert answer.json()["outcome"] == "created"
    assert new != child
    events = await index.published("ChildRegistered", 2)
    assert events[-1] == {"child_id": new}
    assert answer.headers[headers.EFFECTS]
    assert (await index.teacher.record(new))["basics"]["nhs_number"] == "9990000018"
    assert set(await index.teacher.found(**AMARA)) == {child, new}


async def test_a_third_child_chosen_by_the_officer(index: Index) -> None:
    _, review_id = await _doubtful(index)
    third = await index.child(given_name="Amarachi", date_of_birth="2013-02-01")
    for other in (UNKNOWN, "nonsense"):
        assert refused_fields(await index.officer.resolve(review_id, same=True, child_id=other)) == ["/child_id"]
    hiding = index.officer.but(hidden=(third,))
    assert refused_fields(await hiding.resolve(review_id, same=True, child_id=third)) == ["/child_id"]
    answer = await index.officer.resolve(review_id, same=True, child_id=third)
    assert answer.json()["child_id"] == third


async def test_once_only(index: Index) -> None:
    _, review_id = await _doubtful(index)
    answers = await asyncio.gather(*(index.officer.resolve(review_id, same=False) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert {code(answer) for answer in answers if answer.status_code == 409} == {"review-resolved"}
    await index.published("ChildRegistered", 2)


async def test_what_is_refused(index: Index) -> None:
    child, review_id = await _doubtful(index)
    for answer in (
        await index.officer.resolve(UNKNOWN, same=True),
        await index.officer.but(hidden=(child,)).resolve(review_id, same=True),
        await index.officer.but(hidden=(child,)).resolve(review_id, same=False),
    ):
        assert (answer.status_code, code(answer)) == (404, "not-found")
    for body in ({}, {"same": "yes"}, {"same": False, "child_id": child}, {"same": True, "why": "x"}):
        assert (await index.officer.resolve(review_id, **body)).status_code == 422
