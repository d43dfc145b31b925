"""Who lives where the child lives, and where the child is registered."""

from typing import Any

import pytest

from contracts.vocabulary import Category
from tests.child_index.kit import EVERYTHING, Index

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOME, ELSEWHERE = (
    {"address_line": "12 Canal St", "postcode": "M1 1AE"},
    {"address_line": "3 Mill Lane", "postcode": "M4 1AB"},
)


def _given(record: dict[str, Any]) -> list[str]:
    return [each["person"]["given_name"] for each in record["household"]]


async def test_who_lives_at_the_childs_present_address(index: Index) -> None:
    child = await index.child(**HOME)
    near = await index.child(
        given_name="Chidi", date_of_birth="2012-01-02", **{**HOME, "address_line": "12, Canal Street"}
    )
    far = await index.child(given_name="Bola", date_of_birth="2010-01-02", **ELSEWHERE)
    hidden = await index.child(given_name="Dayo", date_of_birth="2009-01-02", **HOME)
    stranger = await index.child(given_name="Wei", family_name="Zhang", date_of_birth="2013-01-02", **HOME)
    for other in (near, far, hidden):
        await index.worker.relate(child, relationship="sibling", other_child_id=other)
    for name, with_child in (("Ngozi", True), ("Emeka", False)):
        person = {"given_name": name, "family_name": "Okonkwo", "lives_with_child": with_child}
        await index.worker.relate(child, relationship="parent", person=person)
    await index.nurse.opened(child, "list")
    worker = index.worker.but(related=(near, far))
    record = await worker.record(child)
    assert _given(record) == ["Chidi", "Ngozi"]
    assert [each["person"]["given_name"] for each in record["family"]["relationships"]] == [
        "Chidi",
        "Bola",
        "Ngozi",
        "Emeka",
    ]
    (practice,) = record["whereabouts"]["gp_practices"]
    assert practice == {"service_id": "list", "name": "List", "contact": "list@example.org"}
    assert stranger not in str(record)
    # From the other's side too; and of those who have moved no more.
    assert _given(await index.worker.but(related=(child,)).record(near)) == ["Amara"]
    (place,) = record["whereabouts"]["addresses"]
    await worker.corrected(child, addresses=[{**place, "to": place["from"]}])
    assert _given(await worker.record(child)) == ["Ngozi"]
    # Both categories or none of it.
    for category in (Category.FAMILY, Category.WHEREABOUTS):
        assert "household" not in await worker.but(categories=EVERYTHING - {category}).record(child)
