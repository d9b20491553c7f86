"""The real installation, and Debian's Chromium on it. What a page does wrong out of sight fails the test at its end."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright

from tests.browser.living import Site
from tests.browser.scene import Scene, set_up
from tests.browser.watching import Watch
from tests.operations.installation import Installation
from tests.support import CHROMIUM

ARGUMENTS = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 10_000  # milliseconds for what a person would wait for

Open = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """What `serve` runs: its own PostgreSQL, the site behind TLS, the workers."""
    installation = Installation(tmp_path_factory.mktemp("browser") / "data")
    try:
        installation.start()
        yield Site(installation)
    finally:
        installation.end()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def scene(site: Site, playwright: Playwright) -> Scene:
    """A crew in the middle of its work."""
    return set_up(site, playwright.request)


def watched_context(chromium: Browser, site: Site, **options: Any) -> Watch:  # noqa: ANN401 - Playwright's options
    """Open a browser that remembers nothing of the others."""
    context = chromium.new_context(base_url=site.origin, ignore_https_errors=True, **options)
    context.set_default_timeout(PATIENCE)
    return Watch(context, site.origin)


@pytest.fixture
def open_browser(chromium: Browser, site: Site) -> Iterator[Open]:
    """Open as many browsers as a test needs."""
    watches: list[Watch] = []

    def open_context(**options: Any) -> BrowserContext:  # noqa: ANN401 - Playwright's options
        watches.append(watched_context(chromium, site, **options))
        return watches[-1].context

    yield open_context
    for watch in watches:
        watch.context.close()
    assert [wrong for watch in watches for wrong in watch.take()] == []
