"""The keys that open an account's Content, as rows under its row policies."""

from uuid import UUID

from django.db.models import OuterRef, Subquery

from djmixersoft.content import stores
from djmixersoft.content.models import AccountKey, ItemKey
from djmixersoft.vault.keys import Key, unwrap_account_key, unwrap_item_key, wrap_account_key, wrap_item_key


def account_key(account_id: UUID) -> Key:
    """The account's key, made when it is first needed; of two made at once the first committed counts."""
    if not AccountKey.objects.filter(account_id=account_id).exists():
        wrapped = wrap_account_key(stores.root_key(), Key.generate(), account_id=account_id)
        AccountKey.objects.bulk_create([AccountKey(account_id=account_id, wrapped=wrapped)], ignore_conflicts=True)
    return existing_account_key(account_id)


def existing_account_key(account_id: UUID) -> Key:
    """The account's key. Raises AccountKey.DoesNotExist, KeyRefused."""
    wrapped = AccountKey.objects.get(account_id=account_id).wrapped
    return unwrap_account_key(stores.root_key(), wrapped, account_id=account_id)


def item_key(account_id: UUID, item_id: UUID) -> Key:
    """An item's key. Raises AccountKey.DoesNotExist, ItemKey.DoesNotExist, KeyRefused."""
    of_account = Subquery(AccountKey.objects.filter(account_id=OuterRef("account_id")).values("wrapped"))
    row = ItemKey.objects.annotate(of_account=of_account).get(account_id=account_id, item_id=item_id)
    return unwrapped(account_id, item_id, row.of_account, row.wrapped)


def unwrapped(
    account_id: UUID, item_id: UUID, of_account: bytes | memoryview | None, of_item: bytes | memoryview | None
) -> Key:
    """An item's key, from its account's and its own as they are stored. Raises as ``item_key`` does."""
    if of_account is None:
        raise AccountKey.DoesNotExist
    if of_item is None:
        raise ItemKey.DoesNotExist
    opened = unwrap_account_key(stores.root_key(), of_account, account_id=account_id)
    return unwrap_item_key(opened, of_item, account_id=account_id, item_id=item_id)


def keep_item_key(account_id: UUID, item_id: UUID, key: Key) -> None:
    """Write down a new item's key, wrapped by its account's."""
    wrapped = wrap_item_key(account_key(account_id), key, account_id=account_id, item_id=item_id)
    ItemKey.objects.create(account_id=account_id, item_id=item_id, wrapped=wrapped)
