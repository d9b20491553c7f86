"""The local mailbox: mail as files in a folder, for an installation without a mail server."""

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from uuid import UUID

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class Mailbox(BaseEmailBackend):
    """Django's mail backend that writes `<UTC time>-<message id>.eml` files (0600). The same message: the same file."""

    def __init__(self, folder: Path) -> None:
        """`folder` exists already."""
        super().__init__(fail_silently=False)
        self.folder = folder

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write each message durably, and visible only when it is whole."""
        for message in email_messages:
            _write(self.folder / file_name(message), message.message().as_bytes())
        return len(email_messages)


def file_name(message: EmailMessage) -> str:
    """The file of a message, from its Message-ID and Date: neither changes when it is sent again."""
    written = parsedate_to_datetime(str(message.extra_headers["Date"])).astimezone(UTC)
    identity = UUID(str(message.extra_headers["Message-ID"]).strip("<>").partition("@")[0])
    return f"{written:%Y%m%dT%H%M%SZ}-{identity}.eml"


def sweep(folder: Path, *, older_than: timedelta) -> int:
    """Removes mail written longer ago than that; how many files."""
    before, gone = time.time() - older_than.total_seconds(), 0
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                path.unlink()
                gone += 1
    return gone


def _write(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f".{path.name}")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
