"""What the vault's tests share. They need Django's settings in part, and no database at all."""

import os
from pathlib import Path

import pytest
from django.conf import settings

from djmixersoft.vault.blobs import FolderStore

if not settings.configured and "DJANGO_SETTINGS_MODULE" not in os.environ:
    settings.configure(DATABASES={}, USE_I18N=False, ALLOWED_HOSTS=["testserver"])


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    """An empty store of its own."""
    return FolderStore(tmp_path / "blobs")
