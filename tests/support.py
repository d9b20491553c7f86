"""What the tests know of the machine they run on."""

import os
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = Path(os.environ.get("DJMS_CHROMIUM") or "/usr/bin/chromium")
IS_LONG = os.environ.get("DJMS_LONG") == "1"
# What the person who runs the tests has set for their own site must not reach the tests' one.
PLAIN_ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("DJMS_", "DATABASE_URL", "MAIL_URL", "DJANGO_"))
} | {"PYTHONPATH": str(ROOT)}


def wait_until(what: str, condition: Callable[[], bool], seconds: float = 15.0, *, pause: float = 0.05) -> None:
    """Wait for a condition, or fail with a sentence."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for this: {what}"
        time.sleep(pause)
