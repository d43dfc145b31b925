"""What the chronology needs of storage."""

from collections.abc import Sequence
from typing import Protocol

from chassis.chronology import Asked, Place


class ChronologyRepository(Protocol):
    async def page(self, numbers: Sequence[int], asked: Asked, *, sensitive: bool) -> list[Place]:
        """Where episodes of these records begin and end, and lead professionals were named: the uppermost of those
        asked for, newest first, one more than the limit where there are more. Without `sensitive` of no episode that is
        sensitive, by its own mark or its service's."""
        ...
