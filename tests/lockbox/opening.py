"""An access that an Administrator of the small world approved, and the attempts to read more by it."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg

from tests.lockbox.desk import ROLE, Agent, Desk, approve, dismiss, grant_of, hire

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.people import World

SQL = {
    "look": "SELECT current_setting('djms.named'), id FROM djms.item",
    "key": "SELECT current_setting('djms.named'), k.item_id FROM djms.item_key k, djms.account_key",
    "note": "SELECT djms.note_reading(%s, 'shown')",
    "named": "SELECT set_config('djms.named', %s, true)",
    "cursor": "DECLARE c CURSOR FOR SELECT current_setting('djms.named'), id FROM djms.item",
    "fetch": "FETCH ALL FROM c",
    "save": "SAVEPOINT here",
    "back": "ROLLBACK TO SAVEPOINT here",
}
# How often each step is taken, beside the others.
STEPS = {"look": 6, "key": 4, "note": 4, "unlock": 1, "named": 1, "cursor": 2, "fetch": 2, "save": 2, "back": 1}
# What a round may be refused with: by rights, by an order that makes no sense, by a killed session.
REFUSED = {"42", "25", "DJ", "57", "40", "34", "3B"}


@dataclass(frozen=True)
class Access:
    """Somebody here, who may unlock `items` of Alice's account; not `others`."""

    agent: Agent
    account: UUID
    request: UUID
    grant: UUID
    items: list[UUID]
    others: list[UUID]


@contextmanager
def granted(cluster: "Cluster", world: "World", *, role: str = "support", download: bool = False) -> Iterator[Access]:
    """Ask for three of Alice's files and have them approved; at the end nothing is left of it but the record."""
    desk, files = Desk(cluster.url("djms_desk")), list(world.a.crate.files)
    files = [item for item in files if item != world.a.crate.thrown]
    with world.superuser() as superuser:
        agent = hire(superuser, role)
        try:
            request = desk.ask(agent, world.a.id, files[:3], download=download)
            done = approve(cluster.url("djms_site"), world.alice.token, world.a.id, request, files[:3])
            assert done == "done"
            yield Access(agent, world.a.id, request, grant_of(superuser, request), files[:3], files[3:])
        finally:
            dismiss(superuser, agent)


@dataclass
class Rounds:
    """Random statements on a pooled connection of the desk's, each look held against what is committed by then."""

    desk_url: str
    access: Access
    observer: psycopg.Connection
    chance: random.Random
    readings: list[str] = field(default_factory=list)
    last: str = ""
    seen: int = 0
    keys: int = 0
    refused: int = 0
    early: list[str] = field(default_factory=list)
    connection: psycopg.Connection | None = None

    def run(self, rounds: int) -> None:
        """One transaction a round, of up to nine steps, ended in one of four ways."""
        for _ in range(rounds):
            self.round()
        if self.connection:
            self.connection.close()

    def round(self) -> None:
        connection = self.pooled()
        reading = self.last if self.chance.random() < 4 / 5 else self.chance.choice(["", *self.readings])
        level = self.chance.choice(["READ COMMITTED"] * 8 + ["REPEATABLE READ", "SERIALIZABLE"])
        steps = [f"BEGIN ISOLATION LEVEL {level}", f"SET LOCAL ROLE {ROLE[self.access.agent.role]}"]
        self.done = list(steps)
        try:
            for step in steps:
                connection.execute(step.encode())
            connection.execute(
                "SELECT set_config('djms.token', %s, true), set_config('djms.named', %s, true)",
                [self.access.agent.token, reading],
            )
            for _ in range(self.chance.randrange(2, 9)):
                self.tried(connection)
            self.end(connection)
        except psycopg.Error as error:
            if error.sqlstate and error.sqlstate[:2] not in REFUSED:
                raise
            self.refused += 1
            if not connection.closed:
                connection.execute(b"ROLLBACK")

    def tried(self, connection: psycopg.Connection) -> None:
        """Take a step; as a framework does, go on after a refusal three times out of four."""
        what = self.chance.choices(list(STEPS), list(STEPS.values()))[0]
        self.done.append(what)
        if what in {"save", "back", "cursor", "fetch"} or self.chance.random() < 1 / 4:
            self.step(connection, what)
            return
        try:
            with connection.transaction():
                self.step(connection, what)
        except psycopg.Error as error:
            if connection.closed or (error.sqlstate or "")[:2] not in REFUSED:
                raise
            self.refused += 1

    def step(self, connection: psycopg.Connection, what: str) -> None:
        match what:
            case "unlock":
                self.unlock(connection)
            case "note" | "named" if self.readings:
                reading = self.readings[-1] if what == "note" else self.chance.choice(self.readings)
                connection.execute(SQL[what].encode(), [reading])
            case "look" | "fetch":
                self.seen += self.held(connection, SQL[what], "reading")
            case "key":
                self.keys += self.held(connection, SQL[what], "reading_use")
            case "save" | "back" | "cursor":
                connection.execute(SQL[what].encode())

    def unlock(self, connection: psycopg.Connection) -> None:
        item = self.chance.choice(self.access.items)
        door = "SELECT new_reading FROM djms.unlock(%s, %s, %s)"
        row = connection.execute(door.encode(), [self.access.account, self.access.grant, item]).fetchone()
        assert row
        self.readings.append(str(row[0]))
        if self.chance.random() < 1 / 2:
            connection.execute("SELECT set_config('djms.named', %s, true)", [str(row[0])])

    def held(self, connection: psycopg.Connection, look: str, table: str) -> int:
        """Look, and hold what is seen against what somebody else can see to be committed at that moment."""
        rows = connection.execute(look.encode()).fetchall()
        for reading, _ in rows:
            column = "id" if table == "reading" else "reading_id"
            on_record = f"""
                SELECT EXISTS (SELECT FROM djms.{table} WHERE {column}::text = %(reading)s)
                   AND EXISTS (SELECT FROM djms.ledger_entry WHERE account_id = %(account)s
                                 AND convert_from(entry, 'UTF8')::jsonb @> jsonb_build_object(
                                       'action', %(action)s::text, 'reading', %(reading)s::text))
                """
            action = "staff:item:unlocked" if table == "reading" else "staff:item:read"
            row = self.observer.execute(
                on_record.encode(), {"reading": reading, "account": self.access.account, "action": action}
            ).fetchone()
            if row != (True,):
                self.early.append(" / ".join(self.done))
        return len(rows)

    def end(self, connection: psycopg.Connection) -> None:
        way = self.chance.choice(["commit"] * 5 + ["rollback", "rollback", "gone", "killed"])
        if way == "commit":
            connection.execute(b"COMMIT")
            self.last = self.readings[-1] if self.readings else ""
        elif way == "rollback":
            connection.execute(b"ROLLBACK")
        elif way == "gone":
            connection.close()
        else:
            self.observer.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])
            connection.close()

    def pooled(self) -> psycopg.Connection:
        if self.connection is None or self.connection.closed:
            self.connection = psycopg.connect(self.desk_url, autocommit=True)
        return self.connection


def seen_by(desk: Desk, access: Access, reading: Any, table: str = "item") -> str:  # noqa: ANN401 - an id or nothing
    """The SQLSTATE with which a look is refused, or how many rows it shows."""
    with desk.acting(access.agent, reading=reading, kept=False) as one:
        refused = one.refusal(f"SELECT account_id FROM djms.{table}")
        return refused or str(len(one.rows(f"SELECT account_id FROM djms.{table}")))
