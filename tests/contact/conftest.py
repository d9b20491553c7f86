"""The people of the site's tests, and one of our own who answers questions."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.site.conftest import mate, owner, post, stranger, superuser, visitor
from tests.staff.conftest import agent, desk

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.site.browsing import Post
    from tests.staff.desk import Member

__all__ = ("agent", "desk", "mate", "owner", "post", "stranger", "superuser", "visitor")


Hire = Callable[..., "Member"]


@pytest.fixture
def hire(cluster: "Cluster", post: "Post") -> "Iterator[Callable[..., Member]]":  # noqa: ARG001 - tries are forgotten
    """Add people of ours in the given roles, signed in at the desk."""
    from tests.staff.desk import Member, hired, superuser  # noqa: PLC0415 - needs Django, set up after this is read

    members: list[Member] = []

    def one(*roles: str) -> Member:
        members.append(hired(cluster, *roles))
        return members[-1]

    yield one
    with superuser(cluster) as everything:
        ids = [[one.id for one in members]]
        for table in ("staff_session", "staff_factor", "staff_credential", "staff_link", "staff_role"):
            everything.execute(f"DELETE FROM djms.{table} WHERE staff_id = ANY(%s)".encode(), ids)
        everything.execute("DELETE FROM djms.canned_reply WHERE written_by = ANY(%s)", ids)
        everything.execute("DELETE FROM djms.staff WHERE id = ANY(%s)", ids)


@pytest.fixture(autouse=True)
def forgotten(post: "Post") -> Iterator[None]:
    """No question is left behind for other tests."""
    yield
    post.run("DELETE FROM djms.ticket")
    post.run("DELETE FROM djms.ticket_draft")
    post.run("DELETE FROM djms.sign_in_try")
