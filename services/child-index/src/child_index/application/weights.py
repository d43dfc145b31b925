"""The matcher's numbers: estimated from the index's own records as a new version, and put in force or taken back."""

import asyncio
import secrets
from collections.abc import Sequence

from chassis.errors import Conflict, FieldError, Invalid
from child_index.application.ports import IndexUnitOfWork, Units
from child_index.application.weights_ports import Estimate, Turn
from child_index.domain.matching import DEFAULT_WEIGHTS, NameFrequencies, prepare
from child_index.domain.matching.estimation import FEWEST_PAIRS, Counts, counted, estimated
from child_index.domain.name_counts import frequencies_of
from child_index.domain.person import Person

_SHOWN = 100


async def estimate_weights(reading: Units, units: Units, most_children: int, by: str) -> Estimate:
    """Makes a version of what the records tell now; it is not in force. Raises `Conflict` where they tell too little.

    Read in one transaction and kept in another, since the reckoning in between takes seconds.
    """
    async with reading(patient=True) as uow:
        pairs = await uow.weights.numbered_pairs(most_children, secrets.randbelow(2**31))
        if len(pairs) < FEWEST_PAIRS:
            raise Conflict(
                f"Only {len(pairs)} pairs of records share an NHS number; {FEWEST_PAIRS} are needed",
                code="too-few-pairs",
            )
        given, family = await uow.children.name_counts()
        population = await uow.children.population()
    frequencies = await asyncio.to_thread(frequencies_of, given, family)
    counts = await asyncio.to_thread(_counted, pairs, frequencies, population)
    async with units() as uow:
        number = await uow.weights.next_number()
        weights = estimated(counts, f"{DEFAULT_WEIGHTS.version}+{number}")
        made = Estimate(weights, frequencies, counts, len(pairs), uow.now(), by)
        await uow.weights.add(number, made)
        await uow.commit()
    return made


def _counted(pairs: Sequence[tuple[Person, Person]], frequencies: NameFrequencies, population: int) -> Counts:
    prepared = ((prepare(one.details()), prepare(other.details())) for one, other in pairs)
    return counted(prepared, frequencies, population)


async def list_weights(uow: IndexUnitOfWork) -> tuple[Turn | None, Sequence[Estimate]]:
    """Which version is in force, and the newest estimates."""
    return await uow.weights.in_force(), await uow.weights.newest(_SHOWN)


async def put_in_force(uow: IndexUnitOfWork, version: str, by: str) -> Turn:
    """Raises `Invalid` for a version that there is not. That which is in force already stays as it is."""
    if version != DEFAULT_WEIGHTS.version and await uow.weights.get(version) is None:
        raise Invalid([FieldError("version", "is not a version of these weights")])
    present = await uow.weights.in_force()
    if present is None or present.version != version:
        await uow.weights.put_in_force(version, by)
    turn = await uow.weights.in_force()
    assert turn is not None
    return turn
