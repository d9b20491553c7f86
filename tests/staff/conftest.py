"""Our own people, made once for the tests of a file, and forgotten after it."""

from collections.abc import Callable, Iterator

import pytest

from tests.conftest import Cluster
from tests.staff.desk import Member, hired, superuser


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
