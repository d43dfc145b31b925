"""One's own contribution to a section of an assessment."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header
from fastapi.responses import JSONResponse

from assessment.api.schemas import ContributionRequest, SavedBody
from assessment.application.find_assessment import Place
from assessment.application.ports import UnitOfWorkFactory
from assessment.application.save_contribution import SaveContribution, SavedContribution, save_contribution
from assessment.domain.templates import Catalogue
from chassis.disclosure import disclose
from chassis.etags import etag
from chassis.grants import Grant
from chassis.idempotency import Answer
from chassis.problem_docs import problems
from chassis.service import Granted, answer


def contribution_routes(writing: UnitOfWorkFactory, catalogue: Catalogue) -> APIRouter:
    router = APIRouter(tags=["assessments"])

    @router.put(
        "/v1/assessments/{assessment_id}/sections/{key}/contribution",
        summary="Save my contribution to a section; others' contributions stay as they are.",
        description="The first time answers 201, and takes no `If-Match`, or the assessment's ETag. After that "
        "`If-Match` with the ETag of your own contribution is needed: 428 without, 412 when it has changed since. "
        "`If-None-Match: *` says that it is to be the first. Every version is kept.",
        response_model=SavedBody,
        responses={
            **problems(404, 412, 428),
            201: {"description": "Your first contribution to the section.", "model": SavedBody},
        },
    )
    async def save(
        grant: Annotated[Grant, Depends(Granted("assessment.contribute"))],
        assessment_id: str,
        key: str,
        request: ContributionRequest,
        if_match: Annotated[str | None, Header(max_length=500)] = None,
        if_none_match: Annotated[str | None, Header(max_length=500)] = None,
    ) -> JSONResponse:
        async with writing() as uow:
            command = SaveContribution(Place(assessment_id, key), request.content, if_match, if_none_match)
            saved = await save_contribution(uow, catalogue, grant, command)
            await uow.commit()
        return answer(told(saved, grant), uow.effects)

    return router


def told(saved: SavedContribution, grant: Grant) -> Answer:
    contribution = saved.contribution
    body = SavedBody.of(contribution, assessment_id=contribution.assessment_id, section_key=saved.section.key)
    status = 201 if contribution.version == 1 else 200
    return Answer(status, disclose(body, grant.categories), etag(contribution.version))
