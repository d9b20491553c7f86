"""Whether a database can be reached, as far as this process has noticed."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg

NOTICE_SECONDS: Final = 1.5
"""Nobody got a connection for so long: then there is none to be got."""
PROBE_SECONDS: Final = 0.25


class OutOfReach(psycopg.OperationalError):
    """The server was out of reach a moment ago, and somebody else is trying it already."""


class Reach:
    """Lets one request at a time try a server that is gone, for a moment, and tells all others so at once.

    Without it each of them would wait for the pool's whole time, and the site's threads would all be waiting.
    """

    def __init__(self, patience: float = NOTICE_SECONDS) -> None:
        """`patience`: seconds in which nobody gets a connection before the server counts as gone."""
        self.reached = 0.0
        """When somebody last got a connection, by time.monotonic()."""
        self._patience = patience
        self._probing = threading.Lock()
        self._is_gone = False

    @contextmanager
    def attempt(self) -> Iterator[float]:
        """Around taking a connection, within the seconds that it gives. Raises OutOfReach."""
        if not self._is_gone:
            try:
                yield self._patience
            except psycopg.OperationalError:
                # Where others get connections all the while, it is only that there are too few.
                self._is_gone = time.monotonic() >= self.reached + self._patience
                raise
        elif self._probing.acquire(blocking=False):
            try:
                yield PROBE_SECONDS
            finally:
                self._probing.release()
        else:
            raise OutOfReach("the database is out of reach")
        self.reached, self._is_gone = time.monotonic(), False
