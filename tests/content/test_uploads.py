"""Uploads in the words of tus 1.0: what is taken, how far it tells, what becomes of it."""

import hashlib
from http import HTTPStatus
from typing import Any

import psycopg
import pytest
from django.test import override_settings
from django.utils.http import parse_http_date
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
from tests.support import IS_LONG
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


BEGINNINGS = [
    ({"Tus-Resumable": ""}, HTTPStatus.PRECONDITION_FAILED, "speaks tus 1.0.0"),
    ({"Tus-Resumable": "0.2.2"}, HTTPStatus.PRECONDITION_FAILED, "speaks tus 1.0.0"),
    ({"Upload-Length": ""}, HTTPStatus.BAD_REQUEST, "Upload-Length must be a number"),
    ({"Upload-Length": "-1"}, HTTPStatus.BAD_REQUEST, "Upload-Length must be a number"),
    ({"Upload-Length": "1e3"}, HTTPStatus.BAD_REQUEST, "Upload-Length must be a number"),
    ({"Upload-Length": "٣"}, HTTPStatus.BAD_REQUEST, "Upload-Length must be a number"),
    ({"Upload-Length": "9" * 40}, HTTPStatus.BAD_REQUEST, "Upload-Length must be a number"),
    ({"Upload-Length": "9" * 18}, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too large"),
    ({"Upload-Defer-Length": "1"}, HTTPStatus.BAD_REQUEST, "must be said at once"),
    ({"Upload-Metadata": "filename ###"}, HTTPStatus.BAD_REQUEST, "isn’t Base64"),
    ({"Upload-Metadata": "filename /w=="}, HTTPStatus.BAD_REQUEST, "isn’t Base64 of UTF-8"),
    ({"Upload-Metadata": "filename " + "YWFh" * 5000}, HTTPStatus.BAD_REQUEST, "too long"),
    ({"Upload-Metadata": "fïlename YWFh"}, HTTPStatus.BAD_REQUEST, "no ASCII"),
    ({"Upload-Metadata": metadata(filename="a", sha256="abc")}, HTTPStatus.BAD_REQUEST, "64 hexadecimal"),
    ({"Upload-Metadata": metadata(filename="a", parent="abc")}, HTTPStatus.NOT_FOUND, "isn’t there"),
    ({"Upload-Metadata": metadata(filename="a", replaces="abc")}, HTTPStatus.NOT_FOUND, "isn’t there"),
    ({"Upload-Metadata": ""}, HTTPStatus.UNPROCESSABLE_ENTITY, "is no name"),
]


@pytest.mark.parametrize(("headers", "status", "words"), BEGINNINGS)
def test_what_can_not_be_begun_gets_a_sentence(owner: Person, headers: dict[str, str], status: int, words: str) -> None:
    before = owner.get(f"{owner.crate}/uploads").json()
    answer = begun(owner, 10, headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (status, "text/plain; charset=utf-8")
    assert words in answer.text
    assert answer["Tus-Resumable"] == "1.0.0"
    assert owner.get(f"{owner.crate}/uploads").json() == before


PARTS = [
    ({"Tus-Resumable": "2.0"}, HTTPStatus.PRECONDITION_FAILED, "speaks tus 1.0.0"),
    ({"Content-Type": "application/octet-stream"}, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, OFFSET),
    ({"Content-Type": "multipart/form-data; boundary=x"}, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, OFFSET),
    ({"Upload-Offset": ""}, HTTPStatus.BAD_REQUEST, "Upload-Offset must be a number"),
    ({"Upload-Offset": "x"}, HTTPStatus.BAD_REQUEST, "Upload-Offset must be a number"),
    ({"Upload-Offset": "3"}, HTTPStatus.CONFLICT, "4 bytes of this file are here"),
    ({"Upload-Offset": "5"}, HTTPStatus.CONFLICT, "4 bytes of this file are here"),
    ({"Upload-Checksum": "md5 AAAA"}, HTTPStatus.BAD_REQUEST, "sha256 only"),
    ({"Upload-Checksum": "sha256 ###"}, HTTPStatus.BAD_REQUEST, "Base64"),
    ({"Upload-Checksum": "sha256 ÄÄÄÄ"}, HTTPStatus.BAD_REQUEST, "Base64"),
    ({"Upload-Checksum": "sha256 AAAA"}, 460, "garbled"),
]


@pytest.mark.parametrize(("headers", "status", "words"), PARTS)
def test_a_part_that_can_not_be_taken_gets_a_sentence_and_changes_nothing(
    owner: Person, headers: dict[str, str], status: int, words: str
) -> None:
    url = place(owner, 10)
    patched(owner, url, 0, b"OggS")
    answer = patched(owner, url, 4, b"hello", **headers)
    assert (answer.status_code, answer["Content-Type"]) == (status, "text/plain; charset=utf-8")
    assert words in answer.text
    assert asked(owner, url)["Upload-Offset"] == "4"
    assert patched(owner, url, 4, b"hello!").status_code == HTTPStatus.NO_CONTENT


def test_more_than_was_announced_is_refused_whole(owner: Person) -> None:
    url = place(owner, 10)
    patched(owner, url, 0, b"OggS")
    answer = patched(owner, url, 4, b"1234567")
    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert "more than the file was to have" in answer.text
    assert asked(owner, url)["Upload-Offset"] == "4"


def test_a_part_must_say_how_long_it_is(owner: Person) -> None:
    url = place(owner, 10)
    headers = TUS | {"Upload-Offset": "0", "Transfer-Encoding": "chunked"}
    answer = owner.browser.generic("PATCH", url, content_type=OFFSET, headers=headers)
    assert answer.status_code == HTTPStatus.LENGTH_REQUIRED
    assert "Content-Length" in answer.text


def test_too_large_a_file_is_refused_before_it_is_sent(owner: Person) -> None:
    with override_settings(MAX_RESUMABLE_BYTES=1000):
        assert begun(owner, 1000).status_code == HTTPStatus.CREATED
        answer = begun(owner, 1001)
    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert "a file can have up to 1000" in answer.text.replace("\xa0", " ")
    assert answer["Tus-Max-Size"] == "1000"


NAMES = ["Upload-Length", "Upload-Metadata", "Upload-Checksum", "Upload-Offset"]
HEADER = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=40)
VALUES = st.one_of(HEADER, st.from_regex(r"\A[0-9]{0,20}\Z"), st.text("AQg=, sha256name", max_size=30))


@given(
    st.dictionaries(st.sampled_from(["Upload-Length", "Upload-Metadata", "Upload-Checksum", "Upload-Offset"]), VALUES)
)
@settings(deadline=None, max_examples=500 if IS_LONG else 40, suppress_health_check=list(HealthCheck))
def test_no_headers_get_more_than_a_refusal(owner: Person, headers: dict[str, str]) -> None:
    url = place(owner, 10)
    for answer in (
        owner.browser.generic("POST", f"{owner.crate}/uploads", b"hello", content_type=OFFSET, headers=TUS | headers),
        owner.browser.generic("PATCH", url, b"hello", content_type=OFFSET, headers=TUS | headers),
    ):
        assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
        assert answer.text or answer.status_code < HTTPStatus.BAD_REQUEST


def test_another_method_gets_the_page_for_that(owner: Person) -> None:
    assert owner.browser.put(f"{owner.crate}/uploads").status_code == HTTPStatus.METHOD_NOT_ALLOWED
    answer = owner.get(place(owner, 10))
    assert answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert "doesn’t do that" in text_of(answer)
