"""What can't be begun or taken gets a status and a sentence, and changes nothing."""

from http import HTTPStatus
from typing import Any

import psycopg
import pytest
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.content.sending import OFFSET, TUS, asked, begun, metadata, patched, place
from tests.site.browsing import Person, Post, registered
from tests.support import IS_LONG


@pytest.fixture(scope="module")
def owner(superuser: psycopg.Connection[Any]) -> Person:
    """Somebody for all of these tests."""
    return registered(Post(superuser), "owner")


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
