"""1g: what an authority demands is recorded by one and confirmed by another, limited to what it names, on record."""

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.legal.officers import Officers, at_work, in_
from tests.lockbox.desk import approve
from tests.promises.acting import acting
from tests.support import IS_LONG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Cluster
    from tests.promises.people import World


@pytest.fixture
def officers(cluster: "Cluster", world: "World") -> "Iterator[Officers]":
    with at_work(cluster, world) as both:
        yield both


def said(officers: Officers, process: UUID) -> list[dict[str, Any]]:
    """What is on record of a process, in whatever log, in order."""
    rows = officers.superuser.execute(
        "SELECT convert_from(entry, 'UTF8') FROM djms.ledger_entry"
        " WHERE convert_from(entry, 'UTF8')::jsonb ->> 'process' = %s ORDER BY id",
        [str(process)],
    )
    return [json.loads(entry) for (entry,) in rows]


def test_it_opens_what_it_names_once_a_second_officer_confirmed_it(officers: Officers) -> None:
    outcome, process = officers.record()
    assert outcome == "recorded"
    assert officers.open(process) == ("unconfirmed", None)
    assert officers.confirm(process) == "done"
    outcome, grant = officers.open(process)
    assert outcome == "opened"
    reading = officers.read(grant, officers.items[0])
    with officers.desk.acting(officers.one, reading=reading) as one:
        assert one.value("SELECT id FROM djms.item") == officers.items[0]
        assert one.value("SELECT item_id FROM djms.item_key") == officers.items[0]
    actions = [entry["action"] for entry in said(officers, process)]
    assert actions == ["staff:process:recorded", "staff:process:confirmed", "staff:access:opened"]


def test_nobody_confirms_what_they_recorded_themselves(officers: Officers) -> None:
    _, process = officers.record()
    assert officers.confirm(process, officers.one) == "same"
    assert officers.open(process) == ("unconfirmed", None)
    change = "UPDATE djms.legal_process SET confirmed_by = recorded_by, confirmed_at = now() WHERE id = %s"
    with pytest.raises(psycopg.errors.CheckViolation, match="four_eyes"):
        officers.superuser.execute(change, [process])
    assert officers.confirm(process, officers.other) == "done"
    assert officers.confirm(process, officers.other) == "decided"


def test_support_can_do_nothing_of_it_and_nobody_without_a_second_factor_a_moment_ago(officers: Officers) -> None:
    _, process = officers.record()
    doors = [
        "SELECT * FROM djms.legal_processes(null)",
        f"SELECT djms.confirm_process('{process}')",
        f"SELECT djms.end_process('{process}')",
        f"SELECT * FROM djms.open_process_access('{process}', null, 'x', 1, true)",
        f"SELECT * FROM djms.ask_silence('{process}', now() + interval '1 day', 'x')",
        f"SELECT * FROM djms.legal_document_of('{process}')",
        f"SELECT * FROM djms.my_exports('{process}')",
        f"SELECT * FROM djms.begin_export('{officers.account}', '{uuid4()}')",
    ]
    for door in doors:
        assert officers.refusal(officers.supporter, door) == "42501", door
        with acting(officers.desk.url, "p_legal_process", token=officers.supporter.token) as smuggled:
            assert smuggled.refusal(door) == "42501", door
    officers.superuser.execute(
        "UPDATE djms.staff_session SET confirmed_at = now() - interval '6 minutes' WHERE staff_id = %s",
        [officers.other.id],
    )
    assert officers.refusal(officers.other, doors[1]) == "DJ007"
    assert officers.refusal(officers.other, doors[3]) == "DJ007"


def test_it_gives_no_more_than_it_names(officers: Officers, world: "World") -> None:
    process = officers.confirmed()
    assert officers.open(process, [officers.items[2]]) == ("scope", None)
    assert officers.open(process, [*officers.items[:2], officers.items[2]]) == ("scope", None)
    assert officers.open(process, [world.b.items[0]]) == ("scope", None)
    assert officers.open(process, hours=9) == ("hours", None)
    _, grant = officers.open(process, [officers.items[0]])
    assert officers.desk.unlock(officers.one, officers.account, grant, officers.items[1])[0] == "not-covered"
    assert officers.desk.unlock(officers.other, officers.account, grant, officers.items[0])[0] == "not-yours"


def test_one_about_a_whole_account_covers_it_and_no_other(officers: Officers, world: "World") -> None:
    process = officers.confirmed(items=None)
    outcome, grant = officers.open(process)
    assert outcome == "opened"
    covered = officers.superuser.execute(
        "SELECT array_agg(item_id) FROM djms.access_grant_item WHERE grant_id = %s", [grant]
    ).fetchone()
    assert covered
    assert set(officers.items) <= set(covered[0]) <= set(world.a.items)
    assert officers.open(process, [world.b.crate.files[0]], who=officers.other)[0] in {"gone", "notice"}


