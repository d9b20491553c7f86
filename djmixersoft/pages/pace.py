"""How many may be waited for at once: whoever sends or takes slowly holds a thread, and pages must always find one."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http import HTTPStatus
from typing import Final, Self

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from djmixersoft.pages.answers import error_page, retry_after, unreadable

PLACES: Final = 64
"""Bodies that arrive and files that are sent at the same time; operations/site.py has threads for more than these."""
_STREAMED: Final = frozenset({"multipart/form-data", "application/offset+octet-stream"})
_FREE: Final = threading.BoundedSemaphore(PLACES)


class TheirPace:
    """Gives a place to each request that has to wait for its sender or reader, and a 503 where there is none left.

    A form is read whole before anything else happens, so that its sender is not waited for in a transaction, nor in the
    line of those whose passwords are hashed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep what answers."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, with a place for as long as the other side is waited for."""
        with _Place() as arriving:
            length = _length(request)
            if length and not arriving.take():
                return _crowded(request)
            if length <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE and request.content_type not in _STREAMED:
                try:
                    _ = request.body
                except UnreadablePostError:
                    return unreadable(request)
                arriving.leave()
            response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse):
            return _sent(request, response)
        return response


class _Place:
    """One of the places, taken at most once and left at most once."""

    def __init__(self) -> None:
        self._is_taken = False

    def take(self) -> bool:
        """Take it; False where all are taken."""
        self._is_taken = _FREE.acquire(blocking=False)
        return self._is_taken

    def leave(self) -> None:
        """Leave it, if it is taken."""
        if self._is_taken:
            self._is_taken = False
            _FREE.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.leave()


class _Sending:
    """The pieces of an answer, whose place is left when the last was sent, or the reader has gone."""

    def __init__(self, pieces: Iterator[bytes], place: _Place) -> None:
        self._pieces, self._place = pieces, place

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._pieces)

    def close(self) -> None:
        """Leave the place."""
        self._place.leave()

    def __del__(self) -> None:
        # Servers close what they were given; nothing else that drops an answer may cost a place for good.
        self._place.leave()


def _sent(request: HttpRequest, response: StreamingHttpResponse) -> HttpResponseBase:
    place = _Place()
    if not place.take():
        response.close()
        return _crowded(request)
    response.streaming_content = _Sending(iter(response), place)
    return response


def _length(request: HttpRequest) -> int:
    """How many bytes of a body Django would read; none of one whose length isn't said."""
    with suppress(ValueError):
        return max(int(request.META.get("CONTENT_LENGTH") or 0), 0)
    return 0


def _crowded(request: HttpRequest) -> HttpResponse:
    sentence = _("Very many are sending or taking files just now. Please try again in a moment.")
    return retry_after(error_page(request, HTTPStatus.SERVICE_UNAVAILABLE, _("One moment, please"), sentence))
