"""A queue without other tests' jobs, and workers that end with the test."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.mail.working import Workplace

if TYPE_CHECKING:
    from tests.conftest import Cluster


@pytest.fixture
def workplace(cluster: "Cluster", tmp_path: Path) -> Iterator[Workplace]:
    (tmp_path / "mailbox").mkdir()
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as superuser:
        superuser.execute("DELETE FROM djms.procrastinate_jobs")
        superuser.execute("DELETE FROM djms.sign_in_try")
        place = Workplace(cluster, superuser, tmp_path)
        try:
            yield place
        finally:
            place.end()
            # What is left would be sent in the next test.
            superuser.execute("DELETE FROM djms.procrastinate_jobs")
            superuser.execute("DELETE FROM djms.procrastinate_workers")
