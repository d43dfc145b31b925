"""Weights for a search: what is asked for is half remembered and typed, what is linked was copied from papers.

The weights tell how records of two lists come to differ. In a search names are mistyped, and dates of birth are wrong
in a part, more often; weighed as lists are, everybody of the same given name and birthday would stand before the child
whose family name and birthday are each a little wrong.

Scores by these weights are for people to choose by. Nothing is linked, and no system is answered, on them.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from child_index.domain.matching.weights import Band, Odds, Weights

_MORE: Final[Mapping[str, Mapping[Band, float]]] = MappingProxyType(
    {
        "given": {Band.TYPO: 1.0},
        "family": {Band.TYPO: 1.0},
        "born": {Band.ONE_EDIT: 1.0, Band.SWAPPED: 2.0, Band.TWO_PARTS: 2.0, Band.DIFFERENT: 1.5},
    }
)
"""Bits by table of `Weights`: log2 of how many times as often one child's pairs fall into the band, set by judgement
(twice as many slips, four times as many dates of which a part is remembered wrongly). How often strangers and siblings
agree by chance is the same, so both odds move alike."""


def typed(weights: Weights) -> Weights:
    """The same version of the weights, for what somebody typed."""
    moved: dict[str, Any] = {
        table: {
            band: Odds(odds.stranger + more.get(band, 0.0), odds.sibling + more.get(band, 0.0))
            for band, odds in getattr(weights, table).items()
        }
        for table, more in _MORE.items()
    }
    return replace(weights, **moved)
