"""Where uploads come to lie, under what name, whose they are, and for how long."""

import hashlib
import threading
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import ProgrammingError
from django.utils import timezone

from djmixersoft.content.models import Upload
from djmixersoft.policy.purposes import acting_for
from tests.content.sending import TUS, Tree, asked, begun, bytes_of, ended, item_of, patched, place, sent
from tests.site.browsing import COOKIE, Browser, Person, Post, registered
from tests.vault.sealing import noise
from tests.vault.test_blobs import files_limited_to

TRACK = b"OggS" + noise(100_000)


@pytest.fixture(scope="module")
def owner(superuser: psycopg.Connection[Any]) -> Person:
    """Somebody for all of these tests."""
    return registered(Post(superuser), "owner", account_name="Night Shift")


@pytest.fixture
def tree(superuser: psycopg.Connection[Any], owner: Person) -> Tree:
    return Tree(superuser, owner.account_id)


def test_folders_are_made_as_a_path_needs_them(owner: Person, tree: Tree) -> None:
    for name in ("one.ogg", "two.ogg"):
        item = sent(owner, TRACK, relativePath=f"Crate/Friday night/{name}")
        assert tree.path(item) == ["Crate", "Friday night", name]
    below = tree.folder("Crate", "Friday night")
    assert below
    item = sent(owner, TRACK, relativePath="/./Encore//three.ogg", parent=below)
    assert tree.path(item) == ["Crate", "Friday night", "Encore", "three.ogg"]
    assert tree.path(sent(owner, TRACK, filename="four.ogg", parent=below)) == ["Crate", "Friday night", "four.ogg"]
    assert tree.path(sent(owner, TRACK, relativePath="five.ogg")) == ["five.ogg"]


