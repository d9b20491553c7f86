"""A flood of questions is slowed down, with a sentence; nobody else is stopped by it, and what was taken stays."""

from http import HTTPStatus
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.contact.asking import WORDS, add, asked, asked_by, sent, thread_of
from tests.promises.acting import Acting, acting
from tests.site.browsing import Browser, Person, Post, new_address, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Cluster

ASK = "SELECT outcome FROM djms.ask('other', 'Buy this!', %s, sha256(convert_to(%s, 'UTF8')), NULL, NULL)"


@pytest.fixture
def flooder(cluster: "Cluster") -> "Iterator[Acting]":
    """Somebody who got hold of the site's login: no puzzle and no page stands between them and the door."""
    with acting(cluster.url("djms_site"), "p_contact", kept=True) as one:
        yield one


def flood(flooder: Acting, number: int, address: str = "") -> list[str]:
    """Ask so often, from as many made-up addresses, or from one; what each came to."""
    found = [str(flooder.value(ASK, address or f"flood{n}@example.org", f"{address}{n}")) for n in range(number)]
    flooder.connection.commit()
    flooder.connection.execute("BEGIN")
    flooder.rows("SELECT set_config('role', 'p_contact', true), set_config('djms.token', '', true)")
    return found


def counted(superuser: psycopg.Connection, so_many: int) -> None:
    """As if so many questions of strangers had come within the hour."""
    changed = superuser.execute("UPDATE djms.sign_in_try SET tries = %s WHERE tries >= 200", [so_many]).rowcount
    assert changed == 1


def test_from_one_address_five_are_taken_in_an_hour(
    flooder: Acting, visitor: Browser, superuser: psycopg.Connection
) -> None:
    address = new_address("loud")
    assert flood(flooder, 8, address) == ["open"] * 5 + ["many"] * 3
    stopped = sent(visitor, address, "A sixth question.")
    assert stopped.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert 0 < int(stopped["Retry-After"]) <= 3600
    assert "Please wait 60 minutes." in text_of(stopped)
    assert "A sixth question." in stopped.text
    assert address in stopped.text
    assert superuser.execute("SELECT count(*) FROM djms.ticket").fetchone() == (5,), "what was taken stays"
    assert asked(visitor, new_address("quiet")).status_code == HTTPStatus.OK


def test_a_flood_under_somebodys_address_does_not_stop_them_signed_in(flooder: Acting, owner: Person) -> None:
    assert flood(flooder, 8, owner.email)[-1] == "many"
    assert WORDS in text_of(owner.get(asked_by(owner)))


def test_in_a_flood_strangers_go_by_the_mailed_link_and_others_are_not_affected(
    flooder: Acting, visitor: Browser, owner: Person, post: Post, superuser: psycopg.Connection
) -> None:
    early = new_address("early")
    asked(visitor, early)
    before = asked_by(owner, "Before the flood.")
    outcomes = flood(flooder, 220)
    assert outcomes == ["open"] * 199 + ["draft"] * 21
    stranger = new_address("honest")
    assert "not sent to us yet" in text_of(asked(visitor, stranger, "Mine.")), "solved or not"
    link = thread_of(post, stranger, "contact-confirm")
    assert visitor.post(link)["Location"] == f"{link}?done=asked"
    assert "Mine." in text_of(visitor.get(link))
    assert add(visitor, thread_of(post, early), "And this.")["Location"].endswith("?done=said-more")
    assert owner.post(before, {"text": "During it."})["Location"].endswith("?done=said-more")
    asked_by(owner, "In the middle of it.")
    counted(superuser, 1000)
    full = asked(visitor, new_address("late"), "Too late?")
    assert full.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert "Too late?" in full.text
    asked_by(owner, "After it.")
    kept = superuser.execute("SELECT count(*) FROM djms.ticket").fetchone()
    assert kept == (1 + 199 + 1 + 3,), "nothing that was taken is lost"
    assert superuser.execute("SELECT count(*) FROM djms.ticket_draft").fetchone() == (21,)


def test_a_person_asks_twenty_times_in_an_hour_and_others_go_on(owner: Person, mate: Person) -> None:
    for number in range(20):
        asked_by(owner, f"Question {number}")
    stopped = owner.post("/contact", {"topic": "other", "text": "The 21st."})
    assert stopped.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert "The 21st." in stopped.text
    asked_by(mate)


def test_a_thread_takes_twenty_messages_in_an_hour_and_others_go_on(owner: Person, post: Post) -> None:
    other, thread = asked_by(owner, "Something else."), asked_by(owner)
    by_link = thread_of(post, owner.email)
    for number in range(20):
        assert owner.post(thread, {"text": f"Message {number}"}).status_code == HTTPStatus.SEE_OTHER
    stopped = owner.post(thread, {"text": "The 21st."})
    assert stopped.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert "The 21st." in stopped.text
    assert by_link
    assert owner.post(other, {"text": "Here."}).status_code == HTTPStatus.SEE_OTHER


def test_no_address_gets_more_than_five_mails_of_strangers_in_an_hour(flooder: Acting, post: Post) -> None:
    victim = new_address("victim")
    flood(flooder, 30, victim)
    assert len(post.templates(victim)) == 5
