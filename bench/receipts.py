"""Part of `bench ledger`: how large a receipt is, and how long others take to verify one, or a whole export."""

import subprocess
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench import note
from bench.figures import Figure, median
from djmixersoft.ledger.checkpoints import Head
from djmixersoft.ledger.entries import SALT, hash_of_leaf
from djmixersoft.ledger.merkle import complete_subtrees, grown, inclusion_proof, leaf_hash, root_of
from djmixersoft.ledger.notes import Algorithm, SigningKey, to_base64
from djmixersoft.ledger.receipts import EXPORT_FORMAT, RECEIPT_FORMAT, Receipt, line_of
from djmixersoft.operations.database import ROOT

ENTRIES = 1_000_000
WITNESSES = 3
STARTS = 20
EXPORTS = 3
VERIFIER = ROOT / "verifier" / "ledger_verify.py"
TIME = 1_700_000_000


def verifying() -> Iterator[Figure]:
    """A log of a million entries in a heads log of as many heads, cosigned; verified by the one-file program."""
    note(f"A log of {ENTRIES:,} entries, and a heads log as large…")
    with TemporaryDirectory(prefix="djms-bench-") as name:
        folder = Path(name)
        sizes = _write(folder)
        ends = (min(sizes), max(sizes))
        words = f"the larger of two levels; {WITNESSES} cosignatures"
        yield Figure("receipt_bytes_per_level", max(sizes), "bytes", "<= 2048", len(sizes), ends, words)
        taken = [_verified(folder, "receipt.json") * 1000 for _ in range(STARTS)]
        yield Figure(
            "verify_receipt_ms", median(taken), "ms", "<= 300", STARTS, (min(taken), max(taken)), "whole process"
        )
        taken = [_verified(folder, "export.jsonl") for _ in range(EXPORTS)]
        yield Figure(
            "verify_export_1m_s", median(taken), "s", "<= 15", EXPORTS, (min(taken), max(taken)), "whole process"
        )


def _verified(folder: Path, name: str) -> float:
    began = time.perf_counter()
    command = [sys.executable, str(VERIFIER), "--policy", str(folder / "policy"), str(folder / name)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
    return time.perf_counter() - began


def _write(folder: Path) -> list[int]:
    """Write a receipt, an export and a policy; return how many bytes each level of the receipt has."""
    secret = Ed25519PrivateKey.from_private_bytes(bytes(32))
    heads_key = SigningKey(f"djmixersoft-heads/{0:032x}", Algorithm.ED25519, secret)
    log_key = SigningKey(f"djmixersoft-log/{0:032x}", Algorithm.ED25519, secret)
    opened = [_opening(number) for number in range(ENTRIES)]
    log = _Tree([hash_of_leaf(salt, entry) for entry, salt in opened])
    checkpoint = Head(log_key.name, ENTRIES, log.root).signed(log_key)
    text = checkpoint.rpartition(b"\n\n")[0] + b"\n"
    place, others = ENTRIES // 3, [sha256(number.to_bytes(8)).digest() for number in range(ENTRIES - 1)]
    heads = _Tree([*others[:place], leaf_hash(text), *others[place:]])
    keys = [
        SigningKey(
            f"witness.example/{number}",
            Algorithm.COSIGNATURE,
            Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32),
        )
        for number in range(1, WITNESSES + 1)
    ]
    head = Head(heads_key.name, ENTRIES, heads.root)
    cosigned = head.signed(heads_key) + "".join(key.line(str(head), time=TIME) for key in keys).encode()
    proofs = [
        bytes(Receipt(place, tuple(log.proof(place)), checkpoint)),
        bytes(Receipt(place, tuple(heads.proof(place)), cosigned)),
    ]
    entry, salt = opened[place]
    fields = {"entry": entry.decode(), "salt": to_base64(salt), "proof": proofs[0].decode(), "head": proofs[1].decode()}
    (folder / "receipt.json").write_bytes(line_of({"format": RECEIPT_FORMAT, **fields}))
    witnesses = "".join(f"witness w{number} {key.verifier}\n" for number, key in enumerate(keys))
    (folder / "policy").write_text(f"log {heads_key.verifier}\n{witnesses}group g 2 w0 w1 w2\nquorum g\n")
    with (folder / "export.jsonl").open("wb") as file:
        file.write(
            line_of({"format": EXPORT_FORMAT, "checkpoint": checkpoint.decode(), "head": fields["head"], "people": {}})
        )
        for entry, salt in opened:
            file.write(line_of({"entry": entry.decode(), "salt": to_base64(salt)}))
    return [len(proof) for proof in proofs]


def _opening(number: int) -> tuple[bytes, bytes]:
    """Return an entry such as there are, and its salt."""
    person = f"00000000-0000-4000-8000-{number:012x}"
    text = f'{{"action":"administrator:membership:ended","at":"2026-11-23T18:00:00.{number % 1_000_000:06}Z",'
    text += f'"by":"administrator","person":"{person}","whom":"{person}"}}'
    return text.encode(), sha256(person.encode()).digest()[:SALT]


class _Tree:
    """All nodes of a tree, level by level."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.levels = [nodes for _, _, nodes in grown([], 0, leaves)]
        self.size = len(leaves)

    @property
    def root(self) -> bytes:
        return root_of(self._node(*place) for place in complete_subtrees(self.size))

    def proof(self, index: int) -> list[bytes]:
        return inclusion_proof(index, self.size, self._node)

    def _node(self, level: int, index: int) -> bytes:
        return self.levels[level][index]
