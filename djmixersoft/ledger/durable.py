"""Files that are there whole or not at all, whatever is killed or loses power at whatever moment."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def replace(path: Path, data: bytes) -> None:
    """Put bytes into a file, instead of what was in it; they are on the disk when this returns. Raises OSError.

    Only one may do so at a time (`alone`). A new file is for its owner alone.
    """
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(file, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise
    _sync(path.parent)


def make_folder(path: Path) -> None:
    """Make a folder for its owner alone, where there is none. Raises OSError."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    _sync(path.parent)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep every other thread and process waiting that asks for the same lock file. Raises OSError."""
    # A lock of this kind belongs to the opened file, so that threads of one process wait for each other too; and it
    # ends with the process, however that ends.
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def _sync(folder: Path) -> None:
    """Have the disk know which names are in a folder."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
