"""How much room there is, what takes it, and how it is made."""

from http import HTTPStatus
from io import BytesIO
from typing import Any

import psycopg

from tests.content.arranging import OGG, Crate, notice
from tests.content.test_trash import blobs_of
from tests.site.browsing import Person, text_of

Superuser = psycopg.Connection[Any]


def set_quota(superuser: Superuser, crate: Crate, sql: str) -> None:
    """Set the account's quota; `sql` may speak of `used`."""
    superuser.execute(f"UPDATE djms.account_room SET quota = {sql} WHERE account_id = %s", [crate.person.account_id])


def room_of(superuser: Superuser, crate: Crate) -> int:
    row = superuser.execute("SELECT used FROM djms.account_room WHERE account_id = %s", [crate.person.account_id])
    return int(next(iter(row))[0])


def document(crate: Crate, *texts: str) -> str:
    """Write a document, one version after the other; its id."""
    made = crate.post("documents", name="Friday", folder="")
    item: str = made["Location"].rpartition("/")[2].partition("?")[0]
    for number, text in enumerate(texts, 1):
        crate.post(f"documents/{item}", text=text, base=str(number))
    return item


def test_the_page_says_what_takes_the_room(crate: Crate, mates: Crate, superuser: Superuser) -> None:
    folder = crate.folder("Sets")
    crate.file("big.ogg", crate.folder("Inner", folder), b"OggS" + bytes(300_000))
    crate.throw_away(crate.file("gone.ogg", content=b"OggS" + bytes(100_000)))
    document(crate, "a" * 50_000, "short")
    set_quota(superuser, crate, "1000000000")
    for seen in (crate, mates):
        words = text_of(seen.person.get(f"{crate.path}/room"))
        assert "Trash 97.8 KB" in words
        assert "Earlier versions 49.0 KB" in words
        assert "Sets 293.3 KB" in words
        assert "big.ogg 293.3 KB" in words
        assert "of 953.7 MB taken" in words


def test_members_are_warned_from_four_fifths_on_and_told_when_it_is_full(
    crate: Crate, mates: Crate, superuser: Superuser
) -> None:
    crate.file("a.ogg")
    try:
        set_quota(superuser, crate, "used * 5 / 4 + 2")
        assert "scarce" not in text_of(mates.person.get(crate.path))
        set_quota(superuser, crate, "used * 5 / 4")
        for path in (crate.path, f"{crate.path}/room"):
            assert "Room is getting scarce" in text_of(mates.person.get(path))
        set_quota(superuser, crate, "used")
        assert "There is no room left" in text_of(mates.person.get(crate.path))
        refused = crate.person.browser.post(f"{crate.path}/upload", {"tracks": track(), "folder": ""})
        assert refused.status_code == HTTPStatus.INSUFFICIENT_STORAGE
        assert "There is no room left in the account" in text_of(refused)
        assert crate.names() == ["a.ogg"]
    finally:
        set_quota(superuser, crate, "1000000000")


def track() -> Any:  # noqa: ANN401 - a file with a name
    body = BytesIO(OGG)
    body.name = "late.ogg"
    return body


def test_an_administrator_deletes_earlier_versions_and_no_others(
    crate: Crate, mates: Crate, superuser: Superuser
) -> None:
    item, kept = document(crate, "first text", "second text"), document(crate, "in the trash")
    crate.throw_away(kept)
    assert len(blobs_of(superuser, item)) == 3
    before = room_of(superuser, crate)
    assert mates.post("room/versions").status_code == HTTPStatus.NOT_FOUND
    assert "Delete all earlier versions" not in text_of(mates.person.get(f"{crate.path}/room"))
    done = crate.post("room/versions")
    assert notice(done, crate.person) == "The earlier versions are gone for good."
    assert len(blobs_of(superuser, item)) == 1
    assert len(blobs_of(superuser, kept)) == 2, "what is in the trash comes back with its history"
    assert room_of(superuser, crate) < before
    assert "second text" in crate.person.get(f"{crate.path}/documents/{item}").text


def test_room_is_counted_to_the_byte_whatever_is_done(crate: Crate, superuser: Superuser) -> None:
    folder = crate.folder("Sets")
    file = crate.file("a.ogg", folder)
    crate.copy(folder)
    crate.copy(file, into=folder)
    document(crate, "one", "two")
    crate.post("room/versions")
    crate.throw_away(file)
    crate.post("trash/empty")
    files = {path for (item,) in superuser.execute("SELECT id FROM djms.item") for path in blobs_of(superuser, item)}
    of_account = superuser.execute(
        "SELECT id::text FROM djms.blob WHERE account_id = %s", [crate.person.account_id]
    ).fetchall()
    names = {name for (name,) in of_account}
    assert room_of(superuser, crate) == sum(path.stat().st_size for path in files if path.name in names)


def test_a_stranger_learns_nothing_of_room(crate: Crate, stranger_once: Person) -> None:
    crate.file("a.ogg")
    assert stranger_once.get(f"{crate.path}/room").status_code == HTTPStatus.NOT_FOUND
    assert Crate(stranger_once, crate.path).post("room/versions").status_code == HTTPStatus.NOT_FOUND
