"""The tree, held against the definition that RFC 6962 section 2.1 writes, and against every small change."""

from collections.abc import Callable
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.domain import merkle
from consent.domain.merkle import EMPTY_ROOT, Frontier, NodeId, leaf_hash


def grow(leaves: list[bytes]) -> tuple[Frontier, dict[NodeId, bytes]]:
    """Append every leaf; the nodes that became final on the way, as a table would hold them."""
    frontier, nodes = Frontier(), dict[NodeId, bytes]()
    for leaf in leaves:
        for node in frontier.append(leaf):
            assert (node.level, node.position) not in nodes, "a node becomes final once"
            nodes[(node.level, node.position)] = node.hash
    return frontier, nodes


def hashes(count: int) -> list[bytes]:
    return [leaf_hash(number.to_bytes(4, "big")) for number in range(count)]


MANY = hashes(400)
_, STORED = grow(MANY)


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH as RFC 6962 section 2.1 writes it."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH, section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def naive_subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF, section 2.1.2."""
    if m == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*naive_subproof(m, leaves[:k], whole), naive_root(leaves[k:])]
    return [*naive_subproof(m - k, leaves[k:], False), naive_root(leaves[:k])]


def split(count: int) -> int:
    k = 1
    while k * 2 < count:
        k *= 2
    return k


def flip(value: bytes, bit: int) -> bytes:
    changed = bytearray(value)
    changed[bit // 8 % len(value)] ^= 1 << bit % 8
    return bytes(changed)


def test_the_empty_tree_begins_every_tree_and_only_with_its_own_root() -> None:
    root = naive_root(MANY[:5])
    assert merkle.root(0, STORED) == EMPTY_ROOT
    assert merkle.consistency_path(0, 5, STORED) == []
    assert merkle.verify_consistency(0, 5, EMPTY_ROOT, root, [])
    assert merkle.verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
    assert not merkle.verify_consistency(0, 5, root, root, [])
    assert not merkle.verify_consistency(0, 0, root, root, [])
    assert not merkle.verify_consistency(0, 5, EMPTY_ROOT, root, [root])


def test_roots_of_every_size_are_those_of_the_definition() -> None:
    frontier = Frontier()
    for size in range(len(MANY)):
        expected = naive_root(MANY[:size])
        assert frontier.root() == expected
        assert merkle.root(size, STORED) == expected
        frontier.append(MANY[size])


@given(size=st.integers(1, 400), data=st.data())
def test_inclusion_is_that_of_the_definition_and_nothing_else_passes(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    root, leaf = naive_root(MANY[:size]), MANY[index]
    path = merkle.inclusion_path(index, size, STORED)
    assert path == naive_path(index, MANY[:size])
    assert merkle.verify_inclusion(index, leaf, size, root, path)

    bit = data.draw(st.integers(0, 255))
    assert not merkle.verify_inclusion(index, flip(leaf, bit), size, root, path)
    assert not merkle.verify_inclusion(index, leaf, size, flip(root, bit), path)
    for at, step in enumerate(path):
        assert not merkle.verify_inclusion(index, leaf, size, root, [*path[:at], flip(step, bit), *path[at + 1 :]])
    for other in data.draw(st.lists(st.integers(-2, 401).filter(lambda other: other != index), max_size=5)):
        assert not merkle.verify_inclusion(other, leaf, size, root, path)
    assert not merkle.verify_inclusion(index, leaf, size, root, path[:-1] if path else [leaf])


@given(second=st.integers(1, 400), data=st.data())
def test_consistency_is_that_of_the_definition_and_nothing_else_passes(second: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(1, second))
    one, two = naive_root(MANY[:first]), naive_root(MANY[:second])
    path = merkle.consistency_path(first, second, STORED)
    assert path == naive_subproof(first, MANY[:second], True)
    assert merkle.verify_consistency(first, second, one, two, path)

    bit = data.draw(st.integers(0, 255))
    assert not merkle.verify_consistency(first, second, flip(one, bit), two, path)
    assert not merkle.verify_consistency(first, second, one, flip(two, bit), path)
    for at, step in enumerate(path):
        wrong = [*path[:at], flip(step, bit), *path[at + 1 :]]
        assert not merkle.verify_consistency(first, second, one, two, wrong)
    for other in data.draw(st.lists(st.integers(-2, 401).filter(lambda other: other != first), max_size=5)):
        assert not merkle.verify_consistency(other, second, one, two, path)


@given(before=st.integers(1, 399), data=st.data())
def test_no_path_joins_a_tree_to_one_that_forgot_an_entry(before: int, data: st.DataObject) -> None:
    forgotten = data.draw(st.integers(0, before - 1))
    after = data.draw(st.integers(before, 399))
    leaves = MANY[:forgotten] + MANY[forgotten + 1 : after + 1]
    _, nodes = grow(leaves)
    path = merkle.consistency_path(before, after, nodes)
    assert not merkle.verify_consistency(before, after, naive_root(MANY[:before]), naive_root(leaves), path)


@given(size=st.integers(1, 2**40), data=st.data())
def test_proofs_ask_for_few_stored_nodes_and_the_lists_name_them_all(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    asked: list[NodeId] = []

    def get(node: NodeId) -> bytes:
        level, position = node
        assert (position + 1) << level <= size, "only complete subtrees are stored"
        asked.append(node)
        return EMPTY_ROOT

    for listed, compute in (
        (merkle.root_nodes(size), lambda: merkle.root(size, get)),
        (merkle.inclusion_nodes(index, size), lambda: merkle.inclusion_path(index, size, get)),
        (merkle.consistency_nodes(index, size), lambda: merkle.consistency_path(index, size, get)),
    ):
        asked.clear()
        compute()
        assert asked == listed
        assert len(set(listed)) == len(listed) <= 2 * size.bit_length()


@given(size=st.integers(0, 399), more=st.integers(0, 20))
def test_a_frontier_taken_up_from_stored_nodes_goes_on_the_same(size: int, more: int) -> None:
    resumed = Frontier.load(size, STORED)
    later = MANY[size : size + more]
    for leaf in later:
        resumed.append(leaf)
    assert resumed.size == size + len(later)
    assert resumed.root() == naive_root(MANY[: resumed.size])


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: merkle.inclusion_nodes(3, 3),
        lambda: merkle.inclusion_nodes(-1, 3),
        lambda: merkle.inclusion_path(0, 0, STORED),
        lambda: merkle.consistency_nodes(4, 3),
        lambda: merkle.consistency_path(-1, 3, STORED),
        lambda: merkle.root(-1, STORED),
        lambda: Frontier(3, [EMPTY_ROOT]),
        lambda: Frontier(1, [b"short"]),
        lambda: Frontier().append(b"short"),
    ],
)
def test_places_outside_the_tree_and_misshapen_hashes_are_refused(wrong: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        wrong()


def test_a_missing_node_is_an_error_and_never_a_wrong_proof() -> None:
    nodes = dict(STORED)
    del nodes[(2, 1)]
    with pytest.raises(KeyError):
        merkle.inclusion_path(0, 8, nodes)
