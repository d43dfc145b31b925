"""Weights estimated from pairs of which it is known that each is one child."""

from math import isclose

from hypothesis import given, settings
from hypothesis import strategies as st

from child_index.domain.matching import DEFAULT_WEIGHTS, Band, NameFrequencies
from child_index.domain.matching.estimation import ASSUMED, counted, estimated, shares_of
from tests.child_index.matching.simulation import prepared_row
from tests.child_index.matching.test_lists import nameless_lists

MANY = 1_000_000


def _as_assumed(pairs: int) -> dict[str, dict[Band, int]]:
    return {table: {band: round(share * pairs) for band, share in shares.items()} for table, shares in ASSUMED.items()}


def test_what_is_assumed_is_what_the_made_up_lists_hold() -> None:
    """Lists as good as those for which the built-in weights were worked out leave them nearly as they are."""
    for shares in ASSUMED.values():
        assert isclose(sum(shares.values()), 1, abs_tol=1e-9)
    lists = nameless_lists()
    rows = {row.local_id: row for row in (*lists.roll, *lists.gp_list)}
    pairs = [(prepared_row(rows[one])[0], prepared_row(rows[other])[0]) for one, other in lists.truth.pairs()]
    counts = counted(pairs, NameFrequencies.builtin(), 10_000)
    found = shares_of(counts, estimated(counts, "next"))
    assert sum(each.pairs for each in found if each.table == "born") == len(pairs)
    assert [each for each in found if abs(each.found - each.assumed) > 0.08] == []
    assert all(abs(each.bits - each.bits_before) < 1 for each in found)


@settings(max_examples=60)
@given(data=st.data())
def test_the_laws(data: st.DataObject) -> None:
    table = data.draw(st.sampled_from(sorted(ASSUMED)))
    band = data.draw(st.sampled_from(sorted(ASSUMED[table])))
    counts = _as_assumed(MANY)
    same = estimated(counts, "same")
    for name in ASSUMED:
        for each, odds in getattr(DEFAULT_WEIGHTS, name).items():
            assert all(isclose(a, b, abs_tol=0.01) for a, b in zip(getattr(same, name)[each], odds, strict=True))
    # More of one band makes it weigh more, and the others of its table no more than before; within bounds.
    more = counts | {table: counts[table] | {band: counts[table][band] + data.draw(st.integers(1, 100 * MANY))}}
    moved = estimated(more, "moved")
    for each in ASSUMED[table]:
        before, after = getattr(same, table)[each], getattr(moved, table)[each]
        shift = after.stranger - before.stranger
        assert shift >= 0 if each == band else shift <= 0
        assert abs(shift) < 3.1
        assert isclose(after.sibling - before.sibling, shift, abs_tol=0.002)
    for name in set(ASSUMED) - {table}:
        assert getattr(moved, name) == getattr(same, name)
    assert (moved.link, moved.new, moved.margin) == (same.link, same.new, same.margin)
    # Nothing counted changes nothing.
    nothing = estimated({name: {} for name in ASSUMED}, "nothing")
    assert all(getattr(nothing, name) == dict(getattr(DEFAULT_WEIGHTS, name)) for name in ASSUMED)
