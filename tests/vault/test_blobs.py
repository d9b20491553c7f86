"""Blobs: whole or not there, whatever is killed or full."""

import os
import resource
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from djmixersoft.vault.blobs import FolderStore, Missing, NoRoom
from tests.vault.sealing import noise

NOW = timedelta(0)
ROOT = Path(__file__).parents[2]


def files(folder: Path) -> list[Path]:
    """Return every file under a folder."""
    return [path for path in folder.rglob("*") if path.is_file()]


def put(store: FolderStore, data: bytes) -> str:
    """Store a blob, return its name."""
    name = str(uuid4())
    with store.incoming(name) as incoming:
        incoming.write(data)
        incoming.commit()
    return name


@contextmanager
def files_limited_to(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond ``size`` bytes, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


def test_a_blob_is_read_as_it_was_written(store: FolderStore, tmp_path: Path) -> None:
    """And nothing else is left."""
    data = noise(300_000)
    name = put(store, data)
    with store.open(name) as file:
        assert file.read() == data
    assert [path.name for path in files(tmp_path)] == [name]
    assert list(store.names(older_than=-timedelta(seconds=5))) == [name]
    assert list(store.names(older_than=timedelta(minutes=1))) == []


def test_only_the_owner_can_read_it(store: FolderStore, tmp_path: Path) -> None:
    """Files and folders."""
    put(store, b"x")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "blobs").rglob("*")}
    assert modes == {0o600, 0o700}


def test_a_blob_is_not_there_before_it_is_committed(store: FolderStore) -> None:
    """Nor listed."""
    name = str(uuid4())
    with store.incoming(name) as incoming:
        incoming.write(b"half")
        with pytest.raises(Missing):
            store.open(name)
        assert list(store.names(older_than=-timedelta(seconds=5))) == []


def test_what_is_not_committed_leaves_nothing(store: FolderStore, tmp_path: Path) -> None:
    """After an exception as after a change of mind."""
    with suppress(RuntimeError), store.incoming(str(uuid4())) as incoming:
        incoming.write(b"half")
        raise RuntimeError
    with store.incoming(str(uuid4())) as incoming:
        incoming.write(b"half")
    incoming.discard()
    assert files(tmp_path) == []


def test_a_blob_is_never_replaced(store: FolderStore, tmp_path: Path) -> None:
    """A second one of the same name is refused and leaves nothing."""
    name = put(store, b"first")
    with store.incoming(name) as incoming:
        incoming.write(b"second")
        with pytest.raises(FileExistsError):
            incoming.commit()
    with store.open(name) as file:
        assert file.read() == b"first"
    assert len(files(tmp_path)) == 1


def test_a_deleted_blob_is_missing_and_deleting_again_is_no_error(store: FolderStore, tmp_path: Path) -> None:
    """Jobs repeat."""
    name = put(store, b"x")
    store.delete(name)
    store.delete(name)
    assert files(tmp_path) == []
    with pytest.raises(Missing, match="missing"):
        store.open(name)


BAD_NAMES = [
    "",
    ".",
    "..",
    "../../etc/passwd",
    "/etc/passwd",
    "incoming",
    "11111111111141118111111111111111",
    "{11111111-1111-4111-8111-111111111111}",
    "urn:uuid:11111111-1111-4111-8111-111111111111",
    "AAAAAAAA-1111-4111-8111-111111111111",
    "11111111-1111-4111-8111-111111111111\n",
    "11111111-1111-4111-8111-111111111111/../x",
    "11111111-1111-4111-8111-11111111111\0",
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_only_a_uuid_is_a_name(store: FolderStore, tmp_path: Path, name: str) -> None:
    """In its one usual form; anything else touches nothing."""
    for use in (store.incoming, store.open, store.delete):
        with pytest.raises(ValueError, match=r"UUID"):
            use(name)
    assert files(tmp_path) == []


def test_a_link_that_somebody_put_there_is_not_followed(store: FolderStore, tmp_path: Path) -> None:
    """The store reads files of its own only."""
    name = put(store, b"x")
    path = next(path for path in files(tmp_path) if path.name == name)
    path.unlink()
    path.symlink_to("/etc/hostname")
    with pytest.raises(OSError, match="symbolic links"):
        store.open(name)


def test_a_full_disk_is_said_so_and_leaves_nothing(store: FolderStore, tmp_path: Path) -> None:
    """What was there before is untouched."""
    before = put(store, b"before")
    with files_limited_to(100_000), store.incoming(str(uuid4())) as incoming:
        incoming.write(noise(65_536))
        with pytest.raises(NoRoom, match="room"):
            incoming.write(noise(65_536))
    assert [path.name for path in files(tmp_path)] == [before]


def test_abandoned_incoming_blobs_are_swept_and_busy_ones_are_not(store: FolderStore, tmp_path: Path) -> None:
    """By the time of the last write."""
    kept = put(store, b"kept")
    abandoned = store.incoming(str(uuid4()))
    abandoned.write(b"x")
    for path in (tmp_path / "blobs" / "incoming").iterdir():
        os.utime(path, (time.time() - 7200, time.time() - 7200))
    busy = store.incoming(str(uuid4()))
    busy.write(b"y")
    assert store.sweep(older_than=timedelta(hours=1)) == 1
    assert store.sweep(older_than=timedelta(hours=1)) == 0
    busy.commit()
    assert len(files(tmp_path)) == 2
    with store.open(kept) as file:
        assert file.read() == b"kept"
    abandoned.discard()


WRITER = """
import sys
from pathlib import Path
from uuid import uuid4
from djmixersoft.vault.blobs import FolderStore
store = FolderStore(Path(sys.argv[1]))
while True:
    name = str(uuid4())
    with store.incoming(name) as incoming:
        for _ in range(20):
            incoming.write(name.encode() * 1000)
        incoming.commit()
    print(name, flush=True)
"""


def test_a_killed_writer_leaves_whole_blobs_only(tmp_path: Path) -> None:
    """Killed at 12 moments: every visible blob is whole, every reported one is visible, the rest is swept."""
    store = FolderStore(tmp_path)
    reported: set[str] = set()
    for delay in range(12):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert writer.stdout is not None
        reported.add(writer.stdout.readline().strip())
        time.sleep(delay * 0.003)
        writer.kill()
        reported |= {line.strip() for line in writer.stdout.read().splitlines() if len(line) == 36}
        writer.wait()
        writer.stdout.close()
    visible = set(store.names(older_than=-timedelta(seconds=5)))
    assert len(reported) >= 12
    assert reported <= visible
    for name in visible:
        with store.open(name) as file:
            assert file.read() == name.encode() * 20_000
    store.sweep(older_than=-timedelta(seconds=5))
    assert {path.name for path in files(tmp_path)} == visible


def test_a_blob_is_on_disk_before_it_is_visible(store: FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The order: file synced, linked under its name, folder synced."""
    done: list[str] = []
    sync, link = os.fsync, os.link

    def synced(handle: int) -> None:
        done.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        sync(handle)

    def linked(source: Path, target: Path) -> None:
        done.append("link")
        link(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "link", linked)
    put(store, b"x")
    assert done[0] == "file"
    assert done[-2:] == ["link", "folder"]


def test_a_failing_disk_at_the_last_step_leaves_no_blob(
    store: FolderStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is told that it failed must not find it there."""
    sync, calls = os.fsync, iter(range(10))

    def failing(handle: int) -> None:
        if next(calls) == 3:
            raise OSError(5, "Input/output error")
        sync(handle)

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(OSError, match="Input/output"):
        put(store, b"x")
    assert files(tmp_path) == []
