"""Many at once: chosen, moved, tagged, thrown away and had back; by mouse, and by keyboard alone on a small screen."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.crew import Person
from tests.browser.hands import Hands, Keyboard, Mouse
from tests.browser.inspecting import NARROW, WIDE, inspect
from tests.support import IS_LONG

pytestmark = pytest.mark.browser

Duo = tuple[Person, Person]
LOOPS = [f"Loop {number}.txt" for number in range(1, 6)]


@pytest.fixture(params=[pytest.param("mouse", marks=pytest.mark.long), "keyboard"])
def hands(request: pytest.FixtureRequest, duo: Duo, open_browser: Open) -> Hands:
    """Somebody in a folder of their own with five loops in it, and a folder to put them into."""
    admin, _mate = duo
    kind: type[Hands] = Keyboard if request.param == "keyboard" else Mouse
    folder = admin.send(f"{admin.account}/folders", name=f"Arranged by {request.param}").url.partition("?")[0]
    for name in LOOPS:
        admin.upload((name, b"a loop in words"))
    items = admin.items()
    admin.calls.post(
        f"{admin.account}/move",
        data="&".join([*(f"item={items[name][-36:]}" for name in LOOPS), f"into={folder[-36:]}"]),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    admin.send(f"{admin.account}/folders", name="Inner", folder=folder[-36:])
    look = {"viewport": NARROW, "color_scheme": "dark"} if request.param == "keyboard" else {"viewport": WIDE}
    page = open_browser(storage_state=admin.memory(), **look).new_page()
    page.goto(folder)
    return kind(page)


def test_many_are_moved_tagged_thrown_away_and_had_back(hands: Hands) -> None:
    chosen = hands.main.get_by_role("status").filter(has_text="chosen")
    for name in LOOPS[:3]:
        hands.tick(f"Choose {name}")
    expect(chosen).to_have_text("3 chosen")
    hands.press("Move…")
    hands.sees("Move 3 items")
    hands.press("Inner")
    looks_right(hands)
    hands.press("Move into “Inner”")
    hands.sees("3 items are moved.")
    expect(hands.row(LOOPS[0])).to_have_count(0)
    hands.press("Undo")
    hands.sees("It is again as it was.")
    hands.tick(f"Choose {LOOPS[0]}")
    hands.tick(f"Choose {LOOPS[4]}")
    hands.press("Tag…")
    hands.fill("Tags", "warm-up, vinyl only")
    looks_right(hands)
    hands.press("Put them on")
    hands.sees("The tags are on.")
    hands.follow(LOOPS[4])
    hands.sees("vinyl only")
    hands.page.go_back()
    hands.tick("This page")
    expect(chosen).to_have_text("6 chosen")
    hands.press("To the trash")
    hands.sees("6 items are in the trash.")
    hands.sees("Nothing lies in this folder yet.")
    looks_right(hands)
    hands.press("Undo")
    hands.sees("It is again as it was.")
    expect(hands.main.get_by_role("checkbox", name="Choose Loop")).to_have_count(5)


def looks_right(hands: Hands) -> None:
    """Axe at each step takes its time; the short form looks at each kind of page elsewhere."""
    if IS_LONG:
        assert inspect(hands.page) == []


@pytest.mark.long
def test_shift_chooses_all_between_two(duo: Duo, open_browser: Open) -> None:
    admin, _mate = duo
    folder = admin.send(f"{admin.account}/folders", name="Ranges").url.partition("?")[0]
    for name in LOOPS:
        admin.send(f"{admin.account}/folders", name=name, folder=folder[-36:])
    page = open_browser(storage_state=admin.memory()).new_page()
    page.goto(folder)
    page.get_by_label(f"Choose {LOOPS[1]}").click()
    page.get_by_label(f"Choose {LOOPS[3]}").click(modifiers=["Shift"])
    expect(page.get_by_role("main").get_by_role("status")).to_have_text("3 chosen")
    expect(page.get_by_label("This page")).to_be_checked(indeterminate=True)
    page.get_by_label("This page").check()
    expect(page.get_by_role("main").get_by_role("status")).to_have_text("5 chosen")
    assert inspect(page) == []
