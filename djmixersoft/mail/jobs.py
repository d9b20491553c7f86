"""The mailer's jobs."""

from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection

from djmixersoft.mail import mailbox, services
from djmixersoft.policy.jobs import job
from djmixersoft.policy.loading import load
from djmixersoft.policy.retention import kept_for

if TYPE_CHECKING:
    from procrastinate import App

MAILER = "mailer"

log = structlog.get_logger()


@job("mail.send", process=MAILER, purpose=services.PURPOSE, tries=9)
def send(message: str) -> None:
    """Sends one message, named by its id. The trigger `queue_mail` makes this job."""
    if not services.send(UUID(message)):
        log.info("a message was sent already", message=message)


@job("mail.rescue", process=MAILER, purpose=services.PURPOSE, every="* * * * *")
async def rescue(queue: "App") -> None:
    """Makes new jobs for messages whose jobs were lost, say by a queue that was emptied by hand."""
    for message in await sync_to_async(_left_behind, thread_sensitive=False)():
        await queue.configure_task("mail.send").defer_async(message=str(message))
        log.warning("a message had lost its job", message=str(message))


def _left_behind() -> list[UUID]:
    try:
        return services.left_behind()
    finally:
        connection.close()


@job("mailbox.sweep", process=MAILER, purpose=services.PURPOSE, every="27 * * * *")
def sweep_mailbox() -> None:
    """Removes from the local mailbox what is kept no longer in the database either."""
    rule = load().retention_of("mail_message")
    if rule and settings.DATA_FOLDER and settings.LOCAL_MAILBOX:
        mailbox.sweep(settings.DATA_FOLDER / "mailbox", older_than=kept_for(rule))
