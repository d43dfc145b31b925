"""How many children are at which stage, by school, with small numbers suppressed so that nobody can work them out.

A number under 6 is not told, nor zero. Totals of stages are told, so what is not told in a column is known as a sum:
where that sum, with what somebody knows who knows this rule, gives one of its numbers away, the smallest of the others
is not told either, and so on; where nothing is left to hide, the column's total is not told. A school's own total is
told only where all of its numbers are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assessment.domain.stages import STAGES, StagePolicy

LEAST = 6
"""The smallest number that is told."""
_MOST_SMALL = LEAST - 1


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """`by_stage` has the numbers that are told; None: not told. `resource` is of those alone, `total` where all are."""

    school_id: str | None
    name: str | None
    by_stage: Mapping[int, int | None]
    total: int | None
    resource: int


@dataclass(frozen=True, slots=True)
class StageReport:
    """`schools`: those of whom at least one number is told. The totals are of all children. `resource`: children at
    each stage by its weight; None where a total is not told."""

    schools: Sequence[SchoolLine]
    totals: Mapping[int, int | None]
    total: int | None
    resource: int | None


def told(column: Sequence[int]) -> tuple[list[int | None], int | None]:
    """The numbers of one stage, school by school, and their sum, as far as each may be told."""
    total = sum(column)
    hidden = {place for place, number in enumerate(column) if number < LEAST}
    small = len(hidden)
    if total < LEAST:
        return [None] * len(column), None
    by_size = sorted((place for place in range(len(column)) if place not in hidden), key=lambda each: column[each])
    while hidden and not _safe(column, hidden, small):
        if not by_size:
            return [None] * len(column), None
        # Equal ones together, so that one that is told says nothing of one that is not.
        number = column[by_size[0]]
        hidden |= {place for place in by_size if column[place] == number}
        by_size = [place for place in by_size if column[place] != number]
    return [None if place in hidden else number for place, number in enumerate(column)], total


def _safe(column: Sequence[int], hidden: set[int], small: int) -> bool:
    """Whether from the sum of the hidden numbers, of which `small` are under `LEAST`, none of them follows."""
    pool, others = sum(column[place] for place in hidden), len(hidden) - small
    if len(hidden) < 2 or pool < LEAST:
        return False
    # The others are at least LEAST each, and less than the smallest that is told.
    shown = [number for place, number in enumerate(column) if place not in hidden]
    largest = min(shown) - 1 if shown else pool
    least_of_small = max(0, pool - others * largest)
    most_of_small = min(small * _MOST_SMALL, pool - others * LEAST)
    lowest = max(0, least_of_small - (small - 1) * _MOST_SMALL)
    return lowest < min(_MOST_SMALL, most_of_small)


def stage_report(
    counts: Mapping[tuple[str | None, int], int], names: Mapping[str, str], policy: StagePolicy
) -> StageReport:
    """`counts`: children by school (None: none is known) and stage."""
    schools = sorted({school for school, _ in counts}, key=lambda each: (each is None, each))
    columns = {stage: told([counts.get((school, stage), 0) for school in schools]) for stage in STAGES}
    lines = []
    for place, school in enumerate(schools):
        by_stage = {stage: columns[stage][0][place] for stage in STAGES}
        shown = {stage: number for stage, number in by_stage.items() if number is not None}
        if shown:
            lines.append(
                SchoolLine(
                    school_id=school,
                    name=None if school is None else names.get(school),
                    by_stage=by_stage,
                    total=sum(shown.values()) if len(shown) == len(STAGES) else None,
                    resource=sum(number * policy.stages[stage].weight for stage, number in shown.items()),
                )
            )
    totals = {stage: columns[stage][1] for stage in STAGES}
    known = {stage: number for stage, number in totals.items() if number is not None}
    whole = len(known) == len(STAGES)
    return StageReport(
        schools=lines,
        totals=totals,
        total=sum(known.values()) if whole else None,
        resource=sum(number * policy.stages[stage].weight for stage, number in known.items()) if whole else None,
    )
