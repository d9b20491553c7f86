"""Asking us, in the browser: with the quiet puzzle, by mouse and by keyboard alone, and without a script at all."""

import re
from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Open
from tests.browser.hands import Hands, Keyboard, Mouse
from tests.browser.inspecting import inspect
from tests.browser.living import Site

pytestmark = pytest.mark.browser

REFERENCE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")
WORDS = "Why does the kestrel hum at night?"
NARROW_AND_DARK = {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}


@pytest.fixture(autouse=True)
def forgotten(superuser: psycopg.Connection) -> Iterator[None]:
    """No test is slowed down by what others asked."""
    superuser.execute("DELETE FROM djms.sign_in_try")
    yield
    superuser.execute("DELETE FROM djms.sign_in_try")


def asks(hands: Hands, email: str, text: str = WORDS) -> None:
    hands.go("/contact")
    hands.fill("Your question", text)
    hands.fill("Your e-mail address", email)
    hands.press("Send")


def calls_of(context: BrowserContext) -> list[str]:
    """What its pages ask for, from now on, but for pages themselves."""
    calls: list[str] = []
    context.on("request", lambda one: calls.append(one.url) if one.resource_type in {"fetch", "xhr"} else None)
    return calls


@pytest.mark.parametrize("kind", [Mouse, Keyboard])
def test_a_stranger_asks_and_follows_the_thread(open_browser: Open, site: Site, kind: type[Hands]) -> None:
    context = open_browser(**NARROW_AND_DARK)
    calls, email = calls_of(context), f"kestrel-{kind.__name__.lower()}@example.org"
    hands = kind(context.new_page())
    asks(hands, email)
    hands.sees("Its reference is")
    assert inspect(hands.page) == []
    reference = REFERENCE.search(hands.main.inner_text())
    assert reference
    hands.go(site.link(email, "We have your question"))
    hands.sees(WORDS)
    hands.sees(f"Question {reference[0]}")
    hands.fill("Add something", "And by day?")
    hands.press("Send")
    hands.sees("Added. It is our turn again.")
    hands.sees("And by day?")
    assert inspect(hands.page) == []
    assert calls == [], "the puzzle is solved without asking anybody"
    assert context.cookies() == []


def test_without_a_script_it_goes_by_mail(open_browser: Open, site: Site) -> None:
    page = open_browser(java_script_enabled=False, **NARROW_AND_DARK).new_page()
    page.goto("/contact")
    expect(page.get_by_text("In this browser it goes by mail")).to_be_visible()
    hands = Mouse(page)
    asks(hands, "without@example.org")
    hands.sees("not sent to us yet")
    hands.go(site.link("without@example.org", "Send your question"))
    hands.sees(WORDS)
    hands.press("Send it")
    hands.sees("Your question is with us.")
    hands.sees("waiting for our answer")


def test_what_was_typed_stays_and_another_puzzle_is_solved(open_browser: Open) -> None:
    hands = Mouse(open_browser("422").new_page())
    asks(hands, "no address")
    hands.sees("This is no e-mail address.")
    expect(hands.main.get_by_label("Your question")).to_have_value(WORDS)
    assert inspect(hands.page) == []
    hands.fill("Your e-mail address", "mended@example.org")
    hands.press("Send")
    hands.sees("Its reference is")


def test_a_page_come_back_to_is_sent_again_with_one_press_more(open_browser: Open) -> None:
    hands = Mouse(open_browser("422").new_page())
    asks(hands, "again@example.org")
    hands.sees("Its reference is")
    hands.page.go_back()
    hands.fill("Your question", "Another thing.")
    hands.fill("Your e-mail address", "again@example.org")
    hands.press("Send")
    if hands.main.get_by_role("alert").count():
        expect(hands.main.get_by_label("Your question")).to_have_value("Another thing.")
        hands.press("Send")
    hands.sees("Its reference is")


def test_a_browser_that_can_solve_nothing_goes_by_mail(open_browser: Open) -> None:
    page: Page = open_browser().new_page()
    page.add_init_script("crypto.subtle.deriveBits = () => Promise.reject(new Error('no'))")
    hands = Mouse(page)
    asks(hands, "cannot@example.org")
    hands.sees("not sent to us yet")
