"""Match or create: one child ends as one record, doubt goes to a human, and a block shows in nothing."""

import asyncio
from typing import Any

import pytest

from contracts import headers
from tests.child_index.kit import Index, code, refused_fields

pytestmark = pytest.mark.asyncio(loop_scope="session")

AMARA = {
    "given_name": "Amara",
    "family_name": "Okonkwo",
    "date_of_birth": "2014-03-07",
    "sex": "female",
    "address_line": "12 Canal Street",
    "postcode": "M1 1AE",
}


async def test_created_then_matched(index: Index) -> None:
    first = await index.teacher.register(**AMARA)
    assert (first.status_code, first.json()["outcome"]) == (201, "created")
    child = first.json()["child_id"]
    (event,) = await index.published("ChildRegistered", 1)
    assert event["child_id"] == child
    assert first.headers[headers.EFFECTS] == index.heard[-1].id

    again = await index.nurse.register(**{**AMARA, "given_name": "Amarra"}, nhs_number="9434765919")
    assert (again.status_code, again.json()) == (200, {"outcome": "matched", "child_id": child})
    basics = (await index.teacher.record(child))["basics"]
    assert basics["given_name"] == "Amara"
    assert basics["other_names"] == [{"given_name": "Amarra", "family_name": "Okonkwo"}]
    assert basics["nhs_number"] == "9434765919"
    await index.published("ChildRegistered", 1)


async def test_a_twin_is_another_child_or_a_question(index: Index) -> None:
    amara = await index.teacher.registered(**AMARA)
    twin = await index.teacher.register(**{**AMARA, "given_name": "Adaora"})
    assert twin.status_code in {201, 202}
    assert twin.json().get("child_id") != amara


async def test_the_same_record_is_asked_about_once(index: Index) -> None:
    await index.teacher.registered(**AMARA, nhs_number="9434765919")
    doubtful = {**AMARA, "nhs_number": "9990000018"}
    first = await index.nurse.register(**doubtful)
    again = await index.nurse.register(**doubtful)
    assert (first.status_code, first.json()["outcome"]) == (202, "review")
    assert set(first.json()) == {"outcome", "review_id"}
    assert again.json() == first.json()
    assert len((await index.officer.reviews())["items"]) == 1


async def test_a_repeat_with_the_same_key_gets_the_first_answer(index: Index) -> None:
    first = await index.teacher.register(**AMARA, key="k1")
    again = await index.teacher.register(**AMARA, key="k1")
    assert (again.status_code, again.json()) == (first.status_code, first.json()) == (201, first.json())
    other = await index.teacher.register(**{**AMARA, "given_name": "Zainab"}, key="k1")
    assert (other.status_code, code(other)) == (422, "idempotency-key-reused")


async def test_to_a_blocked_caller_a_match_looks_like_a_doubt(index: Index) -> None:
    child = await index.teacher.registered(**AMARA)
    blocked = index.nurse.but(hidden=(child,))
    for record in (AMARA, {**AMARA, "local_id": "7"}):
        answer = await blocked.register(**record)
        assert answer.status_code == 202
        assert set(answer.json()) == {"outcome", "review_id"}
        assert answer.headers.get(headers.EFFECTS) is None
        assert (await blocked.register(**record)).json() == answer.json()
    # After an officer has said that it is the same child, a repeat still tells the blocked caller nothing.
    for review in (await index.officer.reviews())["items"]:
        assert (await index.officer.resolve(review["review_id"], same=True)).json()["child_id"] == child
    assert (await blocked.register(**AMARA, local_id="7")).json() == answer.json()
    assert (await index.nurse.register(**AMARA, local_id="7")).json()["child_id"] == child


async def test_a_child_known_by_number_who_is_blocked_later(index: Index) -> None:
    child = await index.nurse.registered(**AMARA, local_id="7")
    blocked = index.nurse.but(hidden=(child,))
    answer = await blocked.register(**AMARA, local_id="7")
    assert (answer.status_code, set(answer.json())) == (202, {"outcome", "review_id"})


