"""Review an assessment that was completed: how it goes, and when it is looked at again."""

from dataclasses import dataclass
from datetime import date

from assessment.application.complete_assessment import may_complete
from assessment.application.ports import AssessmentUnitOfWork
from assessment.application.take_step import held_for_step, take_step
from assessment.domain.assessments import Assessment
from assessment.domain.lifecycle import AssessmentReview, ReviewOutcome, Step
from chassis.grants import Grant
from chassis.ids import new_id
from contracts.events.assessment import AssessmentReviewed


@dataclass(frozen=True, slots=True)
class ReviewAssessment:
    """`if_match` is the request's header; None where it sent none."""

    assessment_id: str
    outcome: ReviewOutcome
    words: str
    held_on: date
    next_on: date | None
    if_match: str | None


async def review_assessment(
    uow: AssessmentUnitOfWork, grant: Grant, command: ReviewAssessment
) -> tuple[Assessment, AssessmentReview]:
    """The assessment as it now stands.

    Raises `NotFound` without the plan, `Conflict`, `Unconditional` and `Stale` as `held_for_step` and `take_step`.
    """
    await may_complete(uow, grant, command.assessment_id)
    held = await held_for_step(uow, grant, command.assessment_id, command.if_match)
    moved = await take_step(uow, held, Step.REVIEW)
    review = AssessmentReview(
        assessment_review_id=new_id(),
        assessment_id=held.assessment_id,
        outcome=command.outcome,
        words=command.words,
        held_on=command.held_on,
        next_on=command.next_on,
        reviewed_by=grant.viewer_id,
        reviewed_at=uow.now(),
    )
    await uow.lifecycle.add_review(review)
    uow.emit(
        AssessmentReviewed(
            assessment_review_id=review.assessment_review_id,
            assessment_id=held.assessment_id,
            child_id=held.child_id,
            reviewed_by=grant.viewer_id,
        )
    )
    return moved, review


async def list_assessment_reviews(
    uow: AssessmentUnitOfWork, grant: Grant, assessment_id: str, before: str | None, limit: int
) -> list[AssessmentReview]:
    """The newest first; one more than `limit` where there are more. Raises `NotFound` without the plan."""
    await may_complete(uow, grant, assessment_id)
    return await uow.lifecycle.reviews(assessment_id, before, limit + 1)
