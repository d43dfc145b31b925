"""Read an assessment: the granted sections, with what each practitioner contributed to them."""

from dataclasses import dataclass

from assessment.application.find_assessment import assessment_under
from assessment.application.ports import AssessmentUnitOfWork
from assessment.application.read_life import Life, life_of
from assessment.domain.assessments import Assessment, Contribution
from assessment.domain.templates import Catalogue, Section, Template
from chassis.grants import Grant


@dataclass(frozen=True, slots=True)
class ReadAssessment:
    """`sections` holds the granted ones alone; a section of another category leaves no trace."""

    assessment: Assessment
    template: Template
    sections: list[tuple[Section, list[Contribution]]]
    life: Life


async def read_assessment(
    uow: AssessmentUnitOfWork, catalogue: Catalogue, grant: Grant, assessment_id: str
) -> ReadAssessment:
    """Raises `NotFound` for an assessment that is not there or not the granted child's."""
    assessment = await assessment_under(uow, grant, assessment_id)
    template = catalogue.version(assessment.template_id, assessment.template_version)
    granted = template.sections_in(grant.categories)
    # Only what is granted is even fetched.
    contributions = await uow.contributions.of(assessment_id, [section.key for section in granted])
    return ReadAssessment(
        assessment,
        template,
        [(section, [each for each in contributions if each.section_key == section.key]) for section in granted],
        await life_of(uow, catalogue, grant, assessment, granted),
    )
