"""Every page, in light and dark, wide and narrow: right for everybody, and quiet."""

from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.browser.conftest import watched_context
from tests.browser.crew import caller
from tests.browser.inspecting import inspect
from tests.browser.living import Site
from tests.browser.mistakes import MISTAKES, Mistake
from tests.browser.pages import ELSEWHERE, OTHERS, PAGES, VISITOR, Visit, routes_that_answer_get
from tests.browser.scene import Scene
from tests.browser.watching import Watch

pytestmark = pytest.mark.browser

VISITS = [
    pytest.param(visit, id=f"{name}-{visit[0]}-{number}")
    for name, visits in PAGES.items()
    for number, visit in enumerate(visits)
]


@pytest.fixture(scope="module")
def watches(chromium: Browser, site: Site, scene: Scene) -> Iterator[Mapping[str, Watch]]:
    """A browser for everybody in the scene, and one for a visitor."""
    people = {name: getattr(scene, name) for name in ("admin", "member", "newcomer", "loner")}
    memories = {VISITOR: None} | {name: person.memory() for name, person in people.items()}
    found = {name: watched_context(chromium, site, storage_state=memory) for name, memory in memories.items()}
    yield found
    for watch in found.values():
        watch.context.close()


def assert_right(watch: Watch, page: Page) -> None:
    assert inspect(page) == []
    assert page.title().endswith("DJMixerSoft")
    assert watch.take() == []


@pytest.mark.parametrize("visit", VISITS)
def test_a_page_is_right(visit: Visit, watches: Mapping[str, Watch], scene: Scene) -> None:
    who, where = visit
    page = watches[who].page
    response = page.goto(where(scene))
    assert response
    assert response.ok
    assert who == VISITOR or page.get_by_role("button", name="Sign out", exact=True).count()
    assert_right(watches[who], page)
    assert who != VISITOR or watches[who].context.cookies() == []


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.__name__)
def test_a_mistake_leads_to_a_right_page(mistake: Mistake, watches: Mapping[str, Watch], scene: Scene) -> None:
    watch = watches[mistake.who]
    mistake(watch.page, scene)
    watch.page.get_by_role("main").get_by_text(mistake.sentence).first.wait_for()
    assert_right(watch, watch.page)


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_page_is_fetched(name: str, watches: Mapping[str, Watch], scene: Scene) -> None:
    who, where = OTHERS[name]
    assert watches[who].context.request.get(where(scene)).ok


def test_no_route_is_left_out(site: Site, playwright: Playwright) -> None:
    """A new page without a visit fails here."""
    assert set(routes_that_answer_get(caller(site, playwright.request))) == {*PAGES, *OTHERS, *ELSEWHERE}
