"""A plugin for pytest: runs the collected tests again and again, each time with one thing broken.

The server, the world and the site's connections stay; what a mutant let be changed is put back from a copy in memory.
Writes its findings to the file that DJMS_MUTATION_REPORT names.
"""

import json
import os
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from _pytest.runner import runtestprotocol

from bench.mutants import Mutant, mutants


class Mutating:
    """Takes the place of pytest's own loop over the tests."""

    def __init__(self) -> None:
        self.found: dict[str, Any] = {}
        self.seconds: dict[str, float] = {}
        self.least = 0

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Generator[None, Any, Any]:  # noqa: ANN401, ARG002 - pytest's
        """Keep the server, the world, for between the tests."""
        made = yield
        self.found[fixturedef.argname] = made
        return made

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run all tests once, then for each mutant until one fails."""
        from djmixersoft.policy.loading import load

        items = list(session.items)
        self.least = len(items) * 95 // 100
        for item in items:
            started = time.monotonic()
            if reason := self._failure(item, session):
                raise pytest.UsageError(f"{item.nodeid} fails with nothing broken: {reason}")
            self.seconds[item.nodeid] = time.monotonic() - started
        world = self.found["world"]
        results = []
        with world.superuser() as superuser:
            superuser.execute("SET session_replication_role = replica")
            copy = _copied(superuser)
            for mutant in list(mutants(superuser, load())):
                results.append(self._outcome(mutant, items, superuser, copy))
                Path(os.environ["DJMS_MUTATION_REPORT"]).write_text(json.dumps(results), "utf-8")
        # The server goes down with its fixture.
        self._failure(session.items[0], None)
        return True

    def _outcome(
        self, mutant: Mutant, items: list[pytest.Item], superuser: psycopg.Connection, copy: dict[str, bytes]
    ) -> dict[str, object]:
        """Which test notices; one that fails by itself notices nothing, and is left out from then on."""
        started = time.monotonic()
        while True:
            try:
                mutant.do(superuser)
            except psycopg.Error as error:
                return {"mutant": mutant.name, "killed": None, "by": str(error).splitlines()[0], "seconds": 0}
            try:
                chosen = [item for item in items if f"/{mutant.tests}/" in item.nodeid]
                by = next((item for item in self._likely(mutant, chosen) if self._failure(item, item.session)), None)
            finally:
                mutant.undo(superuser)
            if _copied(superuser) != copy:
                _put_back(superuser, copy)
            if by is None or not (reason := self._failure(by, by.session)):
                break
            items.remove(by)
            print(f"left out: {by.nodeid} fails still, after {mutant.name}: {reason}", file=sys.stderr)
            if len(items) < self.least:
                raise pytest.UsageError("too many tests fail with nothing broken")
        killer = by.nodeid if by else None
        return {"mutant": mutant.name, "killed": bool(by), "by": killer, "seconds": time.monotonic() - started}

    def _likely(self, mutant: Mutant, items: list[pytest.Item]) -> list[pytest.Item]:
        """The tests, those first whose source speaks of what is broken, then the quick ones."""

        def order(item: pytest.Item) -> tuple[int, float]:
            source = f"{item.name} {_source(item)}"
            return -sum(word in source for word in mutant.about), self.seconds[item.nodeid]

        return sorted(items, key=order)

    @staticmethod
    def _failure(item: pytest.Item, following: pytest.Item | pytest.Session | None) -> str:
        reports = runtestprotocol(item, nextitem=following, log=False)  # type: ignore[arg-type]  # a Session keeps what is its own
        return next((str(report.longrepr)[-400:] for report in reports if report.failed), "")


def _source(item: pytest.Item) -> str:
    function = getattr(item, "function", None)
    return Path(item.path).read_text("utf-8").split(f"def {function.__name__}(")[-1][:2500] if function else ""


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


def _put_back(superuser: psycopg.Connection, copy: dict[str, bytes]) -> None:
    with superuser.transaction():
        for table, rows in copy.items():
            superuser.execute(f"DELETE FROM djms.{table}".encode())  # noqa: S608 - as above
            with superuser.cursor().copy(f"COPY djms.{table} FROM STDIN".encode()) as into:
                into.write(rows)


def pytest_configure(config: pytest.Config) -> None:
    """Join in."""
    config.pluginmanager.register(Mutating(), "mutating")
