"""The people of the site's tests, for the tests of what they put into their accounts."""

import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.content.arranging import Crate, crate_of
from tests.content.running import Site
from tests.mail.conftest import workplace
from tests.site.browsing import Person, Post, registered
from tests.site.conftest import mate, owner, post, stranger, stranger_once, superuser, visitor

if TYPE_CHECKING:
    from tests.conftest import Cluster

__all__ = ("mate", "owner", "post", "stranger", "stranger_once", "superuser", "visitor", "workplace")


@pytest.fixture(scope="module")
def site(cluster: "Cluster", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site in a process of its own, for a whole file of tests."""
    site = Site(cluster, tmp_path_factory.mktemp("site"))
    try:
        site.start()
        yield site
    finally:
        site.stop(signal.SIGKILL)


@pytest.fixture(scope="module")
def crew(superuser: psycopg.Connection[Any]) -> tuple[Person, Person]:
    """An Administrator and a mate in their account, for a whole file of tests."""
    superuser.execute("DELETE FROM djms.sign_in_try")
    post = Post(superuser)
    owner, mate = registered(post, "owner", account_name="Night Shift"), registered(post, "mate")
    owner.post(f"{owner.crate}/invitations", {"email": mate.email})
    mate.post(f"/invitations/{post.link(mate.email, 'invitation')}/accept")
    return owner, mate


@pytest.fixture
def crate(crew: tuple[Person, Person], superuser: psycopg.Connection[Any]) -> Crate:
    """The crew's account as its Administrator sees it, with nothing in it."""
    emptied(superuser, crew[0])
    return crate_of(crew[0])


@pytest.fixture
def mates(crew: tuple[Person, Person], crate: Crate) -> Crate:
    """The same account as the mate sees it."""
    return Crate(crew[1], crate.path)


def emptied(superuser: psycopg.Connection[Any], owner: Person) -> None:
    superuser.execute("DELETE FROM djms.item WHERE account_id = %s", [owner.account_id])
    superuser.execute("DELETE FROM djms.item_undo WHERE account_id = %s", [owner.account_id])
