"""Installations to try things on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operations.installation import Installation


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    installation = Installation(tmp_path_factory.mktemp("installation") / "data")
    installation.start()
    installation.stop()
    yield installation
    installation.end()


@pytest.fixture
def installation(installed: Installation) -> Iterator[Installation]:
    """Give one that has been started before; whatever a test leaves running is stopped."""
    yield installed
    installed.end()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Installation]:
    """Give one that has never been started."""
    installation = Installation(tmp_path / "data")
    yield installation
    installation.end()
