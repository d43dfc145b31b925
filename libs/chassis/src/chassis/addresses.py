"""UK postcodes, and a line of an address in a form that two clerks would share."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from chassis.written import compact, fold

# Royal Mail's postcode forms (BS 7666), as the Government Data Standards Catalogue gives them.
_POSTCODE: Final = re.compile(
    r"(GIR0AA|[A-PR-UWYZ](?:[0-9]{1,2}|[A-HK-Y][0-9](?:[0-9]|[ABEHMNPRV-Y])?|[0-9][A-HJKPS-UW])[0-9][ABD-HJLNP-UW-Z]{2})"
)
# The NHS's pseudo postcodes: "no fixed abode", "not known", and countries abroad. They say nothing of a place.
_PSEUDO_POSTCODE: Final = re.compile(r"ZZ99[0-9][A-Z]{2}")
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
_HOUSE_WORDS: Final = 2


@dataclass(frozen=True, slots=True)
class Address:
    """`numbers`: house and flat numbers in the order written; `words`: the rest, run together; `pairs`: the pairs of
    letters that follow one another in it."""

    numbers: tuple[str, ...]
    words: str
    pairs: frozenset[str]


def postcode(text: str) -> str | None:
    """A UK postcode in capitals with its one space; None for none, and for the NHS's pseudo postcodes.

    Raises ValueError, which does not repeat the text, for what is no postcode.
    """
    code = text.replace(" ", "").upper()
    if not code or _PSEUDO_POSTCODE.fullmatch(code):
        return None
    if _POSTCODE.fullmatch(code) is None:
        raise ValueError("is not a UK postcode")
    return f"{code[:-3]} {code[-3:]}"


@lru_cache(maxsize=1 << 15)
def address(line: str | None) -> Address | None:
    """The comparable form of an address line, None where there is none."""
    if not line:
        return None
    numbers, words = _parted(_WORD.findall(fold(line)))
    if not numbers and not words:
        return None
    rest = "".join([_SHORT.get(word, word) for word in words])
    return Address(tuple(numbers), rest, frozenset(map(str.__add__, rest, rest[1:])))


@lru_cache(maxsize=1 << 15)
def home(code: str | None, line: str | None) -> str | None:
    """What tells one home from the others, None without a postcode: the postcode, and what stands for the house.

    That is its numbers (flat and house, in any order), or without one the beginning of its name. The street is left
    out, since the postcode says it; a home of which only the postcode is known is like no other but such.
    """
    place = compact(code)
    return f"{place}|{_house(place.lower(), line or '')}" if place else None


def _house(place: str, line: str) -> str:
    found = _WORD.findall(fold(line))
    written: list[str] = []
    for position, word in enumerate(found):
        before = found[position - 1] if position else ""
        if place in (word, word + "".join(found[position + 1 : position + 2]), before + word):
            continue  # the postcode again
        if len(word) == 1 and word.isalpha() and before.isdigit():
            written[-1:] = [before + word]  # 12 A is 12A
        else:
            written.append(word)
    numbers, words = _parted(written)
    if numbers:
        return " ".join(sorted(set(numbers)))
    return " ".join([_SHORT.get(word, word) for word in words if word != "the"][:_HOUSE_WORDS])


def _parted(found: Iterable[str]) -> tuple[list[str], list[str]]:
    numbers: list[str] = []
    words: list[str] = []
    for word in found:
        (numbers if word[0].isdigit() else words).append(word)
    return numbers, words
