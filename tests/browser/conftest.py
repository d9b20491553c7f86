"""The real installation, and Debian's Chromium on it. What a page does wrong out of sight fails the test at its end."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from djmixersoft.operations.postgres import EmbeddedPostgres
from tests.browser.agents import desk_of, let_in
from tests.browser.crew import Person, registered, registered_by_invitation
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
AtTheDesk = Callable[..., Page]


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


@pytest.fixture(scope="session")
def duo(site: Site, playwright: Playwright) -> tuple[Person, Person]:
    """An Administrator and a member, whose account holds what tests put into it."""
    admin = registered(site, playwright.request, "duo@example.org", "Duo")
    mate = registered_by_invitation(site, playwright.request, "partner@example.org", admin)
    mate.send("/me/name", name="The partner")
    return admin, mate


@pytest.fixture(scope="session")
def superuser(site: Site) -> Iterator[psycopg.Connection[Any]]:
    """Who sets what an operator sets, such as a quota."""
    with psycopg.connect(EmbeddedPostgres(site.installation.folder).url("postgres"), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def give_room(superuser: psycopg.Connection[Any]) -> Callable[[str, int], None]:
    """Let an account, by its path, have so many bytes more than it holds."""

    def give(account: str, free: int) -> None:
        room = "UPDATE djms.account_room SET quota = used + %s WHERE account_id = %s"
        superuser.execute(room, [free, account[-36:]])

    return give


def watched_context(chromium: Browser, site: Site, **options: Any) -> Watch:  # noqa: ANN401 - Playwright's options
    """Open a browser that remembers nothing of the others."""
    context = chromium.new_context(base_url=site.origin, ignore_https_errors=True, **options)
    context.set_default_timeout(PATIENCE)
    return Watch(context, site.origin)


@pytest.fixture
def open_browser(chromium: Browser, site: Site) -> Iterator[Open]:
    """Open as many browsers as a test needs; `expected`: what they may note of it, since it is what the test does."""
    watches: list[Watch] = []
    all_expected: list[str] = []

    def open_context(*expected: str, **options: Any) -> BrowserContext:  # noqa: ANN401 - Playwright's options
        all_expected.extend(expected)
        watches.append(watched_context(chromium, site, **options))
        return watches[-1].context

    yield open_context
    for watch in watches:
        watch.context.close()
    assert [wrong for watch in watches for wrong in watch.take() if not any(one in wrong for one in all_expected)] == []


@pytest.fixture
def at_the_desk(chromium: Browser, site: Site, superuser: psycopg.Connection[Any]) -> Iterator[AtTheDesk]:
    """Let somebody of support in, by the link that the command line prints, and watch their browser."""
    origin, name = desk_of(site), f"robin{time.monotonic_ns()}"
    watches: list[Watch] = []
    all_expected: list[str] = []

    def enter(*expected: str, **options: object) -> Page:
        all_expected.extend(expected)
        context = chromium.new_context(base_url=origin, ignore_https_errors=True, **options)  # type: ignore[arg-type]  # Playwright's options
        context.set_default_timeout(PATIENCE)
        watches.append(Watch(context, origin))
        page = context.new_page()
        let_in(site, page, name)
        return page

    yield enter
    for watch in watches:
        watch.context.close()
    superuser.execute("DELETE FROM djms.sign_in_try")
    assert [wrong for watch in watches for wrong in watch.take() if not any(one in wrong for one in all_expected)] == []
