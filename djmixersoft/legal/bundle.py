"""What is handed over: a tar of the items with a manifest, encrypted to the authority's key (age) while it is sent.

Nothing of it lies on a disk, and little of it in memory: a thread encrypts what is read, as fast as it is taken.
"""

import hashlib
import json
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from queue import Full, Queue
from typing import Any, Final
from uuid import UUID

import pyrage

from djmixersoft.vault.cobblestone import Reader
from djmixersoft.vault.ranges import Content

FORMAT: Final = "djmixersoft-disclosure/v1"
_PIECES: Final = 16
"""Pieces (64 KiB each) that wait to be taken."""
_PATIENCE: Final = 0.2  # seconds


class BrokenOff(Exception):
    """Whoever takes the bundle has gone, so that nothing more is read."""


@dataclass(frozen=True)
class Given:
    """An item that was handed over, as the manifest names it. `size` in bytes."""

    item: str
    path: str
    size: int
    sha256: str
    reading: str


@dataclass
class Bundle:
    """What is to be handed over. `opened`: unlocks an item on record, and opens it, or says why not."""

    recipient: str
    about: dict[str, Any]
    items: list[UUID]
    opened: Callable[[UUID], tuple[str, UUID, Content] | str]
    proofs: Callable[[], list[tuple[str, bytes]]] = list
    given: list[Given] = field(default_factory=list)
    withheld: list[dict[str, str]] = field(default_factory=list)
    size: int = 0
    sha256: str = ""

    def stream(self) -> Iterator[bytes]:
        """Yield the bundle, encrypted. Raises what reading an item raises; then what was sent can't be decrypted."""
        pipe: Queue[bytes | BaseException | None] = Queue(_PIECES)
        gone, digest = threading.Event(), hashlib.sha256()
        worker = threading.Thread(target=self._encrypt, args=(pipe, gone), daemon=True)
        worker.start()
        try:
            while (piece := pipe.get()) is not None:
                if isinstance(piece, BaseException):
                    raise piece
                digest.update(piece)
                self.size += len(piece)
                yield piece
        finally:
            gone.set()
            worker.join()
        self.sha256 = digest.hexdigest()

    def _encrypt(self, pipe: "Queue[bytes | BaseException | None]", gone: threading.Event) -> None:
        end: BaseException | None = None
        try:
            recipient = pyrage.x25519.Recipient.from_str(self.recipient)
            pyrage.encrypt_io(_Source(self._tar()), _Sink(pipe, gone), [recipient])
        except BaseException as error:  # noqa: BLE001 - whoever takes the pieces raises it
            end = error
        with suppress(BrokenOff):
            _Sink(pipe, gone).put(end)

    def _tar(self) -> Iterator[bytes]:
        for item in self.items:
            found = self.opened(item)
            if isinstance(found, str):
                self.withheld.append({"item": str(item), "why": found})
            else:
                yield from self._item(item, *found)
        for name, proof in self.proofs():
            yield from _file(f"receipts/{name}", proof)
        manifest = {
            "format": FORMAT,
            **self.about,
            "items": [asdict(one) for one in self.given],
            "withheld": self.withheld,
        }
        yield from _file("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1).encode())
        yield bytes(2 * tarfile.BLOCKSIZE)

    def _item(self, item: UUID, name: str, reading: UUID, content: Content) -> Iterator[bytes]:
        """One item, piece by piece; a piece that isn't what was stored breaks the bundle off (Altered)."""
        path = f"items/{item}/{_plain(name)}"
        with content.file:
            reader, digest = Reader(content.file, content.key, content.context), hashlib.sha256()
            yield _header(path, reader.size)
            for piece in reader.read_range(0, reader.size):
                digest.update(piece)
                yield piece
            yield bytes(-reader.size % tarfile.BLOCKSIZE)
        self.given.append(Given(str(item), path, reader.size, digest.hexdigest(), str(reading)))


def is_recipient(key: str) -> bool:
    """Whether this is a public key of age's."""
    try:
        pyrage.x25519.Recipient.from_str(key)
    except pyrage.RecipientError:
        return False
    return True


def _header(path: str, size: int) -> bytes:
    """The header of a file in a tar (POSIX pax); tarfile's own writer would want each file whole."""
    entry = tarfile.TarInfo(path)
    entry.size = size
    return entry.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def _file(path: str, content: bytes) -> Iterator[bytes]:
    yield _header(path, len(content)) + content + bytes(-len(content) % tarfile.BLOCKSIZE)


def _plain(name: str) -> str:
    """An item's name as a file's: no folders in it."""
    return name.replace("/", "_").replace("\\", "_").lstrip(".") or "_"


class _Source:
    """Pieces as a file that the encrypting library reads."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, b""

    def read(self, most: int = -1) -> bytes:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._rest = piece
        found, self._rest = (self._rest, b"") if most < 0 else (self._rest[:most], self._rest[most:])
        return found


class _Sink:
    """A file that the encrypting library writes to; whoever takes the pieces sets the pace."""

    def __init__(self, pipe: "Queue[bytes | BaseException | None]", gone: threading.Event) -> None:
        self._pipe, self._gone = pipe, gone

    def write(self, data: bytes) -> int:
        self.put(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: pieces are taken as they come."""

    def put(self, piece: bytes | BaseException | None) -> None:
        while not self._gone.is_set():
            with suppress(Full):
                self._pipe.put(piece, timeout=_PATIENCE)
                return
        raise BrokenOff
