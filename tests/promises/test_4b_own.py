"""4b: at the desk one sees of accesses what one asked for oneself, in the role that one has, and nothing of others'."""

from typing import TYPE_CHECKING

import pytest

from tests.legal.officers import at_work
from tests.lockbox.desk import ROLE, Desk
from tests.lockbox.opening import Access, granted
from tests.promises.acting import acting
from tests.sealing import seal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Cluster
    from tests.promises.people import World

TABLES = {
    "access_request": "t.id = %s",
    "access_grant": "t.request_id = %s",
    "access_grant_item": "t.grant_id = (SELECT id FROM djms.access_grant WHERE request_id = %s)",
    "reading": "t.grant_id = (SELECT id FROM djms.access_grant WHERE request_id = %s)",
    "reading_use": "t.reading_id IN (SELECT r.id FROM djms.reading r JOIN djms.access_grant g ON g.id = r.grant_id"
    " WHERE g.request_id = %s)",
}
KEYS = ("item", "item_key", "account_key")
LEDGER = ("ledger_log", "ledger_entry", "ledger_leaf", "ledger_node")


class Colleagues:
    """Two in the same role, each with an access of theirs and an item that is open."""

    def __init__(self, desk: Desk, one: Access, other: Access) -> None:
        self.desk, self.both = desk, (one, other)
        self.readings = [self._read(access) for access in self.both]

    def _read(self, access: Access) -> object:
        outcome, reading = self.desk.unlock(access.agent, access.account, access.grant, access.items[0])
        assert (outcome, self.desk.note(access.agent, reading)) == ("unlocked", "noted")
        return reading


@pytest.fixture(params=list(ROLE))
def colleagues(cluster: "Cluster", world: "World", request: pytest.FixtureRequest) -> "Iterator[Colleagues]":
    with granted(cluster, world, role=request.param) as one, granted(cluster, world, role=request.param) as other:
        yield Colleagues(Desk(cluster.url("djms_desk")), one, other)


@pytest.mark.parametrize("table", TABLES)
def test_one_sees_ones_own_accesses_and_no_colleagues(colleagues: Colleagues, world: "World", table: str) -> None:
    of_one = f"SELECT count(*) FROM djms.{table} t WHERE {TABLES[table]}".encode()
    for access in colleagues.both:
        with world.superuser() as superuser:
            there = superuser.execute(of_one, [access.request]).fetchone()
        with colleagues.desk.acting(access.agent) as one:
            assert there
            assert one.value(f"SELECT count(*) FROM djms.{table}") == there[0] > 0


@pytest.mark.parametrize("table", KEYS)
def test_what_is_open_to_one_role_is_shut_to_the_same_person_in_another(
    colleagues: Colleagues, world: "World", table: str
) -> None:
    del world
    access, reading = colleagues.both[0], colleagues.readings[0]
    look = f"SELECT count(*) FROM djms.{table}"
    with acting(colleagues.desk.url, ROLE[access.agent.role], token=access.agent.token, named=str(reading)) as right:
        assert right.value(look) == 1
    (wrong,) = set(ROLE.values()) - {ROLE[access.agent.role]}
    with acting(colleagues.desk.url, wrong, token=access.agent.token, named=str(reading)) as smuggled:
        assert smuggled.refusal(look) == "42501"


def test_an_export_shows_its_own_proofs_and_nothing_else_of_the_ledger(cluster: "Cluster", world: "World") -> None:
    with at_work(cluster, world) as officers:
        process = officers.confirmed(key="age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq")
        _, grant = officers.open(process)
        with officers.desk.acting(officers.one) as one:
            ((outcome, export),) = one.rows("SELECT * FROM djms.begin_export(%s, %s)", officers.account, grant)
            assert outcome == "begun"
        with officers.desk.acting(officers.one) as one:
            outcome, _ = one.rows("SELECT * FROM djms.disclose_item(%s, %s)", export, officers.items[0])[0]
            assert outcome == "unlocked"
        seal(officers.superuser, cluster.url("djms_sealer"))
        row = officers.superuser.execute(
            "SELECT log_id, id FROM djms.ledger_entry WHERE convert_from(entry, 'UTF8')::jsonb @>"
            " jsonb_build_object('action', 'staff:item:read', 'access', %s::uuid)",
            [grant],
        ).fetchone()
        assert row
        log, entry = row
        with officers.desk.acting(officers.one, reading=export) as one:
            assert one.rows("SELECT id FROM djms.ledger_log") == [(log,)]
            assert one.rows("SELECT id FROM djms.ledger_entry") == [(entry,)]
            for table in LEDGER[2:]:
                assert one.rows(f"SELECT DISTINCT log_id FROM djms.{table}") == [(log,)], table
        for table in LEDGER:
            look = f"SELECT 1 FROM djms.{table}"
            assert officers.refusal(officers.one, look) == "42501", "no export is named"
            for who in (officers.other, officers.supporter):
                with acting(officers.desk.url, "p_legal_process", token=who.token, named=str(export)) as smuggled:
                    assert smuggled.refusal(look) == "42501", "it isn't theirs"
