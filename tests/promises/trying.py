"""Runs hostile SQL as a login, to the last result, and looks for what it must not show.

It speaks to libpq directly, because an attacker would: several statements in one message, COPY in the middle, errors
with all their fields, notices, notifications.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self

import psycopg
from psycopg import pq

Wanted = pq.ExecStatus
_FIELDS = [
    pq.DiagnosticField.SQLSTATE,
    pq.DiagnosticField.MESSAGE_PRIMARY,
    pq.DiagnosticField.MESSAGE_DETAIL,
    pq.DiagnosticField.MESSAGE_HINT,
    pq.DiagnosticField.CONTEXT,
    pq.DiagnosticField.INTERNAL_QUERY,
    pq.DiagnosticField.COLUMN_NAME,
    pq.DiagnosticField.CONSTRAINT_NAME,
]
IS_LONG = os.environ.get("DJMS_LONG") == "1"
LEAST = 20_000 if IS_LONG else 2_000  # statements for each login


@dataclass(frozen=True)
class Attack:
    """What is sent: settings first, each whether or not the one before worked, then the statements in one message.

    `bearer`: a program's token. `kept`: committed, so that anything it changes would stay.
    """

    sql: str
    role: str = ""
    token: str = ""
    bearer: str = ""
    named: str = ""
    begin: str = "BEGIN"
    settings: tuple[str, ...] = ()
    kept: bool = True

    def said(self) -> bytes:
        """All that the attacker knew and said."""
        return "\n".join((self.sql, self.token, self.bearer, self.named, *self.settings)).encode()


@dataclass
class Outcome:
    """Everything that came back. `rows`: of all results, or affected; `state`: the last error's SQLSTATE, or ''."""

    rows: int = 0
    state: str = ""
    shown: list[bytes] = field(default_factory=list)

    def text(self) -> bytes:
        """All that an attacker could read of it."""
        return b"\n".join(self.shown)


@dataclass
class Tally:
    """What many attacks came to: how many ran, what came back, and what should not have been in it."""

    ran: int = 0
    rows: int = 0
    states: Counter[str] = field(default_factory=Counter)
    breaches: list[str] = field(default_factory=list)
    seen: Counter[bytes] = field(default_factory=Counter)


class Attacker:
    """One connection of a login, made new where an attack has ended it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection = psycopg.connect(url, autocommit=True)
        self._notices: list[bytes] = []
        self._listen()

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, attack: Attack) -> Outcome:
        """Run one attack in a transaction of its own, and leave the connection as a pool would want it."""
        self._notices.clear()
        outcome = Outcome()
        self._send(attack.begin.encode(), Outcome())
        if attack.role:
            self._try(f"SET LOCAL ROLE {attack.role}", outcome)
        forged = (
            f"SELECT set_config('djms.token', '{attack.token}', true),"
            f" set_config('djms.named', '{attack.named}', true), set_config('djms.bearer', '{attack.bearer}', true)"
        )
        self._send(forged.encode(), Outcome())
        for setting in attack.settings:
            self._try(setting, outcome)
        outcome.state = ""
        self._send(attack.sql.encode(), outcome)
        self._send(b"COMMIT" if attack.kept else b"ROLLBACK", outcome)
        self._send(b"DISCARD ALL", Outcome())
        outcome.shown += self._notices
        if self._connection.pgconn.status != pq.ConnStatus.OK:
            self._connection = psycopg.connect(self.url, autocommit=True)
            self._listen()
        return outcome

    def run_all(
        self, attacks: Iterable[Attack], forbidden: Mapping[str, bytes], expected: Iterable[bytes] = ()
    ) -> Tally:
        """Run attacks and look through everything that came back.

        What an attack says itself may be said back to it. `expected` is what the login may see, counted where it did,
        so that a test can tell that its attacks reach something at all.
        """
        tally = Tally()
        hopes = list(expected)
        for attack in attacks:
            outcome = self.run(attack)
            tally.ran += 1
            tally.rows += outcome.rows
            tally.states[outcome.state] += 1
            shown, said = outcome.text(), attack.said()
            tally.breaches += [
                f"{what} shown by {attack}"
                for what, needle in forbidden.items()
                if needle in shown and needle not in said
            ]
            tally.seen.update(hope for hope in hopes if hope in shown)
        return tally

    def _listen(self) -> None:
        self._connection.pgconn.notice_handler = lambda result: self._notices.extend(_fields(result))

    def _try(self, setting: str, outcome: Outcome) -> None:
        self._send(b"SAVEPOINT before", Outcome())
        attempt = Outcome()
        self._send(setting.encode(), attempt)
        outcome.shown += attempt.shown
        if attempt.state:
            self._send(b"ROLLBACK TO SAVEPOINT before", Outcome())

    def _send(self, statements: bytes, outcome: Outcome) -> None:
        wire = self._connection.pgconn
        if wire.status != pq.ConnStatus.OK:
            return
        wire.send_query(statements)
        while result := wire.get_result():
            match result.status:
                case Wanted.TUPLES_OK:
                    outcome.rows += result.ntuples
                    outcome.shown += _values(result)
                case Wanted.COMMAND_OK:
                    outcome.rows += result.command_tuples or 0
                case Wanted.COPY_OUT:
                    for line in _copied(wire):
                        outcome.rows += 1
                        outcome.shown.append(line)
                case Wanted.COPY_IN:
                    wire.put_copy_end()
                case _:
                    outcome.shown += _fields(result)
                    outcome.state = (result.error_field(pq.DiagnosticField.SQLSTATE) or b"-----").decode()
                    if wire.status != pq.ConnStatus.OK:
                        return
        while notification := wire.notifies():
            outcome.shown.append(notification.extra)


def _values(result: pq.abc.PGresult) -> Iterator[bytes]:
    for row in range(result.ntuples):
        for column in range(result.nfields):
            value = result.get_value(row, column)
            if value is not None:
                yield bytes(value)


def _fields(result: pq.abc.PGresult) -> list[bytes]:
    return [value for one in _FIELDS if (value := result.error_field(one))]


def _copied(wire: pq.abc.PGconn) -> Iterator[bytes]:
    while True:
        count, line = wire.get_copy_data(0)
        if count < 0:
            return
        yield bytes(line)


def needles(what: str, value: bytes | str) -> dict[str, bytes]:
    """A value as it may show in a result: as it is, and in PostgreSQL's hexadecimal form of bytes."""
    raw = value.encode() if isinstance(value, str) else value
    return {f"{what} (plain)": raw, f"{what} (hex)": raw.hex().encode()}
