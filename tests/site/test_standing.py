"""What the privacy page says of a clause follows from its last check, and from how long ago that was."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from tests.site.browsing import Browser

Superuser = psycopg.Connection[Any]
Checked = Callable[..., str]

GOOD, BAD, DARK = "led led--good", "led led--bad", "led"


@pytest.fixture
def checked(visitor: Browser, superuser: Superuser) -> Iterator[Checked]:
    """Write down a finding of some age on clause 4d, and give the page."""

    def check(status: str, age: str) -> str:
        superuser.execute(
            "INSERT INTO djms.probe_result (promise, status, evidence, at)"
            " VALUES ('4d', %s, 'what was tried', now() - %s::interval) ON CONFLICT (promise)"
            " DO UPDATE SET status = excluded.status, evidence = excluded.evidence, at = excluded.at",
            [status, age],
        )
        return str(visitor.get("/privacy").text)

    yield check
    superuser.execute("DELETE FROM djms.probe_result")


def article(page: str) -> str:
    return page.partition('<article class="clause" id="4d"')[2].partition("</article>")[0]


def lights(page: str) -> tuple[str, str]:
    """Give the light in the table of contents, and the one under the clause."""
    pad = re.search(r'href="#4d"><span class="([^"]+)"', page)
    own = re.search(r'<span class="(led[^"]*)"', article(page))
    assert pad
    assert own
    return pad[1], own[1]


@pytest.mark.parametrize("age", ["0 seconds", "47 hours"])
def test_a_fresh_check_that_found_it_kept_shows_so_with_its_time(checked: Checked, age: str) -> None:
    page = checked("kept", age)
    assert "Kept at the last check." in article(page)
    assert re.search(r"<time datetime=\"\d{4}-\d\d-\d\dT[\d:.]+\+00:00\">\d+ \w+ \d{4}, \d\d:\d\d UTC", article(page))
    assert lights(page) == (GOOD, GOOD)


@pytest.mark.parametrize("age", ["49 hours", "1 year"])
def test_a_check_of_more_than_two_days_ago_does_not_look_kept(checked: Checked, age: str) -> None:
    page = checked("kept", age)
    assert "Kept" not in article(page)
    assert "Not checked for more than two days." in article(page)
    assert "what was tried" in article(page), "it still tells what it found, and when"
    assert "<time" in article(page)
    assert lights(page) == (DARK, DARK)


@pytest.mark.parametrize(("age", "since"), [("1 hour", False), ("3 days", True)])
def test_what_was_found_broken_stays_so_until_another_check(checked: Checked, age: str, *, since: bool) -> None:
    page = checked("broken", age)
    assert "Broken at the last check." in article(page)
    assert "what was tried" in article(page)
    assert ("No check has run since." in article(page)) is since
    assert lights(page) == (BAD, BAD)


@pytest.mark.parametrize("age", ["1 hour", "3 days"])
def test_what_nothing_enforces_is_dark_at_any_age_and_says_when_that_was_found(checked: Checked, age: str) -> None:
    page = checked("not-enforced", age)
    assert "Nothing enforces this yet." in article(page)
    assert "<time" in article(page)
    assert lights(page) == (DARK, DARK)


def test_rules_that_were_never_checked_are_not_called_kept(visitor: Browser) -> None:
    page = visitor.get("/privacy").text
    article_1b = page.partition('<article class="clause" id="1b"')[2].partition("</article>")[0]
    assert "No check of it has run on this system yet." in article_1b
    assert "Kept" not in page.partition('<article class="clause"')[2]
    assert "<time" not in article_1b
