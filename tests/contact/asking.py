"""Asking as a browser does: the form, its puzzle, and the mailed link."""

import html
import json
import re
from typing import Any

import altcha

from tests.site.browsing import Browser, Person, Post, urlencoded

FORM = "application/x-www-form-urlencoded"
WORDS = "Why does the kestrel hum at night?"


def puzzle_in(page: str) -> dict[str, Any]:
    """The puzzle of a page that was shown."""
    found = re.search(r'data-puzzle="([^"]*)"', page)
    assert found, "the page has no puzzle"
    puzzle: dict[str, Any] = json.loads(html.unescape(found[1]))
    return puzzle


def solved(page: str) -> str:
    """The answer to a page's puzzle, as the script sends it."""
    challenge = altcha.Challenge.from_dict(puzzle_in(page))
    solution = altcha.solve_challenge(challenge)
    assert solution
    return altcha.Payload(challenge, solution).to_base64()


def sent(browser: Browser, email: str, text: str = WORDS, *, answer: str = "", topic: str = "policy") -> Any:  # noqa: ANN401 - a response of the test client
    """Send the form as somebody who isn't signed in."""
    fields = {"topic": topic, "text": text, "email": email, "answer": answer}
    return browser.post("/contact", urlencoded(fields), content_type=FORM)


def asked(browser: Browser, email: str, text: str = WORDS) -> Any:  # noqa: ANN401 - as above
    """Ask as somebody whose browser runs our script."""
    return sent(browser, email, text, answer=solved(browser.get("/contact").text))


def asked_by(person: Person, text: str = WORDS) -> str:
    """Ask as somebody who is signed in; the path of the thread."""
    answer = person.post("/contact", {"topic": "support", "text": text})
    assert answer["Location"].endswith("?done=asked"), answer.text
    return str(answer["Location"]).partition("?")[0]


def thread_of(post: Post, email: str, template: str = "contact-received") -> str:
    """The path that the last such mail leads to."""
    return f"/contact/{post.link(email, template)}"


def add(browser: Browser, thread: str, text: str) -> Any:  # noqa: ANN401 - as above
    return browser.post(thread, urlencoded({"text": text}), content_type=FORM)
