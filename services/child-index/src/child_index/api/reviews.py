"""Match reviews, for index officers."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse

from chassis.disclosure import disclose
from chassis.errors import Invalid
from chassis.grants import Grant
from chassis.idempotency import Answer, once
from chassis.pages import Cursor, Limit, encode_cursor, page
from chassis.problem_docs import problems
from chassis.service import Granted, IdempotencyOf, answer
from child_index.api.cursors import id_cursor
from child_index.api.ids import PathId, QueryId
from child_index.api.requests import ResolutionRequest
from child_index.api.side_by_side import ResolutionAnswer, ReviewAnswer, ReviewPage
from child_index.api.wiring import Parts
from child_index.application import reviews
from child_index.application.ports import ReviewFilter, ReviewState
from contracts.decisions import Candidates


def reviews_router(parts: Parts) -> APIRouter:
    router = APIRouter(tags=["Match reviews"])
    resolution = "/v1/match-reviews/{review_id}/resolution"

    @router.get("/internal/candidates/v1/match-reviews", include_in_schema=False)
    async def list_candidates(
        _: Annotated[Grant, Depends(Granted("review.read"))],
        which: Annotated[ReviewFilter, Depends(_which)],
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Candidates:
        async with parts.reading() as uow:
            return Candidates(children=await reviews.named(uow, limit, id_cursor(cursor), which))

    @router.get("/v1/match-reviews", summary="List match reviews", response_model=ReviewPage, responses=problems(422))
    async def list_(
        grant: Annotated[Grant, Depends(Granted("review.read"))],
        which: Annotated[ReviewFilter, Depends(_which)],
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> JSONResponse:
        """Records that may be a child of the index, oldest first, each beside the candidate, field by field.

        The open ones, unless `state` asks for others. Addresses are in the review itself (`GET …/{review_id}`).
        """
        knowledge = await parts.knowledge.current()
        async with parts.reading() as uow:
            found = await reviews.listed(uow, knowledge, limit, id_cursor(cursor), which, grant)
        body = page(
            found,
            limit,
            lambda each: disclose(ReviewAnswer.of(each, grant.categories, grant.veiled), grant.categories),
            lambda each: encode_cursor(each.review.review_id),
        )
        return JSONResponse(body)

    @router.get(
        "/v1/match-reviews/{review_id}",
        summary="Read a match review",
        response_model=ReviewAnswer,
        responses=problems(404),
    )
    async def read(review_id: PathId, grant: Annotated[Grant, Depends(Granted("review.read"))]) -> JSONResponse:
        """The record and the candidate side by side, each field agreed, differing or missing, and in what way."""
        knowledge = await parts.knowledge.current()
        async with parts.reading() as uow:
            found = await reviews.get(uow, knowledge, review_id, grant)
        return JSONResponse(disclose(ReviewAnswer.of(found, grant.categories, grant.veiled), grant.categories))

    @router.post(f"/internal/candidates{resolution}", include_in_schema=False)
    async def resolve_candidates(
        review_id: PathId, sent: ResolutionRequest, _: Annotated[Grant, Depends(Granted("review.resolve"))]
    ) -> Candidates:
        async with parts.reading() as uow:
            return Candidates(children=await reviews.candidates(uow, review_id, sent.child_id))

    @router.post(
        resolution, summary="Resolve a match review", response_model=ResolutionAnswer, responses=problems(404, 409, 422)
    )
    async def resolve(
        review_id: PathId,
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

    @router.post(f"/internal/candidates{resolution}/undo", include_in_schema=False)
    async def undo_candidates(review_id: PathId, _: Annotated[Grant, Depends(Granted("review.resolve"))]) -> Candidates:
        async with parts.reading() as uow:
            return Candidates(children=await reviews.undoing_speaks_of(uow, review_id))

    @router.post(
        f"{resolution}/undo",
        summary="Take a resolution back",
        response_model=ResolutionAnswer,
        responses=problems(404, 409),
    )
    async def undo(
        review_id: PathId, grant: Annotated[Grant, Depends(Granted("review.resolve"))], idempotency: IdempotencyOf
    ) -> JSONResponse:
        """Take back what was said of a record and its candidate.

        Where they were found the same, the record gets a child of its own, parted from the other, who loses exactly
        what the record gave (`created`). Where they were found different, they may be merged from now on (`lifted`).
        """
        async with parts.units() as uow:

            async def work() -> Answer:
                child_id, state = await reviews.undo(uow, review_id, grant)
                outcome = "created" if state is ReviewState.PARTED else "lifted"
                made = ResolutionAnswer(review_id=review_id, child_id=child_id, outcome=outcome)
                return Answer(200, disclose(made, grant.categories))

            return answer(await once(uow, idempotency(grant), work), uow.effects)

    return router


def _which(
    state: Annotated[ReviewState, Query(description="Open ones unless told otherwise")] = ReviewState.OPEN,
    import_id: Annotated[QueryId | None, Query(description="Rows of this import")] = None,
    created_before: Annotated[datetime | None, Query(description="Waiting since before then")] = None,
    min_score: Annotated[float | None, Query(ge=0, le=1)] = None,
    max_score: Annotated[float | None, Query(ge=0, le=1)] = None,
) -> ReviewFilter:
    before = created_before
    if before is not None:
        try:
            before = before.replace(tzinfo=UTC) if before.tzinfo is None else before.astimezone(UTC)
        except OverflowError:
            raise Invalid.field("/created_before", "is beyond all years") from None
    return ReviewFilter(state, import_id, before, min_score, max_score)
