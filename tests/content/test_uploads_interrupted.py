"""What becomes of uploads when something comes in between: another request, a crash at any step, a damaged store."""

import io
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection

from djmixersoft.vault.blobs import NoRoom
from djmixersoft.vault.cobblestone import CHUNK
from tests.content.sending import OFFSET, TUS, asked, bytes_of, ended, incoming, item_of, patched, place, stored
from tests.content.slowly import Patching, Slowly, another
from tests.site.browsing import Person, Post, items_of, registered
from tests.vault.sealing import noise

TRACK = b"OggS" + noise(100_000)
STEPS = {
    "while it is written down": "djmixersoft.content.services.uploads.note_rest",
    "before it is checked": "djmixersoft.vault.arriving.Arrival.check",
    "before it is visible": "djmixersoft.vault.folder_partials.FolderPartial.commit",
    "before it is an item": "djmixersoft.content.services.uploads.finish",
    "before what lay incoming is gone": "djmixersoft.vault.folder_partials.FolderPartial.discard",
}


class Crash(BaseException):
    """The process ends: nobody handles this."""


@pytest.fixture(scope="module")
def owner(superuser: psycopg.Connection[Any]) -> Person:
    """Somebody for all of these tests."""
    return registered(Post(superuser), "owner", account_name="Night Shift")


def test_only_one_request_at_a_time_goes_on_with_an_upload(owner: Person) -> None:
    url = place(owner, 60_000)
    body = Slowly(TRACK[:40_000], TRACK[40_000:60_000])
    first = Patching(owner, url, 0, body, 60_000)
    tries = [
        lambda other: patched(other, url, 0, TRACK[:60_000]),
        lambda other: asked(other, url),
        lambda other: ended(other, url),
    ]
    with ThreadPoolExecutor(len(tries)) as pool:
        answers = [pool.submit(one, another(owner)) for one in tries]
    for answer in (one.result() for one in answers):
        assert answer.status_code == HTTPStatus.LOCKED
        assert answer["Retry-After"] == "1"
    body.go_on.set()
    first.join(20)
    assert bytes_of(owner, item_of(first.answer)) == TRACK[:60_000]


