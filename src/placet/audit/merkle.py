"""The tree of RFC 6962 (and RFC 9162, section 2.1) over SHA-256: roots, proofs of inclusion and of consistency, and their
verification. Pure: it knows hashes and numbers, no event and no database.

A tree of n leaves is made of complete subtrees. `Subtree` names one: its height, and which of that height it is from the left;
it covers the leaves `number << height` up to `(number + 1) << height`. Whoever keeps some of them can make every proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from hashlib import sha256
from typing import NamedTuple

HASH = 32  # bytes of every hash
EMPTY = sha256(b"").digest()  # the root of a tree without leaves


class Subtree(NamedTuple):
    """A complete subtree: `1 << height` leaves, the `number`-th of that height."""

    height: int
    number: int


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf that holds `data`."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of what joins two subtrees."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree that grows: it keeps the complete subtrees along its right edge (at most one of a height), and nothing else."""

    def __init__(self, size: int = 0, edge: Sequence[bytes] = ()) -> None:
        """`edge`: the hashes of `covering(0, size)`, in that order."""
        if len(edge) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} subtrees along its edge, not {len(edge)}")
        self.size = size
        self._edge = list(edge)

    def copy(self) -> Frontier:
        """The same, to go on from independently."""
        return Frontier(self.size, self._edge)

    def append(self, leaf: bytes) -> list[tuple[Subtree, bytes]]:
        """Add a leaf's hash; every subtree that is complete with it, the leaf itself first."""
        done = [(Subtree(0, self.size), leaf)]
        height, rest = 0, self.size
        while rest & 1:
            leaf = node_hash(self._edge.pop(), leaf)
            height, rest = height + 1, rest >> 1
            done.append((Subtree(height, rest), leaf))
        self._edge.append(leaf)
        self.size += 1
        return done

    def root(self) -> bytes:
        """The root of the tree as it now is."""
        return fold(self._edge)


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes."""
    tree = Frontier()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


def fold(edge: Sequence[bytes]) -> bytes:
    """The hash over neighbouring complete subtrees, the largest first."""
    return reduce(lambda right, left: node_hash(left, right), reversed(edge)) if edge else EMPTY


def covering(start: int, end: int) -> list[Subtree]:
    """The complete subtrees that make up the leaves from `start` to before `end`, the largest first.

    `start` is a multiple of the largest one's size, as it is for every part of a proof.
    """
    found = []
    while start < end:
        height = (end - start).bit_length() - 1
        found.append(Subtree(height, start >> height))
        start += 1 << height
    return found


Proof = list[list[Subtree]]  # a hash each, over the complete subtrees it is folded from


def inclusion(index: int, size: int) -> Proof:
    """What proves that a leaf stands at `index` of a tree of `size` leaves, from the leaf up; ValueError where it does not."""
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    start, end, found = 0, size, []
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            found.append(covering(middle, end))
            end = middle
        else:
            found.append(covering(start, middle))
            start = middle
    return found[::-1]


def consistency(old: int, size: int) -> Proof:
    """What proves that the tree of `old` leaves is the beginning of that of `size`; ValueError for none or for more."""
    if not 0 < old <= size:
        raise ValueError(f"a tree of {old} leaves is no beginning of one of {size}")
    start, end, found = 0, size, []
    while old != end:
        middle = start + split(end - start)
        if old <= middle:
            found.append(covering(middle, end))
            end = middle
        else:
            found.append(covering(start, middle))
            start = middle
    if start:  # the verifier has the root of the old tree, which is this part where it begins at the first leaf
        found.append(covering(start, end))
    return found[::-1]


def hashes(proof: Proof, hash_of: Callable[[Subtree], bytes]) -> list[bytes]:
    """A proof's hashes, where those of complete subtrees can be asked for."""
    return [fold([hash_of(subtree) for subtree in part]) for part in proof]


def includes(index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the path proves that this leaf hash stands at `index` under the root of a tree of `size` leaves."""
    if not 0 <= index < size or not _are_hashes(leaf, root, *path):
        return False
    place, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def extends(old: int, size: int, old_root: bytes, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the path proves that the tree of `size` leaves begins with the one of `old`."""
    if not 0 < old <= size:
        return False
    if old == size:
        return not path and old_root == root
    if not _are_hashes(old_root, root, *path):
        return False
    given = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not given:
        return False
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    found_old = found = given[0]
    for sibling in given[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            found_old, found = node_hash(sibling, found_old), node_hash(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found_old == old_root and found == root


def split(count: int) -> int:
    """How many of `count` leaves, of two at least, stand on the left of a tree: the largest power of two below."""
    return 1 << ((count - 1).bit_length() - 1)


def _are_hashes(*given: bytes) -> bool:
    return all(len(each) == HASH for each in given)
