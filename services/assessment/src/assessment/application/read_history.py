"""What was ever contributed to a section."""

from assessment.application.find_assessment import Place, granted_section
from assessment.application.ports import AssessmentUnitOfWork
from assessment.domain.assessments import Contribution
from assessment.domain.templates import Catalogue
from chassis.grants import Grant


async def read_history(
    uow: AssessmentUnitOfWork,
    catalogue: Catalogue,
    grant: Grant,
    place: Place,
    offset: int,
    limit: int,
) -> list[Contribution]:
    """Every version of everybody's, the oldest first; one more than `limit` where there are more.

    Raises `NotFound` alike for an unknown section and for one whose category is not granted.
    """
    assessment, section = await granted_section(uow, catalogue, grant, place)
    return await uow.contributions.history(assessment.assessment_id, section.key, offset, limit + 1)
