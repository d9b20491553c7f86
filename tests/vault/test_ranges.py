"""Sending Content: ranges against a simple model, and nothing sent that isn't authentic."""

import hashlib
import io
import tracemalloc
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import pytest
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from hypothesis import example, given
from hypothesis import strategies as st

from djmixersoft.vault.cobblestone import BATCH, CHUNK, HEADER, SEALED_CHUNK, Altered
from djmixersoft.vault.ranges import Content, Span, Unsatisfiable, file_response, range_applies, requested_span
from tests.vault.sealing import CONTEXT, KEY, noise, seal

TRACK = noise(5 * CHUNK + 321)
SEALED = seal(TRACK)
ETAG = f'"{hashlib.sha256(TRACK).hexdigest()}"'


class Answer(NamedTuple):
    """A response with its body read."""

    status: int
    headers: dict[str, str]
    body: bytes
    file: BinaryIO


def content(
    file: io.BytesIO, *, track: bytes = TRACK, name: str = "Vibe Ace.ogg", media_type: str = "audio/ogg"
) -> Content:
    """Return the track, or something like it."""
    return Content(
        file=file,
        key=KEY,
        context=CONTEXT,
        name=name,
        size=len(track),
        sha256=hashlib.sha256(track).digest(),
        media_type=media_type,
    )


def ask(method: str = "GET", *, sealed: bytes = SEALED, headers: dict[str, str] | None = None) -> Answer:
    """Send a request for the track and read the whole answer."""
    return answer_of(method, content(io.BytesIO(sealed)), headers=headers)


def answer_of(method: str, asked: Content, *, download: bool = False, headers: dict[str, str] | None = None) -> Answer:
    """Send a request for something else."""
    response = file_response(RequestFactory().generic(method, "/", headers=headers), asked, download=download)
    body = b"".join(pieces(response))
    response.close()
    return Answer(response.status_code, dict(response.items()), body, asked.file)


def pieces(response: HttpResponseBase) -> Iterator[bytes]:
    """Yield the body of either sort of response."""
    if isinstance(response, StreamingHttpResponse):
        yield from response
    else:
        yield getattr(response, "content", b"")


def test_a_track_is_sent_whole_and_ready_for_ranges() -> None:
    answer = ask()
    assert answer.status == 200
    assert answer.body == TRACK
    assert answer.headers["Content-Length"] == str(len(TRACK))
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["ETag"] == ETAG
    assert answer.headers["Content-Type"] == "audio/ogg"
    assert answer.headers["Content-Disposition"].startswith('inline; filename="Vibe Ace.ogg"')
    assert "Content-Range" not in answer.headers
    assert answer.file.closed


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=16383-16384", CHUNK - 1, CHUNK + 1),
        ("bytes=100-", 100, len(TRACK)),
        ("bytes=-100", len(TRACK) - 100, len(TRACK)),
        ("bytes=-999999999", 0, len(TRACK)),
        ("bytes=100-999999999", 100, len(TRACK)),
        ("BYTES=5-9", 5, 10),
        ("bytes= 5-9 ", 5, 10),
        ("bytes=0005-0009", 5, 10),
    ],
)
def test_one_range_is_sent_as_asked(asked: str, start: int, stop: int) -> None:
    answer = ask(headers={"Range": asked})
    assert answer.status == 206
    assert answer.body == TRACK[start:stop]
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(TRACK)}"
    assert answer.headers["Content-Length"] == str(stop - start)


IGNORED = [
    "bytes=0-1,3-4",
    "bytes=9-5",
    "bytes=-",
    "bytes",
    "bytes=",
    "bytes=a-b",
    "bytes=1",
    "bytes=--1",
    "bytes=1-2-3",
    "items=0-1",
    "bytes=0-1;x",
    "bytes=\u0661-\u0662",
    "bytes=+1-2",
    "bytes=0x1-2",
    "bytes=1_0-20",
    "bytes=" + "9" * 5000 + "-",
    "bytes=0-" + ",0-" * 5000,
]


