"""Whom blocks name, as the consent service's events told.

For what is done without a decision on each child.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Barred:
    """Ids of records that a block closes to a sender, and of those of which the sender may not learn where the child
    lives."""

    closed: frozenset[str] = frozenset()
    veiled: frozenset[str] = frozenset()


class BlockRepository(Protocol):
    """Each block stands by itself, and a lifted one is never placed again: so the order in which events come, late
    ones and repeated ones, makes no difference."""

    async def placed(
        self, block_id: str, child_id: str, viewer_key: str, valid_until: datetime | None, *, closes: bool, veils: bool
    ) -> None:
        """Does nothing to a block that is known, lifted or not. `viewer_key`: that of the party (`Likeness.party`)."""
        ...

    async def lifted(self, block_id: str, child_id: str) -> None:
        """Also of a block whose placing has not come yet."""
        ...

    async def naming(self, viewer_keys: Collection[str], now: datetime) -> Barred:
        """What the blocks in force keep from these parties."""
        ...

    async def any(self) -> bool:
        """Whether there is one that is not lifted."""
        ...
