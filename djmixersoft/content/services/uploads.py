"""Uploads that go on after a cut connection or a restart: begun, noted as they arrive, made items when they are whole.

Each function is one transaction of its caller's (content/uploading.py), which holds none while bytes arrive.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.utils import timezone

from djmixersoft.accounts.selectors import my_person_id
from djmixersoft.content import keys
from djmixersoft.content.models import UNTOUCHED_FOR, Item, Kind, Upload
from djmixersoft.content.selectors.uploads import Begun
from djmixersoft.content.services.folders import folder_at
from djmixersoft.content.services.items import NoSuchFolder, add_item, note_blob, refusals
from djmixersoft.vault.arriving import Rest
from djmixersoft.vault.keys import Key, new_blob_id, wrap_item_key
from djmixersoft.vault.upload import Stored

LIFETIME: Final = timedelta(days=7)
"""For how long an upload is kept after its last byte."""


class NoSuchItem(Exception):
    """What was to get a new version is no file of this account, or is in the trash."""


class Vanished(Exception):
    """The upload isn't there any more: it was finished, or ended, by another request."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody wants to upload.

    `size` in bytes; `folders`: names of folders below the parent, made as needed; `replaces`: the item of which it is
    to be the next version; `sha256`: what it must hash to, if that is known; `metadata`: the client's own words.
    """

    name: str
    size: int
    parent_id: UUID | None = None
    folders: Sequence[str] = ()
    replaces: UUID | None = None
    metadata: str = ""
    sha256: bytes | None = None


def begin(*, account_id: UUID, wanted: Wanted) -> tuple[UUID, datetime]:
    """Begins an upload; its id, and until when it is kept. Raises NotAllowed, NoSuchFolder, NoSuchItem, QuotaFull."""
    upload_id, expires = new_blob_id(account_id), timezone.now() + UNTOUCHED_FOR
    item_id, wrapped, parent_id = wanted.replaces or uuid4(), b"", None
    with refusals():
        if wanted.replaces:
            _check_is_a_file(account_id, wanted.replaces)
        else:
            _check_is_a_folder(account_id, wanted.parent_id)
            key = keys.account_key(account_id)
            parent_id = folder_at(account_id=account_id, parent_id=wanted.parent_id, path=wanted.folders)
            wrapped = wrap_item_key(key, Key.generate(), account_id=account_id, item_id=item_id)
        Upload.objects.create(
            account_id=account_id,
            id=upload_id,
            item_id=item_id,
            parent_id=parent_id,
            replaces=wanted.replaces is not None,
            name=wanted.name,
            size=wanted.size,
            metadata=wanted.metadata,
            sha256=wanted.sha256,
            wrapped=wrapped,
            added_by_id=my_person_id(),
            expires=expires,
        )
    return upload_id, expires


def note_rest(*, upload: Begun, rest: Rest) -> datetime:
    """Writes down how far an upload is; until when it is kept from now on. From the first time on it takes room.

    Raises Vanished, also where it isn't as it was any more, because another goes on with it; and QuotaFull.
    """
    expires = timezone.now() + LIFETIME
    rows = Upload.objects.filter(
        account_id=upload.account_id, id=upload.id, tail_at=upload.rest.at, tail=upload.rest.sealed
    )
    with refusals():
        if not rows.update(tail=rest.sealed, tail_at=rest.at, expires=expires):
            raise Vanished
    return expires


def finish(*, upload: Begun, stored: Stored) -> None:
    """Makes an upload whose blob is visible an item, or the next version of one.

    A folder that is gone or in the trash by now is left out: then the item comes to the top. Raises Vanished,
    NotAllowed, NoSuchItem, QuotaFull; NoSuchFolder where that happened this very moment.
    """
    forget(account_id=upload.account_id, upload_id=upload.id)
    if upload.replaces:
        _new_version(upload, stored)
        return
    parent_id = upload.parent_id
    try:
        _check_is_a_folder(upload.account_id, parent_id)
    except NoSuchFolder:
        parent_id = None
    add_item(
        account_id=upload.account_id,
        item_id=upload.item_id,
        parent_id=parent_id,
        kind=Kind.FILE,
        name=upload.name,
        key=upload.key,
        stored=stored,
    )


def forget(*, account_id: UUID, upload_id: UUID) -> None:
    """Removes an upload's row. Raises Vanished."""
    gone, _ = Upload.objects.filter(account_id=account_id, id=upload_id).delete()
    if not gone:
        raise Vanished


def _new_version(upload: Begun, stored: Stored) -> None:
    with refusals():
        changed = Item.objects.filter(account_id=upload.account_id, id=upload.item_id, kind=Kind.FILE).update(
            blob_id=stored.blob_id, size=stored.size, sha256=stored.sha256, media_type=stored.media_type.value
        )
        if not changed:
            raise NoSuchItem
        note_blob(account_id=upload.account_id, item_id=upload.item_id, stored=stored)


def _check_is_a_folder(account_id: UUID, item_id: UUID | None) -> None:
    if item_id is None:
        return
    if not Item.objects.filter(account_id=account_id, id=item_id, kind=Kind.FOLDER, trashed_with=None).exists():
        raise NoSuchFolder


def _check_is_a_file(account_id: UUID, item_id: UUID) -> None:
    if not Item.objects.filter(account_id=account_id, id=item_id, kind=Kind.FILE, trashed_with=None).exists():
        raise NoSuchItem
