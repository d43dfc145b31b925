"""Which records have a shield, as the consent service's events told.

For what is done without a decision on each child.
"""

from collections.abc import Collection
from typing import Protocol


class ShieldRepository(Protocol):
    """A record has one shield at a time, the one placed last; shield ids are in the order of time."""

    async def placed(self, shield_id: str, child_id: str) -> None: ...

    async def lifted(self, shield_id: str, child_id: str) -> None: ...

    async def among(self, child_ids: Collection[str]) -> frozenset[str]:
        """Those of the records that have one."""
        ...
