"""A blob as a file that programs can seek and read in, decrypted as it is read."""

import io
import os
from typing import Any, final

from djmixersoft.vault.cobblestone import Reader


@final
class OpenedBlob(io.RawIOBase):
    """The plaintext of one encrypted message. Reading raises Altered where the blob was changed."""

    def __init__(self, reader: Reader) -> None:
        """Begin at its start."""
        super().__init__()
        self._reader, self._at = reader, 0

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Move, also behind the end, as in any file. Raises ValueError for a place before the start."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._reader.size}[whence]
        if start + offset < 0:
            raise ValueError("a place before the start of the file")
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        """Tell where it is."""
        return self._at

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401 - any writable buffer
        """Read as much as there is room for."""
        stop = min(self._at + len(buffer), self._reader.size)
        done = 0
        if self._at < stop:
            for piece in self._reader.read_range(self._at, stop):
                buffer[done : done + len(piece)] = piece
                done += len(piece)
        self._at += done
        return done
