"""The real site in a process of its own, somebody with a real client, and a proxy between them that cuts and delays."""

import hashlib
import http.client
import random
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
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
MUTE_AFTER = 4_000  # bytes: the handshake and a first answer


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

    def open_files(self) -> list[Path]:
        """What the process has open at this moment."""
        return list(Path(f"/proc/{self._process.pid}/fd").iterdir()) if self._process else []

    def start(self) -> None:
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [*COMMAND, "site", "--site-port", str(self.port)],
                env=self._environment,
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

    site: Site
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


def downloaded(site: Site, member: Member, item: str) -> bytes:
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


class Proxy:
    """Passes connections on to the site, and does something to each: delays, cuts, halves, by its random source.

    `cut`: both sides see the end; `half`: only the site does, the client waits; `hole`: only the client does, and the
    site is never told; `mute`: the request arrives, and its answer doesn't.
    """

    def __init__(self, port: int, seed: int, *, longest: int, fates: Sequence[str]) -> None:
        self._target, self._random, self._longest, self._fates = port, random.Random(seed), longest, fates
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self.is_over = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.is_over.set()
        # Wakes the thread that waits for a connection.
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._listening.accept()
            except OSError:
                return
            fate = self._random.choice(self._fates)
            after, pause = self._random.randrange(1_000, self._longest), self._random.choice([0, 0, 0.001, 0.01])
            threading.Thread(target=self._pass_on, args=(client, fate, after, pause), daemon=True).start()

    def _pass_on(self, client: socket.socket, fate: str, after: int, pause: float) -> None:
        with suppress(OSError), client, socket.create_connection(("127.0.0.1", self._target)) as site:
            threading.Thread(target=_answer, args=(site, client, fate), daemon=True).start()
            passed = 0
            while data := client.recv(PIECE):
                passed += len(data)
                if passed > after and fate in {"cut", "half", "hole"}:
                    site.sendall(data[: len(data) // 2])
                    if fate == "hole":
                        client.shutdown(socket.SHUT_RDWR)
                        self.is_over.wait()
                    if fate == "half":
                        site.shutdown(socket.SHUT_WR)
                        while client.recv(PIECE):
                            pass
                    break
                time.sleep(pause)
                site.sendall(data)
            site.shutdown(socket.SHUT_RDWR)


def _answer(site: socket.socket, client: socket.socket, fate: str) -> None:
    """Pass on what the site answers."""
    passed = 0
    with suppress(OSError):
        while data := site.recv(PIECE):
            passed += len(data)
            if fate == "mute" and passed > MUTE_AFTER:
                break
            client.sendall(data)
        client.shutdown(socket.SHUT_RDWR)
