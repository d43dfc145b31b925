"""Bits to the public 0 to 1 score, and the match words of the DfE's single unique identifier work."""

from collections.abc import Sequence
from math import exp2
from typing import Final, Literal

CandidateStatus = Literal["match", "potential_match", "low_confidence_match"]
SearchStatus = Literal["match", "potential_match", "low_confidence_match", "many_match", "no_match"]

MATCH: Final = 0.95
POTENTIAL_MATCH: Final = 0.85
PLAUSIBLE: Final = 0.01
"""A candidate below this score is no result of a search: one in a hundred such would be the child sought."""


def probability(bits: float) -> float:
    """The probability, 0 to 1, that belongs to log-odds of so many bits, for a pair seen alone."""
    if bits < -1000:
        return 0.0
    return 1.0 / (1.0 + exp2(-bits))


def scores(bits: Sequence[float]) -> tuple[float, ...]:
    """The probability of each of several candidates, of whom at most one is the child: they compete.

    A candidate alone scores `probability(bits)`. A twin with the right given name leaves little to the other; two
    records that fit equally well get a half each at most.
    """
    if not bits:
        return ()
    # Odds against "none of these", scaled by the largest so that no power overflows.
    top = max(0.0, *bits)
    odds = [2.0 ** max(each - top, -1000.0) for each in bits]
    total = 2.0 ** -min(top, 1000.0) + sum(odds)
    return tuple(each / total for each in odds)


def status(score: float) -> CandidateStatus:
    """The word for one candidate's score."""
    if score >= MATCH:
        return "match"
    return "potential_match" if score >= POTENTIAL_MATCH else "low_confidence_match"


def search_status(scores: Sequence[float]) -> SearchStatus:
    """The word for a whole answer, from its candidates' competing scores, best first or not.

    `many_match`: the child is very likely among them, but no one candidate stands out.
    """
    plausible = [score for score in scores if score >= PLAUSIBLE]
    if not plausible:
        return "no_match"
    best = max(plausible)
    if best < POTENTIAL_MATCH and len(plausible) > 1 and sum(plausible) >= POTENTIAL_MATCH:
        return "many_match"
    return status(best)
