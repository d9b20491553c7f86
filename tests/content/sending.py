"""Speaking tus as a script in somebody's browser does."""

import base64
import hashlib
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
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


class Tree:
    """What lies where in an account, as the database has it."""

    def __init__(self, superuser: psycopg.Connection[Any], account_id: UUID | None) -> None:
        self.superuser, self._account_id = superuser, account_id

    def path(self, item: str) -> list[str]:
        """The names from the top down to an item."""
        names: list[str] = []
        here: Any = item.rpartition("/")[2]
        while here:
            row = self.superuser.execute("SELECT name, parent_id FROM djms.item WHERE id = %s", [here]).fetchone()
            assert row
            names, here = [row[0], *names], row[1]
        return names

    def folder(self, *names: str) -> str | None:
        """The only folder at a path."""
        found: str | None = None
        for name in names:
            rows = self.superuser.execute(
                "SELECT id FROM djms.item WHERE account_id = %s AND kind = 'folder' AND name = %s"
                " AND parent_id IS NOT DISTINCT FROM %s AND trashed_with IS NULL",
                [self._account_id, name, found],
            ).fetchall()
            assert len(rows) == 1, f"{len(rows)} folders at {names}"
            found = str(rows[0][0])
        return found

    def versions(self, item: str) -> list[tuple[int, bytes]]:
        """The numbers and hashes of what an item was before."""
        return self.superuser.execute(
            "SELECT number, sha256 FROM djms.item_version WHERE item_id = %s", [item.rpartition("/")[2]]
        ).fetchall()

    def give_room(self, account_id: UUID | None, quota: int) -> None:
        """Set how many bytes an account may have."""
        self.change(
            "INSERT INTO djms.account_room (account_id, quota) VALUES (%s, %s)"
            " ON CONFLICT (account_id) DO UPDATE SET quota = excluded.quota",
            account_id,
            quota,
        )

    def change(self, statement: str, *arguments: Any) -> None:  # noqa: ANN401 - psycopg's
        """Do what other pages do, as the superuser."""
        self.superuser.execute("SET session_replication_role = replica")
        try:
            self.superuser.execute(statement.encode(), arguments)
        finally:
            self.superuser.execute("RESET session_replication_role")
