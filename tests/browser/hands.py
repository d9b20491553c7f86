"""Two ways to use a page: with a mouse, and by keyboard alone. Things are found by the words that people see."""

from abc import ABC, abstractmethod
from pathlib import Path

from playwright.sync_api import Locator, Page

FAR = 150  # presses of Tab after which a thing counts as out of reach
# Whether the focus is on a thing, and can be seen: '' = elsewhere, 'here', or what is wrong.
FOCUS = """(wanted) => {
  const active = document.activeElement;
  if (!active || active === document.body) return "";
  const box = active.getBoundingClientRect(), style = getComputedStyle(active);
  const name = `${active.tagName} ${active.textContent.trim().slice(0, 40)}`;
  const [x, y] = [box.x + box.width / 2, box.y + Math.min(box.height, innerHeight) / 2];
  const top = document.elementFromPoint(x, y);
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 1;
  // Inside its own player the browser marks the part that has the focus.
  if (!(outlined && active.matches(":focus-visible")) && active.tagName !== "AUDIO") return `unmarked: ${name}`;
  if (!box.width || box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth)
    return `out of sight: ${name}`;
  if (top && !active.contains(top) && !top.contains(active)) return `covered: ${name}`;
  return active === wanted ? "here" : "";
}"""


class Hands(ABC):
    """Somebody at a page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def go(self, path: str) -> None:
        """Type an address, or open a link from a mail program."""
        self.page.goto(path)

    def row(self, words: str) -> Locator:
        """The line of a list in which some words stand."""
        return self.main.get_by_role("listitem").filter(has_text=words)

    def sees(self, words: str) -> None:
        self.page.get_by_text(words).filter(visible=True).first.wait_for()

    def press(self, name: str, within: Locator | None = None) -> None:
        """Press a button that leads to another page."""
        button = (within or self.main).get_by_role("button", name=name).first
        with self.page.expect_navigation():
            self.activate(button)

    def follow(self, link: str | Locator) -> None:
        """Follow a link, found by its words if need be."""
        target = self.main.get_by_role("link", name=link).first if isinstance(link, str) else link
        with self.page.expect_navigation():
            self.activate(target)

    def download(self, name: str) -> Path:
        with self.page.expect_download() as started:
            self.activate(self.main.get_by_role("link", name=name).first)
        return Path(started.value.path())

    def choose(self, label: str, files: list[Path]) -> None:
        with self.page.expect_file_chooser() as chooser:
            self.activate(self.main.get_by_label(label))
        chooser.value.set_files(files)

    @abstractmethod
    def activate(self, target: Locator) -> None:
        """Click it, or whatever these hands do instead."""

    @abstractmethod
    def fill(self, label: str, text: str) -> None:
        """Put a text into a field, in place of what is there."""

    @abstractmethod
    def tick(self, label: str) -> None:
        """Tick a box."""

    @abstractmethod
    def open(self, words: str, within: Locator | None = None) -> None:
        """Open a drawer."""

    @abstractmethod
    def seek(self) -> None:
        """Move the player far on."""


class Mouse(Hands):
    """Somebody with a mouse."""

    def activate(self, target: Locator) -> None:
        target.click()

    def fill(self, label: str, text: str) -> None:
        self.main.get_by_label(label).fill(text)

    def tick(self, label: str) -> None:
        self.main.get_by_label(label).check()

    def open(self, words: str, within: Locator | None = None) -> None:
        (within or self.main).locator("summary", has_text=words).click()

    def seek(self) -> None:
        box = self.main.locator("audio").bounding_box()
        assert box
        self.page.mouse.click(box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"])


class Keyboard(Hands):
    """Somebody who has Tab, Enter and Space, types texts, and moves a slider as sliders are moved."""

    def activate(self, target: Locator) -> None:
        self.reach(target)
        self.page.keyboard.press("Enter")

    def fill(self, label: str, text: str) -> None:
        self.reach(self.main.get_by_label(label))
        self.page.keyboard.press("Control+A")
        self.page.keyboard.press("Delete")
        self.page.keyboard.insert_text(text)

    def tick(self, label: str) -> None:
        self.reach(self.main.get_by_label(label))
        self.page.keyboard.press("Space")

    def open(self, words: str, within: Locator | None = None) -> None:
        self.reach((within or self.main).locator("summary", has_text=words))
        self.page.keyboard.press("Space")

    def seek(self) -> None:
        self.reach(self.main.locator("audio"))
        # Pause; past the button to the slider; to the end, and back by a tenth of the track each; to the player; go on.
        for key in ("Space", "Tab", "Tab", "End", *["PageDown"] * 4, "Shift+Tab", "Shift+Tab", "Space"):
            self.page.keyboard.press(key)

    def reach(self, target: Locator) -> None:
        """Press Tab until the focus is there; at each stop on the way one must see where it is."""
        target.wait_for()
        wanted = target.element_handle()
        for _press in range(FAR):
            state = self.page.evaluate(FOCUS, wanted)
            if state == "here":
                return
            assert state == "", state
            self.page.keyboard.press("Tab")
        raise AssertionError(f"out of a keyboard's reach: {target}")
