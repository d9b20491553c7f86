from http import HTTPStatus

import pytest

from tests.site.browsing import PASSWORD, Browser, Person, Post, new_address, text_of

NEW_PASSWORD = "turntable under the old bridge"


def test_name_and_address_are_given_and_removed(owner: Person) -> None:
    assert owner.post("/me/name", {"name": "DJ Ötzi 🎛"})["Location"] == "/me?done=name"
    assert owner.post("/me/address", {"address": "1 Groove Lane\r\nBerlin"})["Location"] == "/me?done=address"
    page = owner.get("/me").text
    assert 'value="DJ Ötzi 🎛"' in page
    assert "1 Groove Lane\nBerlin</textarea>" in page
    assert owner.post("/me/name", {"name": ""})["Location"] == "/me?done=name-removed"
    assert owner.post("/me/address", {"address": " \r\n "})["Location"] == "/me?done=address-removed"
    page = owner.get("/me").text
    assert "Ötzi" not in page
    assert "Groove Lane" not in page


@pytest.mark.parametrize(
    ("path", "field", "value", "sentence"),
    [
        ("/me/name", "name", "n" * 1000, "At most 200 characters fit here; this has 1000."),
        ("/me/name", "name", "two\nlines", "invisible control character"),
        ("/me/address", "address", "a" * 1001, "At most 1000 characters fit here"),
        ("/me/address", "address", "Lane\x00 1", "invisible control character"),
    ],
)
def test_an_odd_name_or_address_gets_its_sentence_and_is_kept(
    owner: Person, path: str, field: str, value: str, sentence: str
) -> None:
    response = owner.post(path, {field: value})
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert sentence in text_of(response)
    assert value.replace("\x00", "")[:50] in response.text.replace("\x00", "")


def test_a_letter_that_broke_on_its_way_gets_a_sentence(owner: Person) -> None:
    form = "application/x-www-form-urlencoded"
    for broken in ("name=J%FFrgen", "name=J%ED%A0%80rgen"):
        response = owner.browser.post("/me/name", broken, content_type=form)
        assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "got damaged on its way" in text_of(response)


def test_the_newsletter_box_ends_and_starts_the_subscription(owner: Person) -> None:
    assert owner.post("/me/newsletter", {"newsletter": "on"})["Location"] == "/me?done=subscribed"
    assert owner.post("/me/newsletter", {"newsletter": "on"})["Location"] == "/me?done=subscribed"
    assert "checked" in owner.get("/me").text
    assert owner.post("/me/newsletter")["Location"] == "/me?done=unsubscribed"
    assert "checked" not in owner.get("/me").text


def test_the_new_address_is_confirmed_before_it_counts(owner: Person, post: Post) -> None:
    new = new_address("new")
    assert owner.post("/me/email", {"email": new, "password": PASSWORD})["Location"] == "/me?done=email-sent"
    assert owner.email in text_of(owner.get("/me"))
    link = f"/email/confirm/{post.link(new, 'confirm-email')}"
    assert "Use this address" in text_of(owner.get(link))
    assert owner.email in text_of(owner.get("/me"))
    assert owner.post(link)["Location"] == "/sign-in?done=email-confirmed"
    assert new in text_of(owner.get("/me"))
    assert post.templates(owner.email)[-2:] == ["email-change-asked", "email-changed"]
    assert owner.post(link).status_code == HTTPStatus.NOT_FOUND
    assert Person(new).sign_in()["Location"] == "/studio"


def test_the_password_is_needed_for_another_address(owner: Person, post: Post) -> None:
    new = new_address("new")
    refused = owner.post("/me/email", {"email": new, "password": "not the password"})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "This password is not right." in text_of(refused)
    assert f'value="{new}"' in refused.text
    assert post.templates(new) == []


def test_an_address_that_somebody_has_stays_theirs(owner: Person, stranger: Person, post: Post) -> None:
    owner.post("/me/email", {"email": stranger.email, "password": PASSWORD})
    taken = owner.post(f"/email/confirm/{post.link(stranger.email, 'confirm-email')}")
    assert taken.status_code == HTTPStatus.CONFLICT
    assert "yours stays as it was" in text_of(taken)


def test_after_many_mails_it_says_to_wait(owner: Person) -> None:
    statuses = [
        owner.post("/me/email", {"email": new_address("new"), "password": PASSWORD}).status_code for _ in range(6)
    ]
    assert statuses == [HTTPStatus.SEE_OTHER] * 5 + [HTTPStatus.TOO_MANY_REQUESTS]


def test_another_password_ends_all_other_sign_ins(owner: Person) -> None:
    elsewhere = Person(owner.email)
    elsewhere.sign_in()
    done = owner.post("/me/password", {"old_password": PASSWORD, "password": NEW_PASSWORD})
    assert done["Location"] == "/me?done=password-changed"
    assert owner.get("/studio").status_code == HTTPStatus.OK
    assert elsewhere.get("/studio").status_code == HTTPStatus.SEE_OTHER


def test_a_wrong_present_password_changes_nothing_and_is_throttled(owner: Person) -> None:
    sent = {"old_password": "not the password", "password": NEW_PASSWORD}
    answers = [owner.post("/me/password", sent) for _ in range(11)]
    assert answers[0].status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "This password is not right." in text_of(answers[0])
    assert answers[-1].status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert "Retry-After" in answers[-1]
    assert NEW_PASSWORD not in answers[0].text


def test_a_made_up_cookie_leads_to_signing_in_and_is_forgotten(visitor: Browser) -> None:
    for made_up in ("made-up", "\x00", "ünicode", "x" * 4000):
        visitor.cookies["__Host-session"] = made_up
        assert visitor.get("/me").status_code == HTTPStatus.SEE_OTHER
        assert "__Host-session" not in visitor.cookies
