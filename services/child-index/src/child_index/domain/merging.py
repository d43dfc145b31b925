"""Merging two records, and taking a merge away. Pure: edges between record numbers, and the rules against a merge.

A merge is an edge from one set's root to another's; nothing that either record holds is rewritten. The active edges
make a forest, since only a root is merged and each record is merged into at most one other. So a merge is undone by
taking its edge away, whichever merges came later, and what hangs on the edge goes with it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from enum import StrEnum

from child_index.domain.hidden_names import without_hidden
from child_index.domain.matching import is_permanent_upn
from child_index.domain.wholes import Whole


class Doubt(StrEnum):
    """What speaks so strongly against a merge that an officer must say that they know of it."""

    NHS_NUMBERS = "different-nhs-numbers"
    UPNS = "different-upns"
    PARTED = "parted"
    """An officer found these two to be different children."""
    HIDDEN_NAME = "hidden-name"
    """The name that the child would have from now on is hidden on the other record."""


def doubts_of_merging(one: Whole, other: Whole, *, parted: bool) -> tuple[Doubt, ...]:
    """What an officer must confirm before `one` is merged into `other`."""
    found = []
    mine, theirs = set(one.nhs_numbers), set(other.nhs_numbers)
    if mine and theirs and mine.isdisjoint(theirs):
        found.append(Doubt.NHS_NUMBERS)
    # An adopted child is given a new pupil number so that nobody joins the two records without thought.
    mine, theirs = set(filter(is_permanent_upn, one.upns)), set(filter(is_permanent_upn, other.upns))
    if mine and theirs and mine.isdisjoint(theirs):
        found.append(Doubt.UPNS)
    if parted:
        found.append(Doubt.PARTED)
    if not without_hidden([other.root.name], one.hidden_names):
        found.append(Doubt.HIDDEN_NAME)
    return tuple(found)


def beneath(top: int, edges: Mapping[int, int]) -> frozenset[int]:
    """The record and all that are merged into it, over any number of steps. `edges`: from each record to its next."""
    merged_into: dict[int, list[int]] = defaultdict(list)
    for lower, upper in edges.items():
        merged_into[upper].append(lower)
    found, waiting = {top}, [top]
    while waiting:
        for lower in merged_into[waiting.pop()]:
            if lower not in found:
                found.add(lower)
                waiting.append(lower)
    return frozenset(found)


def root_numbers(members: Collection[int], root: int) -> dict[int, int | None]:
    """What each record of a set is given as its root: None for a record that stands alone."""
    return dict.fromkeys(members, root if len(members) > 1 else None)
