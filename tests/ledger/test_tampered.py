"""What a superuser of the database does to the ledger shows: to customers who kept a file and have the verifier.

The sealer refuses to go on from what was changed (test_sealing.py), `ledger fsck` finds it (test_fsck.py), and
witnesses sign no other history (test_being_cosigned.py). Here it is who stole the key too, and makes all anew.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import connections

from djmixersoft.ledger import selectors
from djmixersoft.ledger.models import Log
from tests.ledger.sealed import Ledger
from tests.mail.working import Workplace
from verifier.ledger_verify import main as verify

if TYPE_CHECKING:
    from collections.abc import Iterator

ENTRIES = 6
HASH_AGAIN = (
    "UPDATE djms.ledger_entry SET leaf = '\\x01' || sha256('djmixersoft/leaf/v1'::bytea || '\\x00' || salt || entry);"
    "UPDATE djms.ledger_leaf l SET hash = sha256('\\x00' || e.leaf) FROM djms.ledger_entry e WHERE e.id = l.entry_id;"
)
LIE = "UPDATE djms.ledger_entry SET entry = replace(convert_from(entry, 'UTF8'), 'administrator', 'member')::bytea"
# What is done to a log whose owner has an export and receipts of it.
CRIMES = {
    "an entry is edited": f"{LIE} WHERE id = 3",
    "an entry is edited, and all hashes under it made anew": f"{LIE} WHERE id = 3; {HASH_AGAIN}",
    "an entry gets another salt": "UPDATE djms.ledger_entry SET salt = sha256(salt) WHERE id = 3",
    "an entry is dropped": "DELETE FROM djms.ledger_leaf WHERE index = 2;"
    " UPDATE djms.ledger_leaf SET index = index + 100 WHERE index > 2;"
    " UPDATE djms.ledger_leaf SET index = index - 101 WHERE index > 100; UPDATE djms.ledger_log SET size = 5",
    "the last entry is dropped": "DELETE FROM djms.ledger_leaf WHERE index = 5; UPDATE djms.ledger_log SET size = 5",
    "two entries change places": "UPDATE djms.ledger_leaf SET index = index + 100 WHERE index IN (1, 2);"
    " UPDATE djms.ledger_leaf SET index = 103 - index WHERE index > 100",
    "an entry is put in": "UPDATE djms.ledger_leaf SET index = index + 100 WHERE index > 2;"
    " UPDATE djms.ledger_leaf SET index = index - 99 WHERE index > 100;"
    " INSERT INTO djms.ledger_leaf SELECT log_id, 3, account_id, person_id, hash, -1 FROM djms.ledger_leaf"
    " WHERE entry_id = 1;"
    " INSERT INTO djms.ledger_entry (id, log_id, entry, salt, leaf) SELECT -1, log_id, entry, salt, leaf"
    " FROM djms.ledger_entry WHERE id = 1; UPDATE djms.ledger_log SET size = 7",
    "all entries are gone": "TRUNCATE djms.ledger_leaf, djms.ledger_entry; UPDATE djms.ledger_log SET size = 0",
    "all entries become those of another log": "UPDATE djms.ledger_entry e SET entry = o.entry, salt = o.salt,"
    " leaf = o.leaf"
    " FROM djms.ledger_entry o WHERE o.id = e.id + 6 AND e.id <= 6",
}


@pytest.fixture
def customer(ledger: Ledger, workplace: Workplace, tmp_path: Path) -> "Iterator[Customer]":
    with workplace.as_login("postgres"), connections["default"].cursor() as cursor:
        cursor.execute("SET search_path = djms")
        yield Customer(ledger, tmp_path)


class Customer:
    """Whoever runs an account, and keeps the files that the site gives out: an export, and a receipt of each entry."""

    def __init__(self, ledger: Ledger, folder: Path) -> None:
        self.ledger, self.folder, self.files = ledger, folder, 0
        (self.account, _other) = ledger.accounts(2, entries=ENTRIES)
        ledger.seal()
        self.key = str(ledger.key.verifier)

    def take(self) -> list[Path]:
        """Take what the site gives out now. Raises whatever the site's own code does, where that finds it wrong."""
        log = Log.objects.get(account_id=self.account)
        self.files += 1
        export = self.folder / f"export-{self.files}.jsonl"
        export.write_bytes(b"".join([selectors.export_head(log, {}), *selectors.export_lines(log, 0)]))
        taken = [export]
        for index in range(log.size):
            receipt = self.folder / f"{index}-{self.files}.receipt.json"
            receipt.write_bytes(selectors.receipt(log, index) or b"")
            taken.append(receipt)
        return taken

    def verifies(self, *files: Path) -> bool:
        return verify(["--key", self.key, "--kept", str(self.folder / "kept"), *map(str, files)]) == 0


def test_a_ledger_that_nobody_touched_verifies_and_goes_on_verifying(customer: Customer) -> None:
    first = customer.take()
    assert all(customer.verifies(file) for file in first)
    customer.ledger.record(customer.account, 3)
    customer.ledger.seal()
    later = customer.take()
    assert all(customer.verifies(file) for file in later)
    assert verify(["--key", customer.key, str(first[0]), str(later[0])]) == 0


@pytest.mark.parametrize("crime", CRIMES)
def test_what_a_superuser_did_shows_in_what_is_given_out(customer: Customer, crime: str) -> None:
    (before, *_) = customer.take()
    assert customer.verifies(before)
    with customer.ledger.unguarded():
        customer.ledger.superuser.execute(CRIMES[crime].encode())
    assert not given_out_and_right(customer)


def given_out_and_right(customer: Customer) -> bool:
    try:
        taken = customer.take()
    except Exception:  # noqa: BLE001 - whatever the site's own code can't make of it
        return False
    return all(customer.verifies(file) for file in taken)


@pytest.mark.parametrize("fate", ["edited", "shorter", "as long", "longer"])
def test_who_stole_the_key_and_makes_another_history_is_found_by_whoever_kept_a_file(
    customer: Customer, fate: str
) -> None:
    (before, *_) = customer.take()
    assert customer.verifies(before)
    ledger = customer.ledger
    origin = ledger.one("SELECT origin FROM djms.ledger_log WHERE account_id = %s", customer.account)
    entries = {"edited": ENTRIES, "shorter": ENTRIES - 1, "as long": ENTRIES, "longer": ENTRIES + 2}[fate]
    ledger.empty()
    (ledger.folder / "heads.sqlite3").unlink()
    ledger.record(customer.account, entries)
    with ledger.unguarded():
        ledger.superuser.execute("UPDATE djms.ledger_log SET origin = %s", (origin,))
    ledger.seal()
    after, *receipts = customer.take()
    alone = ["--key", customer.key]
    assert verify([*alone, str(after)]) == 0, "by itself, it is as right as the first"
    assert verify([*alone, str(before), str(after)]) == 1
    assert not customer.verifies(after)
    # A receipt of a log that grew can't show that it only grew; the export can.
    assert fate == "longer" or not all(customer.verifies(receipt) for receipt in receipts)
