"""What those who handle legal processes see of them; and what an account's Administrators do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from djmixersoft.content import stores
from djmixersoft.ledger import selectors as ledger
from djmixersoft.ledger.models import Entry, Leaf, Log
from djmixersoft.legal.models import Process, ProcessItem
from djmixersoft.lockbox.models import Grant, GrantItem
from djmixersoft.vault.cobblestone import Reader
from djmixersoft.vault.keys import process_context, unwrap_process_key


@dataclass(frozen=True)
class Demanded:
    """A legal process as officers see it. `items`: ids alone; `mine`: whoever looks recorded it."""

    id: UUID
    account_id: UUID
    kind: str
    authority: str
    reference: str
    obliges: str
    deadline: date | None
    whole_account: bool
    items: Sequence[UUID]
    telling: str
    silent_until: datetime | None
    recipient_key: str | None
    recorder: str
    recorded_at: datetime
    confirmer: str | None
    confirmed_at: datetime | None
    ender: str | None
    ended_at: datetime | None
    told_at: datetime | None
    document_name: str | None
    document_size: int | None
    mine: bool

    @property
    def is_silent(self) -> bool:
        """Whether the account's Administrators may not be told yet."""
        return self.silent_until is not None and self.silent_until > timezone.now()

    @property
    def is_in_force(self) -> bool:
        """Whether access can be opened under it."""
        return self.confirmed_at is not None and self.ended_at is None


@dataclass(frozen=True)
class Prolonged:
    """That a process is to be silent for longer; nothing before it is confirmed. `mine`: whoever looks asked for it."""

    id: UUID
    until: datetime
    words: str
    asker: str
    asked_at: datetime
    confirmer: str | None
    confirmed_at: datetime | None
    mine: bool


@dataclass(frozen=True)
class Handed:
    """What was handed over of an access. The last four are None while it is under way, and where it broke off."""

    id: UUID
    began_at: datetime
    ended_at: datetime | None
    items: int | None
    size: int | None
    sha256: str | None


@dataclass(frozen=True)
class Opened:
    """An access that whoever looks has opened under a process, the ids of what it covers, and what they handed over."""

    id: UUID
    account_id: UUID
    starts: datetime
    ends: datetime
    may_download: bool
    is_open: bool
    items: Sequence[UUID] = field(repr=False)
    handed: Sequence[Handed] = ()


def processes() -> list[Demanded]:
    """All legal processes, latest first."""
    return [Demanded(**row) for row in _rows("SELECT * FROM djms.legal_processes(null)")]


def process(process_id: UUID) -> Demanded | None:
    """One of them."""
    return next((Demanded(**row) for row in _rows("SELECT * FROM djms.legal_processes(%s)", process_id)), None)


def silences(process_id: UUID) -> list[Prolonged]:
    """For how long more a process is to be silent, latest first."""
    return [Prolonged(**row) for row in _rows("SELECT * FROM djms.legal_silences(%s)", process_id)]


def paper(process_id: UUID) -> tuple[str, bytes] | None:
    """The document of a process: its name, and what it holds. Raises KeyRefused, Altered."""
    for row in _rows("SELECT * FROM djms.legal_document_of(%s)", process_id):
        key = unwrap_process_key(stores.root_key(), row["wrapped"], process_id=process_id)
        reader = Reader(BytesIO(bytes(row["sealed"])), key, process_context(process_id))
        return row["name"], b"".join(reader.read_range(0, reader.size))
    return None


def my_accesses(demanded: Demanded) -> list[Opened]:
    """What whoever looks has opened under a process, latest first."""
    now, found, handed = timezone.now(), [], _handed(demanded.id)
    for grant in Grant.objects.filter(process_id=demanded.id).order_by("-created_at"):
        items = GrantItem.objects.filter(account_id=grant.account_id, grant_id=grant.id).order_by("item_id")
        is_open = grant.revoked_at is None and grant.ends > now
        ids = list(items.values_list("item_id", flat=True))
        found.append(
            Opened(
                grant.id,
                grant.account_id,
                grant.starts,
                grant.ends,
                grant.may_download,
                is_open,
                ids,
                handed.get(grant.id, []),
            )
        )
    return found


def of_account(account_id: UUID) -> list[Process]:
    """The legal processes about an account, as its Administrators see them, latest first."""
    rows = Process.objects.filter(account_id=account_id).only(*_SHOWN).order_by("-recorded_at")
    return list(rows)


def told_of(account_id: UUID, process_id: UUID) -> Process | None:
    """One of them."""
    return Process.objects.filter(account_id=account_id, id=process_id).only(*_SHOWN).first()


def demanded_of(account_id: UUID, process_id: UUID) -> list[UUID]:
    """The ids of the items that it names, as the account's Administrators see them; none where it is all of them."""
    named = ProcessItem.objects.filter(account_id=account_id, process_id=process_id).order_by("item_id")
    return list(named.values_list("item_id", flat=True))


def proofs() -> dict[str, bytes | None]:
    """The receipts of what the export that is named disclosed, by names of files; None where one isn't sealed yet."""
    entries = list(Entry.objects.order_by("id").values_list("id", flat=True))
    places = {leaf.entry_id: leaf for leaf in Leaf.objects.filter(entry_id__in=entries)}
    logs = {log.id: ledger.as_witnessed(log) for log in Log.objects.all()}
    found: dict[str, bytes | None] = {}
    for entry_id in entries:
        leaf = places.get(entry_id)
        name = f"{leaf.index}.receipt.json" if leaf else f"unsealed-{entry_id}"
        found[name] = ledger.receipt(logs[leaf.log_id], leaf.index) if leaf else None
    return found


_SHOWN = (
    *("account_id", "id", "kind", "authority", "reference", "obliges", "deadline", "whole_account", "telling"),
    *("silent_until", "recorder", "recorded_at", "confirmer", "confirmed_at", "ender", "ended_at", "told_at"),
)


def _handed(process_id: UUID) -> dict[UUID, list[Handed]]:
    """What whoever looks has handed over under a process, by accesses."""
    found: dict[UUID, list[Handed]] = {}
    for row in _rows("SELECT * FROM djms.my_exports(%s)", process_id):
        digest = None if row["sha256"] is None else bytes(row["sha256"]).hex()
        one = Handed(row["id"], row["began_at"], row["ended_at"], row["items"], row["size"], digest)
        found.setdefault(row["grant_id"], []).append(one)
    return found


def _rows(query: str, *arguments: UUID) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(query, arguments)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
