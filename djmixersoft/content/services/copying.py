"""Copying items: the bytes are encrypted anew, under keys of the copies' own, while no transaction is held.

First it is planned what becomes what, then the bytes are copied, and at the end all rows are written at once: nothing
of a copy is visible before all of it is there.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import InterfaceError, OperationalError, connection
from django.utils.translation import gettext as _

from djmixersoft.accounts.selectors import my_person_id
from djmixersoft.accounts.services import NotAllowed
from djmixersoft.content import keys, stores
from djmixersoft.content.models import AccountKey, Blob, Item, ItemKey, Kind
from djmixersoft.content.selectors.room import room
from djmixersoft.content.services.finding import Source, index_many
from djmixersoft.content.services.items import QuotaFull, refusals
from djmixersoft.vault.blobs import Missing
from djmixersoft.vault.cobblestone import Altered, Damage, Reader
from djmixersoft.vault.keys import Key, KeyRefused, context, unwrap_item_key, wrap_item_key
from djmixersoft.vault.media import known_media_type
from djmixersoft.vault.upload import Stored
from djmixersoft.vault.whole import store_pieces

MOST_ITEMS: Final = 2_000
"""Items in one copy, those in folders counted."""
MOST_BYTES: Final = 10 * 2**30
"""Bytes in one copy: what is encrypted anew while the browser waits, for half a minute or so."""

_BELOW: Final = """
WITH RECURSIVE inside AS (
  SELECT id, id AS root, NULL::uuid AS parent, 0 AS depth FROM item
   WHERE account_id = %(account)s AND id = ANY(%(ids)s) AND trashed_with IS NULL
  UNION ALL
  SELECT i.id, inside.root, inside.id, inside.depth + 1
    FROM item i JOIN inside ON i.account_id = %(account)s AND i.parent_id = inside.id
   WHERE i.trashed_with IS NULL)
SELECT id, root, parent, depth FROM inside ORDER BY depth, id LIMIT %(most)s
"""
_TAGS: Final = """
INSERT INTO item_tag (account_id, item_id, tag) SELECT account_id, new, tag FROM item_tag
JOIN unnest(%(old)s::uuid[], %(new)s::uuid[]) AS copies (old, new) ON account_id = %(account)s AND item_id = old
"""
_DATA: Final = """
INSERT INTO item_data (account_id, item_id, name, value, changed_by)
SELECT account_id, new, name, value, %(me)s FROM item_data
JOIN unnest(%(old)s::uuid[], %(new)s::uuid[]) AS copies (old, new) ON account_id = %(account)s AND item_id = old
"""
_TERMS: Final = """
INSERT INTO item_term (account_id, term, item_id, source) SELECT account_id, term, new, source FROM item_term
JOIN unnest(%(old)s::uuid[], %(new)s::uuid[]) AS copies (old, new) ON account_id = %(account)s AND item_id = old
 WHERE source IN ('tag', 'text')
"""


class TooMuch(Exception):
    """That would be more than one copy may hold; nothing was copied."""


class Unreadable(Exception):
    """One of the files is damaged, so nothing was copied."""

    def __init__(self, name: str) -> None:
        """Keep the name of the damaged file, which is for its members only."""
        super().__init__("a file to be copied is damaged")
        self.name = name


@dataclass(frozen=True)
class Copy:
    """What one item becomes. `old_key` is None for a folder."""

    item: Item
    new_id: UUID
    parent_id: UUID | None
    name: str
    old_key: Key | None
    new_key: Key


def plan(*, account_id: UUID, ids: Collection[UUID], into: UUID | None) -> list[Copy]:
    """What a copy of these items, and of what lies in them, would consist of: folders before what lies in them.

    Raises NotAllowed where none of them is there, TooMuch, QuotaFull.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, {"account": account_id, "ids": list(ids), "most": MOST_ITEMS + 1})
        found = cursor.fetchall()
    if not found:
        raise NotAllowed
    items = {item.id: item for item in Item.objects.filter(account_id=account_id, id__in=[row[0] for row in found])}
    bytes_needed = sum(items[row[0]].size for row in found if row[0] in items)
    if len(found) > MOST_ITEMS or bytes_needed > MOST_BYTES:
        raise TooMuch
    if bytes_needed > room(account_id).free:
        raise QuotaFull
    old_keys = _keys(account_id, list(items))
    # What was chosen along with a folder that it lies in is copied twice, as it was chosen twice.
    new_ids = {(item_id, root): uuid4() for item_id, root, _parent, _depth in found}
    return [
        Copy(
            item=items[item_id],
            new_id=new_ids[item_id, root],
            parent_id=into if parent is None else new_ids[parent, root],
            name=_name_of_copy(items[item_id].name) if _stays(items[item_id], parent, into) else items[item_id].name,
            old_key=old_keys.get(item_id),
            new_key=Key.generate(),
        )
        for item_id, root, parent, _depth in found
        if item_id in items and (parent is None or (parent, root) in new_ids)
    ]


