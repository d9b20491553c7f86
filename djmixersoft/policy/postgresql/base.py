"""Connections to PostgreSQL, clean ones from the pool."""

import time
from typing import Any

import psycopg
from django.db.backends.postgresql import base

from djmixersoft.policy.postgresql.sessions import clean


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, but that a pooled connection is cleaned before anybody gets it, which also tells whether it lives."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:  # noqa: ANN401 - Django's signature
        """A connection; from the pool, if there is one, as good as new. Raises psycopg.OperationalError."""
        if not self.pool:
            return super().get_new_connection(conn_params)
        deadline = time.monotonic() + self.pool.timeout
        while True:
            connection = super().get_new_connection(conn_params)
            try:
                clean(connection)
            except psycopg.OperationalError:
                # The pool puts a new one in the place of a closed one.
                connection.close()
                self.pool.putconn(connection)
                if time.monotonic() > deadline:
                    raise
            else:
                return connection
