"""The sealer's folder is shut to every other process, and what isn't the sealer's is shut to the sealer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from djmixersoft.operations import landlock
from djmixersoft.operations.confinement import Confinement
from tests.support import PLAIN_ENVIRONMENT, ROOT

pytestmark = pytest.mark.skipif(not landlock.is_known(), reason="this kernel has no Landlock")

# A process of ours up to the moment when its work would begin; then it tries to read, and to move.
TRIES = """
import os, sys
from importlib import import_module
from pathlib import Path

def tries(*arguments, **options):
    data = Path(os.environ["DJMS_DATA"])
    for name in ("sealer/key", "secrets/root.key", "blobs/one"):
        try:
            print(name, (data / name).read_text(), flush=True)
        except PermissionError:
            print(name, "refused", flush=True)
    for start in ("sealer/key", "sealer"):
        try:
            (data / start).rename(data / "blobs" / "taken")
            print("taken!", flush=True)
        except OSError:
            pass
    return 0

module, name, *arguments = sys.argv[1:]
setattr(import_module(module), name, tries)
from djmixersoft.cli import main
sys.exit(main(arguments))
"""
SITE = ("djmixersoft.operations.site", "run", "site")
STEWARD = ("djmixersoft.operations.worker", "run", "worker", "steward")
MAILER = ("djmixersoft.operations.worker", "run", "worker", "mailer")
AUDITOR = ("djmixersoft.cli", "_policy_command", "promises", "verify")
SEALER = ("djmixersoft.operations.sealing", "run", "sealer")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in ("sealer/key", "secrets/root.key", "blobs/one"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("open")
    return tmp_path


def seen(data: Path, *arguments: str, process: str) -> list[str]:
    environment = PLAIN_ENVIRONMENT | {"PYTHONPATH": str(ROOT), "DJMS_DATA": str(data), "DJMS_PROCESS": process}
    done = subprocess.run(
        [sys.executable, "-P", "-c", TRIES, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("process", "arguments"),
    [("site", SITE), ("steward", STEWARD), ("mailer", MAILER), ("auditor", AUDITOR)],
    ids=["site", "steward", "mailer", "auditor"],
)
def test_no_other_process_reads_the_sealers_key(data: Path, process: str, arguments: tuple[str, ...]) -> None:
    assert seen(data, *arguments, process=process) == ["sealer/key refused", "secrets/root.key open", "blobs/one open"]
    assert (data / "sealer" / "key").read_text() == "open", "it is where it was"


def test_the_sealer_reads_its_key_and_no_other_and_no_content(data: Path) -> None:
    assert seen(data, *SEALER, process="sealer") == ["sealer/key open", "secrets/root.key refused", "blobs/one refused"]


def test_postgresql_that_runs_as_the_sealers_user_is_shut_out_too(data: Path) -> None:
    (data / "postgres").mkdir()
    line = Confinement(Path("/usr"), data / "postgres", data / "socket").command("true", dies_with_parent=True)
    assert Path(line[-1]).name == "true"
    reads = subprocess.run(
        [*line[:-1], "cat", data / "blobs" / "one", data / "sealer" / "key"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ,
    )
    assert reads.stdout == "open"
    assert "Permission denied" in reads.stderr


def test_files_still_move_between_the_folders_that_stay_open(data: Path) -> None:
    moves = (
        f"from pathlib import Path; from djmixersoft.operations.landlock import shut_out; data = Path({str(data)!r});"
        "print(shut_out(data / 'sealer'), shut_out(data / 'nowhere')); (data / 'blobs' / 'new').write_text('x');"
        "(data / 'blobs' / 'new').rename(data / 'secrets' / 'new')"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", moves],
        env=PLAIN_ENVIRONMENT | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("True True\n", "")
    assert (data / "secrets" / "new").read_text() == "x"
