"""`ledger fsck`: reads everything again, and says what isn't as it was sealed.

Every leaf is made again from its entry's bytes, every tree from its leaves; each must have the root that was signed,
and the one that is kept outside the database. It goes on while the sealer works: trees only grow, so what is looked at
is each tree up to the sizes that were read first.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import psycopg

from djmixersoft.ledger.checkpoints import Checkpoint, Head
from djmixersoft.ledger.entries import Action, leaf_of
from djmixersoft.ledger.growing import Standing, grow
from djmixersoft.ledger.kept import KeptHeads
from djmixersoft.ledger.merkle import leaf_hash
from djmixersoft.ledger.notes import Algorithm, BadNote, NotSigned, VerifierKey
from djmixersoft.ledger.sealer import OPTIONS, own_key

if TYPE_CHECKING:
    from psycopg import Connection

_AT_ONCE: Final = 2_000  # rows
_SEALED_BY_THEN: Final = 2.0  # seconds
_FIRST: Final = UUID(int=0)


def check(folder: Path, url: str) -> "Report":
    """Read everything, by the sealer's login and what is in its folder, and note for all to see what was found."""
    kept = KeptHeads(folder / "heads.sqlite3")
    try:
        with psycopg.connect(url, options=OPTIONS, application_name="djms-fsck", autocommit=True) as connection:
            report = Fsck(connection, own_key(folder).verifier, kept).run()
            connection.execute("SELECT note_ledger_state(null, %s)", (len(report.findings),))
    finally:
        kept.close()
    return report


@dataclass(slots=True)
class Report:
    """What was looked at, and what was found: a sentence each, with logs by their random names."""

    logs: int = 0
    entries: int = 0
    erased: int = 0
    heads: int = 0
    findings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Log:
    id: UUID
    standing: Standing
    checkpoint: bytes | None
    head_index: int | None
    has_ended: bool
    whose: UUID | None


class Fsck:
    """Looks at a ledger, on a connection that has the purpose `sealing`; `key`: the heads log's public key."""

    def __init__(self, connection: "Connection[Any]", key: VerifierKey, kept: KeptHeads) -> None:
        self.connection, self.key, self.kept = connection, key, kept
        self.report = Report()
        self._unexplained: list[UUID] = []

    def run(self) -> Report:
        """Read everything, and report."""
        kept = {head.origin: head for head in self.kept.all()}
        heads, heads_checkpoint = self._heads()
        expected: dict[int, tuple[str, bytes]] = {}
        for log in self._logs():
            # A log that began meanwhile is in the file by now.
            self._look_at(log, kept.pop(log.standing.origin, None) or self.kept.of(log.standing.origin))
            if log.checkpoint is not None and log.head_index is not None:
                text = bytes(log.checkpoint).rpartition(b"\n\n")[0] + b"\n"
                expected[log.head_index] = (log.standing.origin, leaf_hash(text))
        self._look_at_heads(heads, heads_checkpoint, kept.pop(self.key.name, None), expected)
        self.report.findings += [f"{origin}: sealed here once, and gone from the database" for origin in kept]
        self._ask_again()
        unsealed, missing = self.connection.execute("SELECT * FROM entries_astray()").fetchone() or (0, 0)
        if unsealed:
            self.report.findings.append(f"{unsealed} entries were recorded, and neither sealed nor waiting")
        if missing:
            self.report.findings.append(f"{missing} entries were sealed, and missing")
        return self.report

    def _heads(self) -> tuple[Standing, bytes | None]:
        row = self.connection.execute("SELECT size, edge, checkpoint FROM ledger_heads").fetchone()
        if row is None:
            return Standing(self.key.name), None
        return Standing(self.key.name, row[0], bytes(row[1])), bytes(row[2])

    def _ask_again(self) -> None:
        """What says that an entry was erased may have waited to be sealed: look once more at logs that lacked it."""
        if not self._unexplained:
            return
        time.sleep(_SEALED_BY_THEN)
        for log_id in self._unexplained:
            log = next(self._logs(UUID(int=log_id.int - 1)))
            erasures = _Erasures()
            for index, *found in self._leaves(log):
                if not _at_fault(log, *found):
                    erasures.add(index, found[-1])
            for index in [] if log.has_ended else sorted(erasures.unexplained):
                self._found(log, f"entry {index} was erased, and nothing on record says so")

    def _logs(self, after: UUID = _FIRST) -> Iterator[_Log]:
        while rows := self.connection.execute("SELECT * FROM logs_to_check(%s, %s)", (after, _AT_ONCE)).fetchall():
            for log_id, origin, size, edge, *rest in rows:
                yield _Log(log_id, Standing(origin, size, bytes(edge)), *rest)
            after = rows[-1][0]

    def _look_at(self, log: _Log, kept: Head | None) -> None:
        self.report.logs += 1
        key = VerifierKey(log.standing.origin, Algorithm.ED25519, self.key.key)
        nodes = {
            (level, index): bytes(hashed)
            for level, index, hashed in self.connection.execute("SELECT * FROM nodes_to_check(%s)", (log.id,))
        }
        tree, erasures = _Tree(self.report, log.standing, kept, nodes), _Erasures()
        for index, hashed, leaf, salt, entry in self._leaves(log):
            tree.add(index, bytes(hashed))
            if wrong := _at_fault(log, hashed, leaf, salt, entry):
                self._found(log, f"entry {index} {wrong}")
            else:
                erasures.add(index, entry)
        tree.end(log.checkpoint, key)
        self.report.erased += len(erasures.erased)
        if erasures.unexplained and not log.has_ended:
            self._unexplained.append(log.id)

    def _leaves(self, log: _Log) -> Iterator[tuple[int, Any, Any, Any, Any]]:
        start, size = 0, log.standing.size
        while start < size:
            query = "SELECT * FROM leaves_to_check(%s, %s, %s)"
            rows = self.connection.execute(query, (log.id, start, min(_AT_ONCE, size - start)), binary=True).fetchall()
            yield from rows
            self.report.entries += len(rows)
            if not rows:
                return
            start = rows[-1][0] + 1

    def _look_at_heads(
        self, heads: Standing, checkpoint: bytes | None, kept: Head | None, expected: dict[int, tuple[str, bytes]]
    ) -> None:
        nodes = {
            (level, index): bytes(hashed)
            for level, index, hashed in self.connection.execute("SELECT level, index, hash FROM ledger_heads_node")
        }
        tree, start = _Tree(self.report, heads, kept, nodes), 0
        query = "SELECT index, hash FROM ledger_heads_leaf WHERE index >= %s AND index < %s ORDER BY index LIMIT %s"
        while rows := self.connection.execute(query, (start, heads.size, _AT_ONCE), binary=True).fetchall():
            for index, hashed in rows:
                tree.add(index, bytes(hashed))
                origin, head = expected.pop(index, ("", hashed))
                if head != hashed:
                    self.report.findings.append(f"{origin}: its head isn't the one in the heads log")
            start = rows[-1][0] + 1
            self.report.heads += len(rows)
        tree.end(checkpoint, self.key)
        # A log may have been sealed again after the head over all was read.
        gone = [origin for index, (origin, _) in expected.items() if index < heads.size]
        self.report.findings += [f"{origin}: its head is missing in the heads log" for origin in gone]

    def _found(self, log: _Log, what: str) -> None:
        self.report.findings.append(f"{log.standing.origin}: {what}")


