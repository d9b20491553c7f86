"""6a: what is on record is seen, with its proofs, by whose record it is, and by nobody else; only the sealer seals."""

import json
from typing import TYPE_CHECKING, Any

import pytest

from djmixersoft.ledger import selectors
from djmixersoft.ledger.checkpoints import Checkpoint
from djmixersoft.ledger.entries import hash_of_leaf
from djmixersoft.ledger.merkle import leaf_hash
from djmixersoft.ledger.notes import Algorithm, VerifierKey, unbase64
from djmixersoft.ledger.receipts import Receipt
from djmixersoft.policy.loading import load
from djmixersoft.policy.purposes import acting_for
from tests.promises.acting import Acting, acting

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.crates import Link
    from tests.promises.people import Somebody, World

RULES = load()
TABLES = ("ledger_log", "ledger_entry", "ledger_leaf", "ledger_node")
OWN_NODES = "ledger_node self-service"  # one's own acts are too few to fill a tile
LOGINS = ("site", "desk", "mailer", "analyst", "steward", "auditor")


def proven(receipt: dict[str, Any]) -> dict[str, Any]:
    """What a receipt says, once all of it has been verified."""
    key = VerifierKey.parse(selectors.heads_key())
    inner, outer = Receipt.parse(receipt["proof"].encode()), Receipt.parse(receipt["head"].encode())
    checkpoint, heads = Checkpoint.parse(inner.checkpoint), Checkpoint.parse(outer.checkpoint)
    assert inner.proves(hash_of_leaf(unbase64(receipt["salt"]), receipt["entry"].encode()))
    assert checkpoint.is_signed_by(VerifierKey(checkpoint.head.origin, Algorithm.ED25519, key.key))
    assert outer.proves(leaf_hash(checkpoint.note.text.encode()))
    assert heads.is_signed_by(key)
    return dict(json.loads(receipt["entry"]))


def test_an_administrator_sees_the_record_of_the_account_and_takes_receipts(world: "World") -> None:
    with acting_for("teamwork", token=world.alice.token):
        log = selectors.log_of_account(world.a.id)
        assert log
        assert log.size > 256
        # What other tests left to be sealed has no place yet.
        shown = [one for one in selectors.entries(log, most=1_000) if one.index is not None]
        assert [one.index for one in shown] == list(reversed(range(log.size)))
        for one in shown[-20:]:
            receipt = selectors.receipt(log, one.index or 0)
            assert receipt
            assert proven(json.loads(receipt)) == one.said
        assert selectors.receipt(log, log.size) is None
    said = [one.said or {} for one in reversed(shown)]
    assert [one["action"] for one in said[:3]] == [
        "administrator:account:created",
        "person:membership:begun",
        "administrator:invitation:sent",
    ]
    assert said[2]["by"] == "administrator"
    assert said[2]["person"] == str(world.alice.id)


def test_entries_are_paged_and_picked_by_what_they_tell(world: "World") -> None:
    with acting_for("teamwork", token=world.alice.token):
        log = selectors.log_of_account(world.a.id)
        assert log
        first = selectors.entries(log, most=10)
        assert first + selectors.entries(log, before=first[-1].id, most=10) == selectors.entries(log, most=20)
        (only,) = selectors.entries(log, actions=["administrator:account:created"], most=10)
        assert only.index == 0


def test_an_export_holds_every_entry_in_order(world: "World") -> None:
    with acting_for("teamwork", token=world.alice.token):
        log = selectors.log_of_account(world.a.id)
        assert log
        head, *lines = [selectors.export_head(log, {}), *selectors.export_lines(log, 0)]
        leaves = [json.loads(line) for line in lines]
        root = Checkpoint.parse(json.loads(head)["checkpoint"].encode()).head.root
    from tests.ledger.growing import Log  # noqa: PLC0415 - beside the other imports it would be taken for the app's

    hashes = [hash_of_leaf(unbase64(one["salt"]), one["entry"].encode()) for one in leaves]
    assert Log("any", hashes).head().root == root


def test_a_person_sees_their_own_record(world: "World") -> None:
    with acting_for("self-service", token=world.bob.token):
        log = selectors.log_of_person(world.bob.id)
        assert log
        said = [one.said or {} for one in selectors.entries(log, most=100)]
        assert said[-1]["action"] == "person:terms:agreed"
        assert proven(json.loads(selectors.receipt(log, 0) or b"")) == said[-1]
        assert selectors.log_of_person(world.alice.id) is None


