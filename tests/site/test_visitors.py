import re
from http import HTTPStatus
from typing import Any

import psycopg
import pytest
from django.conf import settings

from djmixersoft.pages import csp
from djmixersoft.policy.loading import load
from djmixersoft.policy.prose import clauses
from djmixersoft.site.prose import privacy
from tests.site.browsing import Browser, Person, text_of

Superuser = psycopg.Connection[Any]
VERIFIER = "/ledger/verify"
PUBLIC = [
    "/",
    "/privacy",
    "/ledger",
    "/terms",
    "/cookies",
    "/transparency",
    "/register",
    "/sign-in",
    "/password/forgotten",
    VERIFIER,
]
DEAD_LINKS = ["/confirm/x", "/password/reset/x", "/email/confirm/x", "/invitations/x"]


def part(page: str, clause: str) -> str:
    return page.partition(f'id="{clause}"')[2].partition("</article>")[0]


@pytest.mark.parametrize("path", [*PUBLIC, *DEAD_LINKS, "/health", "/no-such-page"])
def test_no_page_sets_a_cookie_on_a_visitor(visitor: Browser, path: str) -> None:
    response = visitor.get(path)
    assert not response.cookies
    assert response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
    assert (response.status_code == HTTPStatus.OK) == (
        path not in {*DEAD_LINKS, "/no-such-page"} or path == "/confirm/x"
    )


@pytest.mark.parametrize("path", ["/studio", "/me", "/me/sessions", "/me/record", "/me/record/0", "/me/record/export"])
def test_where_the_cookie_is_needed_the_visitor_is_led_to_signing_in(visitor: Browser, path: str) -> None:
    response = visitor.get(path)
    assert response.status_code == HTTPStatus.SEE_OTHER
    assert response["Location"] == f"/sign-in?next={path.replace('/', '%2F')}"
    assert not response.cookies
    assert "the site’s one cookie" in text_of(visitor.get(response["Location"]))


@pytest.mark.usefixtures("empty_site")
@pytest.mark.parametrize("path", ["/studio", "/me", "/me/sessions", "/me/record"])
def test_where_nobody_is_registered_yet_the_visitor_is_led_to_signing_in_too(visitor: Browser, path: str) -> None:
    response = visitor.get(path)
    assert response.status_code == HTTPStatus.SEE_OTHER
    assert response["Location"].startswith("/sign-in?next=")


def test_each_clause_is_an_anchor_with_what_enforces_it(visitor: Browser) -> None:
    page = visitor.get("/privacy").text
    anchors = re.findall(r'<article class="clause" id="([^"]+)"', page)
    assert anchors == list(clauses())
    of_cookies = part(page, "2a")
    assert "open_session" in of_cookies
    assert "current_person" in of_cookies
    uses = {
        clause: re.findall(r"teamwork may [a-z, ]+ · content · rows: account · [a-z_, ]+", part(page, clause))
        for clause in ("1b", "1f", "9a")
    }
    assert "teamwork may read · content · rows: account · item" in uses["1b"]
    found = [use for use in load().uses if (use.purpose, use.category, use.rows) == ("teamwork", "content", "account")]
    assert len(uses["1b"]) == len(uses["1f"]) == len(found) > 10
    assert uses["9a"] == []


def test_a_clause_that_nothing_enforces_says_so(visitor: Browser) -> None:
    page = visitor.get("/privacy").text
    usage = part(page, "5a")
    assert "Nothing enforces this yet." in usage
    assert "What enforces this" not in usage


def test_a_clause_shows_its_last_probe(visitor: Browser, superuser: Superuser) -> None:
    superuser.execute(
        "INSERT INTO djms.probe_result (promise, status, evidence) VALUES "
        "('4d', 'kept', '12 statements tried, none answered'), ('1b', 'broken', 'table person was open'),"
        "('2a', 'not-enforced', 'no probe') "
        "ON CONFLICT (promise) DO UPDATE SET status = excluded.status, evidence = excluded.evidence"
    )
    try:
        page = visitor.get("/privacy").text
    finally:
        superuser.execute("DELETE FROM djms.probe_result")
    parts = {clause: part(page, clause) for clause in ("4d", "1b", "2a")}
    assert "Kept at the last check." in parts["4d"]
    assert "12 statements tried" in parts["4d"]
    assert "Broken at the last check." in parts["1b"]
    assert "Nothing enforces this yet." in parts["2a"], "rules alone keep nothing where the probe says otherwise"


def test_a_clauses_prose_ends_where_the_next_begins() -> None:
    found = {clause.id: clause.html for section in privacy().sections for clause in section.clauses}
    assert "<li>" in found["1b"], "its list belongs to it"
    assert "superuser of the database" in found["1b"], "so does the paragraph after the list"
    assert "third party" not in found["1b"]
    assert not any(f"<strong>{clause}</strong>" in html for clause, html in found.items())


