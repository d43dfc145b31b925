"""A practitioner or a service no longer works with a child."""

from dataclasses import dataclass, replace
from datetime import date

from chassis.errors import Conflict, Invalid, NotFound
from chassis.grants import Grant
from child_index.application.ports import Episode, IndexUnitOfWork
from child_index.application.read_child import is_sensitive
from child_index.domain.days import uk_date
from contracts.events.child_index import ServiceEpisodeEnded
from contracts.vocabulary import Category


@dataclass(frozen=True, slots=True)
class CloseEpisode:
    ended_on: date
    reason: str | None


async def close_episode(uow: IndexUnitOfWork, episode_id: str, command: CloseEpisode, grant: Grant) -> Episode:
    """Ends one's own episode, or a colleague's of the same agency. Raises NotFound for any other.

    A colleague's sensitive episode is ended only by one who may know of it. Raises Conflict `episode-closed` when it
    has ended before.
    """
    episode = await uow.episodes.get(episode_id)
    if episode is None or episode.child_id not in grant.records:
        raise NotFound
    own = episode.practitioner_id == grant.viewer_id
    if not own:
        service = await uow.directory.service(episode.service_id)
        hidden = is_sensitive(episode, service) and not grant.permits(Category.SENSITIVE)
        if episode.agency_id != grant.agency_id or hidden:
            raise NotFound
    if command.ended_on < episode.started_on:
        raise Invalid.field("/ended_on", "is before the start")
    if command.ended_on > uk_date(uow.now()):
        raise Invalid.field("/ended_on", "is in the future")
    if not await uow.episodes.end(episode_id, command.ended_on, command.reason):
        raise Conflict("This episode has ended already", code="episode-closed")
    uow.emit(
        ServiceEpisodeEnded(
            episode_id=episode_id, child_id=episode.child_id, ended_on=command.ended_on, ended_by=grant.viewer_id
        )
    )
    return replace(episode, ended_on=command.ended_on, child_id=grant.child_id or episode.child_id)
