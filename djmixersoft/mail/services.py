"""Sending the mail that doors have written down.

At least once: a crash between sending a mail and noting that sends it again, under the same Message-ID.
"""

from uuid import UUID

from django.db import connection
from django.db.models.functions import Now

from djmixersoft.mail.models import MailMessage, State
from djmixersoft.mail.sending import build, deliver
from djmixersoft.policy.purposes import acting_for

PURPOSE = "administrative-mail"


def send(message_id: UUID) -> bool:
    """Sends a message, notes that, and forgets what its link held.

    Returns False where there is nothing to do: another worker is sending it, or it was sent, or is gone.

    Raises:
        Unsendable: it can't be made into a mail; it stays queued.
        OSError: the mail server can't be reached or refused (smtplib's errors are OSErrors); it stays queued.

    """
    with acting_for(PURPOSE, named=str(message_id)):
        with connection.cursor() as cursor:
            # A mail server may take its time; the transaction that holds the message waits for it.
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '3min'")
        queued = MailMessage.objects.filter(id=message_id, state=State.QUEUED)
        message = queued.select_for_update(skip_locked=True).first()
        if message is None:
            return False
        deliver(build(message))
        queued.update(state=State.SENT, sent_at=Now(), secret=None)
        return True


def left_behind() -> list[UUID]:
    """Messages older than a minute that no job will send."""
    with acting_for(PURPOSE), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM djms.due_mail(interval '1 minute')")
        return [message_id for (message_id,) in cursor]
