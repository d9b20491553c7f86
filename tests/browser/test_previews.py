"""What an item's page shows of a file in a real browser, that none of it runs, and going on to the next."""

from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from djmixersoft.operations.postgres import EmbeddedPostgres
from tests.browser.conftest import Open, watched_context
from tests.browser.crew import Person, registered
from tests.browser.inspecting import inspect
from tests.browser.living import Site
from tests.browser.tracks import wav
from tests.browser.watching import OF_THE_BROWSER
from tests.exhibits import GIF, JPEG, PAGE, POLYGLOT, SVG, WEBP, pdf, png
from tests.support import wait_until

pytestmark = pytest.mark.browser

SECONDS = 30
TEXT = "\n<script>top.name = 'run'</script>\n23:00\tdoors & “lights”\n"
PICTURES = {"a.png": png(), "b.jpg": JPEG, "c.gif": GIF, "d.webp": WEBP, "e.png": png(900, 4_000, behind=PAGE)}
SAVED = {"page.html": PAGE, "page.png": PAGE, "drawn.svg": SVG, "drawn.png": SVG, "script.js": POLYGLOT}
TRACKS = {f"{name}.wav": wav(SECONDS, tone=tone) for name, tone in (("one", 220), ("two", 330), ("three", 440))}
OTHERS = {"huge.png": png(30_000, 30_000), "rider.pdf": pdf(script="app.alert\\(1\\)"), "set.txt": TEXT.encode()}
OTHERS |= {"page.txt": PAGE, "script.gif": POLYGLOT, "z broken.png": png(behind=bytes(90_000))}
STATE = "one => [one.paused, one.currentTime]"
RUN_IT = """src => new Promise((done) => {
  const script = document.createElement("script");
  [script.onload, script.onerror] = [() => done("ran"), () => done("refused")];
  script.src = src;
  document.head.append(script);
})"""


@pytest.fixture(scope="module")
def keeper(site: Site, playwright: Playwright) -> Person:
    """Somebody with a file of each kind, and of each trick."""
    keeper = registered(site, playwright.request, "keeper@example.org", "Archive")
    for some in (PICTURES, SAVED, OTHERS, TRACKS):
        keeper.upload(*some.items())
    return keeper


@pytest.fixture(scope="module")
def items(keeper: Person) -> dict[str, str]:
    """The path of each, by its name."""
    return keeper.items()


@pytest.fixture
def page(open_browser: Open, keeper: Person) -> Page:
    """A page of the keeper's browser. What it complains of fails the test at its end."""
    return open_browser(storage_state=keeper.memory()).new_page()


@pytest.fixture
def plain(open_browser: Open, keeper: Person) -> Page:
    """The same without JavaScript."""
    return open_browser(storage_state=keeper.memory(), java_script_enabled=False).new_page()


def state(page: Page) -> tuple[bool, float]:
    """Whether the player pauses, and where it is, in seconds."""
    paused, at = page.locator("audio").evaluate(STATE)
    return paused, at


def wait_for_player(page: Page, condition: str) -> None:
    page.wait_for_function(f"() => {{ const one = document.querySelector('audio'); return {condition}; }}")


def shown_by_viewer(page: Page, file: str) -> bool:
    """Whether Chromium's viewer of PDFs stands in the page's frame, with a file of ours in it."""
    page.wait_for_timeout(50)  # in which the browser tells what it did
    shown = [frame for frame in page.frames if (frame.parent_frame or frame).url.startswith(OF_THE_BROWSER)]
    return any(frame.url.endswith(file) for frame in shown)


def title_of(page: Page) -> str:
    return page.locator("h1").inner_text()


def test_pictures_are_seen(page: Page, items: dict[str, str]) -> None:
    for name in PICTURES:
        page.goto(items[name])
        picture = page.locator("main img")
        expect(picture).to_be_visible()
        assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") > 0, name
        assert page.locator("[data-broken]").is_hidden()
    assert inspect(page) == []
    assert page.evaluate("window.name") == ""


