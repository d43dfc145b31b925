"""What would bring a hidden name back: the name spelt otherwise, or what only it says of the child."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from child_index.domain.matching import comparable_name
from child_index.domain.person import ChildRecord, Name


def as_read(name: Name) -> tuple[str, ...]:
    """A name as the matcher reads it: capitals, accents and hyphens make no other name."""
    return tuple(comparable_name(each).text for each in name)


def without_hidden(names: Iterable[Name], hidden: Iterable[Name]) -> list[Name]:
    """The names that are not hidden ones, however those are spelt."""
    gone = {as_read(name) for name in hidden}
    return [name for name in names if not gone or as_read(name) not in gone]


@dataclass(frozen=True, slots=True)
class Hidden:
    """The hidden names of one child. `words`: those in them that none of the shown names has."""

    names: frozenset[tuple[str, ...]] = frozenset()
    words: frozenset[str] = frozenset()

    @classmethod
    def of(cls, records: Sequence[ChildRecord]) -> "Hidden":
        """`records`: all of the child's. Hidden on one of them, a name is hidden of the child."""
        hidden = [name for record in records for name in record.hidden_names]
        if not hidden:
            return NOTHING
        known = [name for record in records for name in (record.name, *record.other_names)]
        shown = without_hidden(known, hidden)
        return cls(frozenset(map(as_read, hidden)), _words(hidden) - _words(shown))

    def is_told_by(self, name: Name) -> bool:
        """Whether the name, sent by somebody who knows no better, is one of them or gives away a part of one."""
        return bool(self.names) and (as_read(name) in self.names or not self.words.isdisjoint(_words([name])))


NOTHING = Hidden()


def _words(names: Iterable[Name]) -> frozenset[str]:
    return frozenset(word for name in names for each in name for word in comparable_name(each).tokens)
