"""List the assessments of a child."""

from assessment.application.ports import AssessmentUnitOfWork
from assessment.domain.assessments import Assessment
from chassis.grants import Grant
from contracts.vocabulary import Category


async def list_assessments(uow: AssessmentUnitOfWork, grant: Grant, before: str | None, limit: int) -> list[Assessment]:
    """Newest first; one more than `limit` where there is another page.

    That there is an assessment tells of an involvement; without that category there is nothing to list, not even
    how many.
    """
    if grant.child_id is None or not grant.permits(Category.INVOLVEMENT):
        return []
    return await uow.assessments.of_child(grant.records, before, limit + 1)
