"""What a member sees of their accounts' Content. The row policies keep other accounts out."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from djmixersoft.content import keys, stores
from djmixersoft.content.models import Item, ItemKey, Kind
from djmixersoft.content.models.items import ID_LAST
from djmixersoft.people import selectors as people
from djmixersoft.vault.keys import context
from djmixersoft.vault.ranges import Content

PAGE_SIZE = 50


@dataclass(frozen=True)
class ItemRow:
    """An item as a member sees it. `size` in bytes; `added_by` is a name or an e-mail address, '' if they left."""

    id: UUID
    parent_id: UUID | None
    kind: str
    name: str
    size: int
    sha256: str
    media_type: str
    added_by: str
    added_at: datetime


def items(account_id: UUID, *, page: int = 1) -> tuple[list[ItemRow], bool]:
    """A page of an account's items, latest first, and whether there is a next one."""
    start = (page - 1) * PAGE_SIZE
    rows = list(
        Item.objects.filter(account_id=account_id).order_by("-added_at", ID_LAST)[start : start + PAGE_SIZE + 1]
    )
    return in_words(rows[:PAGE_SIZE]), len(rows) > PAGE_SIZE


def item(account_id: UUID, item_id: UUID) -> ItemRow | None:
    """One item of one of the signed-in person's accounts; None for any other."""
    row = _row(account_id, item_id)
    return in_words([row])[0] if row else None


def names(account_id: UUID, ids: Collection[UUID]) -> dict[UUID, str]:
    """What those among some ids are called that are an account's items, of the trash too."""
    found = Item.objects.filter(people.AnyOf(F("id"), ids)).values_list("id", "account_id", "name")
    return {item_id: name for item_id, its_account, name in found if its_account == account_id}


def folders(account_id: UUID, ids: Collection[UUID]) -> set[UUID]:
    """Those among some ids that are an account's folders, so that nobody takes one for the file that its name says."""
    found = Item.objects.filter(people.AnyOf(F("id"), ids), kind=Kind.FOLDER).values_list("id", "account_id")
    return {item_id for item_id, its_account in found if its_account == account_id}


def opened(account_id: UUID, item_id: UUID) -> Content | None:
    """An item with its key and its opened blob, to be sent after the transaction; None for any that isn't one's own.

    Raises Missing where the blob isn't there, KeyRefused where a key was altered.
    """
    row = _row(account_id, item_id)
    if row is None or row.kind == Kind.FOLDER or row.blob_id is None or row.sha256 is None:
        return None
    try:
        key = keys.item_key(account_id, item_id)
    except ItemKey.DoesNotExist:
        return None  # removed a moment ago, and its key with it
    return Content(
        file=stores.blobs().open(str(row.blob_id)),
        key=key,
        context=context(account_id, item_id, row.blob_id),
        name=row.name,
        size=row.size,
        sha256=bytes(row.sha256),
        media_type=row.media_type,
    )


def _row(account_id: UUID, item_id: UUID) -> Item | None:
    # The row policy names one's accounts. Were this one named here too, PostgreSQL would expect a tenth of a row, take
    # any index for as good as the primary key, and go through all 47,000 items of an account for one of them.
    return next((row for row in Item.objects.filter(id=item_id) if row.account_id == account_id), None)


def names_of(who: Collection[UUID]) -> dict[UUID, str]:
    """What teammates are called, their name or else their address. Who left is not visible any more, and not in it."""
    return {person_id: name or email for person_id, (email, name) in people.called(who).items()}


def in_words(rows: list[Item]) -> list[ItemRow]:
    """Items as a member sees them."""
    names = names_of({row.added_by_id for row in rows})
    return [
        ItemRow(
            row.id,
            row.parent_id,
            row.kind,
            row.name,
            row.size,
            bytes(row.sha256 or b"").hex(),
            row.media_type,
            names.get(row.added_by_id, ""),
            row.added_at,
        )
        for row in rows
    ]
