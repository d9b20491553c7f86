"""The whole story with two browsers side by side: asked at the site, looked at by support, verified offline."""

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.browser.conftest import PATIENCE, AtTheDesk, Open
from tests.browser.crew import registered
from tests.browser.hands import Hands, Keyboard, Mouse
from tests.browser.inspecting import inspect
from tests.browser.living import Site
from tests.support import ROOT, wait_until

pytestmark = pytest.mark.browser

NAME, WORDS = "Sedge warbler notes.txt", "The sedge warbler enters on the two and leaves on the four."
NARROW_AND_DARK = {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}


def verified(tmp_path: Path, receipt: Path, policy: str) -> str:
    """What the one file says of a receipt, without any of ours running in it."""
    whom = tmp_path / "policy.txt"
    whom.write_text(policy, "utf-8")
    verifier = ROOT / "verifier" / "ledger_verify.py"
    done = subprocess.run(
        [sys.executable, "-I", str(verifier), "--policy", str(whom), str(receipt)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("kind", [Mouse, Keyboard])
def test_from_the_contact_form_to_a_receipt_that_is_verified_offline(
    open_browser: Open,
    site: Site,
    playwright: Playwright,
    at_the_desk: AtTheDesk,
    kind: type[Hands],
    tmp_path: Path,
) -> None:
    email = f"warbler-{kind.__name__.lower()}@example.org"
    dj = registered(site, playwright.request, email, "Reed Bed")
    dj.upload((NAME, WORDS.encode()))
    item = dj.items()[NAME]
    admin = kind(open_browser(storage_state=dj.memory(), **NARROW_AND_DARK).new_page())
    agent = kind(at_the_desk("410 ", **NARROW_AND_DARK))

    admin.go(item + "/ask")
    asked = f"This one opens as an empty page, by {kind.__name__.lower()}."
    admin.fill("Your question", asked)
    admin.press("Send")
    admin.sees("Your question is with us.")

    agent.follow("Questions")
    agent.follow(asked)
    agent.press("Take it")
    agent.follow("Ask for access")
    agent.page.get_by_label("Reason").select_option("wont-play")
    agent.fill("In words that the Administrator will read", "You wrote that it opens empty. May I open it?")
    assert inspect(agent.page) == []
    agent.press("Ask for approval")
    agent.sees("waits for an answer")
    assert inspect(agent.page) == []
    assert NAME not in agent.page.content()

    admin.go(site.link(email, "asks for access"))
    admin.sees("You wrote that it opens empty.")
    assert inspect(admin.page) == []
    admin.press("Let them look at this")

    # The desk's page has the answer by itself.
    expect(agent.page.get_by_text("approved")).to_be_visible(timeout=PATIENCE)
    assert NAME not in agent.page.content()
    agent.press("Unlock")
    agent.sees(WORDS)
    agent.sees(NAME)
    assert inspect(agent.page) == []

    admin.page.reload()
    admin.sees("shown on a page")
    assert inspect(admin.page) == []
    admin.press("Revoke it now")
    agent.page.reload()
    agent.sees("This reading is over")
    assert WORDS not in agent.page.content()

    admin.follow("The same on record, with receipts")
    wait_until("sealed", lambda: bool(admin.page.reload()) and not admin.page.get_by_text("aren’t sealed yet").count())
    admin.sees("unlocked")
    row = admin.row("unlocked").first
    with admin.page.expect_download() as started:
        admin.activate(row.get_by_role("link", name="receipt"))
    receipt = Path(started.value.path())
    said = verified(tmp_path, receipt, dj.get("/ledger/policy").text())
    assert "Proven" in said
    assert item.rpartition("/")[2] in said, "which item, word for word"
    assert NAME not in said
