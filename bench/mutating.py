"""A plugin for pytest: runs the collected tests again and again, each time with one thing broken.

First each test once, to see which tables it reads or writes and which doors it calls, as PostgreSQL counts them: only
such a test can notice that something of these is broken. The server, the world and the site's connections stay; what a
mutant let be changed is put back from a copy in memory. Writes its findings to the file that DJMS_MUTATION_REPORT
names, and goes on where that ends. DJMS_MUTATION_PART is the share of the mutants to try, as in "0/2".
DJMS_MUTATION_ONLY names a file with names of mutants: a second look at those alone, where nothing is put back, since
there the tests make what they need.
"""

import json
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Generator
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from _pytest.runner import runtestprotocol

from bench.mutants import RIGHTS, Mutant, mutants

PATIENCE: Final = (8.0, 120.0)  # seconds for a first and for a second look at one mutant
LATE: Final = 1.5  # seconds until PostgreSQL has counted what was done
FAILING: Final = 10  # tests that may fail with nothing broken, and are left out; with more, something is wrong
TIMES_OUT: Final = 3  # times that a test fails with nothing broken, before it is left out
STALE: Final = 300.0  # seconds after which links and sessions are made to last again
# What is open for less time than a run takes; the rest of what expires has days.
SOON: Final = ("registration", "mail_proof", "session", "share_opening", "api_token", "invitation")


