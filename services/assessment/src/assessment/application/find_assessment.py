"""Find an assessment: for a caller whose grant is about its child, or to tell whose child it is."""

from dataclasses import dataclass

from assessment.application.ports import AssessmentUnitOfWork
from assessment.domain.assessments import Assessment
from assessment.domain.lifecycle import Step, after
from assessment.domain.templates import Catalogue, Section
from chassis.errors import NotFound
from chassis.grants import Grant
from chassis.ids import is_uuid


async def assessment_under(uow: AssessmentUnitOfWork, grant: Grant, assessment_id: str) -> Assessment:
    """Raises `NotFound` alike for no such assessment and for one of another child than the grant's.

    It stays with the record that it was begun under, and is found for the child whom that record is of.
    """
    assessment = await _find(uow, assessment_id)
    if assessment is None or assessment.child_id not in grant.records:
        raise NotFound
    return assessment


@dataclass(frozen=True, slots=True)
class Place:
    """A section of an assessment, as the request names it."""

    assessment_id: str
    section_key: str


async def granted_section(
    uow: AssessmentUnitOfWork, catalogue: Catalogue, grant: Grant, place: Place
) -> tuple[Assessment, Section]:
    """Raises `NotFound` as `assessment_under`, and alike for an unknown section and for one whose category is not
    granted."""
    assessment = await assessment_under(uow, grant, place.assessment_id)
    section = catalogue.version(assessment.template_id, assessment.template_version).section(place.section_key)
    if section is None or not grant.permits(section.category):
        raise NotFound
    return assessment, section


async def section_to_write(
    uow: AssessmentUnitOfWork, catalogue: Catalogue, grant: Grant, place: Place
) -> tuple[Assessment, Section]:
    """The section, of an assessment that nobody completes or closes until the transaction ends: so what is written is
    there before that, or not at all.

    Raises `NotFound` as `granted_section`, `Conflict` (`assessment-closed`) where nothing is written any more.
    """
    _, section = await granted_section(uow, catalogue, grant, place)
    held = await uow.assessments.hold(place.assessment_id, alone=False)
    if held is None:
        raise NotFound
    after(held.status, Step.WRITE)
    return held, section


async def child_of(uow: AssessmentUnitOfWork, assessment_id: str) -> str | None:
    """Whose assessment it is; None where there is none."""
    assessment = await _find(uow, assessment_id)
    return None if assessment is None else assessment.child_id


async def _find(uow: AssessmentUnitOfWork, assessment_id: str) -> Assessment | None:
    return await uow.assessments.find(assessment_id) if is_uuid(assessment_id) else None
