"""The end of an account: rows, keys and files go, and not a byte of it can be read afterwards, by anybody."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from djmixersoft.content import stores
from djmixersoft.policy.purposes import acting_for
from djmixersoft.vault.cobblestone import Altered, Reader
from djmixersoft.vault.keys import Key, KeyRefused, context, unwrap_account_key, unwrap_item_key
from tests.content.arranging import Crate, crate_of
from tests.content.sending import place
from tests.site.browsing import Person, Post, text_of

Superuser = psycopg.Connection[Any]
CANARY = "canary in the crate 7f3a"
TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'djms'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1"


@dataclass
class Before:
    """What was there: an account that is about to go, what a thief may have copied of it, and its members."""

    crate: Crate
    mate: Person
    ids: set[str]
    wrapped: list[bytes]
    copies: dict[tuple[UUID, UUID], Path]


@pytest.fixture
def before(owner: Person, mate: Person, superuser: Superuser, tmp_path: Path) -> Before:
    """Fill an account with everything that there is, and copy its files as a thief would."""
    crate = crate_of(owner)
    folder = crate.folder(f"{CANARY} folder")
    files = [crate.file(f"{CANARY} {n}.txt", folder, f"{CANARY} {n}\n".encode() * 2000) for n in range(3)]
    crate.post(f"items/{files[0]}/tags", tags=f"{CANARY} tag")
    crate.post(f"items/{files[0]}/comments", comment=f"{CANARY} comment")
    crate.post(f"items/{files[0]}/data", data_name=f"{CANARY} name", data_value=f'"{CANARY} value"')
    made = crate.post("documents", name=f"{CANARY} document", folder="")
    document = made["Location"].rpartition("/")[2].partition("?")[0]
    crate.post(f"documents/{document}", text=f"{CANARY} text", base="1")
    crate.rename(files[1], f"{CANARY} renamed.txt")
    crate.throw_away(files[2])
    account = owner.account_id
    place(owner, 1000, filename=f"{CANARY} upload.ogg")
    superuser.execute(
        "INSERT INTO djms.share (account_id, item_id, has_password, created_by, expires)"
        " SELECT account_id, id, false, added_by, now() + interval '1 day' FROM djms.item WHERE id = %s",
        [files[0]],
    )
    blobs = superuser.execute("SELECT item_id, id FROM djms.blob WHERE account_id = %s", [account]).fetchall()
    copies = {}
    for item, blob in blobs:
        (path,) = Path(settings.DATA_FOLDER or "").glob(f"blobs/*/*/{blob}")
        copies[item, blob] = Path(shutil.copy(path, tmp_path))
    wrapped = superuser.execute(
        "SELECT wrapped FROM djms.account_key WHERE account_id = %(a)s"
        " UNION ALL SELECT wrapped FROM djms.item_key WHERE account_id = %(a)s",
        {"a": account},
    )
    ids = {str(account), folder, document, *files, *(str(one) for pair in copies for one in pair)}
    return Before(crate, mate, ids, [bytes(one) for (one,) in wrapped], copies)


def ended(crate: Crate) -> Any:  # noqa: ANN401 - a response of the test client
    return crate.post("delete", name="Night Shift")


def everything(superuser: Superuser) -> Iterator[tuple[str, str]]:
    """Every row of every table, as text."""
    for (table,) in superuser.execute(TABLES).fetchall():
        for (row,) in superuser.execute(f"SELECT t::text FROM djms.{table} t".encode()):
            yield table, row


def test_every_row_and_file_and_key_goes(before: Before, superuser: Superuser) -> None:
    assert len(before.copies) == 5, "three files, and two versions of a document"
    done = ended(before.crate)
    assert done["Location"] == "/studio?done=account-deleted"
    marks = before.ids | {CANARY} | {wrapped.hex() for wrapped in before.wrapped}
    # An invitation that was mailed is kept for 30 days, with the account's name and none of its Content.
    # What is on record is erased once it is sealed (tests/ledger/test_fsck.py).
    kept = ((table, row) for table, row in everything(superuser) if not table.startswith("ledger_"))
    left = [(table, row) for table, row in kept for mark in marks if mark in row]
    assert left == []
    for _item, blob in before.copies:
        assert not list(Path(settings.DATA_FOLDER or "").rglob(str(blob)))


def test_a_thief_with_all_files_and_the_root_key_reads_nothing(before: Before, superuser: Superuser) -> None:
    account, root = before.crate.person.account_id, stores.root_key()
    assert account
    assert readable(before, account, superuser) == len(before.copies), "until then the thief can"
    ended(before.crate)
    assert readable(before, account, superuser) == 0
    # Nor by the keys that are left: those of other accounts.
    others = superuser.execute("SELECT account_id, wrapped FROM djms.account_key").fetchall()
    for other, wrapped in others:
        with pytest.raises(KeyRefused):
            unwrap_account_key(root, wrapped, account_id=account)
        assert isinstance(unwrap_account_key(root, wrapped, account_id=other), Key)
    for (item, blob), path in before.copies.items():
        with path.open("rb") as file, pytest.raises(Altered):
            Reader(file, Key.generate(), context(account, item, blob))


def readable(before: Before, account: UUID, superuser: Superuser) -> int:
    """How many of the copied files open by what the database holds and the root key."""
    row = superuser.execute("SELECT wrapped FROM djms.account_key WHERE account_id = %s", [account]).fetchone()
    if row is None:
        return 0
    account_key = unwrap_account_key(stores.root_key(), row[0], account_id=account)
    count = 0
    for (item, blob), path in before.copies.items():
        found = superuser.execute("SELECT wrapped FROM djms.item_key WHERE item_id = %s", [item]).fetchone()
        assert found
        key = unwrap_item_key(account_key, found[0], account_id=account, item_id=item)
        with path.open("rb") as file:
            reader = Reader(file, key, context(account, item, blob))
            count += len(b"".join(reader.read_range(0, reader.size))) == reader.size
    return count


def test_no_page_and_no_right_leads_to_it_any_more(before: Before, post: Post) -> None:
    crate, mate = before.crate, before.mate
    paths = [
        crate.path,
        *(f"{crate.path}/{what}" for what in ("room", "trash", "members", "find?q=canary", "take-out")),
    ]
    paths += [f"{crate.path}/items/{item}{part}" for item in before.ids for part in ("", "/file")]
    ended(crate)
    for person in (crate.person, mate):
        for path in paths:
            assert person.get(path).status_code == HTTPStatus.NOT_FOUND, path
        assert "Night Shift" not in text_of(person.get("/studio"))
        assert person.browser.token
        with acting_for("teamwork", token=person.browser.token), connection.cursor() as cursor:
            for table in ("item", "item_key", "account_key", "blob", "item_tag", "item_term", "membership"):
                cursor.execute(f"SELECT count(*) FROM djms.{table} WHERE account_id = %s", [crate.path[-36:]])
                assert cursor.fetchone() == (0,)
    assert post.templates(mate.email)


@pytest.mark.parametrize("typed", ["", "night shift", "Night  Shift", "Nightshift", "Night Shift\x00"])
def test_without_its_name_typed_nothing_goes(crate: Crate, typed: str) -> None:
    crate.folder("Sets")
    asking = text_of(crate.person.get(f"{crate.path}/delete"))
    assert "Nothing can be had back" in asking
    answer = crate.post("delete", name=typed)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert crate.names() == ["Sets"]


def test_only_an_administrator_deletes_an_account(crate: Crate, mates: Crate, stranger_once: Person) -> None:
    crate.folder("Sets")
    for person in (mates.person, stranger_once):
        answer = Crate(person, crate.path).post("delete", name="Night Shift")
        assert answer.status_code == HTTPStatus.NOT_FOUND
        assert person.get(f"{crate.path}/delete").status_code == HTTPStatus.NOT_FOUND
    assert crate.names() == ["Sets"]


def test_files_that_cannot_be_deleted_at_that_moment_are_unreadable_all_the_same(
    before: Before, superuser: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise OSError("the disk doesn't answer")

    monkeypatch.setattr("djmixersoft.vault.blobs.FolderStore.delete", broken)
    assert ended(before.crate).status_code == HTTPStatus.SEE_OTHER
    assert readable(before, UUID(before.crate.path[-36:]), superuser) == 0
