"""A file while it arrives in pieces: encrypted as it comes, whole chunks in the store, the rest with its row.

Only whole chunks lie in the partial blob (partials.py). What has arrived behind them, less than a chunk (16 KiB), is
kept as a Rest where the upload is written down, sealed under a key of its own. So every acknowledged byte is on disk,
and none of them in the clear.

No place of a message ever gets two plaintexts, though what wasn't acknowledged may be lost and sent again otherwise: a
chunk that was cut off while it was written is only ever completed by the very same bytes; if others come, all that is
there gets a new salt.
"""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO, Final
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from djmixersoft.vault.blobs import NoRoom
from djmixersoft.vault.cobblestone import CHUNK, HEADER, SEALED_CHUNK, TAG, Altered, Chunks, Damage, Encryptor, Reader
from djmixersoft.vault.keys import KEY_SIZE, Key
from djmixersoft.vault.media import HEAD_SIZE, media_type
from djmixersoft.vault.partials import Partial, PartialStore
from djmixersoft.vault.upload import Stored

_REST: Final = b"djmixersoft/vault/rest-of-an-upload/v1\0"
_HELD: Final = b"djmixersoft/vault/held-back/v1\0"
_NONCE: Final = 12
_PIECE: Final = 2**20


class WrongChecksum(Exception):
    """What arrived isn't what was sent; nothing of it counts."""


@dataclass(frozen=True, slots=True)
class Rest:
    """What was acknowledged behind the last whole chunk: ``sealed``, and the offset ``at`` where it begins."""

    sealed: bytes
    at: int

    @property
    def length(self) -> int:
        """How many bytes of the file it holds."""
        return max(len(self.sealed) - _NONCE - TAG, 0)


