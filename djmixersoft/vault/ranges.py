"""Sending Content: whole, or the range that was asked for (RFC 9110 §14), never a byte that wasn't authenticated.

What a status line promises is authenticated before it is sent, or was a moment ago (sound.py). A short range is then
sent as it is; of anything longer the bytes are read and authenticated once more while they are streamed, so that little
has to be held in memory; should a disk change them in between, the body breaks off and the connection with it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import BinaryIO, Final

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags
from django.utils.translation import gettext as _

from djmixersoft.vault.cobblestone import BATCH, Altered, Damage, Reader
from djmixersoft.vault.filenames import content_disposition
from djmixersoft.vault.keys import Key
from djmixersoft.vault.media import known_media_type, may_be_inline
from djmixersoft.vault.sound import SOUND

# One range only, and no number so long that reading it would cost anything: all else is ignored, as §14.2 allows.
_ONE_RANGE: Final = re.compile(r"bytes=[ \t]*([0-9]{0,30})-([0-9]{0,30})[ \t]*", re.IGNORECASE | re.ASCII)

_GUARDS: Final = {
    "X-Content-Type-Options": "nosniff",
    # Content can never run as a page of ours, whatever a browser takes it for, and stands in pages of ours alone. With
    # the sandbox here Chromium shows a PDF in a frame; with one on the frame it would refuse. The styles are those with
    # which a browser shows a file that is opened by itself.
    "Content-Security-Policy": (
        "sandbox; default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    # A cached copy is shown only after we have said again that this person may have it.
    "Cache-Control": "private, no-cache",
}


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of the plaintext from ``start`` up to, not including, ``stop``."""

    start: int
    stop: int


class Unsatisfiable(Exception):
    """The range that was asked for has no byte in the file: 416."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What is sent: facts from the item's row, fetched before, and its opened blob.

    ``sha256`` (32 bytes) and ``size`` (bytes) are of the plaintext; ``context`` is ``keys.context``.
    """

    file: BinaryIO
    key: Key
    context: bytes
    name: str = field(repr=False)
    size: int
    sha256: bytes
    media_type: str


def requested_span(header: str | None, size: int) -> Span | None:
    """Return the range that a ``Range`` header asks for, or None for the whole file.

    Several ranges, other units and malformed headers mean the whole file (RFC 9110 §14.2). Raises Unsatisfiable.
    """
    found = _ONE_RANGE.fullmatch(header or "")
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        return _suffix(int(found[2]), size)
    first = int(found[1])
    last = int(found[2]) if found[2] else max(first, size - 1)
    if last < first:
        return None
    if first >= size:
        raise Unsatisfiable
    return Span(first, min(last + 1, size))


def range_applies(if_range: str | None, etag: str) -> bool:
    """Tell whether ``If-Range`` lets the range count: only for the very same, strong ETag (RFC 9110 §13.1.5).

    A date never does, since Content is sent without one.
    """
    return if_range is None or if_range.strip() == etag


def file_response(request: HttpRequest, content: Content, *, download: bool = False) -> HttpResponseBase:
    """Answer a GET or HEAD with Content: 200, 206, 304, 412 or 416.

    Takes over ``content.file`` and closes it in any case. Raises Altered before a byte is sent where the blob, or
    the part of it that was asked for, is not what was stored. Anything a browser could mistake for a page, and
    everything with ``download``, is sent as an attachment.
    """
    try:
        response = _answer(request, content, download=download)
    except BaseException:
        content.file.close()
        raise
    if not response.streaming:
        content.file.close()
    return response


def _answer(request: HttpRequest, content: Content, *, download: bool) -> HttpResponseBase:
    etag = f'"{bytes(content.sha256).hex()}"'
    reader = Reader(content.file, content.key, content.context)
    if reader.size != content.size:
        raise Altered(Damage.OTHER_SIZE)
    instead = _precondition(request, etag)
    if instead is not None:
        return _dressed(instead, etag)
    is_head = request.method == "HEAD"
    # Range is defined for GET alone (§14.2).
    asks = not is_head and range_applies(request.headers.get("If-Range"), etag)
    try:
        span = requested_span(request.headers.get("Range"), reader.size) if asks else None
    except Unsatisfiable:
        return _dressed(_unsatisfiable(reader.size), etag)
    whole = Span(0, reader.size)
    sent = span or whole
    response: HttpResponseBase = HttpResponse()
    if is_head or sent.stop - sent.start > BATCH:
        SOUND.once(content.file, sent.start, sent.stop, lambda: reader.verify(sent.start, sent.stop))
        pieces = reader.read_range(sent.start, sent.stop)
    else:
        # So little is held in memory, and read once.
        pieces = iter(list(reader.read_range(sent.start, sent.stop)))
    if not is_head:
        response = StreamingHttpResponse(_Body(pieces, content.file))
    if span is not None:
        response.status_code = HTTPStatus.PARTIAL_CONTENT
        response["Content-Range"] = f"bytes {sent.start}-{sent.stop - 1}/{reader.size}"
    kind = known_media_type(content.media_type)
    response["Content-Type"] = kind.value
    response["Content-Length"] = str(sent.stop - sent.start)
    inline = may_be_inline(kind) and not download
    response["Content-Disposition"] = content_disposition(content.name, inline=inline)
    return _dressed(response, etag)


def _precondition(request: HttpRequest, etag: str) -> HttpResponse | None:
    """Evaluate If-Match and If-None-Match (RFC 9110 §13.2.2); the date headers are void, as Content is sent undated."""
    demanded = parse_etags(request.headers.get("If-Match", ""))
    if demanded and demanded != ["*"] and etag not in demanded:
        return HttpResponse(status=HTTPStatus.PRECONDITION_FAILED)
    cached = parse_etags(request.headers.get("If-None-Match", ""))
    if cached == ["*"] or etag in {tag.removeprefix("W/") for tag in cached}:
        return HttpResponseNotModified()
    return None


def _suffix(length: int, size: int) -> Span | None:
    if not length:
        raise Unsatisfiable
    # The end of an empty file is satisfiable but has no Content-Range that could say so (§14.4).
    return Span(max(size - length, 0), size) if size else None


def _unsatisfiable(size: int) -> HttpResponse:
    text = _("This part of the file does not exist. The whole file has %(size)d bytes.") % {"size": size}
    response = HttpResponse(
        text, content_type="text/plain; charset=utf-8", status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
    )
    response["Content-Range"] = f"bytes */{size}"
    return response


def _dressed(response: HttpResponseBase, etag: str) -> HttpResponseBase:
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    for name, value in _GUARDS.items():
        response[name] = value
    return response


class _Body:
    """The bytes of a response. An object, since a generator that was never started closes nothing."""

    def __init__(self, pieces: Iterator[bytes], file: BinaryIO) -> None:
        self._pieces, self._file = pieces, file

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def close(self) -> None:
        """Close the blob; Django calls it when the response ends, however it ends."""
        self._file.close()
