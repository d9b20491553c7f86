"""Our own people at the desk's pages, with an app that shows codes."""

import base64
import html
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from tests.conftest import Cluster
from tests.promises.acting import acting
from tests.promises.serving import OverTls, Site
from tests.site.browsing import urlencoded
from tests.staff.desk import digest, superuser

PASSWORD = "needle drops on velvet noon"
FORM = "application/x-www-form-urlencoded"


@dataclass
class Agent:
    """Somebody with an address, a password, an app and a browser. `used`: the last step whose code they showed."""

    cluster: Cluster
    desk: Site
    email: str
    pseudonym: str
    browser: OverTls
    link: str
    secret: bytes = field(default=b"", repr=False)
    used: int = 0

    def get(self, path: str, **options: Any) -> Any:  # noqa: ANN401 - a response of the test client
        return self.browser.get(path, **options)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> Any:  # noqa: ANN401 - as above
        return self.browser.post(path, urlencoded(data or {}), content_type=FORM, **options)

    def code(self, step: int | None = None) -> str:
        """What the app shows; by default what wasn't used yet, a step ahead if need be."""
        if step is None:
            step = max(int(time.time()) // 30, self.used + 1)
            self.used = step
        return TOTP(self.secret, 6, SHA1(), 30).generate(step * 30).decode()  # noqa: S303 - RFC 6238

    def enrol(self) -> Any:  # noqa: ANN401 - as above
        """Take the one-time link, set a password, and add the app."""
        answer = self.post(f"/welcome/{self.link}", {"password": PASSWORD})
        assert answer["Location"] == "/you/factors/new", answer.text
        return self.add_app()

    def add_app(self) -> Any:  # noqa: ANN401 - as above
        page = self.get("/you/factors/new")
        self.secret = base64.b32decode(re.findall(r"<code>([A-Z2-7 ]+)</code>", page.text)[0].replace(" ", ""))
        return self.post("/you/factors/new", {**hidden(page), "name": "An app", "code": self.code()})

    def sign_in(self, password: str = PASSWORD, **more: str) -> Any:  # noqa: ANN401 - as above
        return self.post("/sign-in", {"email": self.email, "password": password, **more})

    def confirm(self, **more: str) -> Any:  # noqa: ANN401 - as above
        return self.post("/sign-in/second-factor", {"code": self.code(), **more})


def hidden(page: Any) -> dict[str, str]:  # noqa: ANN401 - as above
    """The hidden fields of a page."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
    return {name: html.unescape(value) for name, value in found}


@contextmanager
def added(cluster: Cluster, desk: Site, *roles: str, pseudonym: str = "", email: str = "") -> Iterator[Agent]:
    """Somebody who has a link and a browser, and is forgotten afterwards."""
    name, link = pseudonym or secrets.token_hex(6), secrets.token_hex(16)
    email = email or f"{name}@staff.example"
    with acting(cluster.url("djms_owner"), "p_staffing", kept=True) as owner:
        assert owner.value("SELECT djms.add_staff(%s, %s, %s, %s)", email, name, list(roles), digest(link.encode()))
    try:
        yield Agent(cluster, desk, email, name, desk.browser(), link)
    finally:
        with superuser(cluster) as everything:
            ids = everything.execute("SELECT id FROM djms.staff WHERE pseudonym = %s", [name]).fetchone()
            for table in ("staff_session", "staff_factor", "staff_credential", "staff_link", "staff_role"):
                everything.execute(f"DELETE FROM djms.{table} WHERE staff_id = %s".encode(), ids)
            everything.execute("DELETE FROM djms.staff WHERE id = %s", ids)
            everything.execute("DELETE FROM djms.sign_in_try")


@contextmanager
def at_the_desk(cluster: Cluster, desk: Site, *roles: str) -> Iterator[Agent]:
    """Somebody who signed in with both halves."""
    with added(cluster, desk, *roles) as one:
        assert one.enrol()["Location"] == "/?done=factor-added"
        yield one
