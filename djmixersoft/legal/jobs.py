"""What is done about legal processes by itself: a silent one is put into its account's log once its day has come."""

import structlog

from djmixersoft.legal.services import TELLING, tell_all
from djmixersoft.policy.jobs import job

log = structlog.get_logger()


@job("legal.tell", process="mailer", purpose=TELLING, every="* * * * *")
def tell() -> None:
    """Tells of silent processes whose day has come. Their notices are sent by `lockbox.remind`, at the same time."""
    for process_id, outcome in tell_all():
        if outcome != "told":
            log.warning("a silent process could not be told of yet", process=str(process_id), outcome=outcome)
