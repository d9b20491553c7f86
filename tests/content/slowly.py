"""Requests whose body is still on its way while something else happens."""

import io
import threading
from typing import Any

from tests.content.sending import OFFSET, TUS
from tests.site.browsing import COOKIE, Browser, Person


def another(person: Person) -> Person:
    """The same person in another window."""
    browser = Browser()
    browser.cookies[COOKIE] = person.browser.token or ""
    return Person(person.email, browser, person.account_id)


class Slowly(io.RawIOBase):
    """A body of which the first part arrives at once, and the rest when it is told to, or never."""

    def __init__(self, first: bytes, rest: bytes) -> None:
        super().__init__()
        self.waiting, self.go_on = threading.Event(), threading.Event()
        self._parts = iter([first, rest])
        self._first = True

    def read(self, size: int = -1, /) -> bytes:
        if not self._first:
            self.waiting.set()
            assert self.go_on.wait(20)
        self._first = False
        part = next(self._parts, b"")
        assert len(part) <= size or size < 0
        return part


class Patching(threading.Thread):
    """A request whose body is still on its way."""

    def __init__(self, person: Person, url: str, offset: int, body: Slowly, length: int) -> None:
        super().__init__(daemon=True)
        self._sent = (another(person), url, offset, body, length)
        self.answer: Any = None
        self.start()
        assert body.waiting.wait(20)

    def run(self) -> None:
        person, url, offset, body, length = self._sent
        extra: dict[str, Any] = {"wsgi.input": body, "CONTENT_LENGTH": str(length), "CONTENT_TYPE": OFFSET}
        self.answer = person.browser.generic("PATCH", url, headers=TUS | {"Upload-Offset": str(offset)}, **extra)