class Mutating:
    """Takes the place of pytest's own loop over the tests."""

    def __init__(self) -> None:
        self.found: dict[str, Any] = {}
        self.seconds: dict[str, float] = {}
        self.touched: defaultdict[str, set[str]] = defaultdict(set)
        self.failed_by_itself: Counter[str] = Counter()
        named = os.environ.get("DJMS_MUTATION_ONLY")
        self.only: list[str] | None = json.loads(Path(named).read_text("utf-8")) if named else None

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Generator[None, Any, Any]:  # noqa: ANN401, ARG002 - pytest's
        """Keep the server, the world, for between the tests."""
        made = yield
        self.found[fixturedef.argname] = made
        return made

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run all tests once, then for each mutant until one fails."""
        from djmixersoft.policy.loading import load

        items = self._run_once(session)
        part, parts = map(int, os.environ["DJMS_MUTATION_PART"].split("/"))
        report = Path(os.environ["DJMS_MUTATION_REPORT"])
        # A share may hold nothing, of few mutants.
        results: list[dict[str, object]] = json.loads(report.read_text("utf-8")) if report.exists() else []
        report.write_text(json.dumps(results), "utf-8")
        tried = {one["mutant"] for one in results}
        with self.found["world"].superuser() as superuser:
            superuser.execute("SET session_replication_role = replica")
            kept = Kept(superuser)
            chosen = [one for one in mutants(superuser, load()) if self.only is None or one.name in self.only]
            for mutant in (one for one in chosen[part::parts] if one.name not in tried):
                results.append(self._outcome(mutant, items, superuser, kept))
                report.write_text(json.dumps(results), "utf-8")
        # The server goes down with its fixture.
        self._failure(session.items[0], None)
        return True

    def _run_once(self, session: pytest.Session) -> list[pytest.Item]:
        """Run each test with nothing broken; those that pass, in the order in which they ran."""
        failing, counts = dict[str, str](), Counter[str]()
        ended: dict[str, float] = {}
        for item in session.items:
            started = time.monotonic()
            if reason := self._failure(item, session):
                failing[item.nodeid] = reason
            ended[item.nodeid] = time.monotonic()
            self.seconds[item.nodeid] = ended[item.nodeid] - started
            if "world" in self.found:
                with self.found["world"].superuser() as superuser:
                    if not counts:
                        superuser.execute("ALTER SYSTEM SET track_functions = 'all'")
                        superuser.execute("SELECT pg_reload_conf()")
                    now = _counts(superuser)
                for recent, at in ended.items():
                    if at > started - LATE:
                        self.touched[recent] |= set(now - counts)
                counts = now
        if len(failing) > FAILING:
            raise pytest.UsageError(f"{len(failing)} tests fail with nothing broken: {next(iter(failing.items()))}")
        for name, reason in failing.items():
            print(f"{name} fails with nothing broken, and is left out: {reason}", file=sys.stderr)
        return [item for item in session.items if item.nodeid not in failing]

    def _outcome(
        self, mutant: Mutant, items: list[pytest.Item], superuser: psycopg.Connection, kept: "Kept"
    ) -> dict[str, object]:
        """Which test notices. One that fails with nothing broken too has noticed nothing."""
        started = time.monotonic()
        ends = started + PATIENCE[self.only is not None]
        remaining = self._likely(mutant, items)
        while True:
            try:
                mutant.do(superuser)
            except psycopg.Error as error:
                return {"mutant": mutant.name, "killed": None, "by": str(error).splitlines()[0], "seconds": 0}
            try:
                by = next((item for item in remaining if self._notices(item, ends)), None)
            finally:
                mutant.undo(superuser)
            if self.only is None:
                kept.put_back()
            if by is None or not (reason := self._failure(by, by.session)):
                break
            self.failed_by_itself[by.nodeid] += 1
            remaining = remaining[remaining.index(by) + 1 :]
            print(f"{by.nodeid} fails still, after {mutant.name}: {reason}", file=sys.stderr)
        killer = by.nodeid if by else None
        return {"mutant": mutant.name, "killed": bool(by), "by": killer, "seconds": time.monotonic() - started}

    def _notices(self, item: pytest.Item, ends: float) -> bool:
        is_out = self.failed_by_itself[item.nodeid] >= TIMES_OUT
        return not is_out and time.monotonic() < ends and bool(self._failure(item, item.session))

    def _likely(self, mutant: Mutant, items: list[pytest.Item]) -> list[pytest.Item]:
        """The tests that can notice, those first whose source speaks of what is broken, then the quick ones."""

        def order(item: pytest.Item) -> tuple[int, float]:
            source = f"{item.name} {_source(item)}"
            return -sum(word in source for word in mutant.about), self.seconds.get(item.nodeid, 0.0)

        if mutant.tests == "policy":
            return sorted((item for item in items if "/policy/" in item.nodeid), key=order)
        what, speaks = mutant.about[0], RIGHTS if mutant.tests == RIGHTS else ""
        found = {item for item in items if what in self.touched[item.nodeid] or what in _source(item)}
        # What no test of the first look touches waits for the second, which tries all.
        tried = [item for item in items if self.only or item in found or (speaks and speaks in item.nodeid)]
        return sorted(tried, key=lambda item: (speaks not in item.nodeid, item not in found, *order(item)))

    @staticmethod
    def _failure(item: pytest.Item, following: pytest.Item | pytest.Session | None) -> str:
        reports = runtestprotocol(item, nextitem=following, log=False)  # type: ignore[arg-type]  # a Session keeps what is its own
        return next((str(report.longrepr)[-400:] for report in reports if report.failed), "")


def _source(item: pytest.Item) -> str:
    function = getattr(item, "function", None)
    return Path(item.path).read_text("utf-8").split(f"def {function.__name__}(")[-1][:2500] if function else ""


def _counts(superuser: psycopg.Connection) -> Counter[str]:
    """How often each table was read or written, and each door called."""
    rows = superuser.execute(
        "SELECT relname, seq_scan + coalesce(idx_scan, 0) + n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables"
        " UNION ALL SELECT funcname, calls FROM pg_stat_user_functions"
    )
    return Counter({str(name): int(count) for name, count in rows})


def _tables(superuser: psycopg.Connection) -> list[str]:
    rows = superuser.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'djms'::regnamespace AND relkind = 'r' ORDER BY 1"
    )
    return [name for (name,) in rows]


def _copied(superuser: psycopg.Connection) -> dict[str, bytes]:
    """Every table's rows, in PostgreSQL's text form, sorted."""
    found = {}
    for table in _tables(superuser):
        query = f"COPY (SELECT * FROM djms.{table} t ORDER BY t::text) TO STDOUT"  # noqa: S608 - a name of the catalog
        with superuser.cursor().copy(query.encode()) as rows:
            found[table] = b"".join(bytes(row) for row in rows)
    return found


class Kept:
    """All rows as they were; what a person would have used by now lasts as much longer as has gone by."""

    def __init__(self, superuser: psycopg.Connection) -> None:
        self.superuser = superuser
        self.rows, self.at = _copied(superuser), time.monotonic()

    def put_back(self) -> None:
        """Put back what differs."""
        if _copied(self.superuser) != self.rows:
            _put_back(self.superuser, self.rows)
        seconds = time.monotonic() - self.at
        if seconds > STALE:
            for table in SOON:
                later = f"UPDATE djms.{table} SET expires = expires + %s * interval '1 second'"  # noqa: S608 - as above
                self.superuser.execute(f"{later} WHERE expires > now()".encode(), [seconds])
            self.rows, self.at = _copied(self.superuser), time.monotonic()


def _put_back(superuser: psycopg.Connection, copy: dict[str, bytes]) -> None:
    with superuser.transaction():
        for table, rows in copy.items():
            superuser.execute(f"DELETE FROM djms.{table}".encode())  # noqa: S608 - as above
            with superuser.cursor().copy(f"COPY djms.{table} FROM STDIN".encode()) as into:
                into.write(rows)


def pytest_configure(config: pytest.Config) -> None:
    """Join in."""
    config.pluginmanager.register(Mutating(), "mutating")
