"""What the index gives to the answer of another service: what the record shows under the same grant, and no more."""

from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from chassis.grants import KeptBack
from contracts.supplies import DocumentFacts, NamedChild
from contracts.vocabulary import Category, PractitionerStatus, Role
from tests.child_index.kit import Caller, Index, practitioner

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


def facts_of(answer: httpx.Response) -> DocumentFacts:
    assert answer.status_code == 200, answer.text
    return DocumentFacts.model_validate_json(answer.content)


async def for_document(who: Caller, child: str, action: str = "plan.document") -> DocumentFacts:
    return facts_of(await who.call("GET", f"/internal/supplies/{action}", action, child=child))


async def test_a_document_is_told_whose_it_is_who_leads_and_who_is_around(index: Index) -> None:
    amara = await index.child()
    await index.teacher.opened(amara, "roll")
    await index.nurse.opened(amara, "list", contact="Ring before ten")
    await index.teacher.opened(amara, "counselling")
    await index.officer.assign_lead(amara, practitioner_id="nurse")

    found = await for_document(index.nurse, amara)

    assert found.child == NamedChild(given_name="Amara", family_name="Okonkwo", date_of_birth=date(2014, 3, 7))
    assert found.lead is not None
    assert (found.lead.practitioner_id, found.lead.leads) == ("nurse", True)
    assert found.around is not None
    assert [(each.practitioner_id, each.leads) for each in found.around] == [("nurse", True), ("teacher", False)]
    assert (found.around[0].contact, found.around[0].service_name is None) == ("Ring before ten", False)
    # Of an assessment it is told the child alone; and of each category what is granted.
    assert await for_document(index.nurse, amara, "assessment.document") == DocumentFacts(child=found.child)
    assert await for_document(index.nurse.but(categories={Category.INVOLVEMENT}), amara) == found.model_copy(
        update={"child": None}
    )
    assert await for_document(index.nurse.but(categories={Category.PLAN}), amara) == DocumentFacts()
    for action in ("me.plan", "me.plan-document"):
        assert await for_document(index.teacher, amara, action) == found
    # Where the reader may not learn where the child is, of who works near the child that there is such a service.
    veiled = await for_document(index.nurse.but(veiled=(amara,)), amara)
    assert veiled.lead is None
    assert veiled.around is not None
    assert {each.service_type for each in veiled.around} == {"school", "gp"}
    assert "nurse" not in veiled.model_dump_json()
    hidden = index.nurse.but(hidden=(amara,))
    answer = await hidden.call("GET", "/internal/supplies/me.plan", "me.plan", child=amara)
    assert answer.status_code == 404


async def test_what_is_kept_back_from_the_family_is_not_around_them_and_leads_for_others(index: Index) -> None:
    amara = await index.child()
    await index.teacher.opened(amara, "roll")
    before = await for_document(index.teacher, amara)
    began = datetime.now(UTC)
    await index.nurse.opened(amara, "list")
    await index.officer.assign_lead(amara, practitioner_id="nurse")
    told = await for_document(index.teacher.but(kept_back=(KeptBack(began),)), amara)
    assert told.around == before.around
    assert told.lead is not None
    assert told.lead.practitioner_id == "nurse"


async def test_who_has_left_or_is_over_is_not_there_to_be_reached(index: Index) -> None:
    amara = await index.child()
    episode = await index.teacher.opened(amara, "roll", started_on="2026-01-01")
    await index.nurse.opened(amara, "list")
    await index.officer.assign_lead(amara, practitioner_id="nurse")
    await index.tell(practitioner("nurse", "practice", Role.SCHOOL_NURSE, status=PractitionerStatus.LEFT, version=2))
    assert (await index.teacher.close_episode(episode, amara, ended_on="2026-02-01")).status_code == 200
    found = await for_document(index.teacher, amara)
    assert found.lead is None
    assert found.around is not None
    assert [(each.practitioner_id, each.service_type) for each in found.around] == [(None, "gp")]
