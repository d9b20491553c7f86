"""A browser without a screen, the people who use it, and their mail."""

import html
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import psycopg
from django.test import Client

PASSWORD = "vinyl crackle under the needle"
COOKIE = "__Host-session"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin", "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}


class Browser(Client):
    """Django's test client over https at our address; it deletes cookies when told to, as browsers do."""

    def __init__(self) -> None:
        super().__init__(raise_request_exception=False, headers=SAME_ORIGIN, SERVER_NAME="localhost")

    def request(self, **request: Any) -> Any:  # noqa: ANN401 - Django's signature
        response = self.answer(**request)
        for name in [name for name, morsel in self.cookies.items() if str(morsel["max-age"]) == "0"]:
            del self.cookies[name]
        return response

    def answer(self, **request: Any) -> Any:  # noqa: ANN401 - as above
        """Send one request, given as WSGI's environment, and keep the cookies of what comes back."""
        return super().request(**{"wsgi.url_scheme": "https", "SERVER_PORT": "443"} | request)

    def send_raw(self, path: str, body: BytesIO, *, length: int) -> Any:  # noqa: ANN401 - a response of the test client
        """Post an upload whose body is read from a file, whatever its length is said to be."""
        extra: dict[str, Any] = {
            "wsgi.input": body,
            "CONTENT_LENGTH": str(length),
            "CONTENT_TYPE": "multipart/form-data; boundary=x",
        }
        return self.generic("POST", path, **extra)

    @property
    def token(self) -> str | None:
        morsel = self.cookies.get(COOKIE)
        return morsel.value if morsel else None


@dataclass
class Person:
    """Somebody with an address, a password and a browser; `account_id` is the account that they started with."""

    email: str
    browser: Browser = field(default_factory=Browser)
    account_id: UUID | None = None

    def get(self, path: str, **options: Any) -> Any:  # noqa: ANN401 - a response of the test client
        return self.browser.get(path, **options)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> Any:  # noqa: ANN401 - as above
        body = data or {}
        if any(hasattr(value, "read") or isinstance(value, list) for value in body.values()):
            return self.browser.post(path, body, **options)
        return self.browser.post(path, urlencoded(body), content_type="application/x-www-form-urlencoded", **options)

    def sign_in(self, password: str = PASSWORD, **more: str) -> Any:  # noqa: ANN401 - as above
        return self.post("/sign-in", {"email": self.email, "password": password, **more})

    @property
    def crate(self) -> str:
        """The path of their account."""
        return f"/accounts/{self.account_id}"


class Post:
    """What the mailer would send, read by the superuser."""

    def __init__(self, superuser: psycopg.Connection[Any]) -> None:
        self._superuser = superuser

    def run(self, statement: str) -> None:
        """Change what no login of the site's may."""
        self._superuser.execute(statement.encode())

    def templates(self, email: str) -> list[str]:
        found = self._superuser.execute(
            "SELECT template FROM djms.mail_message WHERE recipient = %s ORDER BY created_at", (email,)
        )
        return [template for (template,) in found]

    def link(self, email: str, template: str) -> str:
        """The secret of the last such mail to an address."""
        row = self._superuser.execute(
            "SELECT secret FROM djms.mail_message WHERE recipient = %s AND template = %s ORDER BY created_at DESC",
            (email, template),
        ).fetchone()
        assert row, f"no {template} was mailed to {email}"
        assert isinstance(row[0], str)
        return row[0]


def urlencoded(fields: dict[str, Any]) -> str:
    return urlencode(fields)


def new_address(name: str = "dj") -> str:
    return f"{name}-{uuid4().hex[:12]}@example.org"


def registration(email: str, **more: str) -> dict[str, str]:
    return {"email": email, "password": PASSWORD, "account_name": "Night Shift", "agree": "on"} | more


def registered(post: Post, name: str = "dj", browser: Browser | None = None, **more: str) -> Person:
    """Somebody who registered, confirmed and signed in, as anybody would."""
    person = Person(new_address(name), browser or Browser())
    assert person.post("/register", registration(person.email, **more)).status_code == HTTPStatus.OK
    confirmed = person.post(f"/confirm/{post.link(person.email, 'confirm-registration')}")
    assert confirmed.status_code == HTTPStatus.SEE_OTHER, text_of(confirmed)
    assert person.sign_in()["Location"] == "/studio"
    person.account_id = accounts_of(person)[0]
    return person


def accounts_of(person: Person) -> list[UUID]:
    return [UUID(found) for found in re.findall(r'href="/accounts/([0-9a-f-]{36})"', person.get("/studio").text)]


def items_of(person: Person, crate: str) -> list[str]:
    found = re.findall(r'href="/accounts/[0-9a-f-]{36}/items/([0-9a-f-]{36})"', person.get(crate).text)
    return list(dict.fromkeys(found))


def text_of(response: Any) -> str:  # noqa: ANN401 - a response of the test client
    """A page's words, without its tags."""
    body = response.text.partition("<body>")[2] or response.text
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())
