"""4b: nobody here is shown an item before it is on record that they unlocked it, nor its key before what for.

10,000 rounds with DJMS_LONG=1, some hundred otherwise.
"""

import random
import threading
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.lockbox.desk import Desk
from tests.lockbox.opening import Access, Rounds, granted, seen_by
from tests.promises.acting import acting
from tests.support import IS_LONG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Cluster
    from tests.promises.people import World

ROUNDS = 10_000 if IS_LONG else 400


@pytest.fixture
def desk(cluster: "Cluster") -> Desk:
    return Desk(cluster.url("djms_desk"))


@pytest.fixture
def access(cluster: "Cluster", world: "World") -> "Iterator[Access]":
    with granted(cluster, world) as one:
        yield one


def opened(desk: Desk, access: Access, item: int = 0) -> Any:  # noqa: ANN401 - an id
    outcome, reading = desk.unlock(access.agent, access.account, access.grant, access.items[item])
    assert outcome == "unlocked"
    return reading


def test_nothing_is_seen_that_is_not_on_record_by_then(desk: Desk, access: Access, world: "World") -> None:
    with world.superuser() as observer:
        rounds = Rounds(desk.url, access, observer, random.Random(4))
        rounds.run(ROUNDS)
    assert rounds.early == []
    assert rounds.seen > ROUNDS / 50, "some looks must succeed, or nothing was tried"
    assert rounds.keys > ROUNDS / 100
    assert rounds.refused > ROUNDS / 10


def test_the_transaction_that_unlocks_is_shown_nothing_and_the_next_one_a_name_but_no_key(
    desk: Desk, access: Access
) -> None:
    with desk.acting(access.agent) as one:
        ((outcome, reading),) = one.rows(
            "SELECT * FROM djms.unlock(%s, %s, %s)", access.account, access.grant, access.items[0]
        )
        assert outcome == "unlocked"
        one.rows("SELECT set_config('djms.named', %s, true)", str(reading))
        assert one.refusal("SELECT id FROM djms.item") == "42501"
        assert one.value("SELECT djms.note_reading(%s, 'shown')", reading) == "noted"
        assert one.refusal("SELECT wrapped FROM djms.item_key") == "42501"
    with desk.acting(access.agent, reading=reading) as one:
        assert one.rows("SELECT id FROM djms.item") == [(access.items[0],)]
        assert one.rows("SELECT item_id FROM djms.item_key") == [(access.items[0],)], "noted when it was unlocked"


def test_a_key_comes_only_once_it_is_on_record_what_it_is_for(desk: Desk, access: Access) -> None:
    reading = opened(desk, access)
    assert seen_by(desk, access, reading) == "1"
    assert [seen_by(desk, access, reading, table) for table in ("item_key", "account_key")] == ["42501", "42501"]
    with desk.acting(access.agent, reading=reading) as one:
        assert one.value("SELECT djms.note_reading(%s, 'played')", reading) == "noted"
        assert one.refusal("SELECT wrapped FROM djms.item_key") == "42501", "in the same transaction"
    assert [seen_by(desk, access, reading, table) for table in ("item_key", "account_key")] == ["1", "1"]


def test_a_rolled_back_unlocking_opens_nothing(desk: Desk, access: Access) -> None:
    with desk.acting(access.agent, kept=False) as one:
        reading = one.value(
            "SELECT new_reading FROM djms.unlock(%s, %s, %s)", access.account, access.grant, access.items[0]
        )
    assert seen_by(desk, access, reading) == "42501"


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_a_transaction_that_goes_on_seeing_the_past_reads_nothing(desk: Desk, access: Access, level: str) -> None:
    reading = opened(desk, access)
    with desk.acting(access.agent, reading=reading, kept=False, begin=f"BEGIN ISOLATION LEVEL {level}") as one:
        assert one.refusal("SELECT id FROM djms.item") == "42501"


def test_a_cursor_from_before_sees_nothing_of_what_is_unlocked_after(desk: Desk, access: Access) -> None:
    with desk.acting(access.agent, reading=opened(desk, access)) as one:
        one.rows("DECLARE before CURSOR FOR SELECT id FROM djms.item")
        reading = one.value(
            "SELECT new_reading FROM djms.unlock(%s, %s, %s)", access.account, access.grant, access.items[1]
        )
        one.rows("SELECT set_config('djms.named', %s, true)", str(reading))
        assert one.refusal("FETCH ALL FROM before") == "42501"


