"""The FEBRL sets: people and errors that others made up, so that the matcher is not judged by its own makers' alone."""

import pytest

from tests.child_index.matching.febrl import load
from tests.support.proof import Proof


@pytest.mark.parametrize(("number", "bar"), [(1, 0.9995), (3, 0.998), pytest.param(4, 0.9985, marks=pytest.mark.prove)])
def test_febrl_without_identifiers(number: int, bar: float, proof: Proof) -> None:
    febrl = load(number)
    blocked = febrl.blocked()
    assert len(blocked & febrl.true) / len(febrl.true) >= 0.999
    matched = febrl.matched(blocked)
    proof.note("pairs F1", round(febrl.f1(matched), 4))
    assert febrl.f1(matched) >= bar
    assert len(matched - febrl.true) <= 0.001 * len(febrl.true)
