"""One's own draft of a contribution: seen by nobody else."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Response
from fastapi.responses import JSONResponse

from assessment.api.contributions import told
from assessment.api.schemas import ContributionRequest, DraftBody, SavedBody
from assessment.application.drafts import SaveDraft, drop_draft, offer_draft, read_draft, save_draft
from assessment.application.find_assessment import Place, granted_section
from assessment.application.ports import UnitOfWorkFactory
from assessment.domain.assessments import Draft
from assessment.domain.templates import Catalogue
from chassis.disclosure import disclose
from chassis.etags import names
from chassis.grants import Grant
from chassis.idempotency import Answer, once
from chassis.problem_docs import problems
from chassis.service import Granted, IdempotencyOf, answer

_Writer = Annotated[Grant, Depends(Granted("assessment.contribute"))]
_Tags = Annotated[str | None, Header(max_length=500)]
_DRAFT = "/v1/assessments/{assessment_id}/sections/{key}/draft"


def draft_routes(reading: UnitOfWorkFactory, writing: UnitOfWorkFactory, catalogue: Catalogue) -> APIRouter:
    router = APIRouter(tags=["assessments"])

    @router.get(
        _DRAFT,
        summary="Read my draft of a contribution.",
        description="Nobody else sees it, nor that there is one. 204 where you have none; 304 where `If-None-Match` "
        "names the one that stands.",
        response_model=DraftBody,
        responses={
            **problems(404),
            204: {"description": "You have no draft of this section."},
            304: {"description": "It is the one that you have."},
        },
    )
    async def read(grant: _Writer, assessment_id: str, key: str, if_none_match: _Tags = None) -> Response:
        async with reading() as uow:
            draft = await read_draft(uow, catalogue, grant, Place(assessment_id, key))
        if draft is None:
            return Response(status_code=204)
        if names(if_none_match, draft.etag):
            return Response(status_code=304, headers={"ETag": draft.etag})
        return answer(_shown(200, draft, grant))

    @router.put(
        _DRAFT,
        summary="Save my draft of a contribution; nobody else sees it.",
        description="For saving as one types: what is missing or half written is taken, another type is not. The first "
        "time answers 201, and may say `If-None-Match: *`. After that `If-Match` with the draft's ETag is needed: 428 "
        "without, 412 when it has changed since.",
        response_model=DraftBody,
        responses={**problems(404, 412, 428), 201: {"description": "A new draft.", "model": DraftBody}},
    )
    async def save(
        grant: _Writer,
        assessment_id: str,
        key: str,
        request: ContributionRequest,
        if_match: _Tags = None,
        if_none_match: _Tags = None,
    ) -> JSONResponse:
        async with writing() as uow:
            command = SaveDraft(Place(assessment_id, key), request.content, if_match, if_none_match)
            draft, new = await save_draft(uow, catalogue, grant, command)
            await uow.commit()
        return answer(_shown(201 if new else 200, draft, grant))

    @router.delete(
        _DRAFT,
        status_code=204,
        summary="Drop my draft of a contribution.",
        description="Needs `If-Match` with its ETag.",
        responses=problems(404, 412, 428),
    )
    async def drop(grant: _Writer, assessment_id: str, key: str, if_match: _Tags = None) -> Response:
        async with writing() as uow:
            await drop_draft(uow, catalogue, grant, Place(assessment_id, key), if_match)
            await uow.commit()
        return Response(status_code=204)

    @router.post(
        f"{_DRAFT}/offer",
        status_code=201,
        summary="Offer my draft: it becomes the next version of my contribution, and the draft is gone.",
        description="Needs `If-Match` with the draft's ETag. 422 names what still does not fit the section.",
        response_model=SavedBody,
        responses={
            **problems(404, 409, 412, 428),
            200: {"description": "The next version of your contribution.", "model": SavedBody},
        },
    )
    async def offer(
        grant: _Writer, assessment_id: str, key: str, idempotency: IdempotencyOf, if_match: _Tags = None
    ) -> JSONResponse:
        place = Place(assessment_id, key)
        async with writing() as uow:

            async def work() -> Answer:
                return told(await offer_draft(uow, catalogue, grant, place, if_match), grant)

            # The first answer is not given again to whom the section is closed by now.
            await granted_section(uow, catalogue, grant, place)
            result = await once(uow, idempotency(grant), work)
        return answer(result, uow.effects)

    return router


def _shown(status: int, draft: Draft, grant: Grant) -> Answer:
    return Answer(status, disclose(DraftBody.of(draft), grant.categories), draft.etag)
