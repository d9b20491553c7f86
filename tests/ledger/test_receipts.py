"""Receipts: each entry's proves that entry in that log, and none proves anything else."""

import random
from contextlib import suppress
from functools import cache

import pytest

from djmixersoft.ledger.checkpoints import Checkpoint
from djmixersoft.ledger.merkle import leaf_hash
from djmixersoft.ledger.notes import Algorithm, BadNote, NotSigned
from djmixersoft.ledger.receipts import Receipt
from tests.ledger.growing import Log, key

WITNESSES = [key(f"witness.example/{number}", Algorithm.COSIGNATURE) for number in range(3)]


@cache
def log() -> Log:
    return Log("log.example/one", [leaf_hash(number.to_bytes(4)) for number in range(1_000)])


def believed(data: bytes, leaf: bytes) -> bool:
    """What a verifier does."""
    receipt = Receipt.parse(data)
    return Checkpoint.parse(receipt.checkpoint).is_signed_by(log().key.verifier) and receipt.proves(leaf)


def test_every_entry_has_one_that_proves_it() -> None:
    for index in range(0, 1_000, 7):
        data = bytes(log().receipt(index, None, *WITNESSES, extra=b"" if index % 2 else b"with it"))
        assert believed(data, log().node(0, index))
        assert not believed(data, log().node(0, (index + 1) % 1_000))
        assert bytes(Receipt.parse(data)) == data


def test_with_three_witnesses_it_is_small() -> None:
    assert len(bytes(log().receipt(999, None, *WITNESSES))) < 2_048


def test_an_altered_one_proves_nothing() -> None:
    chance = random.Random(3)
    for _ in range(10_000):
        index = chance.randrange(1_000)
        data = bytearray(bytes(log().receipt(index)))
        place = chance.randrange(len(data))
        data[place] ^= 1 << chance.randrange(8)
        with suppress(BadNote, NotSigned):
            assert not believed(bytes(data), log().node(0, index)), (index, place)


GOOD = bytes(log().receipt(5))


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"\n\n",
        GOOD.replace(b"@v1", b"@v2"),
        GOOD.replace(b"index 5", b"index 05"),
        GOOD.replace(b"index 5\n", b""),
        GOOD.replace(b"index 5", b"extra *\nindex 5"),
        GOOD.replace(b"index 5\n", b"index 5\n" + b"A" * 43 + b"=\n" * 64),
        GOOD.replace(b"index 5\n", b"index 5\nAAAA\n"),
        b"x" * 200_000,
    ],
)
def test_what_is_none_is_refused(wrong: bytes) -> None:
    with pytest.raises(BadNote):
        Receipt.parse(wrong)
