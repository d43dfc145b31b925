"""The index's part of a child's chronology: who began and ended to work with the child, and who was named to lead.

What the record shows under the same grant (`read_child`, `lead_history`), by the same filters, and no more.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

from chassis.chronology import Asked, Place
from chassis.grants import Grant
from child_index.application.assign_lead import ShownLead, shown_leads
from child_index.application.places import without_places
from child_index.application.ports import IndexUnitOfWork, Involvement
from child_index.application.read_child import is_kept_back, is_lead_kept_back, with_names
from child_index.application.whole import granted_child
from child_index.domain.wholes import Whole
from contracts.vocabulary import Category, ChronologyKind


@dataclass(frozen=True, slots=True)
class Told:
    """`what`: an involvement, of which an episode begins or ends there, or a lead professional."""

    place: Place
    what: Involvement | ShownLead


async def chronology(uow: IndexUnitOfWork, grant: Grant, asked: Asked) -> list[Told]:
    """Newest first, one more than the page's limit where there are more. Raises `NotFound` where there is no child.

    Nearly always it reads once. Only what an officer keeps back from the family, and lead professionals near a child of
    whom the reader may not learn where they are, are left out after reading, and others read in their place.
    """
    child = await granted_child(uow, grant)
    if not grant.permits(Category.INVOLVEMENT):
        return []
    told: list[Told] = []
    while True:
        found = await uow.chronology.page(child.numbers, asked, sensitive=grant.permits(Category.SENSITIVE))
        told += await _shown(uow, child, grant, found)
        if len(told) > asked.limit or len(found) <= asked.limit:
            return told[: asked.limit + 1]
        asked = replace(asked, after=found[-1])


async def _shown(uow: IndexUnitOfWork, child: Whole, grant: Grant, found: Collection[Place]) -> list[Told]:
    leads = {place.key for place in found if place.kind is ChronologyKind.LEAD_ASSIGNED}
    episodes = await uow.episodes.by_ids({place.key for place in found} - leads)
    involvements = await with_names(uow, episodes, sensitive=grant.permits(Category.SENSITIVE))
    involvements = [each for each in involvements if not is_kept_back(each, grant)]
    if child.child_id in grant.veiled:
        involvements = without_places(involvements)
    shown: dict[str, Involvement | ShownLead] = {each.episode.episode_id: each for each in involvements}
    if leads:
        for each in await shown_leads(uow, child, grant, await uow.leads.by_ids(leads)):
            if not is_lead_kept_back(each.lead, each.practitioner, grant):
                shown[each.lead.lead_id] = each
    return [Told(place, shown[place.key]) for place in found if place.key in shown]
