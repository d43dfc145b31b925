"""Measures whom a search with errors finds in a large index: `python -m tests.bench.recall`.

The index is held in memory: its keys as sorted arrays, its children as they are written. Fetching, weighing, ranking
and cutting off are the service's own, in its order: the 200 who share the most keys, the first five of them by weight,
and of those the ones that are plausible enough to be shown. A query has what a practitioner types: both names, birth
date, sex and postcode, and no address line.
"""

import argparse
import platform
import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Any

import numpy as np

from child_index.application.search_children import MOST_SHOWN
from child_index.domain.matching import (
    DEFAULT_WEIGHTS,
    PLAUSIBLE,
    NameFrequencies,
    PersonDetails,
    Ranked,
    blocking_keys,
    prepare,
    rank,
    typed,
)
from tests.bench.crowd import Known, crowd
from tests.generator.noise import typo

SEED = 20_261
MOST_CANDIDATES = 200

Error = Callable[[Random, PersonDetails], PersonDetails]


def typo_in_a_name(random: Random, query: PersonDetails) -> PersonDetails:
    if random.random() < 0.5:
        return replace(query, given_name=typo(random, query.given_name))
    return replace(query, family_name=typo(random, query.family_name))


def day_and_month_swapped(random: Random, query: PersonDetails) -> PersonDetails:
    born = _born(query)
    return replace(query, date_of_birth=date(born.year, born.day, born.month))


def reads_both_ways(child: PersonDetails) -> bool:
    born = _born(child)
    return born.day <= 12 and born.day != born.month


def part_of_birth_date(random: Random, query: PersonDetails) -> PersonDetails:
    """Year, month or day is another one."""
    born = _born(query)
    part = random.choice(("year", "month", "day"))
    values = {"year": range(2009, 2022), "month": range(1, 13), "day": range(1, 29)}[part]
    wrong = random.choice([value for value in values if value != getattr(born, part)])
    day = min(born.day, 28)
    parts = {"year": born.year, "month": born.month, "day": day if part != "day" else born.day, part: wrong}
    return replace(query, date_of_birth=date(**parts))


def old_postcode(random: Random, query: PersonDetails) -> PersonDetails:
    """The family has moved, four times in ten out of the district, and the index doesn't know the old postcode."""
    district = str(query.postcode).split(" ")[0]
    if random.random() < 0.4:
        district = f"{district[:2]}{random.randint(1, 30)}"
    letters = "".join(random.choices("ABDEFGHJLNPQRSTUWXYZ", k=2))
    return replace(query, postcode=f"{district} {random.randint(1, 9)}{letters}")


def _born(query: PersonDetails) -> date:
    assert query.date_of_birth is not None
    return query.date_of_birth


KINDS: dict[str, tuple[Error, ...]] = {
    "no error": (),
    "typo": (typo_in_a_name,),
    "day/month": (day_and_month_swapped,),
    "old postcode": (old_postcode,),
    "typo, day/month": (typo_in_a_name, day_and_month_swapped),
    "typo, old postcode": (typo_in_a_name, old_postcode),
    "typo, day/month, old postcode": (typo_in_a_name, day_and_month_swapped, old_postcode),
    "hardest: typo, part of birth date, old postcode": (typo_in_a_name, part_of_birth_date, old_postcode),
}


@dataclass
class Held:
    """An index. `keys` ascending, `owners[n]` the child of `keys[n]`."""

    children: list[PersonDetails]
    keys: Any
    owners: Any
    frequencies: NameFrequencies

    def sharing(self, sought: tuple[int, ...]) -> list[int]:
        """As the adapter's statement: the children that share the most keys, then the older ones."""
        starts = np.searchsorted(self.keys, sought, "left")
        ends = np.searchsorted(self.keys, sought, "right")
        votes = Counter[int]()
        for start, end in zip(starts, ends, strict=True):
            votes.update(self.owners[start:end].tolist())
        return sorted(votes, key=lambda child: (-votes[child], child))[:MOST_CANDIDATES]

    def ranked(self, query: PersonDetails) -> tuple[Ranked, ...]:
        """The children fetched for the query, best first."""
        prepared = prepare(query)
        found = [(str(number), prepare(self.children[number])) for number in self.sharing(blocking_keys(prepared))]
        return rank(prepared, found, self.frequencies, typed(DEFAULT_WEIGHTS), population=len(self.children))


def as_held(known: Known) -> PersonDetails:
    child = known.child
    return PersonDetails(
        given_name=child.given_name,
        family_name=child.family_name,
        date_of_birth=child.date_of_birth,
        sex=child.sex,
        postcode=child.address.postcode,
        address_line=child.address.line,
    )


def fill(count: int) -> Held:
    children = [as_held(known) for known in crowd(SEED, count)]
    keys, owners = array("q"), array("l")
    for number, child in enumerate(children):
        found = blocking_keys(prepare(child))
        keys.extend(found)
        owners.extend([number] * len(found))
    order = np.argsort(np.frombuffer(keys, dtype=np.int64), kind="stable")
    frequencies = NameFrequencies.from_people((child.given_name, child.family_name) for child in children)
    return Held(
        children,
        np.frombuffer(keys, dtype=np.int64)[order],
        np.frombuffer(owners, dtype=np.int64)[order],
        frequencies,
    )


@dataclass
class Recall:
    """Of the queries of one kind, each of one child: shares, 0 to 1, and the processor's milliseconds a query."""

    kind: str
    fetched: float
    """Whose child is among the 200."""
    first_five: float
    """Whose child is among the first five of them."""
    shown: float
    """Whose child is among the first five and plausible: what the search answers."""
    took: float


def recalls(held: Held, queries: int) -> Iterator[Recall]:
    for kind, errors in KINDS.items():
        random = Random(SEED)
        swapped = day_and_month_swapped in errors
        among = [number for number, child in enumerate(held.children) if not swapped or reads_both_ways(child)]
        found = Counter[str]()
        began = time.process_time()
        for number in random.sample(among, queries):
            query = replace(held.children[number], address_line=None)
            for error in errors:
                query = error(random, query)
            ranked = held.ranked(query)
            place = next((at for at, each in enumerate(ranked) if each.candidate_id == str(number)), None)
            if place is not None:
                found["fetched"] += 1
                found["first five"] += place < MOST_SHOWN
                found["shown"] += place < MOST_SHOWN and ranked[place].score >= PLAUSIBLE
        took = (time.process_time() - began) * 1000 / queries
        yield Recall(kind, found["fetched"] / queries, found["first five"] / queries, found["shown"] / queries, took)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=100_000, help="in the index")
    parser.add_argument("--queries", type=int, default=2_000, help="of each kind")
    given = parser.parse_args()
    held = fill(given.children)
    keys = len(held.keys) / given.children
    print(f"Python {platform.python_version()}; {given.children:,} children, {keys:.1f} keys each", flush=True)
    for each in recalls(held, given.queries):
        print(
            f"  {each.kind:<48} fetched {each.fetched:.4f}, first five {each.first_five:.4f}, shown {each.shown:.4f},"
            f" {each.took:.2f} ms",
            flush=True,
        )


if __name__ == "__main__":
    main()
