from http import HTTPStatus

import pytest
from django.test import RequestFactory

from djmixersoft.pages.crossing import is_cross_origin
from tests.site.browsing import Person, text_of

HOST = "localhost:8443"
# Methods, headers, and whether Go's http.CrossOriginProtection refuses them.
CASES = [
    ("POST", {"Sec-Fetch-Site": "same-origin"}, False),
    ("POST", {"Sec-Fetch-Site": "none"}, False),
    ("POST", {"Sec-Fetch-Site": "same-site"}, True),
    ("POST", {"Sec-Fetch-Site": "cross-site"}, True),
    ("POST", {"Sec-Fetch-Site": "nonsense"}, True),
    ("POST", {"Sec-Fetch-Site": "same-origin", "Origin": "null"}, False),
    ("POST", {"Sec-Fetch-Site": "cross-site", "Origin": f"https://{HOST}"}, True),
    ("POST", {}, False),
    ("POST", {"Origin": f"https://{HOST}"}, False),
    ("POST", {"Origin": "https://localhost:9999"}, True),
    ("POST", {"Origin": "https://evil.example"}, True),
    ("POST", {"Origin": "null"}, True),
    ("POST", {"Origin": "http://[broken"}, True),
    ("PUT", {"Sec-Fetch-Site": "cross-site"}, True),
    ("DELETE", {"Sec-Fetch-Site": "cross-site"}, True),
    ("PATCH", {"Origin": "https://evil.example"}, True),
    ("GET", {"Sec-Fetch-Site": "cross-site"}, False),
    ("HEAD", {"Origin": "https://evil.example"}, False),
    ("OPTIONS", {"Sec-Fetch-Site": "cross-site"}, False),
]


@pytest.mark.parametrize(("method", "headers", "refused"), CASES)
def test_it_refuses_what_go_refuses(method: str, headers: dict[str, str], *, refused: bool) -> None:
    request = RequestFactory(headers={"Host": HOST} | headers).generic(method, "/me/name")
    assert is_cross_origin(request) is refused


def test_another_sites_form_changes_nothing_and_gets_a_sentence(owner: Person) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "", "Origin": "https://evil.example"}):
        answer = owner.post("/me/name", {"name": "Owned"}, headers=headers)
        assert answer.status_code == HTTPStatus.FORBIDDEN
        assert "came from a page of another site" in text_of(answer)
    assert "Owned" not in owner.get("/me").text
    assert owner.post("/sign-out", headers={"Sec-Fetch-Site": "same-site"}).status_code == HTTPStatus.FORBIDDEN
    assert owner.get("/studio").status_code == HTTPStatus.OK


def test_a_program_without_those_headers_may_post(owner: Person) -> None:
    answer = owner.post("/me/name", {"name": "By curl"}, headers={"Sec-Fetch-Site": ""})
    assert answer.status_code == HTTPStatus.SEE_OTHER
