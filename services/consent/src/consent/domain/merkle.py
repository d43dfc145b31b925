"""The access log's Merkle tree: SHA-256, leaves and nodes hashed as in RFC 6962 section 2.1.

The tree does no reading or writing of its own. A complete subtree is final once its last leaf is there, so it
is stored once, by its ``(level, position)``: level 0 holds the leaf hashes, and node ``(level, position)`` covers
the leaves ``position * 2**level`` up to but without ``(position + 1) * 2**level``. The hashes on the tree's right
edge that are not yet complete are never stored, but folded from complete ones when asked for.

``*_nodes`` functions say which stored nodes an answer needs, O(log n) of them, so that a repository can fetch
them in one query; the function of the same stem then works from the fetched mapping.
"""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

HASH_SIZE = 32
EMPTY_ROOT = sha256().digest()


NodeId = tuple[int, int]
"""The place of a complete subtree, ``(level, position)``."""


class Node(NamedTuple):
    """A complete subtree: its place and its 32-byte hash."""

    level: int
    position: int
    hash: bytes


NodeSource = Mapping[NodeId, bytes] | Callable[[NodeId], bytes]


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 || data). The prefixes keep a leaf from passing as a node (RFC 6962 section 2.1)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: all that an append needs, at most log2(size) + 1 hashes.

    ``peaks`` are the hashes of the nodes listed by :func:`root_nodes`, in that order (largest first).
    """

    __slots__ = ("_peaks", "_size")

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        """Raises ValueError when the peaks are not as many, or not as long, as a tree of ``size`` has."""
        if size < 0 or len(peaks) != size.bit_count() or any(len(peak) != HASH_SIZE for peak in peaks):
            raise ValueError(f"these are not the peaks of a tree of size {size}")
        self._size = size
        self._peaks = list(peaks)

    @classmethod
    def load(cls, size: int, nodes: NodeSource) -> "Frontier":
        """Take up again at ``size`` from stored nodes (those of :func:`root_nodes`). KeyError if one is missing."""
        get = _getter(nodes)
        return cls(size, [get(node) for node in root_nodes(size)])

    @property
    def size(self) -> int:
        return self._size

    def append(self, leaf: bytes) -> list[Node]:
        """Add a 32-byte leaf hash; return every node that became final with it, the leaf first, then upwards.

        A tree of n leaves has fewer than 2n nodes, so an append makes fewer than two on average.
        """
        if len(leaf) != HASH_SIZE:
            raise ValueError("a leaf hash has 32 bytes")
        level, position, current = 0, self._size, leaf
        finished = [Node(0, position, leaf)]
        while position & 1:
            current = node_hash(self._peaks.pop(), current)
            level += 1
            position >>= 1
            finished.append(Node(level, position, current))
        self._peaks.append(current)
        self._size += 1
        return finished

    def root(self) -> bytes:
        """The root hash of the tree as it stands; of an empty tree, the hash of nothing."""
        return _fold(self._peaks) if self._peaks else EMPTY_ROOT


def root_nodes(size: int) -> list[NodeId]:
    """The stored nodes from which the root of a tree of ``size`` leaves is folded, largest first."""
    if size < 0:
        raise ValueError("a tree size is not negative")
    return _subtrees(0, size)


def root(size: int, nodes: NodeSource) -> bytes:
    """The root hash over the first ``size`` leaves (RFC 6962 section 2.1). KeyError if a node is missing."""
    return Frontier.load(size, nodes).root()


def inclusion_nodes(leaf_index: int, size: int) -> list[NodeId]:
    """The stored nodes needed to prove that a leaf is in the tree of ``size``. ValueError outside the tree."""
    return [node for begin, end in _inclusion_plan(leaf_index, size) for node in _subtrees(begin, end)]


def inclusion_path(leaf_index: int, size: int, nodes: NodeSource) -> list[bytes]:
    """The audit path of a leaf, from the leaf's sibling up (RFC 6962 section 2.1.1)."""
    return _path(_inclusion_plan(leaf_index, size), nodes)


def consistency_nodes(from_size: int, to_size: int) -> list[NodeId]:
    """The stored nodes needed to prove that one tree begins with another.

    Raises ValueError unless 0 <= from_size <= to_size.
    """
    return [node for begin, end in _consistency_plan(from_size, to_size) for node in _subtrees(begin, end)]


