"""Somebody at the page where files are uploaded: what they do, what they see, and what the browser really sends."""

import hashlib
from pathlib import Path
from random import Random

from playwright.sync_api import Locator, Page, Request, expect

from tests.browser.crew import Person
from tests.support import wait_until

PATIENCE = 15_000  # milliseconds
# Notes each state that a row goes through, however short.
NOTE_STATES = """
window.statesSeen = {};
new MutationObserver((changes) => {
  for (const { target } of changes) {
    const name = target.querySelector("bdi")?.textContent;
    if (name) (window.statesSeen[name] ??= []).push(target.dataset.state);
  }
}).observe(document, { subtree: true, attributeFilter: ["data-state"] });
"""


def noise(path: Path, size: int, seed: int) -> Path:
    """Make a file that nothing compresses; the same for the same seed."""
    path.write_bytes(Random(seed).randbytes(size))
    return path


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Uploader:
    """At the top of their account, or at another page with a list."""

    def __init__(self, page: Page, person: Person, at: str = "") -> None:
        self.page, self.person, self.at = page, person, at or person.account
        self.offsets: list[int] = []
        """From where on each part was sent."""
        page.on("request", self._note)
        page.add_init_script(NOTE_STATES)
        self.arrive()

    def arrive(self) -> None:
        with self.page.expect_response("**/uploads"):
            self.page.goto(self.at)

    @property
    def uploads(self) -> Locator:
        return self.page.get_by_role("list", name="Uploads", exact=True)

    def choose(self, *files: Path, folder: bool = False) -> None:
        self.page.get_by_label("Or a whole folder" if folder else "Tracks and other files").set_input_files(
            files[0] if folder else list(files)
        )

    def drop(self, *paths: Path) -> None:
        """Drop files and folders, as a file manager does, on the page's heading."""
        box = self.page.get_by_role("heading", level=1).bounding_box()
        assert box
        session = self.page.context.new_cdp_session(self.page)
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            at = {"type": kind, "x": box["x"] + 5, "y": box["y"] + 5, "data": data}
            session.send("Input.dispatchDragEvent", at)
        session.detach()

    def row(self, name: str) -> Locator:
        return self.uploads.get_by_role("listitem").filter(has=self.page.get_by_text(name, exact=True))

    def wait(self, name: str, state: str) -> None:
        expect(self.row(name)).to_have_attribute("data-state", state, timeout=PATIENCE)

    def press(self, words: str, name: str) -> None:
        self.row(name).get_by_role("button", name=f"{words}: {name}", exact=True).click()

    def says(self, name: str, words: str) -> None:
        expect(self.row(name)).to_contain_text(words, timeout=PATIENCE)

    def sent(self, name: str) -> float:
        """How far the bar is, of 1."""
        return float(self.row(name).get_by_role("progressbar").evaluate("(bar) => bar.value / bar.max"))

    def states(self, name: str) -> list[str]:
        """What it went through, without repetitions."""
        seen = self.page.evaluate("(name) => window.statesSeen[name] ?? []", name)
        return [state for number, state in enumerate(seen) if not number or state != seen[number - 1]]

    def is_in_the_list(self, name: str) -> None:
        """The page shows it without being loaded anew."""
        expect(self.page.locator("[data-crate]").get_by_role("link", name=name, exact=True)).to_be_visible(
            timeout=PATIENCE
        )

    def digest_of(self, name: str) -> str:
        """The SHA-256 of what is downloaded."""
        return hashlib.sha256(self.person.get(f"{self.person.items()[name]}/file?download").body()).hexdigest()

    def _note(self, request: Request) -> None:
        if request.method == "PATCH":
            self.offsets.append(int(request.headers["upload-offset"]))

    def parts(self, count: int) -> None:
        """Wait until so many parts were begun."""
        wait_until(f"{count} parts", lambda: self.page.evaluate("1") == 1 and len(self.offsets) >= count)
