"""Comparing a query with a record: bits, and the evidence that they are the sum of."""

from dataclasses import dataclass
from math import log2
from typing import Final, NamedTuple

from rapidfuzz.distance import JaroWinkler

from child_index.domain.matching.fields import address_band, born_band, postcode_band
from child_index.domain.matching.frequencies import NameFrequencies, NameTable
from child_index.domain.matching.names import family_band, given_band
from child_index.domain.matching.prepared import Name, NamePair, Prepared
from child_index.domain.matching.weights import Band, Odds, Weights
from child_index.domain.matching.words import sentence

_POSTCODE_AGREES: Final = frozenset({Band.EQUAL, Band.EARLIER, Band.ONE_EDIT})
_RARITY_COUNTS: Final = frozenset({Band.EQUAL, Band.FULLER, Band.VARIANT, Band.PART, Band.TYPO, Band.SWAPPED})
_UNALIKE: Final = frozenset({Band.SIMILAR, Band.DIFFERENT, Band.MISSING})


class Finding(NamedTuple):
    """One field's band and its bits against each explanation."""

    field: str
    band: Band
    stranger: float
    sibling: float


@dataclass(frozen=True, slots=True)
class Evidence:
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
        return next((e.band for e in self.evidence if e.field == field and e.band is not None), Band.MISSING)

    def because(self) -> tuple[str, ...]:
        """The evidence in plain sentences that contain none of the values compared."""
        told = [sentence(e.field, e.band) for e in self.evidence if e.band is not None and e.band is not Band.MISSING]
        if self.against == "sibling":
            told.append("A brother, a sister or a twin could share all but the given name.")
        return tuple(told)


def compare(
    query: Prepared, record: Prepared, frequencies: NameFrequencies, weights: Weights, population: int
) -> Comparison:
    """Compare two prepared persons. `population` is how many children the index holds."""
    findings = _findings(query, record, frequencies, weights, population)
    prior = Odds(-log2(max(population, weights.least_population)), -weights.siblings)
    stranger = prior.stranger + sum(finding.stranger for finding in findings)
    sibling = prior.sibling + sum(finding.sibling for finding in findings)
    by_stranger = stranger <= sibling
    evidence = [Evidence(f.field, f.band, f.stranger if by_stranger else f.sibling) for f in findings]
    evidence.append(Evidence("prior", None, prior.stranger if by_stranger else prior.sibling))
    return Comparison(min(stranger, sibling), tuple(evidence), "stranger" if by_stranger else "sibling")


def score_bits(
    query: Prepared, record: Prepared, frequencies: NameFrequencies, weights: Weights, population: int
) -> float:
    """The bits of `compare` alone, for many pairs: the same sum without the words."""
    stranger = -log2(max(population, weights.least_population))
    sibling = -weights.siblings
    for finding in _findings(query, record, frequencies, weights, population):
        stranger += finding[2]
        sibling += finding[3]
    return min(stranger, sibling)


def _findings(
    query: Prepared, record: Prepared, frequencies: NameFrequencies, weights: Weights, population: int
) -> list[Finding]:
    findings = _best_names(query, record, frequencies, weights)

    band = born_band(query.born, record.born)
    odds = weights.born[band]
    guessed = band is Band.EQUAL and query.born is not None and query.born.month == 1 and query.born.day == 1
    extra = weights.new_years_day if guessed else 0.0
    findings.append(Finding("date_of_birth", band, odds.stranger + extra, odds.sibling))

    if query.sex and record.sex:
        band = Band.EQUAL if query.sex == record.sex else Band.DIFFERENT
        findings.append(Finding("sex", band, *weights.sex[band]))

    place = postcode_band(query, record)
    odds = weights.postcode[place]
    extra = 0.0
    if place in _POSTCODE_AGREES:
        extra = min(
            weights.postcode_cap, log2(max(population, weights.least_population)) - weights.children_per_postcode
        )
    findings.append(Finding("postcode", place, odds.stranger + extra, odds.sibling))
    if query.address is not None and record.address is not None:
        band = address_band(query.address, record.address)
        if place in (Band.EQUAL, Band.EARLIER):
            table = weights.address_in_postcode
        elif place in (Band.ONE_EDIT, Band.NEAR):
            table = weights.address_near_postcode
        else:
            table = weights.address
        findings.append(Finding("address_line", band, *table[band]))

    if query.nhs_number and record.nhs_number:
        band = Band.EQUAL if query.nhs_number == record.nhs_number else Band.DIFFERENT
        findings.append(Finding("nhs_number", band, *weights.nhs_number[band]))
    if query.upn and record.upn:
        band = Band.EQUAL if query.upn == record.upn else Band.DIFFERENT
        findings.append(Finding("upn", band, *weights.upn[band]))
    return findings


def _best_names(query: Prepared, record: Prepared, frequencies: NameFrequencies, weights: Weights) -> list[Finding]:
    best = _names(query.names[0], record.names[0], frequencies, weights)
    if len(query.names) == 1 and len(record.names) == 1:
        return best
    for mine in query.names:
        for theirs in record.names:
            found = _names(mine, theirs, frequencies, weights)
            if sum(f.stranger for f in found) > sum(f.stranger for f in best):
                best = found
    return best


def _names(mine: NamePair, theirs: NamePair, frequencies: NameFrequencies, weights: Weights) -> list[Finding]:
    given = given_band(mine.given, theirs.given, frequencies.given)
    family = family_band(mine.family, theirs.family, frequencies.family)
    if given in _UNALIKE and family in _UNALIKE and _are_swapped(mine, theirs):
        given = Band.SWAPPED
        family = Band.SWAPPED if mine.family.text and theirs.family.text else Band.MISSING
    odds, more = weights.given[given], weights.family[family]
    given_rarity = family_rarity = 0.0
    if given in _RARITY_COUNTS:
        given_rarity = _rarity(frequencies.given, mine.given, theirs.given, weights.given_cap)
    if family in _RARITY_COUNTS:
        family_rarity = _rarity(frequencies.family, mine.family, theirs.family, weights.family_cap)
        if given_rarity:
            family_rarity = min(family_rarity + weights.names_together, weights.names_cap - given_rarity)
    return [
        Finding("given_name", given, given_rarity + odds.stranger, odds.sibling),
        Finding("family_name", family, family_rarity + more.stranger, more.sibling),
    ]


def _rarity(table: NameTable, one: Name, other: Name, cap: float) -> float:
    """Bits of the commoner of two agreeing names: the misspelt or swapped one looks rarer than the child's name is."""
    if not one.text or not other.text:
        return min(cap, table.rarity(one if one.text else other))
    return min(cap, table.rarity(one), table.rarity(other))


def _are_swapped(mine: NamePair, theirs: NamePair) -> bool:
    """Whether each one's given name is the other's family name, but for a slip; one-word names included."""
    crossed = [(mine.given.text, theirs.family.text), (mine.family.text, theirs.given.text)]
    written = [(one, other) for one, other in crossed if one or other]
    return bool(written) and all(one == other or _are_alike(one, other) for one, other in written)


def _are_alike(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= 3 and JaroWinkler.similarity(one, other) >= 0.88
