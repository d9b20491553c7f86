import re
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.site.browsing import COOKIE, PASSWORD, Browser, Person, text_of

TOKEN = re.compile(r"djms_[A-Za-z0-9_-]{43}")
PAGE = "/me/tokens"


def asked(**more: str) -> dict[str, str]:
    return {"name": "Sync", "account": "", "rights": "read", "days": "90", "password": PASSWORD} | more


def made(person: Person, **more: str) -> str:
    answer = person.post(PAGE, asked(**more))
    assert answer.status_code == HTTPStatus.OK, text_of(answer)
    (token,) = TOKEN.findall(answer.text)
    return str(token)


def ids_of(person: Person) -> list[str]:
    return re.findall(r'action="/me/tokens/([0-9a-f-]{36})/end"', person.get(PAGE).text)


def test_a_token_is_shown_once_and_listed_without_it(owner: Person) -> None:
    assert "You have made none." in text_of(owner.get(PAGE))
    token = made(owner, name="Sync on the laptop", account=str(owner.account_id), rights="write")
    listed = text_of(owner.get(PAGE))
    assert token not in listed
    assert "Sync on the laptop" in listed
    assert "Reads and writes Night Shift" in listed
    assert "Reads in all your accounts" not in listed
    made(owner)
    assert "Reads in all your accounts" in text_of(owner.get(PAGE))


def test_the_answer_with_a_token_in_it_is_kept_by_no_cache(owner: Person) -> None:
    assert owner.post(PAGE, asked())["Cache-Control"] == "no-store"


def test_a_token_ends_by_its_owners_hand_only(owner: Person, stranger: Person) -> None:
    made(owner)
    (token_id,) = ids_of(owner)
    assert stranger.post(f"{PAGE}/{token_id}/end")["Location"] == f"{PAGE}?done=token-ended"
    assert ids_of(owner) == [token_id]
    assert owner.post(f"{PAGE}/{token_id}/end")["Location"] == f"{PAGE}?done=token-ended"
    assert ids_of(owner) == []
    assert owner.post(f"{PAGE}/{token_id}/end").status_code == HTTPStatus.SEE_OTHER, "twice is no error"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "Please give it a name."),
        ({"name": "x" * 101}, "At most 100 characters fit here; this has 101."),
        ({"name": "a\u202eb"}, "turns the direction of text"),
        ({"rights": ""}, "Please choose what it may."),
        ({"rights": "own"}, "Please choose one of the two."),
        ({"days": "0"}, "Please give a whole number of days, from 1 to 366."),
        ({"days": "367"}, "Please give a whole number of days, from 1 to 366."),
        ({"days": "soon"}, "Please give a whole number of days, from 1 to 366."),
        ({"days": ""}, "Please give a whole number of days, from 1 to 366."),
        ({"days": "9" * 400}, "Please give a whole number of days, from 1 to 366."),
        ({"account": "x"}, "You don’t belong to this account. Please choose another."),
        ({"account": str(uuid4())}, "You don’t belong to this account. Please choose another."),
        ({"password": ""}, "Please give the password."),
        ({"password": "not this one at all"}, "This password is not right."),
    ],
)
def test_what_won_t_do_gets_a_sentence_and_the_rest_is_kept(
    owner: Person, typed: dict[str, str], sentence: str
) -> None:
    answer = owner.post(PAGE, asked(name="Kept as it was") | typed)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert sentence in text_of(answer)
    if "name" not in typed:
        assert 'value="Kept as it was"' in answer.text
    assert PASSWORD not in answer.text
    assert ids_of(owner) == []


def test_nobody_makes_a_token_for_an_account_that_isn_t_theirs(owner: Person, stranger: Person) -> None:
    answer = owner.post(PAGE, asked(account=str(stranger.account_id)))
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert str(stranger.account_id) not in owner.get(PAGE).text


def test_wrong_passwords_are_slowed_down_here_too(owner: Person) -> None:
    for _ in range(10):
        assert owner.post(PAGE, asked(password="a guess of many")).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    answer = owner.post(PAGE, asked())
    assert answer.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert int(answer["Retry-After"]) > 0
    assert "Please wait" in text_of(answer)
    assert TOKEN.search(answer.text) is None


def test_a_token_is_no_cookie_and_a_cookie_no_token(owner: Person, visitor: Browser) -> None:
    token = made(owner, rights="write")
    for path in ("/studio", owner.crate, "/me", PAGE):
        visitor.cookies[COOKIE] = token
        answer = visitor.get(path)
        assert answer["Location"].startswith("/sign-in"), "a page believes no program's token in a cookie"
        assert visitor.get(path, headers={"Authorization": f"Bearer {token}"})["Location"].startswith("/sign-in")
    api = "/api/v1/accounts"
    for header, status in ((f"Bearer {token}", HTTPStatus.OK), (f"Bearer {owner.browser.token}", 401), ("", 401)):
        assert Browser().get(api, headers={"Authorization": header}).status_code == status
    assert owner.get(api).status_code == HTTPStatus.UNAUTHORIZED


def test_whoever_isn_t_signed_in_is_led_to_signing_in(visitor: Browser) -> None:
    assert visitor.get(PAGE)["Location"] == "/sign-in?next=%2Fme%2Ftokens"
    answer = Person("", browser=visitor).post(PAGE, asked(name="Not lost"))
    assert answer.status_code == HTTPStatus.UNAUTHORIZED
    assert "Not lost" in text_of(answer)
    assert PASSWORD not in answer.text


def test_a_new_password_ends_every_token(owner: Person) -> None:
    made(owner)
    new = "rumble of a warm subwoofer"
    assert owner.post("/me/password", {"old_password": PASSWORD, "password": new})["Location"].endswith(
        "password-changed"
    )
    assert ids_of(owner) == []


def test_one_that_is_over_is_shown_as_such(owner: Person, superuser: psycopg.Connection[Any]) -> None:
    made(owner)
    superuser.execute("UPDATE djms.api_token SET expires = now() - interval '1 minute' WHERE id = %s", ids_of(owner))
    assert "Sync over" in text_of(owner.get(PAGE))


def test_there_is_a_bound_to_how_many_one_has(owner: Person, superuser: psycopg.Connection[Any]) -> None:
    superuser.execute(
        "INSERT INTO djms.api_token (token_hash, person_id, name, may_write, expires)"
        " SELECT sha256(convert_to(p.id::text || n, 'UTF8')), p.id, 'many', false, now() + interval '1 day'"
        " FROM djms.person p, generate_series(1, 50) n WHERE email = %s",
        [owner.email],
    )
    answer = owner.post(PAGE, asked())
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "You have 50 tokens, as many as one may have." in text_of(answer)
