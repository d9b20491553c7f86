"""The steward's rounds among stored files."""

from datetime import timedelta

import structlog

from djmixersoft.content.services import remove_left_over
from djmixersoft.content.stores import blobs
from djmixersoft.policy.jobs import job

ABANDONED = timedelta(days=1)

log = structlog.get_logger()


@job("blobs.sweep", process="steward", purpose="retention", every="37 * * * *")
def sweep() -> None:
    """Removes what is left of uploads that nobody has continued for a day. It was never visible as an item."""
    if gone := blobs().sweep(older_than=ABANDONED):
        log.info("abandoned uploads were removed", files=gone)


@job("blobs.compare", process="steward", purpose="retention", every="47 3 * * *")
def compare() -> None:
    """Removes files without an item: a crash, or a database lost at the wrong moment, comes between a file and its row.

    Nobody could read such a file, whose key would be in the row that isn't there.
    """
    if gone := remove_left_over(older_than=ABANDONED):
        log.info("stored files without an item were removed", files=gone)
