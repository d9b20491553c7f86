"""Making room for good, and the end of an account."""

from typing import Final
from uuid import UUID

from django.db import connection

from djmixersoft.accounts.services import NotAllowed
from djmixersoft.content.models import Blob
from djmixersoft.content.services.items import refusals

BATCH: Final = 2_000
"""Earlier versions that are deleted in one transaction."""

_VERSIONS: Final = """
WITH earlier AS (
  SELECT v.item_id, v.number FROM item_version v JOIN item i ON i.account_id = v.account_id AND i.id = v.item_id
   WHERE v.account_id = %(account)s AND i.trashed_with IS NULL ORDER BY v.item_id, v.number LIMIT %(many)s)
DELETE FROM item_version v USING earlier
 WHERE v.account_id = %(account)s AND v.item_id = earlier.item_id AND v.number = earlier.number
RETURNING v.blob_id
"""


def delete_some_versions(*, account_id: UUID) -> tuple[list[UUID], bool]:
    """Deletes for good a batch of what items were before; what is in the trash is left as it is.

    The blobs that are for the caller to delete once this is committed, and whether there may be more. For plain members
    there is nothing to delete: the row policies keep it from them.
    """
    with refusals(), connection.cursor() as cursor:
        cursor.execute(_VERSIONS, {"account": account_id, "many": BATCH})
        blobs = [blob_id for (blob_id,) in cursor]
        # Their room is free as soon as this is committed.
        Blob.objects.filter(account_id=account_id, id__in=blobs).delete()
    return blobs, len(blobs) == BATCH


def delete_account(*, account_id: UUID) -> list[UUID]:
    """Deletes an account with all that is in it; with its key, all of its files become unreadable at that moment.

    The blobs that are for the caller to delete once this is committed. Raises NotAllowed for whoever isn't its
    Administrator.
    """
    with refusals(), connection.cursor() as cursor:
        # However much is in it, it goes at once or not at all.
        cursor.execute("SET LOCAL statement_timeout = '5min'")
        blobs = list(Blob.objects.filter(account_id=account_id).values_list("id", flat=True))
        # In SQL, since the database takes along what belongs to it, which Django would first look for itself.
        cursor.execute("DELETE FROM account WHERE id = %s", [account_id])
        if not cursor.rowcount:
            raise NotAllowed
    return blobs
