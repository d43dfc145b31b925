"""The team around a child or family: asked, joined, left; siblings; what clashes."""

from typing import Any

import httpx

from contracts import headers
from contracts.events.child_index import ChildArchived, ChildPurged, ChildrenRelated
from contracts.events.consent import PractitionerChanged
from contracts.vocabulary import Category, PractitionerStatus, Role
from tests.assessment.desk import TEACHER, Desk
from tests.notifications.kit import Viewer, child, problem

PLANNED = frozenset({Category.PLAN})


def practitioner(
    name: str, role: Role = Role.TEACHER, status: PractitionerStatus = PractitionerStatus.ACTIVE, version: int = 1
) -> PractitionerChanged:
    return PractitionerChanged(
        practitioner_id=name, name=name, agency_id="agency", team_ids=[], role=role, status=status,
        email=None, phone=None, version=version,
    )  # fmt: skip


async def known(desk: Desk, *names: str) -> None:
    await desk.kit.tell(*(practitioner(name) for name in names))


def sw(desk: Desk, categories: frozenset[Category] = PLANNED) -> Viewer:
    return desk.kit.viewer("sw", categories)


async def invite(viewer: Viewer, child_id: str, who: str, **more: Any) -> httpx.Response:
    body = {"practitioner_id": who, "part": "reading support", **more}
    return await viewer.call("POST", f"/v1/children/{child_id}/team", "team.invite", child=child_id, json=body)


async def invite_family(viewer: Viewer, children: list[str], who: str, **more: Any) -> httpx.Response:
    body = {"practitioner_id": who, "part": "reading support", "child_ids": children}
    return await viewer.call(
        "POST", "/v1/family-teams", "team.invite", children=more.get("granted", children), json=body
    )


async def respond(desk: Desk, who: str, invitation_id: str, *, accept: bool = True) -> httpx.Response:
    path = f"/v1/team-invitations/{invitation_id}/answer"
    return await desk.kit.viewer(who, ()).call("POST", path, "invitation.answer", json={"accept": accept})


async def invitations(desk: Desk, who: str) -> list[dict[str, Any]]:
    answer = await desk.kit.viewer(who, ()).call("GET", "/v1/team-invitations", "invitation.read")
    return list(answer.json()["items"])


async def joined(desk: Desk, child_id: str, who: str, **more: Any) -> str:
    made = await invite(sw(desk), child_id, who, **more)
    assert made.status_code == 201, made.text
    ((invitation),) = await invitations(desk, who)
    assert (await respond(desk, who, invitation["invitation_id"])).status_code == 200
    return str(made.json()["membership_id"])


async def team(viewer: Viewer, child_id: str, **query: Any) -> list[dict[str, Any]]:
    answer = await viewer.call("GET", f"/v1/children/{child_id}/team", "team.read", child=child_id, params=query)
    assert answer.status_code == 200
    return list(answer.json()["items"])


async def leave(viewer: Viewer, child_id: str, membership_id: str | None = None) -> httpx.Response:
    query = {} if membership_id is None else {"membership_id": membership_id}
    return await viewer.call("DELETE", f"/v1/children/{child_id}/team", "team.leave", child=child_id, params=query)


async def test_who_is_asked_learns_nothing_of_the_child_and_joins(desk: Desk) -> None:
    jo = child()
    await known(desk, "teacher")
    made = (await invite(sw(desk), jo, "teacher")).json()
    assert (made["status"], made["practitioner_id"], made["invited_by"]) == ("invited", "teacher", "sw")

    (invitation,) = await invitations(desk, "teacher")
    assert set(invitation) == {"invitation_id", "invited_by", "invited_at"}
    assert await invitations(desk, "other") == []
    assert (await respond(desk, "other", invitation["invitation_id"])).status_code == 404
    answer = await respond(desk, "teacher", invitation["invitation_id"])
    assert answer.json() == {"invitation_id": invitation["invitation_id"], "accepted": True}
    assert answer.headers[headers.EFFECTS]
    assert (await respond(desk, "teacher", invitation["invitation_id"])).status_code == 404

    (member,) = await team(sw(desk), jo)
    assert (member["status"], member["part"], member["active"]) == ("member", "reading support", True)
    (told,) = await desk.kit.published("PractitionerJoinedTeam", 1)
    assert told == {
        "membership_id": made["membership_id"], "child_id": jo, "practitioner_id": "teacher", "sensitive": False,
    }  # fmt: skip
    (asked,) = await desk.kit.published("PractitionerInvited", 1)
    assert jo not in asked.values()