def test_of_many_unlocked_at_once_one_is_open(desk: Desk, access: Access, world: "World") -> None:
    found: list[Any] = []

    def unlock(number: int) -> None:
        found.extend(opened(desk, access, (number + turn) % 3) for turn in range(6))

    threads = [threading.Thread(target=unlock, args=[number]) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    states = [seen_by(desk, access, reading) for reading in found]
    assert sorted(states) == sorted(["1", *["DJ008"] * 17])
    with world.superuser() as superuser:
        still = superuser.execute(
            "SELECT count(*) FROM djms.reading WHERE staff_id = %s AND closed_at IS NULL", [access.agent.id]
        ).fetchone()
    assert still == (1,)


def test_another_item_stays_shut_and_so_does_all_else(desk: Desk, access: Access, world: "World") -> None:
    reading = opened(desk, access)
    desk.note(access.agent, reading)
    for item in (*access.others, world.b.items[0]):
        assert desk.unlock(access.agent, access.account, access.grant, item)[0] == "not-covered"
    assert desk.unlock(access.agent, world.b.id, access.grant, world.b.items[0])[0] == "not-yours"
    with desk.acting(access.agent, reading=reading, kept=False) as one:
        assert one.rows("SELECT id FROM djms.item") == [(access.items[0],)]
        assert one.rows("SELECT item_id FROM djms.item_key") == [(access.items[0],)]
        assert one.refusal("SELECT parent_id FROM djms.item") == "42501"
        for table in ("item_version", "item_comment", "item_tag", "item_data", "blob", "upload", "share", "account"):
            assert one.refusal(f"SELECT * FROM djms.{table}") == "42501"


def test_nobody_else_reads_by_somebodys_reading(cluster: "Cluster", desk: Desk, access: Access, world: "World") -> None:
    reading = opened(desk, access)
    with granted(cluster, world) as other, granted(cluster, world, role="legal") as officer:
        for somebody in (other, officer):
            assert seen_by(desk, somebody, reading) == "42501"
            assert desk.unlock(somebody.agent, access.account, access.grant, access.items[0])[0] == "not-yours"
            assert desk.note(somebody.agent, reading) == "not-yours"
    with acting(desk.url, "p_legal_process", token=access.agent.token, named=str(reading)) as one:
        assert one.refusal("SELECT id FROM djms.item") == "42501", "support is not legal"


def test_what_is_closed_revoked_over_or_thrown_away_is_shut(
    cluster: "Cluster", desk: Desk, access: Access, world: "World"
) -> None:
    reading = opened(desk, access)
    assert seen_by(desk, access, reading) == "1"
    with desk.acting(access.agent) as one:
        assert one.value("SELECT djms.close_reading(%s)", reading) == "done"
    assert seen_by(desk, access, reading) == "DJ008"
    reading = opened(desk, access)
    with world.superuser() as superuser:
        for table, sets, back in (
            ("reading", "ends = now()", "ends = now() + interval '1 hour'"),
            ("access_grant", "ends = now()", "ends = now() + interval '1 hour'"),
            ("access_grant", "starts = now() + interval '1 hour'", "starts = now()"),
        ):
            where = f"WHERE staff_id = '{access.agent.id}'"
            superuser.execute(f"UPDATE djms.{table} SET {sets} {where}".encode())
            assert seen_by(desk, access, reading) == "DJ008"
            superuser.execute(f"UPDATE djms.{table} SET {back} {where}".encode())
            assert seen_by(desk, access, reading) == "1"
        superuser.execute("UPDATE djms.staff_session SET expires = now() WHERE staff_id = %s", [access.agent.id])
        assert seen_by(desk, access, reading) == "42501"
        superuser.execute(
            "UPDATE djms.staff_session SET expires = now() + interval '1 hour',"
            " confirmed_at = now() - interval '6 minutes' WHERE staff_id = %s",
            [access.agent.id],
        )
        with desk.acting(access.agent, kept=False) as one:
            again = one.refusal("SELECT djms.unlock(%s, %s, %s)", access.account, access.grant, access.items[0])
        assert again == "DJ007", "a second factor is shown again before unlocking"
    with acting(cluster.url("djms_site"), "p_teamwork", token=world.alice.token, kept=True) as alice:
        assert alice.value("SELECT djms.revoke_grant(%s, %s)", access.account, access.grant) == "done"
    assert seen_by(desk, access, reading) == "DJ008"


def test_who_still_reads_when_an_access_is_revoked_is_cut_off(
    cluster: "Cluster", desk: Desk, access: Access, world: "World"
) -> None:
    reading = opened(desk, access)
    with psycopg.connect(desk.url, autocommit=True) as reader, world.superuser() as observer:
        reader.execute("BEGIN")
        reader.execute("SET LOCAL ROLE p_support")
        reader.execute(
            "SELECT set_config('djms.token', %s, true), set_config('djms.named', %s, true)",
            [access.agent.token, str(reading)],
        )
        assert len(reader.execute("SELECT id FROM djms.item").fetchall()) == 1
        with acting(cluster.url("djms_site"), "p_teamwork", token=world.alice.token, kept=True) as alice:
            assert alice.value("SELECT djms.revoke_grant(%s, %s)", access.account, access.grant) == "done"
        with acting(cluster.url("djms_steward"), "p_ending_access", kept=True) as steward:
            assert steward.value("SELECT djms.end_readers()") == 1
        with pytest.raises(psycopg.errors.AdminShutdown):
            reader.execute("SELECT 1")
        with acting(cluster.url("djms_steward"), "p_ending_access", kept=True) as steward:
            assert steward.value("SELECT djms.end_readers()") == 0, "nobody else is cut off"
        queued = observer.execute("DELETE FROM djms.procrastinate_jobs WHERE task_name = 'lockbox.end'")
        assert queued.rowcount > 0
