"""The steward's rounds among Content: what has run its course goes, and stored files are read again."""

from datetime import timedelta

import structlog

from djmixersoft.content.services import checking, sweeping
from djmixersoft.content.services.uploads import LIFETIME
from djmixersoft.content.stores import blobs, partials
from djmixersoft.policy.jobs import job

ABANDONED = timedelta(days=1)
READING = timedelta(seconds=40)
"""For how long stored files are read in one go: others of the steward's jobs are due each minute."""
FORGOTTEN_AT_ONCE = 1_000

log = structlog.get_logger()


@job("blobs.sweep", process="steward", purpose="retention", every="37 * * * *")
def sweep() -> None:
    """Removes what is left of uploads that nobody will go on with. It was never visible as an item."""
    if gone := blobs().sweep(older_than=ABANDONED) + partials().sweep(older_than=LIFETIME + ABANDONED):
        log.info("abandoned uploads were removed", files=gone)


@job("content.forget", process="steward", purpose="retention", every="7 * * * *")
def forget() -> None:
    """Forgets what was 30 days in the trash, and whatever else has run its course. The sweep finds the blobs of it."""
    rows = 0
    while gone := checking.forget_some(many=FORGOTTEN_AT_ONCE):
        rows += gone
    if rows:
        log.info("content that had run its course was forgotten", rows=rows)


@job("blobs.check", process="steward", purpose="retention", every="*/15 * * * *")
def check() -> None:
    """Reads a share of all stored files again, each once a week; the doors tell the Administrators of damage."""
    checked = checking.check_stored(patience=READING)
    if checked.damaged:
        log.error("stored files are damaged", files=checked.files, damaged=checked.damaged)
    elif checked.files:
        log.info("stored files were checked", files=checked.files)


@job("blobs.compare", process="steward", purpose="retention", every="47 3 * * *")
def compare() -> None:
    """Removes files without an item: a crash, or a database lost at the wrong moment, comes between a file and its row.

    Nobody could read such a file, whose key would be in the row that isn't there.
    """
    if gone := sweeping.remove_left_over(older_than=ABANDONED):
        log.info("stored files without an item were removed", files=gone)
    if ended := sweeping.remove_ended(older_than=ABANDONED):
        log.info("files on their way without an upload were removed", files=ended)
