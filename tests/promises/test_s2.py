"""S2: whoever has a question reaches us by the contact page first, signed in or not, with whatever browser."""

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from tests.promises.serving import shown

if TYPE_CHECKING:
    from tests.promises.keeping import Kept
    from tests.promises.people import World
    from tests.promises.serving import Site

FORM = "application/x-www-form-urlencoded"
PAGES = [
    "/",
    "/privacy",
    "/terms",
    "/cookies",
    "/transparency",
    "/register",
    "/sign-in",
    "/ledger",
    "/no-such-page",
    "/confirm/x",
]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_leads_to_it(served: "Site", path: str) -> None:
    assert 'href="/contact"' in shown(served.browser().get(path))


@pytest.mark.parametrize("cookie", ["", "x", "é", "0" * 4000])
def test_it_opens_with_any_cookie_or_none_and_sets_none(served: "Site", cookie: str) -> None:
    browser = served.browser()
    if cookie.isascii() and cookie:
        browser.cookies["__Host-session"] = cookie
    page = browser.get("/contact")
    assert page.status_code == HTTPStatus.OK
    assert 'name="email"' in shown(page)
    assert "Set-Cookie" not in page.headers
    assert not page.cookies


def test_a_plain_form_is_enough(kept: "Kept", served: "Site", world: "World") -> None:
    browser = served.browser()
    fields = {"topic": "policy", "text": "Is a plain form enough?", "email": "plain@example.org"}
    taken = browser.post("/contact", urlencode(fields), content_type=FORM)
    assert taken.status_code == HTTPStatus.OK
    with world.superuser() as superuser:
        mailed = "SELECT secret FROM djms.mail_message WHERE recipient = 'plain@example.org'"
        ((secret,),) = superuser.execute(mailed).fetchall()
    assert "Is a plain form enough?" in shown(browser.get(f"/contact/{secret}"))
    assert browser.post(f"/contact/{secret}").status_code == HTTPStatus.SEE_OTHER
    assert "waiting for our answer" in shown(browser.get(f"/contact/{secret}"))
    assert "ticket" in {table for table, _owner in kept.changed()}


def test_its_script_may_call_nobody_and_no_page_of_the_answer_runs_one(served: "Site") -> None:
    policy = served.browser().get("/contact")["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "connect-src" not in policy
    assert "default-src 'none'" in policy
    thread = served.browser().get("/contact/0123456789abcdef")
    assert "script-src 'none'" in thread["Content-Security-Policy"]