class Arrival:
    """A file of ``size`` bytes on its way into a partial blob; it goes on from whatever is there."""

    offset: int
    """How many bytes of the file are there."""

    def __init__(self, partial: Partial, key: Key, context: bytes, *, size: int, rest: Rest) -> None:
        """Find out what is there. What was written after the last ``keep`` counts as far as it is sound."""
        self._partial, self._key, self._context, self._size = partial, key, context, size
        self._kept = rest
        self._plain = bytearray()
        self._settle()

    def take(self, data: bytes) -> None:
        """Take the file's next bytes. Raises NoRoom; TakenOver; ValueError for more than its size."""
        if self.offset + len(data) > self._size:
            raise ValueError("more than the file was to have")
        self.offset += len(data)
        self._is_kept = False
        # A copy only of what is cut apart: data mostly come in whole chunks.
        there = bytes(self._plain) + data if self._plain else data
        whole = len(there) // CHUNK * CHUNK
        if whole:
            self._write(memoryview(there)[:whole], whole // CHUNK)
            self._whole += whole // CHUNK
        self._plain = bytearray(there[whole:])

    def keep(self) -> Rest:
        """Make durable what is there, and return what is to be written down with it. Raises NoRoom, TakenOver."""
        if not self._is_kept:
            self._partial.sync()
            at = self._whole * CHUNK
            self._kept = Rest(self._seal_rest(at) if self._plain else b"", at)
            self._is_kept = True
        return self._kept

    def check(self, blob_id: UUID, name: str) -> Stored:
        """Complete the blob of a file that is there as a whole, and read it back: every byte decrypted and hashed.

        ``name``: the file's, whose ending tells its type. Call ``keep`` before. Raises Altered where the store holds
        something else than was written; NoRoom; TakenOver.
        """
        if self.offset != self._size:
            raise ValueError("the file isn't there as a whole")
        self._write(memoryview(bytes(self._plain)), 1)
        self._partial.sync()
        with self._partial.reading() as file, self._partial.reading() as again, ThreadPoolExecutor(1) as beside:
            ciphertext = beside.submit(_hashed, again)
            plain, head = sha256(), b""
            reader = Reader(file, self._key, self._context)
            if reader.size != self._size:
                raise Altered(Damage.OTHER_SIZE)
            for view in reader.views(0, reader.size):
                plain.update(view)
                head = head or bytes(view[:HEAD_SIZE])
                self._partial.beat()
            sealed_size, sealed_sha256 = ciphertext.result()
        return Stored(
            blob_id=blob_id,
            size=self._size,
            sha256=plain.digest(),
            media_type=media_type(name, head),
            sealed_size=sealed_size,
            sealed_sha256=sealed_sha256,
        )

    def _settle(self) -> None:
        """Count the sound chunks, and note what is behind them: that chunk was cut off, or is the last one already."""
        self._whole, self._torn, self._plain = 0, b"", bytearray()
        with self._partial.reading() as file:
            header = _read(file, 0, HEADER)
            try:
                self._chunks = Chunks(self._key, self._context, header if len(header) == HEADER else None)
                self._whole = self._sound(file)
                self._torn = _read(file, HEADER + self._whole * SEALED_CHUNK, SEALED_CHUNK)
            except Altered:
                self._chunks = Chunks(self._key, self._context)
                self._partial.rewrite([self._chunks.header])
        self._is_kept = self._kept.at == self._whole * CHUNK
        if self._is_kept and self._kept.sealed:
            self._plain += self._open_rest()
        self.offset = self._whole * CHUNK + len(self._plain)

    def _sound(self, file: BinaryIO) -> int:
        there = min((self._partial.length() - HEADER) // SEALED_CHUNK, self._size // CHUNK)
        for index in range(self._kept.at // CHUNK, there):
            try:
                self._chunks.open(index, _read(file, HEADER + index * SEALED_CHUNK, SEALED_CHUNK))
            except Altered:
                return index
            self._partial.beat()
        return max(there, 0)

    def _write(self, plain: memoryview, count: int) -> None:
        """Put as many chunks behind those that are there."""
        sealed = self._sealed(plain, count)
        if sealed[: len(self._torn)] != self._torn:
            self._renew()
            sealed = self._sealed(plain, count)
        try:
            if self._whole:
                self._partial.put(HEADER + self._whole * SEALED_CHUNK, sealed)
            else:
                self._partial.put(0, self._chunks.header + sealed)
        except NoRoom:
            self._settle()
            raise
        self._torn = b""

    def _sealed(self, plain: memoryview, count: int) -> bytearray:
        sealed = bytearray(len(plain) + count * TAG)
        into = memoryview(sealed)
        for place in range(count):
            chunk = plain[place * CHUNK : (place + 1) * CHUNK]
            at = place * SEALED_CHUNK
            self._chunks.seal_into(self._whole + place, chunk, into[at : at + len(chunk) + TAG])
        return sealed

    def _renew(self) -> None:
        """Give all that is there a new salt. Raises Altered where that can't be read any more."""
        before, self._chunks, self._torn = self._chunks, Chunks(self._key, self._context), b""

        def pieces(file: BinaryIO) -> Iterator[bytes]:
            yield self._chunks.header
            for index in range(self._whole):
                sealed = _read(file, HEADER + index * SEALED_CHUNK, SEALED_CHUNK)
                yield self._chunks.seal(index, before.open(index, sealed))

        with self._partial.reading() as file:
            self._partial.rewrite(pieces(file))

    def _seal_rest(self, at: int) -> bytes:
        nonce = os.urandom(_NONCE)
        return nonce + self._rest_cipher().encrypt(nonce, bytes(self._plain), at.to_bytes(8, "big"))

    def _open_rest(self) -> bytes:
        nonce, sealed = self._kept.sealed[:_NONCE], self._kept.sealed[_NONCE:]
        try:
            return self._rest_cipher().decrypt(nonce, sealed, self._kept.at.to_bytes(8, "big"))
        except InvalidTag:
            raise Altered(Damage.CHANGED) from None

    def _rest_cipher(self) -> AESGCM:
        return AESGCM(HKDFExpand(SHA512(), KEY_SIZE, _REST + self._context).derive(self._key.reveal()))


@contextmanager
def held_back(partials: PartialStore, pieces: Iterable[bytes], *, sha256_is: bytes) -> Iterator[Iterator[bytes]]:
    """Hand on what arrives only once all of it is here and has this SHA-256.

    Until then it lies in the incoming area, under a key that is nowhere else. Raises WrongChecksum, NoRoom.
    """
    key, digest, at = Key.generate(), sha256(), 0
    with partials.open(str(uuid4())) as held:
        try:
            encryptor = Encryptor(key, _HELD)
            for piece in pieces:
                digest.update(piece)
                at = _put(held, at, encryptor.update(piece))
            _put(held, at, encryptor.finish())
            if digest.digest() != sha256_is:
                raise WrongChecksum
            with held.reading() as file:
                reader = Reader(file, key, _HELD)
                yield reader.read_range(0, reader.size)
        finally:
            held.discard()


def _put(partial: Partial, at: int, data: bytes) -> int:
    partial.put(at, data)
    return at + len(data)


def _read(file: BinaryIO, at: int, length: int) -> bytes:
    file.seek(at)
    return file.read(length)


def _hashed(file: BinaryIO) -> tuple[int, bytes]:
    """Return size and SHA-256 of a file."""
    size, digest = 0, sha256()
    while data := file.read(_PIECE):
        size += len(data)
        digest.update(data)
    return size, digest.digest()
