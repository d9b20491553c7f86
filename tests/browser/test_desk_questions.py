"""A question's whole way, with two browsers side by side: asked at the site, answered at the desk, read again."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import AtTheDesk, Open
from tests.browser.hands import Hands, Keyboard, Mouse
from tests.browser.inspecting import inspect
from tests.browser.living import Site

pytestmark = pytest.mark.browser

NARROW_AND_DARK = {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}


@pytest.mark.parametrize("kind", [Mouse, Keyboard])
def test_a_question_is_answered_at_the_desk_and_read_at_the_site(
    open_browser: Open, site: Site, at_the_desk: AtTheDesk, kind: type[Hands]
) -> None:
    email, words = f"heron-{kind.__name__.lower()}@example.org", f"Does the heron hum, {kind.__name__}?"
    asker, agent = Mouse(open_browser(**NARROW_AND_DARK).new_page()), kind(at_the_desk(**NARROW_AND_DARK))
    asker.go("/contact")
    asker.fill("Your question", words)
    asker.fill("Your e-mail address", email)
    asker.press("Send")
    asker.sees("Its reference is")
    agent.follow("Questions")
    assert inspect(agent.page) == []
    agent.follow(words)
    agent.sees("anybody can have typed this address")
    agent.press("Take it")
    agent.sees("You look after this question now.")
    assert inspect(agent.page) == []
    agent.fill("Your answer", "Only at night.")
    agent.press("Send it and close")
    agent.sees("Your answer is on its way, and the question is closed.")
    asker.go(site.link(email, "An answer to your question"))
    asker.sees("Only at night.")
    asker.sees("closed; more words open it again")
    assert inspect(asker.page) == []


def test_ready_answers_are_right_and_put_in(open_browser: Open, at_the_desk: AtTheDesk) -> None:
    visitor, agent = Mouse(open_browser().new_page()), Mouse(at_the_desk())
    visitor.go("/contact")
    visitor.fill("Your question", "Where is the bittern?")
    visitor.fill("Your e-mail address", "bittern@example.org")
    visitor.press("Send")
    visitor.sees("Its reference is")
    agent.go("/replies")
    agent.fill("Title", "In the reeds")
    agent.fill("Answer", "It hides in the reeds.")
    agent.press("Keep it")
    agent.sees("The answer is ready.")
    assert inspect(agent.page) == []
    agent.follow("In the reeds")
    assert inspect(agent.page) == []
    agent.go("/questions")
    agent.follow("Where is the bittern?")
    agent.fill("Your answer", "Hello!")
    agent.main.get_by_label("Ready answer").select_option("In the reeds")
    agent.press("Put it into the text")
    expect(agent.main.get_by_label("Your answer")).to_have_value("Hello!\n\nIt hides in the reeds.")
    agent.go("/replies")
    agent.press("Remove")
    agent.sees("The ready answer is removed.")
