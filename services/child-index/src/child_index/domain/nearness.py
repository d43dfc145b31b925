"""Which children of the index a record is weighed against: those that share enough keys with it.

In an index of a million each key is some ten other children's too, so a record meets a hundred and more, nearly all of
them strangers of its name, its birthday or its street. To be linked is to share most keys; whoever shares less than a
third of what the best one does can neither be linked in its place nor come near enough to raise a doubt. Where nobody
shares much, all who share as little are weighed, up to a number.
"""

from collections.abc import Mapping
from typing import Final

from child_index.domain.matching import Prepared, blocking_keys, identifier_keys

MOST: Final = 200
"""How many children are weighed for one record."""
ENOUGH: Final = 8
"""Whoever has so many votes is weighed whatever the best one has. An identifier is as good."""
SHARE: Final = 3
"""Others need one in so many of the votes of the best, and to be among the first `FEW`."""
FEW: Final = 12


def votes_of(prepared: Prepared) -> dict[int, int]:
    """The keys of a record, and the votes of each."""
    return dict.fromkeys(blocking_keys(prepared), 1) | dict.fromkeys(identifier_keys(prepared), ENOUGH)


def nearest(votes: Mapping[str, int]) -> list[str]:
    """The children to weigh, best first, out of all by the votes of the keys shared with them."""
    ordered = sorted(votes, key=lambda child_id: (-votes[child_id], child_id))[:MOST]
    return [
        id_
        for rank, id_ in enumerate(ordered)
        if votes[id_] >= ENOUGH or (rank < FEW and votes[id_] * SHARE >= votes[ordered[0]])
    ]
