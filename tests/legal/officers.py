"""Those who handle legal processes, by SQL on the desk's real login; and processes that two of them made."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import psycopg

from tests.lockbox.desk import Agent, Desk, dismiss, grant_of, hire

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.people import World

RECORD = (
    "SELECT djms.record_process(%(id)s, %(account)s, %(kind)s, %(authority)s, 'AZ 12/26', 'Hand over what is named.',"
    " null, %(items)s::uuid[], %(telling)s, %(silence)s, %(key)s,"
    " %(document)s, 5, sha256('paper'), %(sealed)s, '\\x02')"
)
OPEN = "SELECT * FROM djms.open_process_access(%s, %s::uuid[], 'It is demanded of us.', %s, true)"


def in_(**time: float) -> datetime:
    """A moment in so many days, hours …"""
    return datetime.now(UTC) + timedelta(**time)


@dataclass(frozen=True)
class Officers:
    """Two who handle legal processes, one who answers support questions, and the account that they deal with."""

    desk: Desk
    one: Agent
    other: Agent
    supporter: Agent
    account: UUID
    items: list[UUID]
    superuser: psycopg.Connection

    def value(self, who: Agent, sql: str, *arguments: object) -> Any:  # noqa: ANN401 - as a door answers
        """Call a door as somebody; its one value."""
        with self.desk.acting(who) as acting:
            return acting.value(sql, *arguments)

    def refusal(self, who: Agent, sql: str, *arguments: object) -> str:
        """The SQLSTATE with which somebody is refused."""
        with self.desk.acting(who, kept=False) as acting:
            return acting.refusal(sql, *arguments)

    def record(self, who: Agent | None = None, **given: Any) -> tuple[str, UUID]:  # noqa: ANN401 - as a door takes
        """Record a process, of the first two items by default; the outcome, and its id."""
        facts: dict[str, object] = {
            "id": uuid4(),
            "account": self.account,
            "kind": "warrant",
            "authority": "Court of Vesterby",
            "items": self.items[:2],
            "telling": "after",
            "silence": None,
            "key": None,
            "document": "order.pdf",
            "sealed": b"sealed",
        } | given
        with self.desk.acting(who or self.one) as acting:
            ((outcome,),) = acting.connection.execute(RECORD.encode(), facts).fetchall()
        return str(outcome), UUID(str(facts["id"]))

    def confirm(self, process: UUID, who: Agent | None = None) -> str:
        """Confirm a process, as the other officer by default."""
        return str(self.value(who or self.other, "SELECT djms.confirm_process(%s)", process))

    def confirmed(self, **given: Any) -> UUID:  # noqa: ANN401 - as a door takes
        """A process that is in force."""
        outcome, process = self.record(**given)
        assert (outcome, self.confirm(process)) == ("recorded", "done")
        return process

    def open(
        self, process: UUID, items: Sequence[UUID] | None = None, *, who: Agent | None = None, hours: int = 2
    ) -> tuple[str, Any]:
        """Open an access under a process, as the first officer by default; the outcome, and the access."""
        with self.desk.acting(who or self.one) as acting:
            ((outcome, request),) = acting.rows(OPEN, process, None if items is None else list(items), hours)
        return str(outcome), grant_of(self.superuser, request) if request else None

    def read(self, grant: object, item: UUID, *, who: Agent | None = None) -> Any:  # noqa: ANN401 - an id
        """Unlock an item and have it shown; the reading."""
        agent = who or self.one
        outcome, reading = self.desk.unlock(agent, self.account, grant, item)
        assert (outcome, self.desk.note(agent, reading)) == ("unlocked", "noted")
        return reading

    def told(self, process: UUID) -> None:
        """Let a silent process's day have come."""
        self.superuser.execute(
            "UPDATE djms.legal_process SET silent_since = now() - interval '1 hour',"
            " silent_until = now() - interval '1 second', known_from = now() - interval '1 second' WHERE id = %s",
            [process],
        )
        self.superuser.execute(
            "UPDATE djms.access_notice SET not_before = now() - interval '1 second' WHERE process_id = %s", [process]
        )


@contextmanager
def at_work(cluster: "Cluster", world: "World") -> Iterator[Officers]:
    """Hire them, for Alice's account; at the end nothing is left of what they did but the record."""
    files = [item for item in world.a.crate.files if item != world.a.crate.thrown]
    with world.superuser() as superuser:
        agents = [hire(superuser, role) for role in ("legal", "legal", "support")]
        try:
            one, other, supporter = agents
            yield Officers(Desk(cluster.url("djms_desk")), one, other, supporter, world.a.id, files, superuser)
        finally:
            for agent in agents:
                dismiss(superuser, agent)
