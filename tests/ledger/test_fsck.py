"""`ledger fsck` reads everything again, and names what isn't as it was sealed."""

from pathlib import Path

import psycopg
import pytest

from djmixersoft.ledger.fsck import Fsck, Report
from djmixersoft.ledger.kept import KeptHeads
from djmixersoft.ledger.sealer import OPTIONS
from tests.ledger.sealed import NAME, Ledger


def fsck(ledger: Ledger, folder: Path | None = None) -> Report:
    kept = KeptHeads((folder or ledger.folder) / "heads.sqlite3")
    try:
        with psycopg.connect(ledger.sealer_url, options=OPTIONS, autocommit=True) as connection:
            return Fsck(connection, ledger.key.verifier, kept).run()
    finally:
        kept.close()


def filled(ledger: Ledger) -> None:
    ledger.accounts(3, entries=2)
    ledger.seal()
    ledger.record(ledger.one("SELECT account_id FROM djms.ledger_log ORDER BY id LIMIT 1"), 600)
    ledger.accounts(300)
    ledger.seal()


def test_nothing_is_found_in_a_ledger_that_is_as_it_was_sealed(ledger: Ledger) -> None:
    assert fsck(ledger) == Report()
    filled(ledger)
    ledger.accounts(1)
    assert fsck(ledger) == Report(logs=304, entries=906, heads=304)


CRIMES = {
    "UPDATE djms.ledger_entry SET entry = entry || ' ' WHERE id = 3": "isn't what was sealed",
    "UPDATE djms.ledger_entry SET salt = sha256(salt) WHERE id = 3": "isn't what was sealed",
    "UPDATE djms.ledger_entry SET leaf = sha256(leaf) WHERE id = 3": "isn't what was sealed",
    "UPDATE djms.ledger_entry SET entry = null, salt = null WHERE id = 3": "erased, and nothing on record says so",
    "DELETE FROM djms.ledger_entry WHERE id = 3": "is missing",
    "DELETE FROM djms.ledger_leaf WHERE entry_id = 3": "don't make the head",
    "DELETE FROM djms.ledger_leaf WHERE entry_id = 100": "there is a gap",
    "UPDATE djms.ledger_leaf SET hash = sha256(hash) WHERE entry_id = 3": "isn't what was sealed",
    "UPDATE djms.ledger_leaf SET entry_id = -entry_id WHERE entry_id IN (100, 101)": "is missing",
    "TRUNCATE djms.ledger_leaf": "don't make the head",
    "DELETE FROM djms.ledger_node": "of its subtree",
    "UPDATE djms.ledger_node SET hash = sha256(hash)": "of its subtree",
    "UPDATE djms.ledger_log SET size = 1, edge = substr(edge, 1, 32) WHERE size = 2": "it stands at 1 entries",
    "UPDATE djms.ledger_log SET checkpoint = NULL WHERE size = 2": "its checkpoint is wrong",
    "UPDATE djms.ledger_log SET head_index = 0": "its head isn't the one in the heads log",
    "DELETE FROM djms.ledger_log WHERE size = 2": "gone from the database",
    "UPDATE djms.ledger_log SET origin = origin || '0' WHERE size = 2": "never sealed here",
    "UPDATE djms.ledger_heads SET size = 1, edge = substr(edge, 1, 32)": "it stands at 1 entries",
    "DELETE FROM djms.ledger_heads": "it stands at 0 entries",
    "DELETE FROM djms.ledger_heads_leaf WHERE index = 1": "there is a gap",
    "UPDATE djms.ledger_heads_leaf SET hash = sha256(hash) WHERE index > 9": "its head isn't the one in the heads log",
    "UPDATE djms.ledger_heads_leaf SET hash = sha256(hash) WHERE index = 0": "aren't those that were sealed",
    "DELETE FROM djms.ledger_heads_node": "of its subtree",
    "UPDATE djms.ledger_log SET account_id = gen_random_uuid() WHERE size = 2": "of another account or person",
    "DELETE FROM djms.ledger_waiting": "recorded, and neither sealed nor waiting",
}


@pytest.mark.parametrize("crime", CRIMES)
def test_what_a_superuser_changed_is_found(ledger: Ledger, crime: str) -> None:
    filled(ledger)
    ledger.accounts(1)
    with ledger.unguarded():
        changed = ledger.superuser.execute(crime.encode())
    assert changed.rowcount != 0
    findings = fsck(ledger).findings
    assert any(CRIMES[crime] in found for found in findings), findings


def test_a_database_that_was_put_back_is_found(ledger: Ledger) -> None:
    filled(ledger)
    tables = ("log", "entry", "waiting", "leaf", "node", "heads", "heads_leaf", "heads_node")
    for table in tables:
        ledger.superuser.execute(f"CREATE TEMPORARY TABLE kept_{table} AS TABLE djms.ledger_{table}".encode())
    ledger.accounts(2)
    ledger.seal()
    with ledger.unguarded():
        for table in tables:
            ledger.superuser.execute(f"DELETE FROM djms.ledger_{table}".encode())
            ledger.superuser.execute(f"INSERT INTO djms.ledger_{table} SELECT * FROM kept_{table}".encode())
    findings = fsck(ledger).findings
    assert len([found for found in findings if "gone from the database" in found]) == 2
    assert any("was sealed with" in found for found in findings)


def test_what_the_operator_erased_is_said_on_record_and_everything_else_still_holds(ledger: Ledger) -> None:
    filled(ledger)
    origin, account = ledger.superuser.execute(
        "SELECT origin, account_id FROM djms.ledger_log ORDER BY size DESC LIMIT 1"
    ).fetchone() or ("", None)
    erase = "SELECT djms.erase_entry(%s, %s)"
    assert ledger.one(erase, origin, 7)
    assert not ledger.one(erase, origin, 7), "once"
    assert not ledger.one(erase, origin, 100_000)
    assert not ledger.one(erase, "no such log", 7)
    ledger.seal()
    assert not ledger.one(erase, origin, ledger.one("SELECT max(size) - 1 FROM djms.ledger_log")), "nor what says so"
    report = fsck(ledger)
    assert report.findings == []
    assert report.erased == 1
    last = ledger.one(
        "SELECT convert_from(entry, 'UTF8')::jsonb FROM djms.ledger_entry WHERE account_id = %s ORDER BY id DESC",
        account,
    )
    assert (last["action"], last["index"], last["by"]) == ("ledger:entry:erased", 7, "operator")


def test_what_is_on_record_of_an_account_that_is_gone_is_erased_once_it_is_sealed(ledger: Ledger) -> None:
    filled(ledger)
    ledger.accounts(1)
    assert ledger.one("SELECT djms.erase_ended_logs(100)") == 0
    with ledger.unguarded():
        ledger.superuser.execute("DELETE FROM djms.account WHERE name = %s", (NAME,))
    assert ledger.one("SELECT djms.erase_ended_logs(100)") == 100
    while ledger.one("SELECT djms.erase_ended_logs(1000)"):
        pass
    assert ledger.one("SELECT count(*) FROM djms.ledger_entry WHERE entry IS NOT NULL") == 1
    ledger.seal()
    assert fsck(ledger).findings == []
