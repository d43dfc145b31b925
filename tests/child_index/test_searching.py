"""Searching: what is found, what is refused, and that hidden children leave no trace."""

import json
from typing import Any

import pytest

from tests.child_index.kit import BASICS, Index, code, refused_fields

pytestmark = pytest.mark.asyncio(loop_scope="session")

AMARA = {"given_name": "Amara", "family_name": "Okonkwo", "date_of_birth": "2014-03-07", "postcode": "M1 1AE"}


async def test_a_child_is_found_by_what_is_known(index: Index) -> None:
    amara = await index.teacher.registered(**AMARA, nhs_number="943 476 5919", sex="F")
    await index.teacher.registered(given_name="Oliver", family_name="Smith", date_of_birth="2013-08-01")

    for criteria in (
        {"nhs_number": "9434765919"},
        {"family_name": "Okonkwo", "date_of_birth": "2014-03-07"},
        {"given_name": "Amara", "family_name": "Okonkwo", "postcode": "m11ae"},
        {"given_name": "Amarra", "family_name": "Okonkwo", "date_of_birth": "2014-03-07"},
        {"given_name": "Okonkwo", "family_name": "Amara", "date_of_birth": "2014-07-03"},
    ):
        assert await index.teacher.found(**criteria) == [amara], criteria

    answer = (await index.teacher.search(**AMARA)).json()
    assert answer["status"] == "match"
    assert answer["matches"][0]["status"] == "match"
    assert answer["matches"][0]["score"] > 0.95
    assert answer["matches"][0]["basics"] == {
        "given_name": "Amara",
        "family_name": "Okonkwo",
        "date_of_birth": "2014-03-07",
        "sex": "female",
        "nhs_number": "9434765919",
        "other_names": [],
    }


async def test_nobody_like_that_is_no_match(index: Index) -> None:
    await index.teacher.registered(**AMARA)
    answer = await index.teacher.search(family_name="Zhang", date_of_birth="2010-01-02")
    assert (answer.status_code, answer.json()) == (200, {"status": "no_match", "matches": []})


async def test_at_most_five_best_first(index: Index) -> None:
    given = ("Amelia", "Bartholomew", "Clementine", "Dominic", "Esme", "Finlay", "Georgina", "Hamish")
    for month, name in enumerate(given, 1):
        await index.teacher.registered(
            given_name=name,
            family_name="Featherstone",
            date_of_birth=f"20{month:02d}-{month:02d}-17",
            postcode="M1 1AE",
        )
    answer = await index.teacher.search(given_name="Esme", family_name="Featherstone", postcode="M1 1AE")
    matches = answer.json()["matches"]
    assert len(matches) <= 5
    assert matches[0]["basics"]["given_name"] == "Esme"
    assert [m["score"] for m in matches] == sorted((m["score"] for m in matches), reverse=True)


async def test_a_little_wrong_in_all_comes_before_a_name_that_is_wholly_another(index: Index) -> None:
    others = ("Cooper", "Lane", "Wright", "Gibson", "Martin", "Evans")
    rows = ["1,Ellie,Hunt,2016-10-28", *(f"{name},Ellie,{name},2016-11-28" for name in others)]
    header = "local_id,given_name,family_name,date_of_birth\n"
    sent = await index.school_system.imported(header + "\n".join(rows))
    found = await index.teacher.found(given_name="Ellie", family_name="Hnt", date_of_birth="2016-11-28")
    assert found[0] == sent.children["1"]


async def test_too_little_to_go_on_is_refused(index: Index) -> None:
    for criteria in (
        {},
        {"family_name": "Okonkwo"},
        {"given_name": "Amara", "family_name": "Okonkwo"},
        {"given_name": "Amara", "date_of_birth": "2014-03-07"},
        {"given_name": "Amara", "postcode": "M1 1AE"},
        {"date_of_birth": "2014-03-07", "postcode": "M1 1AE", "sex": "female"},
        {"family_name": " ", "date_of_birth": "2014-03-07"},
    ):
        response = await index.teacher.search(**criteria)
        assert (response.status_code, code(response)) == (422, "search-too-broad"), criteria


async def test_a_field_that_cannot_be_taken_is_named_and_not_repeated(index: Index) -> None:
    cases: list[tuple[str, Any]] = [
        *((name, f"Ok{wildcard}") for name in ("given_name", "family_name") for wildcard in "*%?_"),
        ("family_name", "Okon\x00kwo"),
        ("family_name", "\ud800"),
        ("family_name", "O" * 101),
        ("family_name", 7),
        ("date_of_birth", "07/03/2014"),
        ("date_of_birth", "2014-02-30"),
        ("date_of_birth", 1394150400),
        ("nhs_number", "9434765918"),
        ("nhs_number", "943"),
        ("upn", "A801200005001"),
        ("postcode", "not one"),
        ("sex", "perhaps"),
        ("favourite_colour", "blue"),
        ("surname", "Okonkwo"),
    ]
    for field, value in cases:
        sent = json.dumps({**AMARA, field: value}).encode()
        for path in ("/v1/children/search", "/internal/candidates/v1/children/search"):
            response = await index.teacher.call(
                "POST", path, "child.search", content=sent, sent={"Content-Type": "application/json"}
            )
            assert refused_fields(response) == [f"/{field}"], (field, value)
            if isinstance(value, str) and value.isascii() and len(value) > 3:
                assert value not in response.text


async def test_a_hidden_child_leaves_no_trace(index: Index) -> None:
    """The answer is, to the byte, the one that an index without the child would give."""
    criteria = {"given_name": "Amara", "family_name": "Okonkwo", "postcode": "M1 1AE"}
    cousin = await index.child(date_of_birth="2011-10-21", postcode="M1 1AE")
    alone = await index.teacher.search(**criteria)
    assert [match["child_id"] for match in alone.json()["matches"]] == [cousin]

    amara = await index.child(**AMARA)
    assert set(await index.teacher.found(**criteria)) == {amara, cousin}
    unseen = await index.teacher.but(hidden=(amara,)).search(**criteria)
    assert (unseen.status_code, unseen.content) == (alone.status_code, alone.content)


async def test_only_granted_categories_leave(index: Index) -> None:
    await index.teacher.registered(**AMARA)
    (match,) = (await index.teacher.but(categories=frozenset()).search(**AMARA)).json()["matches"]
    assert "basics" not in match
    (match,) = (await index.teacher.but(categories=BASICS).search(**AMARA)).json()["matches"]
    assert match["basics"]["given_name"] == "Amara"


async def test_no_answer_without_a_grant_for_this_action(index: Index) -> None:
    for path in ("/v1/children/search", "/internal/candidates/v1/children/search"):
        without = await index.client.post(path, json=AMARA)
        other = await index.teacher.call("POST", path, "child.read", json=AMARA)
        assert [(r.status_code, code(r)) for r in (without, other)] == [(403, "grant-required")] * 2
