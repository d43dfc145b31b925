"""Two children of one family have different lead professionals: each hears that another team is working with it.

Nobody is told who the other is, or of which child. Whether a lead professional may know of the other child at all is
decided at each reading: the other child's own block keeps the entry out of sight.
"""

from notifications.application.ports import NotificationsUnitOfWork
from notifications.application.same_child import lead_of, records_of
from notifications.application.tell import tell
from notifications.domain.happenings import FAMILY_LEADS_DIFFER
from notifications.domain.hearing import Occurrence


async def relate_children(
    uow: NotificationsUnitOfWork, relationship_id: str, child_id: str, other_child_id: str
) -> None:
    if await uow.family.relate(relationship_id, child_id, other_child_id):
        await _tell_both(uow, child_id, other_child_id)


async def part_children(uow: NotificationsUnitOfWork, relationship_id: str, child_id: str, other_child_id: str) -> None:
    await uow.family.part(relationship_id, child_id, other_child_id)


async def tell_leads_of_family(uow: NotificationsUnitOfWork, child_id: str) -> None:
    """After another has begun to lead for the child."""
    records = await records_of(uow, child_id)
    for other in await uow.family.of(records):
        if other not in records:
            await _tell_both(uow, child_id, other)


async def _tell_both(uow: NotificationsUnitOfWork, child_id: str, other_child_id: str) -> None:
    leads = (await lead_of(uow, child_id), await lead_of(uow, other_child_id))
    if None in leads or leads[0] == leads[1]:
        return
    pairs = ((child_id, other_child_id), (other_child_id, child_id))
    for lead, (own, other) in zip(leads, pairs, strict=True):
        if lead is not None and not await uow.entries.tells_of_family(lead, own, other):
            # Told to whoever brought it about, too: that the other is there is what they may not know.
            occurrence = Occurrence(event=FAMILY_LEADS_DIFFER, child_id=own, done_by=None, other_child_id=other)
            await tell(uow, occurrence, lead=lead)
