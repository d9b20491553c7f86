"""What is on record, and the proofs of it, for whoever the row policies let see it."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from djmixersoft.ledger.checkpoints import Checkpoint
from djmixersoft.ledger.merkle import complete_subtrees, consistency_proof, inclusion_proof, root_of
from djmixersoft.ledger.models import Cosignature, Entry, HandedIn, Heads, HeadsLeaf, HeadsNode, Leaf, Log, Node
from djmixersoft.ledger.notes import BadNote, VerifierKey, to_base64
from djmixersoft.ledger.receipts import EXPORT_FORMAT, RECEIPT_FORMAT, Receipt, line_of
from djmixersoft.ledger.tiles import WIDTH, Tile, nodes_from

EXPORTED_AT_ONCE: Final = 2_000  # entries
COUNTED: Final = 1_000
"""Of a log's newest entries so many are looked at for those that wait to be sealed; more wait only in trouble."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry. `index`: its place in its log, None until it is sealed; `said`: what it says, None if it was erased."""

    id: int
    index: int | None
    said: dict[str, Any] | None

    @property
    def at(self) -> datetime | None:
        """When it was recorded, if it wasn't erased."""
        return datetime.fromisoformat(self.said["at"]) if self.said else None


@dataclass(frozen=True, slots=True)
class Sealed:
    """How the heads log stands. `trouble`: why nothing is sealed at present, as in models.Heads, or "".

    `checked_at`, `damage`: when everything was last read again, and how much wasn't as it was sealed.
    """

    key: str
    size: int
    checkpoint: bytes
    sealed_at: datetime
    trouble: str
    checked_at: datetime | None
    damage: int


@dataclass(frozen=True, slots=True)
class Unsealed:
    """How many entries of a log wait to be sealed, as far as `COUNTED`, and since when the first of these does."""

    count: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Witnessed:
    """What a witness signed last: which size of the heads log, and when."""

    witness: VerifierKey
    size: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Handed:
    """What a witness handed in: which size of the heads log, when, and whether that is as it is here (`fits`)."""

    witness: str
    size: int
    at: datetime
    fits: bool


def log_of_account(account_id: UUID) -> Log | None:
    """The log of an account; None where nothing is on record yet."""
    return Log.objects.filter(account_id=account_id).first()


def log_of_person(person_id: UUID) -> Log | None:
    """The log of a person's own acts; None where nothing is on record yet."""
    return Log.objects.filter(person_id=person_id).first()


def log_of_process(process_id: UUID) -> Log | None:
    """The log of a legal process of which nobody could be told for a time; None where there is none to be seen."""
    return Log.objects.filter(process_id=process_id).first()


_ENTRIES = """
SELECT e.id, l.index, e.entry FROM ledger_entry e LEFT JOIN ledger_leaf l ON l.entry_id = e.id
 WHERE e.log_id = %s AND e.id < %s
   AND (%s::text[] IS NULL OR convert_from(e.entry, 'UTF8')::jsonb ->> 'action' = ANY (%s::text[]))
 ORDER BY e.id DESC LIMIT %s
"""


def entries(
    log: Log, *, before: int | None = None, actions: Collection[str] | None = None, most: int
) -> list[Recorded]:
    """Return a log's newest entries, those not sealed yet too; `before`: only older ones than the one of that id."""
    wanted = None if actions is None else list(actions)
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, [log.id, 2**63 - 1 if before is None else before, wanted, wanted, most])
        return [Recorded(number, index, _said(entry)) for number, index, entry in cursor.fetchall()]


_INDEX = """
SELECT l.index FROM ledger_entry e JOIN ledger_leaf l ON l.entry_id = e.id
 WHERE e.log_id = %s AND e.entry IS NOT NULL AND convert_from(e.entry, 'UTF8')::jsonb ->> 'action' = %s
   AND convert_from(e.entry, 'UTF8')::jsonb ->> %s = %s
 ORDER BY e.id LIMIT 1
"""


def index_of(log: Log, action: str, key: str, value: str) -> int | None:
    """The place of a log's first entry of that action that says so under `key`; None where none is sealed."""
    with connection.cursor() as cursor:
        cursor.execute(_INDEX, [log.id, action, key, value])
        row = cursor.fetchone()
        return int(row[0]) if row else None


