"""`serve` as people and machines treat it: started twice, interrupted, killed, in each other's way."""

import os
import random
import signal
import socket
import ssl
import subprocess
import time
from pathlib import Path

import psycopg
import pytest

from djmixersoft.operations.postgres import EmbeddedPostgres
from tests.operations.installation import COMMAND, Installation, free_port
from tests.support import IS_LONG, PLAIN_ENVIRONMENT, ROOT, wait_until

SUPERVISOR = "serve"
PARTS = [SUPERVISOR, "djmixersoft site", "worker mailer", "worker steward", "bin/postgres", "checkpointer"]


def test_the_first_page_comes_and_ctrl_c_leaves_nothing_behind(installation: Installation) -> None:
    installation.start()
    assert installation.page() == 200
    assert installation.output[-1] == f"DJMixerSoft is ready: https://localhost:{installation.port}\n"
    assert installation.stop() == 0
    assert installation.pids() == []


def test_it_speaks_http_1_1_only_whatever_it_is_offered(installation: Installation) -> None:
    """In HTTP/2 whoever broke off an upload left a thread reading for ever."""
    installation.start()
    context = ssl.create_default_context(cafile=installation.folder / "secrets" / "tls" / "cert.pem")
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("localhost", installation.port), 10) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        assert connection.selected_alpn_protocol() == "http/1.1"


def test_sigterm_stops_it_as_well(installation: Installation) -> None:
    installation.start()
    assert installation.stop(signal.SIGTERM) == 0
    assert installation.pids() == []


@pytest.mark.parametrize("seconds", [0.3, 1.0, 2.0])
def test_ctrl_c_during_the_first_start_leaves_nothing_behind(fresh: Installation, seconds: float) -> None:
    fresh.launch()
    time.sleep(seconds)
    fresh.stop()
    wait_until("nothing is left", lambda: fresh.pids() == [])
    fresh.start()
    assert fresh.page() == 200


def test_kill_nine_during_the_first_start_spoils_nothing(fresh: Installation) -> None:
    for seconds in (0.2, 0.5, 1.0, 2.0):
        process = fresh.launch()
        time.sleep(seconds)
        process.kill()
        fresh.stop()
    fresh.start()
    assert fresh.page() == 200


def test_a_later_start_does_not_migrate_again(installation: Installation) -> None:
    before = (installation.folder / "prepared").stat().st_mtime_ns
    installation.start()
    assert (installation.folder / "prepared").stat().st_mtime_ns == before


@pytest.mark.parametrize("part", PARTS * (10 if IS_LONG else 1))
def test_after_kill_nine_of_a_part_the_next_start_just_works(installation: Installation, part: str) -> None:
    installation.start()
    kill(installation, part)
    if installation.serving:
        installation.stop()
    installation.start()
    assert installation.page() == 200
    installation.stop()
    wait_until("nothing is left", lambda: installation.pids() == [])


@pytest.mark.parametrize("part", PARTS[1:])
def test_a_killed_part_comes_back_by_itself(installation: Installation, part: str) -> None:
    installation.start()
    old = kill(installation, part)
    wait_until("another process in its place", lambda: bool(set(installation.pids(part)) - old))
    wait_until("the page", lambda: answers(installation))


@pytest.mark.parametrize("seconds", [0.0, 0.005, 0.02, 1.0])
def test_killing_the_supervisor_ends_everything(installation: Installation, seconds: float) -> None:
    installation.start()
    # From the moment on when it starts the workers.
    time.sleep(seconds)
    kill(installation, SUPERVISOR)
    wait_until("nothing is left", lambda: installation.pids() == [])


def test_a_port_in_use_is_named_before_anything_starts(fresh: Installation) -> None:
    with socket.create_server(("127.0.0.1", fresh.port)):
        done = fresh.serve()
    assert done.returncode == 2
    assert done.stderr == (
        f"Port {fresh.port} can't be used (Address already in use); "
        "stop what uses it, or choose another with --site-port.\n"
    )
    assert not (fresh.folder / "postgres" / "data").exists()


