"""What is on record gets its place, and is signed; nothing is signed over what isn't as it was."""

import json
import re

import pytest

from djmixersoft.ledger.checkpoints import Checkpoint
from djmixersoft.ledger.entries import Action, hash_of_leaf
from djmixersoft.ledger.kept import Forked
from djmixersoft.ledger.notes import Algorithm, VerifierKey
from djmixersoft.ledger.sealing import Altered
from tests.ledger.growing import Log
from tests.ledger.sealed import Ledger


def in_order(ledger: Ledger, account: object) -> list[tuple[int, bytes, bytes, bytes]]:
    """Index, hash, salt and bytes of each entry in an account's log, as sealed."""
    rows = ledger.superuser.execute(
        "SELECT index, hash, salt, entry FROM djms.ledger_leaf l JOIN djms.ledger_entry e ON e.id = l.entry_id"
        " WHERE l.account_id = %s ORDER BY index",
        (account,),
    )
    return rows.fetchall()


def test_every_log_is_the_tree_over_its_entries_and_the_heads_log_the_tree_over_the_logs(ledger: Ledger) -> None:
    accounts = ledger.accounts(3, entries=2)
    ledger.record(accounts[0], 700)
    assert ledger.seal() == 706
    ledger.record(accounts[0], 5)
    assert ledger.seal() == 5
    for account, size in zip(accounts, (707, 2, 2), strict=True):
        leaves = in_order(ledger, account)
        assert [index for index, *_ in leaves] == list(range(size))
        assert all(hash_of_leaf(salt, entry) == hashed for _, hashed, salt, entry in leaves)
        origin, signed = ledger.superuser.execute(
            "SELECT origin, checkpoint FROM djms.ledger_log WHERE account_id = %s", (account,)
        ).fetchone() or ("", b"")
        checkpoint = Checkpoint.parse(signed)
        assert checkpoint.head == Log(origin, [hashed for _, hashed, *_ in leaves]).head()
        assert checkpoint.is_signed_by(VerifierKey(origin, Algorithm.ED25519, ledger.key.verifier.key))
    heads = [
        bytes(one) for (one,) in ledger.superuser.execute("SELECT hash FROM djms.ledger_heads_leaf ORDER BY index")
    ]
    checkpoint = Checkpoint.parse(ledger.one("SELECT checkpoint FROM djms.ledger_heads"))
    assert checkpoint.head == Log(ledger.key.name, heads).head()
    assert checkpoint.is_signed_by(ledger.key.verifier)
    assert len(heads) == 4


def test_the_nodes_above_the_leaves_are_those_of_the_tree(ledger: Ledger) -> None:
    (account,) = ledger.accounts(1, entries=100)
    for count in (155, 1, 300, 1000):
        ledger.seal()
        ledger.record(account, count)
    ledger.seal()
    log = Log("any", [hashed for _, hashed, *_ in in_order(ledger, account)])
    nodes = ledger.superuser.execute("SELECT level, index, hash FROM djms.ledger_node ORDER BY index").fetchall()
    assert nodes == [(1, index, log.node(8, index)) for index in range(1556 // 256)]


def test_an_entry_is_canonical_json_under_a_salt_of_its_own(ledger: Ledger) -> None:
    ledger.superuser.execute(
        "SELECT djms.record('administrator:account:renamed', gen_random_uuid(), null, %s)",
        ('{"z": 1, "ä": "Ü\\u0001\\n\\"", "b": null, "ba": "x"}',),
    )
    ((entry, salt, leaf),) = ledger.superuser.execute("SELECT entry, salt, leaf FROM djms.ledger_entry").fetchall()
    said = json.loads(entry)
    assert entry == json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert set(said) == {"action", "at", "by", "ba", "of", "z", "ä"}
    assert len(salt) == 32
    assert len(leaf) == 33
    assert ledger.one("SELECT hash FROM djms.ledger_waiting") == hash_of_leaf(salt, entry)


@pytest.mark.parametrize("action", Action)
def test_what_the_list_holds_can_be_recorded(ledger: Ledger, action: Action) -> None:
    ledger.accounts(1)
    ledger.record(ledger.one("SELECT account_id FROM djms.ledger_log"), what=action)
    assert ledger.seal() == 2


def test_nothing_else_can_be_recorded(ledger: Ledger) -> None:
    text = ledger.one("SELECT prosrc FROM pg_proc WHERE proname = 'record' AND pronamespace = 'djms'::regnamespace")
    assert re.findall(r"'(\w+:[\w-]+:\w+)'", text) == list(Action)
    with pytest.raises(Exception, match="nothing is called"):
        ledger.superuser.execute("SELECT djms.record('staff:item:eaten', gen_random_uuid(), null, '{}')")


@pytest.mark.parametrize(
    ("crime", "found"),
    {
        "UPDATE djms.ledger_entry SET entry = entry || ' '": Altered,
        "UPDATE djms.ledger_entry SET salt = sha256(salt)": Altered,
        "DELETE FROM djms.ledger_entry": Altered,
        "UPDATE djms.ledger_waiting SET hash = sha256(hash)": Altered,
        "UPDATE djms.ledger_waiting SET log_id = gen_random_uuid()": Altered,
        "UPDATE djms.ledger_entry SET leaf = sha256(leaf)": Altered,
        "UPDATE djms.ledger_log SET size = 1, edge = substr(edge, 1, 32)": Forked,
        "UPDATE djms.ledger_log SET size = 0, edge = ''": Forked,
        "UPDATE djms.ledger_log SET edge = sha256(edge) || sha256(edge || '1')": Forked,
        "UPDATE djms.ledger_log SET edge = ''": Forked,
        "UPDATE djms.ledger_log SET origin = 'djmixersoft-log/00'": Forked,
        "DELETE FROM djms.ledger_log": Forked,
        "UPDATE djms.ledger_heads SET size = 0, edge = ''": Forked,
        "UPDATE djms.ledger_heads SET edge = sha256(edge)": Forked,
        "UPDATE djms.ledger_heads SET key = 'x'": Forked,
        "DELETE FROM djms.ledger_heads": Forked,
    }.items(),
)
def test_nothing_is_signed_over_what_a_superuser_changed(ledger: Ledger, crime: str, found: type[Exception]) -> None:
    (account,) = ledger.accounts(1, entries=3)
    ledger.seal()
    ledger.record(account, 2)
    before = ledger.one("SELECT count(*) FROM djms.ledger_heads_leaf")
    with ledger.unguarded():
        ledger.superuser.execute(crime.encode())
    with pytest.raises(found):
        ledger.seal()
    assert ledger.one("SELECT count(*) FROM djms.ledger_heads_leaf") == before
