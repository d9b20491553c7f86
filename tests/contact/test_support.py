"""Support at its doors, by SQL on the desk's real login: what it reads and answers, and what it never sees."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.contact.asking import WORDS, add, asked, asked_by, sent, thread_of
from tests.site.browsing import Browser, Person, Post, new_address, text_of
from tests.site.sharing import uploaded

if TYPE_CHECKING:
    from tests.staff.desk import Member

Hire = Callable[..., "Member"]
SUPPORT = "p_support"
REPLY = "SELECT djms.reply_to_ticket(%s, %s, %s, false)"
REPLY_AND_CLOSE = REPLY.replace("false", "true")
SET = "SELECT djms.set_ticket(%s, %s, %s, %s, %s)"


@pytest.fixture
def question(owner: Person) -> UUID:
    """A question of the owner's, about an item."""
    item = uploaded(owner, name="thistle.ogg")
    done = owner.post(f"{item}/ask", {"topic": "support", "text": WORDS})
    return UUID(done["Location"].partition("?")[0][-36:])


def test_support_reads_questions_and_what_was_said(question: UUID, owner: Person, hire: Hire) -> None:
    with hire("support").at(SUPPORT) as desk:
        assert desk.rows("SELECT id, email, state FROM djms.ticket") == [(question, owner.email, "open")]
        assert desk.rows("SELECT text FROM djms.ticket_message") == [(WORDS,)]
        assert desk.value("SELECT account_id FROM djms.ticket_item") == owner.account_id


@pytest.mark.parametrize("role", ["legal", "security", "policy-office", "editorial"])
def test_no_other_role_reads_or_does_anything_here(question: UUID, hire: Hire, role: str) -> None:
    with hire(role).at(SUPPORT) as desk:
        for table in ("ticket", "ticket_message", "ticket_item"):
            assert desk.refusal(f"SELECT * FROM djms.{table}") == "42501"
        assert desk.refusal(REPLY, question, "x", 1) == "42501"
        assert desk.refusal(SET, question, "open", None, "closed", None) == "42501"
        assert desk.refusal("SELECT * FROM djms.about_asker(%s)", question) == "42501"
        assert desk.refusal("SELECT * FROM djms.support_staff()") == "42501"


def test_somebody_who_showed_a_password_only_or_has_left_reads_nothing(
    question: UUID, hire: Hire, superuser: psycopg.Connection
) -> None:
    agent = hire("support")
    half = agent.half_signed_in()
    for token in (half, "", "x"):
        with agent.at(SUPPORT, token=token) as desk:
            assert desk.refusal("SELECT * FROM djms.ticket") == "42501"
            assert desk.refusal(REPLY, question, "x", 1) == "42501"
    superuser.execute("UPDATE djms.staff SET ended_at = now(), email = NULL WHERE id = %s", [agent.id])
    with agent.at(SUPPORT) as desk:
        assert desk.refusal("SELECT * FROM djms.ticket") == "42501"


def test_of_who_asked_support_sees_only_what_it_may(
    question: UUID, owner: Person, mate: Person, visitor: Browser, hire: Hire, superuser: psycopg.Connection
) -> None:
    sent(visitor, new_address(), "Not sent yet.")
    with hire("support").at(SUPPORT) as desk:
        told = desk.rows("SELECT * FROM djms.about_asker(%s)", question)
        assert told == [(True, True, True, owner.account_id, True, True)]
        for table in ("ticket_draft", "ticket_link", "person", "person_name", "membership", "account", "mail_message"):
            assert desk.refusal(f"SELECT * FROM djms.{table}") == "42501", table
        for table in ("item", "item_version", "item_key", "account_key", "item_tag", "item_comment", "share"):
            assert desk.refusal(f"SELECT * FROM djms.{table}") == "42501", table
        for change in (
            "INSERT INTO djms.ticket_message (ticket_id, text) SELECT id, 'x' FROM djms.ticket",
            "UPDATE djms.ticket SET email = 'thief@example.org'",
            "UPDATE djms.ticket_message SET text = 'x'",
            "DELETE FROM djms.ticket",
        ):
            assert desk.refusal(change) == "42501", change
    thread = asked_by(mate)
    superuser.execute(
        "UPDATE djms.ticket SET account_id = %s WHERE id = %s", [owner.account_id, thread.rpartition("/")[2]]
    )
    owner.post(f"{owner.crate}/members/{_id(superuser, mate)}", {"action": "remove"})
    with hire("support").at(SUPPORT) as desk:
        told = desk.rows("SELECT * FROM djms.about_asker(%s)", thread.rpartition("/")[2])
    assert told == [(True, True, True, owner.account_id, False, False)], "who left belongs to it no more"


def test_whether_an_address_is_the_askers_is_told_apart(
    owner: Person, visitor: Browser, post: Post, hire: Hire, superuser: psycopg.Connection
) -> None:
    asked(visitor, owner.email)
    one = superuser.execute("SELECT id FROM djms.ticket").fetchone()
    assert one
    about = "SELECT was_signed_in, address_proven, is_registered FROM djms.about_asker(%s)"
    with hire("support").at(SUPPORT) as desk:
        assert desk.rows(about, one[0]) == [(False, False, True)], "anybody can type somebody's address"
    add(visitor, thread_of(post, owner.email), "It is me.")
    with hire("support").at(SUPPORT) as desk:
        assert desk.rows(about, one[0]) == [(False, True, True)]


