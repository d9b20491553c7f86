"""The local mailbox, to be read: the files that djmixersoft.mail.mailbox writes where there is no mail server."""

import hmac
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from django.conf import settings

SHOWN: Final = 100
"""Messages in the list."""

_NAME: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,200}\.eml", re.ASCII)
# What ends a sentence or a clause isn't part of the address before it.
_LINK: Final = re.compile(r"(https?://[^\s<>\"]*[^\s<>\".,;:!?)])")


@dataclass(frozen=True)
class Message:
    """A message as its page shows it."""

    name: str
    subject: str
    to: str
    date: datetime
    text: str

    @property
    def parts(self) -> list[tuple[str, bool]]:
        """The text in parts, and of each whether it is a link."""
        return [(part, number % 2 == 1) for number, part in enumerate(_LINK.split(self.text)) if part]


def opens(key: str) -> bool:
    """Tell whether this is the key that the start printed; never where mail goes out into the world."""
    if not settings.LOCAL_MAILBOX or settings.DATA_FOLDER is None:
        return False
    try:
        right = (settings.DATA_FOLDER / "secrets" / "mailbox.key").read_bytes().strip()
    except OSError:
        return False
    return bool(right) and hmac.compare_digest(right, key.encode())


def messages() -> list[Message]:
    """The latest messages, newest first."""
    return [found for name in _names() if (found := message(name))]


def message(name: str) -> Message | None:
    """One message; None where there is none of this name."""
    if not _NAME.fullmatch(name):
        return None
    path = _folder() / name
    try:
        content, written = path.read_bytes(), path.stat().st_mtime
    except OSError:
        return None
    mail = message_from_bytes(content, _class=EmailMessage, policy=policy.default)
    body = mail.get_body(("plain",))
    text = body.get_content() if body else ""
    return Message(name, mail.get("Subject", ""), mail.get("To", ""), datetime.fromtimestamp(written, UTC), str(text))


def _names() -> Iterator[str]:
    found: list[tuple[float, str]] = []
    with suppress(FileNotFoundError):
        for path in _folder().iterdir():
            with suppress(FileNotFoundError):
                if _NAME.fullmatch(path.name):
                    found.append((path.stat().st_mtime, path.name))
    yield from (name for _written, name in sorted(found, reverse=True)[:SHOWN])


def _folder() -> Path:
    return Path(settings.DATA_FOLDER or "") / "mailbox"
