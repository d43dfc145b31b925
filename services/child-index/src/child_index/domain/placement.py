"""Records that arrive, and what becomes of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from child_index.domain.matching import DEFAULT_WEIGHTS, NameFrequencies, Prepared, Weights, prepare, typed
from child_index.domain.nearness import votes_of
from child_index.domain.person import ChildRecord, Person
from child_index.domain.statements import Kind

Outcome = Literal["created", "matched", "review"]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the whole index tells of one pair: how common each name is, among how many children, and what each agreement
    is worth."""

    frequencies: NameFrequencies
    population: int
    weights: Weights = DEFAULT_WEIGHTS

    def for_typed(self) -> "Knowledge":
        """For what somebody typed to find a child, in the place of a record that arrived."""
        return replace(self, weights=typed(self.weights))


@dataclass(frozen=True, slots=True)
class Submission:
    """One record that arrived. `source` and `source_key` name it for ever: the same record again is not a new one."""

    person: Person
    source: str
    source_key: str
    numbered: bool
    prepared: Prepared
    votes: Mapping[int, int]
    """Its keys, and how much each of them says."""
    row: int | None = None
    """Its place in the list that it came with."""

    @classmethod
    def of(cls, person: Person, source: str, local_id: str | None, row: int | None = None) -> "Submission":
        prepared = prepare(person.details())
        key = person.source_key(local_id)
        return cls(person, source, key, local_id is not None, prepared, votes_of(prepared), row)


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """What became of a record that came before. `pending`: its review is still open.

    `child_no`: the number of the child's record, where it was read. `alone`: no other record answers as one with it.
    """

    said: Person | None
    child_id: str | None
    review_id: str | None
    pending: bool
    child_no: int | None = None
    alone: bool = False

    def is_repeated_by(self, person: Person) -> bool:
        """Whether the sender says nothing new of a child whom it is known to mean."""
        return not self.pending and self.child_id is not None and self.said in (None, person)


@dataclass(frozen=True, slots=True)
class Placement:
    """What became of one record. `score` is None where nothing had to be weighed.

    `record_id`: of the child's records the one that it is kept with.
    """

    outcome: Outcome
    child_id: str | None
    review_id: str | None
    score: float | None
    record_id: str | None = None


@dataclass(frozen=True, slots=True)
class NewReview:
    review_id: str
    submission: Submission
    candidate_id: str
    score: float
    because: tuple[str, ...]
    weights_version: str


@dataclass(frozen=True, slots=True)
class Said:
    """A submission that was taken as a record's, to be kept as a statement."""

    record_id: str
    kind: Kind
    submission: Submission
    said_on: date
    review_id: str | None
    score: float | None
    weights_version: str | None
    """By which the score was weighed; None where nothing was."""


@dataclass(slots=True)
class Changes:
    """What `Register` changed, for the unit of work to save.

    `amended` holds each record before and after, `keys` those that a record did not have before.
    `first`: the keys of those of `sources` of which nothing was known before.
    """

    added: dict[str, ChildRecord] = field(default_factory=dict)
    amended: dict[str, tuple[ChildRecord, ChildRecord]] = field(default_factory=dict)
    keys: dict[str, tuple[int, ...]] = field(default_factory=dict)
    reviews: list[NewReview] = field(default_factory=list)
    sources: dict[str, SourceRecord] = field(default_factory=dict)
    first: set[str] = field(default_factory=set)
    said: list[Said] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the index holds near the records of one source.

    `votes`: by source key, who is near each record that is new to the source. `sources`: the records of this source
    that came before, by source key. `claimed`: the children whom this source has under a number of its own.
    `doubtful`: the records whose review is open, by the child whom they resemble. `veiled`: ids of records of children
    who may be told of, but not where they live. Of records that were merged, all are in `records`; a record of which
    its sender says nothing new may be missing there where it stands alone.
    """

    records: Sequence[ChildRecord]
    votes: Mapping[str, Mapping[str, int]]
    sources: Mapping[str, SourceRecord]
    claimed: frozenset[str]
    doubtful: Mapping[str, Sequence[Person]]
    veiled: frozenset[str] = frozenset()
