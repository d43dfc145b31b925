"""Who is waiting for whom: ask a practitioner for their part of an assessment."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from assessment.api.lifecycle_schemas import AskRequest, ContributionRequestBody, ContributionRequestPage
from assessment.application.ask_to_contribute import AskToContribute, ask_to_contribute, list_requests, may_ask
from assessment.application.ports import UnitOfWorkFactory
from assessment.domain.templates import Catalogue
from chassis.disclosure import disclose
from chassis.grants import Grant
from chassis.idempotency import Answer, once
from chassis.pages import Cursor, Limit, decode_cursor, encode_cursor, page
from chassis.problem_docs import problems
from chassis.service import Granted, IdempotencyOf, answer

_REQUESTS = "/v1/assessments/{assessment_id}/contribution-requests"


def contribution_request_routes(
    reading: UnitOfWorkFactory, writing: UnitOfWorkFactory, catalogue: Catalogue
) -> APIRouter:
    router = APIRouter(tags=["assessments"])

    @router.post(
        _REQUESTS,
        status_code=201,
        summary="Ask a practitioner for their part of an assessment.",
        description="They hear of it if they may know of the child. One for a section is shown to whom that section "
        "is, and is answered when they contribute to it; one for none is answered by whatever they contribute.",
        response_model=ContributionRequestBody,
        responses=problems(404, 409),
    )
    async def ask(
        grant: Annotated[Grant, Depends(Granted("assessment.ask"))],
        assessment_id: str,
        request: AskRequest,
        idempotency: IdempotencyOf,
    ) -> JSONResponse:
        command = AskToContribute(assessment_id, request.practitioner_id, request.section_key, request.due_on)
        async with writing() as uow:

            async def work() -> Answer:
                made = await ask_to_contribute(uow, catalogue, grant, command)
                return Answer(201, disclose(ContributionRequestBody.of(made), grant.categories))

            # The first answer is not given again to whom the section is closed by now.
            await may_ask(uow, catalogue, grant, command)
            result = await once(uow, idempotency(grant), work)
        return answer(result, uow.effects)

    @router.get(
        _REQUESTS,
        summary="Who was asked for their part of an assessment, and who has answered, newest first.",
        response_model=ContributionRequestPage,
        responses=problems(404),
    )
    async def read(
        grant: Annotated[Grant, Depends(Granted("assessment.read"))],
        assessment_id: str,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> JSONResponse:
        before = decode_cursor(cursor)
        async with reading() as uow:
            found = await list_requests(uow, catalogue, grant, assessment_id, before[0] if before else None, limit)
        veiled_from = grant.viewer_id if grant.veiled else None
        shown = page(
            found,
            limit,
            lambda each: disclose(ContributionRequestBody.of(each, veiled_from), grant.categories),
            lambda each: encode_cursor(each.request_id),
        )
        return answer(Answer(200, shown))

    return router
