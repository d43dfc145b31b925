"""Which children of the index a record is weighed against, by the keys that it shares with each."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from child_index.domain.nearness import ENOUGH, FEW, MOST, SHARE, nearest_holders

KEYS = range(12)
HELD = st.dictionaries(st.sampled_from(KEYS), st.lists(st.integers(1, 40), max_size=30, unique=True))


@settings(max_examples=100)
@given(st.sets(st.sampled_from(KEYS)), st.sets(st.sampled_from(KEYS)), HELD)
@example(set(), set(), {})
@example({0}, set(), {0: [*range(1, 30)]})  # nobody shares much
@example({0}, {0}, {0: [*range(1, 300)]})  # everybody has the number
def test_those_are_weighed_who_share_enough_and_no_others(
    plain: set[int], numbers: set[int], held: dict[int, list[int]]
) -> None:
    keys = dict.fromkeys(plain, 1) | dict.fromkeys(numbers, ENOUGH)
    everybody = {child for children in held.values() for child in children}
    votes = {child: sum(each for key, each in keys.items() if child in held.get(key, ())) for child in everybody}
    ordered = sorted((child for child in everybody if votes[child]), key=lambda child: (-votes[child], child))
    expected = [
        child
        for rank, child in enumerate(ordered[:MOST])
        if votes[child] >= ENOUGH or (rank < FEW and votes[child] * SHARE >= votes[ordered[0]])
    ]
    found = nearest_holders(keys, {key: [str(child) for child in children] for key, children in held.items()})
    assert found == {child: votes[child] for child in expected}
