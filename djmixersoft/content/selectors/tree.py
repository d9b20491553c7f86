"""Folders as a member sees them: what lies in one, and what it lies in. Folders come first in every list."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Expression, F, OrderBy, QuerySet
from django.db.models.functions import Lower

from djmixersoft.content.models import Item, Kind
from djmixersoft.content.models.items import ID_LAST, IS_FOLDER, IS_NO_FOLDER
from djmixersoft.content.selectors.items import ItemRow, in_words

PAGE_SIZE: Final = 50
DEEPEST: Final = 1_000
"""Folders above an item that are looked at; the database lets nobody make more than 100 in each other at once."""


class Sort(StrEnum):
    """By what a list is sorted; with a '-' the other way round."""

    NAME = "name"
    NAME_DOWN = "-name"
    ADDED = "added"
    ADDED_DOWN = "-added"
    SIZE = "size"
    SIZE_DOWN = "-size"
    KIND = "kind"
    KIND_DOWN = "-kind"


@dataclass(frozen=True)
class Folder:
    """A folder's place: `id` is None for the top of an account, whose name is ''."""

    id: UUID | None
    name: str


# Each with an index of its own (models/items.py); the parent is among them since it may be NULL, by which one can sort.
_FILES: Final[dict[str, tuple[F | Expression, ...]]] = {
    "name": (F("parent_id"), Lower("name"), ID_LAST),
    "added": (F("parent_id"), F("added_at"), ID_LAST),
    "size": (F("parent_id"), F("size"), ID_LAST),
    "kind": (F("parent_id"), F("media_type"), Lower("name"), ID_LAST),
}
_FOLDERS: Final = {**_FILES, "size": _FILES["name"], "kind": _FILES["name"]}


def listed(
    account_id: UUID, folder_id: UUID | None, *, sort: Sort = Sort.NAME, page: int = 1
) -> tuple[list[ItemRow], bool]:
    """A page of what lies in a folder, and whether there is a next one."""
    start = (page - 1) * PAGE_SIZE
    stop = start + PAGE_SIZE + 1
    here = lying_in(account_id, folder_id)
    folders = here.filter(IS_FOLDER).order_by(*_order(_FOLDERS, sort))
    rows = list(folders[start:stop])
    if len(rows) <= PAGE_SIZE:
        before = start + len(rows) if rows else folders.count()
        files = here.filter(IS_NO_FOLDER).order_by(*_order(_FILES, sort))
        rows += files[max(start - before, 0) : stop - before]
    return in_words(rows[:PAGE_SIZE]), len(rows) > PAGE_SIZE


def lying_in(account_id: UUID, folder_id: UUID | None) -> QuerySet[Item]:
    """What lies in a folder, and not in the trash."""
    return Item.objects.filter(account_id=account_id, parent_id=folder_id, trashed_with=None)


def subfolders(account_id: UUID, folder_id: UUID | None, *, most: int) -> list[Folder]:
    """The folders in a folder by name, `most` at most."""
    rows = lying_in(account_id, folder_id).filter(IS_FOLDER).order_by(*_order(_FOLDERS, Sort.NAME))[:most]
    return [Folder(row.id, row.name) for row in rows]


def folder(account_id: UUID, folder_id: UUID) -> Folder | None:
    """A folder that isn't in the trash; None for anything else."""
    row = Item.objects.filter(account_id=account_id, id=folder_id, kind=Kind.FOLDER, trashed_with=None).first()
    return None if row is None else Folder(row.id, row.name)


def path_to(account_id: UUID, folder_id: UUID | None) -> list[Folder]:
    """The folders from the top down to a folder, itself included; none for the top."""
    if folder_id is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE above AS (
              SELECT id, name, parent_id, 1 AS height FROM item WHERE account_id = %(account)s AND id = %(folder)s
              UNION ALL
              SELECT i.id, i.name, i.parent_id, above.height + 1
                FROM item i JOIN above ON i.account_id = %(account)s AND i.id = above.parent_id
               WHERE above.height < %(deepest)s)
            SELECT id, name FROM above ORDER BY height DESC
            """,
            {"account": account_id, "folder": folder_id, "deepest": DEEPEST},
        )
        return [Folder(found, name) for found, name in cursor]


def chosen(account_id: UUID, ids: Collection[UUID]) -> list[ItemRow]:
    """The items of these ids that are there and not in the trash, by name."""
    rows = Item.objects.filter(account_id=account_id, id__in=list(ids), trashed_with=None)
    return in_words(list(rows.order_by(Lower("name"), "id")))


def _order(columns: dict[str, tuple[F | Expression, ...]], sort: Sort) -> list[OrderBy]:
    down = sort.startswith("-")
    return [OrderBy(column, descending=down) for column in columns[sort.removeprefix("-")]]
