"""The order of a child's chronology, which several services give parts of: each sorts, pages and cuts by what is here.

An entry's place is its day in the United Kingdom, its kind, the moment where one is known, and the id of what it is
about. That is in the entry and in nothing else, so a cursor, which is the place of the last entry shown, tells no more
than the entry does; and what comes in before it moves nothing that comes after.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from chassis.days import start_of_uk_day, uk_date
from contracts.vocabulary import ChronologyKind

_RANK = {kind: number for number, kind in enumerate(ChronologyKind)}
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""No clock of a service shows anything outside."""
_BEFORE_ALL, _AFTER_ALL = "", "z"
"""Compared with ids, which are UUIDs in lower case."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands. `moment`: of what is known to the moment, else None; the same for all of a kind."""

    day: date
    kind: ChronologyKind
    moment: datetime | None
    key: str

    @classmethod
    def at(cls, moment: datetime, kind: ChronologyKind, key: str) -> "Place":
        return cls(uk_date(moment), kind, moment, key)

    @property
    def order(self) -> tuple[date, int, datetime, str]:
        """Sorts places from the earliest to the latest; the chronology is read the other way round."""
        return self.day, _RANK[self.kind], self.moment or _FIRST, self.key

    @property
    def can_be(self) -> bool:
        """Whether the moment is one of the day."""
        moment = self.moment
        if moment is None:
            return True
        return moment.tzinfo is not None and _FIRST < moment < _LAST and uk_date(moment) == self.day


class Days(NamedTuple):
    """Those with `low <= day` and `(day, id) < (high, key)`."""

    low: date
    high: date
    key: str


class Moments(NamedTuple):
    """Those with `low <= moment` and `(moment, id) < (high, key)`."""

    low: datetime
    high: datetime
    key: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One page of a chronology: `limit` entries of these kinds, dated from `since` to `until` (both included), from the
    one below `after` on."""

    kinds: frozenset[ChronologyKind]
    since: date | None
    until: date | None
    after: Place | None
    limit: int

    def shows(self, place: Place) -> bool:
        return (
            place.kind in self.kinds
            and (self.since is None or place.day >= self.since)
            and (self.until is None or place.day <= self.until)
            and (self.after is None or place.order < self.after.order)
        )

    def days_of(self, kind: ChronologyKind) -> Days:
        """What of a kind that is known to the day is on this page or below."""
        high, key = self.until or date.max, _AFTER_ALL
        after = self.after
        if after is not None and after.day <= high:
            high, key = after.day, self._key_below(kind, after)
        return Days(self.since or date.min, high, key)

    def moments_of(self, kind: ChronologyKind) -> Moments:
        """The same of a kind that is known to the moment."""
        low = _FIRST if self.since is None else _start(self.since)
        high, key = _LAST if self.until is None else _end(self.until), _BEFORE_ALL
        after = self.after
        if after is None or (self.until is not None and after.day > self.until):
            return Moments(low, high, key)
        if after.kind is kind and after.moment is not None:
            return Moments(low, after.moment, after.key)
        whole_day = _RANK[kind] < _RANK[after.kind]
        return Moments(low, _end(after.day) if whole_day else _start(after.day), _BEFORE_ALL)

    @staticmethod
    def _key_below(kind: ChronologyKind, after: Place) -> str:
        if kind is after.kind:
            return after.key
        return _AFTER_ALL if _RANK[kind] < _RANK[after.kind] else _BEFORE_ALL


def cut(places: Collection[Place], limit: int) -> list[Place]:
    """The uppermost, and one more where there is more."""
    return sorted(places, key=lambda place: place.order, reverse=True)[: limit + 1]


def _start(day: date) -> datetime:
    if day.year <= _FIRST.year:
        return _FIRST
    return _LAST if day.year >= _LAST.year else start_of_uk_day(day)


def _end(day: date) -> datetime:
    return _LAST if day.year >= _LAST.year else _start(day + timedelta(days=1))