def test_uploads_at_once_share_the_folders_that_none_of_them_found(owner: Person, tree: Tree) -> None:
    answers: list[int] = []
    barrier = threading.Barrier(6)

    def upload(number: int) -> None:
        browser = Browser()
        browser.cookies[COOKIE] = owner.browser.token or ""
        person = Person(owner.email, browser, owner.account_id)
        barrier.wait()
        answers.append(begun(person, 5, relativePath=f"At once/Deep/er/{number}.ogg").status_code)

    threads = [threading.Thread(target=upload, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [HTTPStatus.CREATED] * 6
    assert tree.folder("At once", "Deep", "er")


@pytest.mark.parametrize("gone", ["trashed", "deleted"])
def test_what_was_for_a_folder_that_is_gone_meanwhile_comes_to_the_top(owner: Person, tree: Tree, gone: str) -> None:
    url = place(owner, len(TRACK), relativePath=f"{gone}/track.ogg")
    folder = tree.folder(gone)
    if gone == "trashed":
        tree.change(
            "UPDATE djms.item SET trashed_with = id, trashed_at = now(), trashed_by = added_by WHERE id = %s", folder
        )
    else:
        tree.change("UPDATE djms.upload SET parent_id = NULL WHERE parent_id = %s", folder)
        tree.change("DELETE FROM djms.item WHERE id = %s", folder)
    assert tree.path(item_of(patched(owner, url, 0, TRACK))) == ["track.ogg"]


def test_there_is_no_way_into_what_is_no_folder_of_the_account(
    owner: Person, stranger_once: Person, tree: Tree
) -> None:
    file = sent(owner, TRACK).rpartition("/")[2]
    begun(stranger_once, 5, relativePath="Theirs/x.ogg")
    theirs = Tree(tree.superuser, stranger_once.account_id).folder("Theirs")
    for wrong in (file, theirs or "", str(uuid4()), "x", "../.."):
        for said in ({"parent": wrong}, {"parent": wrong, "relativePath": "New/x.ogg"}):
            answer = begun(owner, 5, headers=None, **said)
            assert answer.status_code == HTTPStatus.NOT_FOUND
            assert "isn’t there" in answer.text


def test_a_new_version_keeps_the_one_before(owner: Person, tree: Tree) -> None:
    item = sent(owner, TRACK, filename="Mix.ogg")
    again = sent(owner, b"OggS" + TRACK, filename="Mix 2.ogg", replaces=item.rpartition("/")[2])
    assert again == item
    assert bytes_of(owner, item) == b"OggS" + TRACK
    assert tree.path(item) == ["Mix.ogg"]
    assert tree.versions(item) == [(1, hashlib.sha256(TRACK).digest())]


def test_only_a_file_of_the_account_gets_a_new_version(owner: Person, stranger_once: Person, tree: Tree) -> None:
    begun(owner, 5, relativePath="A folder/x.ogg")
    theirs = sent(stranger_once, TRACK).rpartition("/")[2]
    for wrong in (tree.folder("A folder") or "", theirs, str(uuid4())):
        answer = begun(owner, 5, replaces=wrong)
        assert (answer.status_code, "isn’t there" in answer.text) == (HTTPStatus.NOT_FOUND, True)


def test_a_version_of_what_is_deleted_meanwhile_ends_with_its_key(owner: Person, tree: Tree) -> None:
    item = sent(owner, TRACK)
    url = place(owner, len(TRACK), replaces=item.rpartition("/")[2])
    patched(owner, url, 0, TRACK[:40_000])
    for table in ("item_key", "blob"):
        tree.change(f"DELETE FROM djms.{table} WHERE item_id = %s", item.rpartition("/")[2])
    for answer in (asked(owner, url), patched(owner, url, 40_000, TRACK[40_000:]), ended(owner, url)):
        assert answer.status_code == HTTPStatus.GONE


KEPT_NAMES = [
    "Größe 💿 — Öpener (1).ogg",
    "AC\\DC %2e%2e & <b>.ogg",
    " leading, trailing ",
    "المقطع.ogg",
    "family 👩‍👩‍👧.ogg",
    "e\u0301 as it was composed.ogg",
    "漢" * 255,
    "…",
    "CON",
    ".hidden",
]


@pytest.mark.parametrize("name", KEPT_NAMES)
def test_names_are_kept_as_they_were_typed(owner: Person, tree: Tree, name: str) -> None:
    assert tree.path(sent(owner, b"OggS", filename=name)) == [name]
    assert tree.path(sent(owner, b"OggS", relativePath=f"{name}/{name}")) == [name, name]


BAD_NAMES = [
    ("..", "is no name"),
    (".", "is no name"),
    ("../../etc/passwd", "is no name"),
    ("/etc/passwd", "is no name"),
    ("a/b.ogg", "is no name"),
    ("x" * 256, "too long"),
    ("nul\0.ogg", "control character"),
    ("Icon\r", "control character"),
    ("gpj.\u202eexe", "turns the direction"),
    ("\u200b", "Nothing of this can be seen"),
    ("damaged \ufffd.ogg", "damaged"),
]


@pytest.mark.parametrize(("name", "words"), BAD_NAMES)
def test_names_that_play_tricks_get_a_sentence(owner: Person, name: str, words: str) -> None:
    answer = begun(owner, 5, filename=name)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert words in answer.text


@pytest.mark.parametrize("path", ["../x.ogg", "a/../../x.ogg", "a/\0/x.ogg", f"{'x' * 256}/x.ogg", "a/" * 60 + "x"])
def test_paths_that_play_tricks_get_a_sentence_and_make_no_folder(owner: Person, tree: Tree, path: str) -> None:
    answer = begun(owner, 5, relativePath=path)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    with pytest.raises(AssertionError, match="0 folders"):
        tree.folder("a")


def test_a_full_disk_gets_a_sentence_and_the_upload_goes_on_later(owner: Person) -> None:
    url = place(owner, len(TRACK))
    patched(owner, url, 0, TRACK[:20_000])
    with files_limited_to(60_000):
        answer = patched(owner, url, 20_000, TRACK[20_000:])
    assert answer.status_code == HTTPStatus.INSUFFICIENT_STORAGE
    assert "Our disks are full" in answer.text
    assert answer["Retry-After"]
    stands = int(asked(owner, url)["Upload-Offset"])
    assert stands >= 20_000
    assert bytes_of(owner, item_of(patched(owner, url, stands, TRACK[stands:]))) == TRACK


def test_what_nobody_goes_on_with_ends_after_a_week(owner: Person, tree: Tree) -> None:
    url = place(owner, len(TRACK))
    patched(owner, url, 0, TRACK[:20_000])
    tree.change("UPDATE djms.upload SET expires = now() - interval '1 second' WHERE id = %s", url.rpartition("/")[2])
    for answer in (asked(owner, url), patched(owner, url, 20_000, TRACK[20_000:])):
        assert answer.status_code == HTTPStatus.GONE
    assert url not in owner.get(f"{owner.crate}/uploads").text


def test_not_even_smuggled_sql_keeps_an_upload_for_longer_or_makes_it_larger(owner: Person) -> None:
    upload_id = place(owner, 10).rpartition("/")[2]
    week = timezone.now() + timedelta(days=7, minutes=1)
    with acting_for("teamwork", token=owner.browser.token):
        mine = Upload.objects.filter(account_id=owner.account_id or "", id=upload_id)
        mine.update(expires=timezone.now() + timedelta(days=1000))
        assert mine.get().expires < week
    for change in ({"size": 10**12}, {"added_by_id": uuid4()}, {"wrapped": b""}, {"item_id": uuid4()}):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            acting_for("teamwork", token=owner.browser.token),
        ):
            Upload.objects.filter(account_id=owner.account_id or "", id=upload_id).update(**change)


def test_a_mate_and_a_stranger_find_nothing_where_ones_uploads_are(
    owner: Person, stranger_once: Person, post: Post
) -> None:
    mate = registered(post, "mate")
    owner.post(f"{owner.crate}/invitations", {"email": mate.email})
    mate.post(f"/invitations/{post.link(mate.email, 'invitation')}/accept")
    url, done = place(owner, len(TRACK)), place(owner, len(TRACK))
    patched(owner, url, 0, TRACK[:20_000])
    patched(owner, done, 0, TRACK)
    for person, crate in ((mate, owner.crate), (stranger_once, owner.crate), (stranger_once, stranger_once.crate)):
        nothing = asked(person, f"{person.crate}/uploads/{uuid4()}")
        assert nothing.status_code == HTTPStatus.NOT_FOUND
        for one in (url, done):
            there = f"{crate}/uploads/{one.rpartition('/')[2]}"
            for answer in (asked(person, there), patched(person, there, 20_000, b"x"), ended(person, there)):
                assert (answer.status_code, dict(answer.headers)) == (nothing.status_code, dict(nothing.headers))
    assert begun(stranger_once, 5, crate=owner.crate).status_code == HTTPStatus.NOT_FOUND
    assert asked(owner, url)["Upload-Offset"] == "20000"


def test_who_is_not_signed_in_gets_a_sentence_and_can_not_tell_ids_apart(owner: Person) -> None:
    url = place(owner, 10)
    nobody = Person("nobody@example.org")
    for there in (url, f"{owner.crate}/uploads/{uuid4()}", f"/accounts/{uuid4()}/uploads/{uuid4()}"):
        for answer in (asked(nobody, there), patched(nobody, there, 0, b"x"), ended(nobody, there)):
            assert answer.status_code == HTTPStatus.UNAUTHORIZED
    assert "sign in" in patched(nobody, url, 0, b"x").text
    for crate in (owner.crate, f"/accounts/{uuid4()}"):
        assert begun(nobody, 5, crate=crate).status_code == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "", "Origin": "https://e.example"}]
)
def test_another_sites_page_can_neither_begin_nor_go_on_nor_end(owner: Person, headers: dict[str, str]) -> None:
    url = place(owner, 10)
    for answer in (
        begun(owner, 5, headers=headers),
        patched(owner, url, 0, b"x", **headers),
        owner.browser.delete(url, headers=TUS | headers),
        owner.browser.post(url, headers=TUS | headers | {"X-HTTP-Method-Override": "DELETE"}),
    ):
        assert answer.status_code == HTTPStatus.FORBIDDEN
    assert asked(owner, url)["Upload-Offset"] == "0"
