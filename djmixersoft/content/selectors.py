"""What a member sees of their accounts' Content. The row policies keep other accounts out."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from djmixersoft.content import stores
from djmixersoft.content.models import AccountKey, Item, ItemKey
from djmixersoft.people import selectors as people
from djmixersoft.vault.keys import Key, context, unwrap_account_key, unwrap_item_key
from djmixersoft.vault.ranges import Content

PAGE_SIZE = 50


@dataclass(frozen=True)
class ItemRow:
    """An item as a member sees it. `size` in bytes; `added_by` is a name or an e-mail address, '' if they left."""

    id: UUID
    name: str
    size: int
    sha256: str
    media_type: str
    added_by: str
    added_at: datetime


def items(account_id: UUID, *, page: int = 1) -> tuple[list[ItemRow], bool]:
    """A page of an account's items, latest first, and whether there is a next one."""
    start = (page - 1) * PAGE_SIZE
    rows = list(Item.objects.filter(account_id=account_id).order_by("-added_at", "id")[start : start + PAGE_SIZE + 1])
    return _in_words(rows[:PAGE_SIZE]), len(rows) > PAGE_SIZE


def item(account_id: UUID, item_id: UUID) -> ItemRow | None:
    """One item of one of the signed-in person's accounts; None for any other."""
    row = _row(account_id, item_id)
    return _in_words([row])[0] if row else None


def opened(account_id: UUID, item_id: UUID) -> Content | None:
    """An item with its key and its opened blob, to be sent after the transaction; None for any that isn't one's own.

    Raises Missing where the blob isn't there, KeyRefused where a key was altered.
    """
    row = _row(account_id, item_id)
    if row is None:
        return None
    try:
        key = _key(account_id, item_id)
    except ItemKey.DoesNotExist:
        return None  # removed a moment ago, and its key with it
    return Content(
        file=stores.blobs().open(str(item_id)),
        key=key,
        context=context(account_id, item_id),
        name=row.name,
        size=row.size,
        sha256=bytes(row.sha256),
        media_type=row.media_type,
    )


def _row(account_id: UUID, item_id: UUID) -> Item | None:
    # The row policy names one's accounts. Were this one named here too, PostgreSQL would expect a tenth of a row, take
    # any index for as good as the primary key, and go through all 47,000 items of an account for one of them.
    return next((row for row in Item.objects.filter(id=item_id) if row.account_id == account_id), None)


def _key(account_id: UUID, item_id: UUID) -> Key:
    account_wrapped = AccountKey.objects.get(account_id=account_id).wrapped
    item_wrapped = ItemKey.objects.get(account_id=account_id, item_id=item_id).wrapped
    account_key = unwrap_account_key(stores.root_key(), account_wrapped, account_id=account_id)
    return unwrap_item_key(account_key, item_wrapped, account_id=account_id, item_id=item_id)


def _in_words(rows: list[Item]) -> list[ItemRow]:
    # People who left the account are not visible any more; their items stay, without a name.
    called = people.called({row.added_by_id for row in rows})
    names = {person_id: name or email for person_id, (email, name) in called.items()}
    return [
        ItemRow(
            row.id,
            row.name,
            row.size,
            bytes(row.sha256).hex(),
            row.media_type,
            names.get(row.added_by_id, ""),
            row.added_at,
        )
        for row in rows
    ]
