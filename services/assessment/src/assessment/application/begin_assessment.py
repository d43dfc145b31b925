"""Begin an assessment of a child."""

from collections.abc import Sequence
from dataclasses import dataclass

from assessment.application.ports import AssessmentUnitOfWork
from assessment.application.used_templates import note_use
from assessment.domain.assessments import Assessment, Status
from assessment.domain.templates import Catalogue, Template
from chassis.errors import Conflict, Invalid, NotFound
from chassis.grants import Grant
from chassis.ids import new_id
from contracts.events.assessment import AssessmentBegun
from contracts.vocabulary import Category


@dataclass(frozen=True, slots=True)
class BeginAssessment:
    """`also_open_reason`: why it is to be begun though another is open; None: then it is not."""

    template_id: str
    reason: str
    also_open_reason: str | None = None


class AlreadyOpen(Conflict):
    """The open assessments that the caller may know of, the oldest first."""

    def __init__(self, standing: Sequence[Assessment]) -> None:
        super().__init__(
            "The child has an open assessment: contribute to it, or send `also_open` with `also_open_reason`",
            code="assessment-open",
        )
        self.standing = tuple(standing)


async def begin_assessment(
    uow: AssessmentUnitOfWork, catalogue: Catalogue, grant: Grant, command: BeginAssessment
) -> Assessment:
    """The new assessment, from the newest version of the template.

    Raises `AlreadyOpen` where the child has an open one and no reason is given, which tells of an involvement: so the
    grant must hold that category, else `NotFound`. Raises `Invalid` for an unknown template, `TemplateChanged` where
    the version is not what it was when it was first used.
    """
    if grant.child_id is None or not grant.permits(Category.INVOLVEMENT):
        raise NotFound
    template = catalogue.latest(command.template_id)
    if template is None:
        raise Invalid.field("/template_id", "is not a template")
    await uow.assessments.turn(grant.child_id)
    standing = await _duplicates(uow, catalogue, grant, template)
    if standing and command.also_open_reason is None:
        raise AlreadyOpen(standing)
    await note_use(uow, template)
    assessment = Assessment(
        assessment_id=new_id(),
        child_id=grant.child_id,
        template_id=template.template_id,
        template_version=template.version,
        reason=command.reason,
        status=Status.BEGUN,
        begun_by=grant.viewer_id,
        begun_at=uow.now(),
        also_open_reason=command.also_open_reason,
    )
    await uow.assessments.add(assessment)
    uow.emit(
        AssessmentBegun(
            assessment_id=assessment.assessment_id,
            child_id=assessment.child_id,
            template_id=assessment.template_id,
            begun_by=assessment.begun_by,
            also_open=bool(standing),
        )
    )
    return assessment


async def _duplicates(
    uow: AssessmentUnitOfWork, catalogue: Catalogue, grant: Grant, template: Template
) -> list[Assessment]:
    """The open assessments that would ask the family the same again: any other, but that a checklist and an assessment
    may stand side by side."""
    return [
        each
        for each in await uow.assessments.open_of(grant.records)
        if catalogue.version(each.template_id, each.template_version).screening == template.screening
    ]
