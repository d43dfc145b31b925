"""The FEBRL sets: people and errors that others made up, so that the matcher is not judged by its own makers' alone."""

import pytest

from tests.child_index.matching.febrl import load


@pytest.mark.parametrize(("number", "bar"), [(1, 0.9995), (3, 0.998), (4, 0.9985)])
def test_febrl_without_identifiers(number: int, bar: float) -> None:
    febrl = load(number)
    blocked = febrl.blocked()
    assert len(blocked & febrl.true) / len(febrl.true) >= 0.999
    matched = febrl.matched(blocked)
    assert febrl.f1(matched) >= bar
    assert len(matched - febrl.true) <= 0.001 * len(febrl.true)
