"""Partial blobs in the ``incoming`` folder of a FolderStore."""

import fcntl
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self
from uuid import uuid4

from djmixersoft.vault.blobs import FolderStore, link_durably, no_room, sync_folder
from djmixersoft.vault.partials import IDLE, WAIT, InUse, TakenOver

_POLL: Final = 0.02  # seconds
_BEAT: Final = 1.0  # seconds between signs of life
_DATA: Final = "data"
_LEASE: Final = "lease"


class FolderPartials:
    """Partial blobs in the ``incoming`` folder of a FolderStore, each in a folder of its own: ``data`` and ``lease``.

    The writer holds a lock (flock) on ``lease``, which ends with its process, and shows by the file's time that it is
    alive. Whoever takes over removes the file. Each write happens under a short lock on the folder, and only if the
    writer's lease is still there, so that nothing can come between.
    """

    def __init__(self, store: FolderStore) -> None:
        """Use the store's incoming area."""
        self._store = store

    def open(self, name: str, *, idle: timedelta = IDLE, wait: timedelta = WAIT) -> "FolderPartial":
        """Become a blob's writer, see PartialStore."""
        target, folder = self._store.path_of(name), self._store.incoming_folder / name
        deadline = time.monotonic() + wait.total_seconds()
        while True:
            with no_room():
                with suppress(FileExistsError):
                    folder.mkdir(mode=0o700)
                # It may be discarded between these two lines; then it is made anew.
                with suppress(FileNotFoundError):
                    try:
                        return FolderPartial(folder, target, idle)
                    except InUse:
                        if time.monotonic() > deadline:
                            raise
            time.sleep(_POLL)

    def length(self, name: str) -> int:
        """Tell how much has arrived, see PartialStore."""
        self._store.path_of(name)
        with suppress(FileNotFoundError):
            return (self._store.incoming_folder / name / _DATA).stat().st_size
        return 0

    def names(self, *, older_than: timedelta) -> Iterator[str]:
        """Yield names, see PartialStore."""
        before = time.time() - older_than.total_seconds()
        for folder in self._store.incoming_folder.iterdir():
            with suppress(FileNotFoundError, NotADirectoryError, ValueError):
                self._store.path_of(folder.name)
                times = [folder.stat().st_mtime, *(path.stat().st_mtime for path in folder.iterdir())]
                if max(times) < before:
                    yield folder.name

    def remove(self, name: str) -> int:
        """Remove it, see PartialStore."""
        try:
            with self.open(name, idle=timedelta.max, wait=timedelta(0)) as partial:
                partial.discard()
        except InUse:
            return 0
        return 1

    def sweep(self, *, older_than: timedelta) -> int:
        """Remove what was given up, see PartialStore."""
        return sum(self.remove(name) for name in list(self.names(older_than=older_than)))


class FolderPartial:
    """A partial blob in a folder, see Partial."""

    def __init__(self, folder: Path, target: Path, idle: timedelta) -> None:
        """Take the lease. Raises InUse, FileNotFoundError where the folder is gone."""
        self._path, self._target = folder, target
        self._beaten = time.monotonic()
        self._is_placed = False
        self._folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        self._open = [self._folder]
        try:
            with _alone(self._folder):
                _check_is_at(self._folder, folder)
                self._lease = self._take_lease(idle)
                self._data = self._file(_DATA, os.O_RDWR | os.O_CREAT)
        except BaseException:
            self._close()
            raise

    def length(self) -> int:
        """Tell how much there is, see Partial."""
        return os.fstat(self._data).st_size

    def put(self, at: int, data: bytes | bytearray) -> None:
        """Write, see Partial."""
        rest = memoryview(data)
        with self._held(), no_room():
            while rest:
                written = os.pwrite(self._data, rest, at)
                rest, at = rest[written:], at + written

    def rewrite(self, pieces: Iterable[bytes]) -> None:
        """Replace it, see Partial."""
        name = uuid4().hex
        other = self._file(name, os.O_RDWR | os.O_CREAT | os.O_EXCL)
        try:
            with no_room():
                for piece in pieces:
                    rest = memoryview(piece)
                    while rest:
                        rest = rest[os.write(other, rest) :]
                    self.beat()
                os.fsync(other)
            with self._held():
                os.rename(name, _DATA, src_dir_fd=self._folder, dst_dir_fd=self._folder)
                os.fsync(self._folder)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=self._folder)
            raise
        self._data = other

    def sync(self) -> None:
        """Make it durable, see Partial."""
        with self._held(), no_room():
            os.fsync(self._data)
            if not self._is_placed:
                os.fsync(self._folder)
                sync_folder(self._path.parent)
                self._is_placed = True
            # That may have taken long; who waited for it finds this writer alive.
            os.utime(self._lease)

    def beat(self) -> None:
        """Touch the lease, unless that was just done, see Partial."""
        now = time.monotonic()
        if now >= self._beaten + _BEAT:
            self._beaten = now
            os.utime(self._lease)

    def reading(self) -> BinaryIO:
        """Open it to read, see Partial."""
        file = os.open(_DATA, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=self._folder)
        return os.fdopen(file, "rb", buffering=0)

    def commit(self) -> None:
        """Make it visible, see Partial."""
        self.sync()
        with self._held(), no_room():
            try:
                link_durably(self._path / _DATA, self._target)
            except FileExistsError:
                # Committed before a crash, which came before its rows did; anything else under its name is an error.
                if not os.path.samestat(os.fstat(self._data), self._target.stat()):
                    raise

    def withdraw(self) -> None:
        """Make it invisible again, see Partial."""
        with self._held(), suppress(FileNotFoundError):
            self._target.unlink()
            sync_folder(self._target.parent)

    def discard(self) -> None:
        """Remove it, see Partial."""
        with self._held():
            for path in self._path.iterdir():
                path.unlink()
            self._path.rmdir()

    def _take_lease(self, idle: timedelta) -> int:
        with suppress(FileNotFoundError):
            before = self._file(_LEASE, os.O_RDWR)
            try:
                fcntl.flock(before, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.time() - os.fstat(before).st_mtime < idle.total_seconds():
                    raise InUse from None
            os.unlink(_LEASE, dir_fd=self._folder)
        lease = self._file(_LEASE, os.O_RDWR | os.O_CREAT | os.O_EXCL)
        fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return lease

    @contextmanager
    def _held(self) -> Iterator[None]:
        with _alone(self._folder):
            if not os.fstat(self._lease).st_nlink:
                raise TakenOver
            yield

    def _file(self, name: str, flags: int) -> int:
        file = os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=self._folder)
        self._open.append(file)
        return file

    def _close(self) -> None:
        while self._open:
            os.close(self._open.pop())

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Give the lease back, unless another has one already or all of it is gone."""
        try:
            with suppress(TakenOver), self._held():
                os.unlink(_LEASE, dir_fd=self._folder)
        finally:
            self._close()


@contextmanager
def _alone(folder: int) -> Iterator[None]:
    """Lock a folder for a moment, against threads and processes alike."""
    fcntl.flock(folder, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(folder, fcntl.LOCK_UN)


def _check_is_at(handle: int, folder: Path) -> None:
    """Raise FileNotFoundError for an open folder that was removed, though another may have its name now."""
    if not os.path.samestat(os.fstat(handle), folder.stat()):
        raise FileNotFoundError
