"""Legal process in Chromium: the desk's pages for it, and what an Administrator sees, right for everybody."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import FilePayload, expect

from tests.browser.conftest import AtTheDesk, Open
from tests.browser.inspecting import inspect
from tests.browser.scene import TRACK, Scene

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _forgotten(superuser: psycopg.Connection[Any]) -> Iterator[None]:
    yield
    superuser.execute("DELETE FROM djms.legal_process WHERE authority = 'Court of Vesterby'")


def test_the_pages_of_a_legal_process_are_right_on_both_sides(
    at_the_desk: AtTheDesk, open_browser: Open, scene: Scene, superuser: psycopg.Connection[Any]
) -> None:
    officer = at_the_desk("/processes/new")  # what is refused there is noted by the browser, too
    superuser.execute(
        "INSERT INTO djms.staff_role (staff_id, role) SELECT staff_id, 'legal' FROM djms.staff_session"
        " ORDER BY created_at DESC LIMIT 1"
    )
    officer.goto("/processes")
    assert inspect(officer) == []
    officer.get_by_role("link", name="Record one").click()
    officer.get_by_label("Which authority").fill("Court of Vesterby")
    officer.get_by_role("button", name="Record it").click()
    expect(officer.get_by_text("Please give the authority’s reference.").first).to_be_visible()
    expect(officer.get_by_label("Which authority")).to_have_value("Court of Vesterby")
    assert inspect(officer) == []
    officer.get_by_label("Its reference").fill("AZ 12/26")
    officer.get_by_label("What it obliges us to").fill("Hand over the track, " + "w" * 80)
    officer.get_by_label("Account", exact=True).fill(scene.admin.account[-36:])
    officer.get_by_label("Items").fill(scene.items[TRACK])
    order = FilePayload(name="order.pdf", mimeType="application/pdf", buffer=b"By order of the court.")
    officer.get_by_label("The document itself").set_input_files(order)
    officer.get_by_role("button", name="Record it").click()
    expect(officer.get_by_text("You recorded it, so that somebody else of you has to confirm it.")).to_be_visible()
    assert inspect(officer) == []
    process = officer.url.partition("?")[0][-36:]
    superuser.execute(
        "UPDATE djms.legal_process SET confirmed_by = gen_random_uuid(), confirmer = 'Plover', confirmed_at = now()"
        " WHERE id = %s",
        [process],
    )
    officer.reload()
    officer.get_by_label("Why, in words that the Administrator will read").fill("The court wants it.")
    officer.get_by_role("button", name="Open it").click()
    expect(officer.get_by_role("heading", name="What you opened")).to_be_visible()
    assert inspect(officer) == []

    admin = open_browser(storage_state=scene.admin.memory()).new_page()
    for path in (f"{scene.admin.account}/access", f"{scene.admin.account}/access/processes/{process}"):
        admin.goto(path)
        expect(admin.get_by_text("Court of Vesterby").first).to_be_visible()
        assert inspect(admin) == []
