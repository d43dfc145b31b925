"""A child is handed over: with a note, or because who worked with them has left."""

from typing import Any

import pytest

from contracts.events.consent import TeamChanged
from contracts.vocabulary import Category, PractitionerStatus, Role
from tests.child_index.kit import EVERYTHING, Caller, Index, practitioner, service

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def led(caller: Caller, child: str) -> list[dict[str, Any]]:
    path = f"/v1/children/{child}/lead-professional"
    answer = await caller.call("GET", path, "lead.read", child=child)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def left(caller: Caller, **query: Any) -> list[dict[str, Any]]:
    answer = await caller.call_with_candidates("GET", "/v1/reassignments", "reassignment.read", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def team(team_id: str, leader_id: str | None, version: int = 1) -> TeamChanged:
    return TeamChanged(team_id=team_id, name=team_id, agency_id="school", leader_id=leader_id, version=version)


async def test_a_handover_note_is_for_who_may_see_the_plan(index: Index) -> None:
    child = await index.child()
    assert await led(index.teacher, child) == []
    await index.officer.assign_lead(child, practitioner_id="nurse", reason="First contact")
    note = "  Call the grandmother, not the father.\r\n\r\nShe works nights. "
    answer = await index.nurse.assign_lead(child, practitioner_id="teacher", reason="Moved up", handover_note=note)
    assert "handover_note" not in answer.json()
    now, before = await led(index.teacher, child)
    assert now["handover_note"] == "Call the grandmother, not the father.\n\nShe works nights."
    assert (now["practitioner"]["name"], now["assigned_by"]["name"], now["reason"]) == ("Teacher", "Nurse", "Moved up")
    assert (before["practitioner"]["practitioner_id"], before["ended_at"]) == ("nurse", now["assigned_at"])
    assert "ended_at" not in now
    without = await led(index.teacher.but(categories=EVERYTHING - {Category.PLAN}), child)
    assert [each.get("handover_note") for each in without] == [None, None]
    assert without[0]["reason"] == "Moved up"
    for bad in ("a\0b", "x" * 4001):
        refused = await index.nurse.assign_lead(child, practitioner_id="nurse", handover_note=bad)
        assert refused.json()["errors"][0]["pointer"] == "/handover_note"
    assert (await led(index.teacher, child))[0] == now


async def test_what_a_leaver_leaves_is_listed_to_the_leader_of_their_team(index: Index) -> None:
    head = index.caller("head", "school", Role.SAFEGUARDING_LEAD)
    other = index.caller("other-head", "school", Role.SAFEGUARDING_LEAD)
    here = practitioner("goer", "school", Role.TEACHER).model_copy(update={"team_ids": ["year-6"]})
    await index.tell(team("year-6", "head"), team("year-5", "other-head"), here)
    goer = index.caller("goer", "school", Role.TEACHER)
    children = [await index.child(given_name=name) for name in ("Amara", "Bryony", "Cerys", "Delyth")]
    for child in children[:3]:
        await index.officer.assign_lead(child, practitioner_id="goer")
    episode = await goer.opened(children[0], "roll")
    await goer.opened(children[1], "roll", sensitive=True)
    await goer.opened(children[2], "counselling")
    ended = await goer.opened(children[3], "roll")
    assert (await goer.close_episode(ended, children[3], ended_on="2024-06-01")).status_code == 200
    assert await left(head) == []

    # Taken out of the team in the same step, as identity providers do; and an older word that comes late.
    gone = {"status": PractitionerStatus.LEFT, "team_ids": [], "version": 3}
    await index.tell(here.model_copy(update=gone), here.model_copy(update={"version": 2}))
    listed = await left(head)
    assert [(each["child_id"], each["part"]) for each in listed] == [
        *((child, "lead_professional") for child in children[:3]),
        (children[0], "episode"),
    ]
    assert listed[-1] == {
        "child_id": children[0],
        "practitioner": {"practitioner_id": "goer", "name": "Goer", "status": "left"},
        "part": "episode",
        "since": "2024-05-01",
        "episode_id": episode,
        "service_id": "roll",
    }
    for nobody in (other, index.teacher, goer):
        assert await left(nobody) == []
    assert await left(head, practitioner_id="somebody-else") == []
    assert [each["child_id"] for each in await left(head.but(hidden=(children[0],)))] == children[1:3]

    first = await head.call_with_candidates("GET", "/v1/reassignments", "reassignment.read", params={"limit": 1})
    rest = await left(head, cursor=first.json()["next_cursor"])
    assert first.json()["items"] + rest == listed

    # With two posts: what was of the other team is its leader's to hand on.
    await index.tell(service("roll", "school", "school", team_id="year-5", version=2))
    assert [each["part"] for each in await left(head)] == ["lead_professional"] * 3
    await index.tell(service("roll", "school", "school", team_id="year-6", version=3))

    # Others take over, a service turns out to be sensitive, and the list empties.
    for child in children[:3]:
        await index.officer.assign_lead(child, practitioner_id="teacher")
    assert [each["part"] for each in await left(head)] == ["episode"]
    await index.tell(service("roll", "school", "school", sensitive=True, version=4))
    assert await left(head) == []


async def test_the_leader_of_today_sees_and_who_comes_back_is_not_listed(index: Index) -> None:
    head = index.caller("head", "school", Role.SAFEGUARDING_LEAD)
    gone = practitioner("goer", "school", Role.TEACHER, status=PractitionerStatus.SUSPENDED)
    gone = gone.model_copy(update={"team_ids": ["year-6"]})
    await index.tell(practitioner("goer", "school", Role.TEACHER, version=1))
    child = await index.child()
    await index.officer.assign_lead(child, practitioner_id="goer")
    await index.tell(team("year-6", None), gone.model_copy(update={"version": 2}))
    assert await left(head) == []
    await index.tell(team("year-6", "head", version=2))
    assert [each["practitioner"]["status"] for each in await left(head)] == ["suspended"]
    await index.tell(practitioner("goer", "school", Role.TEACHER, version=3))
    assert await left(head) == []
