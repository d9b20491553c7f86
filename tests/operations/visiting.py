"""A person's browser at an installation, over https as everybody's, and the local mailbox that they look into."""

import html
import http.client
import re
import ssl
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from tests.operations.installation import Installation

COOKIE = "__Host-session"
PASSWORD = "vinyl crackle under the needle"


@dataclass(frozen=True)
class Answer:
    """What came back. `retry_after` in seconds, 0 where it doesn't say; `seconds` from sending to the last byte."""

    status: int
    location: str
    retry_after: int
    page: str
    seconds: float

    @property
    def hidden(self) -> dict[str, str]:
        """The hidden fields of its form: what was typed, to be sent again."""
        found = re.findall(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?', self.page)
        return {name: html.unescape(value) for name, value in found}


class Visitor:
    """Asks for pages, a connection for each; keeps the one cookie."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.token = ""
        self._context = ssl.create_default_context(cafile=installation.folder / "secrets" / "tls" / "cert.pem")

    def ask(self, path: str, **fields: str) -> Answer:
        """Get a page, or send it a form."""
        port = self.installation.port
        connection = http.client.HTTPSConnection("localhost", port, timeout=60, context=self._context)
        headers = {"Origin": f"https://localhost:{port}", "Sec-Fetch-Site": "same-origin"}
        headers |= {"Content-Type": "application/x-www-form-urlencoded"} if fields else {}
        headers |= {"Cookie": f"{COOKIE}={self.token}"} if self.token else {}
        began = time.monotonic()
        try:
            connection.request("POST" if fields else "GET", path, urlencode(fields) if fields else None, headers)
            response = connection.getresponse()
            page = response.read().decode()
        finally:
            connection.close()
        cookie = re.match(rf"{COOKIE}=([^;]+)", response.getheader("Set-Cookie") or "")
        self.token = cookie[1] if cookie else self.token
        return Answer(
            response.status,
            response.getheader("Location") or "",
            int(response.getheader("Retry-After") or 0),
            page,
            time.monotonic() - began,
        )


def letters(folder: Path, recipient: str) -> list[str]:
    """The mails to somebody in the local mailbox, the first first."""
    texts = [path.read_text() for path in sorted((folder / "mailbox").glob("*.eml"))]
    return [text for text in texts if f"To: {recipient}" in text]