_UNSEALED = """
SELECT count(*), min(convert_from(newest.entry, 'UTF8')::jsonb ->> 'at')
  FROM (SELECT e.id, e.entry FROM ledger_entry e WHERE e.log_id = %s ORDER BY e.id DESC LIMIT %s) newest
 WHERE NOT EXISTS (SELECT FROM ledger_leaf l WHERE l.entry_id = newest.id)
"""


def unsealed(log: Log) -> Unsealed:
    """What of a log waits to be sealed."""
    with connection.cursor() as cursor:
        cursor.execute(_UNSEALED, [log.id, COUNTED])
        count, since = cursor.fetchone() or (0, None)
    return Unsealed(count, datetime.fromisoformat(since) if since else None)


def heads() -> Sealed | None:
    """How the heads log stands; None before a sealer was ever at work."""
    row = Heads.objects.first()
    if row is None:
        return None
    checkpoint = bytes(row.checkpoint)
    return Sealed(row.key, row.size, checkpoint, row.sealed_at, row.trouble, row.checked_at, row.damage)


def cosigned(checkpoint: bytes) -> bytes:
    """Return a checkpoint of the heads log with the lines of all witnesses that signed this very one last."""
    return _with_lines(checkpoint, _cosignatures())


def heads_key() -> str:
    """The key by which everything of the ledger is verified (C2SP signed-note); empty before anything was sealed."""
    return Heads.objects.values_list("key", flat=True).first() or ""


def witnessed() -> list[Witnessed]:
    """What each witness signed last, the latest first."""
    rows = sorted(_cosignatures(), key=lambda row: row.made_at, reverse=True)
    return [Witnessed(VerifierKey.parse(row.witness), row.size, row.made_at) for row in rows]


def _cosignatures() -> list[Cosignature]:
    """What witnesses signed, as far as it is that: nothing odd in one row may spoil every receipt."""
    sealed, found = heads(), []
    for row in Cosignature.objects.order_by("witness") if sealed else ():
        with suppress(BadNote):
            VerifierKey.parse(row.witness)
            head = Checkpoint.parse(bytes(row.checkpoint) + row.line.encode()).head
            if sealed and head.origin == VerifierKey.parse(sealed.key).name and head.size == row.size <= sealed.size:
                found.append(row)
    return found


def _with_lines(checkpoint: bytes, rows: Sequence[Cosignature]) -> bytes:
    return checkpoint + "".join(row.line for row in rows if bytes(row.checkpoint) == checkpoint).encode()


def heads_tile(tile: Tile) -> bytes | None:
    """The hashes of a tile of the heads log; None where it hasn't grown so far."""
    found = _heads_tile(tile)
    return found if len(found) == tile.width * 32 else None


def heads_consistency(old: int, new: int) -> list[bytes]:
    """The proof that the heads log of `new` heads begins as that of `old`. Raises ValueError for no such pair."""
    return consistency_proof(old, new, nodes_from(_heads_tile, new))


def heads_root(size: int) -> bytes:
    """The root that the heads log had when it had so many heads, made of its tiles anew; `size`: as far as it goes."""
    nodes = nodes_from(_heads_tile, size)
    return root_of(nodes(*place) for place in complete_subtrees(size))


def handed_in(witnesses: Collection[str]) -> list[Handed]:
    """What these witnesses handed in last, each what is of this ledger and, if there is any, what isn't."""
    rows = HandedIn.objects.filter(witness__in=witnesses)
    return [Handed(row.witness, row.size, row.at, row.fits) for row in rows]


def as_witnessed(log: Log) -> Log:
    """A log as far as witnesses have signed over it; as it is where they have over all of it, or over nothing yet."""
    before = log.witnessed_head_index
    if log.head_index is None or before is None or _witnessed_checkpoint(log.head_index):
        return log
    if not _witnessed_checkpoint(before):
        return log
    earlier = copy(log)
    earlier.size, earlier.checkpoint, earlier.head_index = log.witnessed_size, log.witnessed_checkpoint, before
    return earlier


