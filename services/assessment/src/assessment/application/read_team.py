"""Read teams: that of a child, one's own invitations, and the teams that one is in."""

from assessment.application.ports import AssessmentUnitOfWork
from assessment.domain.teams import Invitation, Membership
from chassis.grants import Grant
from contracts.vocabulary import Category

MOST_CHILDREN = 500
"""Of how many of one's teams one is told in a request: each child is decided on."""


async def read_team(
    uow: AssessmentUnitOfWork, grant: Grant, before: str | None, limit: int, *, history: bool
) -> list[Membership]:
    """Newest first; one more than `limit` where there is another page. Who is in it by what is sensitive is there for
    whom a consent opens that, and for themselves and who asked them."""
    if not grant.permits(Category.PLAN):
        return []
    return await uow.teams.page(
        grant.records,
        history=history,
        sensitive=grant.permits(Category.SENSITIVE),
        viewer_id=grant.viewer_id,
        before=before,
        limit=limit + 1,
    )


async def my_invitations(uow: AssessmentUnitOfWork, grant: Grant, before: str | None, limit: int) -> list[Invitation]:
    return await uow.teams.open_for(grant.viewer_id, before, limit + 1)


async def my_teams(uow: AssessmentUnitOfWork, grant: Grant) -> list[Membership]:
    """Those of the children whom the grant names, decided on for this very request."""
    return await uow.teams.of(grant.viewer_id, MOST_CHILDREN, grant.records)


async def children_of_my_teams(uow: AssessmentUnitOfWork, grant: Grant) -> list[str]:
    found = await uow.teams.of(grant.viewer_id, MOST_CHILDREN)
    return list(dict.fromkeys(each.child_id for each in found))
