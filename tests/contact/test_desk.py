"""The inbox at the desk, by its pages: found, taken, answered, handed on, closed; and shut to every other role."""

import re
from html import unescape
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest

from tests.contact.asking import WORDS, asked, asked_by, sent, thread_of
from tests.contact.conftest import Hire
from tests.site.browsing import Browser, Person, Post, new_address, text_of
from tests.site.sharing import uploaded

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.serving import Site
    from tests.staff.agents import Agent


@pytest.fixture
def question(owner: Person) -> str:
    """The path at the desk of a question of the owner's."""
    return f"/questions/{asked_by(owner)[-36:]}"


def hidden(page: Any) -> dict[str, str]:  # noqa: ANN401 - a response of the test client
    """The hidden fields of the page's forms."""
    found = re.findall(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?', page.text)
    return {name: unescape(value) for name, value in found}


def set_to(agent: "Agent", question: str, action: str, **more: str) -> Any:  # noqa: ANN401 - as above
    """Press one of the buttons on a question's page."""
    return agent.post(f"{question}/set", {**hidden(agent.get(question)), "action": action, **more})


def test_what_was_sent_is_in_the_inbox_until_it_is_answered(
    agent: "Agent", owner: Person, visitor: Browser, question: str
) -> None:
    sent(visitor, new_address("unsent"), "Not sent yet.")
    inbox = agent.get("/questions")
    assert WORDS in text_of(inbox)
    assert owner.email in text_of(inbox)
    assert "with nobody" in text_of(inbox)
    assert "Not sent yet." not in inbox.text
    shown = agent.get(question)
    assert WORDS in text_of(shown)
    assert "They were signed in when they asked." in text_of(shown)
    done = agent.post(question, {**hidden(shown), "text": "Because of the wind.\n\nAnd the <wire>."})
    assert done["Location"] == f"{question}?done=answered"
    assert WORDS not in text_of(agent.get("/questions"))
    assert WORDS in text_of(agent.get("/questions?state=answered&with=me"))
    assert f"{agent.pseudonym}, for us" in text_of(owner.get(f"/me{question}"))
    assert "And the <wire>." in text_of(owner.get(f"/me{question}"))
    owner.post(f"/me{question}", {"text": "Thank you."})
    assert "Thank you." in text_of(agent.get(question))
    assert WORDS in text_of(agent.get("/questions?with=me")), "it is our turn again"


def test_filters_narrow_the_inbox_and_nonsense_is_no_page(agent: "Agent", question: str) -> None:
    set_to(agent, question, "take")
    for query, there in (
        ("", True),
        ("?with=me", True),
        ("?with=nobody", False),
        ("?state=all", True),
        ("?state=closed", False),
        ("?state=answered", False),
    ):
        assert (WORDS in text_of(agent.get(f"/questions{query}"))) is there, query
    for query in ("?state=lost", "?with=him", "?page=0", "?page=x"):
        assert agent.get(f"/questions{query}").status_code == 404
    assert agent.get(f"/questions/{uuid4()}").status_code == 404


def test_it_is_taken_left_handed_on_closed_and_opened_again(
    agent: "Agent", question: str, hire: Hire, superuser: psycopg.Connection
) -> None:
    other = hire("support")
    assert set_to(agent, question, "take")["Location"] == f"{question}?done=take"
    assert f"with {agent.pseudonym}" in text_of(agent.get(question))
    assert set_to(agent, question, "hand").status_code == 422, "to whom?"
    assert set_to(agent, question, "hand", to=str(other.id))["Location"] == f"{question}?done=hand"
    assert f"with {other.pseudonym}" in text_of(agent.get(question))
    set_to(agent, question, "take")
    assert set_to(agent, question, "release")["Location"] == f"{question}?done=release"
    assert set_to(agent, question, "close")["Location"] == f"{question}?done=close"
    assert superuser.execute("SELECT state FROM djms.ticket").fetchone() == ("closed",)
    assert set_to(agent, question, "reopen")["Location"] == f"{question}?done=reopen"
    stranger = hire("legal")
    refused = set_to(agent, question, "hand", to=str(stranger.id))
    assert refused.status_code == 409
    assert "doesn’t answer questions any more" in text_of(refused)


def test_who_was_slower_gets_a_sentence_and_loses_nothing(agent: "Agent", owner: Person, question: str) -> None:
    seen = hidden(agent.get(question))
    owner.post(f"/me{question}", {"text": "Never mind."})
    late = agent.post(question, {**seen, "text": "A long answer."})
    assert late.status_code == 409
    assert "Something was added meanwhile" in text_of(late)
    assert "Never mind." in text_of(late)
    assert "A long answer." in late.text
    done = agent.post(question, {**hidden(late), "text": "A long answer.", "close": "1"})
    assert done["Location"] == f"{question}?done=answered-and-closed"
    slower = agent.post(f"{question}/set", {**seen, "action": "take"})
    assert slower.status_code == 409
    assert "Somebody did something with this question meanwhile." in text_of(slower)


@pytest.mark.parametrize("text", ["", "x" * 10_001, "a\x00b"])
def test_an_answer_that_will_not_do_is_kept(
    agent: "Agent", owner: Person, question: str, text: str, post: Post
) -> None:
    refused = agent.post(question, {**hidden(agent.get(question)), "text": text})
    assert refused.status_code == 422
    assert text.replace("\x00", "") in refused.text.replace("\x00", "")
    assert "contact-answered" not in post.templates(owner.email)


def test_ready_answers_are_written_put_in_changed_and_removed(agent: "Agent", question: str) -> None:
    title = f"Noise {uuid4()}"
    assert agent.post("/replies", {"title": title, "text": "Turn it off and on."})["Location"].endswith("reply-kept")
    again = agent.post("/replies", {"title": title, "text": "Once more."})
    assert again.status_code == 422
    assert "There is a ready answer of this title." in text_of(again)
    assert "Once more." in again.text
    (path,) = re.findall(rf'href="(/replies/[0-9a-f-]+)"><bdi>{title}', agent.get("/replies").text)
    put = agent.post(question, {**hidden(agent.get(question)), "text": "Hello!", "canned": path[-36:], "put": "1"})
    assert put.status_code == 200
    assert "Hello!\n\nTurn it off and on." in put.text
    assert agent.post(path, {"title": title, "text": "Wait."})["Location"].endswith("reply-kept")
    assert "Wait." in agent.get("/replies").text
    assert agent.post(f"{path}/remove")["Location"].endswith("reply-removed")
    assert agent.get(path).status_code == 404
    assert agent.post(f"{path}/remove")["Location"].endswith("reply-removed"), "twice is once"


def test_of_an_item_the_desk_shows_the_number_and_of_a_stranger_that_nothing_is_shown(
    agent: "Agent", owner: Person, visitor: Browser, post: Post
) -> None:
    item = uploaded(owner, name="thistle.ogg")
    asked_about = owner.post(f"{item}/ask", {"topic": "support", "text": WORDS})["Location"].partition("?")[0][-36:]
    shown = agent.get(f"/questions/{asked_about}")
    assert item[-36:] in shown.text
    assert str(owner.account_id) in shown.text
    assert "They administer it." in text_of(shown)
    for secret in ("thistle", "Night Shift", "owner-name"):
        assert secret not in shown.text
    asked(visitor, owner.email, "Give me the password.")
    (path,) = set(re.findall(r'href="(/questions/[0-9a-f-]{36})"><bdi>Give me', agent.get("/questions").text))
    assert "anybody can have typed this address" in text_of(agent.get(path))
    assert thread_of(post, owner.email)


PAGES = ("/questions", "/replies")


def test_no_other_role_and_nobody_who_is_not_signed_in_gets_a_page(
    cluster: "Cluster", desk: "Site", question: str
) -> None:
    from tests.staff.agents import at_the_desk  # noqa: PLC0415 - needs Django, set up after this file is read

    paths = (*PAGES, question)
    with at_the_desk(cluster, desk, "legal", "security", "policy-office", "editorial") as lawyer:
        for path in paths:
            refused = lawyer.get(path)
            assert refused.status_code == 403, path
            assert "Not for your role" in text_of(refused)
            assert WORDS not in refused.text
        for path in (question, f"{question}/set", "/replies"):
            assert lawyer.post(path, {"text": "x", "title": "x"}).status_code == 403
    stranger = desk.browser()
    for path in paths:
        assert stranger.get(path)["Location"].startswith("/sign-in?next=")
    kept = stranger.post(question, "text=An+answer+of+mine", content_type="application/x-www-form-urlencoded")
    assert kept.status_code == 401
    assert "An answer of mine" in text_of(kept)
    assert WORDS not in kept.text


def test_what_was_asked_and_answered_is_in_no_log_of_the_desk(agent: "Agent", desk: "Site", question: str) -> None:
    agent.post(question, {**hidden(agent.get(question)), "text": "canary-quince-77"})
    agent.post(f"{question}/set", {"action": "canary-quince-77"})
    log = desk.log.read_text()
    assert "canary-quince-77" not in log
    assert WORDS not in log
