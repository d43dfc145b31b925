"""Weights for a FEBRL set estimated without its truth, by expectation and maximisation after Fellegi and Sunter.

So Kith's scores can be held against Splink's, which are trained likewise. The shares of the bands among pairs of one
person come from the pairs that share a key, those among strangers from pairs drawn at random; both count each pair by
how likely the present weights think it one person, or two. How rare a name is stays counted, not trained.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import log2
from random import Random
from typing import Final

from child_index.domain.matching import DEFAULT_WEIGHTS, Band, Odds, Weights, compare, probability
from tests.child_index.matching.febrl import FEBRL_WEIGHTS, PERSONS, FebrlSet, Pair

_ROUNDS: Final = 15
_STRANGERS: Final = 50_000
_BUT: Final = 0.5
"""Pairs of each band that are taken to have been seen, so that none is impossible."""
_TABLES: Final = {
    "given_name": "given",
    "family_name": "family",
    "date_of_birth": "born",
    "postcode": "postcode",
    "address_line": "address",
}
_RARITY_COUNTS: Final = (Band.EQUAL, Band.FULLER, Band.VARIANT, Band.PART, Band.TYPO, Band.SWAPPED)
_NOTHING: Final = dict.fromkeys(Band, Odds(0.0, 0.0))
_BARE: Final = replace(
    FEBRL_WEIGHTS,
    given=_NOTHING,
    family=_NOTHING,
    born=_NOTHING,
    postcode=_NOTHING,
    address=_NOTHING,
    address_near_postcode=_NOTHING,
    address_in_postcode=_NOTHING,
    postcode_cap=0.0,
)
"""Leaves of the bits only how rare the names are."""

Seen = tuple[float, tuple[tuple[str, Band], ...]]
"""Bits of the names' rarity and of the prior; the bands, by table of `Weights`."""
Bits = Mapping[str, Mapping[Band, float]]


def trained(febrl: FebrlSet, blocked: Iterable[Pair], seed: int) -> Weights:
    """The weights for the pairs, the same for the same seed."""
    random = Random(seed)
    ones, others = sorted(febrl.files[0]), sorted(febrl.files[-1])
    drawn = ((random.choice(ones), random.choice(others)) for _ in range(_STRANGERS))
    among, at_random = _seen(febrl, blocked), _seen(febrl, (pair for pair in drawn if pair[0] != pair[1]))
    bits: Bits = {
        table: {band: odds.stranger for band, odds in getattr(DEFAULT_WEIGHTS, table).items()}
        for table in _TABLES.values()
    }
    for _ in range(_ROUNDS):
        same, different = _shares(among, bits, of_one=True), _shares(at_random, bits, of_one=False)
        bits = {
            table: {band: _bits(table, band, same[table], different[table]) for band in Band}
            for table in _TABLES.values()
        }
    odds = {table: {band: Odds(value, 0.0) for band, value in each.items()} for table, each in bits.items()}
    for each in odds.values():
        each[Band.MISSING] = Odds(0.0, 0.0)
    return replace(
        _BARE,
        version="trained",
        given=odds["given"],
        family=odds["family"],
        born=odds["born"],
        postcode=odds["postcode"],
        address=odds["address"],
        address_near_postcode=odds["address"],
        address_in_postcode=odds["address"],
    )


def _seen(febrl: FebrlSet, pairs: Iterable[Pair]) -> Counter[Seen]:
    counted = Counter[Seen]()
    for one, other in pairs:
        found = compare(febrl.records[one], febrl.records[other], febrl.frequencies, _BARE, PERSONS[febrl.number])
        bands = tuple(
            (_TABLES[e.field], e.band) for e in found.evidence if e.band is not None and e.band is not Band.MISSING
        )
        counted[found.bits, bands] += 1
    return counted


def _shares(seen: Counter[Seen], bits: Bits, *, of_one: bool) -> dict[str, dict[Band, float]]:
    """The share of each band among pairs of one person, or of two."""
    found = {table: dict.fromkeys(Band, _BUT) for table in _TABLES.values()}
    for (rest, bands), times in seen.items():
        chance = probability(rest + sum(bits[table].get(band, 0.0) for table, band in bands))
        for table, band in bands:
            found[table][band] += times * (chance if of_one else 1.0 - chance)
    return {table: {band: n / sum(each.values()) for band, n in each.items()} for table, each in found.items()}


def _bits(table: str, band: Band, same: Mapping[Band, float], different: Mapping[Band, float]) -> float:
    if table in ("given", "family") and band in _RARITY_COUNTS:
        # The name's rarity is added; a band that strangers fall into more often than into "equal" says so much less.
        return log2(same[band]) - max(0.0, log2(different[band] / different[Band.EQUAL]))
    return log2(same[band] / different[band])
