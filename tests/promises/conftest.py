"""The world that the tests of the promises share."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Cluster
    from tests.promises.acting import Acting
    from tests.promises.crates import Link
    from tests.promises.keeping import Kept
    from tests.promises.people import World
    from tests.promises.serving import Site


@pytest.fixture(scope="session")
def world(cluster: "Cluster") -> "World":
    """Make the two accounts, the three people and the stranger, once for all tests."""
    from tests.promises.people import make_world  # noqa: PLC0415  # needs Django, set up after this file is read

    return make_world(cluster.url)


@pytest.fixture
def fresh(world: "World") -> "Iterator[Link]":
    """Share Alice's folder once more, for one test; what became of the link is undone."""
    from djmixersoft.content.services import shares  # noqa: PLC0415 - beside the world above
    from djmixersoft.policy.purposes import acting_for  # noqa: PLC0415 - beside the world above
    from tests.promises.crates import Link  # noqa: PLC0415 - beside the world above

    with acting_for("teamwork", token=world.alice.token):
        link = shares.make_link(account_id=world.a.id, item_id=world.a.crate.folder)
    yield Link(link.id, link.secret)
    with world.superuser() as superuser:
        superuser.execute("SET session_replication_role = replica")
        for table in ("share_use", "share_opening", "share_secret"):
            superuser.execute(f"DELETE FROM djms.{table} WHERE share_id = %s".encode(), [link.id])
        superuser.execute("DELETE FROM djms.share WHERE id = %s", [link.id])
        superuser.execute("DELETE FROM djms.sign_in_try")


@pytest.fixture
def undone(world: "World") -> "Iterator[Acting]":
    """Act as the superuser, who opens mail too, with no try counted yet; everything is undone at the end."""
    from tests.promises.acting import Acting  # noqa: PLC0415 - beside the world above

    with world.superuser() as superuser, superuser.transaction(force_rollback=True):
        superuser.execute("DELETE FROM djms.sign_in_try")
        yield Acting(superuser)


@pytest.fixture(scope="session")
def served(cluster: "Cluster", tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Site]":
    """Run the site's own process."""
    from tests.promises.serving import serving  # noqa: PLC0415 - beside the world above

    with serving(cluster, tmp_path_factory.mktemp("site") / "log") as site:
        yield site


@pytest.fixture(scope="module")
def kept(cluster: "Cluster", world: "World") -> "Iterator[Kept]":
    """Put everything back at the end of a file as it was at its beginning."""
    from tests.promises.keeping import Kept  # noqa: PLC0415 - beside the world above

    with world.superuser() as superuser:
        everything = Kept(superuser, cluster.data.path / "blobs")
        yield everything
        everything.put_back()
