"""Read referrals: one, those of a child, those that one's teams are to answer, those that one has sent."""

from assessment.application.ports import AssessmentUnitOfWork
from assessment.domain.referrals import Direction, Referral, Status
from chassis.errors import NotFound
from chassis.grants import Grant
from chassis.ids import is_uuid
from contracts.vocabulary import Category

MOST_CHILDREN = 300
"""Of how many children one's referrals are listed in one request: each is decided on."""


async def referral_under(uow: AssessmentUnitOfWork, grant: Grant, referral_id: str) -> Referral:
    """A sensitive one is there for whom that is granted, and for whoever sent it.

    Raises `NotFound` alike for none, for another child's, and for one of a category that is not granted.
    """
    found = await _find(uow, referral_id)
    if found is None or found.child_id not in grant.records or not grant.permits(Category.INVOLVEMENT):
        raise NotFound
    if not grant.permits(found.category) and found.referred_by != grant.viewer_id:
        raise NotFound
    return found


async def list_of_child(uow: AssessmentUnitOfWork, grant: Grant, before: str | None, limit: int) -> list[Referral]:
    """Newest first; one more than `limit` where there is another page."""
    if not grant.permits(Category.INVOLVEMENT):
        return []
    sensitive = grant.permits(Category.SENSITIVE)
    return await uow.referrals.of_child(
        grant.records, sensitive=sensitive, viewer_id=grant.viewer_id, before=before, limit=limit + 1
    )


async def list_mine(
    uow: AssessmentUnitOfWork,
    grant: Grant,
    direction: Direction,
    status: Status | None,
    before: str | None,
    limit: int,
) -> list[Referral]:
    """Of the children whom the grant names, decided on for this very request, as far as each was granted."""
    records = {each: grant.records_with((each,)) for each in (Category.INVOLVEMENT, Category.SENSITIVE)}
    return await uow.referrals.of_viewer(direction, grant.viewer_id, grant.team_ids, records, status, before, limit + 1)


async def children_of_mine(
    uow: AssessmentUnitOfWork, grant: Grant, direction: Direction
) -> tuple[list[str], list[Category]]:
    """And the categories that are decided on: `sensitive` only where there may be anything of it to show."""
    mine = (direction, grant.viewer_id, grant.team_ids)
    children = await uow.referrals.children_of(*mine, MOST_CHILDREN)
    sensitive = direction is Direction.IN and await uow.referrals.any_sensitive(grant.team_ids)
    return children, [Category.INVOLVEMENT, Category.SENSITIVE] if sensitive else [Category.INVOLVEMENT]


async def child_of_referral(uow: AssessmentUnitOfWork, referral_id: str) -> str | None:
    found = await _find(uow, referral_id)
    return None if found is None else found.child_id


async def _find(uow: AssessmentUnitOfWork, referral_id: str) -> Referral | None:
    return await uow.referrals.find(referral_id) if is_uuid(referral_id) else None
