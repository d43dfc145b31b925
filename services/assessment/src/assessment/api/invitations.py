"""One's own invitations to teams. They say nothing of any child, so nothing that the child's record says, a block
least of all, can show in them."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from assessment.api.team_schemas import AnsweredBody, AnswerRequest, InvitationBody, InvitationPage
from assessment.application.answer_invitation import answer_invitation
from assessment.application.ports import UnitOfWorkFactory
from assessment.application.read_team import my_invitations
from chassis.grants import Grant
from chassis.idempotency import Answer
from chassis.pages import Cursor, Limit, decode_cursor, encode_cursor, page
from chassis.problem_docs import problems
from chassis.service import Granted, answer


def invitation_routes(reading: UnitOfWorkFactory, writing: UnitOfWorkFactory) -> APIRouter:
    router = APIRouter(tags=["team around the child"])

    @router.get(
        "/v1/team-invitations",
        summary="Invitations to a team that I have not answered, newest first.",
        response_model=InvitationPage,
        responses=problems(),
    )
    async def read(
        grant: Annotated[Grant, Depends(Granted("invitation.read"))], limit: Limit = 50, cursor: Cursor = None
    ) -> JSONResponse:
        before = decode_cursor(cursor)
        async with reading() as uow:
            found = await my_invitations(uow, grant, before[0] if before else None, limit)
        shown = page(
            found,
            limit,
            lambda each: InvitationBody.of(each).model_dump(mode="json"),
            lambda each: encode_cursor(each.invitation_id),
        )
        return answer(Answer(200, shown))

    @router.post(
        "/v1/team-invitations/{invitation_id}/answer",
        summary="Accept or decline an invitation.",
        description="Accepted, the child is among those of `GET /v1/team-memberships`, for as long as you are in the "
        "team and may see the child.",
        response_model=AnsweredBody,
        responses=problems(404),
    )
    async def respond(
        grant: Annotated[Grant, Depends(Granted("invitation.answer"))], invitation_id: str, request: AnswerRequest
    ) -> JSONResponse:
        async with writing() as uow:
            found = await answer_invitation(uow, grant, invitation_id, accepted=request.accept)
            await uow.commit()
        body = AnsweredBody(invitation_id=found.invitation_id, accepted=request.accept)
        return answer(Answer(200, body.model_dump(mode="json")), uow.effects)

    return router
