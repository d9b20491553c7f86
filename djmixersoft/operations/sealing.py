"""The sealer as a process of an installation, which does without Django; and what its operator does with the ledger."""

import logging
import os
import sys
from pathlib import Path

from djmixersoft.operations.logs import JsonLines, line, log_uncaught
from djmixersoft.operations.refusal import Refusal

SHOWN = 100  # findings that are told one by one


def run() -> int:
    """Seal until told to stop; return 0 for that, 1 where the ledger isn't what was sealed last.

    Raises:
        Refusal: DATABASE_URL or DJMS_DATA is not set.

    """
    url, folder = _place()
    log_uncaught()
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.getLogger("djmixersoft").addHandler(handler)
    logging.getLogger("djmixersoft").setLevel(logging.INFO)
    from djmixersoft.ledger.sealer import run as seal

    return seal(folder, url)


def check(*, as_log: bool) -> int:
    """Read everything on record again; print, or log, what was found. Return 1 if anything isn't as it was sealed.

    Raises:
        Refusal: DATABASE_URL or DJMS_DATA is not set.

    """
    from djmixersoft.ledger.fsck import check as read_all

    url, folder = _place()
    report = read_all(folder, url)
    found, counted = len(report.findings), f"{report.entries:,} entries in {report.logs:,} logs"
    if as_log:
        level, told = ("critical" if found else "info"), report.findings[:SHOWN]
        sys.stderr.write(line(level, event="the ledger was checked", read=counted, found=found, findings=told) + "\n")
        return bool(found)
    for finding in report.findings[:SHOWN]:
        print(finding)
    if found > SHOWN:
        print(f"… and {found - SHOWN:,} more.")
    said = "NOT all is as it was sealed." if found else "all is as it was sealed."
    print(f"{counted}, {report.erased:,} of them erased: {said}")
    return bool(found)


def erase(origin: str, index: int) -> int:
    """Erase what an entry says, as the steward; return 1 where there is none."""
    from djmixersoft.ledger.services import erase as erase_entry

    if not erase_entry(origin=origin, index=index):
        print("That log has no such entry that is sealed, or it was erased before.", file=sys.stderr)
        return 1
    print(f"What entry {index} said is erased. That it was goes on record in the same log.")
    return 0


def _place() -> tuple[str, Path]:
    """The sealer's login's address, and its folder."""
    url, data = os.environ.get("DATABASE_URL"), os.environ.get("DJMS_DATA")
    if not url or not data:
        raise Refusal("DATABASE_URL or DJMS_DATA is not set; the sealer needs its own login's address and a folder.")
    return url, Path(data) / "sealer"
