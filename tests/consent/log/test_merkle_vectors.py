"""The tree, held against the public vectors of RFC 6962 implementations.

They are those that the certificate-transparency projects share: eight leaves, the roots over the first n of them,
every complete subtree, and inclusion and consistency proofs with the corruptions that must not pass.
"""

import pytest

from consent.domain import merkle
from consent.domain.merkle import EMPTY_ROOT, Frontier, leaf_hash

LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
NODES = [
    [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
        "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1",
    ],
    [
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    ],
    [
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    ["5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"],
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# (leaf index, size, path) and (from, to, path); a path is given by the vectors' node hashes.
INCLUSION = [
    (0, 1, []),
    (0, 8, [NODES[0][1], NODES[1][1], NODES[2][1]]),
    (5, 8, [NODES[0][4], NODES[1][3], NODES[2][0]]),
    (2, 3, [NODES[1][0]]),
    (1, 5, [NODES[0][0], NODES[1][1], NODES[0][4]]),
]
CONSISTENCY = [
    (1, 1, []),
    (1, 8, [NODES[0][1], NODES[1][1], NODES[2][1]]),
    (6, 8, [NODES[1][2], NODES[1][3], NODES[2][0]]),
    (2, 5, [NODES[1][1], NODES[0][4]]),
    (6, 7, [NODES[1][2], NODES[0][6], NODES[2][0]]),
]


def unhex(values: list[str]) -> list[bytes]:
    return [bytes.fromhex(value) for value in values]


def stored_nodes() -> dict[tuple[int, int], bytes]:
    return {(level, at): value for level, row in enumerate(NODES) for at, value in enumerate(unhex(row))}


def test_public_vectors_of_leaves_nodes_and_roots() -> None:
    frontier, nodes = Frontier(), dict[tuple[int, int], bytes]()
    assert frontier.root().hex() == ROOTS[0]
    for size, data in enumerate(unhex(LEAVES), start=1):
        nodes |= {node[:2]: node.hash for node in frontier.append(leaf_hash(data))}
        assert frontier.root().hex() == ROOTS[size]
        assert merkle.root(size, nodes.__getitem__).hex() == ROOTS[size]
    assert nodes == stored_nodes()


@pytest.mark.parametrize(("index", "size", "path"), INCLUSION)
def test_public_inclusion_vectors(index: int, size: int, path: list[str]) -> None:
    assert merkle.inclusion_path(index, size, lambda node: stored_nodes()[node]) == unhex(path)
    leaf, root = leaf_hash(unhex(LEAVES)[index]), bytes.fromhex(ROOTS[size])
    assert merkle.verify_inclusion(index, leaf, size, root, unhex(path))


@pytest.mark.parametrize(("first", "second", "path"), CONSISTENCY)
def test_public_consistency_vectors(first: int, second: int, path: list[str]) -> None:
    assert merkle.consistency_path(first, second, lambda node: stored_nodes()[node]) == unhex(path)
    roots = unhex(ROOTS)
    assert merkle.verify_consistency(first, second, roots[first], roots[second], unhex(path))


@pytest.mark.parametrize(("index", "size", "path"), INCLUSION)
def test_public_corruptions_of_inclusion_proofs_fail(index: int, size: int, path: list[str]) -> None:
    proof, root, leaf = unhex(path), bytes.fromhex(ROOTS[size]), leaf_hash(unhex(LEAVES)[index])
    some = bytes.fromhex("abacaba000000000000000000000000000000000000000000060061e00123456")
    probes = [
        *[(at, size, leaf, root, proof) for at in (index - 1, index + 1, index ^ 2)],
        *[(index, wrong, leaf, root, proof) for wrong in (size * 2, size // 2)],
        *[(index, size, wrong, root, proof) for wrong in (b"WrongLeaf", some, EMPTY_ROOT, b"")],
        *[(index, size, leaf, wrong, proof) for wrong in (EMPTY_ROOT, some, b"")],
        *[(index, size, leaf, root, wrong) for wrong in ([*proof, b""], [*proof, root], [b"", *proof])],
        (index, size, leaf, root, [root, *proof]),
        *[(index, size, leaf, root, proof[:at] + proof[at + 1 :]) for at in range(len(proof))],
        *[(index, size, leaf, root, [proof[0], some, *proof[1:]]) for _ in proof[:1]],
    ]
    for at, count, value, top, wrong in probes:
        assert not merkle.verify_inclusion(at, value, count, top, wrong)


@pytest.mark.parametrize(("first", "second", "path"), [vector for vector in CONSISTENCY if vector[2]])
def test_public_corruptions_of_consistency_proofs_fail(first: int, second: int, path: list[str]) -> None:
    proof, one, two = unhex(path), bytes.fromhex(ROOTS[first]), bytes.fromhex(ROOTS[second])
    probes = [
        *[(size, second, one, two, proof) for size in (first - 1, first + 1, first ^ 2)],
        *[(first, size, one, two, proof) for size in (second * 2, second // 2)],
        (first, second, b"WrongRoot", two, proof),
        (first, second, one, b"WrongRoot", proof),
        (first, second, two, one, proof),
        *[(first, second, one, two, [*proof, wrong]) for wrong in (b"", one, two)],
        *[(first, second, one, two, [wrong, *proof]) for wrong in (b"", one, two, proof[0])],
        (first, second, one, two, []),
        (first, second, one, two, proof[:-1]),
    ]
    for small, large, before, after, wrong in probes:
        assert not merkle.verify_consistency(small, large, before, after, wrong)
