"""What the matcher weighs by: the numbers in force, how common each name is, and how many children there are."""

import asyncio
import time

from child_index.application.ports import Units
from child_index.domain.matching import DEFAULT_WEIGHTS, NameFrequencies
from child_index.domain.name_counts import frequencies_of
from child_index.domain.placement import Knowledge

_LOOK_SECONDS = 5.0
_GROWTH = 1.25
_FEW = 200


class KnowledgeSource:
    """Gives the present `Knowledge`.

    While the built-in numbers are in force, names are counted again each time that the index has grown by a quarter; an
    estimate that was put in force has the names' shares of its own, and is taken up within seconds.
    """

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

    def forget(self) -> None:
        """What is in force was changed: the next one who asks looks again."""
        self._looked_at = float("-inf")

    async def _look(self, known: Knowledge | None) -> Knowledge:
        async with self._reading(patient=True) as uow:
            population = await uow.children.population()
            turn = await uow.weights.in_force()
            if turn is not None and turn.version != DEFAULT_WEIGHTS.version:
                if known is not None and known.weights.version == turn.version:
                    return Knowledge(known.frequencies, population, known.weights)
                estimate = await uow.weights.get(turn.version)
                assert estimate is not None, "only a version that there is was put in force"
                self._counted_at = 0
                return Knowledge(estimate.frequencies, population, estimate.weights)
            if population <= self._counted_at * _GROWTH + _FEW:
                builtin = known is None or known.weights.version != DEFAULT_WEIGHTS.version
                return Knowledge(
                    NameFrequencies.builtin() if builtin or known is None else known.frequencies, population
                )
            given, family = await uow.children.name_counts()
        frequencies = await asyncio.to_thread(frequencies_of, given, family)
        self._counted_at = population
        return Knowledge(frequencies, population)
