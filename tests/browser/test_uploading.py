"""Uploads in the page: several at once, files and folders, and what becomes of them when something comes between."""

import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, expect

from tests.browser.conftest import ARGUMENTS, PATIENCE
from tests.browser.crew import Person, registered
from tests.browser.inspecting import inspect
from tests.browser.leaving import assert_asks_before_leaving
from tests.browser.line import Line
from tests.browser.living import Site
from tests.browser.uploader import Uploader, digest, noise
from tests.browser.watching import Watch
from tests.support import CHROMIUM, wait_until

pytestmark = pytest.mark.browser

KB, MB = 1024, 1024**2
MIDWAY = 3 * MB  # of what goes up
LARGE = 8 * MB
CUT_OFF = ("net::ERR_", "status of 409", "status of 423", "status of 502", "status of 503")
Sit = Callable[..., Uploader]


@pytest.fixture(scope="module")
def dj(site: Site, playwright: Playwright) -> Person:
    return registered(site, playwright.request, "uploads@example.org", "Uploads")


@pytest.fixture(scope="module")
def line(site: Site) -> Iterator[Line]:
    line = Line(site.installation.port)
    yield line
    line.close()


@pytest.fixture(scope="module")
def browser(playwright: Playwright, line: Line) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, line.rule])
    yield browser
    browser.close()


@pytest.fixture
def sit(browser: Browser, line: Line, site: Site, dj: Person) -> Iterator[Sit]:
    """Sit down at the page; `expected`: what the browser may note of it, since it is what the test does."""
    watches: list[tuple[Watch, tuple[str, ...]]] = []

    def sit_down(*expected: str, at: str = "") -> Uploader:
        context = browser.new_context(base_url=site.origin, ignore_https_errors=True, storage_state=dj.memory())
        watches.append((watched(context, site), expected))
        return Uploader(context.new_page(), dj, at)

    yield sit_down
    line.release()
    for one in dj.get(f"{dj.account}/uploads").json()["uploads"]:
        dj.calls.delete(one["url"], headers={"Tus-Resumable": "1.0.0"})
    for watch, expected in watches:
        watch.context.close()
        assert [wrong for wrong in watch.take() if not any(one in wrong for one in expected)] == []


def watched(context: BrowserContext, site: Site) -> Watch:
    context.set_default_timeout(PATIENCE)
    return Watch(context, site.origin)


def sign_in(context: BrowserContext, dj: Person) -> None:
    """Give a browser the cookie that another one got."""
    context.add_cookies([{**cookie, "domain": "localhost"} for cookie in dj.memory()["cookies"]])  # type: ignore[typeddict-item]  # what it gives is what it takes


def midway(hands: Uploader, line: Line, file: Path) -> None:
    """Choose a file, of which a part arrives and the rest is on its way."""
    line.hold_after(MIDWAY)
    hands.choose(file)
    line.wait_until_held()


def has_arrived(dj: Person, name: str) -> int:
    """How many bytes of an unfinished upload the site has."""
    uploads = dj.get(f"{dj.account}/uploads").json()["uploads"]
    return max((int(one["offset"]) for one in uploads if one["name"] == name), default=0)


def assert_went_on(hands: Uploader, name: str, file: Path) -> None:
    """What had arrived wasn't sent again, and what came out of it is the file."""
    hands.wait(name, "done")
    first, *later = hands.offsets
    assert first == 0
    assert later
    assert min(later) >= MB
    assert hands.digest_of(name) == digest(file)


def test_several_go_up_at_once_and_each_says_how_far_it_is(
    sit: Sit, line: Line, superuser: psycopg.Connection[Any], dj: Person, tmp_path: Path
) -> None:
    files = [noise(tmp_path / f"Take {number}.wav", 2 * MB, number) for number in range(4)]
    dj.upload(("Ticked.txt", b"before"))
    hands = sit()
    hands.page.get_by_label("Choose Ticked.txt").check()
    line.hold_after(MB)
    hands.choose(*files)
    line.wait_until_held()
    hands.wait(files[3].name, "waiting")
    for file in files[:3]:
        # Those before may have taken all that the line let through.
        expect(hands.row(file.name)).to_have_attribute("data-state", re.compile("^(starting|sending)$"))
        hands.says(file.name, "of 2 MB")
        assert hands.sent(file.name) < 1
    expect(hands.page.get_by_text("0 of 4 in the crate.")).to_be_visible()
    assert inspect(hands.page) == []
    with superuser.transaction():
        # What they wait for at the end of being checked.
        superuser.execute("SELECT FROM djms.account_room WHERE account_id = %s FOR UPDATE", [dj.account[-36:]])
        line.release()
        hands.wait(files[0].name, "checking")
        hands.says(files[0].name, "Being checked")
    for file in files:
        hands.wait(file.name, "done")
        hands.is_in_the_list(file.name)
        assert hands.digest_of(file.name) == digest(file)
    assert hands.states(files[0].name) == ["starting", "sending", "received", "checking", "done"]
    expect(hands.page.get_by_text("4 of 4 in the crate.")).to_be_visible()
    expect(hands.page.get_by_label("Choose Ticked.txt")).to_be_checked()
    assert inspect(hands.page) == []
    assert hands.page.evaluate("localStorage.length + sessionStorage.length") == 0, "the browser remembers nothing"
    hands.page.get_by_role("button", name="Clear the list").click()
    expect(hands.uploads).to_have_count(0)


