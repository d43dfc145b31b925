"""Where an authority's own templates are kept that were put over HTTP."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Protocol


class KeptTemplateRepository(Protocol):
    async def beside(self, known: Collection[tuple[str, int]]) -> list[dict[str, Any]]:
        """The plain data of every version but those known, by id and version, the older first."""

    async def add(self, template_id: str, version: int, data: dict[str, Any], by: str, at: datetime) -> bool:
        """False, and nothing kept, where this version is there."""
