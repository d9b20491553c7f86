"""The heads that were signed last, kept outside the database: what a restored or altered one is held against.

A small SQLite file, because thousands of heads change at a time and all or none of it must be on the disk when that
returns. Each head is kept as a pair: as it stood, and as it is about to be; the file is synced before the database's
transaction commits. After a crash the database holds one of the two; after the commit, only the new one counts.
Anything else is a fork or a roll-back.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from djmixersoft.ledger.checkpoints import Head

_PAUSE = 5.0  # seconds to wait for another process's transaction


class Refused(Exception):
    """Nothing may be signed over what the database holds; the message says in what respect."""

    kind = ""


class Forked(Refused):
    """A log isn't what was signed last."""

    kind = "forked"


class Stuck(Refused):
    """The sealer can't go on for a reason of its own, such as a full disk."""

    kind = "stuck"


class KeptHeads:
    """The last heads by origin, in the file `path`."""

    def __init__(self, path: Path) -> None:
        self._file = sqlite3.connect(path, timeout=_PAUSE, isolation_level=None)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = FULL")
        self._file.execute(
            "CREATE TABLE IF NOT EXISTS head (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL,"
            " next_size INTEGER NOT NULL, next_root BLOB NOT NULL) WITHOUT ROWID"
        )
        # So that settling a plan looks at what was planned, and not at all logs that there are.
        self._file.execute("CREATE INDEX IF NOT EXISTS planned ON head (origin) WHERE next_size <> size")

    def check(self, heads: Iterable[Head]) -> None:
        """Raise Forked unless each head is what was kept of its log; one that was never kept must be empty."""
        for head in heads:
            kept = self._file.execute(
                "SELECT size, root, next_size, next_root FROM head WHERE origin = ?", (head.origin,)
            ).fetchone()
            if kept is None:
                if head.size:
                    message = f"{head.origin} has {head.size} entries, and none was ever sealed here"
                    raise Forked(message)
            elif (head.size, head.root) not in {kept[:2], kept[2:]}:
                message = (
                    f"{head.origin} stands at {head.size} entries in the database, and was sealed with {kept[2]}"
                    if head.size != kept[2]
                    else f"{head.origin} has other entries in the database than were sealed, {head.size} as before"
                )
                raise Forked(message)

    def plan(self, steps: Iterable[tuple[Head, Head]]) -> None:
        """Keep, of each log, the head it has and the one it is about to have; both are on the disk on return."""
        rows = ((old.origin, old.size, old.root, new.size, new.root) for old, new in steps)
        self._write("INSERT OR REPLACE INTO head VALUES (?, ?, ?, ?, ?)", rows)

    def settle(self, heads: Head) -> None:
        """Note whether the last plan came true, as the heads log tells; from here on nothing else is taken for a head.

        All heads of a plan change in one transaction of the database: if one of them did, so did all.
        """
        kept = self._file.execute(
            "SELECT next_size, next_root FROM head WHERE origin = ? AND (next_size, next_root) <> (size, root)",
            (heads.origin,),
        ).fetchone()
        if kept == (heads.size, heads.root):
            self._write("UPDATE head SET size = next_size, root = next_root WHERE next_size <> size", [()])
        elif kept:
            self._write("UPDATE head SET next_size = size, next_root = root WHERE next_size <> size", [()])

    def of(self, origin: str) -> Head | None:
        """Return the head of a log as it was sealed last; None for one that never was."""
        row = self._file.execute("SELECT origin, size, root FROM head WHERE origin = ?", (origin,)).fetchone()
        return Head(*row) if row else None

    def all(self) -> Iterator[Head]:
        """Yield the head of every log that was ever sealed here; of one that is about to change, the one before."""
        yield from (Head(*row) for row in self._file.execute("SELECT origin, size, root FROM head ORDER BY origin"))

    def _write(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        self._file.execute("BEGIN IMMEDIATE")
        try:
            self._file.executemany(statement, rows)
        except BaseException:
            self._file.execute("ROLLBACK")
            raise
        self._file.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._file.close()
