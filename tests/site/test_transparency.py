"""The page of figures, for anybody."""

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from djmixersoft.lockbox.models import Counted
from tests.site.browsing import Browser, text_of

YEAR = 2018


@pytest.fixture
def counted(superuser: psycopg.Connection[Any]) -> Iterator[None]:
    """Have something happened, long ago."""
    rows = {"asked": 123, "approved": 60, "denied": 9, "withdrawn": 0, "process": 12}
    for what, times in rows.items():
        superuser.execute("INSERT INTO djms.access_tally VALUES (make_date(%s, 1, 1), %s, %s)", [YEAR, what, times])
    yield
    superuser.execute("DELETE FROM djms.access_tally WHERE month = make_date(%s, 1, 1)", [YEAR])


def shown(page: Any, part: str) -> dict[str, str]:  # noqa: ANN401 - a response of the test client
    """What stands beside what, under one of the headings."""
    html = page.text.partition(f'<h2 id="{part}">')[2].partition("</dl>")[0]
    return dict(re.findall(r"<dt>([^<]+)</dt>\s*<dd>([^<]+)</dd>", html))


@pytest.mark.usefixtures("counted")
def test_a_year_is_shown_in_bands(visitor: Browser) -> None:
    year = shown(visitor.get("/transparency"), f"year-{YEAR}")
    assert list(year) == [str(what.label) for what in Counted]
    assert year[str(Counted.ASKED.label)] == "100 to 199"
    assert year[str(Counted.APPROVED.label)] == "60 to 69"
    assert year[str(Counted.EXPIRED.label)] == "50 to 59"
    assert year[str(Counted.PROCESS.label)] == "10 to 19"
    assert {year[str(what.label)] for what in (Counted.DENIED, Counted.WITHDRAWN)} == {"fewer than 10"}


@pytest.mark.usefixtures("counted")
def test_what_was_before_counts_since_the_beginning(visitor: Browser) -> None:
    page = visitor.get("/transparency")
    assert list(shown(page, "all")) == [str(what.label) for what in Counted]
    assert re.findall(r'<h2 id="(all|year-[0-9]+)">', page.text)[0] == "all"


def test_it_says_why_there_are_no_exact_numbers_and_is_led_to_from_each_foot(visitor: Browser) -> None:
    assert "which may be none" in text_of(visitor.get("/transparency"))
    assert 'href="/transparency"' in visitor.get("/").text
