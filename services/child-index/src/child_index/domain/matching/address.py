"""A line of an address in a form that two clerks would share."""

import re
from dataclasses import dataclass
from typing import Final

from child_index.domain.matching.text import fold

_WORD: Final = re.compile(r"[^\W_]+")
_SHORT: Final = {
    "street": "st",
    "road": "rd",
    "avenue": "ave",
    "av": "ave",
    "close": "cl",
    "court": "ct",
    "crescent": "cres",
    "drive": "dr",
    "gardens": "gdns",
    "grove": "gr",
    "house": "hse",
    "lane": "ln",
    "park": "pk",
    "place": "pl",
    "square": "sq",
    "terrace": "terr",
    "apartment": "flat",
    "apt": "flat",
    "saint": "st",
}


@dataclass(frozen=True, slots=True)
class Address:
    """`numbers`: house and flat numbers in the order written; `words`: the rest, run together; `pairs`: the pairs of
    letters that follow one another in it."""

    numbers: tuple[str, ...]
    words: str
    pairs: frozenset[str]


def address(line: str | None) -> Address | None:
    """The comparable form of an address line, None where there is none."""
    if not line:
        return None
    numbers: list[str] = []
    words: list[str] = []
    for word in _WORD.findall(fold(line)):
        (numbers if word[0].isdigit() else words).append(word)
    if not numbers and not words:
        return None
    rest = "".join([_SHORT.get(word, word) for word in words])
    return Address(tuple(numbers), rest, frozenset(map(str.__add__, rest, rest[1:])))
