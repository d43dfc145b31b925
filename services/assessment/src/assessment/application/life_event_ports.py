"""What life events and the chronology need of storage."""

from collections.abc import Collection, Sequence
from typing import Protocol

from assessment.domain.chronology import Entry
from assessment.domain.life_events import LifeEvent
from chassis.chronology import Asked
from contracts.vocabulary import Category


class LifeEventRepository(Protocol):
    async def add(self, event: LifeEvent) -> None: ...

    async def find(self, life_event_id: str) -> LifeEvent | None: ...

    async def save(self, event: LifeEvent) -> bool:
        """False, and nothing saved, unless the version before this one is the one that stands. Every version stays."""
        ...

    async def history(self, life_event_id: str, before: int | None, limit: int) -> list[LifeEvent]:
        """Every version, the last one first, from the one before the version `before` on."""
        ...

    async def purge(self, child_id: str) -> None: ...


class ChronologyRepository(Protocol):
    async def page(
        self, records: Sequence[str], categories: Collection[Category], viewer_id: str, asked: Asked
    ) -> list[Entry]:
        """Of granted categories the uppermost that are asked for, newest first; one more than the limit where there
        are more. What is of another category is not even read. Of team members whom only `sensitive` shows, without it
        those alone who concern the viewer."""
        ...