def test_it_says_how_fast_it_goes(sit: Sit, tmp_path: Path) -> None:
    file = noise(tmp_path / "Slow.wav", 2 * MB, 5)
    hands = sit()
    session = hands.page.context.new_cdp_session(hands.page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": MB}
    session.send("Network.emulateNetworkConditions", slow)
    hands.choose(file)
    hands.says(file.name, "B a second")
    session.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    hands.wait(file.name, "done")


@pytest.mark.parametrize("way", ["dropped", pytest.param("chosen", marks=pytest.mark.long)])
def test_a_folder_goes_up_with_all_that_lies_in_it(sit: Sit, tmp_path: Path, way: str) -> None:
    crate = tmp_path / f"Crate that is {way}"
    (crate / "Side B").mkdir(parents=True)
    first, second = noise(crate / "one.wav", 20_000, 1), noise(crate / "Side B" / "two.wav", 30_000, 2)
    hands = sit()
    if way == "dropped":
        beside = noise(tmp_path / "Beside it.wav", 10_000, 3)
        hands.drop(crate, beside)
        hands.wait("Beside it.wav", "done")
    else:
        hands.choose(crate, folder=True)
    hands.wait(f"{crate.name}/one.wav", "done")
    hands.wait(f"{crate.name}/Side B/two.wav", "done")
    hands.is_in_the_list(crate.name)
    hands.page.get_by_role("link", name=crate.name, exact=True).click()
    hands.page.get_by_role("heading", name=crate.name).wait_for()
    hands.page.get_by_role("link", name="Side B", exact=True).click()
    hands.page.get_by_role("link", name="two.wav", exact=True).click()
    expect(hands.page.get_by_text(digest(second))).to_be_visible()
    assert digest(first) != digest(second)


def test_a_pause_keeps_what_has_arrived(sit: Sit, line: Line, tmp_path: Path) -> None:
    file = noise(tmp_path / "Paused.wav", LARGE, 10)
    hands = sit(*CUT_OFF)
    midway(hands, line, file)
    hands.press("Pause", file.name)
    hands.says(file.name, "Paused at")
    expect(hands.row(file.name).get_by_role("button", name=f"Go on: {file.name}")).to_be_focused()
    line.release()
    before = line.up
    hands.press("Go on", file.name)
    assert_went_on(hands, file.name, file)
    assert line.up - before < LARGE


def test_a_cut_connection_is_gone_on_with_by_itself(sit: Sit, line: Line, tmp_path: Path) -> None:
    file = noise(tmp_path / "Cut.wav", LARGE, 11)
    hands = sit(*CUT_OFF)
    midway(hands, line, file)
    line.cut()
    assert_went_on(hands, file.name, file)
    assert "interrupted" in hands.states(file.name)


@pytest.mark.long
def test_offline_it_waits_and_goes_on_once_it_is_back(sit: Sit, line: Line, tmp_path: Path) -> None:
    file = noise(tmp_path / "In the tunnel.wav", LARGE, 12)
    hands = sit(*CUT_OFF)
    midway(hands, line, file)
    hands.page.context.set_offline(True)
    line.cut()
    hands.says(file.name, "Interrupted at")
    assert inspect(hands.page) == []
    hands.page.context.set_offline(False)
    assert_went_on(hands, file.name, file)


def test_it_goes_on_after_the_browser_was_closed(
    playwright: Playwright, line: Line, site: Site, dj: Person, tmp_path: Path
) -> None:
    file = noise(tmp_path / "Closed.wav", LARGE, 13)

    def chromium_of_mine() -> BrowserContext:
        return playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=CHROMIUM,
            args=[*ARGUMENTS, line.rule],
            base_url=site.origin,
            ignore_https_errors=True,
        )

    with chromium_of_mine() as context:
        sign_in(context, dj)
        before = Uploader(context.new_page(), dj)
        midway(before, line, file)
    line.cut()
    with chromium_of_mine() as context:
        sign_in(context, dj)
        watch = watched(context, site)
        hands = Uploader(context.new_page(), dj)
        unfinished = hands.page.get_by_role("list", name="Unfinished uploads").get_by_role("listitem")
        expect(unfinished).to_contain_text("Closed.wav")
        expect(unfinished).to_contain_text("Choose the same file again to go on.")
        assert inspect(hands.page) == []
        sent_before = line.up
        hands.choose(file)
        hands.wait(file.name, "done")
        expect(unfinished).to_have_count(0)
        assert min(hands.offsets) >= MB
        assert line.up - sent_before < LARGE
        assert hands.digest_of(file.name) == digest(file)
        assert [wrong for wrong in watch.take() if not any(one in wrong for one in CUT_OFF)] == []


