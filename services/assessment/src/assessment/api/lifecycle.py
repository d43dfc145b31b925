"""The life of an assessment: complete, review and close it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header
from fastapi.responses import JSONResponse

from assessment.api.lifecycle_schemas import (
    AssessmentReviewBody,
    AssessmentReviewPage,
    Closed,
    ClosureBody,
    ClosureRequest,
    Completed,
    CompletionBody,
    CompletionPage,
    CompletionRequest,
    Reviewed,
    ReviewIn,
)
from assessment.application.close_assessment import CloseAssessment, close_assessment
from assessment.application.complete_assessment import (
    CompleteAssessment,
    complete_assessment,
    list_completions,
    may_complete,
)
from assessment.application.ports import UnitOfWorkFactory
from assessment.application.review_assessment import (
    ReviewAssessment,
    list_assessment_reviews,
    review_assessment,
)
from assessment.application.take_step import told_of_assessment
from assessment.domain.assessments import Assessment
from chassis.disclosure import disclose
from chassis.grants import Grant
from chassis.idempotency import Answer, once
from chassis.pages import Cursor, Limit, decode_cursor, encode_cursor, number_of, page
from chassis.problem_docs import problems
from chassis.service import Granted, IdempotencyOf, answer

_ONE = "/v1/assessments/{assessment_id}"
_COMPLETION, _REVIEW, _CLOSURE = f"{_ONE}/completion", f"{_ONE}/review", f"{_ONE}/closure"
_ToRead = Annotated[Grant, Depends(Granted("assessment.read"))]
_Tag = Annotated[str | None, Header(max_length=500)]
_YOURS = (
    "For whoever began the assessment, and for the lead professional (others: 409 `assessment-not-yours`). Needs "
    "`If-Match` with the assessment's ETag: 428 without, 412 when somebody else took a step meanwhile. "
)


def lifecycle_routes(reading: UnitOfWorkFactory, writing: UnitOfWorkFactory) -> APIRouter:
    router = APIRouter(tags=["assessments"])

    @router.post(
        _COMPLETION,
        status_code=201,
        summary="Complete an assessment, or put right what was said when it was completed.",
        description=_YOURS + "The lead professional and the team around the child are told. Contributions may still be "
        "corrected by whoever wrote them, until it is closed; every version is kept.",
        response_model=Completed,
        responses=problems(404, 409, 412, 428),
    )
    async def complete(
        grant: Annotated[Grant, Depends(Granted("assessment.complete"))],
        assessment_id: str,
        request: CompletionRequest,
        idempotency: IdempotencyOf,
        if_match: _Tag = None,
    ) -> JSONResponse:
        command = CompleteAssessment(
            assessment_id=assessment_id,
            summary=request.summary,
            child_views=request.child_views,
            parent_views=request.parent_views,
            consent=request.consent.noted(),
            findings=request.found(),
            agreed_action_ids=request.agreed(),
            if_match=if_match,
        )
        async with writing() as uow:

            async def work() -> Answer:
                moved, made = await complete_assessment(uow, grant, command)
                body = Completed(**_stepped(moved), completion=CompletionBody.of(made))
                return Answer(201, disclose(body, grant.categories), moved.etag)

            # The first answer is not given again to whom the plan is closed by now.
            await may_complete(uow, grant, assessment_id)
            result = await once(uow, idempotency(grant), work)
        return answer(result, uow.effects)

    @router.get(
        _COMPLETION,
        summary="What was found and agreed, every version of it, the newest first.",
        response_model=CompletionPage,
        responses=problems(404),
    )
    async def completions(grant: _ToRead, assessment_id: str, limit: Limit = 50, cursor: Cursor = None) -> JSONResponse:
        before = number_of(cursor)
        async with reading() as uow:
            found = await list_completions(uow, grant, assessment_id, before, limit)
        shown = page(
            found,
            limit,
            lambda each: disclose(CompletionBody.of(each, named=named(grant, each.completed_by)), grant.categories),
            lambda each: encode_cursor(str(each.version)),
        )
        return answer(Answer(200, shown))

    @router.post(
        _REVIEW,
        status_code=201,
        summary="Review an assessment that was completed.",
        description=_YOURS + "One that nobody has completed: 409 `assessment-not-completed`.",
        response_model=Reviewed,
        responses=problems(404, 409, 412, 428),
    )
    async def review(
        grant: Annotated[Grant, Depends(Granted("assessment.review"))],
        assessment_id: str,
        request: ReviewIn,
        idempotency: IdempotencyOf,
        if_match: _Tag = None,
    ) -> JSONResponse:
        command = ReviewAssessment(
            assessment_id, request.outcome, request.words, request.held_on, request.next_day(), if_match
        )
        async with writing() as uow:

            async def work() -> Answer:
                moved, made = await review_assessment(uow, grant, command)
                body = Reviewed(**_stepped(moved), review=AssessmentReviewBody.of(made))
                return Answer(201, disclose(body, grant.categories), moved.etag)

            await may_complete(uow, grant, assessment_id)
            result = await once(uow, idempotency(grant), work)
        return answer(result, uow.effects)

    @router.get(
        _REVIEW,
        summary="The reviews of an assessment, the newest first.",
        response_model=AssessmentReviewPage,
        responses=problems(404),
    )
    async def reviews(grant: _ToRead, assessment_id: str, limit: Limit = 50, cursor: Cursor = None) -> JSONResponse:
        before = decode_cursor(cursor)
        async with reading() as uow:
            found = await list_assessment_reviews(uow, grant, assessment_id, before[0] if before else None, limit)
        shown = page(
            found,
            limit,
            lambda each: disclose(
                AssessmentReviewBody.of(each, named=named(grant, each.reviewed_by)), grant.categories
            ),
            lambda each: encode_cursor(each.assessment_review_id),
        )
        return answer(Answer(200, shown))

    @router.post(
        _CLOSURE,
        status_code=201,
        summary="Close an assessment, wherever it stands; nothing of it changes any more.",
        description=_YOURS + "Contributions and offers are refused from then on (409 `assessment-closed`); drafts stay "
        "their author's, to read and to drop. One that another takes up is closed by beginning that one (`follows`).",
        response_model=Closed,
        responses=problems(404, 409, 412, 428),
    )
    async def close(
        grant: Annotated[Grant, Depends(Granted("assessment.close"))],
        assessment_id: str,
        request: ClosureRequest,
        idempotency: IdempotencyOf,
        if_match: _Tag = None,
    ) -> JSONResponse:
        command = CloseAssessment(assessment_id, request.code(), request.reason, if_match)
        async with writing() as uow:

            async def work() -> Answer:
                moved, made = await close_assessment(uow, grant, command)
                body = Closed(**_stepped(moved), closure=ClosureBody.of(made))
                return Answer(201, disclose(body, grant.categories), moved.etag)

            await told_of_assessment(uow, grant, assessment_id)
            result = await once(uow, idempotency(grant), work)
        return answer(result, uow.effects)

    return router


def named(grant: Grant, who: str) -> bool:
    """Whether the reader is told who did something near a child of whom they may not learn where the child is."""
    return not grant.veiled or who == grant.viewer_id


def _stepped(moved: Assessment) -> dict[str, Any]:
    return {"assessment_id": moved.assessment_id, "status": moved.status}
