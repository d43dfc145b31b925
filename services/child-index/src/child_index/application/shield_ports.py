"""Which records have a shield, as the consent service's events told.

For what is done without a decision on each child.
"""

from collections.abc import Collection
from typing import Protocol


class ShieldRepository(Protocol):
    """Each shield stands by itself, and a lifted one is never placed again: so the order in which events come, late
    ones and repeated ones, makes no difference."""

    async def placed(self, shield_id: str, child_id: str) -> None:
        """Does nothing to a shield that is known, lifted or not."""
        ...

    async def lifted(self, shield_id: str, child_id: str) -> None:
        """Also of a shield whose placing has not come yet."""
        ...

    async def any(self) -> bool:
        """Whether any record has a shield now."""
        ...

    async def among(self, child_ids: Collection[str]) -> frozenset[str]:
        """Those of the records that have one that is not lifted."""
        ...
