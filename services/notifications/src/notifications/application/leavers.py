"""Somebody leaves a team, or is suspended: its leader is told, whatever children there are.

Whether there are any is not looked at. Told only where there are, a leader whom the one child blocks would learn of it.
"""

from notifications.application.ports import NotificationsUnitOfWork
from notifications.application.tell import tell
from notifications.domain.colleagues import Post
from notifications.domain.happenings import TEAM_MEMBER_LEFT
from notifications.domain.hearing import Occurrence


async def take_practitioner(uow: NotificationsUnitOfWork, practitioner_id: str, now: Post) -> None:
    """Who is taken out of the teams in the same step has left those that they were in."""
    before = await uow.directory.post(practitioner_id)
    if before is not None and before.version >= now.version:
        return
    await uow.directory.put_post(practitioner_id, now)
    if before is None or not before.active or now.active:
        return
    leaders = await uow.directory.leaders({*before.team_ids, *now.team_ids})
    await tell(
        uow,
        Occurrence(
            event=TEAM_MEMBER_LEFT,
            child_id=None,
            done_by=practitioner_id,
            practitioner_id=practitioner_id,
            leaders=tuple(leaders),
        ),
    )


async def take_team(uow: NotificationsUnitOfWork, team_id: str, leader_id: str | None, version: int) -> None:
    await uow.directory.put_leader(team_id, leader_id, version)
