"""Whether a page is right for everybody: axe-core's findings, and nothing that scrolls sideways."""

from typing import Final, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize

WIDE: Final = ViewportSize(width=1280, height=800)  # CSS pixels
NARROW: Final = ViewportSize(width=320, height=640)
APPEARANCES: Final[tuple[tuple[Literal["light", "dark"], ViewportSize], ...]] = (("light", WIDE), ("dark", NARROW))
SIDEWAYS = """() => {
  const room = document.documentElement.clientWidth;
  const sticksOut = (one) => one.getBoundingClientRect().right > room + 1 && !one.closest(".unseen, .skip");
  const wide = document.documentElement.scrollWidth > room ? [...document.body.querySelectorAll("*")] : [];
  return wide.filter(sticksOut).map((one) => `${one.tagName}.${one.className}`);
}"""
# What stands in a frame is no page of ours but somebody's PDF, in the browser's own viewer.
OPTIONS = "{resultTypes: ['violations', 'incomplete'], iframes: false, rules: {'frame-tested': {enabled: false}}}"
# Axe can't tell what lies behind text in a drawing; a picture of the front page shows it. All other doubts count.
DRAWN = "<text "
OPEN_DRAWERS = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"


def inspect(page: Page) -> list[str]:
    """Return what is wrong with a page: wide and light, then narrow and dark; its drawers open."""
    page.evaluate(OPEN_DRAWERS)
    page.evaluate(AXE_SCRIPT)
    found = []
    for colours, size in APPEARANCES:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=colours, reduced_motion="reduce")
        found += [f"{colours}, {size['width']} px: {one}" for one in (*_axe(page), *_sideways(page))]
    return found


def _axe(page: Page) -> list[str]:
    results = page.evaluate(f"axe.run({OPTIONS})")
    assert results["passes"], "axe looked at nothing"
    return [
        f"{finding['id']}: {finding['help']}: {node['html'][:200]}"
        for finding in (*results["violations"], *results["incomplete"])
        for node in finding["nodes"]
        if not node["html"].startswith(DRAWN)
    ]


def _sideways(page: Page) -> list[str]:
    return [f"sticks out: {one}" for one in page.evaluate(SIDEWAYS)]
