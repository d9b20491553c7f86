"""Other data (clause 1f): a value under a name on an item, whatever a program keeps there."""

import json
from typing import Final
from uuid import UUID

from django.db.models import JSONField, Value

from djmixersoft.accounts.selectors import my_person_id
from djmixersoft.accounts.services import NotAllowed
from djmixersoft.content.models import Item, ItemData
from djmixersoft.content.services.items import refusals
from djmixersoft.content.services.labels import TooMany
from djmixersoft.content.services.tree import What, note_undo

LONGEST: Final = 64 * 1024
"""Bytes of JSON in a value."""
MOST: Final = 100
"""Names on one item."""
LONGEST_NAME: Final = 100
"""Characters in a name."""


class NoValue(Exception):
    """What was sent is no JSON that can be kept (RFC 8259), or too much of it."""


def parsed(text: str) -> object:
    """The value that a JSON text stands for. Raises NoValue."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise NoValue from None
    return checked(value)


def checked(value: object) -> object:
    """A value that the database can hold. Raises NoValue: it is large, or has NaN, NUL or half a character."""
    try:
        kept = json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, TypeError, RecursionError):
        raise NoValue from None
    if len(kept) > LONGEST or b"\\u0000" in kept:
        raise NoValue
    return value


def put(*, account_id: UUID, item_id: UUID, name: str, value: object, can_undo: bool = False) -> UUID | None:
    """Keeps a value under a name on an item, in place of what was there. Raises NotAllowed, NoValue, TooMany.

    With `can_undo`, which is for people, whose hands slip: how to take it back; None where nothing was there.
    """
    kept = ItemData.objects.filter(account_id=account_id, item_id=item_id)
    with refusals():
        _hold(account_id, item_id)
        before = kept.filter(name=name).first()
        kept.filter(name=name).delete()
        if kept.count() >= MOST:
            raise TooMany
        ItemData.objects.create(
            account_id=account_id,
            item_id=item_id,
            name=name,
            # Else null would become SQL's, which is no value at all.
            value=Value(checked(value), JSONField()),
            changed_by_id=my_person_id(),
        )
    if before is None or not can_undo:
        return None
    return note_undo(account_id, What.REPLACED, _noted(before), after_of(value))


def remove(*, account_id: UUID, item_id: UUID, name: str, can_undo: bool = False) -> UUID | None:
    """Forgets what is kept under a name on an item. Raises NotAllowed where there is no such item or name.

    `can_undo`: as for `put`.
    """
    with refusals():
        _hold(account_id, item_id)
        kept = ItemData.objects.filter(account_id=account_id, item_id=item_id, name=name)
        before = kept.first()
        kept.delete()
    if before is None:
        raise NotAllowed
    return note_undo(account_id, What.FORGOTTEN, _noted(before)) if can_undo else None


def put_back(account_id: UUID, item_id: UUID, name: str, value: object, *, after: str) -> bool:
    """Keep a value again if the name holds what it was left with: `after`, or nothing where that is ''.

    Raises as `put` does.
    """
    now = ItemData.objects.filter(account_id=account_id, item_id=item_id, name=name).first()
    if ("" if now is None else after_of(now.value)) != after:
        return False
    put(account_id=account_id, item_id=item_id, name=name, value=value)
    return True


def after_of(value: object) -> str:
    """What a value is told from others by, however it was written."""
    return json.dumps(value, sort_keys=True)


def _noted(row: ItemData) -> dict[UUID, object]:
    return {row.item_id: {"name": row.name, "value": row.value}}


def _hold(account_id: UUID, item_id: UUID) -> None:
    """Keep the item from changing until the transaction ends: two that put a value at once come one after the other."""
    rows = Item.objects.filter(account_id=account_id, id=item_id, trashed_with=None)
    if rows.select_for_update(no_key=True).first() is None:
        raise NotAllowed
