"""kill -9 at any moment, of any part or of everything at once: what was acknowledged is there, and no half of anything.

All that is under way belongs to an installation of its own, whose database is as durable as people's.
"""

import hashlib
import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from tests.content.crew import BREATH, Mover, Uploader, Worker, Writer
from tests.content.killing import POSTGRES, SITE, Mortal
from tests.support import IS_LONG

log = logging.getLogger(__name__)

# Which part is killed in each round; by chance where none is named. At the end it is everything at once.
ROUNDS = [""] * 100 if IS_LONG else [SITE, POSTGRES]
SEED = 20261123
SWEEP = "from djmixersoft.content.jobs import compare, sweep\ncompare()\nsweep()\n"
DAY = 86_400
UNLIKE = """
SELECT 'an item without its blob', i.id FROM djms.item i LEFT JOIN djms.blob b ON b.id = i.blob_id
 WHERE i.kind <> 'folder' AND b.id IS NULL
UNION ALL SELECT 'a version without its blob', v.item_id
  FROM djms.item_version v LEFT JOIN djms.blob b ON b.id = v.blob_id WHERE b.id IS NULL
UNION ALL SELECT 'a file without its key', i.id FROM djms.item i LEFT JOIN djms.item_key k ON k.item_id = i.id
 WHERE i.kind <> 'folder' AND k.item_id IS NULL
UNION ALL SELECT 'a blob of nothing', b.id FROM djms.blob b WHERE NOT EXISTS (
   SELECT FROM djms.item i WHERE i.blob_id = b.id UNION ALL SELECT FROM djms.item_version v WHERE v.blob_id = b.id)
UNION ALL SELECT 'a finished upload', u.id FROM djms.upload u JOIN djms.blob b ON b.id = u.id
UNION ALL SELECT 'a wrong sum', r.account_id FROM djms.account_room r
 WHERE r.used <> (SELECT coalesce(sum(sealed_size), 0) FROM djms.blob b WHERE b.account_id = r.account_id)
UNION ALL SELECT 'damage', b.id FROM djms.blob b WHERE b.fault <> ''
"""


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mortal]:
    mortal = Mortal(tmp_path_factory.mktemp("mortal") / "data", SEED)
    try:
        mortal.start()
        yield mortal
    finally:
        mortal.end()


def test_what_was_acknowledged_outlives_every_kill_and_what_was_not_leaves_nothing(mortal: Mortal) -> None:
    chance, is_over = Random(SEED), threading.Event()
    workers: list[Worker] = [Uploader(mortal, 1), Uploader(mortal, 2), Writer(mortal, 3), Mover(mortal, 4)]

    late, patient = Writer(mortal, 5).crate, Uploader(mortal, 6)
    patient.pause()

    def work(worker: Worker) -> None:
        while not is_over.is_set():
            worker.act()
            worker.acts += 1
            time.sleep(BREATH)

    with ThreadPoolExecutor(len(workers)) as pool:
        working = [pool.submit(work, worker) for worker in workers]
        try:
            for part in ROUNDS:
                time.sleep(chance.uniform(0, 0.7))
                mortal.kill(part)
                for one in working:
                    assert one.running() or one.result()
            unheard = mortal.kill_between_a_file_and_its_row(late)
        finally:
            mortal.wait()
            is_over.set()
        for one in working:
            one.result()
    assert mortal.settled(lambda superuser: superuser.execute(UNLIKE).fetchall()) == []
    left_over = check_store(mortal)
    log.info("kills: %s", Counter(mortal.killed))
    log.info("done: %s", [worker.acts for worker in workers])
    log.info("interrupted: %s, left over: %d", [worker.interrupted for worker in workers], len(left_over))
    patient.go_on()
    for worker in (*workers, patient):
        worker.check()
    assert left_over >= unheard, "the last kill came between a file and its row"


def check_store(mortal: Mortal) -> set[str]:
    """What is named is whole, and the sweep takes the rest once it is old, and nothing else; what that was.

    The steward had its rounds after each kill, and left alone what is young: it may still become an item's.
    """
    rows = mortal.settled(
        lambda superuser: superuser.execute("SELECT id::text, sealed_sha256 FROM djms.blob").fetchall()
    )
    named = dict(rows)
    folder = mortal.folder / "blobs"
    before = {path.name: path for path in folder.glob("??/??/*")}
    for name, digest in named.items():
        assert hashlib.sha256(before[name].read_bytes()).digest() == digest
    for path in folder.rglob("*"):
        os.utime(path, (time.time() - 1.1 * DAY,) * 2)
    mortal.run_as_steward(SWEEP)
    assert {path.name for path in folder.glob("??/??/*")} == set(named)
    ids = mortal.settled(lambda superuser: superuser.execute("SELECT id::text FROM djms.upload").fetchall())
    assert {path.name for path in (folder / "incoming").iterdir()} <= {name for (name,) in ids}
    return set(before) - set(named)
