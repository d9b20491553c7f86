"""Tags and comments on items. What is searched by is brought in step at once."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from djmixersoft.accounts.selectors import my_person_id
from djmixersoft.accounts.services import NotAllowed
from djmixersoft.content.models import Comment, Item, Tag
from djmixersoft.content.services.finding import Source, index, index_many
from djmixersoft.content.services.items import refusals

MOST_TAGS: Final = 50
"""Tags on one item."""
MOST_COMMENTS: Final = 5_000
"""Comments on one item."""


class TooMany(Exception):
    """The item has as many as it can have."""


def add_tags(*, account_id: UUID, ids: Collection[UUID], tags: Sequence[str]) -> int:
    """Puts tags on items, as they were typed; on how many. Raises NotAllowed, TooMany: then on none."""
    with refusals():
        there = _there(account_id, ids)
        new = [Tag(account_id=account_id, item_id=item_id, tag=tag) for item_id in there for tag in tags]
        Tag.objects.bulk_create(new, ignore_conflicts=True, batch_size=5_000)
        texts = _index_tags(account_id, there)
        if any(len(on_one) > MOST_TAGS for on_one in texts.values()):
            raise TooMany
    return len(there)


def remove_tag(*, account_id: UUID, item_id: UUID, tag: str) -> None:
    """Takes a tag off an item. Raises NotAllowed where the item isn't there."""
    with refusals():
        there = _there(account_id, [item_id])
        if not there:
            raise NotAllowed
        Tag.objects.filter(account_id=account_id, item_id=item_id, tag=tag).delete()
        _index_tags(account_id, there)


def comment(*, account_id: UUID, item_id: UUID, text: str) -> None:
    """Says something about an item, in the signed-in person's name. Raises NotAllowed, TooMany."""
    with refusals():
        if not _there(account_id, [item_id]):
            raise NotAllowed
        if Comment.objects.filter(account_id=account_id, item_id=item_id).count() >= MOST_COMMENTS:
            raise TooMany
        Comment.objects.create(account_id=account_id, item_id=item_id, text=text, written_by_id=my_person_id())
        _index_comments(account_id, item_id)


def remove_comment(*, account_id: UUID, item_id: UUID, comment_id: UUID) -> None:
    """Takes back what one said oneself. Raises NotAllowed."""
    with refusals():
        gone, _ = Comment.objects.filter(account_id=account_id, item_id=item_id, id=comment_id).delete()
        if not gone:
            raise NotAllowed
        _index_comments(account_id, item_id)


def _there(account_id: UUID, ids: Collection[UUID]) -> list[UUID]:
    """Those that are not in the trash, kept from being thrown away or relabelled until the transaction ends."""
    rows = Item.objects.filter(account_id=account_id, id__in=list(ids), trashed_with=None).order_by("id")
    return list(rows.select_for_update(no_key=True).values_list("id", flat=True))


def _index_tags(account_id: UUID, ids: Collection[UUID]) -> dict[UUID, list[str]]:
    tags: dict[UUID, list[str]] = defaultdict(list)
    for item_id, tag in Tag.objects.filter(account_id=account_id, item_id__in=list(ids)).values_list("item_id", "tag"):
        tags[item_id].append(tag)
    texts = {item_id: "\n".join(tags[item_id]) for item_id in ids}
    index_many(account_id=account_id, source=Source.TAG, texts=texts)
    return tags


def _index_comments(account_id: UUID, item_id: UUID) -> None:
    said = Comment.objects.filter(account_id=account_id, item_id=item_id).values_list("text", flat=True)
    index(account_id=account_id, item_id=item_id, source=Source.COMMENT, text="\n".join(said))
