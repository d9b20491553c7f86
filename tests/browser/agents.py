"""Somebody who works here, let in at the desk as one is: by the link that the command line prints."""

import base64
import re
import time

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import Page

from tests.browser.hands import Mouse
from tests.browser.living import Site

PASSWORD = "needle drops on velvet noon"


def desk_of(site: Site) -> str:
    """The desk's origin."""
    return f"https://localhost:{site.installation.desk_port}"


def let_in(site: Site, page: Page, name: str) -> None:
    """Add somebody of support under this pseudonym, and have them sign in with an app that shows codes."""
    added = site.installation.command("staff", "add", f"{name}@staff.example", "--role", "support", "--pseudonym", name)
    (link,) = re.findall(r"https://[^/\s]+(/welcome/\S+)", added.stdout)
    hands = Mouse(page)
    hands.go(link)
    hands.main.locator("input[type=password]").fill(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    secret = base64.b32decode(hands.main.locator("code").first.inner_text().replace(" ", ""))
    code = TOTP(secret, 6, SHA1(), 30).generate(int(time.time())).decode()  # noqa: S303 - RFC 6238
    hands.main.locator("[name=code]").fill(code)
    with page.expect_navigation():
        page.keyboard.press("Enter")
