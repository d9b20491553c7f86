"""Forgetting: rows that have outlived their retention are deleted. Which they are, the row policies alone decide."""

from datetime import timedelta

from django.db import connection
from psycopg import sql

from djmixersoft.policy.compile import SCHEMA
from djmixersoft.policy.loading import load
from djmixersoft.policy.purposes import acting_for
from djmixersoft.policy.rules import Retention

BATCH = 1000  # rows in one transaction, so that nobody waits long for one of them


def forget_expired(batch: int = BATCH) -> dict[str, int]:
    """Deletes what is expired by each retention rule; the number of rows deleted, by table."""
    return {rule.table: _forget(rule.table, batch) for rule in load().retention}


def _forget(table: str, batch: int) -> int:
    # No condition: the purpose sees and deletes expired rows only. By ctid, as the tables' keys differ.
    statement = sql.SQL("DELETE FROM {0} WHERE ctid = ANY (ARRAY (SELECT ctid FROM {0} LIMIT %s))").format(
        sql.Identifier(SCHEMA, table)
    )
    gone = 0
    while True:
        with acting_for("retention"), connection.cursor() as cursor:
            cursor.execute(statement, [batch])
            deleted: int = cursor.rowcount
        gone += deleted
        if deleted < batch:
            return gone


def kept_for(rule: Retention) -> timedelta:
    """A rule's time as Python's: '30 days', '12 hours'."""
    number, unit = rule.keep.split()
    return timedelta(**{unit.rstrip("s") + "s": int(number)})