def test_a_second_serve_on_the_same_folder_gets_a_sentence(installation: Installation) -> None:
    installation.start()
    done = installation.command("serve", "--site-port", str(free_port()))
    assert done.returncode == 2
    assert done.stderr == (
        f"DJMixerSoft already runs on {installation.folder}; stop it first, or choose another folder with --data.\n"
    )
    assert installation.page() == 200


def test_a_database_that_differs_from_the_policy_is_not_served(installation: Installation) -> None:
    server = EmbeddedPostgres(installation.folder)
    for grant, status in (
        ("GRANT SELECT ON djms.person TO djms_site", 1),
        ("REVOKE ALL ON djms.person FROM djms_site", 0),
    ):
        server.start()
        with psycopg.connect(server.url("postgres")) as connection:
            connection.execute(grant.encode())
        server.stop()
        assert installation.command("policy", "check").returncode == status
        if status:
            done = installation.serve()
            assert done.returncode == 1
            assert "djms.person to djms_site" in done.stdout
            assert done.stderr == "The database or the code differs from the policy, so the site isn't served.\n"
            assert installation.pids() == []
    installation.start()


def test_each_process_knows_its_own_login_alone(installation: Installation) -> None:
    installation.start()
    for part, login in (("site", "djms_site"), ("mailer", "djms_mailer"), ("steward", "djms_steward")):
        wait_until(part, lambda part=part: bool(installation.pids(part)))  # type: ignore[misc]  # part is bound, as a default
        environment = Path(f"/proc/{installation.pids(part)[-1]}/environ").read_text()
        assert f"postgresql://{login}:" in environment
        assert environment.count("postgresql://") == 1


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DJMS_URL", "http://studio.example", "DJMS_URL (http://studio.example) must look like https://"),
        ("DJMS_URL", "https://studio.example/there", "DJMS_URL (https://studio.example/there) must look like"),
        ("DJMS_URL", "https://studio.example", "MAIL_URL is not set, and people at https://studio.example can't"),
        ("MAIL_URL", "imap://mail.example", "MAIL_URL must look like smtps://"),
        ("DATABASE_URL_SITE", "postgresql://db.example/x", "DATABASE_URL_DESK is not set, while DATABASE_URL_SITE"),
        ("DJMS_TLS_CERT", "/nonexistent", "DJMS_TLS_CERT names /nonexistent, which can't be read."),
        ("DJMS_TLS_KEY", "/nonexistent", "DJMS_TLS_CERT is not set; a certificate of your own needs both"),
    ],
)
def test_a_wrong_setting_gets_a_sentence(fresh: Installation, name: str, value: str, sentence: str) -> None:
    done = fresh.serve(**{name: value})
    assert done.returncode == 2
    assert done.stderr.startswith(sentence)
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("port", ["0", "65536", "-1", "x"])
def test_an_impossible_port_gets_a_sentence(port: str) -> None:
    done = subprocess.run(
        [*COMMAND, "serve", f"--site-port={port}"], env=PLAIN_ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "is no port; ports go from 1 to 65535" in done.stderr


def test_run_finds_its_folder_from_anywhere(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(ROOT / "run")
    done = subprocess.run(
        ["./link", "database-sql"], cwd=tmp_path, env=PLAIN_ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "CREATE ROLE djms_site" in done.stdout


def kill(installation: Installation, part: str) -> set[int]:
    """End a process by force; return all that there were of its kind."""
    if part == SUPERVISOR:
        process = installation.serving
        assert process
        process.kill()
        installation.stop()
        return set()
    wait_until(part, lambda: bool(installation.pids(part)))
    pids = installation.pids(part)
    os.kill(random.choice(pids), signal.SIGKILL)
    return set(pids)


def answers(installation: Installation) -> bool:
    try:
        return installation.page() == 200
    except OSError:
        return False
