"""What a session of PostgreSQL keeps between transactions, and how it is made to forget that.

SQL that was smuggled into one person's request could leave something behind for the next person on the same pooled
connection: settings, cursors WITH HOLD, advisory locks, or another statement in the place of one that psycopg has
prepared, which would then be given the next person's token.

`DISCARD ALL` forgets it all, and every plan too: 13 % of a page's time. This forgets all but plans and psycopg's own
prepared statements, and looks whether those are as they were (3 %, the check that the connection lives included).
"""

import select
import time
from typing import Final

import psycopg
from psycopg import pq

CLEANING_SECONDS: Final = 1.0  # it takes a thousandth of that
# Schema-qualified, as the search path may be anybody's until RESET ALL. Parts: docs of DISCARD ALL.
CLEANING: Final = (
    b"CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; SELECT pg_catalog.pg_advisory_unlock_all(); "
    b"DISCARD TEMP; DISCARD SEQUENCES; "
    b"SELECT pg_catalog.count(*) FILTER (WHERE NOT from_sql), pg_catalog.count(*) FILTER (WHERE from_sql)"
    b" FROM pg_catalog.pg_prepared_statement()"
)


class Unclean(psycopg.OperationalError):
    """The connection doesn't answer in time, or holds what can't be trusted; it must be closed."""


def clean(connection: psycopg.Connection, seconds: float = CLEANING_SECONDS) -> None:
    """Makes a connection, outside a transaction, as good as new; raises Unclean where that fails, or takes longer.

    Speaks to libpq directly, for a deadline: a server that is frozen or cut off answers nothing, not even an error.
    """
    wire, deadline = connection.pgconn, time.monotonic() + min(seconds, CLEANING_SECONDS)
    result = None
    wire.send_query(CLEANING)
    if wire.flush():
        raise Unclean("the server takes nothing")
    while (one := _next(wire, deadline)) is not None:
        result = one
        if result.status not in {pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK}:
            raise Unclean("the session refuses to be cleaned")
    if result is None or wire.transaction_status != pq.TransactionStatus.IDLE:
        raise Unclean("the session doesn't say that it is clean")
    # Its names are no secret to SQL, so that a statement may have been replaced (by PREPARE: from_sql) or taken away.
    known = len(connection._prepared._names)  # noqa: SLF001 - psycopg tells nobody what it has prepared
    if (result.get_value(0, 0), result.get_value(0, 1)) != (str(known).encode(), b"0"):
        raise Unclean("the session's prepared statements are not psycopg's")


def _next(wire: pq.abc.PGconn, deadline: float) -> pq.abc.PGresult | None:
    """The next result of what was sent, None after the last."""
    poll = select.poll()
    poll.register(wire.socket, select.POLLIN)
    while wire.is_busy():
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise Unclean("the server doesn't answer")
        wire.consume_input()
    return wire.get_result()