def test_an_answer_goes_out_under_a_pseudonym_to_who_asked(
    question: UUID, owner: Person, hire: Hire, post: Post, superuser: psycopg.Connection
) -> None:
    agent = hire("support")
    with agent.at(SUPPORT) as desk:
        assert desk.value(REPLY, question, "It hums because of the wind.", 1) == "sent"
    shown = text_of(owner.get(f"/me/questions/{question}"))
    assert "It hums because of the wind." in shown
    assert f"{agent.pseudonym}, for us" in shown
    for secret in (agent.email, str(agent.id)):
        assert secret not in owner.get(f"/me/questions/{question}").text
    assert post.templates(owner.email)[-1] == "contact-answered"
    mail = superuser.execute(
        "SELECT recipient, context ->> 'answer', context ->> 'signature' FROM djms.mail_message"
        " WHERE template = 'contact-answered' ORDER BY created_at DESC LIMIT 1"
    ).fetchone()
    assert mail == (owner.email, "It hums because of the wind.", agent.pseudonym)
    by_link = Browser().get(thread_of(post, owner.email, "contact-answered"))
    assert "It hums because of the wind." in text_of(by_link)
    with agent.at(SUPPORT) as desk:
        assert desk.rows("SELECT state, assigned_to FROM djms.ticket") == [("answered", agent.id)]


def test_an_answer_follows_the_person_to_their_new_address(
    question: UUID, owner: Person, hire: Hire, post: Post, superuser: psycopg.Connection
) -> None:
    new = new_address("moved")
    superuser.execute("UPDATE djms.person SET email = %s WHERE email = %s", [new, owner.email])
    with hire("support").at(SUPPORT) as desk:
        assert desk.value(REPLY, question, "Here.", 1) == "sent"
    assert post.templates(new) == ["contact-answered"]


def test_no_answer_goes_out_past_what_was_said_meanwhile(question: UUID, owner: Person, hire: Hire) -> None:
    agent = hire("support")
    owner.post(f"/me/questions/{question}", {"text": "Never mind."})
    with agent.at(SUPPORT) as desk:
        assert desk.value(REPLY, question, "x", 1) == "meanwhile"
        assert desk.value(REPLY_AND_CLOSE, question, "Fine.", 2) == "closed"
        assert desk.value(REPLY, uuid4(), "x", 1) == "gone"
    assert "closed; more words open it again" in text_of(owner.get(f"/me/questions/{question}"))
    owner.post(f"/me/questions/{question}", {"text": "One thing more."})
    assert "waiting for our answer" in text_of(owner.get(f"/me/questions/{question}"))


def test_a_question_is_taken_handed_on_closed_and_opened_again(question: UUID, hire: Hire) -> None:
    one, other, lawyer = hire("support"), hire("support"), hire("legal")
    with one.at(SUPPORT) as desk:
        staff: dict[UUID, str] = dict(desk.rows("SELECT * FROM djms.support_staff()"))
        assert staff[other.id] == other.pseudonym
        assert lawyer.id not in staff
        assert desk.value(SET, question, "open", None, "open", one.id) == "done"
        assert desk.value(SET, question, "open", None, "open", other.id) == "meanwhile", "two can't take it unawares"
        assert desk.value(SET, question, "open", one.id, "open", other.id) == "done"
        assert desk.value(SET, question, "open", other.id, "open", lawyer.id) == "nobody"
        assert desk.value(SET, question, "open", other.id, "closed", None) == "done"
        assert desk.value(SET, question, "open", other.id, "closed", None) == "meanwhile"
        assert desk.value(SET, question, "closed", None, "open", None) == "done"
        assert desk.value(SET, uuid4(), "open", None, "closed", None) == "gone"
        assert desk.refusal(SET, question, "open", None, "lost", None) == "23514"


def test_ready_answers_are_written_in_ones_own_name(hire: Hire) -> None:
    one, other = hire("support"), hire("support")
    write = "INSERT INTO djms.canned_reply (title, text, written_by) VALUES (%s, 'Turn it off and on.', %s)"
    with one.at(SUPPORT) as desk:
        assert desk.refusal(write, "Noise", other.id) == "42501"
        assert desk.changed(write, "Noise", one.id) == 1
    with other.at(SUPPORT) as desk:
        assert desk.rows("SELECT title FROM djms.canned_reply WHERE written_by = %s", one.id) == [("Noise",)]
        assert desk.changed("UPDATE djms.canned_reply SET text = 'Wait.' WHERE title = 'Noise'") == 1
        assert desk.refusal("UPDATE djms.canned_reply SET written_by = %s", other.id) == "42501"
    with hire("legal").at(SUPPORT) as desk:
        assert desk.refusal("SELECT * FROM djms.canned_reply") == "42501"
    with other.at(SUPPORT) as desk:
        assert desk.changed("DELETE FROM djms.canned_reply WHERE title = 'Noise'") == 1


def _id(superuser: psycopg.Connection, person: Person) -> UUID:
    row = superuser.execute("SELECT id FROM djms.person WHERE email = %s", [person.email]).fetchone()
    assert row
    return UUID(str(row[0]))
