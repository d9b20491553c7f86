"""Signed notes (C2SP signed-note v1.0.0): a text, and lines under it by which keys vouch for it.

Two kinds of Ed25519 signature are known: plain ones over the text, which logs make, and a witness's cosignatures with
the time they were made at (C2SP tlog-cosignature v1.0.1).
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LARGEST: Final = 64 * 1024
"""Bytes of a note that are looked at."""
_MOST_SIGNATURES: Final = 64
_KEY_ID: Final = 4  # bytes
_TIME: Final = 8  # bytes
_LATEST: Final = 2**63 - 1  # seconds since the epoch
_PUBLIC_KEY: Final = 32  # bytes
_NAME: Final = re.compile(r"[^\s+\x00-\x20\x7f]+")
_LINE: Final = re.compile(r"— (\S+) (\S+)")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")


class BadNote(ValueError):
    """What should be a signed note, or a key for one, isn't; the message says in what respect."""


class NotSigned(Exception):
    """A note isn't signed by a key that is trusted, or wrongly."""


class Algorithm(IntEnum):
    """The kinds of signature, by the byte that stands for them in keys."""

    ED25519 = 0x01
    COSIGNATURE = 0x04


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key by which notes are checked. ``key``: 32 bytes."""

    name: str
    algorithm: Algorithm
    key: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a key in the form ``name+id+base64``. Raises BadNote."""
        name, _, rest = text.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        material = unbase64(encoded)
        if not is_key_name(name) or len(material) != 1 + _PUBLIC_KEY or material[0] not in set(Algorithm):
            raise BadNote("the key isn't one of a kind that is known here")
        found = cls(name, Algorithm(material[0]), material[1:])
        if key_id != found.id.hex():
            raise BadNote("the key's id isn't that of this name and key")
        return found

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{to_base64(self._material)}"

    @property
    def id(self) -> bytes:
        """The four bytes by which signatures name it, beside its name."""
        return sha256(self.name.encode() + b"\n" + self._material).digest()[:_KEY_ID]

    @property
    def _material(self) -> bytes:
        return bytes([self.algorithm]) + self.key

    def check(self, text: str, signature: bytes) -> int | None:
        """Check a signature of this key over a note's text, and return the time it states (POSIX seconds), if any.

        Raises NotSigned.
        """
        time, signed, made = None, text.encode(), signature
        if self.algorithm is Algorithm.COSIGNATURE:
            time, made = int.from_bytes(signature[:_TIME]), signature[_TIME:]
            if time > _LATEST:
                raise NotSigned(f"{self.name} states an impossible time")
            signed = cosigned(text, time)
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(made, signed)
        except (InvalidSignature, ValueError):
            raise NotSigned(f"the signature of {self.name} is wrong") from None
        return time


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and the name it signs under."""

    name: str
    algorithm: Algorithm
    private: Ed25519PrivateKey

    @property
    def verifier(self) -> VerifierKey:
        """Its public side."""
        return VerifierKey(self.name, self.algorithm, self.private.public_key().public_bytes_raw())

    def line(self, text: str, *, time: int = 0) -> str:
        """Sign a note's text; ``time`` (POSIX seconds) is for cosignatures. The line ends with a newline."""
        if self.algorithm is Algorithm.COSIGNATURE:
            made = time.to_bytes(_TIME) + self.private.sign(cosigned(text, time))
        else:
            made = self.private.sign(text.encode())
        return str(Signature(self.name, self.verifier.id, made))


@dataclass(frozen=True, slots=True)
class Signature:
    """A line under a note, unchecked."""

    name: str
    key_id: bytes
    made: bytes

    def __str__(self) -> str:
        return f"— {self.name} {to_base64(self.key_id + self.made)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text with the lines under it. Nothing of it is to be believed before `signers` has checked it."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Take a note apart. Raises BadNote."""
        if len(data) > LARGEST:
            raise BadNote("the note is too long")
        try:
            whole = data.decode()
        except UnicodeDecodeError:
            raise BadNote("the note isn't UTF-8") from None
        text, blank, lines = whole.rpartition("\n\n")
        if not blank or not lines.endswith("\n") or _CONTROL.search(whole):
            raise BadNote("the note isn't a text, an empty line, and signatures")
        signatures = tuple(map(_signature, lines[:-1].split("\n")))
        if len(signatures) > _MOST_SIGNATURES:
            raise BadNote("the note has too many signatures")
        return cls(text + "\n", signatures)

    def __bytes__(self) -> bytes:
        return "".join([self.text, "\n", *map(str, self.signatures)]).encode()

    def signers(self, trusted: Iterable[VerifierKey]) -> dict[VerifierKey, int | None]:
        """Return which of the trusted keys signed this, each with the time it states, if it does.

        Lines of other keys are passed over. Raises NotSigned where a trusted key's line is wrong.
        """
        keys = {(key.name, key.id): key for key in trusted}
        known = [(keys.get((one.name, one.key_id)), one.made) for one in self.signatures]
        return {key: key.check(self.text, made) for key, made in known if key}


def signed(text: str, *keys: SigningKey) -> bytes:
    """Make a note of a text, signed by keys. Raises BadNote for a text that can't be one."""
    if not text.endswith("\n") or _CONTROL.search(text):
        raise BadNote("a note's text ends with a newline, and has no other control characters")
    return "".join([text, "\n", *(key.line(text) for key in keys)]).encode()


def cosigned(text: str, time: int) -> bytes:
    """Return what a witness signs of a checkpoint's text at a time (POSIX seconds)."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def is_key_name(name: str) -> bool:
    """Tell whether a key can have this name."""
    return bool(_NAME.fullmatch(name))


def to_base64(data: bytes) -> str:
    """Return the standard Base64 (RFC 4648 §4) of bytes."""
    return base64.b64encode(data).decode()


def unbase64(text: str) -> bytes:
    """Read the one Base64 that some bytes have. Raises BadNote."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if to_base64(data) != text:
        raise BadNote("what should be Base64 isn't")
    return data


def _signature(line: str) -> Signature:
    found = _LINE.fullmatch(line)
    if not found or not is_key_name(found[1]):
        raise BadNote("a line under the note is no signature")
    made = unbase64(found[2])
    if len(made) <= _KEY_ID:
        raise BadNote("a signature is too short")
    return Signature(found[1], made[:_KEY_ID], made[_KEY_ID:])