async def test_the_senders_own_number_follows_a_child_through_changes(index: Index) -> None:
    child = await index.teacher.registered(**AMARA, local_id="42")
    moved = {**AMARA, "family_name": "Adeyemi", "address_line": "3 Mill Lane", "postcode": "LS1 4AP"}
    again = await index.teacher.register(**moved, local_id="42")
    assert (again.status_code, again.json()["child_id"]) == (200, child)
    record = await index.teacher.record(child)
    assert record["basics"]["family_name"] == "Adeyemi"
    assert record["basics"]["other_names"] == [{"given_name": "Amara", "family_name": "Okonkwo"}]
    assert [a["postcode"] for a in record["whereabouts"]["addresses"]] == ["LS1 4AP", "M1 1AE"]
    for postcode in ("LS1 4AP", "M1 1AE"):
        assert await index.teacher.found(given_name="Amara", family_name="Adeyemi", postcode=postcode) == [child]

    stranger = {**AMARA, "given_name": "Oliver", "family_name": "Smith", "date_of_birth": "2012-11-30"}
    reused = await index.teacher.register(**stranger, local_id="42")
    assert reused.status_code == 202


async def test_two_at_once_make_one_child(index: Index) -> None:
    answers = await asyncio.gather(*(caller.register(**AMARA) for caller in [index.teacher, index.nurse] * 3))
    outcomes = sorted(answer.json()["outcome"] for answer in answers)
    assert outcomes.count("created") == 1
    assert len(await index.teacher.found(**{k: AMARA[k] for k in ("family_name", "date_of_birth")})) == 1
    await index.published("ChildRegistered", 1)


async def test_fields_that_cannot_be_taken(index: Index) -> None:
    cases: list[tuple[str, Any]] = [
        ("given_name", ""),
        ("given_name", None),
        ("family_name", "1234"),
        ("family_name", "x" * 101),
        ("date_of_birth", "2014-02-30"),
        ("date_of_birth", "2999-01-01"),
        ("date_of_birth", "1990-01-01"),
        ("sex", "q"),
        ("postcode", "M1"),
        ("address_line", "\u0007"),
        ("nhs_number", "1234567890"),
        ("upn", "A"),
        ("local_id", "y" * 101),
        ("colour", "red"),
    ]
    for field, value in cases:
        response = await index.teacher.call("POST", "/v1/children", "child.create", json={**AMARA, field: value})
        assert refused_fields(response) == [f"/{field}"], (field, value)
    missing = await index.teacher.call("POST", "/v1/children", "child.create", json={})
    assert refused_fields(missing) == ["/date_of_birth", "/family_name", "/given_name"]
    await index.published("ChildRegistered", 0)


KEYS = ("family_name_keys", "home_keys")


async def test_who_is_alike_is_told_by_keys_when_something_is_added(index: Index) -> None:
    child = await index.teacher.registered(**AMARA)
    (registered,) = await index.published("ChildRegistered", 1)
    assert [len(registered[name]) for name in KEYS] == [1, 1]
    other = await index.child(
        given_name="Zoe", date_of_birth="2009-01-01", address_line="12 Canal St", postcode="m11ae"
    )
    _, namesake = await index.published("ChildRegistered", 2)
    assert namesake == {**registered, "child_id": other}

    # Nothing that is compared by keys: no event.
    assert (await index.nurse.register(**{**AMARA, "given_name": "Amarra"}, nhs_number="9434765919")).status_code == 200
    await index.published("ChildLikenessChanged", 0)
    moved = {**AMARA, "nhs_number": "9434765919", "address_line": "3 Mill Lane", "postcode": "M2 5DB"}
    assert (await index.nurse.register(**moved)).status_code == 200
    (first,) = await index.published("ChildLikenessChanged", 1)
    assert first["child_id"] == child
    assert first["family_name_keys"] == registered["family_name_keys"]
    assert len(first["home_keys"]) == 2
    assert set(first["home_keys"]) > set(registered["home_keys"])
    renamed = {**moved, "family_name": "Okonkwo-Bell"}
    assert (await index.nurse.register(**renamed)).status_code == 200
    _, second = await index.published("ChildLikenessChanged", 2)
    assert len(second["family_name_keys"]) == 3  # the whole, and both parts
    assert second["home_keys"] == first["home_keys"]
    assert (await index.nurse.register(**renamed)).status_code == 200
    await index.published("ChildLikenessChanged", 2)
    told = "".join(each.model_dump_json() for each in index.heard).lower()
    for secret in ("okonkwo", "canal", "mill lane", "m1 1ae", "m11ae"):
        assert secret not in told
