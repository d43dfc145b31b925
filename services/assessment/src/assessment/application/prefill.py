"""What is known already of what a form asks: from other assessments of the child, in the categories of the grant."""

from assessment.application.find_assessment import assessment_under
from assessment.application.ports import AssessmentUnitOfWork
from assessment.domain.prefill import AskedField, Earlier, asked
from assessment.domain.templates import Catalogue
from chassis.grants import Grant

_NEWEST = 50


async def prefill(
    uow: AssessmentUnitOfWork, catalogue: Catalogue, grant: Grant, assessment_id: str, max_age_months: int | None
) -> list[AskedField]:
    """The granted fields of the assessment's form, with what was answered elsewhere; drafts are nobody's to offer.

    Raises `NotFound` for an assessment that is not there or not the granted child's.
    """
    assessment = await assessment_under(uow, grant, assessment_id)
    template = catalogue.version(assessment.template_id, assessment.template_version)
    earlier = []
    for other in await uow.assessments.of_child(grant.records, None, _NEWEST):
        if other.assessment_id == assessment.assessment_id:
            continue
        form = catalogue.version(other.template_id, other.template_version)
        # Only what is granted is even fetched.
        sections = form.sections_in(grant.categories)
        versions = await uow.contributions.versions(other.assessment_id, [section.key for section in sections])
        earlier.append(Earlier(other, form, sections, versions))
    return asked(template, template.sections_in(grant.categories), earlier, max_age_months, uow.now())
