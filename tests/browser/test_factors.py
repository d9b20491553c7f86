"""Passkeys of customers in Chromium, with a virtual authenticator: to sign in with, and to sign approvals."""

import base64
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import Browser, Page, Playwright, expect

from djmixersoft.operations.postgres import EmbeddedPostgres
from tests.browser.conftest import watched_context
from tests.browser.crew import PASSWORD, Person, registered
from tests.browser.inspecting import inspect
from tests.browser.living import Site
from tests.browser.test_desk import Authenticator
from tests.browser.test_desk import trusting as trusting  # noqa: PLC0414 - a fixture
from tests.browser.watching import Watch
from tests.lockbox.desk import Desk, hire
from tests.support import ROOT, wait_until

pytestmark = pytest.mark.browser


@pytest.fixture
def watch(trusting: Browser, site: Site) -> Iterator[Watch]:
    watch = watched_context(trusting, site, viewport={"width": 320, "height": 640})
    watch.context.unroute_all()
    yield watch
    watch.context.close()
    assert watch.take() == []


def sign_in(page: Page, email: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def sign_out(page: Page) -> None:
    page.goto("/me")
    page.get_by_role("button", name="Sign out", exact=True).click()


def look(page: Page, found: list[str], path: str = "") -> None:
    if path:
        page.goto(path)
    found.extend(f"{page.url}: {wrong}" for wrong in inspect(page))


def test_a_passkey_is_a_second_factor_and_every_page_is_right(site: Site, playwright: Playwright, watch: Watch) -> None:
    person, page, found = registered(site, playwright.request, "ring@example.org", "Ring"), watch.page, list[str]()
    Authenticator(page)
    sign_in(page, person.email)
    look(page, found, "/me/factors")
    look(page, found, "/me/factors/new")
    made = page.locator("form", has=page.get_by_role("button", name="Make a passkey"))
    made.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    look(page, found)
    code = page.locator("main li code").first.inner_text()
    for path in ("/me/factors", "/me/factors/codes"):
        look(page, found, path)
    page.goto("/me/factors")
    page.get_by_role("link", name=re.compile("^Drop ")).click()
    look(page, found)
    sign_out(page)
    sign_in(page, person.email)
    look(page, found)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(f"{site.origin}/studio")
    sign_out(page)
    sign_in(page, person.email)
    page.get_by_label("Recovery code").fill(code)
    page.get_by_role("button", name="Use up a recovery code").click()
    expect(page).to_have_url(f"{site.origin}/studio")
    assert found == []


def test_an_app_does_without_scripts(site: Site, playwright: Playwright, trusting: Browser) -> None:
    person = registered(site, playwright.request, "plain-app@example.org", "Plain")
    watch = watched_context(trusting, site, java_script_enabled=False, storage_state=person.memory())
    page = watch.page
    page.goto("/me/factors/new")
    expect(page.get_by_text("A passkey needs JavaScript")).to_be_visible()
    secret = base64.b32decode(page.locator("main code").first.inner_text().replace(" ", ""))
    step = int(time.time()) // 30

    def code(later: int) -> str:
        return TOTP(secret, 6, SHA1(), 30).generate((step + later) * 30).decode()  # noqa: S303 - RFC 6238

    app = page.locator("form", has=page.get_by_role("button", name="Add the app"))
    app.get_by_label("Code").fill(code(0))
    app.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Add the app").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    sign_out(page)
    sign_in(page, person.email)
    page.get_by_label("Code", exact=True).fill(code(1))
    page.get_by_role("button", name="Confirm with this code").click()
    expect(page).to_have_url(f"{site.origin}/studio")
    watch.context.close()
    assert watch.take() == []


def asked(site: Site, person: Person) -> str:
    """Somebody of support asks for the one item of somebody's account; the path of the request."""
    server = EmbeddedPostgres(site.installation.folder)
    account = person.account.rpartition("/")[2]
    with psycopg.connect(server.url("postgres"), autocommit=True) as superuser:
        agent = hire(superuser)
        ((item,),) = superuser.execute("SELECT id FROM djms.item WHERE account_id = %s", [account]).fetchall()
    request = Desk(server.url("djms_desk")).ask(agent, account, [item])  # type: ignore[arg-type]  # an id as text
    return f"{person.account}/access/{request}"


def test_an_approval_is_signed_and_checked_without_us(
    site: Site, playwright: Playwright, watch: Watch, tmp_path: Path
) -> None:
    person, page, found = registered(site, playwright.request, "signer@example.org", "Signers"), watch.page, list[str]()
    person.upload(("Notes.txt", b"Enter on the two, leave on the four."))
    Authenticator(page)
    sign_in(page, person.email)
    look(page, found, f"{person.account}/access/keys")
    page.get_by_label("What you call it").fill("My ring")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_text("The key counts.")).to_be_visible()
    look(page, found)
    noted = page.locator("code.wraps").first.inner_text()
    request = asked(site, person)
    page.goto(request)
    page.get_by_role("button", name="Let them look at this").click()
    expect(page.get_by_text("Notes.txt")).to_be_visible()
    look(page, found)
    page.get_by_role("button", name="Sign this").click()
    expect(page.get_by_text("Signed by a key of the account")).to_be_visible()
    look(page, found)
    wait_until("it is sealed", lambda: '"receipt": null' not in person.get(f"{request}/approval").text())
    file, verifier = tmp_path / "approval.json", tmp_path / "approval_verify.py"
    for path, name in ((file, "the signed approval, as a file"), (verifier, "and what checks it")):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        download.value.save_as(path)
    command = [sys.executable, "-I", str(verifier), "--key", noted, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "nobody without that key can have made this" in done.stdout
    assert (ROOT / "verifier" / "approval_verify.py").read_bytes() == verifier.read_bytes()
    page.goto(f"{person.account}/access/keys")
    page.get_by_role("link", name="My ring is lost").click()
    look(page, found)
    page.go_back()
    page.get_by_role("button", name="Drop My ring, by a signature").click()
    page.get_by_role("button", name="Sign this").click()
    expect(page.get_by_text("The account has none")).to_be_visible()
    assert found == []
