"""Where blobs lie: a small port, and its implementation by a folder.

A blob is a whole ciphertext under a UUID. It is written under another name first, and takes its own only when it is
whole and on disk, so that neither a crash nor a full disk ever leaves half a blob to be found. What arrives in several
pieces lies in the incoming area too (partials.py).
"""

import errno
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Protocol, Self
from uuid import uuid4

_NAME: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Missing(Exception):
    """No blob has this name."""

    def __str__(self) -> str:
        """Say it in words; names of blobs are ids, but still stay out of messages."""
        return "The stored file is missing."


class NoRoom(Exception):
    """The store is full; what was being written is gone, everything else is untouched."""

    def __str__(self) -> str:
        """Say it in words."""
        return "There is no room left to store this file."


class Incoming(Protocol):
    """A blob on its way in; leaving its ``with`` block without ``commit`` discards it."""

    def write(self, data: bytes) -> None:
        """Append. Raises NoRoom."""
        ...

    def commit(self) -> None:
        """Make it durable, then visible under its name. Raises NoRoom, and FileExistsError for a name in use."""
        ...

    def discard(self) -> None:
        """Remove what was written, unless it was committed; may be called twice."""
        ...

    def __enter__(self) -> Self:
        """Return itself."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Discard."""
        ...


class BlobStore(Protocol):
    """Port to a store of blobs. Every method raises ValueError for a name that isn't a UUID in its usual form."""

    def incoming(self, name: str) -> Incoming:
        """Start a blob that will have this name. Raises NoRoom."""
        ...

    def open(self, name: str) -> BinaryIO:
        """Open a blob to read and seek in; the caller closes it. Raises Missing."""
        ...

    def delete(self, name: str) -> None:
        """Remove a blob durably; one that isn't there is no error, so that a repeated deletion succeeds."""
        ...

    def names(self, *, older_than: timedelta) -> Iterator[str]:
        """Yield the names of blobs that were committed longer ago than that, for finding those without an item."""
        ...

    def sweep(self, *, older_than: timedelta) -> int:
        """Remove abandoned incoming blobs that nobody wrote to for that long; return how many."""
        ...


class FolderStore:
    """Blobs as files (0600) in a folder (0700): ``ab/cd/abcd….``, and ``incoming/`` for those on their way."""

    def __init__(self, folder: Path) -> None:
        """Make the folder where it isn't there yet."""
        self._folder = folder
        self.incoming_folder = folder / "incoming"
        self.incoming_folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def incoming(self, name: str) -> "FolderIncoming":
        """Start a blob, see BlobStore."""
        return FolderIncoming(self.incoming_folder / uuid4().hex, self.path_of(name))

    def open(self, name: str) -> BinaryIO:
        """Open a blob, see BlobStore."""
        try:
            file = os.open(self.path_of(name), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            raise Missing from None
        # Unbuffered, because readers fetch whole batches of chunks, and a buffer would copy each once more.
        return os.fdopen(file, "rb", buffering=0)

    def delete(self, name: str) -> None:
        """Remove a blob, see BlobStore."""
        path = self.path_of(name)
        with suppress(FileNotFoundError):
            path.unlink()
            sync_folder(path.parent)

    def names(self, *, older_than: timedelta) -> Iterator[str]:
        """Yield names, see BlobStore."""
        before = time.time() - older_than.total_seconds()
        for path in self._folder.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*-*"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before and _NAME.fullmatch(path.name):
                    yield path.name

    def sweep(self, *, older_than: timedelta) -> int:
        """Remove abandoned incoming blobs, see BlobStore."""
        before, swept = time.time() - older_than.total_seconds(), 0
        for path in self.incoming_folder.iterdir():
            with suppress(FileNotFoundError):
                if path.is_file() and path.stat().st_mtime < before:
                    path.unlink()
                    swept += 1
        return swept

    def path_of(self, name: str) -> Path:
        """Return where a blob lies, or would. Raises ValueError."""
        # Not by UUID(), which also takes braces, "urn:uuid:" and capitals: one blob has one name.
        if not _NAME.fullmatch(name):
            raise ValueError("the name of a blob is a UUID in its usual form")
        return self._folder / name[:2] / name[2:4] / name


class FolderIncoming:
    """A file on its way into a FolderStore, see Incoming."""

    def __init__(self, path: Path, target: Path) -> None:
        """Create the file. Raises NoRoom."""
        self._path, self._target = path, target
        with no_room():
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._is_open = True

    def write(self, data: bytes) -> None:
        """Append, see Incoming."""
        rest = memoryview(data)
        with no_room():
            while rest:
                rest = rest[os.write(self._file, rest) :]

    def commit(self) -> None:
        """Make durable and visible, see Incoming."""
        with no_room():
            # Its age counts from now: the last of several files of an upload may have taken long to arrive.
            os.utime(self._file)
            os.fsync(self._file)
            self._close()
            link_durably(self._path, self._target)
        self._path.unlink()

    def discard(self) -> None:
        """Remove what was written, see Incoming."""
        self._close()
        self._path.unlink(missing_ok=True)

    def _close(self) -> None:
        if self._is_open:
            self._is_open = False
            os.close(self._file)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Discard, which leaves a committed blob alone."""
        self.discard()


@contextmanager
def no_room() -> Iterator[None]:
    """Turn what a full disk says into NoRoom."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise NoRoom from error
        raise


def link_durably(source: Path, target: Path) -> None:
    """Give a file that is on disk the name of its blob. Raises FileExistsError, and OSError with nothing left there."""
    _make_durably(target.parent)
    # A link, since unlike a rename it never replaces what is there.
    os.link(source, target)
    try:
        sync_folder(target.parent)
    except OSError:
        target.unlink()
        raise


def _make_durably(folder: Path) -> None:
    """Make both levels of the fan-out, so that a power cut can't take away a folder with a blob in it.

    Syncs even where a level is there already: another process may have made it a moment ago and not synced yet.
    """
    for level in (folder.parent, folder):
        level.mkdir(mode=0o700, exist_ok=True)
        sync_folder(level.parent)


def sync_folder(folder: Path) -> None:
    """Put a folder's entries on disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
