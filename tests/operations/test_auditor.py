"""The probes run by themselves soon after a start, in a process that has no more rights than it needs."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from djmixersoft.operations import children
from djmixersoft.operations.children import Child, Recurring
from djmixersoft.operations.postgres import EmbeddedPostgres
from djmixersoft.policy.prose import clauses
from tests.support import PLAIN_ENVIRONMENT, wait_until

if TYPE_CHECKING:
    from tests.operations.installation import Installation

ENFORCED = ("1a", "1b", "1e", "1f", "2a", "2b", "4a", "4b", "4d", "6a", "6b", "7b")
FINE, FOUND_SOMETHING, COULD_NOT_RUN = 0, 1, 2


def results(installation: "Installation") -> dict[str, str]:
    with psycopg.connect(EmbeddedPostgres(installation.folder).url("postgres")) as superuser:
        return dict(superuser.execute("SELECT promise, status FROM djms.probe_result").fetchall())


def start(installation: "Installation") -> None:
    """Start it, and wait for the end of the probes that run by themselves."""
    before = len(log(installation))
    installation.start()
    wait_until("the first findings", lambda: len(log(installation)) > before, 120)


def bend(installation: "Installation", sql: str) -> None:
    with psycopg.connect(EmbeddedPostgres(installation.folder).url("postgres")) as superuser:
        superuser.execute(sql.encode())


def log(installation: "Installation") -> list[dict[str, Any]]:
    path = installation.folder / "log" / "auditor.log"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def verify(installation: "Installation", *arguments: str) -> tuple[int, dict[str, str], str]:
    """Give its exit status, each promise's status, and what it said besides."""
    done = installation.command("promises", "verify", "--json", *arguments)
    found = {one["promise"]: one["status"] for one in json.loads(done.stdout)}
    return done.returncode, found, done.stderr


def test_soon_after_a_start_every_clause_has_a_finding(installation: "Installation") -> None:
    start(installation)
    found = results(installation)
    assert set(found) == set(clauses())
    assert {found[promise] for promise in ENFORCED} == {"kept"}
    said = log(installation)[-1]
    assert (said["event"], said["broken"], said["unseen"]) == ("the promises were checked", 0, 0)


def test_its_process_has_every_login_but_the_owners_and_is_gone_when_done(installation: "Installation") -> None:
    installation.start()
    wait_until("the probes", lambda: bool(installation.pids("promises verify")), 60)
    environment = Path(f"/proc/{installation.pids('promises verify')[-1]}/environ").read_text().split("\0")
    logins = {part.split("postgresql://")[1].split(":")[0] for part in environment if "postgresql://" in part}
    assert logins == {f"djms_{name}" for name in ("site", "desk", "mailer", "analyst", "steward", "sealer", "auditor")}
    wait_until("their end", lambda: not installation.pids("promises verify"), 120)
    assert installation.page() == 200


def test_a_broken_promise_shows_in_the_log_on_the_page_and_in_the_exit_status(installation: "Installation") -> None:
    start(installation)
    bend(installation, "ALTER TABLE djms.item NO FORCE ROW LEVEL SECURITY")
    try:
        logged = installation.command("promises", "verify", "--log")
    finally:
        bend(installation, "ALTER TABLE djms.item FORCE ROW LEVEL SECURITY")
    assert (logged.returncode, logged.stdout) == (FOUND_SOMETHING, "")
    lines = [json.loads(line) for line in logged.stderr.splitlines()]
    assert {line["promise"] for line in lines if line["event"] == "a promise is broken"} == {"1a", "1b", "1f"}
    assert {promise for promise, status in results(installation).items() if status == "broken"} == {"1a", "1b", "1f"}
    status, found, said = verify(installation)
    assert (status, found["1f"], said) == (FINE, "kept", "")


def test_what_cannot_be_looked_at_is_said_and_takes_nothing_from_the_page(installation: "Installation") -> None:
    status, found, said = verify(installation)
    assert status == COULD_NOT_RUN
    assert said == "Not all of it could be looked at: S2, 2a, 2b, 3a, 3b, 6a, 6b, 7b.\n"
    assert (found["1b"], found["2b"], found["6a"]) == ("kept", "not-enforced", "not-enforced")
    installation.start()
    assert results(installation)["2b"] == "kept", "the last finding stays, with its time"


def test_without_its_database_it_says_so_in_a_sentence(installation: "Installation") -> None:
    nowhere = dict.fromkeys(
        (f"DATABASE_URL_{name}" for name in ("SITE", "DESK", "MAILER", "STEWARD", "SEALER", "AUDITOR", "OWNER")),
        "postgresql://djms_auditor@/x?host=/nonexistent",
    )
    done = installation.command("promises", "verify", **nowhere)
    assert (done.returncode, done.stdout, done.stderr) == (COULD_NOT_RUN, "", "The database can't be reached.\n")
    logged = installation.command("promises", "verify", "--log", **nowhere)
    assert json.loads(logged.stderr.splitlines()[-1])["event"] == "the database can't be reached"


class Clock:
    """A clock that goes only when told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(children, "now", clock)
    return clock


@pytest.fixture
def recurring(tmp_path: Path, clock: Clock) -> Iterator[Recurring]:
    """A recurring process whose exit status is the content of a file."""
    assert clock.seconds
    (tmp_path / "status").write_text("0")
    command = ["sh", "-c", f"exit $(cat {tmp_path}/status)"]
    one = Recurring("once", command, dict(PLAIN_ENVIRONMENT), tmp_path / "once.log", first=3)
    yield one
    one.signal(signal.SIGKILL)


def ended(one: Recurring) -> str | None:
    """Run it to its end, and plan the next time."""
    queue: SimpleQueue[Child] = SimpleQueue()
    one.start(queue)
    assert one.due is None
    return queue.get(timeout=10).plan_restart()


def test_it_comes_soon_and_then_daily_whatever_it_found(recurring: Recurring, clock: Clock, tmp_path: Path) -> None:
    recurring.plan_first()
    assert recurring.due == clock() + 3
    for status in ("0", "1"):
        (tmp_path / "status").write_text(status)
        assert ended(recurring) is None, "that it ended is no news"
        assert recurring.due == clock() + 86_400


def test_until_it_could_run_it_comes_again_after_longer_and_longer_pauses(
    recurring: Recurring, clock: Clock, tmp_path: Path
) -> None:
    (tmp_path / "status").write_text("2")
    pauses = []
    for _ in range(8):
        said = json.loads(ended(recurring) or "{}")
        assert (said["process"], said["status"]) == ("once", 2)
        assert recurring.due
        pauses.append(recurring.due - clock())
    assert pauses == [60, 120, 240, 480, 960, 1920, 3600, 3600]
    (tmp_path / "status").write_text("0")
    assert ended(recurring) is None
    (tmp_path / "status").write_text("2")
    ended(recurring)
    assert recurring.due == clock() + 60
