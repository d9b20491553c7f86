"""Uploads in the words of tus 1.0: what is taken, how far it tells, what becomes of it."""

import hashlib
from http import HTTPStatus
from typing import Any

import psycopg
import pytest
from django.utils.http import parse_http_date

from tests.content.sending import (
    OFFSET,
    TUS,
    asked,
    begun,
    bytes_of,
    checksum,
    ended,
    incoming,
    item_of,
    metadata,
    patched,
    place,
    sent,
    stored,
)
from tests.site.browsing import Browser, Person, Post, items_of, registered, text_of
from tests.vault.sealing import noise

TRACK = b"OggS" + noise(100_000)


@pytest.fixture(scope="module")
def owner(superuser: psycopg.Connection[Any]) -> Person:
    """Somebody for all of these tests; who needs an empty crate is a stranger."""
    return registered(Post(superuser), "owner")


def test_the_site_tells_whoever_asks_what_it_speaks(visitor: Browser, owner: Person) -> None:
    for path in (f"{owner.crate}/uploads", f"{owner.crate}/uploads/{owner.account_id}"):
        answer = visitor.options(path)
        assert answer.status_code == HTTPStatus.NO_CONTENT
        assert answer["Tus-Version"] == "1.0.0"
        assert set(answer["Tus-Extension"].split(",")) == {
            "creation",
            "creation-with-upload",
            "checksum",
            "termination",
            "expiration",
        }
        assert answer["Tus-Checksum-Algorithm"] == "sha256"
        assert int(answer["Tus-Max-Size"]) >= 4 * 2**30


@pytest.mark.parametrize("size", [0, 1, 16_383, 16_384, 16_385, 100_003])
def test_a_file_comes_back_bit_for_bit_whatever_the_parts(owner: Person, size: int) -> None:
    data, offset = noise(size), 0
    url = place(owner, size, sha256=hashlib.sha256(data).hexdigest())
    answer = asked(owner, url)
    while offset < size:
        answer = patched(owner, url, offset, data[offset : offset + 33_333])
        offset = min(offset + 33_333, size)
        assert (answer.status_code, answer["Upload-Offset"]) == (HTTPStatus.NO_CONTENT, str(offset))
    item = item_of(answer)
    assert bytes_of(owner, item) == data
    assert hashlib.sha256(data).hexdigest() in owner.get(item).text
    assert not incoming(url).exists()


def test_it_tells_how_far_an_upload_is_and_what_was_said_of_it(stranger: Person) -> None:
    answer = begun(stranger, 50_000, filename="Set — Öpener.ogg", filetype="audio/ogg")
    assert (answer.status_code, answer["Tus-Resumable"]) == (HTTPStatus.CREATED, "1.0.0")
    url = answer["Location"]
    week = 7 * 86_400
    before = parse_http_date(answer["Upload-Expires"])
    assert patched(stranger, url, 0, TRACK[:20_000])["Upload-Offset"] == "20000"
    answer = asked(stranger, url)
    assert answer.status_code == HTTPStatus.OK
    assert (answer["Upload-Offset"], answer["Upload-Length"]) == ("20000", "50000")
    assert answer["Upload-Metadata"] == metadata(filename="Set — Öpener.ogg", filetype="audio/ogg")
    assert answer["Cache-Control"] == "no-store"
    assert before <= parse_http_date(answer["Upload-Expires"]) <= before + week
    assert items_of(stranger, stranger.crate) == []


def test_the_first_part_may_come_with_the_request_to_begin(stranger: Person) -> None:
    for brought in (30_000, len(TRACK)):
        headers = TUS | {"Upload-Length": str(len(TRACK)), "Upload-Metadata": metadata(filename="a.ogg")}
        answer = stranger.browser.generic(
            "POST", f"{stranger.crate}/uploads", TRACK[:brought], content_type=OFFSET, headers=headers
        )
        assert (answer.status_code, answer["Upload-Offset"]) == (HTTPStatus.CREATED, str(brought))
        last = patched(stranger, answer["Location"], brought, TRACK[brought:])
        assert bytes_of(stranger, item_of(last)) == TRACK
    assert len(items_of(stranger, stranger.crate)) == 2


def test_a_first_part_that_is_refused_leaves_nothing(stranger: Person) -> None:
    headers = TUS | {"Upload-Length": "10", "Upload-Checksum": checksum(b"other")}
    headers["Upload-Metadata"] = metadata(filename="a.ogg")
    answer = stranger.browser.generic(
        "POST", f"{stranger.crate}/uploads", b"hello", content_type=OFFSET, headers=headers
    )
    assert answer.status_code == 460
    assert stranger.get(f"{stranger.crate}/uploads").json() == {"uploads": []}


