"""Weights estimated anew from an index's own records.

Of a pair that shares a valid NHS number it is known, without its names, dates and addresses, that both are one child.
So the shares of the bands among such pairs tell how well this authority's lists are kept. The built-in weights assume
shares of their own (`ASSUMED`); each band's bits are moved by how far the found share is from the assumed one:
log2(found / assumed), drawn to 0 where few pairs were to be expected, after Fellegi and Sunter's m-probabilities. How
often strangers and siblings agree is not touched: names' shares are counted apart, the rest is the same everywhere.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import log2
from types import MappingProxyType
from typing import Any, Final

from child_index.domain.matching.comparison import Comparison, compare
from child_index.domain.matching.frequencies import NameFrequencies
from child_index.domain.matching.prepared import Prepared
from child_index.domain.matching.weights import DEFAULT_WEIGHTS, Band, Odds, Weights

FEWEST_PAIRS: Final = 200
"""Fewer pairs tell nothing: their commonest error may be one clerk's."""
_PRIOR_EVENTS: Final = 5
"""Pairs of each band that are taken to have been seen as assumed: a rare band says little by its absence."""
_FURTHEST: Final = 3.0
"""Bits by which an estimate may move a weight: a list that is so odd is to be looked at by a human."""

_NEAR: Final = frozenset({Band.ONE_EDIT, Band.NEAR})
_SAME: Final = frozenset({Band.EQUAL, Band.EARLIER})

ASSUMED: Final[Mapping[str, Mapping[Band, float]]] = MappingProxyType(
    {
        "given": {
            Band.EQUAL: 0.793,
            Band.FULLER: 0.144,
            Band.TYPO: 0.021,
            Band.VARIANT: 0.020,
            Band.PART: 0.007,
            Band.SIMILAR: 0.006,
            Band.SWAPPED: 0.006,
            Band.DIFFERENT: 0.003,
        },
        "family": {
            Band.EQUAL: 0.939,
            Band.TYPO: 0.027,
            Band.DIFFERENT: 0.011,
            Band.VARIANT: 0.010,
            Band.PART: 0.006,
            Band.SWAPPED: 0.006,
            Band.SIMILAR: 0.001,
        },
        "born": {
            Band.EQUAL: 0.983,
            Band.ONE_EDIT: 0.012,
            Band.SWAPPED: 0.003,
            Band.TWO_PARTS: 0.001,
            Band.DIFFERENT: 0.001,
        },
        "sex": {Band.EQUAL: 0.994, Band.DIFFERENT: 0.006},
        "postcode": {Band.EQUAL: 0.917, Band.NEAR: 0.042, Band.DIFFERENT: 0.026, Band.ONE_EDIT: 0.015},
        "address": {Band.EQUAL: 0.55, Band.DIFFERENT: 0.42, Band.PART: 0.02, Band.NEAR: 0.01},
        "address_near_postcode": {Band.DIFFERENT: 0.7, Band.EQUAL: 0.26, Band.PART: 0.03, Band.NEAR: 0.01},
        "address_in_postcode": {Band.EQUAL: 0.995, Band.PART: 0.003, Band.DIFFERENT: 0.001, Band.NEAR: 0.001},
    }
)
"""Shares of the bands among pairs of one child that the built-in weights were worked out for, by table of `Weights`."""

_TABLES: Final = {
    "given_name": "given",
    "family_name": "family",
    "date_of_birth": "born",
    "sex": "sex",
    "postcode": "postcode",
}

Counts = Mapping[str, Mapping[Band, int]]
"""How many pairs fell into each band, by table of `Weights`; a pair that lacks a field is not counted for it."""


@dataclass(frozen=True, slots=True)
class Share:
    """One band of one table: its share (0 to 1) among pairs of one child, and its bits against a stranger, before and
    after."""

    table: str
    band: Band
    pairs: int
    assumed: float
    found: float
    bits_before: float
    bits: float


def counted(
    pairs: Iterable[tuple[Prepared, Prepared]], frequencies: NameFrequencies, population: int
) -> dict[str, dict[Band, int]]:
    """Counts the bands of pairs that are known to be one child each."""
    counts: dict[str, dict[Band, int]] = {table: dict.fromkeys(shares, 0) for table, shares in ASSUMED.items()}
    for one, other in pairs:
        comparison = compare(one, other, frequencies, DEFAULT_WEIGHTS, population)
        for evidence in comparison.evidence:
            table = _table_of(evidence.field, comparison)
            if table is not None and evidence.band in counts[table]:
                counts[table][evidence.band] += 1
    return counts


def _table_of(field: str, comparison: Comparison) -> str | None:
    if field != "address_line":
        return _TABLES.get(field)
    place = comparison.band("postcode")
    return "address_in_postcode" if place in _SAME else "address_near_postcode" if place in _NEAR else "address"


def estimated(counts: Counts, version: str) -> Weights:
    """The built-in weights, moved by what was counted. The same counts always give the same weights: an estimate never
    rests on an earlier one."""
    moved: dict[str, Any] = {
        table: {
            band: _moved(odds, counts[table].get(band, 0), sum(counts[table].values()) * shares[band])
            if band in shares
            else odds
            for band, odds in getattr(DEFAULT_WEIGHTS, table).items()
        }
        for table, shares in ASSUMED.items()
    }
    return replace(DEFAULT_WEIGHTS, version=version, **moved)


def shares_of(counts: Counts, weights: Weights) -> list[Share]:
    """What the weights rest on, band by band. Older counts may lack bands and tables that are weighed now."""
    return [
        Share(
            table,
            band,
            seen.get(band, 0),
            assumed,
            seen.get(band, 0) / max(1, sum(seen.values())),
            getattr(DEFAULT_WEIGHTS, table)[band].stranger,
            getattr(weights, table)[band].stranger,
        )
        for table, shares in ASSUMED.items()
        for seen in (counts.get(table, {}),)
        for band, assumed in shares.items()
    ]


def _moved(odds: Odds, seen: int, expected: float) -> Odds:
    bits = log2((seen + _PRIOR_EVENTS) / (expected + _PRIOR_EVENTS))
    bits = max(-_FURTHEST, min(_FURTHEST, bits))
    return Odds(round(odds.stranger + bits, 3), round(odds.sibling + bits, 3))
