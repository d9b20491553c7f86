"""Signed notes and checkpoints: what is signed is read back, and nothing else is taken for it."""

import random
from contextlib import suppress

import pytest

from djmixersoft.ledger.checkpoints import Checkpoint, Head
from djmixersoft.ledger.merkle import leaf_hash
from djmixersoft.ledger.notes import (
    LARGEST,
    Algorithm,
    BadNote,
    Note,
    NotSigned,
    SigningKey,
    VerifierKey,
    signed,
    to_base64,
)
from tests.ledger.growing import key

LOG, OTHER = key("log.example/one"), key("log.example/two")
WITNESS = key("witness.example/w", Algorithm.COSIGNATURE)
HEAD = Head("log.example/one", 42, leaf_hash(b"x"))
TEXT = str(HEAD)
TIME = 1_700_000_000


def note(*signers: SigningKey) -> bytes:
    return signed(TEXT, *signers)


def test_whoever_has_the_key_finds_that_it_was_signed_and_by_whom() -> None:
    data = note(LOG, OTHER) + WITNESS.line(TEXT, time=TIME).encode()
    parsed = Note.parse(data)
    assert parsed.text == TEXT
    trusted = [LOG.verifier, WITNESS.verifier]
    assert parsed.signers(trusted) == {LOG.verifier: None, WITNESS.verifier: TIME}
    assert parsed.signers([key("log.example/three").verifier]) == {}


def test_a_key_of_the_same_name_is_another_key() -> None:
    namesake = SigningKey(LOG.name, Algorithm.ED25519, OTHER.private)
    assert Note.parse(note(namesake)).signers([LOG.verifier]) == {}
    assert Note.parse(note(namesake, LOG)).signers([LOG.verifier]) == {LOG.verifier: None}


def test_a_wrong_line_of_a_trusted_key_spoils_the_note_whatever_else_is_under_it() -> None:
    wrong = LOG.line("something else\n").encode()
    for data in (TEXT.encode() + b"\n" + wrong, note(LOG) + wrong, note(OTHER) + wrong):
        with pytest.raises(NotSigned, match=r"log\.example/one is wrong"):
            Note.parse(data).signers([LOG.verifier, OTHER.verifier])


def test_a_cosignature_is_of_its_time_and_text_alone() -> None:
    made = Note.parse(b"\n".join([TEXT.encode(), WITNESS.line(TEXT, time=TIME).encode()])).signatures[0].made
    assert WITNESS.verifier.check(TEXT, made) == TIME
    for other in (
        bytes(8) + made[8:],
        made[:7] + bytes([made[7] ^ 1]) + made[8:],
        made[:-1],
        made + b"\0",
        b"",
        b"\xff" * 72,
    ):
        with pytest.raises(NotSigned):
            WITNESS.verifier.check(TEXT, other)
    with pytest.raises(NotSigned):
        WITNESS.verifier.check(TEXT.replace("42", "43"), made)
    plain = VerifierKey(WITNESS.name, Algorithm.ED25519, WITNESS.verifier.key)
    with pytest.raises(NotSigned):
        plain.check(TEXT, made[8:])


def test_a_note_that_was_changed_anywhere_is_signed_by_nobody() -> None:
    data, chance = note(LOG), random.Random(7)
    for _ in range(2_000):
        changed = bytearray(data)
        changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        with suppress(BadNote, NotSigned):
            assert LOG.verifier not in Note.parse(bytes(changed)).signers([LOG.verifier])


@pytest.mark.parametrize("signer", [LOG, WITNESS])
def test_a_public_key_is_read_as_it_is_written(signer: SigningKey) -> None:
    assert VerifierKey.parse(str(signer.verifier)) == signer.verifier


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "log.example/one",
        str(LOG.verifier).replace("one", "two"),
        str(LOG.verifier)[:-4],
        "+" + str(LOG.verifier).partition("+")[2],
        f"log+00000000+{to_base64(bytes([2]) + bytes(32))}",
        f"{LOG.name}+{LOG.verifier.id.hex()}+{to_base64(bytes([1]) + LOG.verifier.key)[:-1]}*",
    ],
)
def test_what_is_no_public_key_is_refused(wrong: str) -> None:
    with pytest.raises(BadNote):
        VerifierKey.parse(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"text\n",
        b"\n\n",
        TEXT.encode(),
        note(LOG)[:-1],
        note(LOG) + b"\n",
        note(LOG).replace("— ".encode(), b"- "),
        note(LOG) + "— name\n".encode(),
        note(LOG) + "— na+me AAAAAAAA\n".encode(),
        note(LOG) + "— name AAAA\n".encode(),
        note(LOG) + "— name AAAAAAB=\n".encode(),
        note(LOG).replace(b"\n", b"\r\n"),
        b"\xff" + note(LOG),
        note(LOG) + LOG.line(TEXT).encode() * 64,
        b"x" * LARGEST + note(LOG),
    ],
)
def test_what_is_no_note_is_refused(wrong: bytes) -> None:
    with pytest.raises(BadNote):
        Note.parse(wrong)


@pytest.mark.parametrize("text", ["", "no newline", "a\x00b\n", "a\tb\n", "a\r\n"])
def test_what_can_be_no_text_of_a_note_is_not_signed(text: str) -> None:
    with pytest.raises(BadNote):
        signed(text, LOG)


def test_a_checkpoint_says_what_its_head_is_and_whose() -> None:
    parsed = Checkpoint.parse(HEAD.signed(LOG))
    assert parsed.head == HEAD
    assert parsed.is_signed_by(LOG.verifier)
    assert not parsed.is_signed_by(OTHER.verifier)
    assert not Checkpoint.parse(HEAD.signed(OTHER)).is_signed_by(OTHER.verifier), "a log speaks of itself alone"
    assert Head.parse(TEXT + "an extension\n") == HEAD


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log\n42\n",
        TEXT[:-1],
        "\n" + TEXT,
        TEXT.replace("42", "042"),
        TEXT.replace("42", "-1"),
        TEXT.replace("42", "+42"),
        TEXT.replace("42", "4_2"),
        TEXT.replace("42", "٤٢"),
        TEXT.replace("42", "9" * 20),
        TEXT.replace("=\n", "\n"),
        f"log\n1\n{to_base64(bytes(31))}\n",
        TEXT + "\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        Head.parse(text)