def consistency_path(from_size: int, to_size: int, nodes: NodeSource) -> list[bytes]:
    """The proof that the tree of ``from_size`` is the beginning of the tree of ``to_size`` (RFC 6962 section 2.1.2).

    Empty for equal sizes, and for ``from_size`` 0: every tree begins with the empty one.
    """
    return _path(_consistency_plan(from_size, to_size), nodes)


def verify_inclusion(leaf_index: int, leaf: bytes, tree_size: int, root_hash: bytes, path: Sequence[bytes]) -> bool:
    """Whether the path proves the leaf hash to be at that index under that root (RFC 9162 section 2.1.3.2)."""
    if not 0 <= leaf_index < tree_size or not _are_hashes(leaf, root_hash, *path):
        return False
    place, last, current = leaf_index, tree_size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            current = node_hash(sibling, current)
            # On the right edge the levels without a sibling are skipped.
            while place and not place & 1:
                place >>= 1
                last >>= 1
        else:
            current = node_hash(current, sibling)
        place >>= 1
        last >>= 1
    return last == 0 and current == root_hash


def verify_consistency(from_size: int, to_size: int, from_root: bytes, to_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the path proves the second tree to begin with the first (RFC 9162 section 2.1.4.2).

    Beyond the RFC, which leaves it undefined: the empty tree, with its own root and no path, begins every tree.
    """
    if not 0 <= from_size <= to_size or not _are_hashes(from_root, to_root, *path):
        return False
    if from_size == to_size:
        return not path and from_root == to_root and (from_size > 0 or from_root == EMPTY_ROOT)
    if from_size == 0:
        return not path and from_root == EMPTY_ROOT
    if not path:
        return False
    # A complete first tree is itself the node to start from, and the prover need not repeat it.
    start, *rest = (from_root, *path) if from_size.bit_count() == 1 else path
    place, last = from_size - 1, to_size - 1
    while place & 1:
        place >>= 1
        last >>= 1
    first = second = start
    for sibling in rest:
        if last == 0:
            return False
        if place & 1 or place == last:
            first = node_hash(sibling, first)
            second = node_hash(sibling, second)
            while place and not place & 1:
                place >>= 1
                last >>= 1
        else:
            second = node_hash(second, sibling)
        place >>= 1
        last >>= 1
    return last == 0 and first == from_root and second == to_root


def _inclusion_plan(leaf_index: int, size: int) -> list[tuple[int, int]]:
    """PATH(m, D[n]) of RFC 6962 as half-open leaf ranges, the lowest first."""
    if not 0 <= leaf_index < size:
        raise ValueError(f"leaf {leaf_index} is not in a tree of size {size}")
    begin, end, plan = 0, size, list[tuple[int, int]]()
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if leaf_index < middle:
            plan.append((middle, end))
            end = middle
        else:
            plan.append((begin, middle))
            begin = middle
    return plan[::-1]


def _consistency_plan(from_size: int, to_size: int) -> list[tuple[int, int]]:
    """PROOF(m, D[n]) of RFC 6962 as half-open leaf ranges, the lowest first."""
    if not 0 <= from_size <= to_size:
        raise ValueError(f"a tree of size {from_size} is not the beginning of one of size {to_size}")
    if from_size == 0:
        return []
    begin, end, plan = 0, to_size, list[tuple[int, int]]()
    while end != from_size:
        middle = begin + _split(end - begin)
        if from_size <= middle:
            plan.append((middle, end))
            end = middle
        else:
            plan.append((begin, middle))
            begin = middle
    if begin:  # else this is the first tree itself, whose root the verifier has
        plan.append((begin, end))
    return plan[::-1]


def _split(count: int) -> int:
    """The largest power of two smaller than ``count`` (which is at least 2)."""
    return 1 << ((count - 1).bit_length() - 1)


def _subtrees(begin: int, end: int) -> list[NodeId]:
    """The complete subtrees of a leaf range that RFC 6962 splits off, largest first."""
    nodes = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        nodes.append((level, begin >> level))
        begin += 1 << level
    return nodes


def _path(plan: list[tuple[int, int]], nodes: NodeSource) -> list[bytes]:
    get = _getter(nodes)
    return [_fold([get(node) for node in _subtrees(begin, end)]) for begin, end in plan]


def _fold(hashes: list[bytes]) -> bytes:
    """Join subtrees of falling size, from the right, into the hash over all of them."""
    current = hashes[-1]
    for left in hashes[-2::-1]:
        current = node_hash(left, current)
    return current


def _getter(nodes: NodeSource) -> Callable[[NodeId], bytes]:
    return nodes.__getitem__ if isinstance(nodes, Mapping) else nodes


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_SIZE for value in values)
