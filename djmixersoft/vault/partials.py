"""Port to blobs that arrive in pieces, over hours, cut connections and restarts (folder_partials.py implements it).

What has arrived of a blob lies in the incoming area under the blob's name, until it is committed (visible in the
store, see blobs.py) and discarded here. One writer has it at a time. Should that one wait for bytes that will never
come, since nobody told it that the connection is dead, another may take over; then the first can write nothing more.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from types import TracebackType
from typing import BinaryIO, Final, Protocol, Self

IDLE: Final = timedelta(seconds=15)
"""After how long without a sign of life a writer can be replaced."""

WAIT: Final = timedelta(seconds=1)
"""How long a new writer waits for the one before it to notice that its connection was cut."""


class InUse(Exception):
    """Another writer has this blob."""

    def __str__(self) -> str:
        """Say it in words."""
        return "This file is being received or checked already."


class TakenOver(Exception):
    """Another writer has taken this blob over, because nothing was heard of this one for long."""

    def __str__(self) -> str:
        """Say it in words."""
        return "The upload goes on over another connection."


class Partial(Protocol):
    """What has arrived of a blob, in the hands of its one writer; leaving its ``with`` block lets go of it.

    Each method that writes raises TakenOver.
    """

    def length(self) -> int:
        """Return how many bytes there are."""
        ...

    def put(self, at: int, data: bytes | bytearray) -> None:
        """Write at a place that isn't beyond the end. Raises NoRoom, after which a part of it may be there."""
        ...

    def rewrite(self, pieces: Iterable[bytes]) -> None:
        """Replace all of it, durably: after a crash there is the old or the new. Raises NoRoom, and keeps the old."""
        ...

    def sync(self) -> None:
        """Make all that was put durable. Raises NoRoom."""
        ...

    def beat(self) -> None:
        """Show that the writer is alive; cheap."""
        ...

    def reading(self) -> BinaryIO:
        """Open it to read and seek in; the caller closes that."""
        ...

    def commit(self) -> None:
        """Make it durable, then visible in the store. What lies here stays. May be repeated. Raises NoRoom."""
        ...

    def withdraw(self) -> None:
        """Take it out of the store again, if it was committed. What lies here stays."""
        ...

    def discard(self) -> None:
        """Remove what lies here; a committed blob stays in the store."""
        ...

    def __enter__(self) -> Self:
        """Return itself."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Let go of it."""
        ...


class PartialStore(Protocol):
    """Port to the incoming area. Every method raises ValueError for a name that isn't a UUID in its usual form."""

    def open(self, name: str, *, idle: timedelta = IDLE, wait: timedelta = WAIT) -> Partial:
        """Become the writer of a blob, of which there may be nothing yet. Raises InUse, NoRoom."""
        ...

    def length(self, name: str) -> int:
        """Return how many bytes of a blob have arrived, without becoming its writer."""
        ...

    def names(self, *, older_than: timedelta) -> Iterator[str]:
        """Yield the names of blobs that nobody wrote to for that long."""
        ...

    def remove(self, name: str) -> int:
        """Remove what has arrived of a blob, unless it has a writer now; return how many blobs that were."""
        ...

    def sweep(self, *, older_than: timedelta) -> int:
        """Remove what nobody wrote to for that long; return how many blobs that were."""
        ...
