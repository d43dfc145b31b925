"""The reviews of a child's plan, and progress over time."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from assessment.api.plan_schemas import (
    ProgressBody,
    ProgressLine,
    ProgressPoint,
    ReviewBody,
    ReviewPage,
    ReviewRequest,
)
from assessment.application.ports import UnitOfWorkFactory
from assessment.application.record_review import RecordReview, list_reviews, progress, record_review, review_under
from assessment.domain.plan import Decision, Point, Review, Score
from chassis.disclosure import disclose
from chassis.errors import FieldError, Invalid
from chassis.grants import Grant
from chassis.idempotency import Answer, once
from chassis.pages import Cursor, Limit, decode_cursor, encode_cursor, page
from chassis.problem_docs import problems
from chassis.service import Granted, IdempotencyOf, answer
from contracts.vocabulary import ChildOutcome

_OF_CHILD, _PROGRESS = "/v1/children/{child_id}/reviews", "/v1/children/{child_id}/progress"
_ONE = "/v1/reviews/{review_id}"
_WHO = frozenset({"attendees", "recorded_by"})
_ToRead = Annotated[Grant, Depends(Granted("review-meeting.read"))]


def review_routes(reading: UnitOfWorkFactory, writing: UnitOfWorkFactory) -> APIRouter:
    router = APIRouter(tags=["plan"])

    @router.get(
        _OF_CHILD,
        summary="The reviews of the child's plan, the latest first.",
        response_model=ReviewPage,
        responses=problems(404),
    )
    async def list_all(grant: _ToRead, child_id: str, limit: Limit = 50, cursor: Cursor = None) -> JSONResponse:
        before = _place(cursor)
        async with reading() as uow:
            found = await list_reviews(uow, grant, before, limit)
        shown = page(
            found,
            limit,
            lambda each: review_told(each, grant),
            lambda each: encode_cursor(each.held_on.isoformat(), each.review_id),
        )
        return answer(Answer(200, shown))

    @router.post(
        _OF_CHILD,
        status_code=201,
        summary="Record a review of the child's plan.",
        description="`progress` scores outcomes from 0 to 10. A decision or score may be of another category than the "
        "plan's; then it is for whom that one is granted, too.",
        response_model=ReviewBody,
        responses=problems(404),
    )
    async def record(
        grant: Annotated[Grant, Depends(Granted("review-meeting.record"))],
        child_id: str,
        request: ReviewRequest,
        idempotency: IdempotencyOf,
    ) -> JSONResponse:
        command = _command(request)
        async with writing() as uow:

            async def work() -> Answer:
                made = await record_review(uow, grant, command)
                return Answer(201, disclose(ReviewBody.of(made, grant.child_id), grant.categories))

            result = await once(uow, idempotency(grant), work)
        return answer(result, uow.effects)

    @router.get(_ONE, summary="Read a review of a plan.", response_model=ReviewBody, responses=problems(404))
    async def read(grant: _ToRead, review_id: str) -> JSONResponse:
        async with reading() as uow:
            found = await review_under(uow, grant, review_id)
        return answer(Answer(200, review_told(found, grant)))

    @router.get(
        _PROGRESS,
        summary="Progress by outcome over time, as the lines of a chart.",
        response_model=ProgressBody,
        responses=problems(404),
    )
    async def read_progress(grant: _ToRead, child_id: str) -> JSONResponse:
        async with reading() as uow:
            found = await progress(uow, grant)
        return answer(Answer(200, progress_told(found, grant)))

    return router


def _command(request: ReviewRequest) -> RecordReview:
    """Raises `Invalid` for an outcome that is scored twice, and for a next review before this one."""
    scored = [each.outcome for each in request.progress]
    errors = [
        FieldError(f"/progress/{number}/outcome", "is scored twice")
        for number, outcome in enumerate(scored)
        if outcome in scored[:number]
    ]
    if request.next_on is not None and request.next_on <= request.held_on:
        errors.append(FieldError("/next_on", "is not after held_on"))
    if errors:
        raise Invalid(errors)
    return RecordReview(
        held_on=request.held_on,
        attendees=list(dict.fromkeys(request.attendees)),
        decisions=[Decision(each.text, each.category) for each in request.decisions],
        scores=[Score(each.outcome, each.score, each.category) for each in request.progress],
        next_on=request.next_on,
    )


def _place(cursor: str | None) -> tuple[date, str] | None:
    parts = decode_cursor(cursor, 2)
    if parts is None:
        return None
    try:
        return date.fromisoformat(parts[0]), parts[1]
    except ValueError:
        raise Invalid([FieldError("/cursor", "is not a cursor of this list")]) from None


def review_told(review: Review, grant: Grant) -> dict[str, Any]:
    """To one who may not learn where the child is, without who works there."""
    told = disclose(ReviewBody.of(review, grant.child_id), grant.categories)
    return {key: value for key, value in told.items() if key not in _WHO} if grant.veiled else told


def progress_told(found: list[Point], grant: Grant) -> dict[str, Any]:
    lines = []
    for outcome in ChildOutcome:
        points = [ProgressPoint(on=each.on, score=each.score) for each in found if each.outcome is outcome]
        if points:
            lines.append(ProgressLine(outcome=outcome, points=points))
    return disclose(ProgressBody(outcomes=lines), grant.categories)
