"""What people and programs put on an item: tags, comments, data; and what can be taken back."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models.functions import Now

from djmixersoft.accounts.selectors import my_person_id
from djmixersoft.content.models import Comment, Item, ItemData, Tag, Undo
from djmixersoft.content.models.labels import TAKEN_BACK_WITHIN
from djmixersoft.content.selectors.items import names_of

PAGE_SIZE: Final = 50


@dataclass(frozen=True)
class CommentRow:
    """What somebody said. `by`: a name or an address, '' if they left."""

    id: UUID
    text: str
    by: str
    at: datetime
    is_mine: bool


@dataclass(frozen=True)
class DataRow:
    """A value under its name, as JSON text."""

    name: str
    value: str
    by: str
    at: datetime


@dataclass(frozen=True)
class UndoRow:
    """Something that the signed-in person did and can take back. `name`: the item's, where it is a single one."""

    id: UUID
    what: str
    count: int
    name: str


def tags(account_id: UUID, item_id: UUID) -> list[str]:
    """The tags on an item."""
    found = Tag.objects.filter(account_id=account_id, item_id=item_id)
    return list(found.order_by("tag").values_list("tag", flat=True))


def comments(account_id: UUID, item_id: UUID, *, page: int = 1) -> tuple[list[CommentRow], bool]:
    """A page of what was said about an item, latest first, and whether there is a next one."""
    start = (page - 1) * PAGE_SIZE
    found = Comment.objects.filter(account_id=account_id, item_id=item_id).order_by("-written_at", "id")
    rows = list(found[start : start + PAGE_SIZE + 1])
    names, me = names_of({row.written_by_id for row in rows}), my_person_id()
    said = [
        CommentRow(row.id, row.text, names.get(row.written_by_id, ""), row.written_at, row.written_by_id == me)
        for row in rows[:PAGE_SIZE]
    ]
    return said, len(rows) > PAGE_SIZE


def data(account_id: UUID, item_id: UUID) -> list[DataRow]:
    """What programs keep on an item, by name."""
    rows = list(ItemData.objects.filter(account_id=account_id, item_id=item_id).order_by("name"))
    names = names_of({row.changed_by_id for row in rows})
    return [
        DataRow(row.name, json.dumps(row.value, ensure_ascii=False), names.get(row.changed_by_id, ""), row.changed_at)
        for row in rows
    ]


def undo(account_id: UUID, undo_id: UUID) -> UndoRow | None:
    """Something that can still be taken back; None for what can't, or isn't the signed-in person's."""
    row = Undo.objects.filter(account_id=account_id, id=undo_id, done_at__gt=Now() - TAKEN_BACK_WITHIN).first()
    if row is None:
        return None
    ids = list(row.before)
    item = Item.objects.filter(account_id=account_id, id=ids[0]).first() if len(ids) == 1 else None
    return UndoRow(row.id, row.what, len(ids), item.name if item else "")
