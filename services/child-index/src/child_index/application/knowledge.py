"""How common each name is in the index, and how many children it holds: counted anew as it grows."""

import asyncio
import time

from child_index.application.ports import Units
from child_index.domain.matching import NameFrequencies
from child_index.domain.name_counts import frequencies_of
from child_index.domain.placement import Knowledge

_LOOK_SECONDS = 5.0
_GROWTH = 1.25
_FEW = 200


class KnowledgeSource:
    """Gives the present `Knowledge`. Names are counted again each time that the index has grown by a quarter."""

    def __init__(self, reading: Units) -> None:
        self._reading = reading
        self._known: Knowledge | None = None
        self._counted_at = 0
        self._looked_at = float("-inf")
        self._counting = asyncio.Lock()

    async def current(self) -> Knowledge:
        """To be asked for before a transaction is begun, since it reads in one of its own."""
        known = self._known
        if known is not None and (self._counting.locked() or time.monotonic() - self._looked_at < _LOOK_SECONDS):
            return known
        async with self._counting:
            if self._known is None or time.monotonic() - self._looked_at >= _LOOK_SECONDS:
                self._known = await self._look(self._known)
                self._looked_at = time.monotonic()
            return self._known

    async def _look(self, known: Knowledge | None) -> Knowledge:
        async with self._reading() as uow:
            population = await uow.children.population()
            if population <= self._counted_at * _GROWTH + _FEW:
                return Knowledge(known.frequencies if known else NameFrequencies.builtin(), population)
            given, family = await uow.children.name_counts()
        frequencies = await asyncio.to_thread(frequencies_of, given, family)
        self._counted_at = population
        return Knowledge(frequencies, population)
