"""A worker's process as the supervisor starts it, a mail server, and what they leave in the database."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django.test import override_settings
from procrastinate import App

from djmixersoft.operations.worker import make_queue
from tests.support import PLAIN_ENVIRONMENT, wait_until

if TYPE_CHECKING:
    from tests.conftest import Cluster


@dataclass
class Workplace:
    """A database, and a data folder of the test's own."""

    cluster: "Cluster"
    superuser: psycopg.Connection[Any]
    data: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, name: str, mail_url: str = "") -> subprocess.Popen[bytes]:
        """Start a worker; its log is `log(name)`."""
        with (self.data / f"{name}.log").open("ab") as log:
            worker = subprocess.Popen(
                [sys.executable, "-P", "-m", "djmixersoft", "worker", name],
                env=self.environment(name, mail_url),
                stderr=log,
            )
        self.running.append(worker)
        return worker

    def run_code(self, name: str, code: str) -> int:
        """Run a few lines as a worker's process would; return its exit status."""
        preface = "import django; django.setup()\n"
        done = subprocess.run([sys.executable, "-c", preface + code], env=self.environment(name), check=False)
        return done.returncode

    def environment(self, name: str, mail_url: str = "") -> dict[str, str]:
        return PLAIN_ENVIRONMENT | {
            "DJMS_PROCESS": name,
            "DATABASE_URL": self.cluster.url(f"djms_{name}"),
            "DJMS_DATA": str(self.data),
            "DJANGO_SETTINGS_MODULE": "djmixersoft.settings",
            "MAIL_URL": mail_url,
        }

    def log(self, name: str) -> list[dict[str, Any]]:
        path = self.data / f"{name}.log"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def files(self) -> list[Path]:
        return sorted((self.data / "mailbox").glob("*.eml"))

    @property
    def mails(self) -> list[EmailMessage]:
        return [parsed(path.read_bytes()) for path in self.files]

    def write_down(self, template: str = "password-changed", recipient: str = "dj@example.org", **more: str) -> UUID:
        """Insert a message as a door would."""
        row = self.superuser.execute(
            "INSERT INTO djms.mail_message (template, recipient, secret, context) VALUES (%s, %s, %s, %s) RETURNING id",
            [template, recipient, more.pop("secret", None), json.dumps(more)],
        ).fetchone()
        assert row
        return UUID(str(row[0]))

    def state(self, message: UUID) -> tuple[str, str | None]:
        """A message's state and secret."""
        row = self.superuser.execute("SELECT state, secret FROM djms.mail_message WHERE id = %s", [message]).fetchone()
        assert row
        return row[0], row[1]

    def jobs(self, message: UUID) -> list[tuple[str, int]]:
        """Status and attempts of a message's jobs."""
        return self.superuser.execute(
            "SELECT status::text, attempts FROM djms.procrastinate_jobs WHERE args ->> 'message' = %s", [str(message)]
        ).fetchall()

    def wait_sent(self, message: UUID) -> None:
        wait_until("the message is sent", lambda: self.state(message)[0] == "sent", 30)

    def queue(self, name: str, work: Callable[[App], Awaitable[None]]) -> None:
        """Do something with the queue on a worker's connection."""

        async def go() -> None:
            queue = make_queue(name, self.cluster.url(f"djms_{name}"))
            async with queue.open_async():
                await work(queue)

        asyncio.run(go())

    @contextmanager
    def any_job(self) -> Iterator[None]:
        """Let the queue take any job, as one could that was made before there was a check."""
        table = "ALTER TABLE djms.procrastinate_jobs"
        row = self.superuser.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'jobs_hold_ids'"
        ).fetchone()
        assert row
        self.superuser.execute(f"{table} DROP CONSTRAINT jobs_hold_ids".encode())
        try:
            yield
        finally:
            self.end()
            self.superuser.execute("DELETE FROM djms.procrastinate_jobs")
            self.superuser.execute(f"{table} ADD CONSTRAINT jobs_hold_ids {row[0]}".encode())

    @contextmanager
    def as_login(self, login: str, **settings: object) -> Iterator[None]:
        """Make this process's Django a worker's."""
        usual = connections["default"]
        parts = psycopg.conninfo.conninfo_to_dict(self.cluster.url(login))
        options = {name: value for name, value in usual.settings_dict["OPTIONS"].items() if name != "pool"}
        own = {**usual.settings_dict, "USER": parts["user"], "PASSWORD": parts["password"], "OPTIONS": options}
        connections["default"] = DatabaseWrapper(own, "default")
        others, connections.settings["default"] = connections.settings["default"], own  # for other threads
        try:
            with override_settings(DATA_FOLDER=self.data, **settings):
                yield
        finally:
            connections["default"].close()
            connections["default"] = usual
            connections.settings["default"] = others

    def end(self) -> None:
        for worker in self.running:
            worker.kill()
            worker.wait()


class Inbox:
    """What a mail server got. `hold`: seconds that it thinks about each mail before it takes it."""

    def __init__(self, hold: float = 0) -> None:
        self.hold = hold
        self.asked = 0
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.asked += 1
        await asyncio.sleep(self.hold)
        assert isinstance(envelope.content, bytes)
        self.mails.append(parsed(envelope.content))
        return "250 OK"


@contextmanager
def mail_server(port: int, inbox: Inbox, host: str = "127.0.0.1") -> Iterator[None]:
    controller = Controller(inbox, hostname=host, port=port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def parsed(content: bytes) -> EmailMessage:
    return message_from_bytes(content, _class=EmailMessage, policy=policy.default)


def stop(worker: subprocess.Popen[bytes]) -> int:
    os.kill(worker.pid, signal.SIGTERM)
    return worker.wait(10)
