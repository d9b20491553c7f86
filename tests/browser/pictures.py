"""Takes the pictures in docs/screenshots anew: `.venv/bin/python -m tests.browser.pictures`. Roles, not people."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from django.conf import settings
from playwright.sync_api import Browser, Page, Playwright, ViewportSize, sync_playwright

from tests.browser.agents import desk_of, let_in
from tests.browser.conftest import ARGUMENTS
from tests.browser.crew import Person, registered, registered_by_invitation
from tests.browser.hands import Mouse
from tests.browser.living import Site
from tests.browser.story import wait_for_sound
from tests.browser.tracks import wav
from tests.operations.installation import Installation
from tests.support import CHROMIUM, ROOT

FOLDER: Final = ROOT / "docs" / "screenshots"
LARGEST: Final = 200_000  # bytes
SCREEN: Final[ViewportSize] = {"width": 1280, "height": 800}
PLAN: Final = """# Friday, hour by hour

1. **Doors** at 22:00, nothing over 118 bpm
2. *Warm-up blend*, then the edit
3. Peak time, until the lights come up

| from | who | where |
|---|---|---|
| 22:00 | The resident | main floor |
| 1:00 | Night Shift, live | main floor |
"""
TRACKS: Final = {
    "Doors open, 116 bpm.wav": 70,
    "Warm-up blend, 122 bpm.wav": 110,
    "Peak time edit, 128 bpm.wav": 60,
    "Acid tool with a long break.wav": 90,
    "Closing set, take 3.wav": 240,
}


def main() -> None:
    """Start an installation, let a crew work in it, and take the pictures."""
    settings.configure()  # for Django's encoding of forms; the site runs in processes of its own
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        installation = Installation(Path(folder) / "data")
        installation.start()
        try:
            admin = _crew(Site(installation), playwright)
            done = installation.command("promises", "verify")
            assert done.returncode == 0, done.stdout + done.stderr
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            _take_all(browser, admin)
            _take_an_access(browser, admin)
            browser.close()
        finally:
            installation.end()


def _crew(site: Site, playwright: Playwright) -> Person:
    admin = registered(site, playwright.request, "admin@example.org", "Night Shift")
    registered_by_invitation(site, playwright.request, "light-jockey@example.org", admin)
    resident = registered_by_invitation(site, playwright.request, "resident@example.org", admin)
    resident.send("/me/name", name="The resident")
    admin.upload(("Rider and set times.pdf", b"%PDF-1.7 nothing in it"))
    for number, (name, seconds) in enumerate(TRACKS.items()):
        (admin, resident)[number % 2].upload((name, wav(seconds, beats_per_minute=116 + 3 * number)))
    document = resident.send(f"{admin.account}/documents", name="Friday, hour by hour").url.partition("?")[0]
    resident.send(document, base="1", text=PLAN)
    for email in ("vocalist@example.org", "promoter@example.org"):
        admin.invite(email)
    return admin


def _take_all(browser: Browser, admin: Person) -> None:
    with _page(browser, admin, dark=True, signed_in=False) as page:
        page.goto("/")
        _take(page, "front-dark")
    with _page(browser, admin, signed_in=False) as page:
        page.goto("/sign-in")
        _take(page, "sign-in")
        page.goto("/privacy")
        _take(page, "privacy")
        page.goto("/privacy#2a")
        page.locator('[id="2a"] summary').click()
        _take(page, "privacy-clause")
    with _page(browser, admin) as page:
        page.goto(admin.account)
        _take(page, "crate")
        page.goto(f"{admin.account}/members")
        _take(page, "members")
        page.goto(f"{admin.account}/record")
        page.get_by_text("Sealed:").wait_for()
        _take(page, "record")
        page.goto(f"{admin.account}/find?q=friday")
        page.get_by_role("link", name="Friday, hour by hour").click()
        page.get_by_role("region", name="Preview").wait_for()
        _take(page, "document")
    with _page(browser, admin, dark=True) as page:
        page.goto(admin.account)
        page.get_by_role("link", name="Play").first.click()
        wait_for_sound(page.locator("audio"), later_than=2)
        _take(page, "track-dark")
    with _page(browser, admin, narrow=True) as page:
        page.goto(admin.account)
        _take(page, "crate-320")


def _take_an_access(browser: Browser, admin: Person) -> None:
    name, site = "Friday, hour by hour", admin.site
    (path,) = re.findall(rf'<a href="([^"]+)"><bdi>{name}', admin.get(admin.account).text())
    path = path.replace("/documents/", "/items/")
    asked = "The table in this set list comes out as one line on my phone. Could you look?"
    admin.send(f"{path}/ask", topic="support", text=asked)
    context = browser.new_context(base_url=desk_of(site), ignore_https_errors=True, viewport=SCREEN)
    desk = Mouse(context.new_page())
    let_in(site, desk.page, "Robin")
    desk.follow("Questions")
    desk.follow(asked[:30])
    desk.press("Take it")
    desk.follow("Ask for access")
    desk.page.get_by_label("Reason").select_option("wrong")
    desk.fill(
        "In words that the Administrator will read", "You wrote that its table comes out as one line. May I look?"
    )
    desk.press("Ask for approval")
    with _page(browser, admin) as page:
        page.goto(site.link(admin.email, "asks for access"))
        _take(page, "access")
        Mouse(page).press("Let them look at this")
    desk.page.get_by_text("approved").wait_for()
    desk.press("Unlock")
    desk.sees("Warm-up blend")
    _take(desk.page, "desk")
    context.close()


@contextmanager
def _page(
    browser: Browser, admin: Person, *, dark: bool = False, narrow: bool = False, signed_in: bool = True
) -> Iterator[Page]:
    context = browser.new_context(
        base_url=admin.site.origin,
        ignore_https_errors=True,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        viewport={"width": 320, "height": 640} if narrow else SCREEN,
        device_scale_factor=2 if narrow else 1,
        storage_state=admin.memory() if signed_in else None,
    )
    yield context.new_page()
    context.close()


def _take(page: Page, name: str) -> None:
    taken = page.screenshot(path=FOLDER / f"{name}.png")
    assert len(taken) < LARGEST, f"{name} is too large: {len(taken)} bytes"


if __name__ == "__main__":
    main()
