"""Where blobs and the root key are, as the settings say. Opened once a process."""

from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from djmixersoft.vault.blobs import BlobStore, FolderStore
from djmixersoft.vault.keys import FileRootKey, RootKey


@cache
def blobs() -> BlobStore:
    """The store of encrypted files."""
    return FolderStore(_data() / "blobs")


@cache
def root_key() -> RootKey:
    """The key that wraps accounts' keys. Only the site's process asks for it."""
    return FileRootKey(_data() / "secrets" / "root.key")


def _data() -> Path:
    if settings.DATA_FOLDER is None:
        raise ImproperlyConfigured("DJMS_DATA is not set, so there is no place for files.")
    return settings.DATA_FOLDER
