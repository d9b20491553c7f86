"""Partial blobs: they survive their writers, one of which has them at a time."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest

from djmixersoft.vault.blobs import FolderStore, Missing, NoRoom
from djmixersoft.vault.folder_partials import FolderPartials
from djmixersoft.vault.partials import InUse, TakenOver
from tests.support import ROOT
from tests.vault.test_blobs import BAD_NAMES, files, files_limited_to

AT_ONCE = timedelta(0)
NEVER = timedelta.max


@pytest.fixture
def partials(store: FolderStore) -> FolderPartials:
    return FolderPartials(store)


@pytest.fixture
def name() -> str:
    return str(uuid4())


def test_what_was_put_is_there_for_the_next_writer(partials: FolderPartials, name: str) -> None:
    with partials.open(name) as opened:
        opened.put(0, b"hello ")
        opened.put(6, b"world")
        opened.sync()
    assert partials.length(name) == 11
    with partials.open(name) as opened, opened.reading() as file:
        assert (opened.length(), file.read()) == (11, b"hello world")


def test_there_is_nothing_of_a_blob_that_nobody_began(partials: FolderPartials, name: str, tmp_path: Path) -> None:
    assert partials.length(name) == 0
    with partials.open(name) as opened:
        assert opened.length() == 0
        opened.discard()
    assert files(tmp_path) == []
    assert list((tmp_path / "blobs" / "incoming").iterdir()) == []


def test_it_is_invisible_until_it_is_committed_and_then_in_both_places(
    partials: FolderPartials, store: FolderStore, name: str
) -> None:
    with partials.open(name) as opened:
        opened.put(0, b"whole")
        with pytest.raises(Missing):
            store.open(name)
        for _again in range(2):
            opened.commit()
            with store.open(name) as file:
                assert file.read() == b"whole"
        opened.withdraw()
        with pytest.raises(Missing):
            store.open(name)
        opened.withdraw()
        opened.commit()
        opened.discard()
    with store.open(name) as file:
        assert file.read() == b"whole"
    assert partials.length(name) == 0


def test_another_blob_of_that_name_is_never_replaced(partials: FolderPartials, store: FolderStore, name: str) -> None:
    with store.incoming(name) as incoming:
        incoming.write(b"first")
        incoming.commit()
    with partials.open(name) as opened:
        opened.put(0, b"second")
        with pytest.raises(FileExistsError):
            opened.commit()
    with store.open(name) as file:
        assert file.read() == b"first"


def test_rewriting_replaces_all_or_nothing(partials: FolderPartials, name: str, tmp_path: Path) -> None:
    def failing() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError

    with partials.open(name) as opened:
        opened.put(0, b"old")
        with pytest.raises(RuntimeError):
            opened.rewrite(failing())
        with opened.reading() as file:
            assert file.read() == b"old"
        opened.rewrite([b"quite ", b"new"])
        opened.put(9, b"er")
        with opened.reading() as file:
            assert file.read() == b"quite newer"
    assert [path.name for path in files(tmp_path)] == ["data"]


@pytest.mark.parametrize("bad", BAD_NAMES)
def test_only_a_uuid_is_a_name(partials: FolderPartials, bad: str, tmp_path: Path) -> None:
    for use in (partials.open, partials.length):
        with pytest.raises(ValueError, match="UUID"):
            use(bad)
    assert files(tmp_path) == []


def test_only_the_owner_can_read_it(partials: FolderPartials, name: str, tmp_path: Path) -> None:
    with partials.open(name) as opened:
        opened.put(0, b"x")
        modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "blobs").rglob("*")}
    assert modes == {0o600, 0o700}


def test_a_second_writer_waits_a_moment_and_is_refused(partials: FolderPartials, name: str) -> None:
    with partials.open(name):
        began = time.monotonic()
        with pytest.raises(InUse, match="already"):
            partials.open(name, wait=timedelta(seconds=0.2))
        assert 0.2 <= time.monotonic() - began < 2
    with partials.open(name, wait=AT_ONCE):
        pass


def test_a_second_writer_gets_it_as_soon_as_the_first_lets_go(partials: FolderPartials, name: str) -> None:
    first = partials.open(name)
    threading.Timer(0.1, first.__exit__, (None, None, None)).start()
    with partials.open(name, wait=timedelta(seconds=5)) as second:
        second.put(0, b"x")


def test_of_many_writers_at_once_one_gets_it(partials: FolderPartials, name: str) -> None:
    got, barrier = [], threading.Barrier(8)

    def attempt() -> None:
        barrier.wait()
        with suppress(InUse):
            got.append(partials.open(name, wait=AT_ONCE))

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1
    got[0].__exit__(None, None, None)


def test_writers_that_discard_and_begin_again_at_once_never_meet(partials: FolderPartials, name: str) -> None:
    found: list[int] = []

    def write() -> None:
        for _round in range(100):
            with partials.open(name, wait=timedelta(seconds=20)) as opened:
                found.append(opened.length())
                opened.put(0, b"x")
                opened.discard()

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [0] * 600


def test_who_was_taken_over_writes_nothing_more(partials: FolderPartials, store: FolderStore, name: str) -> None:
    with partials.open(name) as first:
        first.put(0, b"first")
        with partials.open(name, idle=AT_ONCE) as second:
            uses: list[Callable[[], None]] = [
                partial(first.put, 5, b"late"),
                partial(first.rewrite, [b"late"]),
                first.sync,
                first.commit,
                first.withdraw,
                first.discard,
            ]
            for use in uses:
                with pytest.raises(TakenOver):
                    use()
            second.put(5, b" second")
            second.commit()
            with pytest.raises(InUse):
                partials.open(name, wait=AT_ONCE)
    with store.open(name) as file:
        assert file.read() == b"first second"


def test_a_writer_that_shows_that_it_is_alive_is_not_taken_over(
    partials: FolderPartials, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("djmixersoft.vault.folder_partials._BEAT", 0.0)
    with partials.open(name) as first:
        for file in files(tmp_path):
            os.utime(file, (time.time() - 60, time.time() - 60))
        first.beat()
        with pytest.raises(InUse):
            partials.open(name, idle=timedelta(seconds=30), wait=AT_ONCE)


HOLDER = """
import sys, time
from pathlib import Path
from djmixersoft.vault.blobs import FolderStore
from djmixersoft.vault.folder_partials import FolderPartials
opened = FolderPartials(FolderStore(Path(sys.argv[1]))).open(sys.argv[2])
opened.put(0, b"what it wrote")
print("held", flush=True)
time.sleep(60)
"""


def test_a_killed_writers_blob_is_free_at_once_and_what_it_wrote_is_there(
    partials: FolderPartials, name: str, tmp_path: Path
) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "blobs"), name], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(InUse):
        partials.open(name, idle=NEVER, wait=AT_ONCE)
    holder.kill()
    holder.wait()
    holder.stdout.close()
    with partials.open(name, idle=NEVER, wait=AT_ONCE) as opened, opened.reading() as file:
        assert file.read() == b"what it wrote"


def test_a_full_disk_is_said_so(partials: FolderPartials, name: str) -> None:
    with files_limited_to(1000), partials.open(name) as opened:
        opened.put(0, bytes(900))
        with pytest.raises(NoRoom):
            opened.put(900, bytes(900))
        with pytest.raises(NoRoom):
            opened.rewrite([bytes(2000)])
        assert 900 <= opened.length() <= 1000


def test_it_is_on_disk_before_anybody_is_told(
    partials: FolderPartials, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    sync = os.fsync

    def noted(handle: int) -> None:
        synced.append(Path(f"/proc/self/fd/{handle}").resolve().name)
        sync(handle)

    monkeypatch.setattr(os, "fsync", noted)
    with partials.open(name) as opened:
        opened.put(0, b"x")
        opened.sync()
        assert synced == ["data", name, "incoming"]
        opened.put(1, b"y")
        opened.sync()
        assert synced[3:] == ["data"]


def test_what_was_given_up_is_swept_and_what_is_in_use_is_not(
    partials: FolderPartials, store: FolderStore, tmp_path: Path
) -> None:
    old, young, used = (str(uuid4()) for _ in range(3))
    with partials.open(used) as busy:
        for name in (old, young):
            with partials.open(name) as opened:
                opened.put(0, b"x")
        week_ago = (time.time() - 8 * 86_400,) * 2
        for name in (old, used):
            for path in (*files(tmp_path / "blobs" / "incoming" / name), tmp_path / "blobs" / "incoming" / name):
                os.utime(path, week_ago)
        assert store.sweep(older_than=timedelta(days=1)) == 0
        assert partials.sweep(older_than=timedelta(days=7)) == 1
        busy.put(0, b"still here")
    assert (partials.length(old), partials.length(young), partials.length(used)) == (0, 1, 10)
