"""Tags and comments on items. What is searched by is brought in step at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from djmixersoft.accounts.selectors import my_person_id
from djmixersoft.accounts.services import NotAllowed
from djmixersoft.content.models import Comment, Item, Tag
from djmixersoft.content.services.finding import Source, index, index_many
from djmixersoft.content.services.items import refusals
from djmixersoft.content.services.tree import Done, What, note_undo

MOST_TAGS: Final = 50
"""Tags on one item."""
MOST_COMMENTS: Final = 5_000
"""Comments on one item."""
_TAKE_OFF: Final = """
DELETE FROM item_tag USING unnest(%s::uuid[], %s::text[]) AS gone (item_id, tag)
 WHERE item_tag.account_id = %s AND item_tag.item_id = gone.item_id AND item_tag.tag = gone.tag
"""


class TooMany(Exception):
    """The item has as many as it can have."""


def add_tags(*, account_id: UUID, ids: Collection[UUID], tags: Sequence[str]) -> Done:
    """Puts tags on items, as they were typed; on how many. Raises NotAllowed, TooMany: then on none."""
    with refusals():
        there = _there(account_id, ids)
        on_already = set(
            Tag.objects.filter(account_id=account_id, item_id__in=there, tag__in=tags).values_list("item_id", "tag")
        )
        new = {item_id: [tag for tag in tags if (item_id, tag) not in on_already] for item_id in there}
        rows = [Tag(account_id=account_id, item_id=item_id, tag=tag) for item_id, on_it in new.items() for tag in on_it]
        Tag.objects.bulk_create(rows, ignore_conflicts=True, batch_size=5_000)
        texts = _index_tags(account_id, there)
        if any(len(on_one) > MOST_TAGS for on_one in texts.values()):
            raise TooMany
    return Done(len(there), note_undo(account_id, What.TAGGED, {one: on_it for one, on_it in new.items() if on_it}))


def remove_tag(*, account_id: UUID, item_id: UUID, tag: str) -> Done:
    """Takes a tag off an item. Raises NotAllowed where the item isn't there."""
    if not _there(account_id, [item_id]):
        raise NotAllowed
    gone = remove_tags(account_id, {item_id: [tag]})
    return Done(gone, note_undo(account_id, What.UNTAGGED, {item_id: [tag]} if gone else {}))


def remove_tags(account_id: UUID, tags: Mapping[UUID, Collection[str]]) -> int:
    """Take tags off items, from each its own; off how many. What is in the trash keeps them."""
    with refusals():
        there = _there(account_id, tags)
        on_them = Tag.objects.filter(account_id=account_id, item_id__in=there, tag__in=set().union(*tags.values()))
        gone = [(one, tag) for one, tag in on_them.values_list("item_id", "tag") if tag in tags[one]]
        with connection.cursor() as cursor:
            cursor.execute(_TAKE_OFF, [[one for one, _ in gone], [tag for _, tag in gone], account_id])
        _index_tags(account_id, there)
    return len({one for one, _ in gone})


def comment(*, account_id: UUID, item_id: UUID, text: str, written_at: datetime | None = None) -> None:
    """Says something about an item, in the signed-in person's name, now or again. Raises NotAllowed, TooMany."""
    with refusals():
        if not _there(account_id, [item_id]):
            raise NotAllowed
        if Comment.objects.filter(account_id=account_id, item_id=item_id).count() >= MOST_COMMENTS:
            raise TooMany
        said = Comment(account_id=account_id, item_id=item_id, text=text, written_by_id=my_person_id())
        if written_at:
            said.written_at = written_at
        said.save(force_insert=True)
        _index_comments(account_id, item_id)


def remove_comment(*, account_id: UUID, item_id: UUID, comment_id: UUID) -> Done:
    """Takes back what one said oneself. Raises NotAllowed."""
    with refusals():
        asked = Comment.objects.filter(account_id=account_id, item_id=item_id, id=comment_id)
        said = asked.first()
        if said is None or not asked.delete()[0]:
            raise NotAllowed
        _index_comments(account_id, item_id)
    before = {"text": said.text, "written_at": said.written_at.isoformat()}
    return Done(1, note_undo(account_id, What.UNSAID, {item_id: before}))


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
