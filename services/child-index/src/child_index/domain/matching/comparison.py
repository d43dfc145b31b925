"""Comparing a query with a record: bits, and the evidence that they are the sum of."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log2
from typing import Final, NamedTuple

from child_index.domain.matching.fields import address_band, born_band, postcode_band
from child_index.domain.matching.frequencies import NameFrequencies, NameTable
from child_index.domain.matching.names import crossed, family_band, given_band
from child_index.domain.matching.prepared import Name, NamePair, Prepared
from child_index.domain.matching.weights import Band, Odds, Weights
from child_index.domain.matching.words import sentence

_POSTCODE_AGREES: Final = frozenset({Band.EQUAL, Band.EARLIER})
_RARITY_COUNTS: Final = frozenset({Band.EQUAL, Band.FULLER, Band.VARIANT, Band.PART, Band.TYPO, Band.SWAPPED})
_UNALIKE: Final = frozenset({Band.SIMILAR, Band.DIFFERENT, Band.MISSING})


Finding = tuple[str, Band, float, float]
"""A field's name, its band, its bits against a stranger and against a sibling: a bare tuple, made by the million."""


class Evidence(NamedTuple):
    """What one field says: its share of the comparison's bits. `field` is a `PersonDetails` field, or 'prior'."""

    field: str
    band: Band | None
    bits: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result for one pair. `bits`, log2 of the odds that both are one child, is the sum of the evidence."""

    bits: float
    evidence: tuple[Evidence, ...]
    against: str
    """Which explanation was the harder to rule out: 'stranger' or 'sibling'."""

    def band(self, field: str) -> Band:
        """The band of one field, `Band.MISSING` for a field that was not compared."""
        for name, band, _ in self.evidence:
            if name == field and band is not None:
                return band
        return Band.MISSING

    def because(self) -> tuple[str, ...]:
        """The evidence in plain sentences that contain none of the values compared."""
        said = (sentence(e.field, e.band) for e in self.evidence if e.band is not None)
        told = [each for each in said if each is not None]
        if self.against == "sibling":
            told.append("A brother, a sister or a twin could share all but the given name.")
        return tuple(told)


def compare(
    query: Prepared, record: Prepared, frequencies: NameFrequencies, weights: Weights, population: int
) -> Comparison:
    """Compare two prepared persons. `population` is how many children the index holds."""
    return compared(weigh(query, record, frequencies, weights, log2(max(population, weights.least_population))))


class Weighed(NamedTuple):
    """A pair before it is told in words: the findings, and their sums with what was against each explanation before.

    `stranger`, `sibling`: the bits; `spread`, `siblings`: what was taken from them beforehand."""

    findings: list[Finding]
    stranger: float
    sibling: float
    spread: float
    siblings: float

    @property
    def bits(self) -> float:
        return self.stranger if self.stranger <= self.sibling else self.sibling


def weigh(query: Prepared, record: Prepared, frequencies: NameFrequencies, weights: Weights, spread: float) -> Weighed:
    """`spread`: log2 of the population, at least the weights' own."""
    findings = _findings(query, record, frequencies, weights, spread)
    stranger, sibling = -spread, -weights.siblings
    for _, _, bits, other in findings:
        stranger += bits
        sibling += other
    return Weighed(findings, stranger, sibling, spread, weights.siblings)


def compared(weighed: Weighed) -> Comparison:
    """The words of a pair that was weighed."""
    findings, stranger, sibling, spread, siblings = weighed
    if stranger <= sibling:
        evidence = [Evidence(field, band, bits) for field, band, bits, _ in findings]
        return Comparison(stranger, (*evidence, Evidence("prior", None, -spread)), "stranger")
    evidence = [Evidence(field, band, bits) for field, band, _, bits in findings]
    return Comparison(sibling, (*evidence, Evidence("prior", None, -siblings)), "sibling")


def score_bits(
    query: Prepared, record: Prepared, frequencies: NameFrequencies, weights: Weights, population: int
) -> float:
    """The bits of `compare` alone, for many pairs: the same sum without the words."""
    return weigh(query, record, frequencies, weights, log2(max(population, weights.least_population))).bits


