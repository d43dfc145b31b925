"""What a practitioner and a child may have in common: keys of a family name or of a home, and since when."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal


class LikenessKind(StrEnum):
    FAMILY_NAME = "family-name"
    HOME = "home"


@dataclass(frozen=True, slots=True)
class Home:
    """A practitioner's home address, on its way to becoming a key; never kept, never written anywhere."""

    postcode: str = field(repr=False)
    address_line: str | None = field(default=None, repr=False)


SaidOfHome = Home | None | Literal["kept"]
"""What a directory says of a practitioner's home: this one, none any more, or nothing."""


@dataclass(frozen=True, slots=True)
class Key:
    """`until`: the moment from which it is theirs no more."""

    key: str
    since: datetime
    until: datetime | None = None

    def held_at(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


def alike(viewers: Iterable[Key], childs: Iterable[Key], at: datetime) -> bool:
    """Whether they had a key in common at a moment."""
    held = {key.key for key in childs if key.held_at(at)}
    return any(key.key in held and key.held_at(at) for key in viewers)
