"""An Administrator on the site and two who handle legal processes at the desk, each in a browser of their own."""

from typing import TYPE_CHECKING

import pytest

from tests.conftest import Cluster
from tests.desk.conftest import Upload, upload
from tests.site.conftest import owner, post, seal, superuser
from tests.staff.conftest import desk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.promises.serving import Site
    from tests.staff.agents import Agent

__all__ = ["Upload", "desk", "owner", "post", "seal", "superuser", "upload"]


@pytest.fixture
def officers(cluster: Cluster, desk: "Site") -> "Iterator[tuple[Agent, Agent]]":
    """Two who handle legal processes, signed in at the desk."""
    from tests.staff.agents import at_the_desk  # noqa: PLC0415 - needs Django, set up after this file is read

    with at_the_desk(cluster, desk, "legal") as one, at_the_desk(cluster, desk, "legal") as other:
        yield one, other