def test_once_it_is_ended_nothing_is_open_under_it(officers: Officers) -> None:
    process = officers.confirmed()
    _, grant = officers.open(process)
    reading = officers.read(grant, officers.items[0])
    assert officers.value(officers.other, "SELECT djms.end_process(%s)", process) == "done"
    with officers.desk.acting(officers.one, reading=reading, kept=False) as one:
        assert one.refusal("SELECT id FROM djms.item") == "DJ008"
    assert officers.desk.unlock(officers.one, officers.account, grant, officers.items[0])[0] == "revoked"
    assert officers.open(process) == ("ended", None)
    assert officers.confirm(process) == "decided"
    assert said(officers, process)[-1]["action"] == "staff:process:ended"


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ({"account": uuid4()}, "unknown"),
        ({"authority": " "}, "words"),
        ({"items": []}, "items"),
        ({"silence": in_(days=-1)}, "silence"),
        ({"silence": in_(days=366)}, "silence"),
        ({"silence": in_(days=1), "telling": "before"}, "telling"),
        ({"key": "age1somebody"}, "key"),
        ({"sealed": None}, "document"),
        ({"document": None}, "document"),
    ],
)
def test_what_it_cannot_be_is_refused(officers: Officers, given: dict[str, Any], outcome: str) -> None:
    assert officers.record(**given)[0] == outcome
    assert officers.record()[0] == "recorded", "as it is otherwise"


def test_an_administrator_is_asked_only_under_a_process_that_is_in_force_and_may_be_told_of(
    officers: Officers,
) -> None:
    ask = "SELECT outcome FROM djms.request_access(%s, %s::uuid[], 'legal', null, %s, 'legal', 'It must be.', 2, true)"
    _, unconfirmed = officers.record()
    silent = officers.confirmed(silence=in_(days=3))
    for process in (uuid4(), unconfirmed, silent):
        assert officers.value(officers.one, ask, officers.account, officers.items[:1], process) == "process"
    process = officers.confirmed()
    assert officers.value(officers.one, ask, officers.account, officers.items[2:3], process) == "process"
    assert officers.value(officers.one, ask, officers.account, officers.items[:1], process) == "asked"


def test_nothing_is_approved_for_a_process_that_was_ended_meanwhile(
    officers: Officers, cluster: "Cluster", world: "World"
) -> None:
    ask = "SELECT * FROM djms.request_access(%s, %s::uuid[], 'legal', null, %s, 'legal', 'It must be.', 2, true)"
    processes, items = [officers.confirmed() for _ in range(2)], officers.items[:1]
    with officers.desk.acting(officers.one) as one:
        requests = [one.rows(ask, officers.account, items, process)[0][1] for process in processes]
    assert officers.value(officers.other, "SELECT djms.end_process(%s)", processes[0]) == "done"
    site, token = cluster.url("djms_site"), world.alice.token
    assert [approve(site, token, officers.account, request, items) for request in requests] == ["expired", "done"]


def test_no_statement_of_the_desk_changes_a_process_or_opens_more(officers: Officers) -> None:
    """Every table of it, read, written and removed, in every role of the desk, with an officer's own token."""
    process = officers.confirmed(items=officers.items[:1])
    tables = ("legal_process", "legal_item", "legal_silence", "legal_document", "legal_export", "access_notice")
    statements = [
        *(f"SELECT * FROM djms.{table}" for table in tables),
        *(f"DELETE FROM djms.{table}" for table in tables),
        *(f"UPDATE djms.{table} SET account_id = account_id" for table in tables),
        f"UPDATE djms.legal_process SET confirmed_by = '{officers.one.id}'",
        f"INSERT INTO djms.legal_item VALUES ('{officers.account}', '{process}', '{officers.items[2]}')",
        f"INSERT INTO djms.access_grant (account_id, request_id) VALUES ('{officers.account}', '{process}')",
        "SELECT djms.record('staff:process:ended', null, null, '{}', gen_random_uuid())",
        f"SELECT djms.record_access('staff:process:ended', '{officers.account}', '{process}', '{{}}')",
        f"SELECT djms.tell_process('{process}')",
        f"SELECT djms.uncovered('{officers.account}', '{process}', null)",
        "SELECT djms.told_processes()",
        "SELECT * FROM djms.ledger_log",
        "SELECT * FROM djms.ledger_entry",
    ]
    roles = ("p_legal_process", "p_support", "p_desk_sign_in", "")
    for role in roles if IS_LONG else roles[:2]:
        for statement in statements:
            with acting(officers.desk.url, role, token=officers.one.token) as one:
                assert one.refusal(statement) == "42501", (role, statement)
