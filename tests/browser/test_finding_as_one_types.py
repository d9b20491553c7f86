"""Finding: the list follows what is typed, by mouse and keyboard; kind, tag, person and day narrow it down."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.crew import Person
from tests.browser.hands import Keyboard, Mouse
from tests.browser.inspecting import inspect
from tests.browser.tracks import wav

pytestmark = pytest.mark.browser

Duo = tuple[Person, Person]
TRACK, MINE, FOLDER, DOCUMENT = "Sunrise edit.wav", "Sunset tool.wav", "Sundays", "Sunny plan"


@pytest.fixture(scope="module")
def filled(duo: Duo) -> Person:
    """The Administrator, in whose account there are things to be found."""
    admin, mate = duo
    folder = admin.send(f"{admin.account}/folders", name=FOLDER).url.partition("?")[0][-36:]
    mate.upload((TRACK, wav(1)))
    admin.upload((MINE, wav(1)))
    items = admin.items()
    admin.send(f"{items[TRACK]}/tags", tags="dawn")
    admin.send(f"{admin.account}/copy", item=items[TRACK][-36:], into=folder)
    admin.send(f"{admin.account}/documents", name=DOCUMENT)
    return admin


@pytest.fixture
def sit(filled: Person, open_browser: Open) -> Callable[..., Page]:
    def sit_down(*expected: str, **options: object) -> Page:
        page = open_browser(*expected, storage_state=filled.memory(), **options).new_page()
        page.goto(f"{filled.account}/find")
        return page

    return sit_down


def found(page: Page) -> Locator:
    return page.get_by_role("region", name="What was found").get_by_role("heading", level=3)


def says(page: Page, words: str) -> None:
    """What a reader of the page is told."""
    expect(page.get_by_role("status").filter(has_text=words)).to_have_count(1)


def test_the_list_follows_what_is_typed(sit: Callable[..., Page], filled: Person) -> None:
    page = sit()
    expect(page.get_by_label("Words")).to_be_focused()
    page.keyboard.type("sun")
    says(page, "5 found")
    assert inspect(page) == []
    page.keyboard.type("r")
    says(page, "2 found")
    expect(found(page)).to_have_text([TRACK, TRACK])
    expect(page.get_by_role("link", name=FOLDER, exact=True)).to_be_visible()
    expect(page.get_by_label("Words")).to_be_focused()
    page.wait_for_url(f"**{filled.account}/find?q=sunr")
    page.keyboard.type("x")
    says(page, "Nothing fits all of that.")
    assert inspect(page) == []


def test_what_is_found_is_in_a_keyboards_reach(sit: Callable[..., Page]) -> None:
    page = sit(color_scheme="dark", viewport={"width": 320, "height": 640})
    page.keyboard.type("sunset")
    says(page, "1 found")
    hands = Keyboard(page)
    hands.follow(MINE)
    expect(page.get_by_role("heading", name=MINE, level=1)).to_be_visible()


def test_kind_tag_person_and_day_narrow_it_down(sit: Callable[..., Page]) -> None:
    page, tomorrow = sit(), (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    today = datetime.now(UTC).date().isoformat()
    page.get_by_label("Words").fill("sun")
    says(page, "5 found")
    page.get_by_text("By kind, tag, person or day").click()
    page.get_by_label("Kind").select_option("folders")
    expect(found(page)).to_have_text([FOLDER])
    page.get_by_label("Kind").select_option("documents")
    expect(found(page)).to_have_text([DOCUMENT])
    page.get_by_label("Kind").select_option("tracks")
    says(page, "3 found")
    page.get_by_label("Added by").select_option("The partner")
    expect(found(page)).to_have_text([TRACK])
    page.get_by_label("Added by").select_option("anybody")
    page.get_by_label("Tag").fill("dawn")
    says(page, "2 found")
    page.get_by_label("From").fill(today)
    page.get_by_label("To").fill(today)
    says(page, "2 found")
    page.get_by_label("From").fill(tomorrow)
    says(page, "Nothing fits all of that.")
    page.reload()
    expect(page.get_by_label("Tag")).to_have_value("dawn")
    assert inspect(page) == []


@pytest.mark.long
def test_offline_it_says_so_and_the_button_asks_again(sit: Callable[..., Page]) -> None:
    page = sit("net::ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(True)
    page.keyboard.type("sunset")
    says(page, "This could not be asked just now.")
    page.context.set_offline(False)
    page.get_by_role("button", name="Find").click()
    expect(found(page)).to_have_text([MINE])


@pytest.mark.long
def test_without_javascript_the_button_asks(sit: Callable[..., Page]) -> None:
    hands = Mouse(sit(java_script_enabled=False))
    hands.fill("Words", "sunset")
    hands.press("Find")
    expect(found(hands.page)).to_have_text([MINE])
