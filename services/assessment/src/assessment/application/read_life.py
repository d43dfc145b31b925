"""Where assessments stand, as one reader may see it, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass

from assessment.application.ask_to_contribute import waited_for
from assessment.application.complete_assessment import reader_of
from assessment.application.ports import AssessmentUnitOfWork
from assessment.domain.assessments import Assessment, Status
from assessment.domain.lifecycle import (
    AssessmentReview,
    Closure,
    Completion,
    ContributionRequest,
    Following,
    as_seen,
)
from assessment.domain.templates import Catalogue, Section
from chassis.grants import Grant
from contracts.vocabulary import Category


async def statuses(
    uow: AssessmentUnitOfWork, catalogue: Catalogue, grant: Grant, found: Sequence[Assessment]
) -> dict[str, Status]:
    """The status of each, by its id, by what the grant lets see of the contributions to it."""
    looked_at = {
        each.assessment_id: [
            section.key
            for section in catalogue.version(each.template_id, each.template_version).sections_in(grant.categories)
        ]
        for each in found
        if each.status is Status.BEGUN
    }
    contributed = await uow.assessments.contributed(looked_at)
    return {each.assessment_id: as_seen(each.status, contributed=each.assessment_id in contributed) for each in found}


@dataclass(frozen=True, slots=True)
class OfThread:
    assessment: Assessment
    status: Status
    following: Following | None


@dataclass(frozen=True, slots=True)
class Life:
    """What became of an assessment, as far as the reader may see it. `thread` is empty where nothing follows and
    nothing is followed; `rested_on` has the version of each contribution that stood when it was completed."""

    status: Status
    waiting: list[ContributionRequest]
    completion: Completion | None
    review: AssessmentReview | None
    closure: Closure | None
    rested_on: dict[tuple[str, str], int]
    thread: list[OfThread]


async def life_of(
    uow: AssessmentUnitOfWork, catalogue: Catalogue, grant: Grant, assessment: Assessment, granted: Sequence[Section]
) -> Life:
    """`granted`: the sections that the reader may see."""
    assessment_id, planned = assessment.assessment_id, grant.permits(Category.PLAN)
    completed = await uow.lifecycle.completions(assessment_id, reader_of(grant), None, 1) if planned else []
    reviewed = await uow.lifecycle.reviews(assessment_id, None, 1) if planned else []
    closed = assessment.status is Status.CLOSED
    return Life(
        status=(await statuses(uow, catalogue, grant, [assessment]))[assessment_id],
        # Nobody waits for what can no longer come.
        waiting=[] if closed else await waited_for(uow, grant, assessment_id, granted),
        completion=completed[0] if completed else None,
        review=reviewed[0] if reviewed else None,
        closure=await uow.lifecycle.closure(assessment_id) if closed else None,
        rested_on=await uow.lifecycle.rested_on(assessment_id, [section.key for section in granted]),
        thread=await _thread(uow, catalogue, grant, assessment_id),
    )


async def _thread(uow: AssessmentUnitOfWork, catalogue: Catalogue, grant: Grant, assessment_id: str) -> list[OfThread]:
    """Those of it that stand under the child's records, the oldest first. Without the involvement there is none: that
    there is an assessment tells of one."""
    if not grant.permits(Category.INVOLVEMENT):
        return []
    thread_id = await uow.lifecycle.thread_of(assessment_id)
    links = {each.assessment_id: each for each in await uow.lifecycle.thread(thread_id)}
    if not links:
        return []
    found = await uow.assessments.of([thread_id, *links])
    mine = sorted((each for each in found if each.child_id in grant.records), key=lambda each: each.assessment_id)
    if len(mine) < 2:
        return []
    seen = await statuses(uow, catalogue, grant, mine)
    return [OfThread(each, seen[each.assessment_id], links.get(each.assessment_id)) for each in mine]
