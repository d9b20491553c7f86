"""A database that is as the policy says, to be bent and put right; nothing of it stays."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from tests.conftest import Cluster


class Bent:
    """One transaction, undone at the end: as the superuser to bend things, as the owner to look and put right."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection

    def bend(self, sql: str) -> None:
        """Change something behind the policy's back, as a superuser can."""
        self.connection.execute("RESET SESSION AUTHORIZATION")
        self.connection.execute(sql.encode())

    def owner(self) -> psycopg.Connection:
        """Become the tables' owner."""
        self.connection.execute("RESET SESSION AUTHORIZATION")
        self.connection.execute("SET LOCAL SESSION AUTHORIZATION djms_owner")
        return self.connection


@pytest.fixture
def bent(cluster: "Cluster") -> Iterator[Bent]:
    """Open the transaction."""
    with psycopg.connect(cluster.url("postgres")) as connection:
        yield Bent(connection)
        connection.rollback()
