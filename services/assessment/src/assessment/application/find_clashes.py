"""Work with two children of one family that gets in each other's way is told to both, once, and never what the other's
is about."""

from datetime import timedelta

from assessment.application.ports import AssessmentUnitOfWork
from assessment.domain.plan import Review, weeks_in_common
from assessment.domain.teams import clash
from chassis.ids import new_id
from contracts.events.assessment import FamilyClashFound
from contracts.vocabulary import ClashKind


async def find_team_clashes(uow: AssessmentUnitOfWork, child_id: str) -> None:
    """Looks at the families of the child, after who is in its team, or who is its family, has changed."""
    mine = await uow.teams.working(await uow.neighbours.records_of(child_id))
    if mine:
        for other in await uow.neighbours.family_of(child_id):
            if clash(mine, await uow.teams.working(await uow.neighbours.records_of(other))):
                await _tell_of_clash(uow, child_id, other, ClashKind.TEAMS)


async def find_review_clashes(uow: AssessmentUnitOfWork, review: Review) -> None:
    """Looks at the meetings of the child's family in the weeks of a review's own, from today on."""
    today = uow.now().date()
    mine = review.meetings_from(today)
    if mine:
        since = min(mine) - timedelta(days=min(mine).weekday())
        for other in await uow.neighbours.family_of(review.child_id):
            theirs = await uow.reviews.meetings(await uow.neighbours.records_of(other), max(since, today))
            for week in weeks_in_common(mine, theirs):
                await _tell_of_clash(uow, review.child_id, other, ClashKind.REVIEWS, week)


async def _tell_of_clash(
    uow: AssessmentUnitOfWork, child_id: str, other_child_id: str, kind: ClashKind, week: str = ""
) -> None:
    for each in (child_id, other_child_id):
        if await uow.neighbours.is_archived(each):
            return
    if await uow.neighbours.add_clash(child_id, other_child_id, kind, week, uow.now()):
        for own, other in ((child_id, other_child_id), (other_child_id, child_id)):
            uow.emit(FamilyClashFound(clash_id=new_id(), child_id=own, other_child_id=other, kind=kind))
