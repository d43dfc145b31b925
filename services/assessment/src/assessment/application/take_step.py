"""A step in the life of an assessment: who may take it, and that nobody takes another at the same time."""

from assessment.application.find_assessment import assessment_under
from assessment.application.ports import AssessmentUnitOfWork
from assessment.domain.assessments import Assessment
from assessment.domain.lifecycle import Step, after
from chassis.errors import Conflict, NotFound
from chassis.etags import require_match
from chassis.grants import Grant
from contracts.vocabulary import Category


async def told_of_assessment(uow: AssessmentUnitOfWork, grant: Grant, assessment_id: str) -> Assessment:
    """Raises `NotFound` as `assessment_under`, and without the category that where it stands in its life is of."""
    assessment = await assessment_under(uow, grant, assessment_id)
    if not grant.permits(Category.INVOLVEMENT):
        raise NotFound
    return assessment


async def held_for_step(
    uow: AssessmentUnitOfWork, grant: Grant, assessment_id: str, if_match: str | None
) -> Assessment:
    """The assessment, nobody else's to change until the transaction ends. Whoever is contributing is waited for, so
    what they are answered is there before the step; whoever comes after finds the step taken.

    Raises `NotFound` as `told_of_assessment`, `Conflict` (`assessment-not-yours`) unless the caller began it or leads
    for the child, `Unconditional` and `Stale` by `If-Match`.
    """
    await told_of_assessment(uow, grant, assessment_id)
    held = await uow.assessments.hold(assessment_id, alone=True)
    if held is None:
        raise NotFound
    if not grant.lead and held.begun_by != grant.viewer_id:
        raise Conflict("That is for who began it, or the lead professional", code="assessment-not-yours")
    require_match(if_match, held.etag)
    return held


async def take_step(uow: AssessmentUnitOfWork, held: Assessment, step: Step) -> Assessment:
    """As it stands after the step. Raises `Conflict` where the step cannot be taken (`domain.lifecycle.after`)."""
    return await uow.assessments.move(held, after(held.status, step))
