"""The tree and its proofs: others' vectors, and every pair of sizes against the definition."""

import json
import random
from base64 import b64decode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from djmixersoft.ledger.merkle import (
    EMPTY_ROOT,
    complete_subtrees,
    consistency_proof,
    grown,
    inclusion_proof,
    leaf_hash,
    node_hash,
    proves_consistency,
    proves_inclusion,
    root_of,
)
from tests.support import ROOT

VECTORS = ROOT.parent / "shared" / "vectors" / "merkle"
LEAVES = [leaf_hash(number.to_bytes(4)) for number in range(70)]


@cache
def defined(start: int, end: int) -> bytes:
    """The hash of a range of leaves as RFC 6962 §2.1 defines it."""
    count = end - start
    if count == 0:
        return sha256().digest()
    if count == 1:
        return LEAVES[start]
    middle = start + 2 ** ((count - 1).bit_length() - 1)
    return node_hash(defined(start, middle), defined(middle, end))


def node(level: int, index: int) -> bytes:
    return defined(index << level, index + 1 << level)


def vectors(kind: str) -> list[Any]:
    files = sorted((VECTORS / kind).rglob("*.json"))
    if not files:
        return [pytest.param(None, marks=pytest.mark.skip(reason="../shared/vectors is not here"), id=kind)]
    return [pytest.param(file, id=f"{file.parent.name}/{file.stem}") for file in files]


def hashes(texts: list[str] | None) -> list[bytes]:
    return [b64decode(text) for text in texts or []]


@pytest.mark.parametrize("file", vectors("inclusion"))
def test_others_vectors_of_inclusion(file: Path) -> None:
    one = json.loads(file.read_bytes())
    leaf, root = (b64decode(one[name] or "") for name in ("leafHash", "root"))
    proof = hashes(one["proof"])
    is_right = proves_inclusion(proof, leaf=leaf, index=one["leafIdx"], size=one["treeSize"], root=root)
    assert is_right is not one["wantErr"]


@pytest.mark.parametrize("file", vectors("consistency"))
def test_others_vectors_of_consistency(file: Path) -> None:
    one = json.loads(file.read_bytes())
    roots = {f"{which}_root": b64decode(one[f"root{number}"] or "") for which, number in (("old", 1), ("new", 2))}
    is_right = proves_consistency(hashes(one["proof"]), old=one["size1"], new=one["size2"], **roots)
    assert is_right is not one["wantErr"]


def test_nothing_but_its_one_root_and_no_proof_is_accepted_of_an_empty_tree() -> None:
    from_nothing: dict[str, Any] = {"old": 0, "new": 3, "old_root": EMPTY_ROOT, "new_root": defined(0, 3)}
    assert proves_consistency([], **from_nothing)
    assert proves_consistency([], **from_nothing | {"new": 0, "new_root": EMPTY_ROOT})
    assert not proves_consistency([], **from_nothing | {"old_root": LEAVES[0]})
    assert not proves_consistency([], **from_nothing | {"new": 0})
    assert not proves_consistency([EMPTY_ROOT], **from_nothing)


@pytest.mark.parametrize("size", range(len(LEAVES) + 1))
def test_a_root_is_what_the_standard_defines(size: int) -> None:
    assert root_of(node(*place) for place in complete_subtrees(size)) == defined(0, size)


def test_the_root_of_nothing() -> None:
    assert root_of([]) == EMPTY_ROOT == defined(0, 0)


def test_each_leaf_of_each_tree_has_a_proof_that_fits_nowhere_else() -> None:
    for size in range(1, len(LEAVES)):
        for index in range(size):
            proof = inclusion_proof(index, size, node)
            fits: dict[str, Any] = {"leaf": LEAVES[index], "index": index, "size": size, "root": defined(0, size)}
            assert proves_inclusion(proof, **fits)
            for wrong in (
                fits | {"index": (index + 1) % (size + 1)},
                fits | {"index": index - 1},
                fits | {"leaf": LEAVES[index + 1]},
                fits | {"root": defined(0, size + 1)},
            ):
                assert not proves_inclusion(proof, **wrong)
            assert not proves_inclusion([*proof, LEAVES[0]], **fits)
            assert not proof or not proves_inclusion(proof[:-1], **fits)


def test_each_tree_is_proven_to_begin_as_each_smaller_one_and_as_no_other() -> None:
    for new in range(len(LEAVES)):
        for old in range(new + 1):
            proof = consistency_proof(old, new, node)
            fits: dict[str, Any] = {"old": old, "new": new, "old_root": defined(0, old), "new_root": defined(0, new)}
            assert proves_consistency(proof, **fits)
            assert not proves_consistency(proof, **fits | {"old_root": leaf_hash(b"another")})
            assert old == 0 < new or not proves_consistency(proof, **fits | {"new_root": leaf_hash(b"another")})
            assert not proves_consistency([*proof, LEAVES[0]], **fits)
            assert old in {0, new} or not proves_consistency(proof[:-1], **fits)
            assert old == new or not proves_consistency(proof, **fits | {"old": new, "new": old})


def altered(proof: list[bytes], chance: random.Random) -> list[bytes]:
    changed = bytearray(b"".join(proof))
    changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return [bytes(changed[at : at + 32]) for at in range(0, len(changed), 32)]


def test_no_altered_proof_is_believed() -> None:
    chance = random.Random(4)
    for _ in range(2_000):
        new = chance.randrange(2, len(LEAVES))
        old, index = chance.randrange(1, new), chance.randrange(new)
        place = {"leaf": LEAVES[index], "root": defined(0, new)}
        proof = altered(inclusion_proof(index, new, node), chance)
        assert not proves_inclusion(proof, index=index, size=new, **place)
        roots = {"old_root": defined(0, old), "new_root": defined(0, new)}
        assert not proves_consistency(altered(consistency_proof(old, new, node), chance), old=old, new=new, **roots)


def test_what_can_not_be_proven_is_refused() -> None:
    for index, size in ((0, 0), (3, 3), (-1, 3)):
        with pytest.raises(ValueError, match="no such leaf"):
            inclusion_proof(index, size, node)
    for old, new in ((4, 3), (-1, 3)):
        with pytest.raises(ValueError, match="smaller"):
            consistency_proof(old, new, node)


def test_growing_by_any_number_makes_the_nodes_that_there_are() -> None:
    for size in range(40):
        for count in range(30):
            edge = [node(*place) for place in complete_subtrees(size)]
            made: dict[tuple[int, int], bytes] = {}
            for level, index, nodes in grown(edge, size, LEAVES[size : size + count]):
                made |= {(level, index + at): one for at, one in enumerate(nodes)}
            before = {(level, at) for level in range(8) for at in range(size >> level)}
            after = {(level, at) for level in range(8) for at in range(size + count >> level)}
            assert set(made) == after - before
            assert all(one == node(*place) for place, one in made.items())
