"""The team around a child or family: who is in it, inviting, leaving."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import JSONResponse

from assessment.api.team_schemas import (
    ChildInviteRequest,
    FamilyInviteRequest,
    FamilyTeamBody,
    MemberBody,
    MyTeam,
    MyTeams,
    TeamPage,
)
from assessment.application.invite_to_team import InviteToTeam, invite_to_family_team, invite_to_team
from assessment.application.leave_team import leave_team
from assessment.application.ports import UnitOfWorkFactory
from assessment.application.read_team import children_of_my_teams, my_teams, read_team
from assessment.domain.teams import Membership
from chassis.disclosure import disclose
from chassis.grants import Grant
from chassis.idempotency import Answer, once
from chassis.pages import Cursor, Limit, decode_cursor, encode_cursor, page
from chassis.problem_docs import problems
from chassis.service import Granted, IdempotencyOf, answer
from contracts import headers
from contracts.decisions import Candidates

_OF_CHILD, _OF_FAMILY, _MINE = "/v1/children/{child_id}/team", "/v1/family-teams", "/v1/team-memberships"
_WHO = frozenset({"practitioner_id", "part", "invited_by", "ended_by"})
_ToInvite = Annotated[Grant, Depends(Granted("team.invite"))]
_ToReadMine = Annotated[Grant, Depends(Granted("membership.read"))]


def team_routes(reading: UnitOfWorkFactory, writing: UnitOfWorkFactory) -> APIRouter:
    router = APIRouter(tags=["team around the child"])

    @router.get(
        _OF_CHILD,
        summary="Who is in the team around the child, and who is asked to join it.",
        response_model=TeamPage,
        responses=problems(404),
    )
    async def read(
        grant: Annotated[Grant, Depends(Granted("team.read"))],
        child_id: str,
        history: Annotated[bool, Query(description="Also who declined, and who has left.")] = False,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> JSONResponse:
        before = decode_cursor(cursor)
        async with reading() as uow:
            found = await read_team(uow, grant, before[0] if before else None, limit, history=history)
        shown = page(
            found, limit, lambda each: member_told(each, grant), lambda each: encode_cursor(each.membership_id)
        )
        return answer(Answer(200, shown))

    @router.post(
        _OF_CHILD,
        status_code=201,
        summary="Ask a practitioner to join the team around the child.",
        description="Once they accept they have a relationship with the child, until they leave.",
        response_model=MemberBody,
        responses=problems(404),
    )
    async def invite(
        grant: _ToInvite, child_id: str, request: ChildInviteRequest, idempotency: IdempotencyOf
    ) -> JSONResponse:
        command = InviteToTeam(request.practitioner_id, request.part, request.sensitive)
        async with writing() as uow:

            async def work() -> Answer:
                made = await invite_to_team(uow, grant, command)
                return Answer(201, disclose(MemberBody.of(made), grant.categories))

            result = await once(uow, idempotency(grant), work)
        return answer(result, uow.effects)

    @router.delete(
        _OF_CHILD,
        status_code=204,
        summary="Leave the team around the child, or, as lead professional, take somebody out of it.",
        responses=problems(404),
    )
    async def leave(
        grant: Annotated[Grant, Depends(Granted("team.leave"))],
        child_id: str,
        membership_id: Annotated[
            str | None,
            Query(max_length=36, description="Another's place, or an invitation to take back; without it, your own."),
        ] = None,
    ) -> Response:
        async with writing() as uow:
            await leave_team(uow, grant, membership_id)
            await uow.commit()
        return Response(status_code=204, headers={headers.EFFECTS: ",".join(uow.effects)} if uow.effects else None)

    @router.post(
        _OF_FAMILY,
        status_code=201,
        summary="Ask a practitioner to join the teams around several siblings at once.",
        description="404 where one of them is no child whom you may see, or no sibling as the record has it.",
        response_model=FamilyTeamBody,
        responses=problems(404),
    )
    async def invite_to_family(
        grant: _ToInvite, request: FamilyInviteRequest, idempotency: IdempotencyOf
    ) -> JSONResponse:
        command = InviteToTeam(request.practitioner_id, request.part)
        async with writing() as uow:

            async def work() -> Answer:
                made = await invite_to_family_team(uow, grant, command, request.child_ids)
                shown = FamilyTeamBody(items=[MemberBody.of(each) for each in made])
                return Answer(201, disclose(shown, grant.categories))

            result = await once(uow, idempotency(grant), work)
        return answer(result, uow.effects)

    @router.post(f"/internal/candidates{_OF_FAMILY}", include_in_schema=False)
    async def candidates_of_family(_: _ToInvite, request: FamilyInviteRequest) -> Candidates:
        return Candidates(children=request.child_ids)

    @router.get(
        _MINE,
        summary="The teams that I am in.",
        description="Whether you may know of each child is decided again at every reading.",
        response_model=MyTeams,
        responses=problems(),
    )
    async def read_mine(grant: _ToReadMine) -> JSONResponse:
        async with reading() as uow:
            found = await my_teams(uow, grant)
        return answer(Answer(200, disclose(MyTeams(items=[MyTeam.of(each) for each in found]), grant.categories)))

    @router.get(f"/internal/candidates{_MINE}", include_in_schema=False)
    async def candidates_of_mine(grant: _ToReadMine) -> Candidates:
        async with reading() as uow:
            return Candidates(children=await children_of_my_teams(uow, grant))

    return router


def member_told(membership: Membership, grant: Grant) -> dict[str, Any]:
    """What is granted; to one who may not learn where the child is, without who else works near the child."""
    told = disclose(MemberBody.of(membership, grant.child_id), grant.categories)
    if grant.veiled and membership.invitation.practitioner_id != grant.viewer_id:
        return {key: value for key, value in told.items() if key not in _WHO}
    return told
