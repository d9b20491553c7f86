"""The whole story in a real browser: with a mouse, by keyboard alone, and without JavaScript."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import StorageState

from tests.browser.conftest import Open
from tests.browser.hands import Hands, Keyboard, Mouse
from tests.browser.inspecting import NARROW, WIDE
from tests.browser.living import Site
from tests.browser.story import Story

pytestmark = pytest.mark.browser

OPTIONS: dict[str, dict[str, Any]] = {
    "mouse": {"viewport": WIDE},
    "keyboard": {"viewport": WIDE, "color_scheme": "dark"},
    "without-javascript": {"viewport": NARROW, "java_script_enabled": False},
}


@pytest.fixture(params=OPTIONS)
def story(request: pytest.FixtureRequest, site: Site, open_browser: Open, tmp_path: Path) -> Story:
    hands: type[Hands] = Keyboard if request.param == "keyboard" else Mouse
    options = OPTIONS[request.param]

    def sit_down(storage_state: StorageState | None = None) -> Hands:
        return hands(open_browser(**options, storage_state=storage_state).new_page())

    return Story(site, sit_down, request.param, tmp_path)


def test_a_crew_works_together(story: Story) -> None:
    story.the_administrator_registers()
    story.signs_in(stay=True)
    story.is_still_signed_in_after_the_browser_was_closed()
    story.somebody_is_invited_and_joins()
    story.an_invitation_is_withdrawn()
    story.tracks_are_uploaded_that_the_other_finds()
    story.one_is_played_and_sought_in()
    story.one_comes_back_bit_for_bit()
    story.one_is_put_into_a_folder()
    story.one_is_removed()
    story.the_account_changes_hands()
    story.sign_ins_are_ended_one_and_all()
    story.a_forgotten_password_is_set_anew()
    story.the_address_is_changed()
    story.name_and_address_are_given_and_taken_back()
    story.the_administrator_signs_out()
