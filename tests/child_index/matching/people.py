"""Builders of persons for the matching tests."""

from dataclasses import replace
from datetime import date

from child_index.domain.matching import (
    DEFAULT_WEIGHTS,
    Comparison,
    Decision,
    NameFrequencies,
    PersonDetails,
    blocking_keys,
    compare,
    decide,
    prepare,
)

FREQUENCIES = NameFrequencies.builtin()
TOWN = 20_000

OLIVER = PersonDetails(
    given_name="Oliver",
    family_name="Whitaker",
    date_of_birth=date(2014, 3, 5),
    sex="male",
    postcode="ZX1 4AB",
    address_line="12 High Street",
)


def like(person: PersonDetails, **changed: object) -> PersonDetails:
    """The same person with some fields written otherwise."""
    return replace(person, **changed)  # type: ignore[arg-type]


def compared(query: PersonDetails, record: PersonDetails, population: int = TOWN) -> Comparison:
    return compare(prepare(query), prepare(record), FREQUENCIES, DEFAULT_WEIGHTS, population)


def decided(
    query: PersonDetails,
    *records: PersonDetails,
    population: int = TOWN,
    parted: frozenset[str] = frozenset(),
    same_source: frozenset[str] = frozenset(),
) -> Decision:
    """The decision among records named '0', '1', ... in the order given."""
    candidates = [(str(number), prepare(record)) for number, record in enumerate(records)]
    return decide(
        prepare(query), candidates, FREQUENCIES, population=population, parted=parted, same_source=same_source
    )


def share_a_key(one: PersonDetails, other: PersonDetails) -> bool:
    return not set(blocking_keys(prepare(one))).isdisjoint(blocking_keys(prepare(other)))
