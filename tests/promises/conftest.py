"""The world that the tests of the promises share."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.people import World


@pytest.fixture(scope="session")
def world(cluster: "Cluster") -> "World":
    """Make the two accounts, the three people and the stranger, once for all tests."""
    # Needs Django, which the outermost conftest sets up after this file is read.
    from tests.promises.people import make_world  # noqa: PLC0415

    return make_world(cluster.url)
