"""Authenticated encryption of a blob, in one pass, and authenticated reading of any part of it.

The format is C2SP chunked-encryption, instance Cobblestone-256 (https://c2sp.org/chunked-encryption)::

    salt (24) || commitment (32) || chunk 0 (16384 + 16) || … || last chunk (0 … 16383, + 16)

The last chunk is always the shorter one, so that decrypting it authenticates the length. Encryption is the
``cryptography`` library's own; that has no random access, which is what Reader adds, and can't go on after a restart,
which is what Chunks is for. All sizes are in bytes.
"""

import hmac
import os
from collections.abc import Iterator
from enum import StrEnum
from typing import BinaryIO, Final

from cryptography.cobblestone import Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from djmixersoft.vault.keys import KEY_SIZE, Key

CHUNK: Final = 16_384
TAG: Final = 16
SEALED_CHUNK: Final = CHUNK + TAG
SALT: Final = 24
COMMITMENT: Final = 32
HEADER: Final = SALT + COMMITMENT
MAXIMUM_CHUNKS: Final = 2**38

_NONCE: Final = 12
_LABEL: Final = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"
_RUN: Final = 8  # chunks to one read of the file, so that memory stays constant and calls few
BATCH: Final = _RUN * CHUNK
"""128 KiB, the most that a Reader hands out at a time."""


class Damage(StrEnum):
    """In what way a blob is not what was stored."""

    CUT_OFF = "The stored file is cut off."
    MISFIT = "The stored file was altered at its beginning, or belongs to another account, item or key."
    CHANGED = "A part of the stored file was altered."
    OTHER_SIZE = "The stored file has another size than was recorded for it."


class Altered(Exception):
    """The ciphertext is not what was stored for this item; nothing unauthenticated was handed out."""

    def __init__(self, damage: Damage) -> None:
        """Keep the kind of damage, whose text is a plain sentence."""
        super().__init__(damage.value)
        self.damage = damage


class Encryptor:
    """Encrypts one message as it arrives; holds at most one chunk of it."""

    def __init__(self, key: Key, context: bytes) -> None:
        """Start a message. The key is for one item; the salt is the library's, fresh for each message."""
        self._inner = Cobblestone256Encryptor(key.reveal(), context)

    def update(self, plaintext: bytes) -> bytes:
        """Return the ciphertext that is ready so far; the header comes with the first call."""
        return self._inner.update(plaintext)

    def finish(self) -> bytes:
        """Return the rest, the last chunk included. Without it the ciphertext counts as cut off."""
        return self._inner.finalize()


class Chunks:
    """Seals and opens the chunks of one message one at a time, also of one that was begun before a restart.

    Whoever seals must never put two different plaintexts into one place of a message: that would give both away to
    who saw both ciphertexts.
    """

    header: Final[bytes]
    """Salt and commitment, with which the message begins."""

    def __init__(self, key: Key, context: bytes, header: bytes | None = None) -> None:
        """Begin a message with a fresh salt, or go on with the one of this header. Raises Altered for a misfit."""
        salt = os.urandom(SALT) if header is None else header[:SALT]
        self._aead, self._base_nonce, commitment = _derive(key, salt, context)
        self.header = salt + commitment
        if header is not None and not hmac.compare_digest(self.header, header):
            raise Altered(Damage.MISFIT)

    def seal(self, index: int, plaintext: bytes | memoryview) -> bytes:
        """Return a chunk's ciphertext: CHUNK bytes of plaintext, or fewer in the last. Raises ValueError."""
        sealed = bytearray(len(plaintext) + TAG)
        self.seal_into(index, plaintext, memoryview(sealed))
        return bytes(sealed)

    def seal_into(self, index: int, plaintext: bytes | memoryview, into: memoryview) -> None:
        """Write a chunk's ciphertext, which is TAG longer, to where it is wanted. Raises as ``seal`` does."""
        if not 0 <= index < MAXIMUM_CHUNKS or len(plaintext) > CHUNK:
            raise ValueError("no message has such a chunk")
        self._aead.encrypt_into(_nonce(self._base_nonce, index), plaintext, None, into)

    def open(self, index: int, sealed: bytes | memoryview) -> bytes:
        """Return a chunk's plaintext. Raises Altered."""
        return _open(self._aead, self._base_nonce, index, sealed)


