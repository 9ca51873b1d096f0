"""The tree: others' vectors, the examples of the RFC, and that a proof made of any tree holds there and nowhere else."""

import json
from base64 import b64decode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import external
from placet.audit import merkle
from placet.audit.merkle import Frontier, Subtree

# RFC 6962's reference leaves and the roots of the trees over the first n of them, from certificate-transparency's own tests.
LEAVES = [
    bytes.fromhex(h)
    for h in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
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
HASHES = [merkle.leaf_hash(leaf) for leaf in LEAVES]


def plainly(leaves):
    """The definition of the RFC, word for word: slow, and too short to be wrong."""
    if not leaves:
        return merkle.EMPTY
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return merkle.node_hash(plainly(leaves[:k]), plainly(leaves[k:]))


def hash_of(leaves):
    """The hash of a complete subtree of these leaves."""
    return lambda tree: plainly(leaves[tree.number << tree.height : (tree.number + 1) << tree.height])


def vectors(kind):
    found = json.loads((external("merkle-rfc6962") / "vectors.json").read_text())
    chosen = {name: each for name, each in found.items() if name.startswith(kind + "/")}
    assert len(chosen) == 98
    return chosen


def decoded(text):
    return b64decode(text or "")


def test_the_vectors_of_others_for_inclusion():
    for name, v in vectors("inclusion").items():
        path = [decoded(p) for p in v["proof"] or []]
        held = merkle.includes(v["leafIdx"], v["treeSize"], decoded(v["leafHash"]), path, decoded(v["root"]))
        assert held is not v["wantErr"], name


def test_the_vectors_of_others_for_consistency():
    for name, v in vectors("consistency").items():
        path = [decoded(p) for p in v["proof"] or []]
        held = merkle.extends(v["size1"], v["size2"], decoded(v["root1"]), path, decoded(v["root2"]))
        assert held is not v["wantErr"], name


def test_the_roots_of_the_rfc():
    tree = Frontier()
    for size, root in enumerate(ROOTS):
        assert tree.root().hex() == merkle.root_of(HASHES[:size]).hex() == root
        if size < len(HASHES):
            tree.append(HASHES[size])


def test_a_leaf_says_which_subtrees_it_completes():
    tree = Frontier()
    done = [tree.append(leaf) for leaf in HASHES]
    assert [[subtree for subtree, _ in each] for each in done[:4]] == [
        [Subtree(0, 0)],
        [Subtree(0, 1), Subtree(1, 0)],
        [Subtree(0, 2)],
        [Subtree(0, 3), Subtree(1, 1), Subtree(2, 0)],
    ]
    assert all(found == hash_of(HASHES)(subtree) for each in done for subtree, found in each)


@settings(max_examples=40)
@given(st.integers(0, 300))
def test_a_tree_goes_on_from_its_edge(size):
    leaves = [merkle.leaf_hash(str(n).encode()) for n in range(size + 9)]
    tree = Frontier(size, [hash_of(leaves)(subtree) for subtree in merkle.covering(0, size)])
    for leaf in leaves[size:]:
        tree.append(leaf)
    assert tree.root() == plainly(leaves)
    with pytest.raises(ValueError, match="subtrees along its edge"):
        Frontier(size + 1, [merkle.EMPTY] * ((size + 1).bit_count() + 1))


@settings(max_examples=40)
@given(st.data())
def test_a_proof_of_inclusion_holds_for_its_leaf_and_no_other(data):
    size = data.draw(st.integers(1, 130))
    index = data.draw(st.integers(0, size - 1))
    leaves = [merkle.leaf_hash(str(n).encode()) for n in range(size)]
    root = plainly(leaves)
    path = merkle.hashes(merkle.inclusion(index, size), hash_of(leaves))
    assert merkle.includes(index, size, leaves[index], path, root)
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index)) if size > 1 else None
    if other is not None:
        assert not merkle.includes(index, size, leaves[other], path, root)
        assert not merkle.includes(other, size, leaves[index], path, root)
        bent = [*path]
        bent[data.draw(st.integers(0, len(path) - 1))] = merkle.EMPTY
        assert not merkle.includes(index, size, leaves[index], bent, root)
    assert not merkle.includes(index, size, leaves[index], [*path, root], root)
    assert not merkle.includes(index, size, leaves[index], path, merkle.EMPTY)
    assert not merkle.includes(-1, size, leaves[0], path, root)


@settings(max_examples=40)
@given(st.data())
def test_a_proof_of_consistency_holds_for_its_beginning_and_no_other(data):
    size = data.draw(st.integers(1, 130))
    old = data.draw(st.integers(1, size))
    leaves = [merkle.leaf_hash(str(n).encode()) for n in range(size)]
    before, root = plainly(leaves[:old]), plainly(leaves)
    path = merkle.hashes(merkle.consistency(old, size), hash_of(leaves))
    assert merkle.extends(old, size, before, path, root)
    changed = [merkle.leaf_hash(b"another"), *leaves[1:]]
    assert not merkle.extends(old, size, plainly(changed[:old]), path, root)
    assert not merkle.extends(old, size, before, path, plainly(changed))
    assert not merkle.extends(old, size, before, [*path, root], root)


def test_what_no_tree_can_prove_is_refused():
    for index, size in ((0, 0), (3, 3), (-1, 3)):
        with pytest.raises(ValueError, match="no leaf"):
            merkle.inclusion(index, size)
    for old, size in ((0, 3), (4, 3)):
        with pytest.raises(ValueError, match="no beginning"):
            merkle.consistency(old, size)
    assert not merkle.includes(0, 1, b"short", [], b"short")
    assert not merkle.extends(1, 2, HASHES[0], [], HASHES[0])