async def test_of_my_teams_those_are_told_that_the_decision_names(desk: Desk) -> None:
    """A child whose record keeps me out is not there, as one whose team I have left is not."""
    jo, hidden = child(), child()
    await known(desk, "teacher")
    await joined(desk, jo, "teacher")
    await joined(desk, hidden, "teacher")
    teacher = desk.kit.viewer("teacher", {Category.INVOLVEMENT})
    asked = await teacher.call("GET", "/internal/candidates/v1/team-memberships", "membership.read")
    assert set(asked.json()["children"]) == {jo, hidden}
    shown = await teacher.call("GET", "/v1/team-memberships", "membership.read", children=[jo])
    assert [each["child_id"] for each in shown.json()["items"]] == [jo]


async def test_leaving_is_told_and_stays_in_the_history(desk: Desk) -> None:
    jo = child()
    await known(desk, "teacher", "gp")
    membership = await joined(desk, jo, "teacher")
    assert (await leave(desk.kit.viewer("gp", TEACHER), jo, membership)).status_code == 404
    assert (await leave(desk.kit.viewer("teacher", TEACHER), jo)).status_code == 204
    assert (await leave(desk.kit.viewer("teacher", TEACHER), jo)).status_code == 404
    assert await team(sw(desk), jo) == []
    (gone,) = await team(sw(desk), jo, history=True)
    assert (gone["status"], gone["ended_by"]) == ("left", "teacher")
    (told,) = await desk.kit.published("PractitionerLeftTeam", 1)
    assert (told["membership_id"], told["child_id"]) == (membership, jo)


async def test_an_invitation_taken_back_or_declined_joins_nobody(desk: Desk) -> None:
    jo = child()
    await known(desk, "teacher", "gp")
    made = (await invite(sw(desk), jo, "teacher")).json()
    (invitation,) = await invitations(desk, "teacher")
    assert (await leave(sw(desk), jo, made["membership_id"])).status_code == 204
    assert await invitations(desk, "teacher") == []
    assert (await respond(desk, "teacher", invitation["invitation_id"])).status_code == 404
    await invite(sw(desk), jo, "gp")
    (other,) = await invitations(desk, "gp")
    assert (await respond(desk, "gp", other["invitation_id"], accept=False)).json()["accepted"] is False
    assert await team(sw(desk), jo) == []
    assert [each["status"] for each in await team(sw(desk), jo, history=True)] == ["declined", "withdrawn"]
    await desk.kit.published("PractitionerJoinedTeam", 0)


async def test_who_cannot_be_asked(desk: Desk) -> None:
    jo = child()
    await desk.kit.tell(practitioner("gone", status=PractitionerStatus.LEFT), practitioner("teacher"))
    for who in ("gone", "nobody"):
        refused = await invite(sw(desk), jo, who)
        assert [error["pointer"] for error in problem(refused)["errors"]] == ["/practitioner_id"]
    assert (await invite(sw(desk, frozenset({Category.INVOLVEMENT})), jo, "teacher")).status_code == 404
    assert (await invite(sw(desk), jo, "teacher", sensitive=True)).status_code == 404
    assert (await invite(sw(desk), jo, "teacher", part="  ")).status_code == 422


async def test_who_is_in_it_by_what_is_sensitive_is_not_there_for_others(desk: Desk) -> None:
    jo = child()
    await desk.kit.tell(practitioner("camhs", Role.CAMHS), practitioner("teacher"))
    await joined(desk, jo, "camhs")
    (told,) = await desk.kit.published("PractitionerJoinedTeam", 1)
    assert told["sensitive"] is True
    for who, categories, seen in (
        ("other", PLANNED, []),
        ("other", PLANNED | {Category.SENSITIVE}, ["camhs"]),
        ("camhs", PLANNED, ["camhs"]),
        ("sw", PLANNED, ["camhs"]),
    ):
        shown = await team(desk.kit.viewer(who, categories), jo)
        assert [each["practitioner_id"] for each in shown] == seen
    assert await team(desk.kit.viewer("other", {Category.EDUCATION}), jo) == []


