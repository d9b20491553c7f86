"""The Merkle tree of RFC 6962 §2.1 over SHA-256, and its proofs (RFC 9162 §2.1.3, §2.1.4).

A *node* is the hash of a complete subtree: level 0 are the leaves' hashes, and node ``index`` of ``level`` covers the
leaves from ``index * 2**level`` on, ``2**level`` of them. What makes proofs is given a function that reads nodes; what
checks them needs nothing but the proof.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Final

HASH_SIZE: Final = 32  # bytes
EMPTY_ROOT: Final = sha256().digest()
"""The root of a tree without leaves."""

Nodes = Callable[[int, int], bytes]
"""Reads the node of a level and an index."""


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf's bytes."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees' hashes."""
    return sha256(b"\x01" + left + right).digest()


def complete_subtrees(size: int) -> list[tuple[int, int]]:
    """Return the nodes (level, index) that a tree of that many leaves is made of, from left to right."""
    levels = (level for level in reversed(range(size.bit_length())) if size >> level & 1)
    return [(level, (size >> level) - 1) for level in levels]


def root_of(edge: Iterable[bytes]) -> bytes:
    """Return the root of the tree whose complete subtrees have these hashes, from left to right."""
    root = b""
    for subtree in reversed(list(edge)):
        root = node_hash(subtree, root) if root else subtree
    return root or EMPTY_ROOT


def grown(edge: Sequence[bytes], size: int, leaves: Sequence[bytes]) -> Iterator[tuple[int, int, list[bytes]]]:
    """Yield the nodes that come to be when leaves' hashes are appended: for each level its first index, and its nodes.

    ``edge``: the hashes of the complete subtrees of the tree so far, which has ``size`` leaves.
    """
    lone = {level: subtree for (level, _), subtree in zip(complete_subtrees(size), edge, strict=True)}
    level, index, added = 0, size, list(leaves)
    while added:
        yield level, index, added
        if index % 2:
            added, index = [lone[level], *added], index - 1
        added = [node_hash(added[at], added[at + 1]) for at in range(0, len(added) - 1, 2)]
        level, index = level + 1, index // 2


def inclusion_proof(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """Return the proof that leaf ``index`` is in the tree of ``size`` leaves. Raises ValueError where it can't be."""
    if not 0 <= index < size:
        raise ValueError("the tree has no such leaf")
    proof, start, end = [], 0, size
    while end - start > 1:
        middle = start + _left_size(end - start)
        if index < middle:
            proof.append(_root_between(middle, end, nodes))
            end = middle
        else:
            proof.append(_root_between(start, middle, nodes))
            start = middle
    return proof[::-1]


def consistency_proof(old: int, new: int, nodes: Nodes) -> list[bytes]:
    """Return the proof that the tree of ``new`` leaves begins as that of ``old``. Raises ValueError for no such pair.

    It is empty where one of them tells all: the old tree is empty, or the same.
    """
    if not 0 <= old <= new:
        raise ValueError("the new tree is smaller than the old one")
    if old in {0, new}:
        return []
    proof, start, end, is_left_edge = [], 0, new, True
    while old != end:
        middle = start + _left_size(end - start)
        if old <= middle:
            proof.append(_root_between(middle, end, nodes))
            end = middle
        else:
            proof.append(_root_between(start, middle, nodes))
            start, is_left_edge = middle, False
    if not is_left_edge:
        proof.append(_root_between(start, end, nodes))
    return proof[::-1]


def proves_inclusion(proof: Sequence[bytes], *, leaf: bytes, index: int, size: int, root: bytes) -> bool:
    """Tell whether the leaf with this hash is at ``index`` of the tree of that size and root (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size or not _are_hashes(leaf, root, *proof):
        return False
    at, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(sibling, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def proves_consistency(proof: Sequence[bytes], *, old: int, new: int, old_root: bytes, new_root: bytes) -> bool:
    """Tell whether the tree of ``new`` leaves begins as that of ``old`` (RFC 9162 §2.1.4.2).

    Of an empty old tree nothing but its one possible root is accepted, with an empty proof.
    """
    if 0 < old == new:
        return not proof and old_root == new_root
    if not 0 <= old <= new or not _are_hashes(old_root, new_root, *proof):
        return False
    if old == 0:
        return not proof and old_root == EMPTY_ROOT and (new > 0 or new_root == EMPTY_ROOT)
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    if not proof:
        return False
    old_found = new_found = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old_found, new_found = node_hash(sibling, old_found), node_hash(sibling, new_found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new_found = node_hash(new_found, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and old_found == old_root and new_found == new_root


def _are_hashes(*found: bytes) -> bool:
    return all(len(one) == HASH_SIZE for one in found)


def _left_size(count: int) -> int:
    """The largest power of two below ``count``: so many leaves are in the left subtree."""
    return 1 << (count - 1).bit_length() - 1


def _root_between(start: int, end: int, nodes: Nodes) -> bytes:
    """The hash of the leaves from ``start`` to ``end``, which are one side of a tree's split."""
    at, edge = start, []
    for level in reversed(range((end - start).bit_length())):
        if (end - start) >> level & 1:
            edge.append(nodes(level, at >> level))
            at += 1 << level
    return root_of(edge)
