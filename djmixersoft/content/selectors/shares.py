"""What a member sees of an account's links: what each shows, until when, and what it was used for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Count, Max
from django.utils import timezone

from djmixersoft.content.models import Item, Share, ShareUse
from djmixersoft.content.selectors.items import names_of

PAGE_SIZE: Final = 20
LATEST: Final = 10
"""Of how many items a link's last uses are told one by one."""


@dataclass(frozen=True)
class UseRow:
    """That a link was used: `what` is 'looked', 'played' or 'taken', `name` an item's, '' where that is gone."""

    what: str
    name: str
    times: int
    latest: datetime


@dataclass(frozen=True)
class LinkRow:
    """A link. `state`: 'open', 'revoked', 'expired', or 'gone' while what it shows is in the trash.

    `created_by`: a name or an address, '' if they left. `uses`: in all; `latest`: what was used last, item by item.
    """

    id: UUID
    item_id: UUID
    name: str
    is_folder: bool
    has_password: bool
    created_by: str
    created_at: datetime
    expires: datetime
    state: str
    uses: list[UseRow]
    latest: list[UseRow]


def links(account_id: UUID, *, page: int = 1) -> tuple[list[LinkRow], bool]:
    """A page of an account's links, latest first, and whether there is a next one."""
    start = (page - 1) * PAGE_SIZE
    found = list(
        Share.objects.filter(account_id=account_id).order_by("-created_at", "id")[start : start + PAGE_SIZE + 1]
    )
    rows = found[:PAGE_SIZE]
    ids = [row.id for row in rows]
    items = {one.id: one for one in Item.objects.filter(account_id=account_id, id__in={row.item_id for row in rows})}
    who = names_of({row.created_by_id for row in rows})
    in_all, latest = _in_all(account_id, ids), _latest(account_id, ids)
    return [
        LinkRow(
            row.id,
            row.item_id,
            items[row.item_id].name,
            items[row.item_id].kind == "folder",
            row.has_password,
            who.get(row.created_by_id, ""),
            row.created_at,
            row.expires,
            _state(row, items[row.item_id]),
            in_all.get(row.id, []),
            latest.get(row.id, []),
        )
        for row in rows
        if row.item_id in items  # else it went a moment ago, and its links with it
    ], len(found) > PAGE_SIZE


def _state(row: Share, item: Item) -> str:
    if row.revoked_at:
        return "revoked"
    if row.expires <= timezone.now():
        return "expired"
    return "gone" if item.trashed_with else "open"


def _in_all(account_id: UUID, ids: Collection[UUID]) -> Mapping[UUID, list[UseRow]]:
    rows = (
        ShareUse.objects.filter(account_id=account_id, share_id__in=ids)
        .values("share_id", "what")
        .annotate(times=Count("*"), latest=Max("used_at"))
        .order_by("what")
    )
    found: dict[UUID, list[UseRow]] = {}
    for row in rows:
        found.setdefault(row["share_id"], []).append(UseRow(row["what"], "", row["times"], row["latest"]))
    return found


def _latest(account_id: UUID, ids: Collection[UUID]) -> Mapping[UUID, list[UseRow]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT one.id, used.what, coalesce(i.name, ''), used.times, used.latest
              FROM unnest(%(ids)s::uuid[]) one(id),
                   LATERAL (
                     SELECT u.what, u.item_id, count(*) AS times, max(u.used_at) AS latest
                       FROM share_use u WHERE u.account_id = %(account)s AND u.share_id = one.id
                      GROUP BY u.what, u.item_id ORDER BY latest DESC, u.item_id LIMIT %(most)s) used
              LEFT JOIN item i ON i.account_id = %(account)s AND i.id = used.item_id
             ORDER BY used.latest DESC, used.item_id
            """,
            {"ids": list(ids), "account": account_id, "most": LATEST},
        )
        found: dict[UUID, list[UseRow]] = {}
        for share_id, *use in cursor:
            found.setdefault(share_id, []).append(UseRow(*use))
    return found
