"""Connections to PostgreSQL: clean ones from the pool, and none at once while the server is out of reach."""

import time
from typing import Any, ClassVar

import psycopg
from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import IsolationLevel

from djmixersoft.policy.postgresql.reach import PROBE_SECONDS, Reach
from djmixersoft.policy.postgresql.sessions import clean


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, but for how a connection is taken from the pool."""

    _reaches: ClassVar[dict[str, Reach]] = {}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:  # noqa: ANN401 - Django's signature
        """A connection; from the pool, if there is one, as good as new.

        Raises psycopg.OperationalError: after the pool's time where others get all there are, soon where nobody gets
        one, and at once while the server is known to be out of reach.
        """
        if not self.pool:
            return super().get_new_connection(conn_params)
        self.isolation_level = IsolationLevel.READ_COMMITTED
        self.pool.open()
        reach = self._reaches.setdefault(self.alias, Reach())
        latest = time.monotonic() + self.pool.timeout
        with reach.attempt() as patience:
            deadline = time.monotonic() + patience
            while True:
                try:
                    return self._clean_one(deadline)
                except psycopg.OperationalError:
                    deadline = min(reach.reached + patience, latest)
                    if time.monotonic() >= deadline:
                        raise

    def _clean_one(self, deadline: float) -> psycopg.Connection:
        while True:
            connection: psycopg.Connection = self.pool.getconn(timeout=deadline - time.monotonic())
            try:
                # It gets its moment even where the last one went into waiting: the connection may be fine.
                clean(connection, max(deadline - time.monotonic(), PROBE_SECONDS))
            except psycopg.OperationalError:
                # The pool puts a new one in the place of a closed one.
                connection.close()
                self.pool.putconn(connection)
            else:
                return connection
