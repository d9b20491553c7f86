from http import HTTPStatus
from typing import Any

import psycopg
import pytest

from djmixersoft.people import passwords
from tests.site.browsing import COOKIE, PASSWORD, Person, Post, new_address, text_of

Superuser = psycopg.Connection[Any]
NEW_PASSWORD = "turntable under the old bridge"


def test_signing_in_sets_the_one_cookie_for_this_session_of_the_browser(owner: Person) -> None:
    owner.browser.cookies.clear()
    response = owner.sign_in()
    assert list(response.cookies) == [COOKIE]
    morsel = response.cookies[COOKIE]
    assert (morsel["path"], morsel["secure"], morsel["httponly"], morsel["samesite"]) == ("/", True, True, "Lax")
    assert (morsel["domain"], morsel["max-age"], morsel["expires"]) == ("", "", "")


def test_who_stays_signed_in_keeps_the_cookie_for_30_days(owner: Person) -> None:
    morsel = owner.sign_in(stay="on").cookies[COOKIE]
    assert morsel["max-age"] == 30 * 24 * 3600


def test_the_address_may_be_typed_in_capitals_and_with_blanks(owner: Person) -> None:
    assert owner.sign_in(email=f"  {owner.email.upper()} ")["Location"] == "/studio"


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(owner: Person) -> None:
    known, unknown = Person(owner.email), Person(new_address())
    answers = [person.sign_in("not the password at all") for person in (known, unknown)]
    assert [answer.status_code for answer in answers] == [HTTPStatus.UNPROCESSABLE_ENTITY] * 2
    texts = [
        text_of(answer).replace(person.email, "X") for answer, person in zip(answers, (known, unknown), strict=True)
    ]
    assert texts[0] == texts[1]
    assert "This address and this password don’t go together." in texts[0]
    assert not known.browser.cookies
    assert f'value="{owner.email}"' in answers[0].text


def test_after_ten_tries_it_says_how_long_to_wait(owner: Person) -> None:
    guesser = Person(owner.email)
    for _ in range(10):
        assert guesser.sign_in("a guess that is not right").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    refused = guesser.sign_in()
    assert refused.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert 0 < int(refused["Retry-After"]) <= 15 * 60
    assert "Too many tries with this address. Please wait 15 minutes." in text_of(refused)


def test_when_all_hands_are_busy_it_says_so_and_keeps_what_was_typed(
    owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_arguments: object) -> bytes:
        raise passwords.Busy

    monkeypatch.setattr("djmixersoft.people.services.derive_key", busy)
    refused = Person(owner.email).sign_in()
    assert refused.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert refused["Retry-After"] == "5"
    assert f'value="{owner.email}"' in refused.text


def test_who_asked_for_a_page_first_is_led_there(owner: Person) -> None:
    reader = Person(owner.email)
    asked = reader.get(f"{owner.crate}?page=1")
    assert asked.status_code == HTTPStatus.SEE_OTHER
    form = reader.get(asked["Location"])
    assert f'value="{owner.crate}?page=1"' in form.text
    assert reader.sign_in(next=f"{owner.crate}?page=1")["Location"] == f"{owner.crate}?page=1"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\t//evil.example",
        "javascript:alert(1)",
        "studio",
        "/no-page",
    ],
)
def test_nobody_is_led_to_another_site(owner: Person, elsewhere: str) -> None:
    assert owner.sign_in(next=elsewhere)["Location"] == "/studio"


def test_signing_out_ends_the_session_and_deletes_the_cookie(owner: Person) -> None:
    token = owner.browser.token or ""
    response = owner.post("/sign-out")
    assert response["Location"] == "/?done=signed-out"
    assert owner.browser.token is None
    owner.browser.cookies[COOKIE] = token
    assert owner.get("/studio").status_code == HTTPStatus.SEE_OTHER


def test_signing_out_twice_says_the_same_and_sets_no_cookie(owner: Person) -> None:
    owner.post("/sign-out")
    again = owner.post("/sign-out")
    assert again["Location"] == "/?done=signed-out"
    assert not again.cookies


def test_they_see_where_they_are_signed_in_and_end_one_or_all(owner: Person) -> None:
    elsewhere = Person(owner.email)
    elsewhere.sign_in()
    page = owner.get("/me/sessions")
    assert text_of(page).count("Firefox on Linux") >= 2
    other = page.text.split('action="/me/sessions/')[1:]
    ids = [part.split("/end")[0] for part in other if "/end" in part and len(part.split("/end")[0]) == 36]
    assert len(ids) == 2
    ended = owner.post(f"/me/sessions/{ids[0]}/end")
    assert ended.status_code == HTTPStatus.SEE_OTHER
    assert [p.get("/studio").status_code for p in (elsewhere, owner)].count(HTTPStatus.OK) == 1
    owner.sign_in()
    assert owner.post("/me/sessions/end")["Location"] == "/?done=signed-out-everywhere"
    assert owner.get("/studio").status_code == HTTPStatus.SEE_OTHER


def test_nobody_ends_another_persons_session(owner: Person, stranger: Person) -> None:
    page = owner.get("/me/sessions").text
    session = page.split('action="/me/sessions/')[1].split("/end")[0]
    stranger.post(f"/me/sessions/{session}/end")
    assert owner.get("/studio").status_code == HTTPStatus.OK


def test_a_forgotten_password_is_set_anew_by_a_mailed_link(owner: Person, post: Post) -> None:
    helpless = Person(owner.email)
    helpless.post("/password/forgotten", {"email": owner.email})
    link = f"/password/reset/{post.link(owner.email, 'reset-password')}"
    assert "Set a new password" in text_of(helpless.get(link))
    assert helpless.post(link, {"password": NEW_PASSWORD})["Location"] == "/sign-in?done=password-set"
    assert helpless.sign_in(PASSWORD).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert helpless.sign_in(NEW_PASSWORD)["Location"] == "/studio"
    assert owner.get("/studio").status_code == HTTPStatus.SEE_OTHER, "every sign-in before has ended"
    used = helpless.post(link, {"password": NEW_PASSWORD})
    assert used.status_code == HTTPStatus.NOT_FOUND
    assert 'href="/password/forgotten"' in used.text


def test_asking_for_a_link_tells_nobody_who_is_registered(owner: Person, post: Post) -> None:
    unknown = new_address()
    answers = [Person(email).post("/password/forgotten", {"email": email}) for email in (owner.email, unknown)]
    assert text_of(answers[0]).replace(owner.email, "X") == text_of(answers[1]).replace(unknown, "X")
    assert post.templates(unknown) == []


def test_an_expired_link_to_set_a_password_says_so(owner: Person, post: Post, superuser: Superuser) -> None:
    owner.post("/password/forgotten", {"email": owner.email})
    superuser.execute("UPDATE djms.mail_proof SET expires = now() - interval '1 s'")
    gone = owner.get(f"/password/reset/{post.link(owner.email, 'reset-password')}")
    assert gone.status_code == HTTPStatus.GONE
    assert "two hours, which are over" in text_of(gone)


def test_a_weak_new_password_is_refused_and_the_link_still_works(owner: Person, post: Post) -> None:
    owner.post("/password/forgotten", {"email": owner.email})
    link = f"/password/reset/{post.link(owner.email, 'reset-password')}"
    assert "This would be guessed soon." in text_of(owner.post(link, {"password": "password1234"}))
    assert owner.post(link, {"password": NEW_PASSWORD}).status_code == HTTPStatus.SEE_OTHER
