"""An index in memory that imports rows as the service does, to see what the matching makes of whole lists."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from child_index.domain.matching import (
    Decision,
    NameFrequencies,
    PersonDetails,
    Prepared,
    blocking_keys,
    decide,
    prepare,
)
from tests.generator.row import Row


def details_of(row: Row) -> PersonDetails:
    return PersonDetails(
        given_name=row.given_name,
        family_name=row.family_name,
        date_of_birth=date.fromisoformat(row.date_of_birth) if row.date_of_birth else None,
        sex=row.sex,
        postcode=row.postcode,
        address_line=row.address_line,
        nhs_number=row.nhs_number,
        upn=row.upn,
    )


@cache
def prepared_row(row: Row) -> tuple[Prepared, tuple[int, ...]]:
    """The row as it is compared, and its keys: made once, however many indexes it is taken into."""
    prepared = prepare(details_of(row))
    return prepared, blocking_keys(prepared)


@dataclass
class Index:
    """Records by id and by key. Outcomes are kept, so that a test can count them."""

    frequencies: NameFrequencies = field(default_factory=NameFrequencies.builtin)
    records: dict[str, Prepared] = field(default_factory=dict)
    by_key: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    decisions: dict[str, Decision] = field(default_factory=dict)
    child_of_row: dict[str, str] = field(default_factory=dict)
    knows_sources: bool = False
    """Whether `decide` is told which candidates the same list already holds."""

    def create(self, child_id: str, row: Row) -> None:
        self.records[child_id], keys = prepared_row(row)
        for key in keys:
            self.by_key[key].append(child_id)

    def candidates(self, row: Row) -> list[tuple[str, Prepared]]:
        _, keys = prepared_row(row)
        ids = {child_id for key in keys for child_id in self.by_key.get(key, ())}
        return [(child_id, self.records[child_id]) for child_id in sorted(ids)]

    def decide(self, row: Row, same_source: AbstractSet[str] = frozenset()) -> Decision:
        """What would become of a row; nothing is changed."""
        prepared, _ = prepared_row(row)
        return decide(
            prepared,
            self.candidates(row),
            self.frequencies,
            population=len(self.records),
            same_source=same_source,
        )

    def take(self, rows: Iterable[Row], resolve: Callable[[Row, Decision], str | None] | None = None) -> None:
        """Match or create each row. A review is left open, unless `resolve` names the child (None: a new one)."""
        held: set[str] = set()
        for row in rows:
            decision = self.decide(row, held if self.knows_sources else frozenset())
            self.decisions[row.local_id] = decision
            child_id = decision.candidate_id
            if decision.outcome == "review":
                if resolve is None:
                    continue
                child_id = resolve(row, decision)
            if child_id is None:
                child_id = row.local_id
                self.create(child_id, row)
            self.child_of_row[row.local_id] = child_id
            held.add(child_id)


def pairs_between(child_of_row: dict[str, str]) -> set[tuple[str, str]]:
    """All pairs of rows that ended as one child, each pair sorted."""
    rows: dict[str, list[str]] = defaultdict(list)
    for row, child in child_of_row.items():
        rows[child].append(row)
    return {(a, b) for members in rows.values() for a in members for b in members if a < b}


def f1(found: set[tuple[str, str]], true: set[tuple[str, str]]) -> float:
    return 2 * len(found & true) / (len(found) + len(true))
