"""The embedded server, and the rights that everybody has in it before the policy gives any."""

import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from djmixersoft.operations.bootstrap import LOGINS, operator_sql, version_problem
from djmixersoft.operations.datafolder import DataFolder
from djmixersoft.operations.postgres import EmbeddedPostgres
from tests.conftest import Cluster

Connect = Callable[[str], psycopg.Connection]
RIGHTS = """
    SELECT rolsuper, rolinherit, rolcreatedb, rolreplication, rolbypassrls, rolcreaterole, rolcanlogin,
           has_database_privilege(rolname, 'djmixersoft', 'CREATE'), has_schema_privilege(rolname, 'djms', 'CREATE'),
           has_database_privilege(rolname, 'djmixersoft', 'TEMP'), has_schema_privilege(rolname, 'public', 'USAGE')
      FROM pg_roles WHERE rolname = %s
"""


@pytest.mark.parametrize("login", LOGINS)
def test_no_login_has_a_right_of_its_own(connect: Connect, login: str) -> None:
    row = connect("postgres").execute(RIGHTS, (login,)).fetchone()
    owner = login == "djms_owner"
    assert row == (False, False, False, False, False, owner, True, owner, owner, owner, False)


def test_only_our_logins_may_connect(connect: Connect) -> None:
    postgres = connect("postgres")
    postgres.execute("CREATE ROLE stranger LOGIN")
    row = postgres.execute("SELECT has_database_privilege('stranger', 'djmixersoft', 'CONNECT')").fetchone()
    assert row == (False,)


def test_a_wrong_password_is_refused(cluster: Cluster) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(cluster.url("djms_site"), password="x")


def test_it_listens_on_its_socket_alone(cluster: Cluster, connect: Connect) -> None:
    assert connect("postgres").execute("SHOW listen_addresses").fetchone() == ("",)
    assert stat.S_IMODE(cluster.server.socket_folder.stat().st_mode) == 0o700


def test_a_durable_server_syncs(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data").open()
    server = EmbeddedPostgres(data.path)
    server.start()
    try:
        with psycopg.connect(server.url("postgres", "postgres")) as connection:
            for name in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
                assert connection.execute(f"SHOW {name}").fetchone() == ("on",)
    finally:
        server.stop()


def test_no_value_of_a_failing_statement_reaches_a_log(cluster: Cluster) -> None:
    value = secrets.token_hex(8)
    with psycopg.connect(cluster.url("djms_site"), autocommit=True) as connection:
        for statement in (f"SELECT '{value}'::int", f"SELECT {value}", f"SELECT 1/0 -- {value}"):
            with pytest.raises(psycopg.Error):
                connection.execute(statement.encode())
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SET log_statement = 'all'")
    log = (cluster.data.log / "postgres.log").read_text()
    assert "ready to accept connections" in log
    assert value not in log


def test_a_long_path_gets_its_socket_elsewhere(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / ("long" * 25)).open()
    server = EmbeddedPostgres(data.path, durable=False)
    server.start()
    try:
        assert server.notice
        assert str(server.socket_folder) in server.notice
        psycopg.connect(server.url("postgres", "postgres")).close()
    finally:
        server.stop()
        server.socket_folder.rmdir()


def test_a_socket_folder_of_somebody_else_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = DataFolder(tmp_path / ("long" * 25)).open()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    name = EmbeddedPostgres(data.path).name
    (tmp_path / f"{name}-{os.geteuid()}").mkdir(mode=0o777)
    (tmp_path / f"{name}-{os.geteuid()}").chmod(0o777)
    with pytest.raises(Exception, match="belongs to somebody else"):
        EmbeddedPostgres(data.path).start()


@pytest.mark.parametrize("version", [150014, 160009, 170005])
def test_it_refuses_servers_with_holes_in_row_security(version: int) -> None:
    assert "CVE-2024-10976" in (version_problem(version) or "")


@pytest.mark.parametrize("version", [160010, 170006, 180000, 190000])
def test_it_takes_mended_servers(version: int) -> None:
    assert version_problem(version) is None


def test_the_operators_sql_names_every_login_and_no_password() -> None:
    text = operator_sql()
    assert all(f"CREATE ROLE {login}" in text for login in LOGINS)
    assert "PASSWORD '" not in text
