"""`bench ledger`: how fast what is on record is sealed, what recording costs, and what it takes to verify."""

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import psycopg

from bench import note
from bench.figures import NO_GOAL, Figure, median, percentile
from bench.receipts import verifying
from djmixersoft.ledger.kept import KeptHeads
from djmixersoft.ledger.sealer import OPTIONS, own_key
from djmixersoft.ledger.sealing import BATCH, Sealer
from djmixersoft.operations import database
from djmixersoft.operations.datafolder import DataFolder
from djmixersoft.operations.postgres import EmbeddedPostgres

SECONDS = 20.0
PER_SECOND = 1_000
SUSTAINED = 6  # connections that record as fast as they can
LOGS = 10_000
CAUGHT_UP = 100_000
RENAMES = 400
TICK = 0.2
POLL = 0.005
_RECORD = "SELECT djms.record('administrator:account:renamed', %s, null, '{}')"
Connection = psycopg.Connection[Any]


def figures() -> Iterator[Figure]:
    """Fill a database of its own, and measure on it."""
    with TemporaryDirectory(prefix="djms-bench-") as folder, _installation(Path(folder)) as place:
        yield from place.sealing()
        yield from place.catching_up()
        yield from place.recording()
        yield from place.many_logs()
    yield from verifying()


class _Place:
    """A database that is as durable as an installation's, and a sealer's folder."""

    def __init__(self, data: DataFolder, server: EmbeddedPostgres) -> None:
        self.data, self.server = data, server
        self.accounts = [uuid4() for _ in range(200)]

    def connection(self) -> Connection:
        """The superuser's, in whose transactions things are put on record here."""
        return psycopg.connect(self.server.url("postgres"), autocommit=True)

    @contextmanager
    def sealer(self) -> Iterator[Sealer]:
        """The sealer in this process."""
        folder = self.data.path / "sealer"
        kept = KeptHeads(folder / "heads.sqlite3")
        with psycopg.connect(self.server.url("djms_sealer"), options=OPTIONS, autocommit=True) as connection:
            sealer = Sealer(connection, own_key(folder), kept)
            sealer.begin()
            yield sealer
        kept.close()

    @contextmanager
    def process(self) -> Iterator[None]:
        """The sealer as the process that it is."""
        environment = database.owner_environment(self.data, os.environ) | {
            "DATABASE_URL": self.server.url("djms_sealer"),
            "DJMS_PROCESS": "sealer",
        }
        command = [sys.executable, "-P", "-m", "djmixersoft", "sealer"]
        process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)  # noqa: S603 - our own command
        try:
            time.sleep(1.0)
            yield
        finally:
            process.terminate()
            process.wait()

    def sealing(self) -> Iterator[Figure]:
        """From recording to a signed checkpoint, at a steady rate; and the most that is sealed as it comes."""
        note(f"{PER_SECOND:,} entries a second for {SECONDS:.0f} s, each in a transaction of its own…")
        with self.process():
            waits = self._paced()
            ends = (min(waits) * 1000, max(waits) * 1000)
            words = f"p50 {median(waits) * 1000:.0f} ms; at {len(waits) / SECONDS:.0f} a second"
            yield Figure("seal_p99_ms", percentile(waits, 0.99) * 1000, "ms", "<= 500", len(waits), ends, words)
            note(f"As many as come from {SUSTAINED} connections for {SECONDS:.0f} s…")
            rates = self._sustained()
            yield Figure("sustained_per_s", median(rates), "/s", ">= 3000", len(rates), (min(rates), max(rates)))

    def _paced(self) -> list[float]:
        began = time.perf_counter()
        recorded: list[tuple[int, float]] = []
        sealed: list[tuple[float, int]] = []
        is_over = threading.Event()

        def record(number: int, of: int) -> None:
            chance = random.Random(number)
            with self.connection() as connection:
                for turn in range(int(SECONDS * PER_SECOND / of)):
                    due = began + 0.5 + (turn * of + number) / PER_SECOND
                    time.sleep(max(0.0, due - time.perf_counter()))
                    at = time.perf_counter()
                    connection.execute(_RECORD, (chance.choice(self.accounts),))
                    row = connection.execute("SELECT currval('djms.ledger_entry_id_seq')").fetchone()
                    recorded.append((row[0] if row else 0, at))

        def watch() -> None:
            with self.connection() as connection:
                while not is_over.is_set():
                    row = connection.execute("SELECT min(entry_id) FROM djms.ledger_waiting").fetchone()
                    sealed.append((time.perf_counter(), row[0] if row and row[0] else sys.maxsize))
                    time.sleep(POLL)

        threads = [threading.Thread(target=record, args=(number, 4)) for number in range(4)]
        watching = threading.Thread(target=watch)
        for thread in (*threads, watching):
            thread.start()
        for thread in threads:
            thread.join()
        time.sleep(5 * TICK)
        is_over.set()
        watching.join()
        return _waits(recorded, sealed)

    def _sustained(self) -> list[float]:
        is_over = threading.Event()

        def record(number: int) -> None:
            chance = random.Random(number)
            with self.connection() as connection:
                while not is_over.is_set():
                    with connection.pipeline():
                        for _ in range(20):
                            connection.execute(_RECORD, (chance.choice(self.accounts),))

        threads = [threading.Thread(target=record, args=(number,)) for number in range(SUSTAINED)]
        for thread in threads:
            thread.start()
        rates, before, at = [], 0, 0.0
        with self.connection() as connection:
            for turn in range(int(SECONDS) + 2):
                row = connection.execute("SELECT sum(size) FROM djms.ledger_log").fetchone()
                count, now = int(row[0]) if row else 0, time.perf_counter()
                if turn > 1:
                    rates.append((count - before) / (now - at))
                before, at = count, now
                time.sleep(1.0)
        is_over.set()
        for thread in threads:
            thread.join()
        return rates

    def catching_up(self) -> Iterator[Figure]:
        """How fast the sealer works off what waits."""
        note(f"Catching up with {CAUGHT_UP:,} entries…")
        rates = []
        with self.connection() as connection, self.sealer() as sealer:
            while sealer.seal():
                pass
            for _ in range(3):
                each = CAUGHT_UP // len(self.accounts)
                query = "SELECT count(djms.record('administrator:account:renamed', a, null, '{}'))"
                query += " FROM unnest(%s::uuid[]) a, generate_series(1, %s)"
                connection.execute(query.encode(), (self.accounts, each))
                began, total = time.perf_counter(), 0
                while sealed := sealer.seal(BATCH):
                    total += sealed
                rates.append(total / (time.perf_counter() - began))
        yield Figure("catch_up_per_s", median(rates), "/s", ">= 20000", len(rates), (min(rates), max(rates)))

    def recording(self) -> Iterator[Figure]:
        """What renaming an account takes with its entry, against the same without; the commit aside."""
        note(f"{RENAMES} pairs of renaming an account, with and without its entry…")
        extra, plain = [], []
        with self.connection() as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute("INSERT INTO djms.account (id, name) SELECT unnest(%s::uuid[]), ''", (self.accounts,))
            for number in range(RENAMES):
                taken = {}
                for role in random.Random(number).sample(("replica", "origin"), 2):
                    connection.execute(f"SET session_replication_role = {role}".encode())
                    rename = "UPDATE djms.account SET name = %s WHERE id = %s"
                    with connection.transaction():
                        connection.execute("SELECT")
                        began = time.perf_counter()
                        connection.execute(rename, (f"{role} {number}", self.accounts[number % len(self.accounts)]))
                        taken[role] = (time.perf_counter() - began) * 1000
                extra.append(taken["origin"] - taken["replica"])
                plain.append(taken["replica"])
        words = f"without: p50 {median(plain):.2f} ms; extra: p50 {median(extra):.2f} ms"
        ends = (min(extra), max(extra))
        yield Figure("record_extra_p95_ms", percentile(extra, 0.95), "ms", "<= 2", len(extra), ends, words)

    def many_logs(self) -> Iterator[Figure]:
        """A tick of the sealer where there are many logs: entries of 200 ms come to any of them, or one to each."""
        note(f"{LOGS:,} logs…")
        accounts = [uuid4() for _ in range(LOGS)]
        chance, ticks = random.Random(1), []
        record_all = (
            "SELECT count(djms.record('administrator:account:renamed', a, null, '{}')) FROM unnest(%s::uuid[]) a"
        )
        with self.connection() as connection, self.sealer() as sealer:
            connection.execute(record_all.encode(), (accounts,))
            while sealer.seal():
                pass
            for _ in range(150):
                some = chance.choices(accounts, k=int(PER_SECOND * TICK))
                connection.execute(record_all.encode(), (some,))
                began = time.perf_counter()
                sealer.seal()
                ticks.append((time.perf_counter() - began) * 1000)
            connection.execute(record_all.encode(), (accounts,))
            began = time.perf_counter()
            while sealer.seal():
                pass
            whole = (time.perf_counter() - began) * 1000
        ends, words = (min(ticks), max(ticks)), f"p50 {median(ticks):.0f} ms"
        yield Figure("tick_10k_logs_p99_ms", percentile(ticks, 0.99), "ms", "<= 500", len(ticks), ends, words)
        words = f"one entry in each of {LOGS:,} logs at once"
        yield Figure("tick_all_10k_logs_ms", whole, "ms", NO_GOAL, 1, (whole, whole), words)


def _waits(recorded: list[tuple[int, float]], sealed: list[tuple[float, int]]) -> list[float]:
    """How long each entry waited: until the first look at which it, and all before it, were out of the outbox."""
    waits, look = [], 0
    for entry, at in sorted(recorded):
        while look < len(sealed) and (sealed[look][0] < at or sealed[look][1] <= entry):
            look += 1
        if look == len(sealed):
            break
        waits.append(sealed[look][0] - at)
    return waits


@contextmanager
def _installation(folder: Path) -> Iterator[_Place]:
    data = DataFolder(folder / "data").open()
    data.make_secrets()
    server = EmbeddedPostgres(data.path)
    server.start()
    try:
        database.migrate(data, server, os.environ, quiet=True)
        yield _Place(data, server)
    finally:
        server.stop()
