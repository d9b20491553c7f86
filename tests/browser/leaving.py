"""Whether a page asks whoever leaves it with something unsaved."""

from playwright.sync_api import Dialog, Page

from tests.support import wait_until


def assert_asks_before_leaving(page: Page) -> None:
    """It asks whoever leaves, and they stay."""
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.close(run_before_unload=True)
    wait_until("it asks", lambda: page.evaluate("1") == 1 and asked == ["beforeunload"])
    page.remove_listener("dialog", stay)