def _at_fault(log: _Log, hashed: bytes, leaf: bytes | None, salt: bytes, entry: bytes | None) -> str:
    """In what respect an entry isn't as it was sealed, if in any."""
    if leaf is None:
        return "is missing"
    if leaf_hash(leaf) != hashed or (entry is not None and leaf_of(salt, entry) != leaf):
        return "isn't what was sealed"
    if entry is not None and f'"of":"{log.whose}"'.encode() not in bytes(entry):
        return "is of another account or person than the log"
    return ""


class _Erasures:
    """Which entries of a log are erased, and of which it is on record that they are."""

    def __init__(self) -> None:
        self.erased, self.named = set[int](), set[int]()

    def add(self, index: int, entry: bytes | None) -> None:
        """Look at an entry that is as it was sealed."""
        if entry is None:
            self.erased.add(index)
        elif Action.ENTRY_ERASED.encode() in bytes(entry):
            self.named.add(json.loads(bytes(entry)).get("index", -1))

    @property
    def unexplained(self) -> set[int]:
        """Those of which nothing says that they were erased."""
        return self.erased - self.named


class _Tree:
    """A log's tree, grown again from its leaves."""

    def __init__(
        self, report: Report, standing: Standing, kept: Head | None, nodes: dict[tuple[int, int], bytes]
    ) -> None:
        self.report, self.signed, self.kept, self.nodes = report, standing, kept, nodes
        self.grown, self.added = Standing(standing.origin), list[bytes]()
        if standing.size and kept is None:
            self._found("never sealed here")
        if kept and kept.size > standing.size:
            self._found(f"it stands at {standing.size} entries, and was sealed with {kept.size}")

    def add(self, index: int, hashed: bytes) -> None:
        """Add the next leaf."""
        if index != self.grown.size + len(self.added):
            self._found(f"there is a gap before entry {index}")
        self.added.append(hashed)
        size = self.grown.size + len(self.added)
        if len(self.added) == _AT_ONCE or (self.kept and size == self.kept.size):
            self._grow()

    def _grow(self) -> None:
        growth = grow(self.grown, self.added)
        self.grown, self.added = growth.after, []
        for level, index, hashed in growth.nodes:
            if self.nodes.pop((level, index), None) != hashed:
                self._found(f"the hash of its subtree {index} of level {level} isn't kept, or wrongly")
        if self.kept and self.grown.size == self.kept.size and self.grown.head != self.kept:
            self._found(f"its first {self.kept.size} entries aren't those that were sealed")

    def end(self, checkpoint: bytes | None, key: VerifierKey) -> None:
        """Compare what was grown with what was signed."""
        self._grow()
        if self.grown.size != self.signed.size or self.grown.edge != self.signed.edge:
            self._found(f"its entries don't make the head of {self.signed.size} that it has")
        try:
            stated = Checkpoint.parse(checkpoint or b"") if self.signed.size or checkpoint else None
            if stated and (stated.head != self.grown.head or not stated.is_signed_by(key)):
                self._found("its checkpoint isn't that of its entries, or not signed by the sealer")
        except (BadNote, NotSigned) as error:
            self._found(f"its checkpoint is wrong: {error}")

    def _found(self, what: str) -> None:
        self.report.findings.append(f"{self.signed.origin}: {what}")
