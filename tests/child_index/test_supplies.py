"""What the index gives to the answer of another service: what the record shows under the same grant, and no more."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.vocabulary import Category
from tests.child_index.kit import Caller, Index

pytestmark = pytest.mark.asyncio(loop_scope="session")

MARIA = {"given_name": "Maria", "family_name": "Okonkwo", "phone": "01632 960123"}
ACTION = "assessment.prefill"


async def known(who: Caller, child: str) -> list[dict[str, Any]]:
    answer = await who.call("GET", f"/internal/supplies/{ACTION}", ACTION, child=child)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_what_a_form_would_ask_is_given_as_far_as_the_reader_may_see(index: Index) -> None:
    amara = await index.child()
    today = datetime.now(UTC).date().isoformat()
    await index.teacher.opened(amara, "roll", started_on="2026-09-01")
    await index.teacher.relate(amara, relationship="parent", person=MARIA)
    await index.teacher.relate(amara, relationship="grandparent", person={**MARIA, "given_name": "Nneka"})

    found = await known(index.nurse, amara)

    name = {"given_name": "Amara", "family_name": "Okonkwo"}
    assert [(each["key"], each["category"], each["value"], each["recorded_on"]) for each in found] == [
        ("child.name", "basics", name, today),
        ("child.date_of_birth", "basics", "2014-03-07", today),
        ("child.school", "whereabouts", {"name": found[2]["value"]["name"]}, "2026-09-01"),
        ("child.carer", "family", {**MARIA, "relationship": "parent"}, today),
    ]
    for category, keys in (
        (Category.BASICS, {"child.name", "child.date_of_birth"}),
        (Category.WHEREABOUTS, {"child.school"}),
        (Category.FAMILY, {"child.carer"}),
        (Category.HEALTH, set()),
    ):
        told = await known(index.nurse.but(categories={category}), amara)
        assert {each["key"] for each in told} == keys
    # Who may not know that there is a school, a sibling or a phone number, is told of none.
    veiled = index.nurse.but(veiled=(amara,), categories={Category.BASICS, Category.FAMILY})
    assert "phone" not in (await known(veiled, amara))[2]["value"]
    hidden = index.nurse.but(hidden=(amara,))
    assert (await hidden.call("GET", f"/internal/supplies/{ACTION}", ACTION, child=amara)).status_code == 404
    refused = await index.nurse.call("GET", f"/internal/supplies/{ACTION}", "child.read", child=amara)
    assert refused.status_code == 403
