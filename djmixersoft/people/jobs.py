"""The steward's hourly round among what is linked to people."""

import structlog

from djmixersoft.policy.jobs import job
from djmixersoft.policy.retention import forget_expired

log = structlog.get_logger()


@job("retention.sweep", process="steward", purpose="retention", every="7 * * * *")
def sweep() -> None:
    """Deletes every row that a retention rule says is expired."""
    gone = {table: rows for table, rows in forget_expired().items() if rows}
    if gone:
        log.info("expired rows were deleted", rows=gone)
