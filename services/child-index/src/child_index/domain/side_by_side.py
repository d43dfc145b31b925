"""A record that was sent beside a child of the index, field by field: agreed, differs or missing, and in what way."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from child_index.domain.matching import Band, Prepared, best_of, compare, prepare, sentence
from child_index.domain.person import Person
from child_index.domain.placement import Knowledge
from child_index.domain.wholes import Whole, facing, weighed


class Mark(StrEnum):
    AGREED = "agreed"
    DIFFERS = "differs"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Compared:
    """`because` is a sentence that holds none of the values."""

    mark: Mark
    because: str


BASICS: Final = ("given_name", "family_name", "date_of_birth", "sex", "nhs_number", "upn")
WHEREABOUTS: Final = ("postcode", "address_line")
_SAYS_THE_SAME: Final = frozenset({Band.EQUAL, Band.VARIANT, Band.FULLER, Band.EARLIER})
_WHEREABOUTS_SENTENCES: Final = frozenset(
    text for field in WHEREABOUTS for band in Band if (text := sentence(field, band)) is not None
)


def side_by_side(person: Person, child: Whole, knowledge: Knowledge) -> dict[str, Compared]:
    """Each field of the person against the one of the child's records that agrees best."""
    query = prepare(person.details())
    held = facing(query, [prepare(each) for each in weighed(child, hidden=True)])
    best = best_of(query, held, knowledge.frequencies, knowledge.population, knowledge.weights)
    comparison = compare(query, best, knowledge.frequencies, knowledge.weights, knowledge.population)
    found = {}
    for field in (*BASICS, *WHEREABOUTS):
        band = comparison.band(field)
        words = sentence(field, band)
        if words is None:
            found[field] = Compared(Mark.MISSING, _missing(_has(field, query), _has(field, best)))
        else:
            found[field] = Compared(Mark.AGREED if band in _SAYS_THE_SAME else Mark.DIFFERS, words)
    return found


def without_whereabouts(because: tuple[str, ...]) -> list[str]:
    """The matcher's sentences save those about where a child lives: agreement tells of an address too."""
    return [text for text in because if text not in _WHEREABOUTS_SENTENCES]


def _has(field: str, person: Prepared) -> bool:
    name = person.names[0]
    return bool(
        {
            "given_name": name.given.text,
            "family_name": name.family.text,
            "date_of_birth": person.born,
            "sex": person.sex,
            "nhs_number": person.nhs_number,
            "upn": person.upn,
            "postcode": person.postcode,
            "address_line": person.address,
        }[field]
    )


def _missing(sent: bool, held: bool) -> str:
    if sent and held:
        return "It says too little to be compared."
    if sent:
        return "Only the record that was sent has it."
    return "Only the index has it." if held else "Neither has it."
