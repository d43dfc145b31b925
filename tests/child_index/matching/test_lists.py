"""Two whole lists through keys and decision: a school roll, then a GP list, on a seed on which nothing was built.

Nothing of the matcher or of the generator was set while looking at this seed.
"""

from functools import cache

import pytest

from child_index.domain.matching import Decision
from tests.child_index.matching.simulation import Index, f1, pairs_between
from tests.generator.rolls import Lists, make_lists
from tests.generator.row import Row

HELD_OUT_SEED = 20_260_401


def true_pairs(lists: Lists) -> set[tuple[str, str]]:
    return {(min(pair), max(pair)) for pair in lists.truth.pairs()}


def wrong_links(index: Index, lists: Lists) -> list[str]:
    """Local ids of rows that were linked, without a human, to a record made from another child's row."""
    child_of = lists.truth.child_of
    return [
        row
        for row, decision in index.decisions.items()
        if decision.outcome == "link" and child_of[row] != child_of[str(decision.candidate_id)]
    ]


def reviews(index: Index) -> int:
    return sum(decision.outcome == "review" for decision in index.decisions.values())


@cache
def nameless_lists() -> Lists:
    """The lists without NHS numbers and UPNs."""
    return make_lists(HELD_OUT_SEED, rolls=2500, shared=2250, identifiers=False)


@cache
def nameless_index(reviewed: bool, knows_sources: bool) -> tuple[Index, Lists]:
    lists = nameless_lists()
    return imported(lists, reviewed=reviewed, knows_sources=knows_sources), lists


def imported(lists: Lists, *, reviewed: bool, knows_sources: bool) -> Index:
    """Both lists imported; reviews are left open, or resolved by someone who knows, from the first five shown."""
    child_of = lists.truth.child_of

    def resolve(row: Row, decision: Decision) -> str | None:
        shown = [each.candidate_id for each in decision.ranked[:5]]
        return next((record for record in shown if child_of[record] == child_of[row.local_id]), None)

    index = Index(knows_sources=knows_sources)
    for rows in (lists.roll, lists.gp_list):
        index.take(rows, resolve if reviewed else None)
    return index


@pytest.mark.parametrize("knows_sources", [True, False])
def test_without_identifiers_rows_of_one_child_end_as_one(knows_sources: bool) -> None:
    index, lists = nameless_index(reviewed=True, knows_sources=knows_sources)
    assert wrong_links(index, lists) == []
    assert f1(pairs_between(index.child_of_row), true_pairs(lists)) >= 0.999
    assert reviews(index) <= len(index.decisions) * (0.02 if knows_sources else 0.03)


@pytest.mark.parametrize(("knows_sources", "bar"), [(True, 0.985), (False, 0.98)])
def test_without_identifiers_and_without_a_human(knows_sources: bool, bar: float) -> None:
    index, lists = nameless_index(reviewed=False, knows_sources=knows_sources)
    assert wrong_links(index, lists) == []
    assert f1(pairs_between(index.child_of_row), true_pairs(lists)) >= bar


def test_with_identifiers_less_is_left_to_humans() -> None:
    lists = make_lists(HELD_OUT_SEED, rolls=2000, shared=1800)
    index = imported(lists, reviewed=False, knows_sources=True)
    assert wrong_links(index, lists) == []
    assert f1(pairs_between(index.child_of_row), true_pairs(lists)) >= 0.985
    assert reviews(index) <= len(index.decisions) * 0.015


def test_the_same_lists_again_find_their_children() -> None:
    index, lists = nameless_index(reviewed=True, knows_sources=False)
    for row in lists.roll[:1000]:
        decision = index.decide(row)
        assert decision.outcome != "new", row.local_id
        assert decision.outcome == "review" or decision.candidate_id == index.child_of_row[row.local_id]
