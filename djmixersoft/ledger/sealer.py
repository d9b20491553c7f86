"""The sealer's process: every 200 ms it seals what waits. It alone holds the ledger's key, in a folder of its own."""

import fcntl
import logging
import signal
import sqlite3
import threading
from pathlib import Path
from typing import IO, Final
from uuid import uuid4

import psycopg

from djmixersoft.ledger.kept import KeptHeads, Refused, Stuck
from djmixersoft.ledger.keyfiles import load_or_make
from djmixersoft.ledger.notes import Algorithm, SigningKey
from djmixersoft.ledger.sealing import BATCH, Sealer

TICK: Final = 0.2  # seconds
PAUSE: Final = 1.0  # seconds until a database that is gone, or another sealer's place, is asked for again
OPTIONS: Final = "-c role=p_sealing -c search_path=djms -c TimeZone=UTC -c statement_timeout=15s -c lock_timeout=5s"
_KEY_FILE: Final = "key"

log = logging.getLogger("djmixersoft.ledger")


def run(folder: Path, url: str) -> int:
    """Seal until told to stop: 0. Return 1, having said why, where the ledger isn't what was sealed last."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    folder.mkdir(mode=0o700, exist_ok=True)
    key = own_key(folder)
    with (folder / "lock").open("w") as place:
        if not _takes(place, stopping):
            return 0
        kept = KeptHeads(folder / "heads.sqlite3")
        while not stopping.is_set():
            try:
                with psycopg.connect(
                    url, options=OPTIONS, application_name="djms-sealer", autocommit=True
                ) as connection:
                    _work(Sealer(connection, key, kept), stopping)
            except Refused as refusal:
                log.critical("the ledger is not sealed any more: %s", refusal)
                return 1
            except psycopg.OperationalError as error:
                log.warning("the sealer has lost its database, and tries again: %s", type(error).__name__)
                stopping.wait(PAUSE)
    return 0


def _takes(place: IO[str], stopping: threading.Event) -> bool:
    """Wait until no other sealer works in this folder; False if told to stop meanwhile.

    No lock of the database's, which every login could take. A sealer with another folder finds that what it kept isn't
    what it sees, and signs nothing.
    """
    said = False
    while not stopping.is_set():
        try:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not said:
                log.warning("another sealer works here, and this one waits for it to end")
                said = True
            stopping.wait(PAUSE)
        else:
            return True
    return False


def _work(sealer: Sealer, stopping: threading.Event) -> None:
    try:
        sealer.begin()
        sealer.seal()
        sealer.note(None)
        while not stopping.is_set():
            if sealer.seal() < BATCH:
                stopping.wait(TICK)
    except Refused as refusal:
        sealer.note(refusal)
        raise
    except (psycopg.IntegrityError, sqlite3.Error) as error:
        stuck = Stuck(f"it can't write what it should ({type(error).__name__})")
        sealer.note(stuck)
        raise stuck from error


def own_key(folder: Path) -> SigningKey:
    """Return the key in a folder, made at its first use; its name is the heads log's origin, which is random.

    Raises BadKeyFile and OSError.
    """
    path = folder / _KEY_FILE
    return load_or_make(path, Algorithm.ED25519, "" if path.exists() else f"djmixersoft-heads/{uuid4().hex}")
