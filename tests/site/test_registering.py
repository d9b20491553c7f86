from http import HTTPStatus
from typing import Any

import psycopg
import pytest

from djmixersoft.site.prose import terms
from tests.site.browsing import (
    PASSWORD,
    Browser,
    Person,
    Post,
    accounts_of,
    new_address,
    registered,
    registration,
    text_of,
)

Superuser = psycopg.Connection[Any]


def test_a_new_person_registers_confirms_signs_in_and_finds_their_account(post: Post) -> None:
    person = Person(new_address())
    shown = person.post("/register", registration(person.email, account_name="Ünderground 🎧"))
    assert shown.status_code == HTTPStatus.OK
    assert person.email in text_of(shown)
    link = f"/confirm/{post.link(person.email, 'confirm-registration')}"
    assert "Confirm my registration" in text_of(person.get(link))
    assert person.post(link)["Location"] == "/sign-in?done=confirmed"
    assert person.sign_in()["Location"] == "/studio"
    studio = person.get("/studio")
    assert "Ünderground 🎧" in text_of(studio)
    assert "Administrator" in text_of(studio)


def test_looking_at_the_link_confirms_nothing(post: Post) -> None:
    person = Person(new_address())
    person.post("/register", registration(person.email))
    person.get(f"/confirm/{post.link(person.email, 'confirm-registration')}")
    assert person.sign_in().status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_it_keeps_which_terms_were_agreed_to_and_when(owner: Person) -> None:
    page = text_of(owner.get("/me"))
    assert f"Terms of Service, version {terms().version} Agreed" in page


def test_the_newsletter_is_offered_and_not_ticked(visitor: Browser, owner: Person) -> None:
    form = visitor.get("/register").text
    box = form[form.index('name="newsletter"') - 100 : form.index('name="newsletter"') + 100]
    assert "checked" not in box
    page = owner.get("/me").text
    assert "checked" not in page


def test_who_ticked_the_newsletter_subscribes(post: Post) -> None:
    person = registered(post, newsletter="on")
    assert "checked" in person.get("/me").text


def test_a_known_address_gets_the_same_page_and_another_mail(owner: Person, post: Post) -> None:
    unknown = new_address()
    first = Person(unknown).post("/register", registration(unknown))
    second = Person(owner.email).post("/register", registration(owner.email))
    assert text_of(first).replace(unknown, "X") == text_of(second).replace(owner.email, "X")
    assert post.templates(owner.email)[-1] == "already-registered"


def test_a_double_submit_is_harmless(post: Post) -> None:
    person = Person(new_address())
    assert {person.post("/register", registration(person.email)).status_code for _ in range(2)} == {HTTPStatus.OK}
    link = f"/confirm/{post.link(person.email, 'confirm-registration')}"
    assert {person.post(link)["Location"] for _ in range(2)} == {"/sign-in?done=confirmed"}
    person.sign_in()
    assert len(accounts_of(person)) == 1


def test_the_same_address_registered_twice_is_one_person(post: Post) -> None:
    person = Person(new_address())
    links = []
    for _ in range(2):
        person.post("/register", registration(person.email))
        links.append(f"/confirm/{post.link(person.email, 'confirm-registration')}")
    assert person.post(links[0]).status_code == HTTPStatus.SEE_OTHER
    lost = person.post(links[1])
    assert lost.status_code == HTTPStatus.CONFLICT
    assert "registered already" in text_of(lost)


def test_an_expired_link_says_so_and_what_to_do(post: Post, superuser: Superuser) -> None:
    person = Person(new_address())
    person.post("/register", registration(person.email))
    superuser.execute("UPDATE djms.registration SET expires = now() - interval '1 s' WHERE email = %s", (person.email,))
    gone = person.post(f"/confirm/{post.link(person.email, 'confirm-registration')}")
    assert gone.status_code == HTTPStatus.GONE
    assert "two days, which are over" in text_of(gone)
    assert 'href="/register"' in gone.text


def test_an_unknown_link_says_so(visitor: Browser) -> None:
    gone = visitor.post("/confirm/0123")
    assert gone.status_code == HTTPStatus.NOT_FOUND
    assert "don’t know this link" in text_of(gone)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"email": ""}, "Please give an e-mail address."),
        ({"email": "nobody"}, "This is no e-mail address."),
        ({"email": "dj@bücher.example"}, "Only plain Latin letters work"),
        ({"email": '"a\x01b"@example.org'}, "This is no e-mail address."),
        ({"email": "a" * 250 + "@example.org"}, "This is no e-mail address."),
        ({"password": "short"}, "at least 10 characters"),
        ({"password": "password1234"}, "This would be guessed soon."),
        ({"password": "x" * 1001}, "at most 1000 characters"),
        ({"password": "with a\x00 nothing in it"}, "Null characters are not allowed"),
        ({"account_name": ""}, "Please give the account a name."),
        ({"account_name": "   "}, "Please give the account a name."),
        ({"account_name": "n" * 1000}, "At most 100 characters fit here; this has 1000."),
        ({"account_name": "Night\x00Shift"}, "invisible control character"),
        ({"account_name": "Night\x07Shift"}, "invisible control character"),
        ({"account_name": "Night\u202eShift"}, "turns the direction of text"),
        ({"account_name": "\u200b\u200b"}, "Nothing of this can be seen."),
        ({"agree": ""}, "Registering needs your agreement to the Terms."),
    ],
)
def test_each_wrong_field_has_its_sentence_and_the_others_are_kept(
    visitor: Browser, wrong: dict[str, str], sentence: str
) -> None:
    sent = registration("keeper@example.org", account_name="Kept Name") | wrong
    response = visitor.post("/register", sent)
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert sentence in text_of(response)
    for name in {"email", "account_name"} - set(wrong):
        assert f'value="{sent[name]}"' in response.text
    assert PASSWORD not in response.text


def test_a_password_made_of_the_address_is_refused(visitor: Browser) -> None:
    email = "grandmasterfunk@example.org"
    response = visitor.post("/register", registration(email, password="grandmasterfunk1"))
    assert "This would be guessed soon." in text_of(response)


def test_a_name_may_have_emoji_and_any_script_and_is_composed(post: Post) -> None:
    person = registered(post, account_name="  Cafe\u0301 👩🏽‍🎤 مرحبا  ")
    assert "Caf\u00e9 👩🏽‍🎤 مرحبا" in person.get("/studio").text
