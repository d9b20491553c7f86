"""One PostgreSQL for the whole run: the embedded server, bootstrapped, migrated, with the policy applied."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from djmixersoft.operations import database
from djmixersoft.operations.datafolder import DataFolder
from djmixersoft.operations.postgres import EmbeddedPostgres

CHROMIUM = os.environ.get("DJMS_CHROMIUM", "/usr/bin/chromium")


@dataclass(frozen=True)
class Cluster:
    """The server of the tests, and its data folder."""

    data: DataFolder
    server: EmbeddedPostgres

    def url(self, login: str, database_name: str = "djmixersoft") -> str:
        return self.server.url(login, database_name)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Start the server, and set Django up in this process as the site's login."""
    with tempfile.TemporaryDirectory(prefix="djms-tests-", ignore_cleanup_errors=True) as folder:
        data = DataFolder(Path(folder) / "data").open()
        with data.lock("command"):
            data.make_secrets()
            server = EmbeddedPostgres(data.path, durable=False)
            server.start()
            try:
                environment = {name: value for name, value in os.environ.items() if not name.startswith("DJMS_")}
                database.migrate(data, server, environment)
                set_up_django(data, server)
                yield Cluster(data, server)
            finally:
                close_django()
                server.stop()


def set_up_django(data: DataFolder, server: EmbeddedPostgres) -> None:
    """Make this process the site's, as far as Django is concerned."""
    os.environ |= {
        "DJMS_PROCESS": "site",
        "DATABASE_URL": server.url("djms_site"),
        "DJMS_DATA": str(data.path),
        "DJMS_URL": "https://localhost:8443",
        "DJANGO_SETTINGS_MODULE": "djmixersoft.settings",
    }
    import django

    django.setup()


def close_django() -> None:
    """End the pool's connections and threads."""
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()


@pytest.fixture(scope="session")
def database_url(cluster: Cluster) -> Callable[[str], str]:
    """Give the address of our database for a login (`djms_site`, …)."""
    return cluster.url


@pytest.fixture
def connect(cluster: Cluster) -> Iterator[Callable[[str], psycopg.Connection]]:
    """Give open connections for logins; they are closed, and what they did undone, at the test's end."""
    with ExitStack() as stack:

        def open_connection(login: str) -> psycopg.Connection:
            connection = psycopg.connect(cluster.url(login))
            stack.callback(connection.close)
            return connection

        yield open_connection