def test_a_finished_upload_says_so_however_often_it_is_asked(stranger: Person) -> None:
    url = place(stranger, len(TRACK))
    item = item_of(patched(stranger, url, 0, TRACK))
    for _again in range(2):
        answer = asked(stranger, url)
        assert (answer["Upload-Offset"], answer["Upload-Length"]) == (str(len(TRACK)), str(len(TRACK)))
        assert item_of(answer) == item
        repeated = patched(stranger, url, 0, TRACK)
        assert (repeated.status_code, repeated["Upload-Offset"]) == (HTTPStatus.CONFLICT, str(len(TRACK)))
    assert item_of(patched(stranger, url, len(TRACK), b"")) == item
    assert patched(stranger, url, len(TRACK), b"x").status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert len(items_of(stranger, stranger.crate)) == 1


def test_a_part_with_its_checksum_counts_only_if_that_is_right(owner: Person) -> None:
    url = place(owner, len(TRACK))
    assert patched(owner, url, 0, TRACK[:40_000], Upload_Checksum=checksum(TRACK[:40_000]))["Upload-Offset"] == "40000"
    answer = patched(owner, url, 40_000, TRACK[40_000:], Upload_Checksum=checksum(TRACK))
    assert answer.status_code == 460
    assert "garbled" in answer.text
    assert asked(owner, url)["Upload-Offset"] == "40000"
    last = patched(owner, url, 40_000, TRACK[40_000:], Upload_Checksum=checksum(TRACK[40_000:]))
    assert bytes_of(owner, item_of(last)) == TRACK


def test_a_file_that_is_not_the_one_that_was_announced_is_not_kept(stranger: Person) -> None:
    url = place(stranger, len(TRACK), sha256=hashlib.sha256(TRACK).hexdigest())
    changed = TRACK[:50_000] + noise(len(TRACK) - 50_000, seed=2)
    patched(stranger, url, 0, changed[:70_000])
    answer = patched(stranger, url, 70_000, changed[70_000:])
    assert answer.status_code == 460
    assert "perhaps it changed while it was sent" in answer.text
    assert asked(stranger, url).status_code == HTTPStatus.NOT_FOUND
    assert items_of(stranger, stranger.crate) == []
    assert not incoming(url).exists()
    assert stored(url) == []


def test_an_upload_that_is_given_up_is_gone_with_all_that_arrived(owner: Person) -> None:
    url = place(owner, len(TRACK))
    patched(owner, url, 0, TRACK[:50_000])
    assert incoming(url).exists()
    answer = ended(owner, url)
    assert (answer.status_code, answer["Tus-Resumable"]) == (HTTPStatus.NO_CONTENT, "1.0.0")
    assert not incoming(url).exists()
    for answer in (asked(owner, url), ended(owner, url), patched(owner, url, 50_000, b"x")):
        assert answer.status_code == HTTPStatus.NOT_FOUND


def test_what_is_finished_can_not_be_given_up(owner: Person) -> None:
    url = place(owner, len(TRACK))
    item = item_of(patched(owner, url, 0, TRACK))
    assert ended(owner, url).status_code == HTTPStatus.NOT_FOUND
    assert bytes_of(owner, item) == TRACK


def test_ones_unfinished_uploads_are_listed(stranger: Person, owner: Person) -> None:
    first, second = place(stranger, 100_000, filename="a.ogg"), place(stranger, 5, filename="b.ogg")
    patched(stranger, first, 0, TRACK[:20_000])
    sent(stranger, TRACK)
    listed = stranger.get(f"{stranger.crate}/uploads").json()["uploads"]
    assert [(one["url"], one["name"], one["size"], one["offset"], one["state"]) for one in listed] == [
        (second, "b.ogg", 5, 0, "receiving"),
        (first, "a.ogg", 100_000, 20_000, "receiving"),
    ]
    assert owner.get(f"{stranger.crate}/uploads").status_code == HTTPStatus.NOT_FOUND


def test_a_program_that_can_only_post_says_what_it_means_in_a_header(owner: Person) -> None:
    url = place(owner, 5)

    def override(method: str, data: bytes = b"", **headers: str) -> Any:  # noqa: ANN401 - a response of the test client
        return owner.browser.generic(
            "POST", url, data, content_type=OFFSET, headers=TUS | {"X-HTTP-Method-Override": method} | headers
        )

    assert override("PATCH", b"OggS", **{"Upload-Offset": "0"})["Upload-Offset"] == "4"
    assert override("HEAD")["Upload-Offset"] == "4"
    for method in ("GET", "PUT", "", "patch"):
        assert override(method).status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert override("DELETE").status_code == HTTPStatus.NO_CONTENT
    assert asked(owner, url).status_code == HTTPStatus.NOT_FOUND


def test_another_method_gets_the_page_for_that(owner: Person) -> None:
    assert owner.browser.put(f"{owner.crate}/uploads").status_code == HTTPStatus.METHOD_NOT_ALLOWED
    answer = owner.get(place(owner, 10))
    assert answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert "doesn’t do that" in text_of(answer)
