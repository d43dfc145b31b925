"""Close an assessment, by itself or because another takes up where it ends."""

from dataclasses import dataclass

from assessment.application.ports import AssessmentUnitOfWork
from assessment.application.take_step import held_for_step, take_step
from assessment.domain.assessments import Assessment
from assessment.domain.lifecycle import Closure, ClosureReason, Step
from chassis.grants import Grant
from contracts.events.assessment import AssessmentClosed


@dataclass(frozen=True, slots=True)
class CloseAssessment:
    """`if_match` is the request's header; None where it sent none."""

    assessment_id: str
    reason_code: ClosureReason
    reason: str
    if_match: str | None


async def close_assessment(
    uow: AssessmentUnitOfWork, grant: Grant, command: CloseAssessment
) -> tuple[Assessment, Closure]:
    """The assessment as it now stands: nothing of it changes any more.

    Raises `NotFound`, `Conflict`, `Unconditional` and `Stale` as `held_for_step` and `take_step`.
    """
    held = await held_for_step(uow, grant, command.assessment_id, command.if_match)
    moved = await take_step(uow, held, Step.CLOSE)
    closure = Closure(
        assessment_id=held.assessment_id,
        reason_code=command.reason_code,
        reason=command.reason,
        closed_by=grant.viewer_id,
        closed_at=uow.now(),
    )
    await uow.lifecycle.add_closure(closure)
    uow.emit(AssessmentClosed(assessment_id=held.assessment_id, child_id=held.child_id, closed_by=grant.viewer_id))
    return moved, closure
