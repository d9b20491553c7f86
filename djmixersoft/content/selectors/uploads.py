"""What somebody sees of their own uploads. The row policies keep those of others out, teammates' as well."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils import timezone

from djmixersoft.accounts.selectors import my_person_id
from djmixersoft.content import keys, stores
from djmixersoft.content.models import UNTOUCHED_FOR, AccountKey, Blob, Item, ItemKey, ItemVersion, Upload
from djmixersoft.vault.arriving import Rest
from djmixersoft.vault.cobblestone import CHUNK, HEADER, SEALED_CHUNK
from djmixersoft.vault.keys import Key, context, unwrap_item_key

MOST_LISTED: Final = 1_000


class Expired(Exception):
    """Nobody continued the upload for too long, or what it was to replace is gone."""


@dataclass(frozen=True, kw_only=True)
class Begun:
    """An upload that isn't finished, with what it takes to go on with it. `size` in bytes.

    `is_untouched`: nothing was sent of it yet; till then it takes no room.
    """

    id: UUID
    account_id: UUID
    item_id: UUID
    parent_id: UUID | None
    replaces: bool
    name: str
    size: int
    metadata: str
    sha256: bytes | None
    expires: datetime
    is_untouched: bool
    key: Key
    rest: Rest

    @property
    def context(self) -> bytes:
        """What binds its ciphertext to account, item and blob."""
        return context(self.account_id, self.item_id, self.id)


@dataclass(frozen=True, kw_only=True)
class Done:
    """An upload that became the bytes of an item. `size` in bytes."""

    item_id: UUID
    size: int


@dataclass(frozen=True, kw_only=True)
class Listed:
    """An unfinished upload, for a list. `size` and `offset`, which is how much has arrived, in bytes.

    `metadata`: what was said of the file when it was begun, by which the same file is known again.
    """

    id: UUID
    name: str
    size: int
    offset: int
    metadata: str
    parent_id: UUID | None
    replaces: UUID | None
    added_at: datetime
    expires: datetime


def begun(account_id: UUID, upload_id: UUID) -> Begun | None:
    """One of the signed-in person's unfinished uploads; None for any other. Raises Expired, KeyRefused."""
    row = Upload.objects.filter(account_id=account_id, id=upload_id).first()
    if row is None:
        return None
    if row.expires < timezone.now():
        raise Expired
    return Begun(
        id=row.id,
        account_id=account_id,
        item_id=row.item_id,
        parent_id=row.parent_id,
        replaces=row.replaces,
        name=row.name,
        size=row.size,
        metadata=row.metadata,
        sha256=None if row.sha256 is None else bytes(row.sha256),
        expires=row.expires,
        is_untouched=row.expires <= row.added_at + UNTOUCHED_FOR,
        key=_key(row),
        rest=Rest(bytes(row.tail), row.tail_at),
    )


def done(account_id: UUID, upload_id: UUID) -> Done | None:
    """What became of an upload that the signed-in person finished; None for any other."""
    item_id = Blob.objects.filter(account_id=account_id, id=upload_id).values_list("item_id", flat=True).first()
    if item_id is None:
        return None
    me = my_person_id()
    now = Item.objects.filter(account_id=account_id, id=item_id, blob_id=upload_id, changed_by=me)
    before = ItemVersion.objects.filter(account_id=account_id, item_id=item_id, blob_id=upload_id, made_by=me)
    for rows in (now, before):
        for size in rows.values_list("size", flat=True):
            return Done(item_id=item_id, size=size)
    return None


def mine(account_id: UUID) -> list[Listed]:
    """The signed-in person's unfinished uploads to an account, the latest first."""
    my_person_id()
    rows = Upload.objects.filter(account_id=account_id, expires__gt=timezone.now()).order_by("-added_at", "id")
    return [
        Listed(
            id=row.id,
            name=row.name,
            size=row.size,
            offset=_offset(row),
            metadata=row.metadata,
            parent_id=row.parent_id,
            replaces=row.item_id if row.replaces else None,
            added_at=row.added_at,
            expires=row.expires,
        )
        for row in rows[:MOST_LISTED]
    ]


def _key(row: Upload) -> Key:
    try:
        if row.replaces:
            return keys.item_key(row.account_id, row.item_id)
        account_key = keys.existing_account_key(row.account_id)
    except (ItemKey.DoesNotExist, AccountKey.DoesNotExist):
        raise Expired from None
    return unwrap_item_key(account_key, row.wrapped, account_id=row.account_id, item_id=row.item_id)


def _offset(row: Upload) -> int:
    """As far as it can be told without becoming the upload's writer."""
    whole = max((stores.partials().length(str(row.id)) - HEADER) // SEALED_CHUNK, 0)
    there = min(whole * CHUNK, row.size)
    rest = Rest(bytes(row.tail), row.tail_at)
    return there if there > rest.at else rest.at + rest.length