def test_every_answer_carries_the_headers(visitor: Browser, owner: Person) -> None:
    for response in (visitor.get("/"), visitor.get("/nothing"), owner.get("/me"), visitor.put("/me/name")):
        assert response["Content-Security-Policy"] == csp.CSP
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cross-Origin-Opener-Policy"] == "same-origin"
        assert response["Referrer-Policy"] == "same-origin"


def test_what_a_signed_in_person_sees_is_kept_by_no_cache(visitor: Browser, owner: Person) -> None:
    assert visitor.get("/")["Cache-Control"] == "no-cache"
    for response in (owner.get("/me"), owner.get(owner.crate), owner.get("/"), visitor.get("/studio")):
        assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", [*DEAD_LINKS, "/mailbox/x/"])
def test_an_address_with_a_secret_in_it_is_told_to_nobody(visitor: Browser, path: str) -> None:
    assert visitor.get(path)["Referrer-Policy"] == "no-referrer"


def test_no_page_has_an_inline_script_or_style_and_visitors_get_no_script_but_the_verifier(
    visitor: Browser, owner: Person
) -> None:
    shown = [visitor.get(path).text for path in PUBLIC if path != VERIFIER]
    verifier = visitor.get(VERIFIER)
    assert verifier["Content-Security-Policy"] == csp.CHECKING_CSP
    assert "connect-src" not in csp.CHECKING_CSP, "nothing that is checked there can be sent anywhere"
    studio = [owner.get(path).text for path in ("/me", "/studio", owner.crate, f"{owner.crate}/members")]
    for page in (*shown, *studio, verifier.text):
        assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:", page, re.IGNORECASE)
    assert not any("<script" in page for page in shown)
    for tag in re.findall(r"<script[^>]*>(?!</script>)", "".join([*studio, verifier.text]), re.IGNORECASE):
        assert tag == '<script id="script-texts" type="application/json">', "texts for our own script, which none runs"


def test_a_notice_comes_from_our_own_list_only(visitor: Browser) -> None:
    assert "You are signed out." in text_of(visitor.get("/?done=signed-out"))
    assert "hello" not in visitor.get("/?done=hello").text


def test_other_hosts_are_refused(visitor: Browser) -> None:
    response = visitor.get("/", SERVER_NAME="evil.example")
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert "evil" not in response.text


def test_a_wrong_method_gets_a_page(visitor: Browser) -> None:
    response = visitor.get("/sign-out")
    assert (response.status_code, response["Allow"]) == (HTTPStatus.METHOD_NOT_ALLOWED, "POST")
    assert "doesn’t do that" in text_of(response)


def test_health_says_ok(visitor: Browser) -> None:
    assert visitor.get("/health").text == "ok\n"


class TestTheLocalMailbox:
    @pytest.fixture
    def address(self) -> str:
        assert settings.DATA_FOLDER
        key = (settings.DATA_FOLDER / "secrets" / "mailbox.key").read_text("ascii").strip()
        folder = settings.DATA_FOLDER / "mailbox"
        folder.mkdir(exist_ok=True)
        (folder / "20260101T000000Z-a.eml").write_bytes(
            b"Subject: =?utf-8?q?Best=C3=A4tige_<b>?=\r\nTo: dj@example.org\r\nMIME-Version: 1.0\r\n"
            b'Content-Type: text/plain; charset="utf-8"\r\n\r\n'
            b"Open https://localhost:8443/confirm/0a1b2c\r\nBye <i>\r\n"
        )
        return f"/mailbox/{key}/"

    def test_whoever_has_its_address_reads_the_mail(self, visitor: Browser, address: str) -> None:
        listed = visitor.get(address)
        assert "Bestätige <b>" in text_of(listed)
        message = visitor.get(f"{address}20260101T000000Z-a.eml")
        assert '<a href="https://localhost:8443/confirm/0a1b2c">' in message.text
        assert "Bye &lt;i&gt;" in message.text

    @pytest.mark.parametrize("key", ["x", "é", "0" * 64, "%00"])
    def test_nobody_else_does(self, visitor: Browser, address: str, key: str) -> None:
        assert address
        for path in (f"/mailbox/{key}/", f"/mailbox/{key}/20260101T000000Z-a.eml"):
            assert visitor.get(path).status_code == HTTPStatus.NOT_FOUND

    @pytest.mark.parametrize("name", ["..%2Fsecrets%2Froot.key", "b.eml", ".eml", "%00.eml", "..", "a.eml.bak"])
    def test_it_shows_nothing_but_mail(self, visitor: Browser, address: str, name: str) -> None:
        assert visitor.get(address + name).status_code == HTTPStatus.NOT_FOUND

    def test_it_is_not_there_where_mail_goes_out(
        self, visitor: Browser, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(settings, "LOCAL_MAILBOX", False)
        assert visitor.get(address).status_code == HTTPStatus.NOT_FOUND
