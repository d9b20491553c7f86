"""A sealer and a PostgreSQL of their own, durable as people's are, which are killed at random moments under load."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from djmixersoft.ledger.checkpoints import Checkpoint, Head
from djmixersoft.operations import database
from djmixersoft.operations.datafolder import DataFolder
from djmixersoft.operations.postgres import EmbeddedPostgres
from tests.support import PLAIN_ENVIRONMENT, wait_until

SEALER, BACKEND, POSTGRES = "sealer", "one of PostgreSQL's processes", "PostgreSQL"
PARTS = (SEALER, SEALER, SEALER, BACKEND, POSTGRES)
SEAL = (sys.executable, "-P", "-m", "djmixersoft", "sealer")
_LOGS = 12


class Mortal:
    """What is killed. `seed`: of what is killed when."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.data = DataFolder(folder).open()
        self.data.make_secrets()
        self.server = EmbeddedPostgres(self.data.path)
        self.server.start()
        database.migrate(self.data, self.server, PLAIN_ENVIRONMENT, quiet=True)
        self.sealers = 0
        self._chance = random.Random(seed)
        self._sealer: subprocess.Popen[bytes] | None = None
        self.seal()

    def seal(self) -> None:
        """Start the sealer, as the supervisor would."""
        environment = PLAIN_ENVIRONMENT | {
            "DATABASE_URL": self.server.url("djms_sealer"),
            "DJMS_DATA": str(self.data.path),
            "DJMS_PROCESS": "sealer",
        }
        with (self.data.log / "sealer.log").open("ab") as log:
            self._sealer = subprocess.Popen(SEAL, env=environment, stderr=log)
        self.sealers += 1

    def kill(self) -> None:
        """Kill something, and start again what doesn't come back by itself."""
        part = self._chance.choice(PARTS)
        if part == SEALER and self._sealer:
            self._sealer.kill()
            self._sealer.wait()
        elif part == POSTGRES:
            for pid in self.server.process_ids():
                _kill(pid)
        elif pids := self.server.process_ids():
            _kill(self._chance.choice(pids))
        time.sleep(self._chance.uniform(0, 0.2))
        if not self.server.is_running():
            self.server.start()
        if self._sealer and self._sealer.poll() is not None:
            assert part == SEALER or self._sealer.returncode == 0, (self.data.log / "sealer.log").read_text()
            self.seal()

    def end(self) -> None:
        """Stop everything."""
        if self._sealer:
            self._sealer.terminate()
            self._sealer.wait()
        self.server.stop()

    def superuser(self) -> "psycopg.Connection[Any]":
        """Open a connection that may everything, once there is one to be had."""
        found: list[psycopg.Connection[Any]] = []

        def connects() -> bool:
            with suppress(psycopg.OperationalError):
                found.append(psycopg.connect(self.server.url("postgres"), autocommit=True))
            return bool(found)

        wait_until("PostgreSQL takes connections", connects, 60)
        return found[0]


class Recorder(threading.Thread):
    """Puts numbers on record in some logs, one a transaction, and knows which of them were acknowledged."""

    def __init__(self, mortal: Mortal, first: int) -> None:
        super().__init__(daemon=True)
        self.mortal, self.first = mortal, first
        self.acknowledged: set[int] = set()
        self.is_over = threading.Event()
        self._chance = random.Random(first)

    def run(self) -> None:
        number = self.first
        accounts = [UUID(int=self._chance.getrandbits(128)) for _ in range(_LOGS)]
        while not self.is_over.is_set():
            with suppress(psycopg.Error), self.mortal.superuser() as connection:
                while not self.is_over.is_set():
                    number += 1
                    with connection.transaction():
                        connection.execute(
                            "SELECT djms.record('administrator:account:renamed', %s, null, %s)",
                            (self._chance.choice(accounts), f'{{"number": {number}}}'),
                        )
                    self.acknowledged.add(number)


class Observer(threading.Thread):
    """Takes down every head that is published, as the logs' owners and witnesses would."""

    def __init__(self, mortal: Mortal) -> None:
        super().__init__(daemon=True)
        self.mortal, self.is_over = mortal, threading.Event()
        self.seen: set[Head] = set()

    def run(self) -> None:
        query = "SELECT checkpoint FROM djms.ledger_log WHERE checkpoint IS NOT NULL"
        query += " UNION ALL SELECT checkpoint FROM djms.ledger_heads"
        while not self.is_over.is_set():
            with suppress(psycopg.Error), self.mortal.superuser() as connection:
                while not self.is_over.is_set():
                    self.seen |= {Checkpoint.parse(one).head for (one,) in connection.execute(query.encode())}
                    time.sleep(0.02)


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
