"""Probes: checks of the promises on the running system, with evidence in figures.

An app's `probes.py` registers its own with `@probe("4b")`. A probe tries what must be impossible, on the real logins
and the real pages, and says what it tried. It leaves nothing behind, and reads nobody's rows into its evidence.
"""

import http.client
import os
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from djmixersoft.policy.models import Status
from djmixersoft.policy.rules import Rules

PATIENCE = 10.0  # seconds


class NotRunning(Exception):
    """The site isn't being served, so its pages can't be probed."""


@dataclass(frozen=True)
class Finding:
    """What a probe found: whether the promise is kept as far as it looked, and what it tried."""

    kept: bool
    evidence: str


@dataclass(frozen=True)
class Page:
    """An answer of the site: status, headers (lower-case names, each value), text, and the TLS version it came by."""

    status: int
    headers: list[tuple[str, str]]
    text: str
    tls: str

    def header(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for key, value in self.headers if key == name]


@dataclass
class LiveSystem:
    """The installed system: its rules, its database by each login, and its site by https."""

    rules: Rules
    data: Path | None
    refused: int = field(default=0)

    def connect(self, login: str) -> psycopg.Connection[Any]:
        """A connection as the login of a process, in autocommit."""
        name = "DATABASE_URL" if login == os.environ.get("DJMS_PROCESS") else f"DATABASE_URL_{login.upper()}"
        return psycopg.connect(os.environ[name], autocommit=True)

    def logins(self, *, without: Iterable[str] = ()) -> list[str]:
        """The processes that have a login here, but for some."""
        known = [name for name in self.rules.processes if f"DATABASE_URL_{name.upper()}" in os.environ]
        return [name for name in known if name not in set(without)]

    def get(self, path: str, *, cookie: str = "") -> Page:
        """Fetches a page as a visitor does, with the site's certificate verified. Raises NotRunning."""
        address = self.address()
        parts = urlsplit(address)
        own = self.data / "secrets" / "tls" / "cert.pem" if self.data else None
        trust = ssl.create_default_context(cafile=str(own) if own and own.exists() else None)
        connection = http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=PATIENCE, context=trust)
        try:
            connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
            version = connection.sock.version() if isinstance(connection.sock, ssl.SSLSocket) else None
            answer = connection.getresponse()
            headers = [(key.lower(), value) for key, value in answer.getheaders()]
            return Page(answer.status, headers, answer.read().decode("utf-8", "replace"), version or "none")
        except OSError as error:
            message = f"{address} does not answer"
            raise NotRunning(message) from error
        finally:
            connection.close()

    def address(self) -> str:
        """The site's public address, as `serve` noted it. Raises NotRunning."""
        record = self.data / "address" if self.data else None
        if record is None or not record.exists():
            message = "the site is not being served"
            raise NotRunning(message)
        return record.read_text("ascii").strip()


Probe = Callable[[LiveSystem], Finding]
_REGISTERED: dict[str, list[Probe]] = {}


def probe(promise: str) -> Callable[[Probe], Probe]:
    """Registers a check of a promise."""

    def register(function: Probe) -> Probe:
        _REGISTERED.setdefault(promise, []).append(function)
        return function

    return register


def probes_of(promise: str) -> list[Probe]:
    """The registered checks of a promise."""
    return _REGISTERED.get(promise, [])


@dataclass
class Attempts:
    """Statements tried on a login: how many, how many with an error, and those that got what they should not."""

    tried: int = 0
    refused: int = 0
    got: list[str] = field(default_factory=list)

    def expect_refusal(self, connection: psycopg.Connection[Any], setting: str, statement: str) -> None:
        """Tries a statement after a setting, in a transaction that is rolled back; rows or success are a breach."""
        self.tried += 1
        with connection.transaction(force_rollback=True):
            try:
                with connection.transaction():
                    if setting:
                        connection.execute(setting.encode())
                    rows = connection.execute(statement.encode())
                    if rows.rowcount != 0:
                        self.got.append(f"{setting} {statement}: {rows.rowcount} rows")
            except psycopg.Error:
                self.refused += 1

    def finding(self, of: str) -> Finding:
        """The attempts as a finding: kept if nothing got through."""
        if self.got:
            return Finding(
                kept=False, evidence=f"{len(self.got)} of {self.tried} statements got through: {self.got[0]}"
            )
        answers = f"{self.refused} refused, {self.tried - self.refused} found nothing"
        return Finding(kept=True, evidence=f"{self.tried} statements tried {of}: {answers}; none got a row")


def roles_of(rules: Rules, process: str) -> list[str]:
    """The purpose roles that a process's login may take."""
    return [purpose.role for purpose in rules.purposes.values() if process in purpose.process]


@contextmanager
def each_statement(system: LiveSystem, login: str) -> Iterator[tuple[psycopg.Connection[Any], list[str]]]:
    """A login's connection, with the settings under which it can try: as itself, and as each purpose role there is."""
    takes = ["", *(f"SET LOCAL ROLE {purpose.role}" for purpose in system.rules.purposes.values())]
    with system.connect(login) as connection:
        yield connection, takes


def status_of(findings: list[Finding]) -> Status:
    """Kept if every probe says so; not enforced if there is none."""
    if not findings:
        return Status.NOT_ENFORCED
    return Status.KEPT if all(finding.kept for finding in findings) else Status.BROKEN


@probe("1b")
def what_no_use_allows_is_refused(system: LiveSystem) -> Finding:
    """Each login, with each role there is and no one signed in, tries every table of linked information."""
    attempts = Attempts()
    tables = [table for table in system.rules.tables() if system.rules.category_of(table) != "operational"]
    for login in system.logins(without=["owner"]):
        with each_statement(system, login) as (connection, takes):
            for take in takes:
                for table in tables:
                    attempts.expect_refusal(connection, take, f"SELECT * FROM djms.{table} LIMIT 1")
                    attempts.expect_refusal(connection, take, f"DELETE FROM djms.{table} WHERE true RETURNING *")
    return attempts.finding(f"on {len(tables)} tables, by each login in each role, with nobody signed in")
