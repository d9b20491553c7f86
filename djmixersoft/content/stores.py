"""Where blobs and the root key are, as the settings say. Opened once a process."""

import logging
import time
from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from djmixersoft.vault.blobs import BlobStore, FolderStore
from djmixersoft.vault.folder_partials import FolderPartials
from djmixersoft.vault.keys import FileRootKey, RootKey
from djmixersoft.vault.partials import PartialStore

_A_MOMENT: Final = 5.0  # seconds for which the person waits whose request it is

logger = logging.getLogger(__name__)


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
    """Deletes blobs once the present transaction is committed, as many as a moment allows. A sweep finds the rest."""
    if names := [str(blob_id) for blob_id in blob_ids]:
        transaction.on_commit(partial(_delete, names), robust=True)


def _delete(names: list[str]) -> None:
    deadline = time.monotonic() + _A_MOMENT
    for name in names:
        if time.monotonic() > deadline:
            return
        try:
            blobs().delete(name)
        except OSError as error:
            logger.warning("a stored file could not be deleted", exc_info=error)


@cache
def _folder() -> FolderStore:
    return FolderStore(_data() / "blobs")


def _data() -> Path:
    if settings.DATA_FOLDER is None:
        raise ImproperlyConfigured("DJMS_DATA is not set, so there is no place for files.")
    return settings.DATA_FOLDER
