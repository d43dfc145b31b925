"""A person in the form that is compared: made once for each query and each candidate."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from chassis.addresses import Address, address
from chassis.written import compact, tokens
from child_index.domain.matching import identifiers
from child_index.domain.matching.details import PersonDetails
from child_index.domain.matching.phonetics import phonetic

# What lists write where a child has no given name yet. Two newborn twins are both "Baby": such a name is kept and is
# searchable, but it is no evidence.
_PLACEHOLDERS: Final = frozenset({"baby", "infant", "newborn", "unknown", "unnamed", "tbc", "nk"})
_PLACEHOLDER_COMPANY: Final = frozenset(
    {
        "boy",
        "girl",
        "male",
        "female",
        "twin",
        "triplet",
        "one",
        "two",
        "three",
        "1",
        "2",
        "3",
        "a",
        "b",
        "c",
        "of",
        "name",
    }
)
_SEXES: Final = {"m": "m", "male": "m", "boy": "m", "1": "m", "f": "f", "female": "f", "girl": "f", "2": "f"}


@dataclass(frozen=True, slots=True)
class Name:
    """One given or family name. `text` is its tokens run together: O'Brien and OBrien are one."""

    text: str
    tokens: tuple[str, ...]
    sounds: tuple[str, ...]
    placeholder: bool


class NamePair(NamedTuple):
    given: Name
    family: Name


class BirthDate(NamedTuple):
    """`month` and `day` are 0 where they are not known."""

    year: int
    month: int
    day: int


class Prepared(NamedTuple):
    """The normalised form of `PersonDetails`; may be pickled, holds no more than they do.

    `names[0]` is the current name, the rest are former or alternate ones. `nhs_number` and `upn` are '' unless they
    pass their check.
    """

    names: tuple[NamePair, ...]
    born: BirthDate | None
    sex: str
    postcode: str
    earlier_postcodes: tuple[str, ...]
    address: Address | None
    nhs_number: str
    upn: str


@lru_cache(maxsize=1 << 16)
def name(text: str) -> Name:
    """The comparable form of one written name."""
    words = tokens(text)
    return Name("".join(words), words, tuple(phonetic(word) for word in words), _is_placeholder(words))


def _is_placeholder(words: tuple[str, ...]) -> bool:
    held = set(words)
    return not _PLACEHOLDERS.isdisjoint(held) and held <= _PLACEHOLDERS | _PLACEHOLDER_COMPANY


def prepare(details: PersonDetails) -> Prepared:
    """Normalise what is known of a person. Takes any text and never raises for it."""
    given, family = name(details.given_name or ""), name(details.family_name or "")
    current = NamePair(given, family)
    pairs = _distinct_pairs(current, details.other_names) if details.other_names else (current,)
    born = details.date_of_birth
    postcode = compact(details.postcode)
    earlier = details.earlier_postcodes and _distinct(compact(each) for each in details.earlier_postcodes)
    return Prepared(
        names=pairs,
        born=_birth_date(born, details.born_accuracy) if born is not None else None,
        sex=_SEXES.get(details.sex.strip().lower(), "") if details.sex else "",
        postcode=postcode,
        earlier_postcodes=tuple(each for each in earlier if each != postcode),
        address=address(details.address_line),
        nhs_number=identifiers.nhs_number(details.nhs_number) if details.nhs_number else "",
        upn=identifiers.upn(details.upn) if details.upn else "",
    )


def _birth_date(born: date, accuracy: str) -> BirthDate | None:
    if accuracy == "AAA":
        return BirthDate(born.year, born.month, born.day)
    day, month, year = (letter == "A" for letter in accuracy)
    return BirthDate(born.year, born.month * month, born.day * (day and month)) if year else None


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _distinct_pairs(current: NamePair, others: tuple[tuple[str, str], ...]) -> tuple[NamePair, ...]:
    """The current name and the others, each once; an empty half of another name stands for the current one."""
    pairs = [current]
    for given_text, family_text in others:
        given, family = name(given_text or ""), name(family_text or "")
        pairs.append(NamePair(given if given.text else current.given, family if family.text else current.family))
    return tuple(dict.fromkeys(pair for pair in pairs if pair.given.text or pair.family.text)) or (current,)
