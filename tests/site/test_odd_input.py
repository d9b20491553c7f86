import io
import re
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import quote

import pytest
from django.test import RequestFactory
from django.urls import URLPattern, get_resolver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.site.browsing import Browser, Person, text_of
from tests.support import IS_LONG

ENDS = {"/me/sessions/end", "/sign-out"}
FORM = "application/x-www-form-urlencoded"
ID = "00000000-0000-4000-8000-000000000000"
PATTERNS = [pattern for pattern in get_resolver().url_patterns if isinstance(pattern, URLPattern)]
FIELDS = ["email", "password", "account_name", "agree", "name", "address", "action", "next", "kept_to", "kept_name"]


def paths() -> list[str]:
    """Every address of the site, with ids of nothing."""
    values = {"uuid": ID, "int": "1"}
    return ["/" + re.sub(r"<(\w+):\w+>", lambda found: values.get(found[1], "x"), str(p.pattern)) for p in PATTERNS]


BODIES = {
    "nul": b"%00=%00&email=%00&name=%00&password=%00&account_name=%00&address=%00&action=%00&next=%00&kept_to=%00",
    "not-utf-8": b"email=\xff\xfe&name=\xff&password=\xff&account_name=%ff&address=%ed%a0%80&next=%ff&kept_to=%ff",
    "many-fields": b"&".join(b"f%d=1" % number for number in range(5000)),
    "long": b"name=" + b"n" * 1000,
    "very-long": b"name=" + b"n" * 2**20,
    "broken": b"&;=%%%zz=&&",
    "empty": b"",
}


def pairs(paths: list[str], others: list[str]) -> list[tuple[str, str]]:
    """Each path with a third of the others, so that each of these meets a third of the paths; all with DJMS_LONG=1."""
    return [
        (path, other)
        for at, path in enumerate(paths)
        for index, other in enumerate(others)
        if IS_LONG or (at + index) % 3 == 0
    ]


@pytest.mark.parametrize(
    ("path", "method"), pairs(paths(), ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
)
def test_no_address_fails_on_a_stranger(stranger_once: Person, path: str, method: str) -> None:
    answer = (stranger_once if path not in ENDS else Person("nobody")).browser.generic(method, path)
    assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
    # Uploads have methods of their own (tus 1.0), and tests of their own.
    if method not in {"GET", "HEAD", "POST"} and "/uploads" not in path:
        assert answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED


@pytest.mark.parametrize(("path", "body"), pairs([path for path in paths() if path not in ENDS], list(BODIES)))
def test_odd_bytes_in_a_form_fail_nowhere(stranger_once: Person, path: str, body: str) -> None:
    answer = stranger_once.browser.post(path, BODIES[body], content_type=FORM)
    assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR


@pytest.mark.parametrize(
    ("path", "query"),
    pairs(
        [*paths(), "/%00", "/%ff", "/%f0%9f%8e%a7", "/" + "a" * 5000],
        ["%00=%00", "next=%00", "done=%ff", "page=%00", "register=%00", "&".join(["a=1"] * 500)],
    ),
)
def test_odd_bytes_in_an_address_fail_nowhere(stranger_once: Person, path: str, query: str) -> None:
    assert stranger_once.get(f"{path}?{query}").status_code < HTTPStatus.INTERNAL_SERVER_ERROR


@pytest.mark.parametrize("part", ["%00", "%ff", "%2e%2e", "not-an-id", ID.upper(), "0", quote("🎧"), ID + "0", "'--"])
def test_odd_ids_get_the_same_page_as_unknown_ones(stranger_once: Person, part: str) -> None:
    nothing = stranger_once.get(f"/accounts/{ID}")
    for path in (f"/accounts/{part}", f"{stranger_once.crate}/items/{part}", f"/accounts/{part}/members"):
        answer = stranger_once.get(path)
        assert (answer.status_code, answer.text) == (HTTPStatus.NOT_FOUND, nothing.text)


@pytest.mark.parametrize("charset", ["zip", "rot13", "base64", "utf-16", "utf-7", "idna", "no-such", "'", "\x00"])
@pytest.mark.parametrize("kind", [FORM, "multipart/form-data; boundary=x"])
@pytest.mark.usefixtures("visitor")
def test_odd_encodings_are_passed_over(charset: str, kind: str) -> None:
    from djmixersoft.wsgi import django_application  # noqa: PLC0415 - it changes the process's environment

    environ = RequestFactory(SERVER_NAME="localhost").post("/password/forgotten?a=b").environ
    environ |= {
        "CONTENT_TYPE": f"{kind}; charset={charset}",
        "CONTENT_LENGTH": "7",
        "wsgi.input": io.BytesIO(b"email=a"),
    }
    statuses: list[str] = []

    def start_response(status: str, *_rest: object) -> Callable[[bytes], object]:
        statuses.append(status)
        return len

    page = b"".join(django_application(environ, start_response))
    assert statuses[0][:3] in {"400", "422"}
    assert len(page) > 1000


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/json", "multipart/form-data", "multipart/form-data; boundary="]
)
def test_odd_kinds_of_bodies_get_a_sentence(visitor: Browser, kind: str) -> None:
    answer = visitor.post("/register", b'{"email": 1}', content_type=kind)
    assert answer.status_code in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}
    assert len(text_of(answer)) > 100


def test_too_many_fields_get_a_sentence(visitor: Browser) -> None:
    answer = visitor.post("/register", "&".join(f"f{n}=1" for n in range(5000)), content_type=FORM)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "Too much at once" in text_of(answer)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(["/me/name", "/me/address", "/accounts", "/sign-in", "/register", "/me/newsletter"]),
    fields=st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=1200), max_size=6),
)
def test_no_text_at_all_fails(stranger_once: Person, path: str, fields: dict[str, str]) -> None:
    sent = {name: value.encode("utf-8", "surrogatepass") for name, value in fields.items()}
    assert stranger_once.post(path, sent).status_code < HTTPStatus.INTERNAL_SERVER_ERROR