@pytest.mark.parametrize(
    ("role", "whose"), [("p_self_service", "person_id"), ("p_teamwork", "account_id"), ("p_teamwork", "process_id")]
)
def test_of_a_long_log_those_it_is_of_are_shown_its_inner_hashes_too(
    world: "World", undone: Acting, role: str, whose: str
) -> None:
    process = "SELECT id FROM djms.legal_process WHERE account_id = %s AND silent_until IS NULL"
    ids = {"person_id": world.alice.id, "account_id": world.a.id, "process_id": undone.value(process, world.a.id)}
    undone.rows(
        f"INSERT INTO djms.ledger_node (log_id, level, index, {whose}, hash) VALUES (gen_random_uuid(), 7, 0, %s, '')",
        ids[whose],
    )
    undone.rows("SET LOCAL SESSION AUTHORIZATION djms_site")
    undone.rows(f"SET LOCAL ROLE {role}")
    for who, seen in ((world.alice, 1), (world.carol, 0), (world.stranger, 0)):
        undone.rows("SELECT set_config('djms.token', %s, true)", who.token)
        assert undone.value("SELECT count(*) FROM djms.ledger_node WHERE level = 7") == seen


@pytest.mark.parametrize("name", ["bob", "carol", "stranger"])
@pytest.mark.parametrize("purpose", ["teamwork", "self-service"])
def test_nobody_else_sees_any_of_it(world: "World", name: str, purpose: str) -> None:
    somebody: Somebody = getattr(world, name)
    with acting_for(purpose, token=somebody.token):
        assert selectors.log_of_account(world.a.id) is None
        assert selectors.log_of_person(world.alice.id) is None


@pytest.mark.parametrize("table", TABLES)
def test_no_row_of_the_record_is_changed_by_those_who_see_it(cluster: "Cluster", world: "World", table: str) -> None:
    for purpose in ("teamwork", "self-service"):
        with acting(cluster.url("djms_site"), RULES.purposes[purpose].role, token=world.alice.token) as alice:
            assert bool(alice.value(f"SELECT count(*) FROM djms.{table}")) == (f"{table} {purpose}" != OWN_NODES)
            assert alice.refusal(f"DELETE FROM djms.{table}") == "42501"
            assert alice.refusal(f"UPDATE djms.{table} SET account_id = account_id") == "42501"
            assert alice.refusal(f"INSERT INTO djms.{table} DEFAULT VALUES") == "42501"
            assert alice.refusal(f"TRUNCATE djms.{table}") == "42501"


@pytest.mark.parametrize("login", LOGINS)
def test_no_other_login_puts_anything_on_record_or_seals(cluster: "Cluster", world: "World", login: str) -> None:
    calls = (
        f"SELECT djms.record('administrator:account:renamed', '{world.a.id}', null, '{{}}')",
        "SELECT djms.append_leaves(array[]::uuid[], array[]::bigint[], array[]::bytea[], array[]::bigint[])",
        "SELECT djms.append_nodes(array[]::uuid[], array[]::integer[], array[]::bigint[], array[]::bytea[])",
        "SELECT * FROM djms.waiting_entries(1)",
        "INSERT INTO djms.ledger_heads_leaf VALUES (1, '')",
        "SELECT djms.advance_heads(0, 1, '', '')",
        "SELECT djms.note_ledger_state('forked', null)",
        "UPDATE djms.ledger_heads SET trouble = 'forked'",
    )
    roles = [one.role for one in RULES.purposes.values() if login in one.process]
    for role in roles:
        with acting(cluster.url(f"djms_{login}"), role, token=world.alice.token) as somebody:
            assert [somebody.refusal(call) for call in calls] == ["42501"] * len(calls)


@pytest.mark.parametrize("table", ["ledger_leaf", "ledger_node", "ledger_heads_leaf", "ledger_heads_node"])
def test_not_even_a_superuser_changes_the_tree_by_mistake(undone: Acting, table: str) -> None:
    for statement in (f"DELETE FROM djms.{table}", f"UPDATE djms.{table} SET hash = ''", f"TRUNCATE djms.{table}"):
        assert undone.refusal(statement) == "42501"