def test_a_text_is_read_and_scrolled_by_keys(page: Page, items: dict[str, str]) -> None:
    page.goto(items["set.txt"])
    assert page.get_by_role("region", name="The text").inner_text() == TEXT
    assert page.evaluate("window.name") == ""
    assert inspect(page) == []


def test_a_pdf_is_read_in_its_frame(page: Page, items: dict[str, str]) -> None:
    page.goto(items["rider.pdf"])
    page.locator("iframe").scroll_into_view_if_needed()
    wait_until("the viewer has the file", lambda: shown_by_viewer(page, f"{items['rider.pdf']}/file"))
    assert not any(frame.url.startswith("chrome-error:") for frame in page.frames)
    assert page.evaluate("window.name") == ""
    assert inspect(page) == []


def test_nothing_of_a_page_or_a_drawing_runs(page: Page, items: dict[str, str]) -> None:
    for name, content in SAVED.items():
        page.goto(items[name])
        assert page.locator("main img, main iframe, main pre").count() == 0
        with page.expect_download() as saved:
            page.get_by_role("main").get_by_role("link", name="Download").click()
        assert Path(saved.value.path()).read_bytes() == content
        with page.expect_download():
            page.evaluate("path => { location.href = path }", f"{items[name]}/file")
        assert title_of(page) == name
        assert page.evaluate("window.name") == ""


def test_opened_by_themselves_they_do_not_run_either(page: Page, items: dict[str, str]) -> None:
    for name in ("page.txt", "script.gif", "e.png", "set.txt"):
        page.goto(f"{items[name]}/file")
        assert page.evaluate("[window.name, document.title === 'run', origin]") == ["", False, "null"], name


def test_no_file_is_a_script_of_ours(chromium: Browser, site: Site, keeper: Person, items: dict[str, str]) -> None:
    """Not even in a page into which somebody got a script element: each file says what it is, and nothing guesses."""
    watch = watched_context(chromium, site, storage_state=keeper.memory())
    watch.page.goto(items["a.png"])
    for name in ("script.js", "script.gif", "page.txt", "set.txt", "rider.pdf", "one.wav"):
        assert watch.page.evaluate(RUN_IT, f"{items[name]}/file") == "refused", name
    assert watch.page.evaluate("window.name") == ""
    watch.context.close()


