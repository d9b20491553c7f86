"""One PostgreSQL for the whole run: the embedded server, bootstrapped, migrated, with the policy applied.

Django is set up before tests are collected, as the site's login, so that test files may import models. The server
itself starts with the first test that asks for `cluster`.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import django
import psycopg
import pytest
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper

from djmixersoft.operations import database
from djmixersoft.operations.datafolder import DataFolder
from djmixersoft.operations.postgres import EmbeddedPostgres
from tests.support import CHROMIUM, IS_LONG, PLAIN_ENVIRONMENT

TEMPORARY = tempfile.TemporaryDirectory(prefix="djms-tests-", ignore_cleanup_errors=True)


@dataclass(frozen=True)
class Cluster:
    """The server of the tests, and its data folder."""

    data: DataFolder
    server: EmbeddedPostgres

    def url(self, login: str, database_name: str = "djmixersoft") -> str:
        """Give the address of a database for a login (`djms_site`, …, `postgres`)."""
        return self.server.url(login, database_name)


def pytest_configure() -> None:
    data = DataFolder(Path(TEMPORARY.name) / "data").open()
    data.make_secrets()
    server = EmbeddedPostgres(data.path, durable=False)
    os.environ |= {
        "DJMS_PROCESS": "site",
        "DATABASE_URL": server.url("djms_site"),
        "DJMS_DATA": str(data.path),
        "DJMS_URL": "https://localhost:8443",
        "DJANGO_SETTINGS_MODULE": "djmixersoft.settings",
    }
    django.setup()


def pytest_unconfigure() -> None:
    TEMPORARY.cleanup()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Playwright keeps an event loop running to the end of the run, beside which Django refuses to use the database.
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    for item in items:
        if item.get_closest_marker("browser") and not CHROMIUM.exists():
            item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))
        if item.get_closest_marker("long") and not IS_LONG:
            item.add_marker(pytest.mark.skip(reason="runs with ./test --long"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not CHROMIUM.exists():
        terminalreporter.write_line(
            "The browser tests were skipped: there is no Chromium here (as root ./test installs it; "
            "otherwise 'apt-get install chromium', or set DJMS_CHROMIUM to its path)."
        )


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Start the server that Django is set up for."""
    data = DataFolder(Path(TEMPORARY.name) / "data")
    with data.lock("command"):
        server = EmbeddedPostgres(data.path, durable=False)
        server.start()
        try:
            database.migrate(data, server, PLAIN_ENVIRONMENT, quiet=True)
            yield Cluster(data, server)
        finally:
            for connection in connections.all(initialized_only=True):
                connection.close()
                if isinstance(connection, DatabaseWrapper):
                    connection.close_pool()
            server.stop()


@pytest.fixture(scope="session")
def database_url(cluster: Cluster) -> Callable[[str], str]:
    """Give the address of our database for a login."""
    return cluster.url


@pytest.fixture
def connect(cluster: Cluster) -> Iterator[Callable[[str], psycopg.Connection]]:
    """Open connections for logins; at the test's end they are closed, and what they left uncommitted is undone."""
    with ExitStack() as stack:

        def open_connection(login: str) -> psycopg.Connection:
            connection = psycopg.connect(cluster.url(login))
            stack.callback(connection.close)
            return connection

        yield open_connection
