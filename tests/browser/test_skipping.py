"""Where there is no Chromium, the tests that need one skip, and the closing summary says so."""

import subprocess
import sys
from pathlib import Path

from tests.support import PLAIN_ENVIRONMENT, ROOT


def test_without_chromium_they_skip_and_the_summary_says_so(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/browser", "--deselect", "tests/browser/test_skipping.py"],
        cwd=ROOT,
        env=PLAIN_ENVIRONMENT | {"DJMS_CHROMIUM": str(tmp_path / "none")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout
    assert "The browser tests were skipped: there is no Chromium here" in done.stdout
    assert " skipped" in done.stdout
    assert "passed" not in done.stdout
