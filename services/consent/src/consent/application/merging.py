"""Records that turn out to be of one child answer as one, and apart again when that was a mistake."""

from datetime import datetime

from chassis.ids import new_id
from consent.application.blocks import tell_of_block
from consent.application.ports import Record, UnitOfWork
from consent.domain.records import Merge, sets_of, span
from contracts.events.consent import ShieldPlaced

_MOST = 10_000
"""Blocks, shields or delays of one child; nobody has so many."""


async def take_merge(uow: UnitOfWork, merge_id: str, record: str, into: str, merged_at: datetime) -> None:
    """Taken in again, or after its own undoing, it changes nothing."""
    await uow.merges.hold(to_change=True)
    if await uow.merges.get(merge_id) is not None:
        return
    await _keep(uow, merge_id, record, into, merged_at, None)
    await _arrange(uow, {record, into})


async def take_undoing(uow: UnitOfWork, merge_id: str, record: str, into: str, undone_at: datetime) -> None:
    """Each record has its own back. What kept somebody out of the whole goes on to keep them out of both."""
    await uow.merges.hold(to_change=True)
    merge = await uow.merges.get(merge_id)
    if merge is None:
        await _keep(uow, merge_id, record, into, undone_at, uow.now())
        return
    if merge["undone_at"] is not None:
        return
    together, before = await uow.merges.around({record})
    await uow.merges.end(merge_id, uow.now())
    after = [each for each in before if (each.record, each.into, each.taken_at) != _same(merge)]
    await _copy_what_keeps_out(uow, record, sorted(together), before, after)
    await _arrange(uow, together)


async def _keep(
    uow: UnitOfWork, merge_id: str, record: str, into: str, merged_at: datetime, undone_at: datetime | None
) -> None:
    merge = {"merge_id": merge_id, "from_id": record, "into_id": into, "merged_at": merged_at}
    await uow.merges.add({**merge, "taken_at": uow.now(), "undone_at": undone_at})


async def _arrange(uow: UnitOfWork, records: set[str]) -> None:
    together, merges = await uow.merges.around(records)
    sets = sets_of((merge.record, merge.into, merge.merged_at) for merge in merges)
    await uow.merges.arrange(sorted(together), sets)
    for record in sorted(together):
        await uow.children.bump(record)


def _same(merge: Record) -> tuple[str, str, datetime]:
    return merge["from_id"], merge["into_id"], merge["taken_at"]


async def _copy_what_keeps_out(
    uow: UnitOfWork, record: str, together: list[str], before: list[Merge], after: list[Merge]
) -> None:
    """Blocks, shields and delays that were placed, while the records were one, under those that stay: their copies go
    with the record that leaves. Whoever placed them meant the child whom they saw; nobody knows which of the two."""
    now = uow.now()

    def meant(row: Record) -> bool:
        written_under, at = row["child_id"], row["placed_at"]
        return record in span(written_under, at, before) - span(written_under, at, after)

    for block in await uow.blocks.of_child(together, None, _MOST):
        lasting = block["valid_until"] is None or block["valid_until"] > now
        if block["lifted_at"] is None and lasting and meant(block):
            copy = {**block, "block_id": new_id(), "child_id": record}
            await uow.blocks.add(copy)
            tell_of_block(uow, copy)
    for shield in await uow.shields.of_child(together, None, _MOST):
        if shield["lifted_at"] is None and meant(shield):
            copy = {**shield, "shield_id": new_id(), "child_id": record}
            await uow.shields.add(copy)
            uow.emit(ShieldPlaced(shield_id=copy["shield_id"], child_id=record))
    for delay in await uow.history_delays.of_child(together, None, _MOST):
        if delay["ended_at"] is None and delay["until"] > now and meant(delay):
            await uow.history_delays.add({**delay, "delay_id": new_id(), "child_id": record})
