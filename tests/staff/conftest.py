"""Our own people, made once for the tests of a file, and forgotten after it."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.conftest import Cluster
from tests.staff.desk import Member, hired, superuser

if TYPE_CHECKING:
    from tests.promises.serving import Site
    from tests.staff.agents import Agent


@pytest.fixture(scope="session")
def desk(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Site]":
    """Run the desk's own process."""
    from tests.promises.serving import serving  # noqa: PLC0415 - needs Django, set up after this file is read

    with serving(cluster, tmp_path_factory.mktemp("desk") / "log", "desk") as served:
        yield served


@pytest.fixture
def agent(cluster: Cluster, desk: "Site") -> "Iterator[Agent]":
    """Somebody of support, signed in at the desk with an app that shows codes."""
    from tests.staff.agents import at_the_desk  # noqa: PLC0415 - needs Django, set up after this file is read

    with at_the_desk(cluster, desk, "support") as one:
        yield one


@pytest.fixture
def hire(cluster: Cluster) -> Iterator[Callable[..., Member]]:
    """Add people in the given roles, signed in and proven."""
    members: list[Member] = []

    def one(*roles: str) -> Member:
        members.append(hired(cluster, *roles))
        return members[-1]

    yield one
    with superuser(cluster) as everything:
        ids = [[one.id for one in members]]
        for table in ("staff_session", "staff_factor", "staff_credential", "staff_link", "staff_role"):
            everything.execute(f"DELETE FROM djms.{table} WHERE staff_id = ANY(%s)".encode(), ids)
        everything.execute("DELETE FROM djms.staff WHERE id = ANY(%s)", ids)
        everything.execute("DELETE FROM djms.sign_in_try")