async def test_where_the_child_is_shows_in_no_member(desk: Desk) -> None:
    jo = child()
    await known(desk, "teacher", "gp")
    await joined(desk, jo, "teacher")
    viewer = desk.kit.viewer("gp", PLANNED)
    viewer.veiled = (jo,)
    (member,) = await team(viewer, jo)
    assert {"practitioner_id", "part", "invited_by"}.isdisjoint(member)
    assert (await team(desk.kit.viewer("gp", PLANNED), jo))[0]["practitioner_id"] == "teacher"


async def test_siblings_are_of_one_team_where_the_record_says_so_and_the_inviter_may_see_them(desk: Desk) -> None:
    jo, sam, kim = child(), child(), child()
    await known(desk, "teacher")
    viewer = sw(desk)
    stranger = await invite_family(viewer, [jo, sam], "teacher")
    viewer.related = (jo, sam, kim)
    hidden = await invite_family(viewer, [jo, sam], "teacher", granted=[jo])
    # Each stands beside somebody; but that all three are of one family the record does not say.
    loose = await invite_family(viewer, [jo, sam, kim], "teacher")
    assert [each.status_code for each in (stranger, hidden, loose)] == [404, 404, 404]
    assert problem(stranger) == problem(hidden) == problem(loose)

    await desk.kit.tell(*(related(jo, other) for other in (sam, kim)))
    made = await invite_family(viewer, [jo, sam, kim], "teacher")
    assert made.status_code == 201, made.text
    (invitation,) = await invitations(desk, "teacher")
    await respond(desk, "teacher", invitation["invitation_id"])
    told = await desk.kit.published("PractitionerJoinedTeam", 3)
    assert {each["child_id"] for each in told} == {jo, sam, kim}
    await desk.kit.published("FamilyClashFound", 0)


def related(child_id: str, other: str) -> ChildrenRelated:
    return ChildrenRelated(relationship_id=child(), child_id=child_id, other_child_id=other)


async def test_two_teams_of_one_family_are_told_of_once_to_both(desk: Desk) -> None:
    jo, sam, late, other = child(), child(), child(), child()
    await desk.kit.tell(practitioner("teacher"), practitioner("gp"), practitioner("hv"), practitioner("ehw"))
    await desk.kit.tell(related(jo, sam), related(jo, other), ChildArchived(child_id=other))
    await joined(desk, other, "ehw")
    await joined(desk, jo, "teacher")
    await desk.kit.published("FamilyClashFound", 0)
    await joined(desk, sam, "gp")
    told = await desk.kit.published("FamilyClashFound", 2)
    pairs = {(each["child_id"], each["other_child_id"], each["kind"]) for each in told}
    assert pairs == {(jo, sam, "teams"), (sam, jo, "teams")}
    await joined(desk, sam, "hv")
    await joined(desk, late, "hv")
    await desk.kit.tell(related(jo, late))  # found to be of the family afterwards
    told = await desk.kit.published("FamilyClashFound", 4)
    assert {each["child_id"] for each in told[2:]} == {jo, late}


async def test_who_is_suspended_does_not_count(desk: Desk) -> None:
    jo, sam = child(), child()
    await known(desk, "teacher", "gp")
    await joined(desk, jo, "teacher")
    await joined(desk, sam, "gp")
    await desk.kit.tell(practitioner("gp", status=PractitionerStatus.SUSPENDED, version=2))
    await desk.kit.tell(related(jo, sam))
    await desk.kit.published("FamilyClashFound", 0)
    assert [each["active"] for each in await team(sw(desk), sam)] == [False]


async def test_merged_records_have_one_team_and_a_purged_child_none(desk: Desk) -> None:
    kept, copy = child(), child()
    await known(desk, "teacher", "gp")
    await joined(desk, copy, "teacher")
    await joined(desk, kept, "gp")
    both = sw(desk)
    both.records = (kept, copy)
    assert {each["practitioner_id"] for each in await team(both, kept)} == {"gp", "teacher"}
    assert {each["child_id"] for each in await team(both, kept)} == {kept}
    await desk.kit.tell(ChildPurged(child_id=copy))
    assert [each["practitioner_id"] for each in await team(both, kept, history=True)] == ["gp"]
