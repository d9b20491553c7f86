"""How much room an account's files take, and what takes it. All sizes in bytes, as they lie in the store."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import connection

from djmixersoft.content.models import QUOTA, Room

WARNED_FROM: Final = 0.8
"""The share of the quota from which members are warned."""


@dataclass(frozen=True)
class RoomTaken:
    """How much is used of how much."""

    used: int
    quota: int

    @property
    def free(self) -> int:
        """What is left; never less than nothing."""
        return max(self.quota - self.used, 0)

    @property
    def is_warned(self) -> bool:
        """Whether it gets tight."""
        return self.used >= self.quota * WARNED_FROM

    @property
    def warned_from(self) -> int:
        """The bytes from which it gets tight."""
        return int(self.quota * WARNED_FROM)

    @property
    def percent(self) -> int:
        """The share that is used, rounded down, so that 100 is full."""
        return self.used * 100 // self.quota if self.quota else 100


@dataclass(frozen=True)
class Taker:
    """What takes room: an item with all its versions, or a folder with all that lies in it."""

    id: UUID
    name: str
    kind: str
    size: int


@dataclass(frozen=True)
class Parts:
    """The room by what it is taken for."""

    present: int
    versions: int
    trash: int


def room(account_id: UUID) -> RoomTaken:
    """How much room an account has and uses."""
    row = Room.objects.filter(account_id=account_id).first()
    return RoomTaken(0, QUOTA) if row is None else RoomTaken(row.used, row.quota)


def parts(account_id: UUID) -> Parts:
    """What the room is taken for: items as they are, what they were before, and the trash."""
    trash = _sum(
        """
        SELECT sum(b.sealed_size) FROM item i JOIN blob b ON b.account_id = i.account_id AND b.item_id = i.id
         WHERE i.account_id = %s AND i.trashed_at IS NOT NULL
        """,
        account_id,
    )
    versions = _sum(
        """
        SELECT sum(b.sealed_size) FROM item_version v
          JOIN item i ON i.account_id = v.account_id AND i.id = v.item_id
          JOIN blob b ON b.account_id = v.account_id AND b.id = v.blob_id
         WHERE v.account_id = %s AND i.trashed_with IS NULL
        """,
        account_id,
    )
    # The rest, since adding up what most items are takes longest, and is counted already.
    return Parts(max(room(account_id).used - versions - trash, 0), versions, trash)


def largest_items(account_id: UUID, *, most: int = 10) -> list[Taker]:
    """The items that take the most, each with all its versions, and not in the trash."""
    return _takers(
        """
        SELECT i.id, i.name, i.kind, sum(b.sealed_size) AS size
          FROM blob b JOIN item i ON i.account_id = b.account_id AND i.id = b.item_id
         WHERE b.account_id = %(account)s AND i.trashed_with IS NULL
         GROUP BY i.account_id, i.id ORDER BY size DESC, i.id LIMIT %(most)s
        """,
        account_id,
        most,
    )


def largest_folders(account_id: UUID, *, most: int = 10) -> list[Taker]:
    """The folders at the top that take the most, each with all that lies in it."""
    return _takers(
        """
        WITH RECURSIVE inside AS (
          SELECT id, id AS top FROM item
           WHERE account_id = %(account)s AND parent_id IS NULL AND kind = 'folder' AND trashed_with IS NULL
          UNION ALL
          SELECT i.id, inside.top FROM item i JOIN inside ON i.account_id = %(account)s AND i.parent_id = inside.id
           WHERE i.trashed_with IS NULL)
        SELECT f.id, f.name, f.kind, sum(b.sealed_size) AS size
          FROM inside JOIN blob b ON b.account_id = %(account)s AND b.item_id = inside.id
          JOIN item f ON f.account_id = %(account)s AND f.id = inside.top
         GROUP BY f.account_id, f.id ORDER BY size DESC, f.id LIMIT %(most)s
        """,
        account_id,
        most,
    )


def _sum(statement: str, account_id: UUID) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, [account_id])
        (found,) = cursor.fetchone() or (0,)
    return int(found or 0)


def _takers(statement: str, account_id: UUID, most: int) -> list[Taker]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"account": account_id, "most": most})
        return [Taker(item_id, name, kind, int(size)) for item_id, name, kind, size in cursor]
