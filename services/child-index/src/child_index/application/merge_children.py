"""An index officer finds that two records are of one child, or that a merge was a mistake."""

from dataclasses import dataclass, replace

from chassis.errors import Conflict, Invalid, NotFound, Unavailable
from chassis.grants import Grant
from chassis.ids import new_id
from child_index.application.ports import IndexUnitOfWork, Merge
from child_index.application.whole import wholly_granted
from child_index.domain.merging import Doubt, beneath, doubts_of_merging, root_numbers
from child_index.domain.wholes import Whole, wholes
from contracts.events.child_index import MergeUndone, RecordsMerged

_HIDDEN = 50
"""How many merges of hidden children a page may pass over and still be full."""


@dataclass(frozen=True, slots=True)
class MergeChildren:
    """`despite`: what speaks against it, and that the officer has weighed."""

    child_id: str
    into: str
    note: str | None
    despite: frozenset[Doubt]


@dataclass(frozen=True, slots=True)
class Filter:
    """`child_id`: merges that this child's records were ever part of. `undone`: None for both kinds."""

    child_id: str | None = None
    undone: bool | None = None


async def named(uow: IndexUnitOfWork, *child_ids: str) -> list[str]:
    """Ids of the children that these records answer as."""
    roots = await uow.children.roots(child_ids)
    return list(dict.fromkeys(roots[id_] for id_ in child_ids if id_ in roots))


async def merge(uow: IndexUnitOfWork, command: MergeChildren, grant: Grant) -> tuple[str, str]:
    """From now on both ids answer as `into`'s record. Returns the merge's id and that record's.

    Merges what each of the two answers as, so that two sets of merged records become one. Asked again, it gives the
    same answer. Raises NotFound for a child whom the grant does not name, Invalid (`/into`) for another such or the
    same record, Conflict `already-one` where the two answer as one by other merges, and `merge-doubtful` where
    something speaks against it that the officer did not say that they know of.
    """
    await uow.children.hold()
    if command.child_id == command.into:
        raise Invalid.field("/into", "is the same record")
    children = wholes(await uow.children.with_members([command.child_id, command.into]))
    lower, upper = (_holding(children, id_, grant) for id_ in (command.child_id, command.into))
    if lower is None:
        raise NotFound
    if upper is None:
        raise Invalid.field("/into", "is not another child whom you may name")
    if lower is upper:
        known = await uow.merges.active(command.child_id, command.into)
        if known is None:
            raise Conflict("The two ids answer as one record already", code="already-one")
        return known.merge_id, upper.child_id
    parted = await uow.merges.are_parted(lower.numbers, upper.numbers)
    doubts = [doubt for doubt in doubts_of_merging(lower, upper, parted=parted) if doubt not in command.despite]
    if doubts:
        named_doubts = ", ".join(doubts)
        raise Conflict(f"Look again: {named_doubts}. If they are one child all the same, say so by `despite`",
                       code="merge-doubtful")  # fmt: skip
    merge_id = new_id()
    await uow.merges.add(merge_id, lower.numbers[0], upper.numbers[0], grant.viewer_id, command.note)
    hidden = [*lower.hidden_names, *upper.hidden_names]
    if hidden:  # on one of them, it is hidden of the child: in the history of the other too, and for good
        await uow.history.hide([*lower.numbers, *upper.numbers], hidden)
    await uow.merges.set_roots(root_numbers([*lower.numbers, *upper.numbers], upper.numbers[0]))
    uow.emit(
        RecordsMerged(merge_id=merge_id, child_id=upper.child_id, merged_child_id=lower.child_id, merged_at=uow.now())
    )
    return merge_id, upper.child_id


def _holding(children: dict[str, Whole], record_id: str, grant: Grant) -> Whole | None:
    """The child to whom the record belongs, if the grant permits them.

    Raises Unavailable where it does, but did not take account of all their records.
    """
    for child_id, child in children.items():
        ids = [record.child_id for record in child.records]
        if record_id in ids and child_id in grant.children:
            if not wholly_granted(ids, child_id, grant):
                raise Unavailable("The records were merged a moment ago; nothing was done. Ask again")
            return child
    return None


async def undo(uow: IndexUnitOfWork, merge_id: str, grant: Grant) -> Merge:
    """Parts what the merge joined: each side answers as itself again, with exactly its own.

    Later merges stand: those on either side go with it. So the order in which merges are undone makes no difference.
    Raises Conflict `merge-undone` the second time.
    """
    await uow.children.hold()
    found = await uow.merges.get(merge_id)
    if found is None:
        raise NotFound
    children = wholes(await uow.children.with_members([found.from_id, found.into_id]))
    if any(_holding(children, id_, grant) is None for id_ in (found.from_id, found.into_id)):
        raise NotFound
    if found.undone_at is not None or not await uow.merges.undo(merge_id, grant.viewer_id):
        raise Conflict("This merge was undone before", code="merge-undone")
    (child,) = children.values()
    numbers = {record.child_id: record.child_no for record in child.records if record.child_no is not None}
    edges = await uow.merges.edges(child.numbers)
    lower = beneath(numbers[found.from_id], edges)
    await uow.merges.set_roots(
        root_numbers(lower, numbers[found.from_id]) | root_numbers(set(child.numbers) - lower, child.numbers[0])
    )
    now = uow.now()
    uow.emit(MergeUndone(merge_id=merge_id, child_id=found.into_id, merged_child_id=found.from_id, undone_at=now))
    return replace(found, undone_by=grant.viewer_id, undone_at=now)


async def get(uow: IndexUnitOfWork, merge_id: str, grant: Grant) -> Merge:
    found = await uow.merges.get(merge_id)
    if found is None or not await _shown(uow, [found], grant):
        raise NotFound
    return found


async def spoken_of(uow: IndexUnitOfWork, merge_id: str) -> list[str]:
    """Ids of the children that one merge speaks of."""
    found = await uow.merges.get(merge_id)
    return await named(uow, found.from_id, found.into_id) if found else []


async def page_speaks_of(uow: IndexUnitOfWork, limit: int, after: str | None, which: Filter) -> list[str]:
    """Ids of the children that a page would speak of."""
    found = await _listed(uow, limit, after, which)
    return await named(uow, *(id_ for each in found for id_ in (each.from_id, each.into_id)))


async def listed(uow: IndexUnitOfWork, limit: int, after: str | None, which: Filter, grant: Grant) -> list[Merge]:
    """Merges of permitted children, oldest first, one more than `limit` where there are more."""
    return (await _shown(uow, await _listed(uow, limit, after, which), grant))[: limit + 1]


async def _listed(uow: IndexUnitOfWork, limit: int, after: str | None, which: Filter) -> list[Merge]:
    return await uow.merges.listed(limit + 1 + _HIDDEN, after, child_id=which.child_id, undone=which.undone)


async def _shown(uow: IndexUnitOfWork, merges: list[Merge], grant: Grant) -> list[Merge]:
    """Those of which the decision permits both records."""
    roots = await uow.children.roots({id_ for each in merges for id_ in (each.from_id, each.into_id)})

    def shown(record_id: str) -> bool:
        return record_id in grant.records and roots[record_id] in grant.children

    return [each for each in merges if shown(each.from_id) and shown(each.into_id)]
