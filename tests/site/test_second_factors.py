"""Second factors of the site's people: nothing opens by the password alone any more, and nothing is lost by that."""

import base64
import hashlib
import re
import secrets
import threading
import time
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from djmixersoft.people import second
from tests.promises.acting import acting
from tests.proving.ring import Key
from tests.site.browsing import PASSWORD, Browser, Person, text_of
from tests.site.test_approvals import challenge_of
from tests.site.test_tokens import made
from tests.staff.agents import hidden

if TYPE_CHECKING:
    from tests.conftest import Cluster

PAGE, NEW, SECOND = "/me/factors", "/me/factors/new", "/sign-in/second-factor"
CODE = re.compile(r"<code>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})</code>")


@dataclass
class App:
    """An app that shows codes, on somebody's phone."""

    person: Person
    secret: bytes = b""
    codes: list[str] = field(default_factory=list)
    used: int = 0

    def code(self, step: int | None = None) -> str:
        if step is None:
            step = max(int(time.time()) // 30, self.used + 1)
            self.used = step
        return TOTP(self.secret, 6, SHA1(), 30).generate(step * 30).decode()  # noqa: S303 - RFC 6238

    def add(self, **more: str) -> Any:  # noqa: ANN401 - a response of the test client
        page, self.used = self.person.get(NEW), 0
        found = re.findall(r'<code class="wraps">([A-Z2-7 ]+)</code>', page.text)[0]
        self.secret = base64.b32decode(found.replace(" ", ""))
        typed = {**hidden(page), "name": "An app", "code": self.code(), "password": PASSWORD} | more
        answer = self.person.post(NEW, typed)
        self.codes = CODE.findall(answer.text)
        return answer

    def show(self, **more: str) -> Any:  # noqa: ANN401 - as above
        return self.person.post(SECOND, {"code": self.code(), **more})


@pytest.fixture
def app(owner: Person) -> App:
    """The owner's app, which is their second factor."""
    app = App(owner)
    assert app.add().status_code == HTTPStatus.OK
    assert len(app.codes) == 10
    return app


def again(person: Person) -> Person:
    """The same person at another browser, with their password typed."""
    other = Person(person.email, Browser(), person.account_id)
    assert "Your second factor" in other.sign_in().text
    return other


def test_the_password_alone_opens_nothing_and_the_code_all(app: App) -> None:
    half = again(app.person)
    for path in ("/studio", "/me", PAGE, NEW, str(app.person.crate), "/me/record", "/me/tokens"):
        assert half.get(path)["Location"].startswith(f"{SECOND}?next="), path
    for path in ("/me/name", "/me/password", f"{app.person.crate}/rename", "/me/tokens"):
        answer = half.post(path, {"name": "Mallory"})
        assert (answer.status_code, "Your second factor" in answer.text) == (401, True), path
    app.person = half
    assert app.show(next="/me")["Location"] == "/me"
    assert half.get("/studio").status_code == HTTPStatus.OK
    assert half.get(f"{SECOND}?next=/me")["Location"] == "/me"
    assert "Mallory" not in half.get("/me").text


def test_what_was_typed_is_carried_through_both_halves(app: App) -> None:
    person = Person(app.person.email, Browser())
    page = person.post("/me/name", {"name": "Typed before"})
    half = person.post("/sign-in", {**hidden(page), "email": person.email, "password": PASSWORD})
    assert "Typed before" in text_of(half)
    app.person = person
    wrong = person.post(SECOND, {**hidden(half), "code": "000000"})
    assert "Typed before" in text_of(wrong)
    answer = app.show(**{name: value for name, value in hidden(wrong).items() if name.startswith("kept")})
    assert "Typed before" in answer.text
    assert 'action="/me/name"' in answer.text


def test_a_code_is_good_once_and_guessing_is_slowed_down(app: App) -> None:
    half, shown = again(app.person), app.code()
    assert half.post(SECOND, {"code": shown})["Location"] == "/studio"
    thief = again(app.person)
    assert "was used already" in text_of(thief.post(SECOND, {"code": shown}))
    for number in range(11):
        thief.post(SECOND, {"code": f"{number:06}"})
    answer = thief.post(SECOND, {"code": "123456"})
    assert answer.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert int(answer["Retry-After"]) > 0
    assert "Please wait" in text_of(answer)
    assert thief.post(SECOND, {"recovery": app.codes[0]}).status_code == HTTPStatus.TOO_MANY_REQUESTS


def test_a_recovery_code_stands_in_once_however_it_is_typed(app: App) -> None:
    half = again(app.person)
    assert "none of your recovery codes" in text_of(half.post(SECOND, {"recovery": "aaaa-bbbb-cccc-dddd"}))
    typed = app.codes[3].replace("-", " ").upper()
    assert half.post(SECOND, {"recovery": typed})["Location"] == "/studio"
    assert "9 codes on paper are left." in text_of(half.get(PAGE))
    assert "A recovery code of yours was used to sign in." in text_of(half.get("/me/record"))
    other = again(app.person)
    assert "none of your recovery codes" in text_of(other.post(SECOND, {"recovery": app.codes[3]}))
    renewed = half.post(f"{PAGE}/codes", {"password": PASSWORD})
    assert len(CODE.findall(renewed.text)) == 10
    assert "none of your recovery codes" in text_of(other.post(SECOND, {"recovery": app.codes[4]}))
    assert other.post(SECOND, {"recovery": CODE.findall(renewed.text)[0]})["Location"] == "/studio"


def test_the_first_ends_other_sign_ins_and_each_step_is_on_record(owner: Person) -> None:
    elsewhere = Person(owner.email, Browser())
    elsewhere.sign_in()
    token = made(owner)
    app = App(owner)
    assert "This password is not right." in text_of(app.add(password="not this one at all"))
    assert "isn’t right. Look at the app" in text_of(app.add(code="000000"))
    assert "You have none" in text_of(owner.get(PAGE))
    assert len(CODE.findall(app.add().text)) == 10
    assert elsewhere.get("/me")["Location"].startswith("/sign-in?next="), "they knew the password only"
    program = Browser().get("/api/v1/accounts", headers={"Authorization": f"Bearer {token}"})
    assert program.status_code == HTTPStatus.OK, "programs go on"
    (drop,) = re.findall(rf'href="({PAGE}/[0-9a-f-]{{36}}/drop)"', owner.get(PAGE).text)
    assert "your last one" in text_of(owner.get(drop))
    assert "This password is not right." in text_of(owner.post(drop, {"password": "not this one at all"}))
    assert owner.post(drop, {"password": PASSWORD})["Location"] == f"{PAGE}?done=factors-none"
    assert owner.sign_in()["Location"] == "/studio"
    said = text_of(owner.get("/me/record"))
    for words in ("A second factor of yours was added.", "was dropped.", "Recovery codes of yours were made"):
        assert words in said


def test_a_new_password_by_mail_leaves_the_factor(app: App, post: Any) -> None:  # noqa: ANN401 - what the mailer would send
    visitor = Person(app.person.email, Browser())
    visitor.post("/password/forgotten", {"email": visitor.email})
    password = "needles drop on velvet at noon"
    visitor.post(f"/password/reset/{post.link(visitor.email, 'reset-password')}", {"password": password})
    assert "Your second factor" in visitor.sign_in(password).text


def test_another_persons_factors_are_nothing_to_one(app: App, stranger: Person) -> None:
    (drop,) = re.findall(rf'href="({PAGE}/[0-9a-f-]{{36}}/drop)"', app.person.get(PAGE).text)
    assert stranger.get(drop).status_code == HTTPStatus.NOT_FOUND
    assert stranger.post(drop, {"password": PASSWORD}).status_code == HTTPStatus.NOT_FOUND
    assert Browser().get(SECOND)["Location"].startswith("/sign-in")
    assert Browser().post(SECOND, {"code": "123456"}).status_code == HTTPStatus.UNAUTHORIZED


class Ring:
    """A passkey on somebody's ring."""

    def __init__(self, person: Person) -> None:
        self.person = person
        identity = secrets.token_bytes(16)
        self.key = Key(credential_id=identity, host=second.party().host, origin=second.party().origin)

    def add(self) -> Any:  # noqa: ANN401 - as above
        page = self.person.get(NEW)
        answer = replace(self.key, challenge=challenge_of(page)).make()
        return self.person.post(NEW, {"name": "A ring", "passkey": answer, "password": PASSWORD})

    def show(self, person: Person, page: Any, **more: Any) -> Any:  # noqa: ANN401 - as above
        answer = replace(self.key, **({"challenge": challenge_of(page)} | more)).answer()
        return person.post(SECOND, {"passkey": answer})


def test_a_passkey_signs_in_and_a_copy_of_it_doesn_t(owner: Person) -> None:
    ring = Ring(owner)
    assert len(CODE.findall(ring.add().text)) == 10
    half = again(owner)
    page = half.get(SECOND)
    assert "wasn’t taken" in text_of(ring.show(half, page, count=7)), "a count that stands still is a copy's"
    page = half.get(SECOND)
    assert "wasn’t taken" in text_of(ring.show(half, page, count=8, challenge=bytes(32)))
    assert "wasn’t taken" in text_of(ring.show(half, page, count=8, origin="https://evil.example"))
    page = half.get(SECOND)
    assert ring.show(half, page, count=8)["Location"] == "/studio"
    other = again(owner)
    assert "wasn’t taken" in text_of(ring.show(other, page, count=9)), "the challenge was another session's"
    assert Ring(owner).add()["Location"] == f"{PAGE}?done=factor-added"


def test_sql_without_the_second_factor_is_nobody(app: App, cluster: "Cluster") -> None:
    half, site = again(app.person), cluster.url("djms_site")
    token = str(half.browser.token)
    for role, tried in (
        ("p_self_service", "SELECT djms.current_person()"),
        ("p_self_service", "SELECT * FROM djms.person"),
        ("p_self_service", "SELECT djms.drop_second_factor('\\x00', gen_random_uuid())"),
        ("p_teamwork", "SELECT djms.current_member()"),
        ("p_teamwork", "SELECT djms.my_accounts()"),
        ("p_teamwork", "SELECT * FROM djms.account"),
        ("p_teamwork", "SELECT djms.may_write()"),
    ):
        with acting(site, role, token=token) as one:
            assert one.refusal(tried) == "42501", tried
    note = "SELECT djms.note_factor(%s, %s, 99999999999, null, null)"
    with acting(site, "p_sign_in", token=token, kept=True) as one:
        (factor,) = one.rows("SELECT id FROM djms.my_second_factors()")
        assert one.value(note, factor[0], b"x" * 32) is False, "without the sign that the sealed key makes"
        for table in ("factor", "recovery_code", "session"):
            assert one.refusal(f"SELECT 1 FROM djms.{table}") == "42501"
            assert one.refusal(f"DELETE FROM djms.{table}") == "42501"
        assert one.refusal("SELECT djms.prove_session(gen_random_uuid(), gen_random_uuid())") == "42501"
    with acting(site, "p_contact", token=token) as one:
        assert one.rows("SELECT person FROM djms.asker()") == [(None,)]
    assert half.get("/me")["Location"].startswith(SECOND)


def test_of_two_recovery_codes_alike_at_once_one_counts(app: App, cluster: "Cluster") -> None:
    tokens = [str(again(app.person).browser.token) for _ in range(2)]
    outcomes: list[bool] = []

    def use(token: str) -> None:
        with acting(cluster.url("djms_site"), "p_sign_in", token=token, kept=True) as one:
            outcomes.append(one.value("SELECT djms.use_recovery_code(%s)", app.codes[0].replace("-", "")))

    both = [threading.Thread(target=use, args=[token]) for token in tokens]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(outcomes) == [False, True]


def test_no_code_is_kept_as_it_is(app: App, superuser: psycopg.Connection[Any]) -> None:
    kept = superuser.execute("SELECT code_hash FROM djms.recovery_code").fetchall()
    assert {hashlib.sha256(one.replace("-", "").encode()).digest() for one in app.codes} <= {one for (one,) in kept}
