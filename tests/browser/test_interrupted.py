"""What people are shown when something comes between: signed out meanwhile, the database gone, the browser closed."""

from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright

from djmixersoft.operations.postgres import EmbeddedPostgres
from tests.browser.conftest import ARGUMENTS, Open, watched_context
from tests.browser.hands import Mouse
from tests.browser.inspecting import inspect
from tests.browser.living import Site
from tests.browser.scene import Scene
from tests.support import CHROMIUM, wait_until

pytestmark = pytest.mark.browser

SENTENCE = "1 Harbour Road, Old Town"


def test_what_was_typed_outlives_being_signed_out(open_browser: Open, scene: Scene) -> None:
    context = open_browser(storage_state=scene.member.memory())
    hands = Mouse(context.new_page())
    hands.go("/me")
    hands.fill("Your postal address", SENTENCE)
    context.clear_cookies()
    hands.press("Save the address")
    hands.sees(SENTENCE)
    assert inspect(hands.page) == []
    hands.fill("E-mail", scene.member.email)
    hands.fill("Password", scene.member.password)
    hands.press("Sign in")
    hands.sees(SENTENCE)
    assert inspect(hands.page) == []
    hands.press("Send it")
    hands.sees("Your address is saved.")


def test_without_the_database_it_says_so_and_keeps_what_was_typed(chromium: Browser, site: Site, scene: Scene) -> None:
    watch = watched_context(chromium, site, storage_state=scene.member.memory())
    hands = Mouse(watch.context.new_page())
    hands.go("/me")
    hands.fill("Your name", "The resident of the harbour")
    server = EmbeddedPostgres(site.installation.folder)
    with psycopg.connect(server.url("postgres"), autocommit=True) as superuser:
        superuser.execute("ALTER ROLE djms_site NOLOGIN")
        try:
            superuser.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'djms_site'")
            hands.press("Save the name")
            hands.sees("The resident of the harbour")
            assert inspect(hands.page) == []
            reading = watch.context.new_page()
            reading.goto("/studio")
            assert inspect(reading) == []
        finally:
            superuser.execute("ALTER ROLE djms_site LOGIN")
    wait_until("the site is back", lambda: watch.context.request.get("/studio").ok)
    hands.press("Send it again")
    hands.sees("Your name is saved.")
    wrong = watch.take()
    assert wrong
    assert all(one.startswith("503") or "status of 503" in one for one in wrong)
    watch.context.close()


@pytest.mark.parametrize("stays", [True, False], ids=["who ticked to stay", "who did not"])
def test_a_closed_browser_forgets_all_but_who_ticked_to_stay(
    playwright: Playwright, site: Site, scene: Scene, tmp_path: Path, *, stays: bool
) -> None:
    """Chromium itself decides what it remembers; nothing of ours is told that it was closed."""

    def chromium_of_mine() -> BrowserContext:
        return playwright.chromium.launch_persistent_context(
            tmp_path, executable_path=CHROMIUM, args=ARGUMENTS, base_url=site.origin, ignore_https_errors=True
        )

    with chromium_of_mine() as context:
        hands = Mouse(context.new_page())
        hands.go("/sign-in")
        hands.fill("E-mail", scene.newcomer.email)
        hands.fill("Password", scene.newcomer.password)
        if stays:
            hands.tick("Stay signed in")
        hands.press("Sign in")
        hands.sees("Bedroom")
    with chromium_of_mine() as context:
        hands = Mouse(context.new_page())
        hands.go("/studio")
        hands.sees("Bedroom" if stays else "Signing in sets the site’s one cookie")
