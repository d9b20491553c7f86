"""Stored files are read again week by week; what is damaged is told to whom it concerns."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from django.db import ProgrammingError, connection
from django.test import override_settings

from djmixersoft.content import jobs
from djmixersoft.content.services import checking
from djmixersoft.content.services.checking import Checked, Expected, Fault, compare
from djmixersoft.policy.jobs import registered_jobs
from djmixersoft.policy.purposes import acting_for
from djmixersoft.vault.blobs import FolderStore
from tests.content.arranging import OGG, Crate
from tests.content.test_trash import blobs_of
from tests.mail.working import Workplace
from tests.site.browsing import Post, text_of

Superuser = psycopg.Connection[Any]
LONG_AGO = "UPDATE djms.blob SET checked_at = now() - interval '8 days' WHERE item_id = ANY(%s::uuid[])"


@dataclass
class Store:
    """An account with two files, sound so far, whose turn to be checked has come; and the steward."""

    crate: Crate
    first: str
    second: str
    superuser: Superuser
    workplace: Workplace

    def path(self, item: str) -> Path:
        (path,) = blobs_of(self.superuser, item)
        return path

    def check(self, patience: timedelta = timedelta(seconds=30)) -> Checked:
        """Let the steward check, as its own login, in our store."""
        data = settings.DATA_FOLDER
        with self.workplace.as_login("djms_steward"), override_settings(DATA_FOLDER=data):
            return checking.check_stored(patience=patience)

    def fault(self, item: str) -> str:
        row = self.superuser.execute("SELECT fault FROM djms.blob WHERE item_id = %s", [item]).fetchone()
        assert row
        return str(row[0])

    def due(self, *items: str) -> None:
        self.superuser.execute(LONG_AGO, [list(items)])


@pytest.fixture
def store(crate: Crate, superuser: Superuser, workplace: Workplace) -> Iterator[Store]:
    superuser.execute("UPDATE djms.blob SET checked_at = now(), fault = ''")
    superuser.execute("DELETE FROM djms.mail_message")
    first, second = crate.file("first.ogg"), crate.file("second.ogg", content=OGG[::-1])
    store = Store(crate, first, second, superuser, workplace)
    store.due(first, second)
    yield store
    superuser.execute("DELETE FROM djms.mail_message")


def damage(store: Store, kind: str) -> None:
    path = store.path(store.first)
    content = bytearray(path.read_bytes())
    match kind:
        case "altered":
            content[20_000] ^= 1
            path.write_bytes(content)
        case "truncated":
            path.write_bytes(content[:-1])
        case "longer":
            path.write_bytes(content + b"\0")
        case "empty":
            path.write_bytes(b"")
        case "swapped":
            shutil.copyfile(store.path(store.second), path)
        case "missing":
            path.unlink()


@pytest.mark.parametrize("kind", ["altered", "truncated", "longer", "empty", "swapped", "missing"])
def test_each_damage_is_found_named_on_the_page_and_mailed_to_administrators(
    store: Store, mates: Crate, kind: str
) -> None:
    damage(store, kind)
    assert store.check() == Checked(files=2, damaged=1)
    assert store.fault(store.first) == ("missing" if kind == "missing" else "altered")
    assert store.fault(store.second) == ""
    for seen in (store.crate, mates):
        words = text_of(seen.person.get(store.crate.path))
        assert "found a file damaged. If you still have it, upload it again: first.ogg" in words
    post = Post(store.superuser)
    assert post.templates(store.crate.person.email) == ["content-damaged"]
    assert post.templates(mates.person.email) == []
    assert store.crate.content(store.second) == OGG[::-1]


def test_sound_files_are_left_alone_for_a_week(store: Store) -> None:
    assert store.check() == Checked(files=2, damaged=0)
    assert store.check() == Checked(files=0, damaged=0)
    store.due(store.second)
    assert store.check() == Checked(files=1, damaged=0)
    assert "damaged" not in text_of(store.crate.person.get(store.crate.path))
    assert Post(store.superuser).templates(store.crate.person.email) == []


def test_damage_is_mailed_once_and_noted_until_it_is_mended(store: Store) -> None:
    path = store.path(store.first)
    sound = path.read_bytes()
    path.write_bytes(sound[:-1])
    for _ in range(2):
        store.due(store.first)
        assert store.check().damaged == 1
    assert Post(store.superuser).templates(store.crate.person.email) == ["content-damaged"]
    path.write_bytes(sound)
    store.due(store.first)
    store.check()
    assert store.fault(store.first) == ""
    assert "damaged" not in text_of(store.crate.person.get(store.crate.path))


def test_damage_to_what_it_was_before_is_called_so(store: Store) -> None:
    made = store.crate.post("documents", name="Friday", folder="")
    item = made["Location"].rpartition("/")[2].partition("?")[0]
    (first,) = blobs_of(store.superuser, item)
    store.crate.post(f"documents/{item}", text="now", base="1")
    first.unlink()
    store.due(item)
    assert store.check().damaged == 1
    assert "Friday (an earlier version)" in text_of(store.crate.person.get(store.crate.path))


def test_what_is_removed_while_it_is_checked_is_no_damage(store: Store) -> None:
    store.crate.throw_away(store.first)
    store.path(store.first).unlink()
    store.superuser.execute("DELETE FROM djms.item WHERE id = %s", [store.first])
    assert store.check() == Checked(files=1, damaged=0)


def test_a_share_is_checked_as_far_as_time_allows_the_oldest_first(store: Store) -> None:
    store.superuser.execute(
        "UPDATE djms.blob SET checked_at = now() - interval '30 days' WHERE item_id = %s", [store.second]
    )
    assert store.check(timedelta(seconds=-1)) == Checked(files=0, damaged=0)
    row = store.superuser.execute("SELECT blob FROM djms.blobs_to_check(1)").fetchone()
    assert row
    assert str(row[0]) == store.path(store.second).name


def test_a_disk_that_does_not_answer_is_damage_too(store: Store, tmp_path: Path) -> None:
    path = store.path(store.first)
    (tmp_path / "blobs" / path.name[:2] / path.name[2:4] / path.name).mkdir(parents=True)
    expected = Expected(UUID(path.name), 1, b"")
    assert compare(FolderStore(tmp_path / "blobs"), expected) is Fault.UNREADABLE


def test_the_steward_learns_nothing_but_names_sizes_and_hashes_of_ciphertext(store: Store) -> None:
    with store.workplace.as_login("djms_steward"):
        for table in ("blob", "item", "item_key", "account_key", "item_undo"):
            with pytest.raises(ProgrammingError), acting_for("retention"), connection.cursor() as cursor:
                cursor.execute(f"SELECT * FROM djms.{table}")


def test_both_rounds_are_jobs_of_the_steward() -> None:
    for function, name in ((jobs.forget, "content.forget"), (jobs.check, "blobs.check")):
        job = registered_jobs()[name]
        assert job.function is function
        assert (job.process, job.purpose, bool(job.every)) == ("steward", "retention", True)
