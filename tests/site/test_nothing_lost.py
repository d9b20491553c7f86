import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection

from djmixersoft.accounts import services
from tests.site.browsing import PASSWORD, Person, registration, text_of
from tests.support import wait_until

Superuser = psycopg.Connection[Any]


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?', page)
    return {name: html.unescape(value) for name, value in found}


def test_a_stale_form_is_kept_through_signing_in_and_sent_on(owner: Person) -> None:
    form = Person(owner.email, owner.browser)
    owner.post("/me/sessions/end")
    stopped = form.post("/accounts", {"name": "Ångström <Crew> 🎧"})
    assert stopped.status_code == HTTPStatus.UNAUTHORIZED
    assert "Ångström <Crew> 🎧" in text_of(stopped)
    wrong = form.post("/sign-in", hidden(stopped.text) | {"email": owner.email, "password": "not the right one"})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    again = form.post("/sign-in", hidden(wrong.text) | {"email": owner.email, "password": PASSWORD})
    assert again.status_code == HTTPStatus.OK
    assert "Ångström <Crew> 🎧" in text_of(again)
    assert 'action="/accounts"' in again.text
    done = form.post("/accounts", hidden(again.text))
    assert done.status_code == HTTPStatus.SEE_OTHER
    assert "Ångström <Crew> 🎧" in text_of(form.get("/studio"))


def test_passwords_are_never_kept_in_a_page(owner: Person) -> None:
    owner.post("/me/sessions/end")
    stopped = owner.post("/me/password", {"old_password": PASSWORD, "password": "another long one of mine"})
    assert stopped.status_code == HTTPStatus.UNAUTHORIZED
    assert PASSWORD not in stopped.text
    assert "another long one of mine" not in stopped.text


def test_a_stale_upload_gets_the_sign_in_page(owner: Person) -> None:
    owner.post("/me/sessions/end")
    assert owner.browser.post(f"{owner.crate}/upload", {"a": "b"}).status_code == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "/no-such-page", ""])
def test_a_kept_form_is_sent_to_no_other_site(owner: Person, to: str) -> None:
    answer = owner.sign_in(kept_to=to, kept_name="x")
    assert answer["Location"] == "/studio"


@contextmanager
def database_gone(superuser: Superuser) -> Iterator[None]:
    """Nobody but the superuser gets a connection, and those that were open are cut, as when a server is lost."""
    superuser.execute("ALTER ROLE djms_site NOLOGIN")
    superuser.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'djms_site'")
    try:
        yield
    finally:
        superuser.execute("ALTER ROLE djms_site LOGIN")


def test_while_the_database_is_gone_it_says_when_to_try_again_and_recovers(owner: Person, superuser: Superuser) -> None:
    connection.close()
    with database_gone(superuser):
        shown = owner.get("/studio")
        assert shown.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert int(shown["Retry-After"]) > 0
        assert "out of reach" in text_of(shown)
        sent = owner.post("/register", registration("late@example.org", account_name="Late Show"))
        assert sent.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert "Late Show" in text_of(sent)
        assert hidden(sent.text)["account_name"] == "Late Show"
        assert PASSWORD not in sent.text
        assert owner.get("/health").status_code == HTTPStatus.SERVICE_UNAVAILABLE
    wait_until("the health page", lambda: owner.get("/health").status_code == HTTPStatus.OK)
    assert owner.get("/studio").status_code == HTTPStatus.OK


def test_while_the_database_is_gone_the_policy_can_be_read(owner: Person, superuser: Superuser) -> None:
    connection.close()
    with database_gone(superuser):
        policy = owner.get("/privacy")
        assert policy.status_code == HTTPStatus.OK
        assert "What the last check found is out of reach just now" in text_of(policy)
        assert "Nothing enforces this yet." not in text_of(policy)
    wait_until("the health page", lambda: owner.get("/health").status_code == HTTPStatus.OK)
    assert "out of reach just now" not in text_of(owner.get("/privacy"))


def test_a_clash_of_two_changes_is_tried_again(owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    real, tries = services.create_account, []

    def clashing(*, name: str) -> Any:  # noqa: ANN401 - as the service
        tries.append(name)
        if len(tries) == 1:
            raise OperationalError from psycopg.errors.DeadlockDetected()
        return real(name=name)

    monkeypatch.setattr(services, "create_account", clashing)
    assert owner.post("/accounts", {"name": "Twice"}).status_code == HTTPStatus.SEE_OTHER
    assert tries == ["Twice", "Twice"]


def test_a_clash_that_does_not_end_says_when_to_try_again(owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def clashing(*, name: str) -> None:  # noqa: ARG001 - as the service
        raise OperationalError from psycopg.errors.DeadlockDetected()

    monkeypatch.setattr(services, "create_account", clashing)
    stopped = owner.post("/accounts", {"name": "Thrice"})
    assert stopped.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert hidden(stopped.text)["name"] == "Thrice"


def test_our_own_mistake_gets_a_sentence_and_tells_nothing(owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*, name: str) -> None:
        raise RuntimeError(f"secret detail about {name}")

    monkeypatch.setattr(services, "create_account", broken)
    answer = owner.post("/accounts", {"name": "Nobody"})
    assert answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "We made a mistake" in text_of(answer)
    assert "secret detail" not in answer.text