class Reader:
    """Random access to one encrypted message. Not for use by two threads at once.

    ``file`` must be seekable and remains the caller's to close. Opening checks the key commitment and
    authenticates the length. Every byte that any method hands out was authenticated before.
    """

    size: Final[int]
    """Length of the plaintext, authenticated."""

    def __init__(self, file: BinaryIO, key: Key, context: bytes) -> None:
        """Open the message. Raises Altered on anything but the whole message under this key and context."""
        self._file = file
        length = file.seek(0, os.SEEK_END)
        header = self._read(0, HEADER)
        self._aead, self._base_nonce, commitment = _derive(key, header[:SALT], context)
        if not hmac.compare_digest(commitment, header[SALT:]):
            raise Altered(Damage.MISFIT)
        last, remainder = divmod(length - HEADER, SEALED_CHUNK)
        if remainder < TAG or last >= MAXIMUM_CHUNKS:
            raise Altered(Damage.CUT_OFF)
        self.size = last * CHUNK + remainder - TAG
        self._open(last, self._read(HEADER + last * SEALED_CHUNK, remainder))

    def read_range(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the plaintext from ``start`` up to, not including, ``stop``, BATCH or less at a time.

        Raises ValueError unless 0 <= start <= stop <= size; while iterating, Altered.
        """
        if not 0 <= start <= stop <= self.size:
            raise ValueError("the range lies outside of the message")
        return self._range(start, stop)

    def verify(self, start: int, stop: int) -> None:
        """Authenticate every chunk that this range touches, and hand out nothing. Raises as ``read_range`` does."""
        for _ in self.views(start, stop):
            pass

    def views(self, start: int, stop: int) -> Iterator[memoryview]:
        """Yield what ``read_range`` does, without copying: each view is good until the next one is asked for."""
        if not 0 <= start <= stop <= self.size:
            raise ValueError("the range lies outside of the message")
        return self._views(start, stop)

    def _range(self, start: int, stop: int) -> Iterator[bytes]:
        # Whoever takes these pieces has work for each of them, whatever its length.
        for view in self._views(start, stop):
            yield bytes(view)

    def _views(self, start: int, stop: int) -> Iterator[memoryview]:
        if start == stop:
            return
        first, end = start // CHUNK, -(-stop // CHUNK)
        most = min(_RUN, end - first)
        sealed, opened = memoryview(bytearray(most * SEALED_CHUNK)), memoryview(bytearray(most * CHUNK))
        # Cut up once, because that takes as long as a good part of the decryption.
        places = [
            (sealed[n * SEALED_CHUNK : (n + 1) * SEALED_CHUNK], opened[n * CHUNK : (n + 1) * CHUNK])
            for n in range(most)
        ]
        for run in range(first, end, most):
            at = run * CHUNK
            filled = min(most * CHUNK, end * CHUNK - at, self.size - at)
            whole, rest = divmod(filled, CHUNK)
            last = [(sealed[whole * SEALED_CHUNK :][: rest + TAG], opened[whole * CHUNK : filled])] if rest else []
            self._read_into(HEADER + run * SEALED_CHUNK, sealed[: filled + (whole + len(last)) * TAG])
            _open_into(self._aead, self._base_nonce, run, places[:whole] + last)
            yield opened[max(start - at, 0) : min(stop - at, filled)]

    def _open(self, index: int, sealed: bytes | memoryview) -> bytes:
        return _open(self._aead, self._base_nonce, index, sealed)

    def _read(self, offset: int, length: int) -> bytes:
        found = bytearray(length)
        self._read_into(offset, memoryview(found))
        return bytes(found)

    def _read_into(self, offset: int, rest: memoryview) -> None:
        self._file.seek(offset)
        while rest:
            count = self._file.readinto(rest)  # type: ignore[attr-defined]  # BinaryIO's lack
            if not count:
                raise Altered(Damage.CUT_OFF)
            rest = rest[count:]


def _open(aead: AESGCM, base_nonce: int, index: int, sealed: bytes | memoryview) -> bytes:
    try:
        return aead.decrypt(_nonce(base_nonce, index), sealed, None)
    except InvalidTag:
        raise Altered(Damage.CHANGED) from None


def _open_into(aead: AESGCM, base_nonce: int, first: int, places: list[tuple[memoryview, memoryview]]) -> None:
    """Open chunks that follow one another: each from where it is sealed to where it is wanted. Raises Altered."""
    decrypt_into = aead.decrypt_into
    try:
        for index, (sealed, into) in enumerate(places, first):
            decrypt_into((base_nonce ^ index).to_bytes(_NONCE, "big"), sealed, None, into)
    except InvalidTag:
        raise Altered(Damage.CHANGED) from None


def _nonce(base: int, index: int) -> bytes:
    return (base ^ index).to_bytes(_NONCE, "big")


def _derive(key: Key, salt: bytes, context: bytes) -> tuple[AESGCM, int, bytes]:
    """Return the message's cipher, base nonce and commitment.

    A function of its own so that no frame which a traceback could show holds the message key.
    """
    length = KEY_SIZE + _NONCE + COMMITMENT
    derived = HKDFExpand(SHA512(), length, _LABEL + salt + context).derive(key.reveal())
    nonce = int.from_bytes(derived[KEY_SIZE : KEY_SIZE + _NONCE], "big")
    return AESGCM(derived[:KEY_SIZE]), nonce, derived[KEY_SIZE + _NONCE :]