@contextmanager
def copied(*, account_id: UUID, copies: Sequence[Copy]) -> Iterator[dict[UUID, Stored]]:
    """The blobs of the copies, by the copies' ids, for a block that writes their rows. Needs no database.

    Raises NoRoom, Unreadable. A block that raises takes the blobs away again, unless the connection broke, so that
    nobody knows whether the rows were committed (a blob without a row is found by a sweep).
    """
    store, stored = stores.blobs(), dict[UUID, Stored]()
    try:
        for copy in copies:
            if copy.item.kind != Kind.FOLDER:
                stored[copy.new_id] = _copy(account_id, copy)
        yield stored
    except (OperationalError, InterfaceError):
        raise
    except BaseException:
        for one in stored.values():
            store.delete(str(one.blob_id))
        raise


def keep(*, account_id: UUID, copies: Sequence[Copy], stored: dict[UUID, Stored]) -> None:
    """Writes the rows of copies. Tags and data are copied along; comments and earlier versions stay with the original.

    Raises NotAllowed, NoSuchFolder, QuotaFull, TooDeep.
    """
    me = my_person_id()
    with refusals():
        account_key = keys.account_key(account_id)
        # In the order of the plan: the trigger looks for the folder of each.
        Item.objects.bulk_create([_row(account_id, copy, stored.get(copy.new_id), me) for copy in copies])
        ItemKey.objects.bulk_create(
            ItemKey(
                account_id=account_id,
                item_id=copy.new_id,
                wrapped=wrap_item_key(account_key, copy.new_key, account_id=account_id, item_id=copy.new_id),
            )
            for copy in copies
            if copy.item.kind != Kind.FOLDER
        )
        Blob.objects.bulk_create(
            Blob(
                account_id=account_id,
                id=one.blob_id,
                item_id=item_id,
                sealed_size=one.sealed_size,
                sealed_sha256=one.sealed_sha256,
            )
            for item_id, one in stored.items()
        )
        arguments: dict[str, Any] = {
            "account": account_id,
            "old": [copy.item.id for copy in copies],
            "new": [copy.new_id for copy in copies],
        }
        with connection.cursor() as cursor:
            cursor.execute(_TAGS, arguments)
            cursor.execute(_DATA, arguments | {"me": me})
            cursor.execute(_TERMS, arguments)
        index_many(account_id=account_id, source=Source.NAME, texts={copy.new_id: copy.name for copy in copies})


def _copy(account_id: UUID, copy: Copy) -> Stored:
    item = copy.item
    if copy.old_key is None or item.blob_id is None:
        raise Unreadable(item.name)
    try:
        with stores.blobs().open(str(item.blob_id)) as file:
            reader = Reader(file, copy.old_key, context(account_id, item.id, item.blob_id))
            stored = store_pieces(
                stores.blobs(),
                reader.read_range(0, reader.size),
                name=item.name,
                key=copy.new_key,
                account_id=account_id,
                item_id=copy.new_id,
            )
    except (Missing, Altered) as error:
        raise Unreadable(item.name) from error
    if stored.sha256 != bytes(item.sha256 or b""):
        stores.blobs().delete(str(stored.blob_id))
        raise Unreadable(item.name) from Altered(Damage.OTHER_SIZE)
    return replace(stored, media_type=known_media_type(item.media_type))


def _row(account_id: UUID, copy: Copy, stored: Stored | None, me: UUID) -> Item:
    row = Item(
        account_id=account_id,
        id=copy.new_id,
        kind=copy.item.kind,
        parent_id=copy.parent_id,
        name=copy.name,
        size=0,
        media_type="",
        version=1,
        added_by_id=me,
        changed_by_id=me,
    )
    if stored is not None:
        row.size, row.sha256, row.blob_id = stored.size, stored.sha256, stored.blob_id
        row.media_type = stored.media_type.value
    return row


def _keys(account_id: UUID, ids: Collection[UUID]) -> dict[UUID, Key]:
    try:
        account_key = keys.existing_account_key(account_id)
    except AccountKey.DoesNotExist:
        return {}
    found = {}
    rows = ItemKey.objects.filter(account_id=account_id, item_id__in=list(ids)).values_list("item_id", "wrapped")
    for item_id, wrapped in rows:
        try:
            found[item_id] = unwrap_item_key(account_key, wrapped, account_id=account_id, item_id=item_id)
        except KeyRefused:
            continue  # without its key the file counts as damaged
    return found


def _stays(item: Item, parent: UUID | None, into: UUID | None) -> bool:
    return parent is None and item.parent_id == into


def _name_of_copy(name: str) -> str:
    """A name by which a copy beside its original can be told from it."""
    path = PurePosixPath(name.replace("/", "_"))
    ending = path.suffix if path.stem else ""
    return _("%(name)s (copy)%(ending)s") % {
        "name": name[: len(name) - len(ending)] if ending else name,
        "ending": ending,
    }
