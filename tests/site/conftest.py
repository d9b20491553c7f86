"""Three standing people: an owner, a mate in the owner's account, and a stranger with an account of their own."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.site.browsing import Browser, Person, Post, registered

if TYPE_CHECKING:
    from tests.conftest import Cluster

Seal = Callable[[], None]


@pytest.fixture(scope="session")
def superuser(cluster: "Cluster") -> Iterator[psycopg.Connection[Any]]:
    """See and do what no login of the site's may."""
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        yield connection


@pytest.fixture
def post(superuser: psycopg.Connection[Any]) -> Post:
    """Read the mail that is to be sent."""
    superuser.execute("DELETE FROM djms.sign_in_try")
    return Post(superuser)


@pytest.fixture
def visitor(post: Post) -> Browser:  # noqa: ARG001 - there must be a database
    """Somebody who never signed in."""
    return Browser()


@pytest.fixture
def owner(post: Post) -> Person:
    """The Administrator of an account."""
    return registered(post, "owner", account_name="Night Shift")


@pytest.fixture
def mate(post: Post, owner: Person) -> Person:
    """A member of the owner's account, who has one of their own as well."""
    mate = registered(post, "mate", account_name="Warm Up")
    owner.post(f"{owner.crate}/invitations", {"email": mate.email})
    accepted = mate.post(f"/invitations/{post.link(mate.email, 'invitation')}/accept")
    assert accepted["Location"] == f"{owner.crate}?done=joined"
    return mate


@pytest.fixture
def stranger(post: Post) -> Person:
    """Somebody with an account of their own."""
    return registered(post, "stranger", account_name="Elsewhere")


@pytest.fixture
def seal(cluster: "Cluster", superuser: psycopg.Connection[Any]) -> Seal:
    """Seal what is on record, whenever a test says so: no sealer is at work here."""
    from tests import sealing  # noqa: PLC0415 - needs what the outermost conftest sets up

    return partial(sealing.seal, superuser, cluster.url("djms_sealer"))


@pytest.fixture
def record(owner: Person) -> str:
    """The path of the record of the owner's account."""
    return f"{owner.crate}/record"


@pytest.fixture
def vkey(seal: Seal, visitor: Browser) -> str:
    """The ledger's key, as the site tells it, once all that is on record was sealed."""
    seal()
    return str(visitor.get("/ledger/policy").text).splitlines()[0].removeprefix("log ")


@pytest.fixture(scope="module")
def stranger_once(superuser: psycopg.Connection[Any]) -> Person:
    """Somebody for a whole file of tests that change nothing about them."""
    return registered(Post(superuser), "stranger", account_name="Elsewhere")


@pytest.fixture
def empty_site(superuser: psycopg.Connection[Any]) -> Iterator[None]:
    """Nobody is registered yet: everybody is put aside for a while."""
    superuser.execute("SET session_replication_role = replica")
    tables = ("session", "account", "person")
    aside = {table: superuser.execute(f"DELETE FROM djms.{table} RETURNING *").fetchall() for table in tables}
    # Known to be empty, a table is read from end to end, and no row makes the database ask who is signed in.
    superuser.execute("VACUUM (ANALYZE) djms.session, djms.account, djms.person")
    yield
    for table, rows in aside.items():
        for row in rows:
            superuser.execute(f"INSERT INTO djms.{table} VALUES ({', '.join(['%s'] * len(row))})", row)
    superuser.execute("RESET session_replication_role")
