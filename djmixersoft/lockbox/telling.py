"""Telling an account's Administrators of an access that they didn't approve beforehand.

Who they are is found at the moment of sending, in the transaction that notes it. At least once: a crash between sending
and noting sends it again, under the same Message-IDs.
"""

from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import Any
from uuid import UUID, uuid5

import structlog
from django.conf import settings
from django.db import connection
from django.template.loader import render_to_string
from django.utils import translation

from djmixersoft.mail.sending import addressed, deliver
from djmixersoft.mail.templates import NAME_LENGTH, Text, Unsendable, one_line, unlinked
from djmixersoft.policy.purposes import acting_for, call_door

PURPOSE = "access-notice"

log = structlog.get_logger()


def send_notice(*, notice_id: UUID) -> bool:
    """Send a notice that is due to whoever administers the account now, and note that. False where there is none.

    Where the account is gone, it goes to who administered it then.

    An address that takes no mail keeps nobody else from being told: by another one it counts as sent.

    Raises:
        Unsendable: none of it can be made into a mail; it stays due.
        OSError: the mail server can't be reached, or refused all of it; it stays due.

    """
    with acting_for(PURPOSE):
        with connection.cursor() as cursor:
            # A mail server may take its time; the transaction that holds the notice waits for it.
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '3min'")
            cursor.execute("SELECT * FROM djms.notice_to_send(%s)", [notice_id])
            names = [column.name for column in cursor.description or ()]
            rows = [dict(zip(names, row, strict=True)) for row in cursor]
        if not rows:
            return False
        refused: list[Exception] = []
        for row in rows:
            # Whoever has been told already can tell by its name, but a reminder is another mail.
            called = uuid5(notice_id, f"{row['recipient_id']} {row['again']} {row['reminded_at']}")
            try:
                deliver(addressed(_text(row), row["recipient"], called=str(called), at=row["created_at"]))
            except (Unsendable, SMTPRecipientsRefused, SMTPDataError) as error:
                refused.append(error)
        if len(refused) == len(rows):
            raise refused[0]
        if refused:
            log.warning("not all Administrators could be told", notice=str(notice_id), refused=len(refused))
        call_door("note_notice_sent", of_notice=notice_id)
        return True


def due() -> list[UUID]:
    """Those that are to be sent now: new ones, and reminders."""
    with acting_for(PURPOSE), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM djms.due_notices(NULL)")
        return [notice_id for (notice_id,) in cursor]


def _text(row: dict[str, Any]) -> Text:
    words = {
        "site": settings.PUBLIC_URL,
        "account": unlinked(one_line(row["account_name"], NAME_LENGTH)),
        "pseudonym": one_line(row["pseudonym"], NAME_LENGTH),
        "is_legal": row["role"] == "legal",
        "began": f"{row['began']:%Y-%m-%d %H:%M}",
        "ends": f"{row['ends']:%Y-%m-%d %H:%M}",
        "again": row["again"],
        "items": row["items"],
        "page": f"{settings.PUBLIC_URL}/accounts/{row['account']}/access/{row['request_id']}",
    }
    with translation.override(settings.LANGUAGE_CODE):
        template = "lockbox/notice.txt" if row["account"] else "lockbox/parting.txt"
        subject, body = render_to_string(template, words).split("\n", 1)
    return Text(subject.strip(), body.strip() + "\n")
