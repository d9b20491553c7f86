"""Checking what the ledger gave out, in the page: chosen or dropped, without a cookie and without asking anybody."""

from base64 import b64encode
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import Open
from tests.browser.inspecting import inspect
from tests.ledger.sealing import WITNESSES, Json, as_text, entry, grown, policy
from tests.ledger.verifying import KEY
from tests.support import ROOT

pytestmark = pytest.mark.browser

FORGED = "https://studio.example <b>by us</b> \u202egone"
DROP = """(files) => {
  const data = new DataTransfer();
  for (const [name, held] of files) {
    data.items.add(new File([Uint8Array.from(atob(held), (one) => one.charCodeAt(0))], name));
  }
  const drop = new DragEvent("drop", {dataTransfer: data, cancelable: true});
  document.querySelector("[data-verifying]").dispatchEvent(drop);
}"""


def file(found: Json | list[Json], name: str = "mine.receipt.json") -> FilePayload:
    return {"name": name, "mimeType": "application/json", "buffer": as_text(found)}


@pytest.fixture
def page(open_browser: Open) -> Callable[..., Page]:
    def opened(**options: object) -> Page:
        page = open_browser(**options).new_page()
        page.goto("/ledger/verify")
        return page

    return opened


def says(page: Page, *words: str) -> None:
    for some in words:
        expect(page.locator("[data-verified]")).to_contain_text(some)


def test_a_receipt_is_checked_without_asking_anybody(page: Callable[..., Page]) -> None:
    made, there = grown(20).record(entry(20, note=FORGED)), page()
    there.get_by_label("Whom to believe").fill(KEY)
    asked: list[str] = []
    there.on("request", lambda request: asked.append(request.url))
    there.context.set_offline(offline=True)
    there.get_by_label("Receipt, or one or two exports").set_input_files(file(made.receipt(20)))
    says(there, "Nothing is wrong with it.", "is entry 21 of the first 21", f"signed by the key {KEY}")
    says(there, "<b>by us</b> \\u{202e}gone", "That everything was logged")
    assert asked == []
    assert there.context.cookies() == []
    assert inspect(there) == []
    there.get_by_label("Receipt, or one or two exports").set_input_files(file(made.receipt(3) | {"entry": "{}"}))
    says(there, "Something is wrong:", "The proof leads to another head")
    expect(there.locator("[data-verified]")).not_to_contain_text("Proven")
    assert inspect(there) == []


def test_another_key_is_asked_for_by_the_button(page: Callable[..., Page]) -> None:
    there = page(color_scheme="dark", viewport={"width": 320, "height": 640})
    there.get_by_label("Whom to believe").fill("")
    there.get_by_label("Receipt, or one or two exports").set_input_files(file(grown(4).receipt(1)))
    says(there, "Fits together", "anybody can make such a file")
    there.get_by_label("Whom to believe").fill("nonsense")
    there.get_by_role("button", name="Check").click()
    says(there, "This could not be checked:", "can’t be understood")
    there.get_by_label("Whom to believe").fill(KEY)
    there.get_by_role("button", name="Check").click()
    says(there, "Both heads are signed")


def test_it_asks_for_the_quorum_of_witnesses(page: Callable[..., Page]) -> None:
    made, there = grown(20), page()
    there.get_by_label("Whom to believe").fill(policy())
    for cosigners, words in ((WITNESSES[:2], "quorum is reached"), (WITNESSES[:1], "quorum isn’t reached")):
        there.get_by_label("Receipt, or one or two exports").set_input_files(file(made.receipt(3, None, *cosigners)))
        says(there, "The witness a cosigned", words)


def test_two_exports_are_dropped_and_compared(page: Callable[..., Page]) -> None:
    made, there = grown(30), page()
    older = as_text(made.export())
    newer = as_text(made.erase(7).export())
    there.get_by_label("Whom to believe").fill(KEY)
    for second, words in (
        (newer, "still begins with all 30 entries"),
        (newer.replace(b'"salt": "', b'"salt": "A', 1), "Line"),
    ):
        held = [(name, b64encode(data).decode()) for name, data in (("new.jsonl", second), ("old.jsonl", older))]
        there.evaluate(DROP, held)
        says(there, "new.jsonl, old.jsonl", words)


def test_without_javascript_it_names_the_way_without(page: Callable[..., Page]) -> None:
    there = page(java_script_enabled=False)
    expect(there.get_by_text("Checking in this page needs JavaScript.")).to_be_visible()
    expect(there.get_by_role("button", name="Check")).to_be_hidden()
    with there.expect_download() as download:
        there.get_by_role("link", name="Take ledger_verify.py").click()
    assert download.value.path().read_bytes() == (ROOT / "verifier" / "ledger_verify.py").read_bytes()


def test_where_the_browser_lacks_ed25519_it_says_so(page: Callable[..., Page]) -> None:
    there = page()
    refuse = "() => { crypto.subtle.importKey = () => Promise.reject(new DOMException('', 'NotSupportedError')); }"
    there.evaluate(refuse)
    there.get_by_label("Whom to believe").fill(KEY)
    there.get_by_label("Receipt, or one or two exports").set_input_files(file(grown(4).receipt(1)))
    says(there, "This browser can’t check the signatures (Ed25519).")
