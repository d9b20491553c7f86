"""Sharing by links, as members do it, and what people outside get."""

import io
import re
from http import HTTPStatus
from typing import Any

from tests.site.browsing import Person, items_of, text_of

OGG = b"OggS" + bytes(range(256)) * 400  # 102,404 bytes: several chunks of the ciphertext
LINK_PASSWORD = "lantern over a wet harbour"


def uploaded(person: Person, content: bytes = OGG, name: str = "one.ogg", folder: str = "") -> str:
    """Upload a file, and return the path of its item."""
    file = io.BytesIO(content)
    file.name = name
    where = f"{person.crate}/folders/{folder}" if folder else person.crate
    before = set(items_of(person, where))
    done = person.post(f"{person.crate}/upload", {"tracks": file, "folder": folder})
    assert done.status_code == HTTPStatus.SEE_OTHER, text_of(done)
    (new,) = set(items_of(person, where)) - before
    return f"{person.crate}/items/{new}"


def link_to(person: Person, item: str, *, password: str = "", days: str = "7") -> str:
    """Share an item, and return the path that whoever gets the link opens."""
    answer = person.post(f"{item}/share", {"days": days, "password": password})
    assert answer.status_code == HTTPStatus.OK, text_of(answer)
    (address,) = re.findall(r"https://localhost(?::\d+)?(/shared/[A-Za-z0-9_-]{43})", answer.text)
    return str(address)


def opened(response: Any) -> bytes:  # noqa: ANN401 - a response of the test client
    """Read an answer to its end, as its bytes are sent after the page is made."""
    body: bytes = response.getvalue()
    response.close()
    return body
