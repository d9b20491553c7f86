"""Sealing: what waits in the outbox gets its place in its log, and the heads log over all logs is signed anew.

One batch is one transaction, and each head is advanced only from the size that it was made from. Before anything is
signed, every leaf is made again from its entry's bytes, and every head is held against what is kept outside of the
database (kept.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from djmixersoft.ledger.checkpoints import Head
from djmixersoft.ledger.entries import leaf_of
from djmixersoft.ledger.growing import Growth, Standing, grow
from djmixersoft.ledger.kept import Forked, KeptHeads, Refused
from djmixersoft.ledger.merkle import HASH_SIZE, leaf_hash
from djmixersoft.ledger.notes import SigningKey

if TYPE_CHECKING:
    from psycopg import Connection

BATCH: Final = 5_000
"""Entries in a transaction: a fraction of a second's work."""


class Altered(Refused):
    """An entry that waits to be sealed isn't what was recorded; nothing may be signed over it."""

    kind = "altered"


@dataclass(frozen=True, slots=True)
class _Waiting:
    entry: int
    log: UUID
    hash: bytes


class Sealer:
    """Seals what waits, on a connection that has the purpose `sealing`, with the key of the heads log."""

    def __init__(self, connection: "Connection[Any]", key: SigningKey, kept: KeptHeads) -> None:
        self.connection, self.key, self.kept = connection, key, kept

    def begin(self) -> None:
        """Look at the heads log, or make it. Raises Forked where the database isn't what was sealed last."""
        with self.connection.transaction():
            if heads := self._heads():
                self.kept.check([heads.head])
                self.kept.settle(heads.head)
            else:
                empty = Standing(self.key.name)
                self.kept.check([empty.head])
                self.kept.plan([(empty.head, empty.head)])
                self.connection.execute(
                    "SELECT begin_heads(%s, %s)", (str(self.key.verifier), empty.head.signed(self.key))
                )

    def seal(self, most: int = BATCH) -> int:
        """Seal one batch, and return how many entries it had.

        Raises Forked or Altered, and signs nothing, where the database isn't what it was.
        """
        with self.connection.transaction():
            heads = self._heads()
            if heads is None:
                raise Forked("the head over all logs is gone from the database")
            self.kept.check([heads.head])
            waiting = self._waiting(most)
            sealed = self._seal(heads, waiting) if waiting else None
        if sealed:
            self.kept.settle(sealed)
        return len(waiting)

    def note(self, refusal: Refused | None) -> None:
        """Leave word in the database, for the pages that show how the ledger is, of why nothing is sealed, if so."""
        self.connection.execute("SELECT note_ledger_state(%s, null)", (refusal.kind if refusal else "",))

    def _heads(self) -> Standing | None:
        row = self.connection.execute("SELECT key, size, edge FROM ledger_heads").fetchone()
        if row is None:
            return None
        if row[0] != str(self.key.verifier):
            raise Forked("the head over all logs in the database is of another key")
        return _standing(self.key.name, row[1], row[2])

    def _waiting(self, most: int) -> list[_Waiting]:
        found = []
        rows = self.connection.execute("SELECT * FROM waiting_entries(%s)", (most,), binary=True)
        for entry_id, log, hashed, its_log, leaf, salt, entry in rows:
            # What was erased already says nothing any more; fsck looks for the entry that says so.
            is_right = entry is None or leaf_of(salt or b"", entry) == leaf
            if its_log != log or not is_right or leaf_hash(leaf) != hashed:
                message = f"entry {entry_id}, which waits to be sealed, isn't what was recorded"
                raise Altered(message)
            found.append(_Waiting(entry_id, log, hashed))
        return found

    def _seal(self, heads: Standing, waiting: list[_Waiting]) -> Head:
        of_log: dict[UUID, list[_Waiting]] = {}
        for one in waiting:
            of_log.setdefault(one.log, []).append(one)
        standings = self._standings(of_log)
        self.kept.check(one.head for one in standings.values())
        growths = {log: grow(standings[log], [one.hash for one in its]) for log, its in of_log.items()}
        new_heads = [leaf_hash(str(growth.after.head).encode()) for growth in growths.values()]
        grown_heads = grow(heads, new_heads)
        self.kept.plan((one.before.head, one.after.head) for one in (*growths.values(), grown_heads))
        with self.connection.pipeline():
            self._write_logs(of_log, growths, heads.size)
            self._write_heads(grown_heads, new_heads)
        return grown_heads.after.head

    def _standings(self, logs: Iterable[UUID]) -> Mapping[UUID, Standing]:
        wanted = list(logs)
        rows = self.connection.execute("SELECT * FROM log_heads(%s)", (wanted,), binary=True)
        found = {log: _standing(origin, size, edge) for log, origin, size, edge in rows}
        if missing := set(wanted) - set(found):
            message = f"{len(missing)} logs are gone from the database"
            raise Forked(message)
        return found

    def _write_logs(
        self, of_log: Mapping[UUID, list[_Waiting]], growths: Mapping[UUID, Growth], first_head: int
    ) -> None:
        leaves = [
            (log, growths[log].before.size + at, one.hash, one.entry)
            for log, its in of_log.items()
            for at, one in enumerate(its)
        ]
        self._call("append_leaves(%s, %s, %s, %s)", leaves)
        if nodes := [(log, *node) for log, growth in growths.items() for node in growth.nodes]:
            self._call("append_nodes(%s, %s::integer[], %s, %s)", nodes)
        advances = []
        for place, (log, growth) in enumerate(growths.items()):
            after = growth.after
            # Each log's head is signed by the same key, under the log's own name.
            checkpoint = after.head.signed(replace(self.key, name=after.origin))
            advances.append((log, growth.before.size, after.size, after.edge, checkpoint, first_head + place))
        self._call("advance_logs(%s, %s, %s, %s, %s, %s)", advances)

    def _write_heads(self, growth: Growth, leaves: list[bytes]) -> None:
        before, after = growth.before, growth.after
        places = [(before.size + at, leaf) for at, leaf in enumerate(leaves)]
        self._insert("ledger_heads_leaf (index, hash)", "unnest(%s::bigint[], %s::bytea[])", places)
        if growth.nodes:
            types = "unnest(%s::smallint[], %s::bigint[], %s::bytea[])"
            self._insert("ledger_heads_node (level, index, hash)", types, growth.nodes)
        self.connection.execute(
            "SELECT advance_heads(%s, %s, %s, %s)",
            (before.size, after.size, after.edge, after.head.signed(self.key)),
        )

    def _call(self, door: str, rows: list[tuple[Any, ...]]) -> None:
        self.connection.execute(f"SELECT {door}".encode(), [list(column) for column in zip(*rows, strict=True)])

    def _insert(self, table: str, source: str, rows: Iterable[tuple[Any, ...]]) -> None:
        columns = [list(column) for column in zip(*rows, strict=True)]
        statement = f"INSERT INTO {table} SELECT * FROM {source}"  # noqa: S608 - the names are those of this file
        self.connection.execute(statement.encode(), columns)


def _standing(origin: str, size: int, edge: bytes) -> Standing:
    """A log as the database tells of it. Raises Forked where size and edge don't fit."""
    standing = Standing(origin, size, bytes(edge))
    if size < 0 or len(standing.edge) != HASH_SIZE * size.bit_count():
        message = f"what the database keeps of {origin} is no head of {size} entries"
        raise Forked(message)
    return standing
