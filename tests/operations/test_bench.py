import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import bench
from bench import dataset
from bench.figures import Figure
from djmixersoft.operations.refusal import Refusal


def figures() -> Iterator[Figure]:
    yield Figure("warm_start_s", 4.0, "s", "<= 5", 7, (3.0, 4.0))
    yield Figure("login_flood_page_p95_ratio", 3.5, "ratio", "<= 3", 7, (1.0, 3.5))


def test_a_missed_goal_is_said_and_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "bench.pages", SimpleNamespace(figures=figures))
    assert bench.main("pages", json=False) == 0
    _, met, missed, summary = capsys.readouterr().out.splitlines()
    assert "goal met (<= 5)" in met
    assert "goal NOT MET (<= 3)" in missed
    assert summary == "Goals NOT MET: login_flood_page_p95_ratio <= 3"


def test_alone_it_lists_what_can_be_measured_and_measures_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(None, json=False) == 0
    listed = [line.split()[2] for line in capsys.readouterr().out.splitlines()]
    assert listed == ["enforcement", "start", "login", "pages", "content", "ledger", "lockbox", "mutation"]


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("speed", {}),
        ("login", {"folder": Path("kept")}),
        ("login", {"parts": ["upload"]}),
        ("pages", {"size": 512}),
        ("content", {"parts": ["upload", "speed"]}),
    ],
)
def test_what_it_cannot_do_is_refused(name: str, asked: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        bench.main(name, json=False, **asked)


def test_a_folder_that_no_benchmark_made_is_left_as_it_is(tmp_path: Path) -> None:
    theirs = tmp_path / "set.flac"
    theirs.write_text("theirs")
    with pytest.raises(Refusal, match="choose another folder"):
        dataset.usable(tmp_path)
    assert theirs.read_text() == "theirs"


def test_what_other_code_has_filled_is_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    (folder / dataset.MARK).write_text(dataset.UNFINISHED)
    assert dataset.usable(folder) == folder
    assert not folder.exists()
