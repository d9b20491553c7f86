"""The ledger that these tests share."""

from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Cluster
    from tests.ledger.sealed import Ledger
    from tests.mail.working import Workplace


@pytest.fixture
def workplace(cluster: "Cluster", tmp_path: "Path") -> "Iterator[Workplace]":
    """What lets this process act as another one."""
    from tests.mail.working import Workplace  # noqa: PLC0415 - needs what the outermost conftest sets up

    with psycopg.connect(cluster.url("postgres"), autocommit=True) as superuser:
        yield Workplace(cluster, superuser, tmp_path)


@pytest.fixture
def ledger(cluster: "Cluster", tmp_path: "Path") -> "Iterator[Ledger]":
    """An empty ledger, and a sealer's empty folder; emptied again at the end."""
    from tests.ledger.sealed import Ledger  # noqa: PLC0415 - needs what the outermost conftest sets up

    with psycopg.connect(cluster.url("postgres"), autocommit=True) as superuser:
        ledger = Ledger(superuser, cluster.url("djms_sealer"), tmp_path)
        ledger.empty()
        yield ledger
        ledger.empty()
