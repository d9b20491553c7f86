"""The tests of the pages are tried on pages that are wrong: each fault has to be noticed."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.conftest import watched_context
from tests.browser.hands import Keyboard
from tests.browser.inspecting import inspect
from tests.browser.living import Site
from tests.browser.watching import Watch

pytestmark = pytest.mark.browser

SHEETS = ("style", "frame", "parts", "prose")
STYLE = "".join(f'<link rel="stylesheet" href="/static/pages/{sheet}.css">' for sheet in SHEETS)
RIGHT = f'<!doctype html><html lang="en"><title>A page</title>{STYLE}<main class="page"><h1>Fine</h1>%s</main></html>'
FAULTS = {
    '<img src="/static/pages/logo.svg">': "image-alt",
    '<input type="text">': "label",
    '<p class="soft">One</p><p id="a">1</p><p id="a">2</p><label for="a">x</label><h4>Leap</h4>': "heading-order",
    '<canvas width="900" height="9"></canvas>': "sticks out: CANVAS",
}
QUIET_FAULTS = {
    "<script>document.title = 'run'</script>": "Content Security Policy",
    '<p style="color: red">x</p>': "Content Security Policy",
    '<img alt="" src="https://elsewhere.example/spy.png">': "elsewhere.example",
    '<img alt="" src="/static/no-such.png">': "status of 404",
}


@pytest.fixture
def watch(chromium: Browser, site: Site) -> Iterator[Watch]:
    watch = watched_context(chromium, site)
    yield watch
    watch.context.close()


def show(watch: Watch, content: str) -> Page:
    """Show a page of ours that holds this, under the site's own headers."""

    def answer(route: Route) -> None:
        real = route.fetch()
        route.fulfill(response=real, body=RIGHT % content, content_type="text/html")

    watch.context.route("**/cookies", answer)
    page = watch.context.new_page()
    page.goto("/cookies")
    return page


def test_a_right_page_is_right(watch: Watch) -> None:
    assert inspect(show(watch, "<p>Nothing else.</p>")) == []
    assert watch.take() == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_page_is_noticed(watch: Watch, fault: str) -> None:
    assert any(FAULTS[fault] in found for found in inspect(show(watch, fault)))


@pytest.mark.parametrize("fault", QUIET_FAULTS)
def test_a_fault_out_of_sight_is_noticed(watch: Watch, fault: str) -> None:
    show(watch, fault)
    assert any(QUIET_FAULTS[fault] in found for found in watch.take())


def test_a_focus_that_nobody_sees_is_noticed(watch: Watch) -> None:
    page = show(watch, '<p class="unseen"><button>First</button></p><button>Second</button>')
    with pytest.raises(AssertionError, match="First"):
        Keyboard(page).reach(page.get_by_role("button", name="Second"))


def test_what_no_tab_reaches_is_noticed(watch: Watch) -> None:
    page = show(watch, '<button tabindex="-1">First</button><button>Second</button>')
    with pytest.raises(AssertionError, match="out of a keyboard's reach"):
        Keyboard(page).reach(page.get_by_role("button", name="First"))
