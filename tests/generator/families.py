"""The children of a made-up town, as they are: families at one address, brothers and sisters, twins.

Shares, from general knowledge of England: 40% of families have one child under 17, 38% two, 16% three, 6% four; 1.6% of
births are twins, 0.03 of those triplets; 7% of families hold children of two family names; 6% of names are
double-barrelled; a third of children have a second given name that some lists write.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from random import Random

from tests.generator.names import (
    ALIKE_TWINS,
    COMMUNITIES,
    STREET_TYPES,
    STREETS,
    Community,
    are_forms_of_one_name,
    draw_family,
    draw_given,
    draw_second,
    for_sex,
)

FIRST_BIRTH, LAST_BIRTH = date(2009, 9, 1), date(2021, 8, 31)
TWIN_BIRTHS = 0.016
TRIPLETS_AMONG_TWINS = 0.03
ALIKE_AMONG_TWINS = 0.20  # named from a list of pairs that sound or look alike
SAME_INITIAL_AMONG_TWINS = 0.20
TWO_FAMILY_NAMES = 0.07
DOUBLE_BARRELLED = 0.06
SECOND_GIVEN_NAME = 0.35

_FAMILY_SIZES = ((1, 0.40), (2, 0.38), (3, 0.16), (4, 0.06))
_ADDRESSES_IN_POSTCODE = 15
_DISTRICTS = tuple(f"ZX{number}" for number in range(1, 13))  # no such postcode area exists
_INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


@dataclass(frozen=True)
class Address:
    line: str
    postcode: str


@dataclass(frozen=True)
class Child:
    """One child as they are. `birth` is the same for the children of one birth."""

    key: str
    given_name: str
    second_name: str
    family_name: str
    date_of_birth: date
    sex: str
    address: Address
    community: Community
    birth: str
    is_twin: bool


class Town:
    """Draws addresses: a few hundred postcodes, about fifteen addresses each."""

    def __init__(self, random: Random, children: int) -> None:
        self._random = random
        count = max(20, children // 4)
        self._postcodes = [self._new_postcode() for _ in range(count)]
        self._streets = {code: f"{random.choice(STREETS)} {random.choice(STREET_TYPES)}" for code in self._postcodes}

    def _new_postcode(self) -> str:
        letters = "".join(self._random.choices(_INWARD_LETTERS, k=2))
        return f"{self._random.choice(_DISTRICTS)} {self._random.randint(1, 9)}{letters}"

    def address(self, near: str | None = None) -> Address:
        """An address in the town; with `near`, one in that postcode's district where there is one."""
        choices = [code for code in self._postcodes if near is None or code.split()[0] == near.split()[0]]
        code = self._random.choice(choices or self._postcodes)
        number = str(self._random.randint(1, _ADDRESSES_IN_POSTCODE * 4))
        if self._random.random() < 0.08:
            number = f"Flat {self._random.randint(1, 12)}, {number}"
        return Address(f"{number} {self._streets[code]}", code)


def make_children(random: Random, town: Town, count: int) -> list[Child]:
    """At least `count` children, family by family, cut to `count`."""
    children: list[Child] = []
    while len(children) < count:
        children.extend(_family(random, town, len(children)))
    return children[:count]


def _family(random: Random, town: Town, start: int) -> list[Child]:
    community = random.choices(COMMUNITIES, [each.share for each in COMMUNITIES])[0]
    family_name, other_name = draw_family(random, community), draw_family(random, community)
    if random.random() < DOUBLE_BARRELLED:
        family_name = f"{family_name}-{other_name}"
    mixed = random.random() < TWO_FAMILY_NAMES
    address = town.address()
    births = random.choices([size for size, _ in _FAMILY_SIZES], [share for _, share in _FAMILY_SIZES])[0]
    children: list[Child] = []
    taken: set[str] = set()
    for born in _birth_dates(random, births):
        surname = other_name if mixed and random.random() < 0.5 else family_name
        birth = f"b{start + len(children)}"
        given_names = _birth_names(random, community, taken)
        for given, sex in given_names:
            second = draw_second(random, community, sex) if random.random() < SECOND_GIVEN_NAME else ""
            if any(are_forms_of_one_name(second, other) for other in taken):
                second = ""
            children.append(
                Child(
                    key=f"c{start + len(children)}",
                    given_name=given,
                    second_name=second,
                    family_name=for_sex(surname, sex, community),
                    date_of_birth=born,
                    sex=sex,
                    address=address,
                    community=community,
                    birth=birth,
                    is_twin=len(given_names) > 1,
                )
            )
    return children


def _birth_dates(random: Random, births: int) -> list[date]:
    """Dates at least ten months apart, within the years of school."""
    span = (LAST_BIRTH - FIRST_BIRTH).days
    while True:
        days = sorted(random.randint(0, span) for _ in range(births))
        if all(later - earlier >= 300 for earlier, later in pairwise(days)):
            return [FIRST_BIRTH + timedelta(days=day) for day in days]


def _birth_names(random: Random, community: Community, taken: set[str]) -> list[tuple[str, str]]:
    """(given name, sex) of the children of one birth: one, two or three, all names new to the family."""
    count = 1
    if random.random() < TWIN_BIRTHS:
        count = 3 if random.random() < TRIPLETS_AMONG_TWINS else 2
    if count > 1 and random.random() < ALIKE_AMONG_TWINS:
        pair = random.choice(ALIKE_TWINS)
        if taken.isdisjoint(pair):
            taken.update(pair)
            return [(given, random.choice("MF")) for given in pair]
    alliterate = random.random() < SAME_INITIAL_AMONG_TWINS
    found: list[tuple[str, str]] = []
    for attempt in range(1000):
        sex = random.choice("MF")
        given = draw_given(random, community, sex)
        if any(are_forms_of_one_name(given, other) for other in taken):
            continue
        if found and alliterate and attempt < 200 and given[0] != found[0][0][0]:
            continue
        taken.add(given)
        found.append((given, sex))
        if len(found) == count:
            return found
    raise RuntimeError("the name lists are too short for such a family")
