"""Where blobs and the root key are, as the settings say. Opened once a process."""

from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from djmixersoft.vault.blobs import BlobStore, FolderStore
from djmixersoft.vault.keys import FileRootKey, RootKey
from djmixersoft.vault.partials import FolderPartials, PartialStore


@cache
def blobs() -> BlobStore:
    """The store of encrypted files."""
    return _folder()


@cache
def partials() -> PartialStore:
    """Where encrypted files lie while they arrive."""
    return FolderPartials(_folder())


@cache
def root_key() -> RootKey:
    """The key that wraps accounts' keys. Only the site's process asks for it."""
    return FileRootKey(_data() / "secrets" / "root.key")


def delete_when_committed(blob_ids: Iterable[UUID]) -> None:
    """Deletes blobs once the present transaction is committed. What can't be deleted then, a sweep finds."""
    for blob_id in blob_ids:
        transaction.on_commit(partial(blobs().delete, str(blob_id)), robust=True)


@cache
def _folder() -> FolderStore:
    return FolderStore(_data() / "blobs")


def _data() -> Path:
    if settings.DATA_FOLDER is None:
        raise ImproperlyConfigured("DJMS_DATA is not set, so there is no place for files.")
    return settings.DATA_FOLDER
