"""Writing a ZIP while it is sent: nothing of it lies anywhere, and its size doesn't matter (ZIP64, APPNOTE 6.3.10).

Files are stored, not compressed: music doesn't get smaller. Each one's size and CRC follow it, as in any stream.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from zipfile import ZIP_STORED, ZipFile, ZipInfo

_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)  # the first moment that a ZIP can name
_LATEST: Final = 2107
_READABLE: Final = 0o644 << 16


class Source(Protocol):
    """Where an entry's bytes come from; an error ends it early."""

    def __iter__(self) -> Iterator[bytes]:
        """Give the bytes, piece by piece."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file in the ZIP; `path` with `/` between folders, one with `/` at its end being a folder."""

    path: str
    changed_at: datetime
    source: Source


class _Sink:
    """What the library writes to: it keeps the bytes until they are taken."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: whoever sends takes what is there."""

    def close(self) -> None:
        """Do nothing, as above."""

    def take(self) -> Iterator[bytes]:
        pieces, self._pieces = self._pieces, []
        yield from pieces


def zip_stream(entries: Iterable[Entry]) -> Iterator[bytes]:
    """Yield a ZIP of the entries, in their order. An entry whose source raises breaks the whole stream off."""
    sink = _Sink()
    with ZipFile(sink, "w", ZIP_STORED, allowZip64=True) as archive:
        for entry in entries:
            info = ZipInfo(entry.path, _moment(entry.changed_at))
            info.external_attr = _READABLE
            with archive.open(info, "w", force_zip64=not entry.path.endswith("/")) as file:
                for piece in entry.source:
                    file.write(piece)
                    yield from sink.take()
            yield from sink.take()
    yield from sink.take()


def _moment(at: datetime) -> tuple[int, int, int, int, int, int]:
    in_range = _EARLIEST[0] <= at.year <= _LATEST
    return (at.year, at.month, at.day, at.hour, at.minute, at.second) if in_range else _EARLIEST