def test_a_picture_that_no_browser_can_draw_breaks_nothing(page: Page, items: dict[str, str]) -> None:
    page.goto(items["huge.png"])
    expect(page.get_by_role("button", name="Rename")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Next").click()
    page.get_by_role("heading", name="script.gif").wait_for()


def test_a_picture_that_was_altered_says_so(
    chromium: Browser, site: Site, keeper: Person, items: dict[str, str]
) -> None:
    folder = site.installation.folder
    with psycopg.connect(EmbeddedPostgres(folder).url("postgres")) as superuser:
        found = superuser.execute(
            "SELECT blob_id FROM djms.item WHERE id = %s", [items["z broken.png"][-36:]]
        ).fetchone()
    (path,) = folder.glob(f"blobs/*/*/{next(iter(found or ()))}")
    blob = bytearray(path.read_bytes())
    blob[50_000] ^= 1
    path.write_bytes(blob)
    watch = watched_context(chromium, site, storage_state=keeper.memory())
    page = watch.page
    page.goto(items["z broken.png"])
    page.get_by_role("alert").get_by_text("This can’t be shown here.").wait_for()
    page.get_by_role("alert").get_by_role("link", name="Open it by itself").click()
    page.get_by_text("This file is damaged").first.wait_for()
    expect(page.get_by_role("main")).to_contain_text(items["z broken.png"][-36:])
    assert all("500" in wrong for wrong in watch.take())
    watch.context.close()


def test_keys_play_seek_and_go_on(page: Page, items: dict[str, str]) -> None:
    page.goto(items["one.wav"])
    expect(page.get_by_text("Keys: space plays")).to_be_visible()
    wait_for_player(page, "one.readyState > 0")
    for key in "lkn":
        page.keyboard.press(key)
    assert (title_of(page), state(page)) == ("one.wav", (True, 0)), "letters are for who is in the player"
    page.keyboard.press("ArrowRight")
    page.locator("audio").focus()
    page.keyboard.press("l")
    assert state(page) == (True, 10)
    page.locator("[data-player]").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert state(page) == (True, 0)
    page.keyboard.press("Space")
    wait_for_player(page, "!one.paused && one.currentTime > 0")
    page.keyboard.press("Space")
    assert state(page)[0]
    page.keyboard.press("n")
    page.get_by_role("heading", name="three.wav").wait_for()
    assert state(page)[0], "who paused isn't played to"
    page.keyboard.press("k")
    wait_for_player(page, "!one.paused && one.currentTime > 0")
    page.keyboard.press("n")
    page.get_by_role("heading", name="two.wav").wait_for()
    wait_for_player(page, "!one.paused && one.currentTime > 0")
    page.keyboard.press("n")
    assert title_of(page) == "two.wav", "there is no next one"
    page.keyboard.press("p")
    page.get_by_role("heading", name="three.wav").wait_for()
    page.get_by_label("Add a comment").or_(page.get_by_role("textbox").first).first.focus()
    page.keyboard.type("nkp")
    assert title_of(page) == "three.wav", "who types goes nowhere"
    assert inspect(page) == []


def test_pictures_are_leafed_through_by_keys(page: Page, items: dict[str, str]) -> None:
    page.goto(items["a.png"])
    page.locator("[data-player]").focus()
    for key, name in (("ArrowRight", "b.jpg"), ("n", "c.gif"), ("p", "b.jpg"), ("ArrowLeft", "a.png")):
        page.keyboard.press(key)
        page.get_by_role("heading", name=name).wait_for()


@pytest.mark.parametrize("chosen", [True, False], ids=["by who chose it", "by nobody else"])
def test_the_list_is_played_on(page: Page, items: dict[str, str], *, chosen: bool) -> None:
    near_the_end = f"one => {{ one.currentTime = {SECONDS} - 0.2; return one.play(); }}"
    page.goto(items["one.wav"])
    if chosen:
        page.get_by_label("Play the next one when this ends").check()
    wait_for_player(page, "one.readyState > 0")
    page.locator("audio").evaluate(near_the_end)
    if not chosen:
        wait_for_player(page, "one.ended")
        page.wait_for_timeout(300)
        assert title_of(page) == "one.wav"
        return
    page.get_by_role("heading", name="three.wav").wait_for()
    wait_for_player(page, "!one.paused && one.currentTime > 0")
    assert page.get_by_label("Play the next one when this ends").is_checked(), "it goes along"
    page.locator("audio").evaluate(near_the_end)
    page.get_by_role("heading", name="two.wav").wait_for()


def test_without_javascript_all_is_shown_and_the_links_lead_on(plain: Page, items: dict[str, str]) -> None:
    plain.goto(items["a.png"])
    assert plain.locator("main img").evaluate("one => one.decode().then(() => one.naturalWidth)") > 0
    plain.get_by_role("link", name="Next").click()
    assert title_of(plain) == "b.jpg"
    plain.get_by_role("link", name="Previous").click()
    assert title_of(plain) == "a.png"
    plain.goto(items["one.wav"])
    assert plain.locator("[data-keys], [data-broken]").filter(visible=True).count() == 0
    plain.get_by_role("link", name="Next").click()
    assert title_of(plain) == "three.wav"
    plain.goto(items["set.txt"])
    assert plain.locator("pre.text").inner_text() == TEXT
    plain.get_by_role("main").get_by_role("link", name="Archive").click()
    expect(plain.get_by_role("link", name="set.txt").first).to_be_visible()
