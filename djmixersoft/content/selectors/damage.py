"""Which files of an account a check found damaged."""

from dataclasses import dataclass
from uuid import UUID

from djmixersoft.content.models import Blob, Item


@dataclass(frozen=True)
class Damaged:
    """A damaged file. `is_earlier`: it is what the item was before, and its present bytes are sound."""

    item_id: UUID
    name: str
    is_earlier: bool


def damaged(account_id: UUID, *, most: int = 20) -> list[Damaged]:
    """Items of which a stored file is missing, altered or unreadable, `most` at most."""
    blobs = Blob.objects.filter(account_id=account_id).exclude(fault="").order_by("item_id", "id")[:most]
    found = {blob.id: blob.item_id for blob in blobs}
    items = {item.id: item for item in Item.objects.filter(account_id=account_id, id__in=set(found.values()))}
    return [
        Damaged(item_id, items[item_id].name, items[item_id].blob_id != blob_id)
        for blob_id, item_id in found.items()
        if item_id in items
    ]
