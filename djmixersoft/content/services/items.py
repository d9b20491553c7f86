"""Files that arrived, and what goes for good. A file is encrypted before it gets here (vault); its rows follow."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import Error as DatabaseError

from djmixersoft.accounts.selectors import my_person_id
from djmixersoft.accounts.services import NotAllowed
from djmixersoft.content import keys
from djmixersoft.content.models import AccountKey, Blob, Item, Kind
from djmixersoft.content.services.finding import Source, index
from djmixersoft.policy.errors import is_not_signed_in, sqlstate
from djmixersoft.vault.keys import Key
from djmixersoft.vault.upload import Stored, StoredFile


class NoSuchFolder(Exception):
    """What something was to be put into is no folder of this account, or is in the trash."""


class InItself(Exception):
    """A folder can't be moved into itself or into what lies in it."""


class TooDeep(Exception):
    """There are too many folders in each other already."""


class QuotaFull(Exception):
    """The account has no room left for this. Nothing was kept of it."""


_IN_WORDS = {"DJ002": NoSuchFolder, "DJ003": InItself, "DJ006": TooDeep}


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what the database refuses into NotAllowed, NoSuchFolder, InItself, TooDeep or QuotaFull."""
    try:
        yield
    except AccountKey.DoesNotExist:
        raise NotAllowed from None
    except DatabaseError as error:
        state = sqlstate(error)
        if state in _IN_WORDS:
            raise _IN_WORDS[state] from error
        # A row whose item or account is gone meanwhile (23503) finds as little as one that never had any.
        if state == "23503" or (state == "42501" and not is_not_signed_in(error)):
            raise NotAllowed from error
        if state == "23514" and "account_room_not_exceeded" in str(error):
            raise QuotaFull from error
        raise


def add_items(*, account_id: UUID, files: Iterable[StoredFile], parent_id: UUID | None = None) -> list[Item]:
    """Adds received files to an account, in the signed-in person's name. Call it within the handler's `keeping`.

    Raises NotAllowed where they are no member (any more), NoSuchFolder, QuotaFull.
    """
    return [
        add_item(
            account_id=account_id,
            item_id=file.item_id,
            parent_id=parent_id,
            kind=Kind.FILE,
            name=file.name,
            key=file.key,
            stored=file.stored,
        )
        for file in files
    ]


def add_item(
    *, account_id: UUID, item_id: UUID, parent_id: UUID | None, kind: Kind, name: str, key: Key, stored: Stored
) -> Item:
    """Adds one item whose blob is whole and in the store. Raises as `add_items` does."""
    me = my_person_id()
    with refusals():
        item = Item.objects.create(
            account_id=account_id,
            id=item_id,
            kind=kind,
            parent_id=parent_id,
            name=name,
            size=stored.size,
            sha256=stored.sha256,
            media_type=stored.media_type.value,
            blob_id=stored.blob_id,
            added_by_id=me,
            changed_by_id=me,
        )
        keys.keep_item_key(account_id, item_id, key)
        note_blob(account_id=account_id, item_id=item_id, stored=stored)
        index(account_id=account_id, item_id=item_id, source=Source.NAME, text=name)
    return item


def note_blob(*, account_id: UUID, item_id: UUID, stored: Stored) -> None:
    """Writes down what a stored file must hash to; the account's room is counted by it."""
    Blob.objects.create(
        account_id=account_id,
        id=stored.blob_id,
        item_id=item_id,
        sealed_size=stored.sealed_size,
        sealed_sha256=stored.sealed_sha256,
    )


def remove_item(*, account_id: UUID, item_id: UUID) -> list[UUID]:
    """Removes an item for good with its history and key, which makes its blobs unreadable; their ids.

    Empty where there is no such item. The blobs are for the caller to delete once this is committed.
    """
    blobs = list(Blob.objects.filter(account_id=account_id, item_id=item_id).values_list("id", flat=True))
    gone, _ = Item.objects.filter(account_id=account_id, id=item_id).delete()
    return blobs if gone else []
