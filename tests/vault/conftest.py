"""What the vault's tests share. They need no database at all."""

from pathlib import Path

import pytest

from djmixersoft.vault.blobs import FolderStore


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    """An empty store of its own."""
    return FolderStore(tmp_path / "blobs")
