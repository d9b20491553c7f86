"""The desk in Chromium: from the command's link to a passkey, with a virtual authenticator; and every page by axe."""

import base64
import hashlib
import json
import re
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import Browser, CDPSession, Page, Playwright, expect

from tests.browser.conftest import ARGUMENTS, watched_context
from tests.browser.inspecting import inspect
from tests.browser.living import Site
from tests.browser.watching import Watch
from tests.support import CHROMIUM, wait_until

pytestmark = pytest.mark.browser

PASSWORD = "needle drops on velvet noon"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Desk(Site):
    """The desk of the same installation."""

    @property
    def origin(self) -> str:
        return f"https://localhost:{self.installation.desk_port}"

    def is_up(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.installation.desk_port)) == 0

    def link(self, action: str, email: str, *more: str) -> str:  # type: ignore[override]  # by command, not by mail
        done = self.installation.command("staff", action, email, *more)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()[-1]


@pytest.fixture(scope="module")
def desk(site: Site) -> Desk:
    desk = Desk(site.installation)
    wait_until("the desk is up", desk.is_up, 60)
    return desk


@pytest.fixture(scope="module")
def trusting(playwright: Playwright, site: Site) -> Iterator[Browser]:
    """A browser that trusts the installation's own certificate: passkeys want one without complaint."""
    certificate = x509.load_pem_x509_certificate((site.installation.folder / "secrets/tls/cert.pem").read_bytes())
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    digest = base64.b64encode(hashlib.sha256(key).digest()).decode()
    arguments = [*ARGUMENTS, f"--ignore-certificate-errors-spki-list={digest}"]
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
    yield browser
    browser.close()


@pytest.fixture
def watch(trusting: Browser, desk: Desk) -> Iterator[Watch]:
    watch = watched_context(trusting, desk)
    watch.context.unroute_all()
    yield watch
    watch.context.close()
    assert watch.take() == []


class Authenticator:
    """A key on somebody's ring, which needs no touching."""

    def __init__(self, page: Page) -> None:
        self.cdp: CDPSession = page.context.new_cdp_session(page)
        self.cdp.send("WebAuthn.enable")
        self.id = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]

    def credential(self) -> dict[str, Any]:
        (one,) = self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": self.id})["credentials"]
        return dict(one)

    def become_a_copy_of(self, credential: dict[str, Any]) -> None:
        """Go on from what was copied off the key earlier."""
        self.cdp.send("WebAuthn.clearCredentials", {"authenticatorId": self.id})
        self.cdp.send("WebAuthn.addCredential", {"authenticatorId": self.id, "credential": credential})


def begin(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("New password").or_(page.get_by_label("Password")).first.fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def sign_in(page: Page, email: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def test_a_passkey_is_the_first_factor_and_signs_in(desk: Desk, watch: Watch) -> None:
    page, email = watch.page, "passkey@staff.example"
    key = Authenticator(page)
    begin(page, desk.link("add", email, "--role", "support", "--pseudonym", "Plover"))
    expect(page.get_by_role("heading", name="Your first second factor")).to_be_visible()
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_text("The second factor is added.")).to_be_visible()
    expect(page.get_by_text("You answer what people ask.")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, email)
    copied = key.credential()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Desk", exact=True)).to_be_visible()
    page.get_by_role("button", name="Sign out").click()

    sign_in(page, email)
    key.become_a_copy_of(copied)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("answer wasn’t taken").first).to_be_visible()
    page.goto("/")
    expect(page.get_by_role("heading", name="Your second factor")).to_be_visible()


def test_an_answer_is_taken_once_and_from_our_own_page_only(desk: Desk, watch: Watch) -> None:
    page, email = watch.page, "once@staff.example"
    Authenticator(page)
    begin(page, desk.link("add", email, "--role", "legal", "--pseudonym", "Ruff"))
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_text("The second factor is added.")).to_be_visible()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None)
    page.goto("/sign-in/second-factor")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Desk", exact=True)).to_be_visible()
    page.goto("/sign-in/second-factor")
    replayed = page.request.post(
        f"{desk.origin}/sign-in/second-factor",
        data=sent[-1],
        headers={"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"},
    )
    assert replayed.status == 422
    assert "answer wasn’t taken" in replayed.text()


