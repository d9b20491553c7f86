"""kill -9 of the sealer or of PostgreSQL at any moment: nothing acknowledged is lost; no fork, no gap, no duplicate."""

import json
import time
from collections import Counter
from pathlib import Path
from random import Random

import psycopg
import pytest

from djmixersoft.ledger.fsck import Fsck
from djmixersoft.ledger.kept import KeptHeads
from djmixersoft.ledger.sealer import OPTIONS, own_key
from tests.ledger.growing import Log
from tests.ledger.mortal import Mortal, Observer, Recorder
from tests.support import IS_LONG, wait_until

ROUNDS = 100 if IS_LONG else 6
SEED = 20261123


@pytest.fixture
def mortal(tmp_path: Path) -> "Mortal":
    return Mortal(tmp_path / "data", SEED)


def test_no_kill_loses_forks_or_doubles_what_was_acknowledged(mortal: Mortal) -> None:
    chance = Random(SEED)
    recorders, observer = [Recorder(mortal, first) for first in (0, 10_000_000, 20_000_000)], Observer(mortal)
    try:
        for one in (*recorders, observer):
            one.start()
        for _ in range(ROUNDS):
            time.sleep(chance.uniform(0.1, 0.9))
            mortal.kill()
        for one in recorders:
            one.is_over.set()
            one.join()
        with mortal.superuser() as superuser:
            waiting = "SELECT count(*) = 0 FROM djms.ledger_waiting"
            wait_until("all is sealed", lambda: bool((superuser.execute(waiting).fetchone() or [0])[0]), 60)
            time.sleep(0.1)
            observer.is_over.set()
            observer.join()
            judge(mortal, superuser, recorders, observer)
    finally:
        observer.is_over.set()
        for one in recorders:
            one.is_over.set()
        mortal.end()


def judge(mortal: Mortal, superuser: psycopg.Connection, recorders: list[Recorder], observer: Observer) -> None:
    """Hold what is sealed against what was acknowledged, and against every head that anybody saw."""
    rows = superuser.execute(
        "SELECT o.origin, l.index, l.hash, e.entry FROM djms.ledger_leaf l"
        " JOIN djms.ledger_entry e ON e.id = l.entry_id JOIN djms.ledger_log o ON o.id = l.log_id"
        " ORDER BY o.origin, l.index"
    ).fetchall()
    sealed = Counter(json.loads(entry)["number"] for *_, entry in rows)
    acknowledged = set[int]().union(*(one.acknowledged for one in recorders))
    assert len(acknowledged) > 5 * ROUNDS, "there was a load"
    assert acknowledged <= sealed.keys()
    assert set(sealed.values()) == {1}
    leaves: dict[str, list[bytes]] = {}
    for origin, index, hashed, _ in rows:
        assert index == len(leaves.setdefault(origin, []))
        leaves[origin].append(hashed)
    key = own_key(mortal.data.path / "sealer")
    heads = superuser.execute("SELECT hash FROM djms.ledger_heads_leaf ORDER BY index")
    leaves[key.name] = [hashed for (hashed,) in heads]
    trees = {origin: Log(origin, hashes) for origin, hashes in leaves.items()}
    assert len(observer.seen) > ROUNDS
    for head in observer.seen:
        assert trees.get(head.origin, Log(head.origin)).head(head.size) == head, "what somebody saw is still so"
    kept = KeptHeads(mortal.data.path / "sealer" / "heads.sqlite3")
    with psycopg.connect(mortal.server.url("djms_sealer"), options=OPTIONS, autocommit=True) as connection:
        assert Fsck(connection, key.verifier, kept).run().findings == []
    kept.close()
