"""Everything that changes Content. A file is encrypted before it gets here (vault.upload); its rows follow."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import islice
from uuid import UUID

from django.db import Error as DatabaseError
from django.db import connection

from djmixersoft.accounts.selectors import my_person_id
from djmixersoft.accounts.services import NotAllowed
from djmixersoft.content import stores
from djmixersoft.content.models import AccountKey, Item, ItemKey
from djmixersoft.policy.errors import is_not_signed_in, sqlstate
from djmixersoft.policy.purposes import acting_for
from djmixersoft.vault.keys import Key, unwrap_account_key, wrap_account_key, wrap_item_key
from djmixersoft.vault.upload import StoredFile

BATCH = 20_000  # stored files in one question to the database, which looks through all items for each


def add_items(*, account_id: UUID, files: Iterable[StoredFile]) -> list[Item]:
    """Adds received files to an account, in the signed-in person's name. Call it within the handler's `keeping`.

    Raises NotAllowed where they are no member (any more).
    """
    try:
        return _add_items(account_id, files, my_person_id())
    except AccountKey.DoesNotExist:
        raise NotAllowed from None
    except DatabaseError as error:
        if sqlstate(error) == "42501" and not is_not_signed_in(error):
            raise NotAllowed from error
        raise


def _add_items(account_id: UUID, files: Iterable[StoredFile], me: UUID) -> list[Item]:
    account_key = _account_key(account_id)
    items = []
    for file in files:
        item = Item.objects.create(
            account_id=account_id,
            id=file.item_id,
            name=file.name,
            size=file.size,
            sha256=file.sha256,
            media_type=file.media_type.value,
            added_by_id=me,
        )
        wrapped = wrap_item_key(account_key, file.key, account_id=account_id, item_id=file.item_id)
        ItemKey.objects.create(account_id=account_id, item_id=file.item_id, wrapped=wrapped)
        items.append(item)
    return items


def remove_item(*, account_id: UUID, item_id: UUID) -> bool:
    """Removes an item with its key, which makes its blob unreadable; False where there is none.

    The blob itself is for the caller to delete once this is committed.
    """
    gone, _ = Item.objects.filter(account_id=account_id, id=item_id).delete()
    return bool(gone)


def remove_left_over(*, older_than: timedelta) -> int:
    """Removes stored files that no item names and that are older than that; how many.

    The age keeps it off files whose rows are just being written.
    """
    store, gone = stores.blobs(), 0
    names = store.names(older_than=older_than)
    while batch := [UUID(name) for name in islice(names, BATCH)]:
        with acting_for("retention"), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM djms.blobs_without_item(%s)", [batch])
            left_over = [str(item_id) for (item_id,) in cursor]
        for name in left_over:
            store.delete(name)
        gone += len(left_over)
    return gone


def _account_key(account_id: UUID) -> Key:
    """The account's key, made at its first file; of two made at once the first committed counts."""
    root = stores.root_key()
    fresh = AccountKey(account_id=account_id, wrapped=wrap_account_key(root, Key.generate(), account_id=account_id))
    if not AccountKey.objects.filter(account_id=account_id).exists():
        AccountKey.objects.bulk_create([fresh], ignore_conflicts=True)
    return unwrap_account_key(root, AccountKey.objects.get(account_id=account_id).wrapped, account_id=account_id)
