"""What stands before and after an item in its folder's list, of the same family: tracks, or pictures."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from djmixersoft.content.models import Item
from djmixersoft.content.selectors.items import ItemRow
from djmixersoft.content.selectors.tree import Sort
from djmixersoft.policy.purposes import call_door_row

FAMILIES: Final = ("audio/", "image/")
"""How the media types begin of what one goes through one after the other."""


@dataclass(frozen=True)
class Neighbour:
    """An item beside another one."""

    id: UUID
    name: str


@dataclass(frozen=True)
class Neighbours:
    """The items beside another one, in the order of the list; None at its ends."""

    before: Neighbour | None = None
    after: Neighbour | None = None


def neighbours(account_id: UUID, item: ItemRow, *, sort: Sort = Sort.NAME) -> Neighbours:
    """The items of its family between which an item stands in its folder's list; none for what has no family."""
    family = next((one for one in FAMILIES if item.media_type.startswith(one)), None)
    if family is None:
        return Neighbours()
    before, after = _ids(account_id, item.id, sort.removeprefix("-"), family)
    if sort.startswith("-"):
        before, after = after, before
    # By their ids alone, as in selectors/items.py.
    rows = {row.id: row for row in Item.objects.filter(id__in=[found for found in (before, after) if found])}
    named: dict[UUID | None, Neighbour] = {
        found: Neighbour(found, row.name) for found, row in rows.items() if row.account_id == account_id
    }
    return Neighbours(named.get(before), named.get(after))


def _ids(account_id: UUID, item_id: UUID, sort: str, family: str) -> tuple[UUID | None, UUID | None]:
    row = call_door_row("neighbours", asked_account=account_id, asked=item_id, sort=sort, family=family)
    return row["before"], row["after"]
