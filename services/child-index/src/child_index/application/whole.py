"""The child that a grant is about: the records that the decision took account of, and no others."""

from collections.abc import Collection, Sequence

from chassis.errors import NotFound, Unavailable
from chassis.grants import Grant
from child_index.application.ports import IndexUnitOfWork
from child_index.domain.person import ChildRecord
from child_index.domain.wholes import Whole


async def granted_child(uow: IndexUnitOfWork, grant: Grant) -> Whole:
    """The child of the grant. Raises NotFound where there is none.

    A record that was merged a moment ago, of which the decision did not know, is not in it: nothing of it is shown, and
    no block on it outrun. The other way round, a decision that rests on a merge which has been undone since is none
    on the record that is left: Unavailable, and the next request finds the decision up to date.
    """
    records = await uow.children.records(grant.records) if grant.child_id else []
    root = next((record for record in records if record.child_id == grant.child_id), None)
    if root is None:
        raise NotFound
    if len(records) > 1 and any(record.root_no is None or record.root_no != root.root_no for record in records):
        raise Unavailable("Two records were just parted; nothing was done. Ask again")
    return Whole.of(root, records)


def granted_children(records: Sequence[ChildRecord], grant: Grant) -> dict[str, Whole]:
    """Of the records those that the decision took account of, as the children that it permitted, by id."""
    known, permitted = frozenset(grant.records), frozenset(grant.children)
    sets: dict[int | str, list[ChildRecord]] = {}
    for record in records:
        if record.child_id in known:
            sets.setdefault(record.child_id if record.root_no is None else record.root_no, []).append(record)
    found = {}
    for members in sets.values():
        heads = [record for record in members if record.child_id in permitted]
        # Until the decision knows of a merge, it permits each record by itself.
        head = next((record for record in heads if record.child_no == record.root_no), heads[0] if heads else None)
        if head is not None:
            found[head.child_id] = Whole.of(head, members)
    return found


def wholly_granted(members: Collection[str], child_id: str, grant: Grant) -> bool:
    """Whether the decision permitted this child and took account of all of its records."""
    return child_id in grant.children and frozenset(members) <= frozenset(grant.records)


def may_be_linked(members: Collection[str], child_id: str, grant: Grant) -> bool:
    """Whether a record that was sent may be taken for this child's without a human.

    Not where the sender may not learn where the child is: that it was would tell of an address.
    """
    return wholly_granted(members, child_id, grant) and child_id not in grant.veiled
