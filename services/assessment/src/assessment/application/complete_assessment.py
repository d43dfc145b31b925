"""Complete an assessment: what was found, what child and parents say to it, what was agreed, and by whose consent."""

from collections.abc import Sequence
from dataclasses import dataclass

from assessment.application.lifecycle_ports import Reader
from assessment.application.ports import AssessmentUnitOfWork
from assessment.application.take_step import held_for_step, take_step, told_of_assessment
from assessment.domain.assessments import Assessment
from assessment.domain.lifecycle import Completion, ConsentNoted, Finding, Step
from chassis.errors import FieldError, Invalid, NotFound
from chassis.grants import Grant
from chassis.ids import is_uuid
from contracts.events.assessment import AssessmentCompleted
from contracts.vocabulary import Category


@dataclass(frozen=True, slots=True)
class CompleteAssessment:
    """`if_match` is the request's header; None where it sent none."""

    assessment_id: str
    summary: str
    child_views: str
    parent_views: str
    consent: ConsentNoted
    findings: Sequence[Finding]
    agreed_action_ids: Sequence[str]
    if_match: str | None


def reader_of(grant: Grant) -> Reader:
    return Reader(grant.viewer_id, grant.categories, grant.records)


async def may_complete(uow: AssessmentUnitOfWork, grant: Grant, assessment_id: str) -> Assessment:
    """Raises `NotFound` alike for no such assessment, for one of another child, and without the plan."""
    assessment = await told_of_assessment(uow, grant, assessment_id)
    if not grant.permits(Category.PLAN):
        raise NotFound
    return assessment


async def complete_assessment(
    uow: AssessmentUnitOfWork, grant: Grant, command: CompleteAssessment
) -> tuple[Assessment, Completion]:
    """The assessment as it now stands. Done again it puts right what was said, as the next version.

    Raises `NotFound` as `may_complete` and where the category of a finding is not granted, `Invalid` for an action
    that the caller may not know of and for a consent that is not the child's, `Conflict`, `Unconditional` and `Stale`
    as `held_for_step` and `take_step`.
    """
    await may_complete(uow, grant, command.assessment_id)
    if not grant.categories >= {each.category for each in command.findings}:
        raise NotFound
    held = await held_for_step(uow, grant, command.assessment_id, command.if_match)
    moved = await take_step(uow, held, Step.COMPLETE)
    await _require_actions(uow, grant, command.agreed_action_ids)
    await _require_consent(uow, grant, command.consent)
    before = await uow.lifecycle.versions_of_completion(held.assessment_id)
    completion = Completion(
        assessment_id=held.assessment_id,
        version=before + 1,
        summary=command.summary,
        child_views=command.child_views,
        parent_views=command.parent_views,
        consent=command.consent,
        completed_by=grant.viewer_id,
        completed_at=uow.now(),
        findings=tuple(command.findings),
        agreed_action_ids=tuple(command.agreed_action_ids),
    )
    await uow.lifecycle.add_completion(completion)
    uow.emit(
        AssessmentCompleted(
            assessment_id=held.assessment_id,
            child_id=held.child_id,
            completed_by=grant.viewer_id,
            version=completion.version,
            team=await _team(uow, grant),
        )
    )
    return moved, completion


async def list_completions(
    uow: AssessmentUnitOfWork, grant: Grant, assessment_id: str, before: int | None, limit: int
) -> list[Completion]:
    """Every version, the newest first, with what of each the caller may know of; one more than `limit` where there are
    more. Raises `NotFound` as `may_complete`."""
    await may_complete(uow, grant, assessment_id)
    return await uow.lifecycle.completions(assessment_id, reader_of(grant), before, limit + 1)


async def _require_actions(uow: AssessmentUnitOfWork, grant: Grant, action_ids: Sequence[str]) -> None:
    """The same of one that is not there, one of another child, and one of a category that is not granted."""
    errors = []
    for number, action_id in enumerate(action_ids):
        action = await uow.actions.find(action_id) if is_uuid(action_id) else None
        if action is None or action.child_id not in grant.records or not grant.permits(action.category):
            errors.append(FieldError(f"/agreed_action_ids/{number}", "is not an action of the child's plan"))
    if errors:
        raise Invalid(errors)


async def _require_consent(uow: AssessmentUnitOfWork, grant: Grant, consent: ConsentNoted) -> None:
    """The same of one that is not there and of one of another child. Whether it is in force, and for what, is asked
    where it is recorded: it may be withdrawn at any time, and was given all the same."""
    if consent.consent_id is None:
        return
    if await uow.lifecycle.child_of_consent(consent.consent_id) not in grant.records:
        raise Invalid.field("/consent/consent_id", "is not a consent of the child's")


async def _team(uow: AssessmentUnitOfWork, grant: Grant) -> list[str]:
    """Who works in the team around the child, each of whom is told; whether they may know of it is decided when they
    look."""
    working = await uow.teams.working(grant.records)
    return sorted({each.invitation.practitioner_id for each in working if each.works})