@pytest.mark.parametrize("asked", IGNORED, ids=range(len(IGNORED)))
def test_what_is_no_single_range_is_answered_with_the_whole(asked: str) -> None:
    answer = ask(headers={"Range": asked})
    assert (answer.status, answer.body) == (200, TRACK)


@pytest.mark.parametrize("asked", [f"bytes={len(TRACK)}-", "bytes=999999999-999999999", "bytes=-0", "bytes=-00"])
def test_a_range_beyond_the_end_is_refused_with_the_size(asked: str) -> None:
    answer = ask(headers={"Range": asked})
    assert answer.status == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(TRACK)}"
    assert b"does not exist" in answer.body
    assert "Content-Disposition" not in answer.headers
    assert answer.file.closed


def model(first: int | None, last: int | None, size: int) -> Span | str | None:
    """Say which bytes are meant, by looking at each: the plain reading of RFC 9110 §14.1.2."""
    if first is None and last is None:
        return None
    if first is None:
        wanted = [n for n in range(size) if n >= size - (last or 0)]
        if last and not size:
            return None
    else:
        if last is not None and last < first:
            return None
        wanted = [n for n in range(size) if first <= n and (last is None or n <= last)]
    return Span(wanted[0], wanted[-1] + 1) if wanted else "unsatisfiable"


NUMBERS = st.none() | st.integers(0, 120) | st.integers(0, 10**30 - 1)


@given(NUMBERS, NUMBERS, st.integers(0, 100))
@example(0, None, 0)
@example(None, 5, 0)
@example(None, 0, 0)
def test_ranges_mean_what_the_model_says(first: int | None, last: int | None, size: int) -> None:
    header = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    try:
        found: Span | str | None = requested_span(header, size)
    except Unsatisfiable:
        found = "unsatisfiable"
    assert found == model(first, last, size)


HEADERS = st.text() | st.text("bytes=-0123456789, \t").map(lambda text: "bytes=" + text) | st.text("byteitems=-,019")


@given(HEADERS, st.integers(0, 100))
def test_no_header_at_all_breaks_it(header: str, size: int) -> None:
    try:
        span = requested_span(header, size)
    except Unsatisfiable:
        return
    assert span is None or 0 <= span.start < span.stop <= size


def test_an_empty_file_has_an_empty_body() -> None:
    cases: list[tuple[dict[str, str], int]] = [({}, 200), ({"Range": "bytes=-5"}, 200), ({"Range": "bytes=0-"}, 416)]
    for headers, status in cases:
        answer = answer_of("GET", content(io.BytesIO(seal(b"")), track=b""), headers=headers)
        assert answer.status == status
        assert status == 416 or (answer.body == b"" and answer.headers["Content-Length"] == "0")


def test_if_range_counts_for_the_very_same_file_only() -> None:
    assert ask(headers={"Range": "bytes=0-9", "If-Range": ETAG}).status == 206
    for other in ('"other"', f"W/{ETAG}", "Mon, 23 Nov 2026 09:00:00 GMT", "", "*"):
        answer = ask(headers={"Range": "bytes=0-9", "If-Range": other})
        assert (answer.status, answer.body) == (200, TRACK)
    assert range_applies(None, ETAG)


def test_what_a_browser_has_already_is_not_sent_again() -> None:
    for tags in (ETAG, f"W/{ETAG}", f'"x", {ETAG}', "*"):
        answer = ask(headers={"If-None-Match": tags, "Range": "bytes=0-1"})
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["ETag"] == ETAG
        assert "Content-Length" not in answer.headers
        assert answer.file.closed
    assert ask(headers={"If-None-Match": '"other"'}).status == 200
    assert ask(headers={"If-Match": '"other"'}).status == 412
    assert ask(headers={"If-Match": ETAG, "Range": "bytes=0-1"}).status == 206
    assert ask(headers={"If-Unmodified-Since": "Mon, 23 Nov 2020 09:00:00 GMT"}).status == 200


