"""The data folder: ours, of this version, for its owner alone, and of one process at a time."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from djmixersoft.operations.datafolder import DataFolder, FolderLocked, write_atomically
from djmixersoft.operations.refusal import Refusal


def test_it_makes_everything_for_its_owner_alone(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "deep" / "data").open()
    data.make_secrets()
    for path in [data.path, *data.path.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_it_closes_a_folder_that_others_could_read(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data").open()
    data.path.chmod(0o755)
    data.open()
    assert stat.S_IMODE(data.path.stat().st_mode) == 0o700


def test_it_refuses_another_version(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data").open()
    (data.path / "VERSION").write_text("3\n")
    with pytest.raises(Refusal, match="is of version '3', and this program knows version 2; start the program that"):
        data.open()


def test_it_refuses_another_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = DataFolder(tmp_path / "data").open()
    owner = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    with pytest.raises(Refusal, match=f"belongs to the user with id {owner}, not to you"):
        data.open()


def test_it_refuses_a_folder_with_other_files(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").touch()
    with pytest.raises(Refusal, match="holds other files and is no data folder"):
        DataFolder(tmp_path).open()
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.odt"]


def test_it_refuses_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Refusal, match="is not a folder"):
        DataFolder(tmp_path / "file").open()
    with pytest.raises(Refusal, match="can't be used"):
        DataFolder(tmp_path / "file" / "below").open()


def test_only_one_process_holds_the_lock(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data").open()
    with data.lock("serve"):
        with pytest.raises(FolderLocked) as refused, data.lock("command"):
            pass
        assert refused.value.holder == "serve"
    with data.lock("command"):
        pass


def test_processes_that_make_a_secret_at_once_agree_on_it(tmp_path: Path) -> None:
    data = DataFolder(tmp_path / "data").open()
    with ThreadPoolExecutor(8) as pool:
        for number in range(20):
            assert len(set(pool.map(data.secret, [f"secret-{number}"] * 8))) == 1
    assert not list(data.secrets.glob(".*"))


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"old")

    def full_disk(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
