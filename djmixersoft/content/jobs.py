"""The steward's hourly round among stored files."""

from datetime import timedelta

import structlog

from djmixersoft.content.stores import blobs
from djmixersoft.policy.jobs import job

ABANDONED = timedelta(days=1)

log = structlog.get_logger()


@job("blobs.sweep", process="steward", purpose="retention", every="37 * * * *")
def sweep() -> None:
    """Removes what is left of uploads that nobody has continued for a day. It was never visible as an item."""
    if gone := blobs().sweep(older_than=ABANDONED):
        log.info("abandoned uploads were removed", files=gone)
