"""Writing documents: each save is a version, and a save over what somebody else wrote meanwhile is refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID, uuid4

from djmixersoft.accounts.services import NotAllowed
from djmixersoft.content import keys, stores
from djmixersoft.content.models import Item, ItemKey, Kind
from djmixersoft.content.selectors import documents
from djmixersoft.content.services.finding import Source, index
from djmixersoft.content.services.items import add_item, note_blob, refusals
from djmixersoft.vault.keys import Key
from djmixersoft.vault.upload import Stored
from djmixersoft.vault.whole import store_pieces

LONGEST: Final = 2**20
"""Bytes of UTF-8 in a document."""

_NAME: Final = "document.txt"  # by which the vault knows the type; a document's own name may be anything


class Conflict(Exception):
    """Somebody saved the document after the version that was written upon. Nothing was overwritten."""


def create_document(*, account_id: UUID, parent_id: UUID | None, name: str, text: str) -> UUID:
    """Starts a document. Raises NotAllowed, NoSuchFolder, QuotaFull, NoRoom."""
    item_id, key = uuid4(), Key.generate()
    with _stored(account_id, item_id, key, text) as stored:
        add_item(
            account_id=account_id,
            item_id=item_id,
            parent_id=parent_id,
            kind=Kind.DOCUMENT,
            name=name,
            key=key,
            stored=stored,
        )
        index(account_id=account_id, item_id=item_id, source=Source.TEXT, text=text)
    return item_id


def save_document(*, account_id: UUID, item_id: UUID, base: int, text: str) -> int:
    """Saves a text that was written upon version `base`; the number of the version that it is now.

    The same text again changes nothing, so that a save whose answer was lost can be repeated.
    Raises Conflict, NotAllowed (which is also: no such document), QuotaFull, NoRoom.
    """
    now = documents.document(account_id, item_id)
    if now is None:
        raise NotAllowed
    if now.text == text:
        return now.version
    if now.version != base:
        raise Conflict
    try:
        key = keys.item_key(account_id, item_id)
    except ItemKey.DoesNotExist:
        raise NotAllowed from None
    with _stored(account_id, item_id, key, text) as stored, refusals():
        saved = Item.objects.filter(
            account_id=account_id, id=item_id, kind=Kind.DOCUMENT, version=base, trashed_with=None
        ).update(blob_id=stored.blob_id, size=stored.size, sha256=stored.sha256, media_type=stored.media_type.value)
        if not saved:
            raise Conflict
        note_blob(account_id=account_id, item_id=item_id, stored=stored)
        index(account_id=account_id, item_id=item_id, source=Source.TEXT, text=text)
    return base + 1


def restore_version(*, account_id: UUID, item_id: UUID, number: int, base: int) -> int:
    """Makes an earlier version's text the present one, as a new version upon `base`. Raises as `save_document` does."""
    text = documents.text_of_version(account_id, item_id, number)
    if text is None:
        raise NotAllowed
    return save_document(account_id=account_id, item_id=item_id, base=base, text=text)


@contextmanager
def _stored(account_id: UUID, item_id: UUID, key: Key, text: str) -> Iterator[Stored]:
    """The text as a blob, which goes again unless the block ends well."""
    store = stores.blobs()
    stored = store_pieces(store, [text.encode()], name=_NAME, key=key, account_id=account_id, item_id=item_id)
    try:
        yield stored
    except BaseException:
        store.delete(str(stored.blob_id))
        raise
