"""Which files of an account a check found damaged."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import connection

# Materialized, so that the limit doesn't lure the planner into looking through all blobs for the first few; and in the
# words of the index of the damaged, which a parameter would not match.
_DAMAGED: Final = """
WITH damaged AS MATERIALIZED (SELECT id, item_id FROM blob WHERE account_id = %(account)s AND fault <> '')
SELECT i.id, i.name, i.blob_id <> damaged.id
  FROM damaged JOIN item i ON i.account_id = %(account)s AND i.id = damaged.item_id
 ORDER BY lower(i.name), i.id LIMIT %(most)s
"""


@dataclass(frozen=True)
class Damaged:
    """A damaged file. `is_earlier`: it is what the item was before, and its present bytes are sound."""

    item_id: UUID
    name: str
    is_earlier: bool


def damaged(account_id: UUID, *, most: int = 20) -> list[Damaged]:
    """Items of which a stored file is missing, altered or unreadable, by name, `most` at most."""
    with connection.cursor() as cursor:
        cursor.execute(_DAMAGED, {"account": account_id, "most": most})
        return [Damaged(item_id, name, is_earlier) for item_id, name, is_earlier in cursor]
