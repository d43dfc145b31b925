"""Begin an assessment of a child."""

from dataclasses import dataclass

from assessment.application.ports import AssessmentUnitOfWork
from assessment.domain.assessments import Assessment, Status
from assessment.domain.templates import Catalogue
from chassis.errors import Conflict, Invalid, NotFound
from chassis.grants import Grant
from chassis.ids import new_id
from contracts.events import AssessmentBegun
from contracts.vocabulary import Category


@dataclass(frozen=True, slots=True)
class BeginAssessment:
    template_id: str
    reason: str


async def begin_assessment(
    uow: AssessmentUnitOfWork, catalogue: Catalogue, grant: Grant, command: BeginAssessment
) -> Assessment:
    """The new assessment, from the newest version of the template.

    Raises `Conflict` (`assessment-open`) where the child has an open one of the template, which tells of an
    involvement: so the grant must hold that category, else `NotFound`. Raises `Invalid` for an unknown template.
    """
    if grant.child_id is None or not grant.permits(Category.INVOLVEMENT):
        raise NotFound
    template = catalogue.latest(command.template_id)
    if template is None:
        raise Invalid.field("/template_id", "is not a template")
    assessment = Assessment(
        assessment_id=new_id(),
        child_id=grant.child_id,
        template_id=template.template_id,
        template_version=template.version,
        reason=command.reason,
        status=Status.BEGUN,
        begun_by=grant.viewer_id,
        begun_at=uow.now(),
    )
    standing = await uow.assessments.open_of(grant.records, template.template_id)
    if standing is not None or not await uow.assessments.add(assessment):
        standing = standing or await uow.assessments.open_of(grant.records, template.template_id)
        raise Conflict(f"Assessment {standing} of this template is open", code="assessment-open")
    uow.emit(
        AssessmentBegun(
            assessment_id=assessment.assessment_id,
            child_id=assessment.child_id,
            template_id=assessment.template_id,
            begun_by=assessment.begun_by,
        )
    )
    return assessment
