"""A practitioner or a service begins to work with a child."""

from dataclasses import dataclass
from datetime import date

from chassis.errors import Conflict, Invalid
from chassis.grants import Grant
from chassis.ids import new_id
from child_index.application.enrolment import started
from child_index.application.ports import Episode, IndexUnitOfWork, Service
from child_index.application.read_child import is_sensitive
from child_index.application.whole import granted_child
from child_index.domain.days import uk_date
from contracts.vocabulary import Category, PractitionerStatus, Role


@dataclass(frozen=True, slots=True)
class OpenEpisode:
    """`practitioner_id` None: the caller; for a system, which is nobody: the service alone."""

    service_id: str
    practitioner_id: str | None
    started_on: date
    sensitive: bool
    contact: str | None


async def open_episode(uow: IndexUnitOfWork, command: OpenEpisode, grant: Grant) -> Episode:
    """Raises NotFound for an unknown child, Invalid by field, Conflict `episode-open` for a second open one."""
    child = await granted_child(uow, grant)
    service = await _own_service(uow, command.service_id, grant)
    practitioner_id = await _practitioner(uow, command.practitioner_id, grant)
    if command.started_on > uk_date(uow.now()):
        raise Invalid.field("/started_on", "is in the future")
    if command.started_on < min(record.date_of_birth for record in child.records):
        raise Invalid.field("/started_on", "is before the date of birth")
    for other in await uow.episodes.of(child.numbers):
        same = (other.service_id, other.practitioner_id) == (command.service_id, practitioner_id)
        if same and other.ended_on is None and _may_know(other, service, grant):
            raise Conflict("This episode is open already", code="episode-open")
    episode = Episode(
        episode_id=new_id(),
        child_no=child.numbers[0],
        service_id=service.service_id,
        agency_id=service.agency_id,
        practitioner_id=practitioner_id,
        sensitive=command.sensitive or service.sensitive,
        contact=command.contact,
        started_on=command.started_on,
        ended_on=None,
        opened_by=grant.viewer_id,
        child_id=child.child_id,
    )
    await uow.episodes.add([episode])
    uow.emit(started(episode, service.team_id, bulk=False))
    return episode


async def _own_service(uow: IndexUnitOfWork, service_id: str, grant: Grant) -> Service:
    service = await uow.directory.service(service_id)
    if service is None or service.agency_id != grant.agency_id:
        raise Invalid.field("/service_id", "is not a service of your agency")
    return service


async def _practitioner(uow: IndexUnitOfWork, named: str | None, grant: Grant) -> str | None:
    if named is None:
        return None if grant.role is Role.SYSTEM else grant.viewer_id
    found = await uow.directory.practitioner(named)
    if found is None or found.agency_id != grant.agency_id or found.status != PractitionerStatus.ACTIVE:
        raise Invalid.field("/practitioner_id", "is not an active practitioner of your agency")
    return named


def _may_know(episode: Episode, service: Service, grant: Grant) -> bool:
    """A colleague's sensitive episode is passed over, so that it is not told of by a refusal."""
    return (
        episode.practitioner_id == grant.viewer_id
        or grant.permits(Category.SENSITIVE)
        or service.sensitive
        or not is_sensitive(episode, service)
    )
