"""The data folder: everything that one installation keeps, readable by its owner alone.

Layout: VERSION, lock, prepared, postgres/{data,socket}, secrets/, blobs/, mailbox/, log/, sealer/ (its own), run/.
"""

import fcntl
import os
import secrets as randomness
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from djmixersoft.operations.refusal import Refusal

VERSION = "2"
FOLDERS = ("postgres", "secrets", "blobs", "mailbox", "log", "sealer", "run")
DATABASE_LOGINS = (
    "postgres",
    "djms_owner",
    "djms_site",
    "djms_desk",
    "djms_mailer",
    "djms_analyst",
    "djms_steward",
    "djms_sealer",
    "djms_auditor",
)


class FolderLocked(Refusal):
    """Another process works on the data folder; `holder` says what it does ("serve" or "command")."""

    def __init__(self, path: Path, holder: str) -> None:
        """Name the folder, and who holds it."""
        super().__init__(f"DJMixerSoft already runs on {path}; stop it first, or choose another folder with --data.")
        self.holder = holder


def write_atomically(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Replace `path` by `content`; after a crash there is the old file or the new one, never a part."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        os.fchmod(descriptor, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).rename(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class DataFolder:
    """One installation's folder; `open()` makes or checks it."""

    def __init__(self, path: Path) -> None:
        """`path` need not exist yet."""
        self.path = path.absolute().resolve()

    @property
    def secrets(self) -> Path:
        """Where passwords and keys are, each in a file of its own, 0600."""
        return self.path / "secrets"

    @property
    def log(self) -> Path:
        """Where each process keeps its log."""
        return self.path / "log"

    def open(self) -> "DataFolder":
        """Make the folder, or check that it is one of ours, of this version and this owner.

        Raises:
            Refusal: it isn't; nothing in it was changed.

        """
        try:
            self._check() if self.path.exists() else self.path.mkdir(mode=0o700, parents=True)
            for name in FOLDERS:
                (self.path / name).mkdir(mode=0o700, exist_ok=True)
            if not (self.path / "VERSION").exists():
                write_atomically(self.path / "VERSION", f"{VERSION}\n".encode())
        except OSError as error:
            message = f"The data folder {self.path} can't be used ({error.strerror}); choose another with --data."
            raise Refusal(message) from error
        return self

    def _check(self) -> None:
        if not self.path.is_dir():
            message = f"{self.path} is not a folder; choose another with --data."
            raise Refusal(message)
        status = self.path.stat()
        if status.st_uid != os.geteuid():
            message = (
                f"The data folder {self.path} belongs to the user with id {status.st_uid}, "
                f"not to you ({os.geteuid()}); start as its owner, or choose another with --data."
            )
            raise Refusal(message)
        version_file = self.path / "VERSION"
        if version_file.exists():
            version = version_file.read_text("utf-8", errors="replace").strip()[:20]
            if version != VERSION:
                message = (
                    f"The data folder {self.path} is of version {version!r}, and this program knows version "
                    f"{VERSION}; start the program that made it, or choose another folder with --data."
                )
                raise Refusal(message)
        elif any(entry.name not in {*FOLDERS, "lock"} and entry.name[0] != "." for entry in self.path.iterdir()):
            message = f"{self.path} holds other files and is no data folder of DJMixerSoft; choose another with --data."
            raise Refusal(message)
        # Passing through for a group is what confinement.py may grant to PostgreSQL's user, and nothing else.
        if status.st_mode & 0o067:
            self.path.chmod(0o700)

    def existing(self) -> "DataFolder":
        """Return the folder, opened, of an installation that is there; a look at one mustn't begin it.

        Raises:
            Refusal: there is none, or it can't be used.

        """
        if not (self.path / "VERSION").exists():
            raise Refusal(f"There is no installation in {self.path}; name its folder with --data.")
        return self.open()

    @contextmanager
    def lock(self, holder: str) -> Iterator[None]:
        """Hold the folder for this process; the lock goes with the process, however it ends.

        Raises:
            FolderLocked: another process has it.

        """
        with (self.path / "lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                raise FolderLocked(self.path, file.read().strip()) from None
            file.truncate(0)
            file.write(holder)
            file.flush()
            yield

    def secret(self, name: str, make: Callable[[], str] = lambda: randomness.token_hex(32)) -> str:
        """Return the text of a secret, made at its first use (256 random bits in hex unless told otherwise)."""
        path = self.secrets / name
        try:
            return path.read_text("ascii").strip()
        except FileNotFoundError:
            pass
        candidate = path.with_name(f".{name}.{os.getpid()}.{time.monotonic_ns()}")
        write_atomically(candidate, make().encode("ascii"))
        try:
            # A link, not a rename: of two processes at once the first one's secret stays.
            path.hardlink_to(candidate)
        except FileExistsError:
            pass
        finally:
            candidate.unlink()
        return path.read_text("ascii").strip()

    def make_secrets(self) -> None:
        """Make every secret that the processes share, so that none of them does it at its first request."""
        for name in ("django.key", "root.key", *(f"database-{login}" for login in DATABASE_LOGINS)):
            self.secret(name)
        self.secret("mailbox.key", lambda: randomness.token_urlsafe(24))