def _findings(
    query: Prepared, record: Prepared, frequencies: NameFrequencies, weights: Weights, spread: float
) -> list[Finding]:
    """The findings of all fields; `spread` is log2 of the population."""
    findings = _best_names(query, record, frequencies, weights)

    band = born_band(query.born, record.born)
    stranger, sibling = weights.born[band]
    if band is Band.EQUAL and query.born is not None and query.born.month == query.born.day == 1:
        stranger += weights.new_years_day
    findings.append(("date_of_birth", band, stranger, sibling))

    if query.sex and record.sex:
        findings.append(_same_or_not("sex", query.sex, record.sex, weights.sex))

    place = postcode_band(query, record)
    stranger, sibling = weights.postcode[place]
    if place in _POSTCODE_AGREES:
        stranger += min(weights.postcode_cap, spread - weights.children_per_postcode)
    findings.append(("postcode", place, stranger, sibling))
    if query.address is not None and record.address is not None:
        band = address_band(query.address, record.address)
        stranger, sibling = _address_table(place, weights)[band]
        findings.append(("address_line", band, stranger, sibling))

    if query.nhs_number and record.nhs_number:
        findings.append(_same_or_not("nhs_number", query.nhs_number, record.nhs_number, weights.nhs_number))
    if query.upn and record.upn:
        findings.append(_same_or_not("upn", query.upn, record.upn, weights.upn))
    return findings


def _same_or_not(field: str, one: str, other: str, table: Mapping[Band, Odds]) -> Finding:
    band = Band.EQUAL if one == other else Band.DIFFERENT
    stranger, sibling = table[band]
    return field, band, stranger, sibling


def _address_table(place: Band, weights: Weights) -> Mapping[Band, Odds]:
    if place in _POSTCODE_AGREES:
        return weights.address_in_postcode
    if place is Band.ONE_EDIT or place is Band.NEAR:
        return weights.address_near_postcode
    return weights.address


def _best_names(query: Prepared, record: Prepared, frequencies: NameFrequencies, weights: Weights) -> list[Finding]:
    best = _names(query.names[0], record.names[0], frequencies, weights)
    if len(query.names) == 1 and len(record.names) == 1:
        return best
    for mine in query.names:
        for theirs in record.names:
            found = _names(mine, theirs, frequencies, weights)
            if found[0][2] + found[1][2] > best[0][2] + best[1][2]:
                best = found
    return best


def _names(mine: NamePair, theirs: NamePair, frequencies: NameFrequencies, weights: Weights) -> list[Finding]:
    given = given_band(mine.given, theirs.given, frequencies.given)
    family = family_band(mine.family, theirs.family, frequencies.family)
    if given in _UNALIKE and family in _UNALIKE:
        found = _swapped(given, mine, theirs, frequencies, weights)
        if found is not None:
            return found
    rarity = 0.0
    stranger, sibling = weights.given[given]
    if given in _RARITY_COUNTS:
        rarity = _rarity(frequencies.given, mine.given, theirs.given, weights.given_cap)
        stranger += rarity
    family_stranger, family_sibling = weights.family[family]
    if family in _RARITY_COUNTS:
        family_rarity = _rarity(frequencies.family, mine.family, theirs.family, weights.family_cap)
        family_stranger += _together(rarity, family_rarity, weights)
    return [("given_name", given, stranger, sibling), ("family_name", family, family_stranger, family_sibling)]


def _swapped(
    given: Band, mine: NamePair, theirs: NamePair, frequencies: NameFrequencies, weights: Weights
) -> list[Finding] | None:
    """The findings where names stand in each other's place, None where they do not.

    With only one name found in the other place, that one counts as the family name; the given names are as they are.
    """
    as_family, as_given = crossed(mine, theirs, frequencies.given)
    if not (as_family or as_given):
        return None
    first = _rarity_anywhere(mine.given, theirs.family, frequencies, weights.given_cap) if as_family else 0.0
    second = _rarity_anywhere(mine.family, theirs.given, frequencies, weights.given_cap) if as_given else 0.0
    if as_family and as_given:
        given, rarity, family_rarity = Band.SWAPPED, first, second
    else:
        rarity, family_rarity = 0.0, first or second
    stranger, sibling = weights.given[given]
    family_stranger, family_sibling = weights.family[Band.SWAPPED]
    family_stranger += _together(rarity, family_rarity, weights)
    return [
        ("given_name", given, stranger + rarity, sibling),
        ("family_name", Band.SWAPPED, family_stranger, family_sibling),
    ]


def _together(given_rarity: float, family_rarity: float, weights: Weights) -> float:
    """The family name's rarity beside that of an agreeing given name."""
    if not given_rarity:
        return family_rarity
    return min(family_rarity + weights.names_together, weights.names_cap - given_rarity)


def _rarity(table: NameTable, one: Name, other: Name, cap: float) -> float:
    """Bits of the commoner of two agreeing names: the misspelt one looks rarer than the child's name is."""
    if one.text == other.text:
        return min(cap, table.rarity(one))
    return min(cap, table.rarity(one), table.rarity(other))


def _rarity_anywhere(one: Name, other: Name, frequencies: NameFrequencies, cap: float) -> float:
    """Bits of two agreeing names of which it is not known whether they are given or family names."""
    return min(_rarity(frequencies.given, one, other, cap), _rarity(frequencies.family, one, other, cap))
