"""Documents in the page: they save by themselves and say so, and no text is lost or overwritten."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.crew import Person
from tests.browser.hands import Mouse
from tests.browser.inspecting import inspect
from tests.browser.leaving import assert_asks_before_leaving

pytestmark = pytest.mark.browser

PATIENCE = 15_000  # milliseconds
Duo = tuple[Person, Person]


def started(person: Person, name: str) -> str:
    """Start a document; its path."""
    url = person.send(f"{person.account}/documents", name=name).url
    return url.partition("?")[0].removeprefix(person.site.origin)


def text_of(person: Person, path: str) -> str:
    """What the server has."""
    found = re.search(r'<textarea name="text"[^>]*>\n(.*?)</textarea>', person.get(path).text(), re.DOTALL)
    assert found
    return found[1]


class Desk:
    """Somebody writing."""

    def __init__(self, page: Page, path: str) -> None:
        self.page, self.path = page, path
        page.goto(path)

    @property
    def text(self) -> Locator:
        return self.page.get_by_role("textbox", name="Text", exact=True)

    def write(self, words: str) -> None:
        """Type at the end of the text."""
        self.text.focus()
        self.page.keyboard.press("Control+End")
        self.page.keyboard.type(words)

    def says(self, words: str) -> None:
        expect(self.page.locator("[data-saved]")).to_contain_text(words, timeout=PATIENCE)


@pytest.fixture
def sit(open_browser: Open) -> Callable[..., Desk]:
    def sit_down(person: Person, path: str, *expected: str) -> Desk:
        return Desk(open_browser(*expected, storage_state=person.memory()).new_page(), path)

    return sit_down


def test_it_saves_by_itself_says_so_and_shows_what_it_looks_like(duo: Duo, sit: Callable[..., Desk]) -> None:
    admin, mate = duo
    path = started(admin, "By itself")
    desk = sit(admin, path)
    desk.write("\n## Peak time\n")
    desk.says("Not saved yet")
    desk.says("Saved as version 2")
    expect(desk.page.get_by_role("region", name="Preview").get_by_role("heading", name="Peak time")).to_be_visible()
    assert text_of(mate, path) == "# By itself\n\n## Peak time\n"
    assert inspect(desk.page) == []
    desk.write("* one more")
    desk.page.keyboard.press("Control+s")
    desk.says("Saved as version 3")
    expect(desk.text).to_be_focused()
    desk.page.get_by_role("button", name="Save").click()
    desk.says("Saved as version 3")


def test_the_second_of_two_writers_sees_both_texts_and_nothing_is_overwritten(
    duo: Duo, sit: Callable[..., Desk]
) -> None:
    admin, mate = duo
    path = started(admin, "Two writers")
    desk = sit(admin, path, "status of 409")
    mate.send(path, base="1", text="# What the partner wrote\n")
    desk.write("\nWhat I wrote")
    desk.says("Not saved: somebody else saved meanwhile.")
    desk.page.keyboard.type(", and went on writing")
    expect(desk.text).to_have_value("# Two writers\n\nWhat I wrote, and went on writing")
    expect(desk.page.get_by_role("textbox", name="What The partner saved meanwhile (version 2)")).to_have_value(
        "# What the partner wrote\n"
    )
    assert text_of(admin, path) == "# What the partner wrote\n"
    assert inspect(desk.page) == []
    with desk.page.expect_navigation():
        desk.page.get_by_role("button", name="Save").click()
    expect(desk.page.get_by_text("Nothing was overwritten: here are both texts.")).to_be_visible()
    expect(desk.page.get_by_role("region", name="What changed")).to_contain_text("What I wrote, and went on writing")
    expect(desk.page.get_by_label("Their text, to copy from")).to_have_value("# What the partner wrote\n")
    expect(desk.text).to_have_value("# Two writers\n\nWhat I wrote, and went on writing")
    assert_asks_before_leaving(desk.page)
    assert inspect(desk.page) == []
    desk.page.get_by_role("button", name="Save").click()
    desk.says("Saved as version 3")
    expect(desk.page.get_by_text("here are both texts")).to_have_count(0)
    assert text_of(mate, path) == "# Two writers\n\nWhat I wrote, and went on writing"
    mate.get(f"{path}/history?version=2")


def test_what_is_typed_offline_is_saved_once_the_line_is_back(duo: Duo, sit: Callable[..., Desk]) -> None:
    admin, _mate = duo
    path = started(admin, "In the tunnel")
    desk = sit(admin, path, "net::ERR_INTERNET_DISCONNECTED")
    desk.page.context.set_offline(True)
    desk.write("\nwritten in the tunnel")
    desk.says("Could not be saved just now.")
    desk.page.get_by_role("button", name="Save").click()
    desk.says("Could not be saved just now.")
    expect(desk.text).to_have_value("# In the tunnel\n\nwritten in the tunnel")
    assert_asks_before_leaving(desk.page)
    assert inspect(desk.page) == []
    desk.page.context.set_offline(False)
    desk.says("Saved as version 2")
    assert text_of(admin, path).endswith("written in the tunnel")


@pytest.mark.long
def test_what_is_typed_while_signed_out_stays_and_is_saved_after_signing_in(duo: Duo, sit: Callable[..., Desk]) -> None:
    admin, _mate = duo
    path = started(admin, "Signed out")
    desk = sit(admin, path, "status of 401")
    desk.page.context.clear_cookies()
    desk.write("\nstill here")
    desk.says("You are signed out. Your text is still here")
    hands = Mouse(desk.page)
    hands.press("Save")
    hands.sees("still here")
    hands.fill("E-mail", admin.email)
    hands.fill("Password", admin.password)
    hands.press("Sign in")
    hands.sees("still here")
    hands.press("Send it")
    hands.sees("Saved.")
    assert text_of(admin, path).endswith("still here")


@pytest.mark.long
def test_a_text_for_which_there_is_no_room_stays_and_is_tried_again(
    duo: Duo, sit: Callable[..., Desk], give_room: Callable[[str, int], None]
) -> None:
    admin, _mate = duo
    path = started(admin, "No room")
    desk = sit(admin, path, "507")
    give_room(admin.account, 0)
    try:
        desk.write("\nwhere to")
        desk.says("There is no room left to save this.")
        assert_asks_before_leaving(desk.page)
    finally:
        give_room(admin.account, 1024**3)
    desk.says("Saved as version 2")


def test_the_history_shows_what_changed_and_brings_it_back(duo: Duo, sit: Callable[..., Desk]) -> None:
    admin, mate = duo
    path = started(admin, "History")
    mate.send(path, base="1", text="# History\n\nthe partner’s line\n")
    admin.send(path, base="2", text="# History\n")
    hands = Mouse(sit(mate, path).page)
    hands.follow("History")
    expect(hands.main.get_by_role("region", name="What changed")).to_contain_text("the partner’s line")
    expect(hands.row("Version 2")).to_contain_text("The partner")
    hands.follow("Version 2")
    assert inspect(hands.page) == []
    hands.press("Make version 2 the present one")
    hands.sees("That version is the present one now, as a new version.")
    assert "the partner’s line" in text_of(admin, path)
    expect(hands.main.get_by_text("Version 4, The partner")).to_be_visible()


@pytest.mark.long
def test_without_javascript_it_is_a_form(duo: Duo, open_browser: Open) -> None:
    admin, _mate = duo
    path = started(admin, "A plain form")
    hands = Mouse(open_browser(java_script_enabled=False, storage_state=admin.memory()).new_page())
    hands.go(path)
    hands.fill("Text", "## Seen before it is saved")
    hands.press("Preview")
    expect(hands.main.get_by_role("heading", name="Seen before it is saved")).to_be_visible()
    hands.press("Save")
    hands.sees("Saved.")
    assert text_of(admin, path) == "## Seen before it is saved"
