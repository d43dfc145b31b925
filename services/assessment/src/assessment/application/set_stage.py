"""The stage of intervention: agree on one, read it with its history, and the yearly report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from assessment.application.ports import AssessmentUnitOfWork
from assessment.domain.stage_report import StageReport, stage_report
from assessment.domain.stages import FAMILY, Stage, StagePolicy
from chassis.errors import FieldError, Invalid, NotFound, Stale
from chassis.etags import require_match
from chassis.grants import Grant
from chassis.ids import new_id
from contracts.events.assessment import StageSet
from contracts.vocabulary import Category


@dataclass(frozen=True, slots=True)
class SetStage:
    """`if_match` is the request's header; None where it sent none."""

    stage: int
    reason: str
    criteria: Sequence[str]
    agreed_by: Sequence[str]
    if_match: str | None


async def stages_of(uow: AssessmentUnitOfWork, grant: Grant) -> list[Stage]:
    """The one in force, and all before it, the last one first. Of merged records that which was agreed last stands.

    Raises `NotFound` without the plan.
    """
    if grant.child_id is None or not grant.permits(Category.PLAN):
        raise NotFound
    return await uow.stages.of_child(grant.records)


async def set_stage(uow: AssessmentUnitOfWork, policy: StagePolicy, grant: Grant, command: SetStage) -> list[Stage]:
    """As `stages_of`, with the new one. The first takes no `If-Match`.

    Raises `Invalid` for a criterion that is not the stage's, and for who agreed where the directory does not know them;
    `Unconditional` and `Stale` by `If-Match`.
    """
    standing = await stages_of(uow, grant)
    assert grant.child_id is not None
    if standing or command.if_match is not None:
        require_match(command.if_match, standing[0].etag if standing else "")
    errors = [
        FieldError(f"/criteria/{number}", "is not a criterion of this stage")
        for number, code in enumerate(command.criteria)
        if code not in policy.stages[command.stage].criteria
    ]
    for number, who in enumerate(command.agreed_by):
        if who not in FAMILY and await uow.neighbours.practitioner(who) is None:
            errors.append(FieldError(f"/agreed_by/{number}", "is neither a practitioner nor of the family"))
    if errors:
        raise Invalid(errors)
    stage = Stage(
        stage_id=new_id(),
        child_id=grant.child_id,
        stage=command.stage,
        reason=command.reason,
        criteria=tuple(dict.fromkeys(command.criteria)),
        agreed_by=tuple(dict.fromkeys(command.agreed_by)),
        policy_version=policy.version,
        set_by=grant.viewer_id,
        set_at=uow.now(),
    )
    # Of merged records the one that stands may be another's, which keeps it for when they are apart again.
    own = next((each for each in standing if each.child_id == grant.child_id and each.ended_at is None), None)
    if not await uow.stages.add(stage, own.stage_id if own else None):
        raise Stale
    await uow.stages.count_one_of(await uow.neighbours.records_of(grant.child_id))
    uow.emit(StageSet(stage_id=stage.stage_id, child_id=stage.child_id, set_by=stage.set_by))
    return await uow.stages.of_child(grant.records)


async def report_stages(uow: AssessmentUnitOfWork, policy: StagePolicy, year: int) -> StageReport:
    """Children by the stage in force at the year's end, or now while it lasts."""
    end = min(datetime(year + 1, 1, 1, tzinfo=UTC), uow.now())
    counts, names = await uow.stages.counts(end)
    return stage_report(counts, names, policy)