def test_every_page_is_right_for_everybody_and_works_with_an_app(desk: Desk, watch: Watch) -> None:
    page, email = watch.page, "app@staff.example"
    found: list[str] = []

    def look(path: str = "") -> None:
        if path:
            page.goto(path)
        found.extend(f"{page.url}: {wrong}" for wrong in inspect(page))

    link = desk.link("add", email, "--role", "support", "--role", "security", "--pseudonym", "Sanderling")
    look("/sign-in")
    look(link)
    begin(page, link)
    look()
    secret = base64.b32decode(page.locator("main code").inner_text().replace(" ", ""))
    step = int(time.time()) // 30

    def code(later: int) -> str:
        return TOTP(secret, 6, SHA1(), 30).generate((step + later) * 30).decode()  # noqa: S303 - RFC 6238

    app = page.locator("form", has=page.get_by_role("button", name="Add the app"))
    app.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Add the app").click()
    expect(page.get_by_text("This code isn’t right.").first).to_be_visible()
    look()
    app.get_by_label("Code").fill(code(0))
    page.get_by_role("button", name="Add the app").click()
    expect(page.get_by_text("The second factor is added.")).to_be_visible()
    look()
    for path in ("/you", "/you/password", "/you/factors/new", "/no-such-page", "/sign-in/second-factor"):
        look(path)
    page.get_by_label("Code").fill(code(1))
    page.get_by_role("button", name="Confirm with this code").click()
    expect(page.get_by_role("heading", name="Desk", exact=True)).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, "app@staff.example")
    look()
    assert found == []


def test_without_scripts_the_app_does_it_all(desk: Desk, trusting: Browser) -> None:
    watch = watched_context(trusting, desk, java_script_enabled=False)
    page = watch.page
    begin(page, desk.link("add", "plain@staff.example", "--role", "editorial", "--pseudonym", "Dunlin"))
    expect(page.get_by_text("A passkey needs JavaScript")).to_be_visible()
    secret = base64.b32decode(page.locator("main code").inner_text().replace(" ", ""))
    made = TOTP(secret, 6, SHA1(), 30).generate(int(time.time())).decode()  # noqa: S303 - RFC 6238
    page.get_by_label("Code").fill(made)
    page.get_by_role("button", name="Add the app").click()
    expect(page.get_by_text("There is nothing to do at the desk for this role yet.")).to_be_visible()
    watch.context.close()
    assert watch.take() == []


def test_what_the_command_says_of_everybody(desk: Desk) -> None:
    command = desk.installation.command
    desk.link("add", "left@staff.example", "--role", "support", "--pseudonym", "Knot")
    assert "has a link that wasn't used yet" in command("staff", "list").stdout
    again = command("staff", "add", "left@staff.example", "--role", "legal", "--pseudonym", "Other")
    assert (again.returncode, "may sign in already" in again.stderr) == (1, True)
    assert re.search(r"/welcome/\S+$", desk.link("renew", "LEFT@staff.example"))
    assert command("staff", "end", "left@staff.example").returncode == 0
    assert command("staff", "end", "left@staff.example").returncode == 1
    taken = command("staff", "add", "new@staff.example", "--role", "legal", "--pseudonym", "Knot")
    assert (taken.returncode, "somebody's, or was" in taken.stderr) == (1, True)
    assert "Knot  left on" in command("staff", "list").stdout
    assert json.dumps("left@staff.example") not in command("staff", "list").stdout
    for wrong in (["add", "nobody", "--role", "legal", "--pseudonym", "x"], ["renew", "x@y.example"]):
        assert command("staff", *wrong).returncode == 1
