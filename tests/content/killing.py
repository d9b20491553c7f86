"""An installation of its own, durable as people's are, whose parts are killed at random moments."""

import http.client
import os
import random
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import psycopg

from djmixersoft.operations.postgres import EmbeddedPostgres
from tests.content.arranging import Crate
from tests.content.running import BROKEN
from tests.operations.installation import Installation
from tests.promises import serving
from tests.support import PLAIN_ENVIRONMENT, wait_until

Found = TypeVar("Found")
EVERYTHING, SUPERVISOR = "everything at once", "the supervisor"
SITE, POSTGRES = "djmixersoft site", "bin/postgres"
# The site and PostgreSQL more often than others; after the supervisor, pauses before restarts are short again.
PARTS = [SITE, SITE, POSTGRES, POSTGRES, "postgres: ", "worker steward", "worker mailer", SUPERVISOR, EVERYTHING]
JOBS = ("blobs.sweep", "blobs.compare", "blobs.check", "content.forget")
BACK_WITHIN = 90.0  # seconds; a part that is killed again and again is started after up to half a minute


class Mortal:
    """An installation under its supervisor, which starts again whatever is killed but itself."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.installation = Installation(folder)
        self.folder = self.installation.folder
        self.killed: list[str] = []
        self._browsers: list[Hasty] = []
        self._chance = random.Random(seed)
        self._server = EmbeddedPostgres(folder)

    def start(self) -> None:
        self.installation.start()

    def end(self) -> None:
        for browser in self._browsers:
            browser.close()
        if self.installation.serving:
            self._kill_supervisor(and_all=True)

    def connection(self, port: int | None = None, *, patience: float = 60.0) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(
            "localhost", port or self.installation.port, timeout=patience, context=self._trust()
        )

    def browser(self) -> "Hasty":
        log = self.folder / "log" / "site.log"
        self._browsers.append(Hasty(serving.Site(self.installation.port, self._trust(), self._certificate, log)))
        return self._browsers[-1]

    def settled(self, ask: Callable[[psycopg.Connection[Any]], Found]) -> Found:
        """Ask the database as its superuser, once nothing that changes items is under way any more."""
        deadline = time.monotonic() + BACK_WITHIN
        while True:
            try:
                with psycopg.connect(self._server.url("postgres")) as superuser:
                    superuser.execute("LOCK TABLE djms.item IN EXCLUSIVE MODE")
                    return ask(superuser)
            except psycopg.OperationalError:
                assert time.monotonic() < deadline
                time.sleep(0.05)

    def kill(self, part: str = "") -> None:
        """Kill a part, by chance if none is named; what doesn't come back by itself is started again."""
        part = part or self._chance.choice(PARTS)
        self.killed.append(part)
        if part in {SUPERVISOR, EVERYTHING}:
            self._kill_supervisor(and_all=part == EVERYTHING)
            self.start()
        elif pids := self.installation.pids(part):
            _signal(self._chance.choice(pids), signal.SIGKILL)
        # Now and then the next kill comes before all is back.
        if self._chance.random() < 0.75:
            self.wait()
            self.settled(_let_the_steward_work)

    def kill_between_a_file_and_its_row(self, crate: Crate) -> set[str]:
        """Kill all while a document’s row waits, and its text lies in the store already: under that name."""
        account, left = crate.person.account_id, set[str]()
        assert account

        def is_left() -> bool:
            left.update(name for name in self.blobs() if _is_of(account, UUID(name)))
            return bool(left)

        with suppress(psycopg.OperationalError), psycopg.connect(self._server.url("postgres")) as superuser:
            superuser.execute("LOCK TABLE djms.item IN EXCLUSIVE MODE")
            writing = threading.Thread(target=_unheard, args=[crate])
            writing.start()
            wait_until("the text is in the store", is_left)
            self.killed.append(EVERYTHING)
            self._kill_supervisor(and_all=True)
        writing.join()
        self.start()
        return left

    def blobs(self) -> set[str]:
        """The names of all stored files."""
        return {path.name for path in (self.folder / "blobs").glob("??/??/*")}

    def wait(self) -> None:
        wait_until("the site answers", self._answers, BACK_WITHIN)

    def run_as_steward(self, code: str) -> None:
        """Run a few lines as one of the steward's jobs does."""
        environment = PLAIN_ENVIRONMENT | {
            "DJMS_PROCESS": "steward",
            "DATABASE_URL": self._server.url("djms_steward"),
            "DJMS_DATA": str(self.folder),
            "DJANGO_SETTINGS_MODULE": "djmixersoft.settings",
        }
        subprocess.run([sys.executable, "-c", f"import django\ndjango.setup()\n{code}"], env=environment, check=True)

    def _kill_supervisor(self, *, and_all: bool) -> None:
        process, self.installation.serving = self.installation.serving, None
        assert process
        assert process.stdout
        others = self.installation.pids() if and_all else []
        # Stopped first, so that none of them sees another one die, and puts away what it has begun.
        for pid in (process.pid, *others):
            _signal(pid, signal.SIGSTOP)
        for pid in (process.pid, *others):
            _signal(pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()

    def _answers(self) -> bool:
        try:
            return self.installation.page() == http.client.OK
        except (OSError, http.client.HTTPException):
            return False

    @property
    def _certificate(self) -> Path:
        return self.folder / "secrets" / "tls" / "cert.pem"

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._certificate)


class Hasty(serving.OverTls):
    """A browser that sends nothing a second time by itself: what became of the first has to be seen."""

    def _sent(self, method: str, target: str, body: bytes | None, headers: dict[str, str]) -> Any:  # noqa: ANN401 - a response of the test client
        try:
            return self._exchanged(method, target, body, headers)
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _is_of(account: UUID, blob: UUID) -> bool:
    """Whether a stored file is an account's, by its name (vault.keys.new_blob_id)."""
    return blob.bytes[8:] == sha256(b"djmixersoft/blob/v1" + account.bytes + blob.bytes[:8]).digest()[:8]


def _unheard(crate: Crate) -> None:
    """Start a document, and get no answer."""
    with suppress(*BROKEN):
        crate.post("documents", name="unheard", folder="")


def _let_the_steward_work(superuser: psycopg.Connection[Any]) -> None:
    """Have its rounds done now: what is in use has nothing to fear of them."""
    superuser.execute("UPDATE djms.blob SET checked_at = '2020-01-01'")
    for job in JOBS:
        superuser.execute("INSERT INTO djms.procrastinate_jobs (queue_name, task_name) VALUES ('steward', %s)", [job])
