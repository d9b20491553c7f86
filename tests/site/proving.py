"""Verifies what was downloaded as somebody would who has nothing but the file and the ledger's key."""

import json
from dataclasses import dataclass
from typing import Any

from djmixersoft.ledger.checkpoints import Checkpoint, Head
from djmixersoft.ledger.entries import hash_of_leaf
from djmixersoft.ledger.growing import Standing, grow
from djmixersoft.ledger.merkle import leaf_hash
from djmixersoft.ledger.notes import Algorithm, VerifierKey, unbase64
from djmixersoft.ledger.receipts import Receipt


@dataclass(frozen=True)
class Exported:
    """An export that was verified: what each entry says, None where it was erased; `people`: words for ids."""

    head: Head
    said: list[dict[str, Any] | None]
    hashes: list[bytes]
    people: dict[str, str]

    def extends(self, earlier: "Exported") -> bool:
        """Whether all of an earlier export is in this one, at its place."""
        return root_of(self.hashes[: earlier.head.size]) == earlier.head.root


def proven_receipt(file: bytes, vkey: str) -> tuple[int, dict[str, Any] | None]:
    """The index of a receipt's entry and what that says, None if it was erased. Fails for what isn't proven."""
    receipt = json.loads(file)
    assert receipt["format"] == "djmixersoft-receipt/v1"
    inner = Receipt.parse(receipt["proof"].encode())
    assert inner.proves(hash_of(receipt))
    proven_head(inner.checkpoint, receipt["head"], vkey)
    return inner.index, json.loads(receipt["entry"]) if receipt["entry"] else None


def proven_export(file: bytes, vkey: str) -> Exported:
    """An export, once all of it was verified. Fails where it isn't complete."""
    assert file.endswith(b"\n")
    first, *lines = [json.loads(line) for line in file.splitlines()]
    assert first["format"] == "djmixersoft-export/v1"
    head = proven_head(first["checkpoint"].encode(), first["head"], vkey)
    hashes = [hash_of(line) for line in lines]
    assert (len(hashes), root_of(hashes)) == (head.size, head.root)
    said = [None if line.get("erased") else json.loads(line["entry"]) for line in lines]
    return Exported(head, said, hashes, first["people"])


def proven_head(checkpoint: bytes, proof: str, vkey: str) -> Head:
    """The head of a log, once it is found to be signed, and in the heads log."""
    key = VerifierKey.parse(vkey)
    found, outer = Checkpoint.parse(checkpoint), Receipt.parse(proof.encode())
    assert found.is_signed_by(VerifierKey(found.head.origin, Algorithm.ED25519, key.key))
    assert outer.proves(leaf_hash(found.note.text.encode()))
    assert Checkpoint.parse(outer.checkpoint).is_signed_by(key)
    return found.head


def root_of(hashes: list[bytes]) -> bytes:
    return grow(Standing("x"), hashes).after.head.root


def hash_of(opening: dict[str, Any]) -> bytes:
    """The hash of a leaf, from what opens it, or from the leaf itself where that was erased."""
    if opening.get("entry"):
        return hash_of_leaf(unbase64(opening["salt"]), opening["entry"].encode())
    return leaf_hash(unbase64(opening["leaf"]))