@pytest.mark.parametrize(
    ("change", "action"),
    {
        "UPDATE djms.membership SET is_administrator = false": "administrator:administrator:unmade",
        "DELETE FROM djms.membership": "member:membership:left",
    }.items(),
)
def test_who_steps_down_or_leaves_did_it_as_what_they_were(
    undone: Acting, world: "World", change: str, action: str
) -> None:
    undone.value("SELECT set_config('djms.token', %s, true)", world.alice.token)
    undone.changed("UPDATE djms.membership SET is_administrator = true WHERE person_id = %s", world.bob.id)
    assert undone.changed(f"{change} WHERE person_id = %s", world.alice.id) == 1
    last = "SELECT convert_from(entry, 'UTF8')::jsonb FROM djms.ledger_entry ORDER BY id DESC LIMIT 1"
    said = undone.value(last)
    assert (said["action"], said["by"], said["person"]) == (action, "administrator", str(world.alice.id))


LAST = """
SELECT said FROM djms.ledger_entry, LATERAL (SELECT convert_from(entry, 'UTF8')::jsonb AS said) s
 WHERE said ->> 'action' NOT LIKE 'person:token:%' ORDER BY id DESC LIMIT 1
"""


@pytest.mark.parametrize(
    "act",
    [
        "UPDATE djms.account SET name = 'Otherwise' WHERE id = %(a)s",
        "UPDATE djms.invitation SET withdrawn_at = now() WHERE account_id = %(a)s",
        "DELETE FROM djms.membership WHERE person_id = %(bob)s",
        "UPDATE djms.share SET revoked_at = now() WHERE id = %(link)s",
        "DELETE FROM djms.account WHERE id = %(a)s",
    ],
)
@pytest.mark.parametrize("whose", ["nobody", "bob"])
def test_no_statement_hides_who_did_it_or_blames_another(
    fresh: "Link", undone: Acting, world: "World", act: str, whose: str
) -> None:
    before = undone.value("SELECT max(id) FROM djms.ledger_entry")
    token = "" if whose == "nobody" else world.bob.token
    undone.value("SELECT set_config('djms.token', %s, true)", world.alice.token)
    pretended = {"a": world.a.id, "bob": world.bob.id, "link": fresh.id, "token": token}
    undone.connection.execute(f"{act} RETURNING set_config('djms.token', %(token)s, true)".encode(), pretended)
    assert undone.value("SELECT max(id) FROM djms.ledger_entry") > before
    said = undone.value(LAST)
    assert (said["person"], said["by"]) == (str(world.alice.id), "administrator")


def test_what_was_revoked_or_withdrawn_stays_so(fresh: "Link", undone: Acting, world: "World") -> None:
    undone.value("SELECT set_config('djms.token', %s, true)", world.alice.token)
    for table, column in (("share", "revoked_at"), ("invitation", "withdrawn_at")):
        where = f"FROM djms.{table} WHERE id = '{fresh.id if table == 'share' else world.a.invitation_id}'"
        change = f"UPDATE djms.{table} SET {column} = %s WHERE id = (SELECT id {where})"
        assert undone.changed(change, "2020-01-01") == 1
        ended = undone.value(f"SELECT {column} {where}")
        assert ended.year > 2020, "the clock says when"
        assert undone.changed(change, None) == 1
        assert undone.value(f"SELECT {column} {where}") == ended


def test_a_log_stays_whose_it_is(undone: Acting, world: "World") -> None:
    for change in ("account_id = gen_random_uuid()", "origin = 'another'", "person_id = gen_random_uuid()"):
        assert undone.refusal(f"UPDATE djms.ledger_log SET {change} WHERE account_id = %s", world.a.id) == "42501"


def test_what_did_not_happen_is_not_on_record(cluster: "Cluster", world: "World") -> None:
    with acting(cluster.url("djms_site"), "p_teamwork", token=world.alice.token) as alice:
        count = "SELECT count(*) FROM djms.ledger_entry"
        before = alice.value(count)
        assert alice.changed("UPDATE djms.account SET name = 'Otherwise'") == 1
        assert alice.value(count) == before + 1
        assert (
            alice.value(
                "SELECT convert_from(entry, 'UTF8')::jsonb ->> 'by' FROM djms.ledger_entry ORDER BY id DESC LIMIT 1"
            )
            == "administrator"
        )
    with acting(cluster.url("djms_site"), "p_teamwork", token=world.alice.token) as alice:
        assert alice.value(count) == before
