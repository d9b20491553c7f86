"""Folders: made, and items moved, renamed and thrown away, each so that it can be taken back.

One statement for however many items, since people arrange thousands at once. Whoever moves something meanwhile is
waited for, never overwritten.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID, uuid4

from django.db import connection

from djmixersoft.accounts.selectors import my_person_id
from djmixersoft.accounts.services import NotAllowed
from djmixersoft.content.joining import execute_anew, joined_by_hash
from djmixersoft.content.models import Item, Kind, Undo
from djmixersoft.content.services.finding import Source, index
from djmixersoft.content.services.items import refusals


class What(StrEnum):
    """What can be taken back."""

    MOVED = "moved"
    RENAMED = "renamed"
    TRASHED = "trashed"
    TAGGED = "tagged"
    UNTAGGED = "untagged"
    UNSAID = "unsaid"
    REPLACED = "replaced"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True)
class Done:
    """How many items it was done to, and how to take it back; None where nothing was done."""

    count: int
    undo_id: UUID | None


Thing = TypeVar("Thing")
AT_ONCE: Final = 5_000
"""Items in one statement."""

_MOVE: Final = """
WITH was AS (
  SELECT id, parent_id FROM item
   WHERE account_id = %(account)s AND id = ANY(%(ids)s) AND trashed_with IS NULL AND parent_id IS DISTINCT FROM %(to)s
   ORDER BY id FOR NO KEY UPDATE)
UPDATE item i SET parent_id = %(to)s FROM was WHERE i.account_id = %(account)s AND i.id = was.id
RETURNING i.id, was.parent_id
"""
# What lies in several of the thrown away goes with the highest, so that it comes back with that. What somebody moved in
# while the first pass waited for them is found by the second: by then nobody can put anything into what is thrown away.
_TRASH: Final = """
WITH RECURSIVE inside AS (
  SELECT id, id AS root, 0 AS depth FROM item
   WHERE account_id = %(account)s AND id = ANY(%(ids)s) AND (trashed_with IS NULL OR %(again)s AND trashed_with = id)
  UNION ALL
  SELECT i.id, inside.root, inside.depth + 1
    FROM item i JOIN inside ON i.account_id = %(account)s AND i.parent_id = inside.id
   WHERE i.trashed_with IS NULL OR i.trashed_with = inside.root),
once AS (SELECT DISTINCT ON (id) id, root FROM inside ORDER BY id, depth DESC)
UPDATE item i SET trashed_with = once.root FROM once
 WHERE i.account_id = %(account)s AND i.id = once.id AND i.trashed_with IS NULL
RETURNING i.id, i.id = once.root
"""


def make_folder(*, account_id: UUID, parent_id: UUID | None, name: str) -> UUID:
    """Makes a folder. Raises NotAllowed, NoSuchFolder, TooDeep."""
    item_id, me = uuid4(), my_person_id()
    with refusals():
        Item.objects.create(
            account_id=account_id,
            id=item_id,
            kind=Kind.FOLDER,
            parent_id=parent_id,
            name=name,
            added_by_id=me,
            changed_by_id=me,
        )
        index(account_id=account_id, item_id=item_id, source=Source.NAME, text=name)
    return item_id


def rename(*, account_id: UUID, item_id: UUID, name: str) -> Done:
    """Gives an item another name. Raises NotAllowed, which is also: it isn't there, or in the trash."""
    row = Item.objects.select_for_update(no_key=True).filter(account_id=account_id, id=item_id, trashed_with=None)
    found = row.first()
    if found is None:
        raise NotAllowed
    if found.name == name:
        return Done(0, None)
    set_name(account_id, item_id, name)
    return Done(1, note_undo(account_id, What.RENAMED, {item_id: found.name}, name))


def set_name(account_id: UUID, item_id: UUID, name: str) -> None:
    """Write a name, and have the item found by it."""
    Item.objects.filter(account_id=account_id, id=item_id).update(name=name)
    index(account_id=account_id, item_id=item_id, source=Source.NAME, text=name)


def move(*, account_id: UUID, ids: Collection[UUID], into: UUID | None) -> Done:
    """Puts items into a folder, or to the top; what isn't there any more, or is there already, is left as it is.

    Raises NotAllowed, NoSuchFolder, InItself, TooDeep; then none was moved.
    """
    before: dict[UUID, UUID | None] = {}
    with refusals(), joined_by_hash(), connection.cursor() as cursor:
        begin_many(account_id)
        for some in in_batches(list(ids)):
            execute_anew(cursor, _MOVE, {"account": account_id, "ids": some, "to": into})
            before |= dict(cursor.fetchall())
    return Done(len(before), note_undo(account_id, What.MOVED, before, str(into or "")))


def trash(*, account_id: UUID, ids: Collection[UUID]) -> Done:
    """Throws items away for 30 days, with all that lies in them, which `count` is without. Raises NotAllowed."""
    roots: list[UUID] = []
    with refusals(), joined_by_hash(), connection.cursor() as cursor:
        begin_many(account_id)
        execute_anew(cursor, _TRASH, {"account": account_id, "ids": list(ids), "again": False})
        roots = [item_id for item_id, is_root in cursor if is_root]
        while cursor.rowcount and roots:
            execute_anew(cursor, _TRASH, {"account": account_id, "ids": roots, "again": True})
    return Done(len(roots), note_undo(account_id, What.TRASHED, dict.fromkeys(roots)))


def begin_many(account_id: UUID) -> None:
    """Let nobody else move folders of the account until the transaction ends, and give large statements their time.

    The trigger would wait for the others too, but only when items are locked, and two that wait for each other don't
    end.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '60s'")
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"djms.tree {account_id}"])


def in_batches(some: Sequence[Thing]) -> Iterator[list[Thing]]:
    """As many at once as one statement does well."""
    return (list(some[start : start + AT_ONCE]) for start in range(0, len(some), AT_ONCE))


def note_undo(account_id: UUID, what: What, before: Mapping[UUID, object], after: str = "") -> UUID | None:
    """Write down how to take something back (see models.Undo); None where nothing was done."""
    if not before:
        return None
    undo_id = uuid4()
    Undo.objects.create(
        account_id=account_id,
        id=undo_id,
        what=what,
        before={str(item): str(value) if isinstance(value, UUID) else value for item, value in before.items()},
        after=after,
        done_by_id=my_person_id(),
    )
    return undo_id