def receipt(log: Log, index: int) -> bytes | None:
    """The receipt of an entry, as a file (docs/ledger.md); None where the log has no such entry that is sealed.

    It ends under what witnesses signed, if they signed over the entry.
    """
    witnessed_log = as_witnessed(log)
    log = witnessed_log if index < witnessed_log.size else log
    leaf = Leaf.objects.filter(log_id=log.id, index=index).first()
    if leaf is None or log.checkpoint is None or index >= log.size:
        return None
    row = Entry.objects.get(id=leaf.entry_id)
    proof = Receipt(index, tuple(inclusion_proof(index, log.size, _nodes(log))), bytes(log.checkpoint))
    fields = {"format": RECEIPT_FORMAT, **_opening(row), "proof": bytes(proof).decode(), "head": head_proof(log)}
    return json.dumps(fields, ensure_ascii=False, indent=1).encode() + b"\n"


def export_head(log: Log, people: dict[str, str]) -> bytes:
    """The first line of a log's export; `people`: words for the ids of people in it, vouched for by nothing."""
    checkpoint = bytes(log.checkpoint or b"").decode()
    return line_of({"format": EXPORT_FORMAT, "checkpoint": checkpoint, "head": head_proof(log), "people": people})


def export_lines(log: Log, start: int) -> Iterator[bytes]:
    """The lines of a log's export from an index on, up to `EXPORTED_AT_ONCE` of them and to the log's size."""
    end = min(start + EXPORTED_AT_ONCE, log.size)
    places = Leaf.objects.filter(log_id=log.id, index__gte=start, index__lt=end).order_by("index")
    ids = list(places.values_list("entry_id", flat=True))
    rows = Entry.objects.in_bulk(ids)
    for entry_id in ids:
        fields = _opening(rows[entry_id])
        yield line_of({"erased": True, "leaf": fields["leaf"]} if fields["entry"] is None else fields)


def _opening(row: Entry) -> dict[str, Any]:
    """What opens a leaf: the entry's text and salt; of an erased one the leaf alone is left."""
    if row.entry is None or row.salt is None:
        return {"entry": None, "salt": None, "leaf": to_base64(bytes(row.leaf))}
    return {"entry": bytes(row.entry).decode(), "salt": to_base64(bytes(row.salt))}


def head_proof(log: Log) -> str:
    """The proof that a log's head is in the heads log, under a checkpoint that witnesses signed if one reaches it."""
    if log.head_index is None:
        message = "a log that is sealed has its head in the heads log"
        raise ValueError(message)
    checkpoint = _witnessed_checkpoint(log.head_index) or bytes(Heads.objects.get().checkpoint)
    size = Checkpoint.parse(checkpoint).head.size
    proof = inclusion_proof(log.head_index, size, nodes_from(_heads_tile, size))
    return bytes(Receipt(log.head_index, tuple(proof), checkpoint)).decode()


def _witnessed_checkpoint(head_index: int) -> bytes | None:
    """The checkpoint over a head that most witnesses signed, with their lines."""
    rows = [row for row in _cosignatures() if row.size > head_index]
    most = Counter(bytes(row.checkpoint) for row in rows).most_common(1)
    return _with_lines(most[0][0], rows) if most else None


def _nodes(log: Log) -> Callable[[int, int], bytes]:
    def tile(wanted: Tile) -> bytes:
        rows = Leaf.objects if wanted.level == 0 else Node.objects.filter(level=wanted.level)
        return _side_by_side(rows.filter(log_id=log.id), wanted)

    return nodes_from(tile, log.size)


def _heads_tile(tile: Tile) -> bytes:
    return _side_by_side(HeadsLeaf.objects if tile.level == 0 else HeadsNode.objects.filter(level=tile.level), tile)


def _side_by_side(rows: Any, tile: Tile) -> bytes:  # noqa: ANN401 - rows of one of four tables
    start = tile.index * WIDTH
    found = rows.filter(index__gte=start, index__lt=start + tile.width).order_by("index")
    return b"".join(bytes(one) for one in found.values_list("hash", flat=True))


def _said(entry: Any) -> dict[str, Any] | None:  # noqa: ANN401 - bytes in one of the forms of the driver
    return None if entry is None else json.loads(bytes(entry))
