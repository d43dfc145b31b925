"""One child's record, as far as it was granted. What is withheld is not even read."""

from collections.abc import Collection
from dataclasses import dataclass

from chassis.errors import NotFound
from chassis.grants import Grant
from child_index.application.ports import Episode, FamilyLink, IndexUnitOfWork, Lead, Practitioner, Service
from child_index.domain.person import ChildRecord
from contracts.vocabulary import Category

SCHOOL = "school"
"""The service type whose current episodes tell which school a child goes to."""


@dataclass(frozen=True, slots=True)
class Involvement:
    """An episode with what the directory knows of service and practitioner (None: the directory has not told yet)."""

    episode: Episode
    service: Service | None
    practitioner: Practitioner | None


@dataclass(frozen=True, slots=True)
class ChildView:
    """`None` where the category was not granted. `schools` goes with whereabouts, `lead` with involvement."""

    record: ChildRecord
    schools: list[Service] | None
    family: list[FamilyLink] | None
    involvements: list[Involvement] | None
    lead: tuple[Lead, Practitioner | None] | None
    categories: list[Category]


async def read_child(uow: IndexUnitOfWork, grant: Grant, without: Collection[Category] = ()) -> ChildView:
    """The record of the grant's child, save the categories `without`. Raises NotFound where there is none."""
    record = await uow.children.record(grant.child_id) if grant.child_id else None
    if record is None or record.child_no is None:
        raise NotFound
    granted = grant.categories - set(without)
    involvements = await _involvements(uow, record.child_no, sensitive=Category.SENSITIVE in granted)
    involvements = [each for each in involvements if not _is_kept_back(each, grant)]
    with_involvement = Category.INVOLVEMENT in granted
    return ChildView(
        record=record,
        schools=_schools(involvements) if Category.WHEREABOUTS in granted else None,
        family=await _family(uow, record.child_no, grant) if Category.FAMILY in granted else None,
        involvements=involvements if with_involvement else None,
        lead=await _lead(uow, record.child_no, grant) if with_involvement else None,
        categories=[category for category in Category if category in granted],
    )


async def _involvements(uow: IndexUnitOfWork, child_no: int, *, sensitive: bool) -> list[Involvement]:
    episodes = await uow.episodes.of_child(child_no)
    services = await uow.directory.services({episode.service_id for episode in episodes})
    practitioners = await uow.directory.practitioners(
        {episode.practitioner_id for episode in episodes if episode.practitioner_id}
    )
    found = [
        Involvement(
            episode,
            services.get(episode.service_id),
            practitioners.get(episode.practitioner_id) if episode.practitioner_id else None,
        )
        for episode in episodes
    ]
    return [each for each in found if sensitive or not is_sensitive(each.episode, each.service)]


def is_sensitive(episode: Episode, service: Service | None) -> bool:
    """A service that was marked sensitive after the episode began hides it all the same."""
    return episode.sensitive or (service is not None and service.sensitive)


def _schools(involvements: list[Involvement]) -> list[Service]:
    current = {
        each.service.service_id: each.service
        for each in involvements
        if each.episode.ended_on is None and each.service is not None and each.service.type == SCHOOL
    }
    return list(current.values())


async def _family(uow: IndexUnitOfWork, child_no: int, grant: Grant) -> list[FamilyLink]:
    return [link for link in await uow.family.of_child(child_no) if may_see(link, grant)]


def may_see(link: FamilyLink, grant: Grant) -> bool:
    """Another child of the index is shown only where the decision on that child allows it."""
    return link.other_child_id is None or link.other_child_id in grant.related


async def _lead(uow: IndexUnitOfWork, child_no: int, grant: Grant) -> tuple[Lead, Practitioner | None] | None:
    lead = await uow.leads.present(child_no)
    if lead is None:
        return None
    person = await uow.directory.practitioner(lead.practitioner_id)
    agency_id = person.agency_id if person else None
    if any(kept.covers(lead.practitioner_id, agency_id, lead.assigned_at) for kept in grant.kept_back):
        return None
    return lead, person


def _is_kept_back(each: Involvement, grant: Grant) -> bool:
    """Whether an officer keeps this involvement back from the family for now."""
    episode, person = each.episode, each.practitioner
    return episode.created_at is not None and any(
        kept.covers(episode.practitioner_id, agency_id, episode.created_at)
        for kept in grant.kept_back
        for agency_id in (episode.agency_id, person.agency_id if person else None)
    )
