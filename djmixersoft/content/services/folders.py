"""Folders by their path: found, or made where they aren't there yet."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from djmixersoft.content.models import Item, Kind
from djmixersoft.content.services.tree import make_folder

DEEPEST = 50
"""Folders in one another that a path may name."""


def folder_at(*, account_id: UUID, parent_id: UUID | None, path: Sequence[str]) -> UUID | None:
    """The folder at a path of names below `parent_id`; of several of one name the oldest, and what is missing is made.

    Two that ask for the same path at once get the same folder. An empty path is `parent_id` itself. Raises
    NoSuchFolder, NotAllowed, ValueError for more than DEEPEST names.
    """
    if len(path) > DEEPEST:
        raise ValueError("the path names too many folders in one another")
    if path:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"djms.folders {account_id}"])
    found = parent_id
    for name in path:
        found = _folder(account_id, found, name)
    return found


def _folder(account_id: UUID, parent_id: UUID | None, name: str) -> UUID:
    there = Item.objects.filter(
        account_id=account_id, parent_id=parent_id, name=name, kind=Kind.FOLDER, trashed_with=None
    ).order_by("added_at", "id")
    for item_id in there.values_list("id", flat=True)[:1]:
        return item_id
    return make_folder(account_id=account_id, parent_id=parent_id, name=name)
