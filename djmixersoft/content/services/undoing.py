"""Taking back what somebody did to items within the hour, as far as these are still as they left them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from djmixersoft.content.joining import execute_anew, joined_by_hash
from djmixersoft.content.models import Item
from djmixersoft.content.models.labels import TAKEN_BACK_WITHIN
from djmixersoft.content.services import data, labels, trash
from djmixersoft.content.services.items import refusals
from djmixersoft.content.services.tree import What, begin_many, in_batches, set_name

Before = dict[UUID, Any]  # as models.Undo says it for each kind

# Of two presses of the same button one gets it.
_CLAIM: Final = """
DELETE FROM item_undo WHERE account_id = %s AND id = %s AND done_at > clock_timestamp() - make_interval(secs => %s)
RETURNING what, before, after
"""
# What was moved on by another stays there, and what came from a folder that is gone stays too.
_MOVE_BACK: Final = """
WITH was AS (SELECT * FROM unnest(%(ids)s::uuid[], %(parents)s::uuid[]) AS was (id, parent)),
folders AS MATERIALIZED (
  SELECT id FROM item WHERE account_id = %(account)s AND id = ANY(%(folders)s::uuid[]) AND trashed_with IS NULL),
still AS (
  SELECT id FROM item
   WHERE account_id = %(account)s AND id = ANY(%(ids)s::uuid[]) AND trashed_with IS NULL
     AND parent_id IS NOT DISTINCT FROM %(there)s ORDER BY id FOR NO KEY UPDATE),
back AS MATERIALIZED (
  SELECT was.id, was.parent FROM was JOIN still USING (id) LEFT JOIN folders ON folders.id = was.parent
   WHERE was.parent IS NULL OR folders.id IS NOT NULL)
UPDATE item i SET parent_id = back.parent FROM back WHERE i.account_id = %(account)s AND i.id = back.id
"""


@dataclass(frozen=True)
class TakenBack:
    """How many of how many items are again as they were, and of what it was taken back."""

    what: What
    count: int
    of: int


def take_back(*, account_id: UUID, undo_id: UUID) -> TakenBack | None:
    """Undoes what the signed-in person did; None where that is too long ago, or was taken back already.

    Raises NotAllowed, NoSuchFolder and InItself where others have changed the folders meanwhile, TooMany where no more
    fits on an item; then nothing is.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [account_id, undo_id, TAKEN_BACK_WITHIN.total_seconds()])
        noted = cursor.fetchone()
    if noted is None:
        return None
    what, before, after = What(noted[0]), {UUID(item): value for item, value in json.loads(noted[1]).items()}, noted[2]
    with refusals():
        count = _UNDOING[what](account_id, before, after)
    return TakenBack(what, count, len(before))


def _move_back(account_id: UUID, before: Before, after: str) -> int:
    begin_many(account_id)
    count = 0
    with joined_by_hash(), connection.cursor() as cursor:
        for some in in_batches(list(before.items())):
            parents = [None if folder is None else UUID(folder) for _, folder in some]
            arguments: dict[str, Any] = {
                "account": account_id,
                "ids": [item_id for item_id, _ in some],
                "parents": parents,
                "folders": [folder for folder in set(parents) if folder],
                "there": UUID(after) if after else None,
            }
            execute_anew(cursor, _MOVE_BACK, arguments)
            count += cursor.rowcount
    return count


def _rename_back(account_id: UUID, before: Before, after: str) -> int:
    count = 0
    for item_id, name in before.items():
        row = Item.objects.select_for_update(no_key=True).filter(account_id=account_id, id=item_id, name=after)
        if name is not None and row.first() is not None:
            set_name(account_id, item_id, name)
            count += 1
    return count


def _restore(account_id: UUID, before: Before, _after: str) -> int:
    return trash.restore(account_id=account_id, roots=list(before)).count


def _untag(account_id: UUID, before: Before, _after: str) -> int:
    return labels.remove_tags(account_id, before)


def _tag_again(account_id: UUID, before: Before, _after: str) -> int:
    return sum(labels.add_tags(account_id=account_id, ids=[one], tags=tags).count for one, tags in before.items())


def _say_again(account_id: UUID, before: Before, _after: str) -> int:
    for item_id, said in before.items():
        at = datetime.fromisoformat(said["written_at"])
        labels.comment(account_id=account_id, item_id=item_id, text=said["text"], written_at=at)
    return len(before)


def _keep_again(account_id: UUID, before: Before, after: str) -> int:
    return sum(data.put_back(account_id, one, was["name"], was["value"], after=after) for one, was in before.items())


_UNDOING: Final[Mapping[What, Callable[[UUID, Before, str], int]]] = {
    What.MOVED: _move_back,
    What.RENAMED: _rename_back,
    What.TRASHED: _restore,
    What.TAGGED: _untag,
    What.UNTAGGED: _tag_again,
    What.UNSAID: _say_again,
    What.REPLACED: _keep_again,
    What.FORGOTTEN: _keep_again,
}
