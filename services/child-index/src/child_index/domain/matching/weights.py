"""What each agreement is worth, in bits, against the two ways in which two different children look like one.

Fellegi and Sunter weigh an agreement by how much likelier it is for one child than for two. But "two children" has two
meanings, and a score that knows only one of them takes twins for one child:

- *stranger*: another child of the population. The prior is -log2(population); agreement on a rare name, a birth date, a
  postcode says much.
- *sibling*: a brother or sister, often a twin. There are only one or two of them, and they share family name, postcode
  and address, so agreement on these says nothing; the given name says nearly all.

The bits of a pair are the lesser of the two sums: the evidence has to rule out both explanations. Each number below is
log2 of (share among records of one child) / (share among such pairs), estimated beforehand and rounded, not fitted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple


class Band(StrEnum):
    """How far one field of two records agrees."""

    EQUAL = "equal"
    VARIANT = "variant"  # a listed short form or spelling
    FULLER = "fuller"  # the same first given name, and one has further ones
    PART = "part"  # one has a part of the other's name
    TYPO = "typo"  # a slip of the pen away
    SIMILAR = "similar"
    INITIAL = "initial"
    SWAPPED = "swapped"  # given and family name, or day and month, in each other's place
    ONE_EDIT = "one edit"
    TWO_PARTS = "two parts"  # of day, month and year
    YEAR_AND_MONTH = "year and month"  # all of the date of birth that both have
    YEAR = "year"
    EARLIER = "earlier"  # one's present postcode is an earlier one of the other
    NEAR = "near"  # the same postcode district; the same street
    DIFFERENT = "different"
    MISSING = "missing"


class Odds(NamedTuple):
    """Bits against a stranger (for an agreeing name: added to the name's rarity) and against a sibling."""

    stranger: float
    sibling: float


_NOTHING: Final = Odds(0.0, 0.0)

_GIVEN: Final = {
    Band.EQUAL: Odds(-0.1, 8.8),
    Band.FULLER: Odds(-0.5, 7.5),
    Band.VARIANT: Odds(-3.0, 4.0),
    Band.PART: Odds(-1.5, 3.5),
    Band.TYPO: Odds(-1.5, 5.0),
    Band.SWAPPED: Odds(-2.0, 4.0),
    Band.INITIAL: Odds(3.0, 3.0),
    Band.SIMILAR: Odds(-1.0, -3.3),
    Band.DIFFERENT: Odds(-7.9, -7.9),
    Band.MISSING: _NOTHING,
}
_FAMILY: Final = {
    Band.EQUAL: Odds(-0.1, 0.0),
    Band.PART: Odds(-3.0, -1.0),
    Band.TYPO: Odds(-2.0, 0.0),
    Band.VARIANT: Odds(-5.0, -0.5),
    Band.SWAPPED: Odds(-2.0, 0.0),
    Band.INITIAL: Odds(3.0, 0.0),
    Band.SIMILAR: Odds(-1.0, -0.5),
    Band.DIFFERENT: Odds(-5.0, -2.0),
    Band.MISSING: _NOTHING,
}
_BORN: Final = {
    Band.EQUAL: Odds(12.5, 6.0),  # 18 years of days; 1.5% of siblings are twins
    Band.SWAPPED: Odds(5.5, 4.0),
    Band.ONE_EDIT: Odds(2.5, 2.0),
    Band.TWO_PARTS: Odds(0.0, 0.0),
    Band.YEAR_AND_MONTH: Odds(7.5, 5.5),  # 18 years of months; of siblings few but twins share one
    Band.YEAR: Odds(4.0, 4.5),
    Band.DIFFERENT: Odds(-7.0, -7.0),
    Band.MISSING: _NOTHING,
}
_SEX: Final = {Band.EQUAL: Odds(0.9, 0.9), Band.DIFFERENT: Odds(-3.0, -3.0), Band.MISSING: _NOTHING}
_POSTCODE: Final = {  # EQUAL and EARLIER are added to the population's bits, see `postcode_cap`
    Band.EQUAL: Odds(0.0, 0.0),
    Band.EARLIER: Odds(-1.5, 0.0),
    Band.ONE_EDIT: Odds(2.0, 0.0),  # many neighbours' postcodes are one letter away
    Band.NEAR: Odds(0.0, 0.3),
    Band.DIFFERENT: Odds(-3.0, 0.5),
    Band.MISSING: _NOTHING,
}
# An address adds the less, the more the postcode has already said; together they say at most which home it is.
_ADDRESS: Final = {
    Band.EQUAL: Odds(8.0, 0.0),
    Band.NEAR: Odds(3.0, 0.0),
    Band.PART: Odds(0.0, 0.0),
    Band.DIFFERENT: Odds(-1.0, 0.0),
    Band.MISSING: _NOTHING,
}
_ADDRESS_NEAR_POSTCODE: Final = {  # postcodes of one district or one edit apart
    Band.EQUAL: Odds(8.5, 0.0),
    Band.NEAR: Odds(3.0, 0.0),
    Band.PART: Odds(0.0, 0.0),
    Band.DIFFERENT: Odds(-1.5, 0.0),
    Band.MISSING: _NOTHING,
}
_ADDRESS_IN_POSTCODE: Final = {
    Band.EQUAL: Odds(3.0, 0.0),  # one of some fifteen addresses
    Band.NEAR: Odds(0.5, 0.0),
    Band.PART: Odds(-0.5, 0.0),
    Band.DIFFERENT: Odds(-2.0, 0.0),
    Band.MISSING: _NOTHING,
}
_NHS_NUMBER: Final = {
    Band.EQUAL: Odds(30.0, 10.0),  # numbers do get copied between siblings' records
    Band.DIFFERENT: Odds(-10.0, -10.0),
    Band.MISSING: _NOTHING,
}
_UPN: Final = {
    Band.EQUAL: Odds(26.0, 10.0),
    Band.DIFFERENT: Odds(-4.0, -4.0),
    Band.MISSING: _NOTHING,
}


@dataclass(frozen=True)
class Weights:
    """One version of the matcher's numbers. Immutable; a change of any number is a new version.

    Thresholds are in bits: at `link` and above (512 to 1), `margin` ahead of the second and with no rule against it, a
    record is linked without a human; below `new` it is another child; between them a human decides.
    """

    version: str = "2026-1"
    given: Mapping[Band, Odds] = field(default_factory=lambda: _GIVEN)
    family: Mapping[Band, Odds] = field(default_factory=lambda: _FAMILY)
    born: Mapping[Band, Odds] = field(default_factory=lambda: _BORN)
    sex: Mapping[Band, Odds] = field(default_factory=lambda: _SEX)
    postcode: Mapping[Band, Odds] = field(default_factory=lambda: _POSTCODE)
    address: Mapping[Band, Odds] = field(default_factory=lambda: _ADDRESS)
    address_near_postcode: Mapping[Band, Odds] = field(default_factory=lambda: _ADDRESS_NEAR_POSTCODE)
    address_in_postcode: Mapping[Band, Odds] = field(default_factory=lambda: _ADDRESS_IN_POSTCODE)
    nhs_number: Mapping[Band, Odds] = field(default_factory=lambda: _NHS_NUMBER)
    upn: Mapping[Band, Odds] = field(default_factory=lambda: _UPN)

    given_cap: float = 10.0
    """Most bits that the rarity of a given name may bring: what no table knows may yet be common in one town."""
    family_cap: float = 11.0
    names_together: float = -2.5
    """Added where both names agree: given and family names go together within a community."""
    names_cap: float = 16.0
    """Most bits that the rarity of both together may bring."""
    new_years_day: float = -3.0
    """Added to an equal birth date of 1 January, which lists use for children whose birthday is not known."""
    children_per_postcode: float = 3.0
    """Bits (log2 of 8): how many children of an index live in one postcode."""
    postcode_cap: float = 12.0
    """Most bits of a shared postcode: relations live near one another."""
    siblings: float = 0.6
    """Bits (log2 of 1.5): how many brothers and sisters a child has in the index."""
    same_source: float = -7.0
    """Added for a candidate that the record's own list already holds under another local id: a list seldom holds a
    child twice, and what looks like a second time is mostly a twin or a namesake."""
    least_population: int = 10_000
    """An index with few children yet is still part of a district of many: agreement in it proves no more."""

    link: float = 9.0
    new: float = -5.0
    margin: float = 4.0


DEFAULT_WEIGHTS: Final = Weights()
