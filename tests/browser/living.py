"""The real installation that the browser visits: its address, and the mail that it sends."""

import re
import time
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from tests.operations.installation import Installation

PATIENCE = 15.0  # seconds for a mail


@dataclass
class Site:
    """What `serve` runs."""

    installation: Installation
    _read: set[Path] = field(default_factory=set)

    @property
    def origin(self) -> str:
        return f"https://localhost:{self.installation.port}"

    @property
    def mailbox(self) -> str:
        """The path of the page that shows the mail."""
        key = (self.installation.folder / "secrets" / "mailbox.key").read_text("ascii").strip()
        return f"/mailbox/{key}/"

    def newest_mail(self) -> str:
        """The name under which the mailbox's page shows the newest mail."""
        return max((self.installation.folder / "mailbox").glob("[!.]*.eml")).name

    def link(self, email: str, subject: str) -> str:
        """Wait for mail to an address, and return the path of the link in it. No mail is read twice.

        One that is still being written has a name that begins with a dot.
        """
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for path in sorted((self.installation.folder / "mailbox").glob("[!.]*.eml")):
                if path not in self._read and (found := self._link_in(path, email, subject)):
                    self._read.add(path)
                    return found
            time.sleep(0.02)
        raise AssertionError(f"no mail about {subject!r} came for {email}")

    def _link_in(self, path: Path, email: str, subject: str) -> str:
        mail = message_from_bytes(path.read_bytes(), _class=EmailMessage, policy=policy.default)
        if email not in str(mail["To"]) or subject not in str(mail["Subject"]):
            return ""
        body = mail.get_body(("plain",))
        found = re.search(rf"{re.escape(self.origin)}(/\S+/\S+)", str(body.get_content()) if body else "")
        return found[1] if found else ""
