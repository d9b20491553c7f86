"""Folders that a process shuts itself out of, for good and for all that it starts (Linux's Landlock).

All processes of an installation run as one user, whose files each of them could read. The sealer's key is the sealer's
alone all the same: every other process gives up its folder before it does anything else. Landlock knows only what is
allowed, so that everything beside the way to the folder is; what comes to lie beside that way later is shut, too.
A process that is shut out can't look into the memory of one that isn't, either.

`python -m djmixersoft.operations.landlock FOLDER… -- COMMAND…` runs a command so.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # system calls, the same on all architectures
_VERSION, _PATH_BENEATH, _NO_NEW_PRIVS = 1, 1, 38
_OLDEST: Final = 2
"""The version of Landlock (Linux 5.19) from which files can still be moved between folders that are allowed."""
_WRITE, _READ, _MOVE = 1 << 1, 1 << 2, 1 << 13  # what is given up: of files, and into or out of a folder
_HANDLED: Final = _WRITE | _READ | _MOVE

_libc = ctypes.CDLL(None, use_errno=True)


def is_known() -> bool:
    """Tell whether this machine's kernel can do it."""
    return bool(_libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION) >= _OLDEST)


def shut_out(*folders: Path) -> bool:
    """Give up every right to the files in these folders; False where the kernel can't do it. Raises OSError."""
    closed = [folder.resolve() for folder in folders if folder.exists()]
    if not closed or not is_known():
        return not closed
    ruleset = _call(_CREATE_RULESET, struct.pack("Q", _HANDLED), ctypes.c_size_t(8), 0)
    try:
        for path in _beside(closed):
            with suppress(OSError):  # gone meanwhile, or nothing that we could use anyway
                _allow(ruleset, path)
        if _libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl")
        _call(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return True


def _beside(closed: Iterable[Path]) -> Iterator[Path]:
    """What lies beside the way from the root to the folders."""
    way = {parent for folder in closed for parent in folder.parents}
    shut = set(closed)
    for folder in way:
        with suppress(OSError):
            yield from (path for path in folder.iterdir() if path not in way | shut and not path.is_symlink())


def _allow(ruleset: int, path: Path) -> None:
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        allowed = _HANDLED if path.is_dir() else _HANDLED & ~_MOVE
        _call(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", allowed, handle), 0)
    finally:
        os.close(handle)


def _call(*arguments: object) -> int:
    found = int(_libc.syscall(*arguments))
    if found < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return found


if __name__ == "__main__":
    split = sys.argv.index("--")
    shut_out(*map(Path, sys.argv[1:split]))
    os.execvp(sys.argv[split + 1], sys.argv[split + 1 :])  # noqa: S606 - the command is the caller's to choose
