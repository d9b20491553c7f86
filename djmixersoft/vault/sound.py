"""Which parts of which blobs were found sound a moment ago, so that they needn't be read twice before being sent.

A file is known by what the file system says of it: whatever changes a blob changes when it was changed last, which
nobody sets back. What is known tells only when to begin sending; all that is sent is authenticated on its way all the
same. So where a disk spoils a blob by itself within these minutes, a transfer breaks off instead of a sentence coming.
"""

import os
import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import BinaryIO, Final

LASTS: Final = 600.0
"""Seconds for which a blob counts as sound."""
MOST: Final = 4096
"""Blobs of which it is remembered; the one that was read longest ago goes first."""

_Identity = tuple[int, int, int, int, int]


class Sound:
    """What was found sound lately; for use by many threads. Offsets are of the plaintext, in bytes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Know of nothing yet."""
        self._clock, self._lock = clock, Lock()
        self._spans: OrderedDict[_Identity, tuple[int, int, float]] = OrderedDict()

    def once(self, file: BinaryIO, start: int, stop: int, verify: Callable[[], None]) -> None:
        """Call `verify`, unless all of this was found sound lately and nothing of the file has changed since."""
        identity = _identity(file)
        if identity is None:
            verify()
        elif not self._holds(identity, start, stop):
            verify()
            # What changed while it was read isn't what was found sound.
            if _identity(file) == identity:
                self._note(identity, start, stop)

    def note(self, file: BinaryIO, size: int) -> None:
        """Remember that all of a file was found sound, before it came to lie where it does."""
        if identity := _identity(file):
            self._note(identity, 0, size)

    def _holds(self, identity: _Identity, start: int, stop: int) -> bool:
        with self._lock:
            first, end, until = self._spans.get(identity, (0, 0, 0.0))
            return first <= start and stop <= end and self._clock() < until

    def _note(self, identity: _Identity, start: int, stop: int) -> None:
        with self._lock:
            self._spans[identity] = start, stop, self._clock() + LASTS
            self._spans.move_to_end(identity)
            while len(self._spans) > MOST:
                self._spans.popitem(last=False)


def _identity(file: BinaryIO) -> _Identity | None:
    try:
        found = os.fstat(file.fileno())
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


SOUND: Final = Sound()
"""What this process found sound."""
