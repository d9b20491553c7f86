"""Out of the trash: back to where it was, or gone for good."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection

from djmixersoft.accounts.services import NotAllowed
from djmixersoft.content.joining import execute_anew, joined_by_hash
from djmixersoft.content.models import Blob
from djmixersoft.content.services.items import refusals
from djmixersoft.content.services.tree import begin_many

BATCH: Final = 2_000
"""Items that are deleted in one transaction, so that nobody waits long for one of them."""

# Those that don't lie in another of them come first: then that one is there when its turn comes.
_FIRST: Final = """
SELECT i.id FROM item i
 WHERE i.account_id = %(account)s AND i.id = ANY(%(roots)s) AND i.trashed_with = i.id AND NOT EXISTS (
   SELECT FROM item p WHERE p.account_id = %(account)s AND p.id = i.parent_id AND p.trashed_with = ANY(%(roots)s))
"""
_ROOTS: Final = """
WITH was AS (
  SELECT id, parent_id FROM item
   WHERE account_id = %(account)s AND id = ANY(%(roots)s) AND trashed_with = id ORDER BY id FOR NO KEY UPDATE)
UPDATE item i SET trashed_with = NULL, parent_id = (
  SELECT p.id FROM item p WHERE p.account_id = %(account)s AND p.id = was.parent_id AND p.trashed_with IS NULL)
  FROM was WHERE i.account_id = %(account)s AND i.id = was.id
RETURNING i.id, i.parent_id IS DISTINCT FROM was.parent_id
"""
# A level at a time, because nothing is put into a folder that is still in the trash.
_BELOW: Final = """
UPDATE item i SET trashed_with = NULL
 WHERE i.account_id = %(account)s AND i.parent_id = ANY(%(above)s) AND i.trashed_with = ANY(%(roots)s)
RETURNING i.id, i.kind = 'folder'
"""
# What lies in a folder goes before the folder itself, which stays in the list until all of it is gone.
_DELETED: Final = """
SELECT id FROM item
 WHERE account_id = %(account)s AND trashed_at IS NOT NULL AND (%(all)s OR trashed_with = ANY(%(roots)s))
 ORDER BY trashed_with = id, id LIMIT %(many)s FOR UPDATE
"""


@dataclass(frozen=True)
class Restored:
    """How many of the thrown away are back; `at_the_top`: of these, how many whose folder is in the trash itself."""

    count: int
    at_the_top: int


def restore(*, account_id: UUID, roots: Collection[UUID]) -> Restored:
    """Takes items out of the trash with all that went there with them. Raises NotAllowed, NoSuchFolder."""
    count = at_the_top = 0
    left = set(roots)
    with refusals(), joined_by_hash(), connection.cursor() as cursor:
        begin_many(account_id)
        while left:
            execute_anew(cursor, _FIRST, {"account": account_id, "roots": list(left)})
            # Where each lies in another, which only SQL by hand can bring about, all come at once.
            first = [item_id for (item_id,) in cursor] or list(left)
            execute_anew(cursor, _ROOTS, {"account": account_id, "roots": first})
            back = cursor.fetchall()
            count += len(back)
            at_the_top += sum(is_homeless for _, is_homeless in back)
            above = [item_id for item_id, _ in back]
            while above:
                execute_anew(cursor, _BELOW, {"account": account_id, "above": above, "roots": first})
                above = [item_id for item_id, is_folder in cursor if is_folder]
            left.difference_update(first)
    return Restored(count, at_the_top)


def delete_some(*, account_id: UUID, roots: Collection[UUID] | None = None) -> tuple[list[UUID], bool]:
    """Deletes for good a batch of what lies in the trash: `roots` and what went there with them, or all of it.

    The blobs that are for the caller to delete once this is committed, and whether there may be more. What others
    added is the Administrators' to delete: raises NotAllowed where such is among it.
    """
    with refusals(), connection.cursor() as cursor:
        asked: dict[str, Any] = {"account": account_id, "all": roots is None, "roots": list(roots or ()), "many": BATCH}
        cursor.execute(_DELETED, asked)
        ids = [item_id for (item_id,) in cursor]
        blobs = list(Blob.objects.filter(account_id=account_id, item_id__in=ids).values_list("id", flat=True))
        cursor.execute("DELETE FROM item WHERE account_id = %s AND id = ANY(%s)", [account_id, ids])
        if cursor.rowcount < len(ids):
            raise NotAllowed
    return blobs, len(ids) == BATCH
