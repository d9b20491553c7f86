"""4b: what a role at the desk may is for who has that role and showed a second factor, whatever SQL is smuggled in."""

from typing import TYPE_CHECKING

import pytest

from djmixersoft.policy.loading import load
from tests.lockbox.desk import ROLE, Agent, dismiss, hire
from tests.promises.acting import acting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Cluster
    from tests.promises.people import World

ROLES = {role: name for name, role in ROLE.items()}
STATEMENTS = {
    "read": "SELECT count(*) FROM djms.{table}",
    "change": "UPDATE djms.{table} SET {column} = {column}",
    "remove": "DELETE FROM djms.{table}",
}
ANYBODYS = [
    (purpose.role, table, STATEMENTS[verb].format(table=table, column=use.columns[0] if use.columns else "id"))
    for use in load().uses
    for purpose in [load().purposes[use.purpose]]
    if purpose.staff and use.rows == "all" and use.category != "operational"  # those rows are anybody's
    for table in use.tables
    for verb in use.may
    if verb in STATEMENTS
]
MADE = {
    "ticket": "INSERT INTO djms.ticket (reference, topic, email, subject)"
    " VALUES ('role', 'other', 'role@example.org', '-')",
    "ticket_message": "INSERT INTO djms.ticket_message (ticket_id, text) SELECT id, 'x' FROM djms.ticket"
    " WHERE reference = 'role'",
    "ticket_item": "INSERT INTO djms.ticket_item (ticket_id, account_id, item_id) SELECT id, gen_random_uuid(),"
    " gen_random_uuid() FROM djms.ticket WHERE reference = 'role'",
    "canned_reply": "INSERT INTO djms.canned_reply (title, text, written_by) VALUES ('role', 'x', %s)",
}


@pytest.fixture(scope="module")
def people(world: "World") -> "Iterator[dict[str, Agent]]":
    """One of us in each role, and something of everything that a role may see all of."""
    with world.superuser() as superuser:
        agents = {name: hire(superuser, name) for name in ROLE}
        superuser.execute("SET session_replication_role = replica")
        for statement in MADE.values():
            superuser.execute(statement.encode(), [agents["support"].id] if "%s" in statement else None)
        superuser.execute("RESET session_replication_role")
        yield agents
        for table in ("ticket_message", "ticket_item"):
            whose = "ticket_id = (SELECT id FROM djms.ticket WHERE reference = 'role')"
            superuser.execute(f"DELETE FROM djms.{table} WHERE {whose}".encode())
        superuser.execute("DELETE FROM djms.ticket WHERE reference = 'role'")
        superuser.execute("DELETE FROM djms.canned_reply WHERE title = 'role'")
        for agent in agents.values():
            dismiss(superuser, agent)


@pytest.mark.parametrize(("role", "table", "statement"), ANYBODYS)
def test_a_role_is_asked_of_anew_by_every_row(
    cluster: "Cluster", world: "World", people: dict[str, Agent], role: str, table: str, statement: str
) -> None:
    with world.superuser() as superuser:
        assert superuser.execute(f"SELECT 1 FROM djms.{table} LIMIT 1".encode()).fetchone(), "or nothing is asked"
    for token in ("", *(agent.token for name, agent in people.items() if name != ROLES[role]), world.alice.token):
        with acting(cluster.url("djms_desk"), role, token=token) as smuggled:
            assert smuggled.refusal(statement) == "42501"
    with acting(cluster.url("djms_desk"), role, token=people[ROLES[role]].token) as right:
        assert right.refusal(statement) == ""
