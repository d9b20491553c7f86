"""4c: nobody at the desk keeps an Administrator from ending an access, by whatever transaction they leave open."""

import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.lockbox.desk import ROLE, Agent, Desk
from tests.lockbox.opening import Access, granted, seen_by
from tests.promises.acting import acting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Cluster
    from tests.promises.people import World

SECONDS = 4
"""Less than the site waits for a lock."""
ASK = (
    "SELECT djms.request_access(%(account)s, ARRAY[%(item)s]::uuid[], 'support', null, null, 'asked', 'So.', 1, false)"
)
OPEN = "SELECT djms.open_after_notice(%(account)s, ARRAY[%(item)s]::uuid[], null, 'asked', 'It hangs.', 1, false)"
HELD = {
    "asking for another access": ASK,
    "unlocking": "SELECT djms.unlock(%(account)s, %(grant)s, %(item)s)",
    "noting what is read": "SELECT djms.note_reading(%(reading)s, 'shown')",
    "closing what is unlocked": "SELECT djms.close_reading(%(reading)s)",
    "opening one with a notice": OPEN,
}


@pytest.fixture
def desk(cluster: "Cluster") -> Desk:
    return Desk(cluster.url("djms_desk"))


@pytest.fixture
def access(cluster: "Cluster", world: "World") -> "Iterator[Access]":
    with granted(cluster, world) as one:
        yield one
    with world.superuser() as superuser:
        superuser.execute("UPDATE djms.access_setting SET after_notice = false")
        superuser.execute("DELETE FROM djms.procrastinate_jobs WHERE task_name ~ '^lockbox'")


@contextmanager
def left_open(desk: Desk, agent: Agent, sql: str, **ids: object) -> "Iterator[psycopg.Connection[Any]]":
    """A statement of the desk's in a transaction that does not end, on a session that switched its own limits off."""
    with closing(psycopg.connect(desk.url, autocommit=True)) as holder:
        for limit in ("idle_in_transaction_session_timeout", "statement_timeout", "transaction_timeout"):
            holder.execute(f"SET {limit} = 0".encode())
        holder.execute("BEGIN")
        holder.execute(f"SET LOCAL ROLE {ROLE[agent.role]}".encode())
        holder.execute("SELECT set_config('djms.token', %s, true)", [agent.token])
        holder.execute(sql.encode(), ids)
        yield holder


def by_alice(cluster: "Cluster", world: "World", sql: str, *arguments: object) -> str:
    """What a door answers an Administrator, who waits for a lock no longer than the site does."""
    with acting(cluster.url("djms_site"), "p_teamwork", token=world.alice.token, kept=True) as alice:
        alice.rows("SET LOCAL lock_timeout = '5s'")
        return str(alice.value(sql, *arguments))


@pytest.mark.parametrize("what", HELD)
def test_an_access_is_revoked_whatever_the_desk_leaves_open(
    cluster: "Cluster", world: "World", desk: Desk, access: Access, what: str
) -> None:
    by_alice(cluster, world, "SELECT djms.allow_after_notice(%s, true)", access.account)
    _, reading = desk.unlock(access.agent, access.account, access.grant, access.items[0])
    ids = {"account": access.account, "grant": access.grant, "item": access.items[0], "reading": reading}
    with left_open(desk, access.agent, HELD[what], **ids) as holder:
        began = time.monotonic()
        assert by_alice(cluster, world, "SELECT djms.revoke_grant(%s, %s)", access.account, access.grant) == "done"
        assert time.monotonic() - began < SECONDS
        if not holder.broken:
            try:
                holder.execute("COMMIT")
            except psycopg.errors.AdminShutdown:
                assert what == "opening one with a notice", "only what must be waited for is cut off"
    assert seen_by(desk, access, reading) == "DJ008"
    assert desk.unlock(access.agent, access.account, access.grant, access.items[0])[0] == "revoked"
    with world.superuser() as superuser:
        newer = "SELECT id FROM djms.reading WHERE grant_id = %s AND closed_at IS NULL"
        for (one,) in superuser.execute(newer, [access.grant]).fetchall():
            assert seen_by(desk, access, one) == "DJ008", "unlocked in a transaction that ended after the revoking"


def test_no_access_opens_once_an_administrator_has_forbidden_that_however_long_it_was_on_its_way(
    cluster: "Cluster", world: "World", desk: Desk, access: Access
) -> None:
    by_alice(cluster, world, "SELECT djms.allow_after_notice(%s, true)", access.account)
    ids = {"account": access.account, "item": access.items[0]}
    with left_open(desk, access.agent, OPEN, **ids) as holder:
        assert by_alice(cluster, world, "SELECT djms.allow_after_notice(%s, false)", access.account) == "done"
        with pytest.raises(psycopg.errors.AdminShutdown):
            holder.execute("COMMIT")
    with world.superuser() as superuser:
        opened = "SELECT count(*) FROM djms.access_grant WHERE staff_id = %s AND basis = 'after-notice'"
        assert superuser.execute(opened, [access.agent.id]).fetchone() == (0,)


def test_who_keeps_nobody_waiting_is_not_cut_off(
    cluster: "Cluster", world: "World", desk: Desk, access: Access
) -> None:
    by_alice(cluster, world, "SELECT djms.allow_after_notice(%s, true)", access.account)
    ids = {"account": access.account, "item": access.items[0]}
    with (
        left_open(desk, access.agent, "SELECT count(*) FROM djms.access_request") as other,
        left_open(desk, access.agent, OPEN, **ids),
    ):
        assert by_alice(cluster, world, "SELECT djms.allow_after_notice(%s, false)", access.account) == "done"
        assert other.execute("SELECT 1").fetchone() == (1,)
