"""What probes are made of: the running system as they see it, attempts that must fail, and findings in figures.

An app's `probes.py` registers its own with `@probe("4b")`. A probe tries what must be impossible, on the real logins
and the real pages, and says what it tried. It leaves nothing behind, and puts nobody's rows or ids into its evidence.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.errors import InsufficientPrivilege

from djmixersoft.policy.fetching import Page, Unseen, fetch
from djmixersoft.policy.models import Status
from djmixersoft.policy.rules import Rules, role_of

Connection = psycopg.Connection[Any]
_TAKE = b"SELECT set_config('role', %s, true), set_config('djms.token', %s, true), set_config('djms.bearer', %s, true)"
PAST_RIGHTS = ("23", "DJ", "P0")  # SQLSTATE classes of constraints, of our triggers and of PL/pgSQL's own
PATIENCE = 5  # seconds for the database to take a connection, and for a lock


@dataclass(frozen=True)
class Finding:
    """What a probe found: whether the promise is kept as far as it looked, and what it tried."""

    kept: bool
    evidence: str


@dataclass(frozen=True)
class LiveSystem:
    """The installed system: its rules, its data folder, and its database's address for each login but the owner's."""

    rules: Rules
    data: Path | None
    urls: Mapping[str, str] = field(repr=False)

    def connect(self, process: str) -> Connection:
        """A connection as the login of a process, in autocommit. Raises Unseen where its address isn't known here."""
        if process not in self.urls:
            raise Unseen(f"the address of the login {process!r} is not known here")
        options = f"-c lock_timeout={PATIENCE}s"
        return psycopg.connect(
            self.urls[process], autocommit=True, prepare_threshold=None, connect_timeout=PATIENCE, options=options
        )

    def logins(self, *, without: Iterable[str] = ()) -> list[str]:
        """The processes that have a login here, but for some."""
        return [name for name in self.rules.processes if name in self.urls and name not in set(without)]

    def get(self, path: str, *, cookie: str = "", headers: Mapping[str, str] | None = None) -> Page:
        """Fetches a page as a visitor does, at the site's own address. Raises Unseen."""
        return fetch(self.data, path, {**(headers or {}), **({"Cookie": cookie} if cookie else {})})

    def holding_rows(self, tables: Iterable[str]) -> int:
        """How many of these tables there is something in to be found, as the sizes of their files tell anybody."""
        with self.connect("auditor") as auditor:
            row = auditor.execute(
                "SELECT count(*) FROM pg_class WHERE relnamespace = 'djms'::regnamespace AND relname = ANY(%s)"
                " AND pg_relation_size(oid) > 0",
                [list(tables)],
            ).fetchone()
        return int(row[0]) if row else 0


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
    return list(_REGISTERED.get(promise, []))


@dataclass(frozen=True)
class Caller:
    """Who tries: a login, in a role or as itself, with a token that is nobody's (`bearer`: a program's)."""

    connection: Connection
    login: str
    role: str = ""
    token: str = ""
    bearer: str = ""

    def __str__(self) -> str:
        return f"{self.login} as {self.role}" if self.role else self.login


@contextmanager
def in_each_role(system: LiveSystem, login: str) -> Iterator[list[Caller]]:
    """A login as itself, and in each role that there is, whether or not it should be able to take it."""
    with system.connect(login) as connection:
        roles = ["", *(purpose.role for purpose in system.rules.purposes.values())]
        yield [Caller(connection, login, role) for role in roles]


@dataclass
class Attempts:
    """Statements that must get nothing: how many were tried and refused, and what those did that got through."""

    tried: int = 0
    refused: int = 0
    got: list[str] = field(default_factory=list)

    def expect_nothing(self, caller: Caller, what: str, statement: str, *arguments: object) -> None:
        """Tries a statement, and undoes it. Rows, or success where there are none to count, are a breach.

        `what`: the statement in words, without a value, for the evidence. Only the database's own refusal for want of
        rights (SQLSTATE 42501) counts as one. A constraint or a trigger that objects comes after rights, so that is a
        breach too; any other error says nothing about rights, and is raised.
        """
        self.tried += 1
        taken = [caller.role or "none", caller.token, caller.bearer]
        try:
            with caller.connection.transaction(force_rollback=True):
                caller.connection.execute(_TAKE, taken)
                if done := caller.connection.execute(statement.encode(), arguments or None).rowcount:
                    rows = f"{done:,} row{'' if done == 1 else 's'}" if done > 0 else "it was done"
                    self.got.append(f"{caller}, {what}: {rows}")
        except InsufficientPrivilege:
            self.refused += 1
        except psycopg.Error as error:
            if (error.sqlstate or "")[:2] not in PAST_RIGHTS:
                raise
            self.got.append(f"{caller}, {what}: stopped by a rule about values only ({error.sqlstate})")

    def finding(self, of: str) -> Finding:
        """The attempts as a finding: kept if nothing got through. Raises Unseen if nothing could be tried."""
        if not self.tried:
            raise Unseen("there is no login here to try it with")
        if self.got:
            through = f"{len(self.got):,} of {self.tried:,} statements got through {of}, the first: {self.got[0]}"
            return Finding(kept=False, evidence=through)
        empty = self.tried - self.refused
        answers = f"{self.refused:,} refused" + (f", {empty:,} answered with no row" if empty else "")
        return Finding(kept=True, evidence=f"{self.tried:,} statements tried {of}: {answers}")


def beyond(rules: Rules, role: str, table: str) -> str:
    """The condition on rows of a table that no use gives a role by itself; what has expired is the steward's to see."""
    given = {use.rows for use in rules.uses if role_of(use.purpose) == role and table in use.tables}
    retention = rules.retention_of(table)
    if "expired" in given and retention:
        # Five seconds, so that no row expires between the policy's look at the clock and this one.
        limit = f"interval '{retention.keep}' + interval '5 seconds'"
        return f"{retention.after} > clock_timestamp() - {limit}"
    return "true"


def status_of(findings: list[Finding]) -> Status:
    """Kept if every probe says so; not enforced if there is none."""
    if not findings:
        return Status.NOT_ENFORCED
    return Status.KEPT if all(finding.kept for finding in findings) else Status.BROKEN
