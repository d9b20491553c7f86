"""What is done about accesses by itself: notices are sent, and what is revoked is cut off."""

from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection

from djmixersoft.lockbox import telling
from djmixersoft.lockbox.services import CUTTING_OFF, cut_off_readers
from djmixersoft.mail.templates import Unsendable
from djmixersoft.policy.jobs import job

if TYPE_CHECKING:
    from procrastinate import App

log = structlog.get_logger()


@job("lockbox.notify", process="mailer", purpose=telling.PURPOSE)
def notify(notice: str) -> None:
    """Sends one notice. The trigger `queue_notice` makes this job; where it fails, `remind` tries within a minute."""
    if not telling.send_notice(notice_id=UUID(notice)):
        log.info("a notice was sent already", notice=notice)


@job("lockbox.remind", process="mailer", purpose=telling.PURPOSE, every="* * * * *")
def remind() -> None:
    """Sends what is due and wasn't sent, because the mail server was out of reach say, and reminders."""
    for notice_id in telling.due():
        try:
            telling.send_notice(notice_id=notice_id)
        except (OSError, Unsendable, DatabaseError) as error:
            # Whatever it is, the next one goes.
            log.error("a notice could not be sent", notice=str(notice_id), error=type(error).__name__)  # noqa: TRY400 - an error's text may hold an address


@job("lockbox.end", process="steward", purpose=CUTTING_OFF, tries=5)
async def end(queue: "App") -> None:  # noqa: ARG001 - every async job gets it
    """Cuts off what still reads by an access that was revoked; the trigger `queue_ending` makes this job.

    In a thread of its own, so that it waits for none of the steward's other jobs.
    """
    await sync_to_async(_cut_off, thread_sensitive=False)()


@job("lockbox.sweep", process="steward", purpose=CUTTING_OFF, every="* * * * *")
async def sweep(queue: "App") -> None:  # noqa: ARG001 - as above
    """The same each minute, for accesses whose time is over, and for jobs that were lost."""
    await sync_to_async(_cut_off, thread_sensitive=False)()


def _cut_off() -> None:
    try:
        if ended := cut_off_readers():
            log.warning("what still read was cut off", sessions=ended)
    finally:
        connection.close()