def test_it_goes_on_after_the_site_was_killed(sit: Sit, line: Line, site: Site, dj: Person, tmp_path: Path) -> None:
    file = noise(tmp_path / "Killed.wav", LARGE, 14)
    hands = sit(*CUT_OFF)
    midway(hands, line, file)
    wait_until("some of it is written", lambda: has_arrived(dj, file.name) >= MB)
    killed = site.installation.pids(" site ")
    assert killed
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    line.cut()
    hands.wait(file.name, "interrupted")
    wait_until("it runs again", lambda: bool(set(site.installation.pids(" site ")) - set(killed)))
    assert_went_on(hands, file.name, file)


@pytest.mark.parametrize("moment", ["while it is sent", pytest.param("while it is paused", marks=pytest.mark.long)])
def test_a_file_that_changes_gets_a_sentence_and_nothing_of_it_is_kept(
    sit: Sit, line: Line, dj: Person, tmp_path: Path, moment: str
) -> None:
    file = noise(tmp_path / f"Rendered {moment}.wav", LARGE, 15)
    hands = sit(*CUT_OFF)
    midway(hands, line, file)
    if moment == "while it is paused":
        hands.press("Pause", file.name)
    noise(file, LARGE, 16)
    later = file.stat().st_mtime + 60
    os.utime(file, (later, later))
    line.release()
    if moment == "while it is paused":
        hands.press("Go on", file.name)
    hands.wait(file.name, "failed")
    hands.says(file.name, "This file changed while it was sent")
    expect(hands.row(file.name).get_by_role("button", name="Try again")).to_have_count(0)
    assert inspect(hands.page) == []
    assert dj.get(f"{dj.account}/uploads").json()["uploads"] == []
    hands.press("Remove", file.name)
    hands.choose(file)
    hands.wait(file.name, "done")
    assert hands.digest_of(file.name) == digest(file)


def test_what_is_too_large_or_has_no_room_says_so_and_the_rest_arrives(
    sit: Sit, give_room: Callable[[str, int], None], dj: Person, tmp_path: Path
) -> None:
    small, middle = noise(tmp_path / "Small.wav", 10_000, 20), noise(tmp_path / "No room.wav", 2 * MB, 21)
    with (tmp_path / "Huge.wav").open("wb") as huge:
        huge.truncate(65 * 1024**3)  # a hole, of which nothing is read
    hands = sit("status of 413", "507")
    give_room(dj.account, MB)
    try:
        hands.choose(tmp_path / "Huge.wav", middle, small)
        hands.wait("Huge.wav", "failed")
        hands.says("Huge.wav", "This file is too large: a file can have up to 64")
        hands.wait(middle.name, "failed")
        hands.says(middle.name, "The account has no room for this file.")
        hands.wait(small.name, "done")
        expect(hands.page.get_by_text("1 of 3 in the crate. Not taken: 2.")).to_be_visible()
        assert hands.digest_of(small.name) == digest(small)
        assert inspect(hands.page) == []
    finally:
        give_room(dj.account, 1024**3)
    hands.press("Try again", middle.name)
    hands.wait(middle.name, "done")
    assert hands.digest_of(middle.name) == digest(middle)


@pytest.mark.long
def test_who_is_signed_out_meanwhile_signs_in_elsewhere_and_tries_again(
    sit: Sit, line: Line, dj: Person, tmp_path: Path
) -> None:
    file = noise(tmp_path / "Signed out.wav", LARGE, 22)
    hands = sit(*CUT_OFF, "status of 401")
    midway(hands, line, file)
    hands.press("Pause", file.name)
    line.release()
    context = hands.page.context
    context.clear_cookies()
    hands.press("Go on", file.name)
    hands.says(file.name, "You are signed out.")
    sign_in(context, dj)
    hands.press("Try again", file.name)
    assert_went_on(hands, file.name, file)


@pytest.mark.long
def test_the_same_file_chosen_twice_is_sent_once(sit: Sit, line: Line, tmp_path: Path) -> None:
    file = noise(tmp_path / "Twice.wav", 2 * MB, 23)
    hands = sit()
    line.hold_after(MB)
    hands.choose(file)
    hands.choose(file)
    line.release()
    hands.wait(file.name, "done")
    expect(hands.uploads.get_by_role("listitem")).to_have_count(1)


@pytest.mark.long
def test_leaving_while_something_is_on_its_way_asks_first(sit: Sit, line: Line, tmp_path: Path) -> None:
    file = noise(tmp_path / "Leaving.wav", LARGE, 24)
    hands = sit(*CUT_OFF)
    midway(hands, line, file)
    assert_asks_before_leaving(hands.page)
    line.release()
    hands.wait(file.name, "done")
