"""What somebody does in an account's pages to arrange what is there, without scripts."""

import html
import io
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.site.browsing import Person, text_of

UUID_PATTERN = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
ROW = re.compile(rf'name="item" value="({UUID_PATTERN})".*?<bdi>(.*?)</bdi></a>', re.DOTALL)
FORM = "application/x-www-form-urlencoded"
OGG = b"OggS" + bytes(range(256)) * 80  # two chunks of ciphertext


@dataclass
class Crate:
    """An account, as one of its members sees it. An empty folder id is the top."""

    person: Person
    path: str

    def folder(self, name: str, inside: str = "") -> str:
        """Make a folder; its id."""
        made = self.post("folders", name=name, folder=inside)
        assert made.status_code == HTTPStatus.SEE_OTHER, text_of(made)
        found: list[str] = re.findall(UUID_PATTERN, made["Location"])
        return found[1]

    def file(self, name: str, inside: str = "", content: bytes = OGG) -> str:
        """Upload a file; its id."""
        before = {item for item, _ in self.listed(inside)}
        body = io.BytesIO(content)
        body.name = name
        done = self.person.browser.post(f"{self.path}/upload", {"tracks": body, "folder": inside})
        assert done.status_code == HTTPStatus.SEE_OTHER, text_of(done)
        (new,) = {item for item, _ in self.listed(inside)} - before
        return new

    def at(self, folder: str = "") -> str:
        """The address of a folder's page."""
        return f"{self.path}/folders/{folder}" if folder else self.path

    def listed(self, folder: str = "", **query: str) -> list[tuple[str, str]]:
        """What a folder's page shows, as ids and names in its order."""
        page = self.person.get(self.at(folder) + (f"?{urlencode(query)}" if query else ""))
        assert page.status_code == HTTPStatus.OK, text_of(page)
        return [(item, html.unescape(name)) for item, name in ROW.findall(page.text)]

    def names(self, folder: str = "", **query: str) -> list[str]:
        return [name for _, name in self.listed(folder, **query)]

    def trashed(self) -> list[str]:
        """The names in the trash, latest first."""
        return [html.unescape(name) for _, name in ROW.findall(self.person.get(f"{self.path}/trash").text)]

    def post(self, what: str, *items: str, **fields: str) -> Any:  # noqa: ANN401 - a response of the test client
        """Send a form of the account with these items ticked."""
        sent = [("item", item) for item in items] + list(fields.items())
        return self.person.browser.post(f"{self.path}/{what}", urlencode(sent), content_type=FORM)

    def move(self, *items: str, into: str = "", **fields: str) -> Any:  # noqa: ANN401 - as above
        return self.post("move", *items, into=into, **fields)

    def copy(self, *items: str, into: str = "", **fields: str) -> Any:  # noqa: ANN401 - as above
        return self.post("copy", *items, into=into, **fields)

    def throw_away(self, *items: str, **fields: str) -> Any:  # noqa: ANN401 - as above
        return self.post("throw-away", *items, **fields)

    def rename(self, item: str, name: str) -> Any:  # noqa: ANN401 - as above
        return self.post(f"items/{item}/rename", name=name)

    def undo(self, done: Any) -> Any:  # noqa: ANN401 - as above
        """Press the button that takes back what an answer says was done."""
        page = self.person.get(done["Location"])
        action = re.search(rf'action="({self.path}/undo/{UUID_PATTERN})"', page.text)
        assert action, text_of(page)
        return self.person.post(action.group(1), {"back": self.path})

    def content(self, item: str) -> bytes:
        """The bytes of a file."""
        answer = self.person.get(f"{self.path}/items/{item}/file")
        assert answer.status_code == HTTPStatus.OK, text_of(answer)
        body: bytes = answer.getvalue()
        answer.close()
        return body


def crate_of(person: Person, owner: Person | None = None) -> Crate:
    """The owner's account as somebody in it sees it; by default one's own."""
    return Crate(person, (owner or person).crate)


def notice(answer: Any, person: Person) -> str:  # noqa: ANN401 - as above
    """What the page says to which an answer leads."""
    page = person.get(answer["Location"])
    found = re.search(r'<p role="status">(.*?)</p>', page.text, re.DOTALL)
    return html.unescape(found.group(1)) if found else ""


def asked(answer: Any) -> dict[str, list[str]]:  # noqa: ANN401 - as above
    """The query of the address to which an answer leads."""
    return parse_qs(urlsplit(answer["Location"]).query)
