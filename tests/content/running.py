"""The real site in a process of its own, and somebody with a real client."""

import hashlib
import http.client
import signal
import ssl
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID, uuid4

import psycopg

from tests.content.sending import OFFSET, TUS, metadata
from tests.operations.installation import COMMAND, free_port
from tests.support import PLAIN_ENVIRONMENT

if TYPE_CHECKING:
    from tests.conftest import Cluster

BROKEN = (OSError, http.client.HTTPException)
LATER = frozenset({409, 423, 503})
PIECE = 16_384


class Reachable(Protocol):
    """What can be asked over https."""

    def connection(self, port: int | None = None, *, patience: float = 20.0) -> http.client.HTTPSConnection:
        """A new connection, perhaps by way of another port; `patience` in seconds."""
        ...


class Site:
    """The site's process, without the supervisor: whoever kills it starts it again, at once."""

    def __init__(self, cluster: "Cluster", folder: Path) -> None:
        self.port, self.data, self.temporary = free_port(), cluster.data.path, folder / "tmp"
        self.log = folder / "site.log"
        self.temporary.mkdir()
        self._environment = PLAIN_ENVIRONMENT | {
            "DJMS_PROCESS": "site",
            "DATABASE_URL": cluster.url("djms_site"),
            "DJMS_DATA": str(self.data),
            "DJMS_URL": f"https://localhost:{self.port}",
            "TMPDIR": str(self.temporary),
        }
        self._process: subprocess.Popen[str] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [*COMMAND, "site", "--site-port", str(self.port)],
                env=self._environment,
                cwd=self.temporary,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout
        assert self._process.stdout.readline() == "ready\n", self.log.read_text()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        process, self._process = self._process, None
        if process:
            process.send_signal(number)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                # As the supervisor does where a connection hangs.
                process.kill()
                process.wait()
            assert process.stdout
            process.stdout.close()

    def connection(self, port: int | None = None, *, patience: float = 20.0) -> http.client.HTTPSConnection:
        context = ssl.create_default_context(cafile=self.data / "secrets" / "tls" / "cert.pem")
        return http.client.HTTPSConnection("localhost", port or self.port, timeout=patience, context=context)


@dataclass
class Member:
    """Somebody with an account of their own who is signed in."""

    account_id: UUID
    token: str

    @classmethod
    def made(cls, superuser: psycopg.Connection[Any]) -> "Member":
        token, account, person = uuid4().hex, uuid4(), uuid4()
        expires, digest = datetime.now(UTC) + timedelta(days=1), hashlib.sha256(token.encode()).digest()
        for table, columns, *values in (
            ("person", "id, email", person, f"{person}@example.org"),
            ("account", "id, name", account, "Night Shift"),
            ("membership", "account_id, person_id, is_administrator", account, person, True),
            ("session", "token_hash, person_id, device, stays, expires", digest, person, "", True, expires),
        ):
            marks = ", ".join(["%s"] * len(values))
            superuser.execute(f"INSERT INTO djms.{table} ({columns}) VALUES ({marks})".encode(), values)
        return cls(account, token)


@dataclass
class Sending:
    """A file on its way by a client that never gives up; `offset` is what the site acknowledged last."""

    site: Reachable
    member: Member
    data: bytes
    name: str
    port: int | None = None
    patience: float = 20.0
    url: str = ""
    offset: int = 0
    item: str = ""
    tries: int = 0
    lost: list[str] = field(default_factory=list)
    midway: Callable[[], None] = lambda: None  # called while the site has received half of what is being sent

    def run(self) -> None:
        """Send it until it is there as a whole."""
        deadline = time.monotonic() + 170
        while not self.item:
            assert time.monotonic() < deadline, f"{self.name} stands at {self.offset} after {self.tries} tries"
            self.tries += 1
            try:
                self._go_on()
            except BROKEN:
                time.sleep(0.05)

    def send(self, length: int) -> None:
        """Send so much more of it, in one request without a mishap."""
        connection = self.site.connection(self.port, patience=self.patience)
        try:
            if not self.url:
                self._begin(connection)
            self._patch(connection, self.data[self.offset : self.offset + length])
        finally:
            connection.close()

    def _go_on(self) -> None:
        connection = self.site.connection(self.port, patience=self.patience)
        try:
            if not self.url:
                self._begin(connection)
            response = self._ask(connection, "HEAD", self.url)
            if response.status in LATER:
                time.sleep(0.2)
                return
            assert response.status == 200, response.status
            self._acknowledged(response)
            if not self.item:
                self._patch(connection, self.data[self.offset :])
        finally:
            connection.close()

    def _begin(self, connection: http.client.HTTPSConnection) -> None:
        said = metadata(filename=self.name, sha256=hashlib.sha256(self.data).hexdigest())
        headers = {"Upload-Length": str(len(self.data)), "Upload-Metadata": said}
        response = self._ask(connection, "POST", f"/accounts/{self.member.account_id}/uploads", headers)
        assert response.status in {201, 503}, response.status
        self.url = response.headers["Location"] or ""
        if not self.url:
            raise http.client.HTTPException

    def _patch(self, connection: http.client.HTTPSConnection, part: bytes) -> None:
        headers = {"Upload-Offset": str(self.offset), "Content-Type": OFFSET, "Content-Length": str(len(part))}
        self._put(connection, "PATCH", self.url, headers)
        half = len(part) // 2
        for at in range(0, half, PIECE):
            connection.send(part[at : min(at + PIECE, half)])
        self.midway()
        for at in range(half, len(part), PIECE):
            connection.send(part[at : at + PIECE])
        response = connection.getresponse()
        body = response.read()
        assert response.status == 204 or response.status in {*LATER, 400}, (response.status, body)
        if response.status == 204:
            self._acknowledged(response)

    def _acknowledged(self, response: http.client.HTTPResponse) -> None:
        offset = int(response.headers["Upload-Offset"])
        if offset < self.offset:
            self.lost.append(f"{self.name}: {self.offset} bytes were acknowledged, {offset} are there")
        self.offset = offset
        if link := response.headers["Link"]:
            self.item = link.partition(">")[0].removeprefix("<")

    def _ask(
        self, connection: http.client.HTTPSConnection, method: str, path: str, headers: dict[str, str] | None = None
    ) -> http.client.HTTPResponse:
        self._put(connection, method, path, {"Content-Length": "0"} | (headers or {}))
        response = connection.getresponse()
        response.read()
        return response

    def _put(self, connection: http.client.HTTPSConnection, method: str, path: str, headers: dict[str, str]) -> None:
        connection.putrequest(method, path)
        for name, value in (TUS | {"Cookie": f"__Host-session={self.member.token}"} | headers).items():
            connection.putheader(name, value)
        connection.endheaders()


def downloaded(site: Reachable, member: Member, item: str) -> bytes:
    """What the site gives out as an item's file."""
    connection = site.connection()
    try:
        connection.request("GET", f"{item}/file", headers={"Cookie": f"__Host-session={member.token}"})
        response = connection.getresponse()
        assert response.status == 200, response.status
        return response.read()
    finally:
        connection.close()


def names_of(superuser: psycopg.Connection[Any], member: Member) -> list[str]:
    """What an account's items are called."""
    rows = superuser.execute("SELECT name FROM djms.item WHERE account_id = %s ORDER BY name", [member.account_id])
    return [name for (name,) in rows]
