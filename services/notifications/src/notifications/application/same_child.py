"""Which records are of one child, as the child index's events told, and who leads for the child."""

from notifications.application.ports import Merge, NotificationsUnitOfWork


async def lead_of(uow: NotificationsUnitOfWork, child_id: str) -> str | None:
    """The lead professional of the record that stands; where it has none, of one that was merged into it."""
    for record in await records_of(uow, child_id):
        lead = await uow.leads.of(record)
        if lead is not None:
            return lead
    return None


async def records_of(uow: NotificationsUnitOfWork, child_id: str) -> list[str]:
    """The child's records, that which stands first."""
    merges: set[Merge] = set()
    found, border = {child_id}, {child_id}
    while border:
        merges |= set(await uow.merges.beside(sorted(border)))
        border = {record for merge in merges for record in (merge.record, merge.into)} - found
        found |= border
    into = {merge.record: merge.into for merge in sorted(merges, key=lambda merge: merge.merged_at)}
    root, seen = child_id, {child_id}
    while into.get(root, root) not in seen:
        root = into[root]
        seen.add(root)
    return [root, *sorted(found - {root})]