def test_head_says_what_get_would_of_the_whole() -> None:
    head, get = ask("HEAD", headers={"Range": "bytes=0-9"}), ask()
    assert (head.status, head.body) == (200, b"")
    assert head.headers == get.headers
    assert head.file.closed


GUARDS = ["X-Content-Type-Options", "Content-Security-Policy", "Cross-Origin-Resource-Policy", "Cache-Control"]


@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=1-2"}, {"Range": "bytes=-0"}, {"If-None-Match": "*"}])
def test_content_never_runs_as_our_page(headers: dict[str, str]) -> None:
    answer = ask(headers=headers)
    assert set(GUARDS) <= set(answer.headers)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'; "), "a sandbox that lets nothing out"
    assert "script" not in policy
    assert policy.endswith("; frame-ancestors 'self'")


@pytest.mark.parametrize(("kind", "download"), [("text/html", False), ("image/svg+xml", False), ("audio/ogg", True)])
def test_what_could_be_a_page_and_what_is_to_be_saved_is_an_attachment(kind: str, *, download: bool) -> None:
    asked = content(io.BytesIO(SEALED), media_type=kind, name='evil"\r\nSet-Cookie: a=b.html')
    answer = answer_of("GET", asked, download=download)
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert answer.headers["Content-Type"] in {"application/octet-stream", "audio/ogg"}
    assert "\n" not in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("chunk", range(6))
def test_an_altered_file_is_an_error_before_any_status(method: str, chunk: int) -> None:
    flipped = bytearray(SEALED)
    flipped[HEADER + chunk * SEALED_CHUNK + 7] ^= 4
    with pytest.raises(Altered):
        ask(method, sealed=bytes(flipped))


@pytest.mark.parametrize("sealed", [SEALED[:-1], SEALED[: HEADER + SEALED_CHUNK], SEALED[:10], b"", SEALED + b"x"])
@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-1"}, {"Range": "bytes=-0"}, {"If-None-Match": "*"}])
def test_a_file_of_another_length_is_an_error_for_every_request(sealed: bytes, headers: dict[str, str]) -> None:
    with pytest.raises(Altered):
        ask(sealed=sealed, headers=headers)


def test_another_whole_file_in_its_place_is_an_error() -> None:
    with pytest.raises(Altered):
        ask(sealed=seal(TRACK[:-1]))


def test_a_file_is_closed_after_an_error_and_when_the_browser_leaves_before_or_during_the_body() -> None:
    file = io.BytesIO(SEALED[:-1])
    with pytest.raises(Altered):
        file_response(RequestFactory().get("/"), content(file))
    assert file.closed
    for taken in (0, 1):
        file = io.BytesIO(SEALED)
        response = file_response(RequestFactory().get("/"), content(file))
        body = pieces(response)
        for _ in range(taken):
            next(body)
        response.close()
        assert file.closed


def test_bytes_that_change_between_the_passes_break_the_body_off() -> None:
    track = noise(BATCH + 3 * CHUNK)
    file = io.BytesIO(seal(track))
    response = file_response(RequestFactory().get("/"), content(file, track=track))
    file.seek(HEADER + (BATCH // CHUNK + 1) * SEALED_CHUNK)
    file.write(b"\0\0\0")
    body = pieces(response)
    assert next(body) == track[:BATCH]
    with pytest.raises(Altered):
        next(body)
    response.close()


def test_what_is_short_is_sent_as_it_was_when_its_status_line_was() -> None:
    file = io.BytesIO(SEALED)
    response = file_response(RequestFactory().get("/"), content(file))
    file.seek(HEADER + 3 * SEALED_CHUNK)
    file.write(b"\0\0\0")
    assert b"".join(pieces(response)) == TRACK
    response.close()


def test_a_large_file_is_sent_in_constant_memory() -> None:
    track = noise(40 * 2**20)
    file = io.BytesIO(seal(track))
    tracemalloc.start()
    response = file_response(RequestFactory().get("/"), content(file, track=track))
    sent = sum(len(piece) for piece in pieces(response))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    response.close()
    assert sent == len(track)
    assert peak < 2**20
