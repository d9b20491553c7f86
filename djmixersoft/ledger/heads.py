"""What a witness has cosigned last, of each log: a file each, which is that checkpoint with the cosignature under it.

A file, and no database, because what has to be kept of a log is one short text, and that text vouches for itself: it
bears the witness's own cosignature, so a file that was damaged or written by anybody else is refused, not believed;
whoever runs the witness can read it, copy it, and hand it to any verifier as it is. It is replaced as a whole and
synced before anything is answered, under a lock that threads and processes respect alike and that ends with its holder.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from djmixersoft.ledger import durable
from djmixersoft.ledger.checkpoints import Checkpoint, Head
from djmixersoft.ledger.notes import BadNote, NotSigned, VerifierKey

_DIGITS: Final = 32
"""Of the hash of an origin, in the names of files."""


class Damaged(Exception):
    """What is kept isn't what the witness wrote; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of one log."""

    path: Path
    origin: str
    key: VerifierKey

    def read(self) -> tuple[Checkpoint, int] | None:
        """Return what was cosigned last, and when (POSIX seconds). Raises Damaged and OSError."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            found = Checkpoint.parse(data)
            time = found.note.signers([self.key]).get(self.key)
        except (BadNote, NotSigned):
            time = None
        else:
            if time is not None and found.head.origin == self.origin:
                return found, time
        raise Damaged(
            f"{self.path} isn't what this witness cosigned for {self.origin}. It doesn't know any more what it has "
            "signed, so it signs nothing more. A copy from before is no help; a new folder, with a new key, is."
        )

    def write(self, data: bytes) -> None:
        """Keep a cosigned checkpoint instead of the last; it is on the disk when this returns. Raises OSError."""
        durable.replace(self.path, data)


@dataclass(frozen=True, slots=True)
class Heads:
    """The folder of a witness, and the key by which it knows its own cosignatures."""

    folder: Path
    key: VerifierKey

    def path(self, origin: str) -> Path:
        """Where the last cosigned checkpoint of a log is."""
        return self.folder / f"cosigned-{_digest(origin)}"

    @contextmanager
    def locked(self, origin: str) -> Iterator[Slot]:
        """Give a log's place to one at a time, threads and processes alike. Raises OSError."""
        with durable.alone(self.folder / f".cosigned-{_digest(origin)}.lock"):
            yield Slot(self.path(origin), origin, self.key)

    def keep_evidence(self, kept: Head, shown: Head, files: dict[str, bytes]) -> Path:
        """Keep what proves that a log contradicts itself, and return the first file's path. Raises OSError.

        What has been kept of the same two sizes before stays.
        """
        sizes = f"{kept.size}-{shown.size}"
        paths = {self.folder / f"evidence-{_digest(kept.origin)}-{sizes}-{name}": files[name] for name in files}
        with durable.alone(self.folder / ".evidence.lock"):
            for path, data in paths.items():
                if not path.exists():
                    durable.replace(path, data)
        return next(iter(paths))


def _digest(origin: str) -> str:
    return sha256(origin.encode()).hexdigest()[:_DIGITS]
