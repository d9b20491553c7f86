"""Where blobs and the root key are, as the settings say. Opened once a process."""

from functools import cache
from pathlib import Path

from django.conf import settings

from djmixersoft.vault.blobs import BlobStore, FolderStore
from djmixersoft.vault.keys import FileRootKey, RootKey


@cache
def blobs() -> BlobStore:
    """The store of encrypted files."""
    return FolderStore(Path(settings.DATA_FOLDER) / "blobs")


@cache
def root_key() -> RootKey:
    """The key that wraps accounts' keys. Only the site's process asks for it."""
    return FileRootKey(Path(settings.DATA_FOLDER) / "secrets" / "root.key")
