"""From a message that is written down to a mail that is under way."""

import re
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

from djmixersoft.mail.mailbox import Mailbox
from djmixersoft.mail.models import MailMessage
from djmixersoft.mail.templates import Text, Unsendable, render

TIMEOUT = 20  # seconds, for each answer of the mail server
SUBMISSION, SUBMISSIONS = 587, 465  # RFC 8314
LOOPBACK = ("localhost", "127.0.0.1", "::1")
# An address that names one mailbox and nothing else: no second recipient, display name, comment or header fits in.
ADDRESS = re.compile(r"[^\s\x00-\x1f\x7f@,;:<>()\[\]\\\"]+@[^\s\x00-\x1f\x7f@,;:<>()\[\]\\\"]+")


def build(message: MailMessage) -> EmailMessage:
    """The mail that a message becomes, the same each time: who gets it twice can tell by its Message-ID.

    Raises:
        Unsendable: its template or its recipient is none.

    """
    text = render(message.template, message.context, message.secret)
    return addressed(text, message.recipient, called=str(message.id), at=message.created_at)


def addressed(text: Text, recipient: str, *, called: str, at: datetime) -> EmailMessage:
    """Make a mail of a text; `called` begins its Message-ID, `at` is its date. Raises Unsendable."""
    if not ADDRESS.fullmatch(recipient):
        raise Unsendable("the recipient is no mail address")
    return EmailMessage(
        subject=text.subject,
        body=text.body,
        from_email=f"DJMixerSoft <{sender()}>",
        to=[recipient],
        headers={
            "Message-ID": f"<{called}@{_host()}>",
            "Date": format_datetime(at, usegmt=True),
            # RFC 3834: keeps "I am on holiday" from being answered to us.
            "Auto-Submitted": "auto-generated",
        },
    )


def deliver(mail: EmailMessage) -> None:
    """Hands a mail to the mail server, or to the local mailbox. Any error means that it may have to be sent again."""
    server = backend()
    try:
        server.send_messages([mail])
    finally:
        # Django leaves a connection open that failed halfway, say for want of STARTTLS.
        server.close()


def backend() -> BaseEmailBackend:
    """Django's mail backend for MAIL_URL; STARTTLS is a must for `smtp:`, except to this very machine (clause 6a)."""
    if not settings.MAIL_URL:
        if settings.DATA_FOLDER is None:
            raise Unsendable("neither MAIL_URL nor DJMS_DATA says where mail goes")
        return Mailbox(settings.DATA_FOLDER / "mailbox")
    parts = urlsplit(settings.MAIL_URL)
    implicit = parts.scheme == "smtps"
    return EmailBackend(
        host=parts.hostname,
        port=parts.port or (SUBMISSIONS if implicit else SUBMISSION),
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        use_ssl=implicit,
        use_tls=not implicit and parts.hostname not in LOOPBACK,
        timeout=TIMEOUT,
        fail_silently=False,
    )


def sender() -> str:
    """The address that mail is from: `from` in MAIL_URL's query, else no-reply at the site's host."""
    asked = parse_qs(urlsplit(settings.MAIL_URL).query).get("from", [""])[-1]
    return asked if ADDRESS.fullmatch(asked) else f"no-reply@{_host()}"


def _host() -> str:
    return urlsplit(settings.PUBLIC_URL).hostname or "localhost"
