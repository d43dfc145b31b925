"""Which children of the index a record is weighed against: those that share enough keys with it.

In an index of a million each key is some ten other children's too, so a record meets a hundred and more, nearly all of
them strangers of its name, its birthday or its street. To be linked is to share most keys; whoever shares less than a
third of what the best one does can neither be linked in its place nor come near enough to raise a doubt. Where nobody
shares much, all who share as little are weighed, up to a number.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Final, TypeVar

from child_index.domain.matching import Prepared, blocking_keys, identifier_keys

Id = TypeVar("Id", int, str)

MOST: Final = 200
"""How many children are weighed for one record."""
ENOUGH: Final = 8
"""Whoever has so many votes is weighed whatever the best one has. An identifier is as good."""
SHARE: Final = 3
"""Others need one in so many of the votes of the best, and to be among the first `FEW`."""
FEW: Final = 12


def votes_of(prepared: Prepared) -> dict[int, int]:
    """The keys of a record, and the votes of each."""
    votes = dict.fromkeys(blocking_keys(prepared), 1)
    for key in identifier_keys(prepared):
        votes[key] = ENOUGH
    return votes


def nearest(votes: Mapping[Id, int]) -> list[Id]:
    """The children to weigh, best first, out of all by the votes of the keys shared with them."""
    if not votes:
        return []
    least = min(ENOUGH, -(-max(votes.values()) // SHARE))
    # Nearly all share one key and no more: they go before the rest is put in order.
    ordered = sorted([(-found, id_) for id_, found in votes.items() if found >= least])[:MOST]
    return [id_ for rank, (found, id_) in enumerate(ordered) if rank < FEW or -found >= ENOUGH]


def nearest_holders(keys: Mapping[int, int], holders: Mapping[int, Sequence[str]]) -> dict[int, int]:
    """The numbers of the children to weigh for a record with these `votes_of`, and the votes of each. `holders`: for
    each key the children who have it, by numbers that are written out: they are counted, and a few of them read."""
    shared = [(each, holders[key]) for key, each in keys.items() if key in holders]
    votes = Counter(chain.from_iterable([held for each, held in shared if each == 1]))
    for each, held in shared:
        if each != 1:
            for number in held:
                votes[number] += each
    least = min(ENOUGH, -(-max(votes.values(), default=0) // SHARE))
    found = {int(number): each for number, each in votes.items() if each >= least}
    return found if len(found) <= FEW else {number: found[number] for number in nearest(found)}
