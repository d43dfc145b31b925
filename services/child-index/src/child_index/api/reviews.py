"""Match reviews, for index officers."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from chassis.disclosure import disclose
from chassis.grants import Grant
from chassis.idempotency import Answer, once
from chassis.pages import Cursor, Limit, encode_cursor, page
from chassis.problem_docs import problems
from chassis.service import Granted, IdempotencyOf, answer
from child_index.api.answers import ResolutionAnswer, ReviewAnswer, ReviewPage
from child_index.api.cursors import id_cursor
from child_index.api.requests import ResolutionRequest
from child_index.api.wiring import Parts
from child_index.application import reviews
from contracts.decisions import Candidates


def reviews_router(parts: Parts) -> APIRouter:
    router = APIRouter(tags=["Match reviews"])
    resolution = "/v1/match-reviews/{review_id}/resolution"

    @router.get("/internal/candidates/v1/match-reviews", include_in_schema=False)
    async def list_candidates(
        _: Annotated[Grant, Depends(Granted("review.read"))], limit: Limit = 50, cursor: Cursor = None
    ) -> Candidates:
        async with parts.reading() as uow:
            return Candidates(children=await reviews.named(uow, limit, id_cursor(cursor)))

    @router.get(
        "/v1/match-reviews", summary="List open match reviews", response_model=ReviewPage, responses=problems(422)
    )
    async def list_(
        grant: Annotated[Grant, Depends(Granted("review.read"))], limit: Limit = 50, cursor: Cursor = None
    ) -> JSONResponse:
        """Records that may be a child of the index, oldest first, each with the candidate and the reasons."""
        async with parts.reading() as uow:
            found = await reviews.listed(uow, limit, id_cursor(cursor), grant)
        body = page(
            found,
            limit,
            lambda each: disclose(ReviewAnswer.of(*each, grant.categories), grant.categories),
            lambda each: encode_cursor(each[0].review_id),
        )
        return JSONResponse(body)

    @router.post(f"/internal/candidates{resolution}", include_in_schema=False)
    async def resolve_candidates(
        review_id: str, sent: ResolutionRequest, _: Annotated[Grant, Depends(Granted("review.resolve"))]
    ) -> Candidates:
        async with parts.reading() as uow:
            return Candidates(children=await reviews.candidates(uow, review_id, sent.child_id))

    @router.post(
        resolution, summary="Resolve a match review", response_model=ResolutionAnswer, responses=problems(404, 409, 422)
    )
    async def resolve(
        review_id: str,
        sent: ResolutionRequest,
        grant: Annotated[Grant, Depends(Granted("review.resolve"))],
        idempotency: IdempotencyOf,
    ) -> JSONResponse:
        """Say whether the record and the candidate are the same child.

        The same: the record is linked to the candidate, or to `child_id`. Not the same: a new child is registered,
        and the two stay parted. Once resolved, a review cannot be resolved again (`review-resolved`).
        """
        knowledge = await parts.knowledge.current()
        async with parts.units() as uow:

            async def work() -> Answer:
                command = reviews.Resolve(sent.same, sent.child_id)
                child_id = await reviews.resolve(uow, knowledge, review_id, command, grant)
                outcome = "matched" if sent.same else "created"
                made = ResolutionAnswer(review_id=review_id, child_id=child_id, outcome=outcome)
                return Answer(200, disclose(made, grant.categories))

            return answer(await once(uow, idempotency(grant), work), uow.effects)

    return router
