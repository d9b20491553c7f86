"""Others' verifiers accept every proof of ours, and refuse with us what was altered."""

import random
from base64 import b64decode
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from djmixersoft.ledger.checkpoints import Checkpoint
from djmixersoft.ledger.merkle import leaf_hash, proves_consistency
from djmixersoft.ledger.notes import BadNote, NotSigned, to_base64
from djmixersoft.ledger.receipts import Receipt
from djmixersoft.ledger.submissions import Submission
from djmixersoft.ledger.witnessing import Witness
from tests.ledger.growing import Log
from tests.ledger.others import Cosigned, Question, Verifier, go, go_cosigned, node, python

RECEIPTS, ALTERED = 1_000, 10_000


def leaf(index: int) -> bytes:
    return b"\x01" + leaf_hash(index.to_bytes(4))


@cache
def log() -> Log:
    return Log("log.example/interop", [leaf_hash(leaf(index)) for index in range(5_000)])


@pytest.fixture(scope="module", params=[go, node, python], ids=["go", "sigstore-js", "sigstore-python"])
def verifier(request: pytest.FixtureRequest) -> Verifier:
    found: Verifier = request.param()
    return found


@pytest.fixture(scope="module", params=[go, node], ids=["go", "sigstore-js"])
def whole_verifier(request: pytest.FixtureRequest) -> Verifier:
    """Looks at signatures too; sigstore-python's looks at proofs alone."""
    found: Verifier = request.param()
    return found


def receipts(count: int, seed: int = 1) -> list[Question]:
    chance, asked = random.Random(seed), []
    for _ in range(count):
        size = chance.randrange(1, log().size + 1)
        index = chance.randrange(size)
        asked.append(Question(key=str(log().key.verifier), receipt=log().receipt(index, size), leaf=leaf(index)))
    return asked


def ours(questions: Iterable[Question]) -> list[bool]:
    return [_holds(one) for one in questions]


def _holds(asked: Question) -> bool:
    with suppress(BadNote, NotSigned):
        found = Checkpoint.parse(asked.receipt.checkpoint)
        if not found.is_signed_by(log().key.verifier):
            return False
        if not asked.old:
            return asked.receipt.proves(leaf_hash(asked.leaf))
        old = Checkpoint.parse(asked.old)
        return old.is_signed_by(log().key.verifier) and proves_consistency(
            asked.receipt.proof,
            old=old.head.size,
            new=found.head.size,
            old_root=old.head.root,
            new_root=found.head.root,
        )
    return False


def altered(asked: Question, chance: random.Random) -> Question:
    """Change one bit of a leaf or a proof, or an index, or leave a hash out, or add or swap one."""
    proof, kind = list(asked.receipt.proof), chance.randrange(6)
    if kind == 0:
        return replace(asked, receipt=replace(asked.receipt, index=asked.receipt.index ^ 1 << chance.randrange(12)))
    if kind == 1:
        return replace(asked, leaf=_flipped(asked.leaf, chance))
    if kind == 2 and len(proof) > 1:
        proof[0], proof[-1] = proof[-1], proof[0]
    elif kind == 3:
        proof.insert(chance.randrange(len(proof) + 1), proof[0] if proof else bytes(32))
    elif kind == 4 and proof:
        proof.pop(chance.randrange(len(proof)))
    elif proof:
        at = chance.randrange(len(proof))
        proof[at] = _flipped(proof[at], chance)
    else:
        proof = [bytes(32)]
    return replace(asked, receipt=replace(asked.receipt, proof=tuple(proof)))


def _flipped(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def test_they_accept_every_receipt(verifier: Verifier) -> None:
    asked = receipts(RECEIPTS)
    assert verifier(asked) == ours(asked) == [True] * RECEIPTS


def test_neither_they_nor_we_accept_an_altered_one(verifier: Verifier) -> None:
    chance = random.Random(2)
    asked = [altered(one, chance) for one in receipts(ALTERED, seed=3)]
    assert set(ours(asked)) == {False}
    assert set(verifier(asked)) == {False}


def test_neither_they_nor_we_accept_a_checkpoint_that_was_changed(whole_verifier: Verifier) -> None:
    chance, asked = random.Random(4), []
    for one in receipts(500, seed=5):
        # Of its text, or of the signature: what is between isn't signed.
        text, line = one.receipt.checkpoint.decode().split("\n\n")
        changed = _flipped(text.encode(), chance) + b"\n\n" + line.encode()
        with suppress(UnicodeDecodeError):
            changed.decode()
            asked.append(replace(one, receipt=replace(one.receipt, checkpoint=changed)))
    assert set(ours(asked)) == {False}
    assert set(whole_verifier(asked)) == {False}


def test_go_accepts_every_cosignature_of_a_witness_and_no_altered_one(tmp_path: Path) -> None:
    ask, chance, right, wrong = go_cosigned(), random.Random(8), list[Cosigned](), list[Cosigned]()
    witness, size = Witness(tmp_path / "state", [log().key.verifier]), 0
    keys = (str(log().key.verifier), str(witness.key.verifier))
    for _ in range(200):
        old, size = size, size + chance.randrange(20)
        whole = log().checkpoint(size)
        line = witness.add(Submission(old, tuple(log().consistency(old, size)), whole)).encode()
        right.append(Cosigned(whole + line, keys))
        # Any bit of the signature, the time in it included; or another text under the same lines.
        prefix, made = line.rsplit(b" ", 1)
        changed = to_base64(_flipped(b64decode(made), chance)).encode()
        wrong.append(Cosigned(whole + prefix + b" " + changed + b"\n", keys))
        wrong.append(Cosigned(whole.replace(b"\n%d\n" % size, b"\n%d\n" % (size + 1)) + line, keys))
    assert set(ask(right)) == {True}
    assert set(ask(wrong)) == {False}


def test_go_accepts_every_proof_that_the_log_only_grew_and_no_altered_one() -> None:
    ask, chance, asked = go(), random.Random(6), []
    for _ in range(RECEIPTS):
        new = chance.randrange(2, log().size + 1)
        old = chance.randrange(1, new + 1)
        proof = Receipt(0, tuple(log().consistency(old, new)), log().checkpoint(new))
        asked.append(Question(key=str(log().key.verifier), receipt=proof, old=log().checkpoint(old)))
    assert ask(asked) == ours(asked) == [True] * RECEIPTS
    wrong = []
    for one in asked:
        changed = replace(one, leaf=b"-")
        while changed.receipt == one.receipt:
            changed = altered(replace(one, leaf=b"-"), chance)
            changed = replace(changed, receipt=replace(changed.receipt, index=0))
        wrong.append(changed)
    assert set(ours(wrong)) == {False}
    assert set(ask(wrong)) == {False}
