"""A child's family: shown from both sides, and only to whom each child may be shown."""

import pytest

from tests.child_index.kit import Index, code, refused_fields

pytestmark = pytest.mark.asyncio(loop_scope="session")

UNKNOWN = "01900000-0000-7000-8000-000000000000"
MOTHER = {"given_name": "Ngozi", "family_name": "Okonkwo", "phone": "01632 960123"}


async def _siblings(index: Index) -> tuple[str, str]:
    return await index.child(), await index.child(given_name="Chidi", date_of_birth="2016-05-09")


async def test_siblings_show_from_both_sides_to_whom_both_may_be_shown(index: Index) -> None:
    amara, chidi = await _siblings(index)
    before = await index.nurse.read(amara)
    made = await index.teacher.relate(amara, other_child_id=chidi, relationship="sibling")
    assert made.status_code == 201
    (event,) = await index.published("ChildrenRelated", 1)
    assert event == {**made.json(), "child_id": amara, "other_child_id": chidi}

    for child, other, name in ((amara, chidi, "Chidi"), (chidi, amara, "Amara")):
        (shown,) = (await index.nurse.but(related=(other,)).record(child))["family"]["relationships"]
        assert shown == {
            **made.json(),
            "relationship": "sibling",
            "child_id": other,
            "person": {"given_name": name, "family_name": "Okonkwo"},
        }
    # Whom the sibling has blocked sees what there was before: nothing.
    after = await index.nurse.read(amara)
    assert (after.content, after.headers["ETag"]) == (before.content, before.headers["ETag"])


async def test_a_relationship_is_turned_round_for_the_other_side(index: Index) -> None:
    amara, baby = (
        await index.child(date_of_birth="2008-02-01"),
        await index.child(given_name="Ify", date_of_birth="2025-01-03"),
    )
    await index.teacher.relate(baby, other_child_id=amara, relationship="parent")
    (shown,) = (await index.nurse.but(related=(baby,)).record(amara))["family"]["relationships"]
    assert shown["relationship"] == "child"


async def test_the_same_pair_is_related_once(index: Index) -> None:
    amara, chidi = await _siblings(index)
    first = await index.teacher.relate(amara, other_child_id=chidi, relationship="sibling")
    again = await index.teacher.relate(amara, other_child_id=chidi, relationship="sibling")
    turned = await index.teacher.relate(chidi, other_child_id=amara, relationship="sibling")
    assert first.json() == again.json() == turned.json()
    assert again.status_code == turned.status_code == 201
    await index.published("ChildrenRelated", 1)


async def test_a_person_outside_the_index(index: Index) -> None:
    amara = await index.child()
    made = await index.teacher.relate(amara, relationship="parent", person=MOTHER)
    (shown,) = (await index.teacher.record(amara))["family"]["relationships"]
    assert shown == {**made.json(), "relationship": "parent", "person": MOTHER}
    assert (await index.teacher.part(amara, made.json()["relationship_id"])).status_code == 204
    assert (await index.teacher.record(amara))["family"]["relationships"] == []
    await index.published("ChildrenUnrelated", 0)


async def test_what_is_refused(index: Index) -> None:
    amara, chidi = await _siblings(index)
    for other in (UNKNOWN, amara, "nonsense"):
        answer = await index.teacher.relate(amara, other_child_id=other, relationship="sibling")
        assert refused_fields(answer) == ["/other_child_id"]
    assert refused_fields(await index.teacher.relate(amara, other_child_id=chidi, relationship="aunt")) == [
        "/relationship"
    ]
    for neither in ({}, {"other_child_id": chidi, "person": MOTHER}):
        assert (await index.teacher.relate(amara, relationship="sibling", **neither)).status_code == 422
    answer = await index.teacher.relate(UNKNOWN, other_child_id=chidi, relationship="sibling")
    assert (answer.status_code, code(answer)) == (404, "not-found")


async def test_parting(index: Index) -> None:
    amara, chidi = await _siblings(index)
    third = await index.child(given_name="Obi", date_of_birth="2018-11-23")
    made = await index.teacher.relate(amara, other_child_id=chidi, relationship="sibling")
    relationship = made.json()["relationship_id"]
    allowed = index.teacher.but(related=(amara, chidi, third))
    for answer in (
        await index.teacher.part(amara, relationship),  # may not see the sibling
        await allowed.part(third, relationship),  # not this child's
        await allowed.part(amara, UNKNOWN),
    ):
        assert (answer.status_code, code(answer)) == (404, "not-found")
    assert (await allowed.part(chidi, relationship)).status_code == 204
    (event,) = await index.published("ChildrenUnrelated", 1)
    assert {event["child_id"], event["other_child_id"]} == {amara, chidi}
    assert (await allowed.record(amara))["family"]["relationships"] == []
