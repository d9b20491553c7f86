"""The database of `bench enforcement`: made in a folder that is kept, and used again, where one is named."""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench import crowd, note
from djmixersoft.operations import database
from djmixersoft.operations.datafolder import DataFolder
from djmixersoft.operations.postgres import EmbeddedPostgres
from djmixersoft.operations.refusal import Refusal

# Only in folders that a benchmark has made: what it holds tells from which code.
MARK = "made-by-bench"
UNFINISHED = "unfinished"


@contextmanager
def served(folder: Path | None) -> Iterator[tuple[DataFolder, EmbeddedPostgres]]:
    """Within the block the filled database runs; without a folder it is made anew, and removed at the end.

    Raises:
        Refusal: the folder holds anything but what an earlier run has left there.

    """
    if folder:
        with _served(usable(folder)) as found:
            yield found
        return
    with (
        tempfile.TemporaryDirectory(prefix="djms-bench-", ignore_cleanup_errors=True) as temporary,
        _served(Path(temporary) / "data") as found,
    ):
        yield found


def usable(folder: Path) -> Path:
    """Make sure that a folder is a benchmark's or new; remove what other code has made in it, or not to its end.

    Raises:
        Refusal: it holds something else, of which nothing was changed.

    """
    folder = folder.resolve()
    mark = folder / MARK
    if mark.exists():
        if mark.read_text("ascii").strip() != _recipe():
            note(f"What is in {folder} was made by other code, or not to its end; making it anew.")
            shutil.rmtree(folder)
    elif folder.exists() and any(folder.iterdir()):
        raise Refusal(f"{folder} holds something that no benchmark has made; choose another folder with --data.")
    return folder


@contextmanager
def _served(folder: Path) -> Iterator[tuple[DataFolder, EmbeddedPostgres]]:
    data = DataFolder(folder).open()
    data.make_secrets()
    server = EmbeddedPostgres(data.path)
    mark = data.path / MARK
    is_filled = mark.exists()
    if not is_filled:
        mark.write_text(UNFINISHED, "ascii")
    with data.lock("command"):
        server.start()
        try:
            if not is_filled:
                _fill(data, server)
                mark.write_text(_recipe(), "ascii")
            yield data, server
        finally:
            server.stop()


def _fill(data: DataFolder, server: EmbeddedPostgres) -> None:
    note(f"Filling {crowd.PEOPLE:,} people, {crowd.ACCOUNTS:,} accounts, {crowd.ITEMS:,} items…")
    began = time.monotonic()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DJMS_", "DATABASE_"))}
    database.migrate(data, server, environment, quiet=True)
    crowd.fill(server.url("postgres"))
    with psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as connection:
        # The way by hand works on the very same rows, in the same memory, as somebody whom no row policy concerns.
        connection.execute(b"ALTER ROLE djms_owner BYPASSRLS")
    note(f"Filled in {time.monotonic() - began:.0f} s.")


def _recipe() -> str:
    """A digest of everything that the filled database follows from."""
    text = database.fingerprint() + Path(crowd.__file__).read_text("utf-8") + Path(__file__).read_text("utf-8")
    return hashlib.sha256(text.encode()).hexdigest()
