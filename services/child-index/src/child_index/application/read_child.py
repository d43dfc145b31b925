"""One child's record, as far as it was granted. What is withheld is not even read."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from chassis.grants import Grant
from child_index.application.places import is_area_wide, without_homes, without_places
from child_index.application.ports import (
    Episode,
    FamilyLink,
    IndexUnitOfWork,
    Involvement,
    Lead,
    PastLead,
    Practitioner,
    Service,
)
from child_index.application.whole import granted_child
from child_index.domain.person import ChildRecord
from child_index.domain.wholes import Whole, wholes
from contracts.vocabulary import Category, Role

SCHOOLS, GP_PRACTICES = frozenset({"school"}), frozenset({"gp", "gp-practice", "gp_practice"})
"""The service types whose current episodes tell which school a child goes to, and where they are registered."""


@dataclass(frozen=True, slots=True)
class ChildView:
    """`None` where the category was not granted. `schools` and `gp_practices` go with whereabouts, `lead` with
    involvement, `household` with both family and whereabouts: the part of `family` that lives where the child lives."""

    child: Whole
    schools: list[Service] | None
    gp_practices: list[Service] | None
    family: list[FamilyLink] | None
    household: list[FamilyLink] | None
    involvements: list[Involvement] | None
    lead: tuple[Lead, Practitioner | None] | None
    categories: list[Category]
    with_hidden_names: bool = False


async def read_child(uow: IndexUnitOfWork, grant: Grant, without: Collection[Category] = ()) -> ChildView:
    """The record of the grant's child, save the categories `without`. Raises NotFound where there is none."""
    child = await granted_child(uow, grant)
    granted = grant.categories - set(without)
    found = await involvements(uow, child, sensitive=Category.SENSITIVE in granted)
    shown = [each for each in found if not is_kept_back(each, grant)]
    with_involvement = Category.INVOLVEMENT in granted
    family = await _family(uow, child, grant) if Category.FAMILY in granted else None
    lead = await _lead(uow, child, grant) if with_involvement else None
    if child.child_id in grant.veiled:
        shown = without_places(shown)
        family = None if family is None else without_homes(family)
        lead = lead if lead is not None and is_area_wide(lead[1]) else None
    where = Category.WHEREABOUTS in granted
    return ChildView(
        child=child,
        schools=_current(shown, SCHOOLS) if where else None,
        gp_practices=_current(shown, GP_PRACTICES) if where else None,
        family=family,
        household=await _household(uow, child, family) if where and family is not None else None,
        involvements=shown if with_involvement else None,
        lead=lead,
        categories=[category for category in Category if category in granted],
        with_hidden_names=grant.role is Role.INDEX_OFFICER,
    )


async def involvements(uow: IndexUnitOfWork, child: Whole, *, sensitive: bool) -> list[Involvement]:
    """The episodes on any of the child's records, newest first; without `sensitive` none that is."""
    return await with_names(uow, await uow.episodes.of(child.numbers), sensitive=sensitive)


async def with_names(uow: IndexUnitOfWork, episodes: Collection[Episode], *, sensitive: bool) -> list[Involvement]:
    """The episodes with their services and practitioners; without `sensitive` none that is."""
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


def _current(involvements: list[Involvement], kinds: Collection[str]) -> list[Service]:
    current = {
        each.service.service_id: each.service
        for each in involvements
        if each.episode.ended_on is None and each.service is not None and each.service.type in kinds
    }
    return list(current.values())


async def _family(uow: IndexUnitOfWork, child: Whole, grant: Grant) -> list[FamilyLink]:
    """Each relationship once, though it may be written on several records of either child. Who is named: the root."""
    shown: dict[object, FamilyLink] = {}
    for link in await uow.family.of(child.numbers):
        if may_see(link, grant):
            shown.setdefault(same_relationship(link), link)
    roots = {
        link.other_root_id
        for link in shown.values()
        if link.other_root_id is not None
        and link.other_root_id != link.other_child_id
        and link.other_root_id in grant.related
    }
    named = {record.child_id: record for record in await uow.children.records(roots)}
    return [_naming_root(link, named) for link in shown.values()]


async def _household(uow: IndexUnitOfWork, child: Whole, family: list[FamilyLink]) -> list[FamilyLink]:
    """Those of the family who live where the child lives now: children of the index by their address, people outside
    it where that was written down."""
    ids = [link.other_child_id for link in family if link.other_child_id is not None]
    housed: set[str] = set()
    if child.home is not None and ids:
        for other in wholes(await uow.children.with_members(ids)).values():
            if other.home == child.home:
                housed.update(record.child_id for record in other.records)
    return [
        link
        for link in family
        if (link.lives_with_child if link.other_child_id is None else link.other_child_id in housed)
    ]


def _naming_root(link: FamilyLink, named: Mapping[str, ChildRecord]) -> FamilyLink:
    root = named.get(link.other_root_id or "")
    if root is None:
        return link
    return replace(link, other_child_id=root.child_id, given_name=root.given_name, family_name=root.family_name)


def same_relationship(link: FamilyLink) -> object:
    """What a relationship has in common with one that says the same, on another record of either child."""
    return (link.other_root_id, link.relationship) if link.other_root_id else link.relationship_id


def may_see(link: FamilyLink, grant: Grant) -> bool:
    """Another child of the index is shown only where the decision on that child allows it."""
    return link.other_child_id is None or link.other_child_id in grant.related


async def _lead(uow: IndexUnitOfWork, child: Whole, grant: Grant) -> tuple[Lead, Practitioner | None] | None:
    lead = await uow.leads.present(child.numbers)
    if lead is None:
        return None
    person = await uow.directory.practitioner(lead.practitioner_id)
    return None if is_lead_kept_back(lead, person, grant) else (lead, person)


def is_lead_kept_back(lead: Lead | PastLead, person: Practitioner | None, grant: Grant) -> bool:
    """Whether an officer keeps from the family for now that this one leads."""
    agency_id = person.agency_id if person else None
    return any(kept.covers(lead.practitioner_id, agency_id, lead.assigned_at) for kept in grant.kept_back)


def is_kept_back(each: Involvement, grant: Grant) -> bool:
    """Whether an officer keeps this involvement back from the family for now."""
    episode, person = each.episode, each.practitioner
    return episode.created_at is not None and any(
        kept.covers(episode.practitioner_id, agency_id, episode.created_at)
        for kept in grant.kept_back
        for agency_id in (episode.agency_id, person.agency_id if person else None)
    )
