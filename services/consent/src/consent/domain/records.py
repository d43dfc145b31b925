"""Records of one child that were merged: how they are read as one, so that merging never shows anybody more.

Every fact keeps the record that it was written under. It *spans* that record, and those that had been merged into it by
then: whoever wrote it meant the child as it was known. What keeps somebody out holds for the whole set, whichever
record it spans; what lets somebody in counts only for the records that it spans (`decision` says how).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from consent.domain.facts import ChildFacts, Involvement, InvolvementKind


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge in force: `record` answers as `into`. `merged_at` is by the child index's clock, `taken_at` is when it
    became known here."""

    record: str
    into: str
    merged_at: datetime
    taken_at: datetime


def _merged(merge: Merge) -> datetime:
    return merge.merged_at


def _taken(merge: Merge) -> datetime:
    return merge.taken_at


def span(
    record: str, at: datetime | None, merges: Iterable[Merge], clock: Callable[[Merge], datetime] = _taken
) -> frozenset[str]:
    """The record that something was written under at that time, and those that had been merged into it by then.

    Of what the child index told of, `at` is by its clock. None: before times were kept, so the record alone.
    """
    found = {record}
    if at is None:
        return frozenset(found)
    by_then = [merge for merge in merges if clock(merge) <= at]
    grown = True
    while grown:
        more = {merge.record for merge in by_then if merge.into in found} - found
        found |= more
        grown = bool(more)
    return frozenset(found)


def as_one(root: str, members: Sequence[ChildFacts], merges: Sequence[Merge]) -> ChildFacts:
    """The facts of a child whose records were merged. `merges` are those in force; `members` in any order."""
    ordered = sorted(members, key=lambda each: (each.child_id != root, each.child_id))
    records = tuple(each.child_id for each in ordered)
    return ChildFacts(
        child_id=root,
        epoch=ordered[0].epoch,
        archived=all(each.archived for each in ordered),
        involvements=_in_force(
            [
                (each.child_id, replace(found, spans=span(each.child_id, found.began_at, merges, _merged)))
                for each in ordered
                for found in each.involvements
            ]
        ),
        consents=tuple(
            replace(found, spans=span(each.child_id, found.recorded_at, merges))
            for each in ordered
            for found in each.consents
        ),
        legal_bases=tuple(
            replace(found, spans=span(each.child_id, found.recorded_at, merges))
            for each in ordered
            for found in each.legal_bases
        ),
        blocks=tuple(found for each in ordered for found in each.blocks),
        overrides=tuple(found for each in ordered for found in each.overrides),
        delays=tuple(found for each in ordered for found in each.delays),
        shields=tuple(found for each in ordered for found in each.shields),
        shielded_kin=frozenset().union(*(each.shielded_kin for each in ordered)),
        related=tuple(
            {other: blocks for each in ordered for other, blocks in each.related if other not in records}.items()
        ),
        merged=records,
    )


def _in_force(found: Sequence[tuple[str, Involvement]]) -> tuple[Involvement, ...]:
    """Without the lead professionals whom a later appointment replaced: one that was made for the merged records."""

    def replaced(record: str, each: Involvement) -> bool:
        return each.kind is InvolvementKind.LEAD and any(
            other.kind is InvolvementKind.LEAD and of != record and record in other.spans and not _later(each, other)
            for of, other in found
        )

    return tuple(each for record, each in found if not replaced(record, each))


def _later(each: Involvement, other: Involvement) -> bool:
    return each.began_at is not None and other.began_at is not None and each.began_at > other.began_at


def sets_of(merges: Iterable[tuple[str, str, datetime]]) -> dict[str, frozenset[str]]:
    """Each set of records that answer as one, by the record that they answer as. `merges`: from, into, and when.

    Merges in force make a tree, whose root that is. While events of several partitions have come in part, they may
    not; then it is where the latest merge leads, and the whole is one set, so that nothing is shown too early.
    """
    left = sorted(merges, key=lambda merge: (merge[2], merge[0], merge[1]))
    found = {}
    while left:
        together = {left[0][0], left[0][1]}
        mine: list[tuple[str, str, datetime]] = []
        while more := [merge for merge in left if merge not in mine and together & {merge[0], merge[1]}]:
            mine += more
            together |= {record for merge in more for record in merge[:2]}
        left = [merge for merge in left if merge not in mine]
        mine.sort(key=lambda merge: (merge[2], merge[0], merge[1]))
        into = {record: target for record, target, _ in mine}
        root, seen = mine[-1][1], set()
        while root in into and root not in seen:
            seen.add(root)
            root = into[root]
        found[root] = frozenset(together)
    return found
