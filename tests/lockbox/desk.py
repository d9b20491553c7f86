"""Staff as the desk knows them once they have signed in, made by the superuser; and an account's items to ask for."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg

from tests.promises.acting import Acting, acting

ROLE = {"support": "p_support", "legal": "p_legal_process"}


@dataclass(frozen=True)
class Agent:
    """One of the company's own people, signed in with a second factor a moment ago."""

    id: UUID
    pseudonym: str
    role: str
    token: str = field(repr=False)
    superuser: str = field(default="", repr=False)
    """Where the database is to be had for tests that make what there must be."""


def hire(superuser: psycopg.Connection, role: str = "support") -> Agent:
    """Make somebody who works here and has signed in."""
    token, name = secrets.token_hex(32), f"Agent {secrets.token_hex(4)}"
    row = superuser.execute(
        "INSERT INTO djms.staff (pseudonym, email) VALUES (%s, %s) RETURNING id", [name, f"{name}@desk.example"]
    ).fetchone()
    assert row
    superuser.execute("INSERT INTO djms.staff_role (staff_id, role) VALUES (%s, %s)", [row[0], role])
    superuser.execute(
        "INSERT INTO djms.staff_session (token_hash, staff_id, device, expires, proven_at, confirmed_at, enrols)"
        " VALUES (sha256(%s), %s, 'Browser', now() + interval '8 hours', now(), now(), false)",
        [token.encode(), row[0]],
    )
    everything = psycopg.conninfo.make_conninfo(superuser.info.dsn, password=superuser.info.password)
    return Agent(row[0], name, role, token, everything)


def demanded(agent: Agent, account: UUID, items: list[UUID]) -> UUID:
    """A legal process in force, as two officers would have made it: for what somebody asks under it."""
    with psycopg.connect(agent.superuser, autocommit=True) as superuser:
        row = superuser.execute(
            "INSERT INTO djms.legal_process (account_id, kind, authority, reference, obliges, telling, recorded_by,"
            " recorder, confirmed_by, confirmer, confirmed_at) VALUES (%s, 'warrant', 'A court', '7', 'Hand it over.',"
            " 'after', %s, 'One', gen_random_uuid(), 'Another', now()) RETURNING id",
            [account, agent.id],
        ).fetchone()
        assert row
        for item in set(items):
            superuser.execute("INSERT INTO djms.legal_item VALUES (%s, %s, %s)", [account, row[0], item])
    return UUID(str(row[0]))


def dismiss(superuser: psycopg.Connection, agent: Agent) -> None:
    """Leave nothing of somebody who works here, nor of what they did."""
    superuser.execute("DELETE FROM djms.access_request WHERE staff_id = %s", [agent.id])
    superuser.execute("DELETE FROM djms.legal_process WHERE recorded_by = %s", [agent.id])
    for table in ("staff_session", "staff_role"):
        superuser.execute(f"DELETE FROM djms.{table} WHERE staff_id = %s".encode(), [agent.id])
    superuser.execute("DELETE FROM djms.staff WHERE id = %s", [agent.id])


@dataclass(frozen=True)
class Desk:
    """The desk's login, with whatever address of the database."""

    url: str

    @contextmanager
    def acting(
        self, agent: Agent, *, reading: object = "", kept: bool = True, begin: str = "BEGIN"
    ) -> Iterator[Acting]:
        """One transaction of somebody's, as one of their roles."""
        with acting(
            self.url, ROLE[agent.role], token=agent.token, named=str(reading or ""), kept=kept, begin=begin
        ) as one:
            yield one

    def ask(self, agent: Agent, account: UUID, items: list[UUID], *, hours: int = 2, download: bool = False) -> Any:  # noqa: ANN401 - as the door answers
        """Ask for access; the request's id."""
        with self.acting(agent) as one:
            ((outcome, request),) = one.rows(
                "SELECT * FROM djms.request_access(%s, %s::uuid[], %s, null, %s, %s, %s, %s, %s)",
                account,
                items,
                agent.role,
                None if agent.role == "support" else demanded(agent, account, items),
                "damaged" if agent.role == "support" else "legal",
                "It crackles at the end.",
                hours,
                download,
            )
        assert outcome == "asked"
        return request

    def unlock(self, agent: Agent, account: UUID, grant: object, item: UUID) -> tuple[str, Any]:
        """Unlock an item; the outcome, and the reading."""
        with self.acting(agent) as one:
            ((outcome, reading),) = one.rows("SELECT * FROM djms.unlock(%s, %s, %s)", account, grant, item)
        return outcome, reading

    def note(self, agent: Agent, reading: object, what: str = "shown") -> str:
        """Note what is about to be done with what is unlocked."""
        with self.acting(agent) as one:
            return str(one.value("SELECT djms.note_reading(%s, %s)", reading, what))


def approve(
    site_url: str, token: str, account: UUID, request: object, items: list[UUID], *, hours: int = 2, bearer: str = ""
) -> str:
    """Approve a request as whoever holds a session's token; the outcome."""
    with acting(site_url, "p_teamwork", token=token, bearer=bearer, kept=True) as one:
        return str(
            one.value(
                "SELECT djms.decide_request(%s, %s, 'approve', %s::uuid[], %s, null, true, '')",
                account,
                request,
                items,
                hours,
            )
        )


def grant_of(superuser: psycopg.Connection, request: object) -> Any:  # noqa: ANN401 - an id
    """The access that came of a request."""
    row = superuser.execute("SELECT id FROM djms.access_grant WHERE request_id = %s", [request]).fetchone()
    assert row
    return row[0]
