"""1b: nothing that SQL leaves behind on a pooled connection reaches the next person who gets it.

SQL is smuggled into Alice's request; Carol's comes next, on the same connection, as the site makes it. With
connections handed out as they are (`as_they_are`) each attack works.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.db import DatabaseError, connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper

from djmixersoft.people import selectors
from djmixersoft.policy.postgresql import base, sessions
from djmixersoft.policy.purposes import acting_for, release_connection
from tests.promises.hostile import SETTINGS

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.people import World

# All of a session that outlives a transaction, plans aside.
STATE = """
    SELECT pg_backend_pid(), current_user, session_user,
           concat(current_setting('djms.loot', true), current_setting('djms.token', true)),
           (SELECT json_object_agg(name, setting) FROM pg_settings
             WHERE name NOT IN ('transaction_isolation', 'transaction_read_only', 'transaction_deferrable')),
           (SELECT count(*) FROM pg_cursors), (SELECT count(*) FROM pg_listening_channels()),
           (SELECT count(*) FROM pg_prepared_statements WHERE from_sql), pg_my_temp_schema(),
           (SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory')
"""
FILLING = {"role": "p_self_service", "login": "djms_site", "forged": "x", "table": "person"}
FILLING |= dict.fromkeys(("person", "account", "id"), "00000000-0000-4000-8000-000000000000")
LEFTOVERS = (
    *(
        setting.format_map(FILLING).replace("SET LOCAL ", "SET SESSION ").replace(", true)", ", false)")
        for setting in SETTINGS
    ),
    "SET SESSION djms.loot = 'kept'",
    "COMMIT; SET SESSION ROLE p_teamwork",
    "COMMIT; SET SESSION ROLE p_self_service; SET SESSION djms.token = '{token}'",
    "SET SESSION search_path = pg_temp, public",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY, ISOLATION LEVEL SERIALIZABLE",
    "SET SESSION statement_timeout = 200; SET SESSION lock_timeout = 1",
    "SET SESSION client_encoding = 'LATIN1'; SET SESSION TimeZone = 'Asia/Kathmandu'; SET SESSION DateStyle = 'German'",
    "SET SESSION plan_cache_mode = force_generic_plan; SET SESSION enable_indexscan = off",
    "DECLARE loot CURSOR WITH HOLD FOR SELECT email FROM djms.person",
    "LISTEN procrastinate_any_queue",
    "SELECT pg_advisory_lock(1), pg_advisory_lock_shared(2)",
)
# Whatever comes in a request carries the browser's token in here (policy/purposes.py).
TAKING = "SELECT name FROM pg_prepared_statements WHERE statement LIKE '%djms.token%' AND NOT from_sql"
THIEF = (
    "DEALLOCATE {name}; PREPARE {name} (text, text, text, text) AS SELECT set_config('role', $1, true),"
    " set_config('djms.token', $2, true), set_config('djms.named', $3, true), set_config('djms.bearer', $4, true),"
    " set_config('djms.loot', concat(current_setting('djms.loot', true), ' ', $2), false)"
)
LOOT = "SELECT current_setting('djms.loot', true)"


@pytest.fixture
def pool(world: "World") -> Iterator[Any]:  # noqa: ARG001 - there must be a database
    """Let the site have one connection, so that the next request gets the last one's."""
    wrapper = connections["default"]
    assert isinstance(wrapper, DatabaseWrapper)
    wrapper.close()
    wrapper.close_pool()
    wrapper.pool.resize(1, 1)
    yield wrapper.pool
    wrapper.close()
    wrapper.close_pool()


@pytest.fixture
def as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hand connections out with all that is left on them, if they are alive."""

    def alive(given: psycopg.Connection, _seconds: float) -> None:
        given.execute("SELECT 1", prepare=False)

    monkeypatch.setattr(base, "clean", alive)


def smuggled(token: str, sql: str) -> list[Any]:
    """What SQL in the middle of a request answers."""
    try:
        with acting_for("teamwork", token=token), connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []
    except DatabaseError:
        return []
    finally:
        release_connection()


def asked(sql: str) -> Any:  # noqa: ANN401 - a row
    """The row of a query outside of any purpose, at the start of the next request."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()
    finally:
        release_connection()


def carols_request(world: "World") -> int:
    """Make a request as the site does; which of the server's processes answered."""
    with acting_for("self-service", token=world.carol.token):
        assert selectors.me().email == world.carol.email
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            found = int(cursor.fetchone()[0])
    release_connection()
    return found


def poisoned(world: "World") -> bool:
    """Replace the statement with which every request begins; whether that was done."""
    for _ in range(8):
        carols_request(world)
    names = smuggled(world.alice.token, TAKING)
    assert names, "the statement is prepared by now, as it is on any connection in use"
    for (name,) in names:
        smuggled(world.alice.token, THIEF.format(name=name))
    return bool(names)


@pytest.mark.usefixtures("pool", "as_they_are")
def test_as_they_are_a_replaced_statement_takes_the_next_persons_token(world: "World") -> None:
    assert poisoned(world)
    carols_request(world)
    ((loot,),) = smuggled(world.alice.token, LOOT)
    assert world.carol.token in loot


@pytest.mark.usefixtures("pool")
def test_a_replaced_statement_takes_nobodys_token(world: "World") -> None:
    assert poisoned(world)
    carols_request(world)
    assert smuggled(world.alice.token, LOOT) in ([("",)], [(None,)])


@pytest.mark.usefixtures("pool", "as_they_are")
def test_as_they_are_a_statement_that_was_taken_away_fails_the_next_persons_request(world: "World") -> None:
    for _ in range(8):
        carols_request(world)
    smuggled(world.alice.token, "DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$")
    with pytest.raises(DatabaseError):
        carols_request(world)


@pytest.mark.usefixtures("pool")
def test_a_statement_that_was_taken_away_fails_nobodys_request(world: "World") -> None:
    before = [carols_request(world) for _ in range(8)]
    smuggled(world.alice.token, "DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$")
    assert carols_request(world) not in before, "another connection was made in its place"


@pytest.mark.usefixtures("pool", "as_they_are")
def test_as_they_are_much_is_left(world: "World") -> None:
    carols_request(world)
    before, left = asked(STATE), 0
    for sql in LEFTOVERS:
        smuggled(world.alice.token, sql.replace("{token}", world.alice.token))
        try:
            left += asked(STATE) != before
        except DatabaseError:
            left += 1
        finally:
            connection.close()
    assert left > len(LEFTOVERS) / 2


@pytest.mark.usefixtures("pool")
@pytest.mark.parametrize("sql", LEFTOVERS)
def test_nothing_is_left_of_what_was_set_opened_or_taken(world: "World", sql: str) -> None:
    carols_request(world)  # which loads what adds settings
    before = asked(STATE)
    smuggled(world.alice.token, sql.replace("{token}", world.alice.token))
    assert asked(STATE) == before
    carols_request(world)


@pytest.mark.usefixtures("pool")
def test_rows_that_a_cursor_held_are_gone(world: "World") -> None:
    smuggled(world.alice.token, "DECLARE loot CURSOR WITH HOLD FOR SELECT email FROM djms.person")
    assert smuggled(world.carol.token, "FETCH ALL FROM loot") == []
    smuggled(world.alice.token, "PREPARE loot AS SELECT 1")
    assert smuggled(world.carol.token, "EXECUTE loot") == []


@pytest.mark.usefixtures("pool")
def test_plans_and_the_connection_itself_are_kept(world: "World") -> None:
    pids = {carols_request(world) for _ in range(20)}
    smuggled(world.alice.token, "SELECT 1 / 0")
    pids |= {carols_request(world) for _ in range(20)}
    assert len(pids) == 1
    assert smuggled(world.alice.token, TAKING), "psycopg's own statements outlive requests"


def test_a_server_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, cluster: "Cluster") -> None:
    monkeypatch.setattr(sessions, "CLEANING", b"SELECT pg_sleep(60)")
    one = psycopg.connect(cluster.url("djms_site"), autocommit=True)
    with pytest.raises(sessions.Unclean):
        sessions.clean(one, 0.1)
    one.close()
