"""Begin an assessment of a child."""

from collections.abc import Sequence
from dataclasses import dataclass

from assessment.application.close_assessment import CloseAssessment, close_assessment
from assessment.application.ports import AssessmentUnitOfWork
from assessment.application.used_templates import note_use
from assessment.domain.assessments import Assessment, Status
from assessment.domain.lifecycle import CLOSED_BY, Direction, Following
from assessment.domain.templates import Catalogue, Template
from chassis.errors import Conflict, Invalid, NotFound
from chassis.grants import Grant
from chassis.ids import new_id
from contracts.events.assessment import AssessmentBegun
from contracts.vocabulary import Category


@dataclass(frozen=True, slots=True)
class Follow:
    """Which open assessment is taken up and closed, and whether support steps up or down by it. `if_match` is the
    request's header; None where it sent none."""

    assessment_id: str
    step: Direction
    if_match: str | None


@dataclass(frozen=True, slots=True)
class BeginAssessment:
    """`also_open_reason`: why it is to be begun though another is open; None: then it is not. `reason` says of one that
    follows another also why that is closed."""

    template_id: str
    reason: str
    also_open_reason: str | None = None
    follow: Follow | None = None


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

    One that follows another closes that in the same transaction, whatever else is open: raises `Invalid` alike where
    there is none such and where it is another child's, and `Conflict`, `Unconditional` and `Stale` as closing it does.
    """
    if grant.child_id is None or not grant.permits(Category.INVOLVEMENT):
        raise NotFound
    template = catalogue.latest(command.template_id)
    if template is None:
        raise Invalid.field("/template_id", "is not a template")
    await uow.assessments.turn(grant.child_id)
    standing = await _duplicates(uow, catalogue, grant, template)
    if command.follow is not None:
        await _close_followed(uow, grant, command.follow, command.reason)
    elif standing and command.also_open_reason is None:
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
    follow = command.follow
    if follow is not None:
        thread_id = await uow.lifecycle.thread_of(follow.assessment_id)
        await uow.lifecycle.follow(Following(assessment.assessment_id, thread_id, follow.assessment_id, follow.step))
    uow.emit(
        AssessmentBegun(
            assessment_id=assessment.assessment_id,
            child_id=assessment.child_id,
            template_id=assessment.template_id,
            begun_by=assessment.begun_by,
            also_open=command.follow is None and bool(standing),
            follows=None if follow is None else follow.assessment_id,
        )
    )
    return assessment


async def _close_followed(uow: AssessmentUnitOfWork, grant: Grant, follow: Follow, reason: str) -> None:
    command = CloseAssessment(follow.assessment_id, CLOSED_BY[follow.step], reason, follow.if_match)
    try:
        await close_assessment(uow, grant, command)
    except NotFound:
        raise Invalid.field("/follows", "is not an assessment of the child") from None


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
