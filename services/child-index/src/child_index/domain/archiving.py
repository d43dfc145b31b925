"""When a record is archived: at 18, or at 25 where a consent in force says so. The ages are the authority's to set."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from child_index.domain.days import months_before


@dataclass(frozen=True, slots=True)
class Ages:
    """In years. `with_consent` where a consent in force keeps the record open for longer."""

    usual: int = 18
    with_consent: int = 25
    kept: int = 6
    """For how long an archived record is kept."""

    def is_due(self, born: Collection[date], today: date, *, kept_open: bool) -> bool:
        """Whether somebody with these dates of birth is grown up; of several the latest counts, so that none is
        archived who may be a child still. One born on 29 February is a year older on 1 March."""
        return max(born) <= self.last_birthday(today, kept_open=kept_open)

    def may_be_purged(self, born: Collection[date], archived_on: date, today: date) -> bool:
        """Both by when it was archived and by the dates of birth, so that neither alone can be wrong."""
        archived = archived_on <= months_before(today, 12 * self.kept)
        return archived and max(born) <= months_before(today, 12 * (self.usual + self.kept))

    def last_birthday(self, today: date, *, kept_open: bool) -> date:
        """The latest date of birth of who has reached the age."""
        return months_before(today, 12 * (self.with_consent if kept_open else self.usual))
