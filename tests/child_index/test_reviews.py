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


async def test_who_sent_it_is_not_told_of_a_sensitive_service(index: Index) -> None:
    child, _ = await _doubtful(index)
    header = "given_name,family_name,date_of_birth,sex,nhs_number\n"
    listed = await index.officer.imported(header + "Amara,Okonkwo,2014-03-07,F,4010232137\n", "counselling")
    (row,) = listed.results
    assert row["outcome"] == "review"
    officer = index.officer.but(categories=BASICS)
    seen = [each for each in (await officer.reviews())["items"] if each["review_id"] == row["review_id"]]
    seen.append((await officer.review(row["review_id"], child)).json())
    assert [each["candidate"]["child_id"] for each in seen] == [child, child]
    assert not any(each.keys() & {"service_id", "agency_id", "import_id"} for each in seen)
    told = (await index.officer.review(row["review_id"], child)).json()
    assert told["service_id"] == "counselling"
    beyond = await officer.call(
        "GET", "/v1/match-reviews", "review.read", params={"created_before": "0001-01-01T00:00:00+14:00"}
    )
    assert refused_fields(beyond) == ["/created_before"]


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
    assert events[-1]["child_id"] == new
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


async def test_side_by_side_each_field_is_marked(index: Index) -> None:
    child, review_id = await _doubtful(index, given_name="Amarachi")
    officer = index.officer.but(categories=BASICS | {Category.WHEREABOUTS})
    answer = await officer.review(review_id, child)
    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["state"], shown["candidate"]["child_id"]) == ("open", child)
    assert {name: mark["mark"] for name, mark in shown["fields"].items()} == {
        "given_name": "agreed",
        "family_name": "agreed",
        "date_of_birth": "agreed",
        "sex": "missing",
        "nhs_number": "differs",
        "upn": "missing",
        "postcode": "agreed",
        "address_line": "missing",
    }
    assert shown["fields"]["nhs_number"]["because"] == "The NHS numbers differ."
    assert shown["fields"]["sex"]["because"] == "Neither has it."
    assert [a["postcode"] for a in shown["candidate"]["addresses"]] == ["M1 1AE"]
    assert (await index.owner("review", review_id)).json() == {"child_id": child}
    assert (await index.owner("review", UNKNOWN)).json() == {"child_id": None}
    for answer in (
        await officer.but(hidden=(child,)).review(review_id, child),
        await officer.review(UNKNOWN, child),
    ):
        assert (answer.status_code, code(answer)) == (404, "not-found")


async def test_agreement_on_an_address_tells_of_it(index: Index) -> None:
    """Who may not know where a child lives is not told that it is where the sender says, in no words at all."""
    child, review_id = await _doubtful(index)
    officer = index.officer.but(categories=BASICS)
    (item,) = (await officer.reviews())["items"]
    one = (await officer.review(review_id, child)).json()
    for shown in (item, one):
        assert not {"postcode", "address_line"} & set(shown["fields"])
        assert "addresses" not in shown["candidate"]
        assert not any("postcode" in text or "address" in text for text in shown["candidate"]["because"])
    (wider,) = (await index.officer.reviews())["items"]
    assert "The postcodes are the same." in wider["candidate"]["because"]


async def test_the_queue_is_filtered(index: Index) -> None:
    _, typed = await _doubtful(index)
    await index.teacher.registered(given_name="Oliver", family_name="Smith", date_of_birth="2012-01-09", sex="male")
    header = "given_name,family_name,date_of_birth,postcode,nhs_number,local_id\n"
    done = await index.school_system.imported(header + "Amara,Okonkwo,2014-03-07,M1 1AE,9990000026,A1\n")
    (listed,) = [line["review_id"] for line in done.results]

    async def ids(**query: object) -> list[str]:
        return [item["review_id"] for item in (await index.officer.reviews(**query))["items"]]

    assert await ids() == [typed, listed]
    assert await ids(import_id=done.counts["import_id"]) == [listed]
    assert await ids(created_before="2020-01-01T00:00:00Z") == []
    assert await ids(created_before="2999-01-01T00:00:00Z") == [typed, listed]
    scores = [item["candidate"]["score"] for item in (await index.officer.reviews())["items"]]
    assert set(await ids(min_score=max(scores) - 0.0001)) | set(await ids(max_score=max(scores) - 0.001)) == {
        typed,
        listed,
    }
    assert await ids(min_score=1, max_score=0) == []
    await index.officer.resolve(typed, same=False)
    assert await ids() == [listed]
    assert await ids(state="parted") == [typed]
    for wrong in ({"state": "shut"}, {"min_score": 2}, {"created_before": "soon"}):
        answer = await index.officer.call_with_candidates("GET", "/v1/match-reviews", "review.read", params=wrong)
        assert answer.status_code == 422


class TestTakingBack:
    async def test_the_same_after_all_not(self, index: Index) -> None:
        person = {"given_name": "Amara", "family_name": "Okonkwo", "date_of_birth": "2014-03-07"}
        child = await index.teacher.registered(**AMARA, nhs_number="9434765919")
        before = await index.teacher.record(child)
        header = "given_name,family_name,date_of_birth,address_line,nhs_number,local_id\n"
        row = "Amara,Okonkwo,2014-03-07,7 Oak Road,9990000018,A1\n"
        done = await index.school_system.imported(header + row)
        review_id = done.results[0]["review_id"]
        assert (await index.officer.resolve(review_id, same=True)).status_code == 200
        assert await index.teacher.record(child) != before

        answer = await index.officer.take_back(review_id)
        assert answer.json()["outcome"] == "created"
        own = answer.json()["child_id"]
        assert await index.teacher.record(child) == before
        record = await index.teacher.record(own)
        assert record["basics"] == {**person, "nhs_number": "9990000018", "other_names": []}
        assert [each["service"]["service_id"] for each in record["involvement"]["episodes"]] == ["roll"]
        shown = (await index.officer.review(review_id, child)).json()
        assert (shown["state"], shown["undone_by"]) == ("parted", "officer")
        assert (await index.school_system.imported(header + row)).children == {"A1": own}
        assert code(await index.officer.merge(own, child, despite=["different-nhs-numbers"])) == "merge-doubtful"

    async def test_parted_is_lifted(self, index: Index) -> None:
        child, review_id = await _doubtful(index)
        other = (await index.officer.resolve(review_id, same=False)).json()["child_id"]
        numbers = ["different-nhs-numbers"]
        assert code(await index.officer.merge(other, child, despite=numbers)) == "merge-doubtful"
        assert (await index.officer.take_back(review_id)).json() == {
            "review_id": review_id,
            "child_id": other,
            "outcome": "lifted",
        }
        assert (await index.officer.merge(other, child, despite=numbers)).status_code == 200

    async def test_what_cannot_be_taken_back(self, index: Index) -> None:
        child, review_id = await _doubtful(index)
        waiting = await index.officer.take_back(review_id)
        assert (waiting.status_code, code(waiting)) == (409, "review-open")
        await index.officer.resolve(review_id, same=True)
        for answer in (
            await index.officer.take_back(UNKNOWN),
            await index.officer.but(hidden=(child,)).take_back(review_id),
        ):
            assert (answer.status_code, code(answer)) == (404, "not-found")
        answers = await asyncio.gather(*(index.officer.take_back(review_id) for _ in range(3)))
        assert 200 in {answer.status_code for answer in answers}
        await index.published("ChildRegistered", 2)
