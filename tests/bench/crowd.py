"""Many made-up children, quickly: those of a region whose index is there already, and a school roll of some of them.

Families, names and the slips of clerks are those of `tests.generator`; the same seed makes the same children.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, islice
from operator import mul
from pathlib import Path
from random import Random

from child_index.domain.person import Person
from tests.generator import noise
from tests.generator.families import FIRST_BIRTH, LAST_BIRTH, Address, Child
from tests.generator.identifiers import NHS_MISSING, UPN_MISSING
from tests.generator.names import (
    COMMUNITIES,
    STREET_TYPES,
    STREETS,
    Community,
    draw_family,
    draw_given,
    draw_second,
    for_sex,
)
from tests.generator.row import HEADER

_AREAS = ("ZA", "ZB", "ZD", "ZE", "ZF", "ZG", "ZH", "ZM", "ZL", "ZX")  # no such postcode areas exist
_STREETS = STREETS + tuple(name for community in COMMUNITIES for name in community.families)
_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
_POSTCODE_CHILDREN = 8
_UPN_CHECKS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_UPN_VALUES = {digit: 23 + int(digit) for digit in "0123456789"}
_TWIN_BIRTHS = 0.016
_SIZES = (1,) * 40 + (2,) * 38 + (3,) * 16 + (4,) * 6
_SHARES = tuple(accumulate(each.share for each in COMMUNITIES))
_SPAN = (LAST_BIRTH - FIRST_BIRTH).days


@dataclass(frozen=True)
class Known:
    """A child as they are, and the numbers that were issued to them."""

    child: Child
    nhs_number: str
    upn: str


def crowd(seed: int, count: int) -> Iterator[Known]:
    """`count` children of families of one to four, twins among them, eight to a postcode."""
    random = Random(seed)
    postcodes = [_postcode(random) for _ in range(max(20, count // _POSTCODE_CHILDREN))]
    return islice(_numbered(random, postcodes), count)


def _numbered(random: Random, postcodes: list[tuple[str, str]]) -> Iterator[Known]:
    number = 0
    while True:
        for child in _family(random, postcodes, number):
            yield Known(child, _nhs_number(number), _upn(number))
            number += 1


def _postcode(random: Random) -> tuple[str, str]:
    area, letters = random.choice(_AREAS), "".join(random.choices(_LETTERS, k=2))
    code = f"{area}{random.randint(1, 30)} {random.randint(1, 9)}{letters}"
    return code, f"{random.choice(_STREETS)} {random.choice(STREET_TYPES)}"


def _family(random: Random, postcodes: list[tuple[str, str]], start: int) -> Iterator[Child]:
    community = random.choices(COMMUNITIES, cum_weights=_SHARES)[0]
    family_name = draw_family(random, community)
    code, street = random.choice(postcodes)
    address = Address(f"{random.randint(1, 60)} {street}", code)
    taken: set[str] = set()
    for _ in range(random.choice(_SIZES)):
        born = FIRST_BIRTH + timedelta(days=random.randint(0, _SPAN))
        is_twin = random.random() < _TWIN_BIRTHS
        for _ in range(2 if is_twin else 1):
            sex = random.choice("MF")
            given = _given(random, community, sex, taken)
            second = draw_second(random, community, sex) if random.random() < 0.35 else ""
            key = f"c{start}"
            yield Child(key, given, second, for_sex(family_name, sex, community), born, sex, address, community, key,
                        is_twin)  # fmt: skip
            start += 1


def _given(random: Random, community: Community, sex: str, taken: set[str]) -> str:
    while (given := draw_given(random, community, sex)) in taken:
        pass
    taken.add(given)
    return given


def _nhs_number(number: int) -> str:
    """Each a different one with a right check digit; those of which the check digit would be 10 are left out."""
    body = 400_000_000 + number * 7
    while True:
        rest, sum_ = body, 0
        for weight in range(2, 11):
            rest, digit = divmod(rest, 10)
            sum_ += digit * weight
        check = -sum_ % 11
        if check < 10:
            return f"{body}{check}"
        body += 1


def _upn(number: int) -> str:
    rest, school = divmod(number, 7_000)
    serial, year = divmod(rest, 13)
    body = f"380{2_000 + school}{13 + year}{serial:03d}"
    check = sum(map(mul, range(2, 14), map(_UPN_VALUES.__getitem__, body))) % 23
    return f"{_UPN_CHECKS[check]}{body}"


def as_indexed(random: Random, known: Known) -> Person:
    """The child as a surgery's list told of them."""
    child = known.child
    return Person(
        given_name=child.given_name,
        family_name=child.family_name,
        date_of_birth=child.date_of_birth,
        sex={"M": "male", "F": "female"}[child.sex],
        address_line=child.address.line,
        postcode=child.address.postcode,
        nhs_number=None if random.random() < NHS_MISSING["surgery"] else known.nhs_number,
        upn=None if random.random() < UPN_MISSING["surgery"] else known.upn,
    )


def write_roll(random: Random, roll: list[Known], path: Path) -> None:
    """The children as a school's clerk writes them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number, known in enumerate(roll, 1):
            child = known.child
            writer.writerow(
                (
                    noise.given_as_written(random, child, "school"),
                    noise.family_as_written(random, child.family_name, "school"),
                    _written(noise.date_as_written(random, child.date_of_birth)),
                    noise.sex_as_written(random, child.sex, "school"),
                    noise.address_as_written(random, child.address),
                    noise.postcode_as_written(random, child.address.postcode),
                    "" if random.random() < NHS_MISSING["school"] else known.nhs_number,
                    "" if random.random() < UPN_MISSING["school"] else known.upn,
                    f"S{number:06d}",
                )
            )


def _written(born: date) -> str:
    return born.strftime("%d/%m/%Y")
