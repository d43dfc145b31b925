"""Whether two samples come from one distribution."""

from collections.abc import Sequence
from math import erfc, sqrt


def mann_whitney(first: Sequence[float], second: Sequence[float]) -> float:
    """Two-sided p of the Mann-Whitney U test, by the normal approximation with ties (good from about 20 values each).

    H. B. Mann and D. R. Whitney, Annals of Mathematical Statistics 18 (1947). Raises `ValueError` for an empty sample.
    """
    n, m = len(first), len(second)
    if not n or not m:
        raise ValueError("both samples need values")
    ordered = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    ranks, ties, start = 0.0, 0.0, 0
    while start < len(ordered):
        end = start
        while end < len(ordered) and ordered[end][0] == ordered[start][0]:
            end += 1
        mean_rank, size = (start + 1 + end) / 2, end - start
        ranks += mean_rank * sum(1 for _, group in ordered[start:end] if group == 0)
        ties += size**3 - size
        start = end
    u = ranks - n * (n + 1) / 2
    total = n + m
    variance = n * m / 12 * (total + 1 - ties / (total * (total - 1)))
    if variance == 0:
        return 1.0
    z = max(abs(u - n * m / 2) - 0.5, 0) / sqrt(variance)
    return erfc(z / sqrt(2))
