"""The sealer as a process of an installation: its login, its folder, its log lines. It does without Django."""

import logging
import os
from pathlib import Path

from djmixersoft.operations.logs import JsonLines, log_uncaught
from djmixersoft.operations.refusal import Refusal


def run() -> int:
    """Seal until told to stop; return 0 for that, 1 where the ledger isn't what was sealed last.

    Raises:
        Refusal: DATABASE_URL or DJMS_DATA is not set.

    """
    url, data = os.environ.get("DATABASE_URL"), os.environ.get("DJMS_DATA")
    if not url or not data:
        raise Refusal("DATABASE_URL or DJMS_DATA is not set; the sealer needs its own login's address and a folder.")
    log_uncaught()
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.getLogger("djmixersoft").addHandler(handler)
    logging.getLogger("djmixersoft").setLevel(logging.INFO)
    from djmixersoft.ledger.sealer import run as seal

    return seal(Path(data) / "sealer", url)
