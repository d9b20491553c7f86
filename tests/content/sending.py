"""Speaking tus as a script in somebody's browser does."""

import base64
import hashlib
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.conf import settings

from tests.site.browsing import Person

OFFSET = "application/offset+octet-stream"
TUS = {"Tus-Resumable": "1.0.0"}


def metadata(**values: str) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items())


def checksum(data: bytes) -> str:
    return "sha256 " + base64.b64encode(hashlib.sha256(data).digest()).decode()


def begun(person: Person, size: int, *, crate: str = "", headers: dict[str, str] | None = None, **said: str) -> Any:  # noqa: ANN401 - a response of the test client
    """Ask for an upload; without a name it is called track.ogg. Empty headers are left out."""
    if "relativePath" not in said:
        said.setdefault("filename", "track.ogg")
    asked = TUS | {"Upload-Length": str(size), "Upload-Metadata": metadata(**said)} | (headers or {})
    asked = {name: value for name, value in asked.items() if value or name.startswith("Sec-")}
    return person.browser.generic("POST", f"{crate or person.crate}/uploads", b"", headers=asked)


def place(person: Person, size: int, **said: str) -> str:
    """Begin an upload; its address."""
    answer = begun(person, size, headers=None, **said)
    assert answer.status_code == HTTPStatus.CREATED, answer.text
    location: str = answer["Location"]
    return location


def patched(person: Person, url: str, offset: int, data: bytes, **headers: str) -> Any:  # noqa: ANN401 - as above
    """Send a part; `headers` with underscores; empty ones are left out."""
    asked = TUS | {"Content-Type": OFFSET, "Upload-Offset": str(offset)}
    asked |= {name.replace("_", "-"): value for name, value in headers.items()}
    asked = {name: value for name, value in asked.items() if value or name.startswith("Sec-")}
    return person.browser.generic("PATCH", url, data, content_type="", headers=asked)


def asked(person: Person, url: str) -> Any:  # noqa: ANN401 - as above
    return person.browser.head(url, headers=TUS)


def ended(person: Person, url: str) -> Any:  # noqa: ANN401 - as above
    return person.browser.delete(url, headers=TUS)


def sent(person: Person, data: bytes, **said: str) -> str:
    """Upload a file in one part; the address of its item."""
    url = place(person, len(data), **said)
    return item_of(patched(person, url, 0, data)) if data else item_of(asked(person, url))


def item_of(answer: Any) -> str:  # noqa: ANN401 - as above
    """The address of the item that an upload became."""
    assert answer.status_code < HTTPStatus.BAD_REQUEST, answer.text
    url, _semicolon, relation = answer["Link"].partition("; ")
    assert relation == 'rel="item"'
    return str(url).strip("<>")


def bytes_of(person: Person, item: str) -> bytes:
    """What one gets who downloads an item."""
    response = person.get(f"{item}/file")
    assert response.status_code == HTTPStatus.OK, response
    body: bytes = response.getvalue()
    response.close()
    return body


def incoming(url: str) -> Path:
    """The folder where what has arrived of an upload lies."""
    return Path(settings.DATA_FOLDER or "") / "blobs" / "incoming" / url.rpartition("/")[2]


def stored(url: str) -> list[Path]:
    """The blob of an upload, if it is visible."""
    return list(Path(settings.DATA_FOLDER or "").glob(f"blobs/??/??/{url.rpartition('/')[2]}"))
