"""A login's connection in the middle of a request: a role, a token, statements that are undone unless they are kept."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.support import wait_until

Row = tuple[Any, ...]
# What register() and its like are given for a password: salt, memory, passes, lanes and key.
KEY = "'\\x00', 19456, 2, 1, '\\x01'"


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
        return self.refusal_of(sql, arguments or None)

    def refusal_of(self, sql: str, arguments: Sequence[object] | Mapping[str, object] | None) -> str:
        """The same, for arguments that may have names."""
        try:
            with self.connection.transaction():
                self.connection.execute(sql.encode(), arguments)
        except psycopg.Error as error:
            return error.sqlstate or "-----"
        return ""


@contextmanager
def acting(
    url: str,
    role: str = "",
    *,
    token: str = "",
    bearer: str = "",
    named: str = "",
    kept: bool = False,
    begin: str = "BEGIN",
) -> Iterator[Acting]:
    """Act as a login does for one purpose; `bearer`: a program's token; `kept`: committed at the end."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(begin.encode())
        if role:
            connection.execute("SELECT set_config('role', %s, true)", [role])
        connection.execute(
            "SELECT set_config('djms.token', %s, true), set_config('djms.named', %s, true),"
            " set_config('djms.bearer', %s, true)",
            [token, named, bearer],
        )
        yield Acting(connection)
        connection.execute(b"COMMIT" if kept else b"ROLLBACK")


def mailed(undone: Acting, template: str, recipient: str) -> str:
    sql = "SELECT secret FROM djms.mail_message WHERE template = %s AND recipient = %s ORDER BY created_at DESC LIMIT 1"
    return str(undone.value(sql, template, recipient))


def key_of(undone: Acting, person: object, key: bytes) -> None:
    """Give somebody a password whose key is known here."""
    undone.changed("UPDATE djms.credential SET verifier = sha256(%s) WHERE person_id = %s", key, person)


@dataclass
class Raced:
    """A statement that waits for another; once it has ended its SQLSTATE ('' if it succeeded) and first answer."""

    state: str = "still running"
    answer: object = None


@contextmanager
def waiting(url: str, role: str, token: str, sql: str, *arguments: object) -> Iterator[Raced]:
    """Start a statement that has to wait for a lock; within the block it waits, after it it has ended, and is kept."""
    raced = Raced()

    def run() -> None:
        with acting(url, role, token=token, kept=True) as one:
            pids.append(one.connection.info.backend_pid)
            try:
                done = one.connection.execute(sql.encode(), arguments)
                raced.answer = (done.fetchone() or (None,))[0] if done.description else None
                raced.state = ""
            except psycopg.Error as error:
                raced.state = error.sqlstate or "-----"

    pids: list[int] = []
    thread = threading.Thread(target=run)
    thread.start()
    with psycopg.connect(url, autocommit=True) as observer:
        blocked = "SELECT cardinality(pg_blocking_pids(%s)) > 0"

        def is_settled() -> bool:
            return not thread.is_alive() or (bool(pids) and observer.execute(blocked, pids).fetchone() == (True,))

        wait_until("the statement waits or ends", is_settled)
    yield raced
    thread.join(15)