def test_of_many_requests_at_once_with_the_same_part_one_counts(owner: Person) -> None:
    url = place(owner, len(TRACK))
    people = [another(owner) for _ in range(6)]
    barrier, answers = threading.Barrier(len(people)), []

    def send(person: Person) -> None:
        barrier.wait()
        answers.append(patched(person, url, 0, TRACK).status_code)

    threads = [threading.Thread(target=send, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(HTTPStatus.NO_CONTENT) == 1
    assert set(answers) <= {HTTPStatus.NO_CONTENT, HTTPStatus.CONFLICT, HTTPStatus.LOCKED}
    assert bytes_of(owner, item_of(asked(owner, url))) == TRACK


def test_a_request_that_nothing_is_heard_of_is_taken_over_and_can_do_no_harm(owner: Person) -> None:
    url = place(owner, len(TRACK))
    body = Slowly(TRACK[:40_000], noise(len(TRACK) - 40_000, seed=9))
    silent = Patching(owner, url, 0, body, len(TRACK))
    for file in incoming(url).iterdir():
        os.utime(file, (time.time() - 60, time.time() - 60))
    stands = int(asked(owner, url)["Upload-Offset"])
    assert stands == 40_000 // CHUNK * CHUNK
    assert patched(owner, url, stands, TRACK[stands:70_000])["Upload-Offset"] == "70000"
    body.go_on.set()
    silent.join(20)
    assert silent.answer.status_code == HTTPStatus.LOCKED
    assert bytes_of(owner, item_of(patched(owner, url, 70_000, TRACK[70_000:]))) == TRACK


def test_what_arrived_before_a_cut_is_kept(owner: Person) -> None:
    url = place(owner, len(TRACK))
    extra: dict[str, Any] = {
        "wsgi.input": io.BytesIO(TRACK[:50_001]),
        "CONTENT_LENGTH": str(len(TRACK)),
        "CONTENT_TYPE": OFFSET,
    }
    answer = owner.browser.generic("PATCH", url, headers=TUS | {"Upload-Offset": "0"}, **extra)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "What had arrived is kept" in answer.text
    assert asked(owner, url)["Upload-Offset"] == "50001"
    assert bytes_of(owner, item_of(patched(owner, url, 50_001, TRACK[50_001:]))) == TRACK


def test_a_part_with_a_checksum_that_was_cut_counts_not_at_all(owner: Person) -> None:
    url = place(owner, len(TRACK))
    extra: dict[str, Any] = {
        "wsgi.input": io.BytesIO(TRACK[:50_001]),
        "CONTENT_LENGTH": str(len(TRACK)),
        "CONTENT_TYPE": OFFSET,
    }
    headers = TUS | {"Upload-Offset": "0", "Upload-Checksum": "sha256 " + "A" * 43 + "="}
    assert owner.browser.generic("PATCH", url, headers=headers, **extra).status_code == HTTPStatus.BAD_REQUEST
    assert asked(owner, url)["Upload-Offset"] == "0"


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_any_step_is_made_good_by_the_next_request(
    owner: Person, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before = set(items_of(owner, owner.crate))
    url = place(owner, len(TRACK))
    patched(owner, url, 0, TRACK[:30_000])

    def crash(*_arguments: object, **_named: object) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(STEPS[step], crash)
        with pytest.raises(Crash):
            patched(owner, url, 30_000, TRACK[30_000:])
    new = set(items_of(owner, owner.crate)) - before
    assert bool(new) == (step == "before what lay incoming is gone")
    answer = asked(owner, url)
    stands = int(answer["Upload-Offset"])
    assert stands >= 30_000
    if stands < len(TRACK):
        answer = patched(owner, url, stands, TRACK[stands:])
    item = item_of(answer)
    assert bytes_of(owner, item) == TRACK
    assert set(items_of(owner, owner.crate)) - before == {item.rpartition("/")[2]}
    assert item_of(asked(owner, url)) == item


def test_nobody_knows_whether_it_was_committed_and_it_is_once(owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection breaks while the last transaction commits: before, or after it did."""
    from djmixersoft.content.services import uploads  # noqa: PLC0415 - what is patched

    finish = uploads.finish
    url = place(owner, len(TRACK))

    def broken(**arguments: Any) -> None:  # noqa: ANN401 - passed on
        finish(**arguments)
        raise OperationalError("the connection broke")

    with monkeypatch.context() as patch:
        patch.setattr(uploads, "finish", broken)
        answer = patched(owner, url, 0, TRACK)
    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert answer["Retry-After"]
    assert stored(url), "a row without its blob would be a loss"
    assert bytes_of(owner, item_of(asked(owner, url))) == TRACK


@pytest.mark.parametrize("damage", ["altered", "cut off", "gone"])
def test_what_the_store_did_not_keep_is_said_so_and_begun_anew(owner: Person, damage: str) -> None:
    url = place(owner, len(TRACK))
    patched(owner, url, 0, TRACK[:60_000])
    data = incoming(url) / "data"
    content = data.read_bytes()
    match damage:
        case "altered":
            data.write_bytes(content[:5000] + bytes([content[5000] ^ 1]) + content[5001:])
        case "cut off":
            data.write_bytes(content[:30_000])
        case "gone":
            data.unlink()
    stands = int(asked(owner, url)["Upload-Offset"])
    assert stands == {"altered": 60_000, "cut off": CHUNK, "gone": 0}[damage]
    answer = patched(owner, url, stands, TRACK[stands:])
    if damage == "altered":
        assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
        assert "Please upload it anew" in answer.text
        assert asked(owner, url).status_code == HTTPStatus.NOT_FOUND
        assert not incoming(url).exists()
    else:
        assert bytes_of(owner, item_of(answer)) == TRACK


def test_a_store_that_is_full_at_the_very_end_costs_nothing(owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise NoRoom

    url = place(owner, len(TRACK))
    with monkeypatch.context() as patch:
        patch.setattr("djmixersoft.vault.folder_partials.FolderPartial.commit", full)
        assert patched(owner, url, 0, TRACK).status_code == HTTPStatus.INSUFFICIENT_STORAGE
    assert bytes_of(owner, item_of(asked(owner, url))) == TRACK


def test_who_signs_out_while_a_part_arrives_loses_no_whole_chunk(stranger: Person) -> None:
    url = place(stranger, len(TRACK))
    body = Slowly(TRACK[:40_000], TRACK[40_000:60_000])
    sending = Patching(stranger, url, 0, body, 60_000)
    stranger.post("/sign-out")
    body.go_on.set()
    sending.join(20)
    assert sending.answer.status_code == HTTPStatus.UNAUTHORIZED
    assert "sign in" in sending.answer.text
    stranger.sign_in()
    stands = int(asked(stranger, url)["Upload-Offset"])
    assert stands == 60_000 // CHUNK * CHUNK
    assert bytes_of(stranger, item_of(patched(stranger, url, stands, TRACK[stands:]))) == TRACK


def test_no_connection_to_the_database_is_held_while_a_part_arrives(owner: Person) -> None:
    held: list[bool] = []

    class Watching(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            held.append(connection.connection is not None)
            return super().read(size)

    url = place(owner, len(TRACK))
    extra: dict[str, Any] = {"wsgi.input": Watching(TRACK), "CONTENT_LENGTH": str(len(TRACK)), "CONTENT_TYPE": OFFSET}
    answer = owner.browser.generic("PATCH", url, headers=TUS | {"Upload-Offset": "0"}, **extra)
    assert bytes_of(owner, item_of(answer)) == TRACK
    assert held
    assert not any(held)
