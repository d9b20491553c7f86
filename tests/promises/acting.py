"""A login's connection in the middle of a request: a role, a token, statements that are undone unless they are kept."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.support import wait_until

Row = tuple[Any, ...]


@dataclass
class Acting:
    """Statements within one transaction; a refused one is undone alone."""

    connection: psycopg.Connection

    def rows(self, sql: str, *arguments: object) -> list[Row]:
        """Run a statement; its rows, or none for one that has none."""
        done = self.connection.execute(sql.encode(), arguments or None)
        return done.fetchall() if done.description else []

    def value(self, sql: str, *arguments: object) -> Any:  # noqa: ANN401 - whatever the database answers
        """The one value that a query answers."""
        ((found,),) = self.rows(sql, *arguments)
        return found

    def changed(self, sql: str, *arguments: object) -> int:
        """Run a statement; how many rows it changed."""
        return self.connection.execute(sql.encode(), arguments or None).rowcount

    def refusal(self, sql: str, *arguments: object) -> str:
        """The SQLSTATE with which a statement is refused, or '' if it isn't."""
        try:
            with self.connection.transaction():
                self.connection.execute(sql.encode(), arguments or None)
        except psycopg.Error as error:
            return error.sqlstate or "-----"
        return ""


@contextmanager
def acting(
    url: str, role: str = "", *, token: str = "", named: str = "", kept: bool = False, begin: str = "BEGIN"
) -> Iterator[Acting]:
    """Act as a login does for one purpose; `kept`: committed at the end."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(begin.encode())
        if role:
            connection.execute("SELECT set_config('role', %s, true)", [role])
        connection.execute(
            "SELECT set_config('djms.token', %s, true), set_config('djms.named', %s, true)", [token, named]
        )
        yield Acting(connection)
        connection.execute(b"COMMIT" if kept else b"ROLLBACK")


@dataclass
class Raced:
    """A statement that waits for another; `state`: its SQLSTATE, '' if it succeeded, once it has ended."""

    state: str = "still running"


@contextmanager
def waiting(url: str, role: str, token: str, sql: str, *arguments: object) -> Iterator[Raced]:
    """Start a statement that has to wait for a lock; within the block it waits, after it it has ended, and is kept."""
    raced = Raced()

    def run() -> None:
        with acting(url, role, token=token, kept=True) as one:
            pids.append(one.connection.info.backend_pid)
            raced.state = one.refusal(sql, *arguments)

    pids: list[int] = []
    thread = threading.Thread(target=run)
    thread.start()
    with psycopg.connect(url, autocommit=True) as observer:
        blocked = "SELECT cardinality(pg_blocking_pids(%s)) > 0"
        wait_until("the statement waits", lambda: bool(pids) and observer.execute(blocked, pids).fetchone() == (True,))
    yield raced
    thread.join(15)
