"""Every route of the desk, by every method, for everybody: who isn't proven, or has another role, gets nothing."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import pytest

from djmixersoft.policy.check import routes
from djmixersoft.policy.loading import load
from djmixersoft.policy.purposes import purpose_of
from djmixersoft.policy.rules import STAFF_ROLES
from tests.conftest import Cluster
from tests.promises.serving import Site
from tests.staff.agents import FORM, Agent, added, at_the_desk

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
RULES = load()
ROUTES = dict(routes("desk"))
# Who isn't proven may see these: they are what leads to it.
OPEN = {"/health", "/sign-in", "/sign-out", "/welcome/<secret:token>"}
WITH_PASSWORD = {"/sign-in/second-factor"}


def path_of(route: str) -> str:
    return re.sub(
        r"<uuid:\w+>", str(uuid4()), re.sub(r"<(secret|str):\w+>", "x" * 32, re.sub(r"<int:\w+>", "1", route))
    )


@pytest.fixture(scope="module")
def everybody(cluster: Cluster, desk: Site) -> Iterator[dict[str, Agent]]:
    with ExitStack() as stack:
        found = {role: stack.enter_context(at_the_desk(cluster, desk, role)) for role in STAFF_ROLES}
        half = stack.enter_context(at_the_desk(cluster, desk, *STAFF_ROLES))
        half.browser.cookies.clear()
        assert half.sign_in().status_code == 200
        invited = stack.enter_context(added(cluster, desk, *STAFF_ROLES))
        yield found | {"half": half, "nobody": invited}


def test_there_are_routes_and_each_has_a_purpose_of_the_desk() -> None:
    assert len(ROUTES) >= 10
    for route, view in ROUTES.items():
        assert RULES.purposes[purpose_of(view) or ""].process == ("desk",), route


@pytest.mark.parametrize("route", [route for route in ROUTES if route not in OPEN])
def test_who_is_not_proven_is_led_to_signing_in(everybody: dict[str, Agent], route: str) -> None:
    path = path_of(route)
    for who in ("nobody", "half"):
        agent = everybody[who]
        if who == "half" and route in WITH_PASSWORD:
            continue
        for method in METHODS:
            cookies = dict(agent.browser.cookies)
            answer = agent.browser.generic(method, path, "a=b", content_type=FORM)
            agent.browser.cookies.update(cookies)
            assert answer.status_code in {303, 401, 405}, (who, method, answer.status_code)
            if answer.status_code == 303:
                wanted = "/sign-in?next=" if who == "nobody" else "/sign-in/second-factor?next="
                assert answer["Location"].startswith(wanted), (who, method)
            assert "pseudonym" not in answer.content.decode().lower()


@pytest.mark.parametrize("route", [route for route in ROUTES if route != "/sign-out"])
@pytest.mark.parametrize("role", STAFF_ROLES)
def test_a_role_sees_its_own_purposes_and_no_others(everybody: dict[str, Agent], role: str, route: str) -> None:
    purpose = RULES.purposes[purpose_of(ROUTES[route]) or ""]
    for method in METHODS:
        answer = everybody[role].browser.generic(method, path_of(route), "a=b", content_type=FORM)
        assert answer.status_code < 500, method
        if purpose.staff and purpose.staff != role and answer.status_code != 405:
            assert answer.status_code == 403, method
            assert "None of your roles covers this page" in answer.text or method == "HEAD"
        elif not purpose.staff:
            assert answer.status_code != 403, method


def menu_of(answer: Any) -> list[str]:  # noqa: ANN401 - a response of the test client
    """The words of the links in a page's menu."""
    found: list[str] = re.findall(r"<li><a [^>]*>([^<]+)</a>", answer.text.partition("</header>")[0])
    return found


@pytest.mark.parametrize(
    ("role", "own", "pages", "refused"),
    [
        ("support", ["Questions", "Access"], ["/questions", "/access", "/access/new"], "/processes"),
        ("legal", ["Legal processes"], ["/processes", "/processes/new"], "/access"),
        ("security", [], [], "/questions"),
    ],
)
def test_the_menu_shows_what_ones_roles_cover_and_nothing_else(
    everybody: dict[str, Agent], role: str, own: list[str], pages: list[str], refused: str
) -> None:
    for path in (*pages, "/", "/you", "/you/password", "/sign-in/second-factor", refused):
        answer = everybody[role].get(path)
        assert answer.status_code == (403 if path == refused else 200), path
        assert menu_of(answer) == ["Desk", *own, "You"], path
    assert menu_of(everybody["half"].get("/sign-in/second-factor")) == ["Sign in"], "nobody is at work yet"


def test_no_page_sets_a_cookie_before_somebody_signs_in(desk: Site) -> None:
    for route in ROUTES:
        for cookie in ("", "made up", "x" * 5000):
            browser = desk.browser()
            if cookie:
                browser.cookies["__Host-desk"] = cookie
            for answer in (browser.get(path_of(route)), browser.get("/no-such-page"), browser.get("/static/x")):
                kept = [morsel for morsel in answer.cookies.values() if str(morsel["max-age"]) != "0"]
                assert kept == [], route


def test_the_cookie_is_for_this_host_over_tls_and_for_no_script(everybody: dict[str, Agent]) -> None:
    morsel = everybody["half"].sign_in().cookies["__Host-desk"]
    assert (morsel["secure"], morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, True, "Lax", "/")
    assert morsel["domain"] == ""


def test_every_answer_narrows_what_a_browser_may_do_and_is_kept_by_none(everybody: dict[str, Agent]) -> None:
    for path in ("/", "/you", "/you/factors/new", "/sign-in", "/no-such-page", "/health", "/welcome/x"):
        for agent in (everybody["support"], everybody["nobody"]):
            headers = agent.get(path).headers
            policy = headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy, path
            assert "unsafe" not in policy, path
            assert headers["X-Content-Type-Options"] == "nosniff", path
            assert headers["Cross-Origin-Opener-Policy"] == "same-origin", path
            assert "frame-ancestors 'none'" in policy, path
            if path != "/no-such-page":
                assert headers["Cache-Control"] == "no-store", path
    assert everybody["nobody"].get("/welcome/x").headers["Referrer-Policy"] == "no-referrer"


def test_what_another_sites_page_sends_is_refused(everybody: dict[str, Agent], desk: Site) -> None:
    agent = everybody["support"]
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "https://localhost:8443"},
        {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
    ):
        assert agent.post("/sign-out", headers=headers).status_code == 403
    assert agent.get("/").status_code == 200
    assert desk.browser().get("/", headers={"Host": "evil.example"}).status_code in {303, 400}
