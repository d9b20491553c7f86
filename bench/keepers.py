"""The site's process with another keeper of files: `python -m bench.keepers KEEPER PORT`, started by `bench content`.

Views, uploads, rows and server stay the site's own. Only what turns a file's bytes into what lies in the store, and
back, is put in its place: `encrypted` is the product's; `plain` writes what arrives as it is, and reads it back and
hashes it before it counts, as the product does; `trusting` is plain and doesn't read it back.
"""

import os
import sys
from collections.abc import Iterator
from hashlib import sha256
from typing import BinaryIO, Final
from unittest.mock import patch
from uuid import UUID

from djmixersoft.vault.arriving import Rest
from djmixersoft.vault.keys import Key
from djmixersoft.vault.media import HEAD_SIZE, media_type
from djmixersoft.vault.partials import Partial
from djmixersoft.vault.upload import Stored

ENCRYPTED: Final = "encrypted"
PLAIN: Final = "plain"
TRUSTING: Final = "trusting"
_PIECE: Final = 2**18  # bytes, as many as the product reads at once


class PlainArrival:
    """In the place of vault.arriving.Arrival: the file's bytes themselves."""

    def __init__(self, partial: Partial, _key: Key, _context: bytes, *, size: int, rest: Rest) -> None:
        """Find out what is there."""
        self._partial, self._size, self._kept = partial, size, rest
        self.offset = partial.length()

    def take(self, data: bytes) -> None:
        """Write the next bytes."""
        self._partial.put(self.offset, data)
        self.offset += len(data)

    def keep(self) -> Rest:
        """Make durable what is there."""
        if self._kept.at != self.offset:
            self._partial.sync()
            self._kept = Rest(b"", self.offset)
        return self._kept

    def check(self, blob_id: UUID, name: str) -> Stored:
        """Read it back, and hash it; once, since what is stored is what arrived."""
        digest, head = sha256(), b""
        with self._partial.reading() as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
                head = head or piece[:HEAD_SIZE]
                self._partial.beat()
        return _stored(blob_id, name, self._size, digest.digest(), head)


class TrustingArrival(PlainArrival):
    """As PlainArrival, but the hash is made as the bytes arrive; what of them came before a restart isn't in it."""

    _hashes: Final = {}  # type: ignore[var-annotated]  # by the upload's context: a hash and the first bytes

    def __init__(self, partial: Partial, key: Key, context: bytes, *, size: int, rest: Rest) -> None:
        """Go on with the hash."""
        super().__init__(partial, key, context, size=size, rest=rest)
        self._context = context
        self._digest, self._head = self._hashes.pop(context, (sha256(), b""))

    def take(self, data: bytes) -> None:
        """Write and hash the next bytes."""
        super().take(data)
        self._digest.update(data)
        self._head = self._head or data[:HEAD_SIZE]

    def keep(self) -> Rest:
        """Make durable what is there, and remember the hash."""
        self._hashes[self._context] = self._digest, self._head
        return super().keep()

    def check(self, blob_id: UUID, name: str) -> Stored:
        """Believe that what was written is what is there."""
        del self._hashes[self._context]
        return _stored(blob_id, name, self._size, self._digest.digest(), self._head)


class PlainReader:
    """In the place of vault.cobblestone.Reader: nothing is verified, because nothing can be."""

    def __init__(self, file: BinaryIO, _key: Key, _context: bytes) -> None:
        """Find out how long it is."""
        self._file, self.size = file, file.seek(0, os.SEEK_END)

    def verify(self, start: int, stop: int) -> None:
        """Do nothing."""

    def read_range(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the file's bytes."""
        self._file.seek(start)
        while start < stop and (piece := self._file.read(min(_PIECE, stop - start))):
            start += len(piece)
            yield piece


def _stored(blob_id: UUID, name: str, size: int, digest: bytes, head: bytes) -> Stored:
    return Stored(
        blob_id=blob_id,
        size=size,
        sha256=digest,
        media_type=media_type(name, head),
        sealed_size=size,
        sealed_sha256=digest,
    )


def main(keeper: str, port: int) -> int:
    """Serve until told to stop."""
    from djmixersoft import wsgi  # noqa: F401 - sets Django up, before anything that needs it is imported
    from djmixersoft.content import uploading
    from djmixersoft.operations import site
    from djmixersoft.vault import ranges

    if keeper != ENCRYPTED:
        arrival = TrustingArrival if keeper == TRUSTING else PlainArrival
        patch.object(uploading, "Arrival", arrival).start()
        patch.object(ranges, "Reader", PlainReader).start()
    return site.run(site.of_site(port), wait=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
