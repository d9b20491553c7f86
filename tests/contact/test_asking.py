"""Asking the company something: with the puzzle, by the mailed link, signed in, and about an item."""

import re
from http import HTTPStatus
from uuid import uuid4

import psycopg
import pytest
from django.db import connection

from tests.contact.asking import WORDS, add, asked, asked_by, puzzle_in, sent, solved, thread_of
from tests.site.browsing import Browser, Person, Post, new_address, text_of
from tests.site.sharing import uploaded

REFERENCE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b")


def test_a_stranger_asks_gets_a_reference_and_follows_the_thread(visitor: Browser, post: Post) -> None:
    email = new_address()
    taken = asked(visitor, email)
    assert taken.status_code == HTTPStatus.OK, text_of(taken)
    (reference,) = set(REFERENCE.findall(text_of(taken)))
    thread = thread_of(post, email)
    assert thread.rpartition("/")[2] not in taken.text, "only the mailbox tells the link"
    shown = visitor.get(thread)
    assert reference in text_of(shown)
    assert WORDS in text_of(shown)
    assert shown["Referrer-Policy"] == "no-referrer"
    assert shown["Cache-Control"] == "no-store"
    assert "noindex" in shown["X-Robots-Tag"]
    added = add(visitor, thread, "And by day?\tToo?")
    assert added["Location"] == f"{thread}?done=said-more"
    assert "And by day? Too?" in text_of(visitor.get(thread))
    assert not visitor.cookies


def test_without_a_script_the_question_waits_for_the_mailed_link(
    visitor: Browser, post: Post, superuser: psycopg.Connection
) -> None:
    email = new_address()
    waiting = sent(visitor, email)
    assert "not sent to us yet" in text_of(waiting)
    assert superuser.execute("SELECT count(*) FROM djms.ticket").fetchone() == (0,)
    assert post.templates(email) == ["contact-confirm"]
    link = thread_of(post, email, "contact-confirm")
    for _look in range(2):
        assert WORDS in text_of(visitor.get(link))
    assert superuser.execute("SELECT count(*) FROM djms.ticket").fetchone() == (0,), "looking sends nothing"
    assert visitor.post(link)["Location"] == f"{link}?done=asked"
    assert "waiting for our answer" in text_of(visitor.get(link))
    assert superuser.execute("SELECT state, address_proven FROM djms.ticket").fetchall() == [("open", True)]
    again = visitor.post(link)
    assert again.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, "it is sent once; a second press adds nothing"
    assert superuser.execute("SELECT count(*) FROM djms.ticket").fetchone() == (1,)


def test_a_draft_whose_days_are_over_is_gone(visitor: Browser, post: Post, superuser: psycopg.Connection) -> None:
    email = new_address()
    sent(visitor, email)
    link = thread_of(post, email, "contact-confirm")
    superuser.execute("UPDATE djms.ticket_draft SET expires = clock_timestamp() - interval '1 second'")
    for answer in (visitor.get(link), visitor.post(link)):
        assert answer.status_code == HTTPStatus.NOT_FOUND
        assert "Ask us anew" in text_of(answer)
    assert superuser.execute("SELECT count(*) FROM djms.ticket").fetchone() == (0,)


def test_who_is_signed_in_needs_neither_puzzle_nor_address(owner: Person, post: Post) -> None:
    form = owner.get("/contact").text
    assert "data-puzzle" not in form
    assert 'name="email"' not in form
    assert owner.email in form
    thread = asked_by(owner)
    assert WORDS in text_of(owner.get(thread))
    assert WORDS in text_of(owner.get("/me/questions"))
    assert post.templates(owner.email)[-1] == "contact-received"
    assert owner.post(thread, {"text": "One thing more."})["Location"] == f"{thread}?done=said-more"
    assert "One thing more." in text_of(owner.get(thread))
    by_link = Browser().get(thread_of(post, owner.email))
    assert "One thing more." in text_of(by_link), "the mailed link opens the same thread"


def test_a_question_that_is_sent_twice_is_one(
    owner: Person, mate: Person, post: Post, superuser: psycopg.Connection
) -> None:
    thread, item = asked_by(owner), uploaded(owner)
    assert asked_by(owner) == thread
    assert superuser.execute("SELECT count(*) FROM djms.ticket").fetchone() == (1,)
    assert post.templates(owner.email).count("contact-received") == 1
    about = [owner.post(f"{item}/ask", {"topic": "support", "text": WORDS})["Location"] for _ in range(2)]
    others = {asked_by(owner, "And by day?"), asked_by(mate), about[0].partition("?")[0]}
    assert about[0] == about[1]
    assert thread not in others
    assert superuser.execute("SELECT count(*) FROM djms.ticket").fetchone() == (4,)
    superuser.execute("UPDATE djms.ticket SET created_at = now() - interval '11 minutes'")
    assert asked_by(owner) not in {thread, *others}, "who asks again later asks again"


def test_the_page_says_what_whoever_answers_will_see_of_who_asks(owner: Person, visitor: Browser) -> None:
    signed_in, stranger = text_of(owner.get("/contact")), text_of(visitor.get("/contact"))
    assert "your e-mail address, and that you asked while signed in." in signed_in
    assert "whether it is registered here, and whether you have shown that it is yours." in stranger
    assert "only from what you type" not in signed_in + stranger


def test_anothers_thread_is_as_one_that_never_was(owner: Person, mate: Person, visitor: Browser, post: Post) -> None:
    thread = asked_by(owner)
    nowhere = f"/me/questions/{uuid4()}"
    for there in (thread, nowhere):
        assert mate.get(there).status_code == HTTPStatus.NOT_FOUND
        assert mate.post(there, {"text": "x"}).status_code == HTTPStatus.NOT_FOUND
        assert visitor.get(there)["Location"].startswith("/sign-in?next=")
    assert mate.get(thread).content == mate.get(nowhere).content
    assert WORDS not in text_of(mate.get("/me/questions"))
    link = thread_of(post, owner.email)
    for guess in (link[:-1], link[:-1] + ("0" if link[-1] != "0" else "1"), "/contact/x"):
        assert visitor.get(guess).status_code == HTTPStatus.NOT_FOUND
        assert add(visitor, guess, "x").status_code == HTTPStatus.NOT_FOUND


def test_a_session_opens_no_thread_as_a_link_and_a_link_no_session(owner: Person, visitor: Browser, post: Post) -> None:
    asked_by(owner)
    assert owner.get(f"/contact/{owner.browser.token}").status_code == HTTPStatus.NOT_FOUND
    visitor.cookies["__Host-session"] = post.link(owner.email, "contact-received")
    assert visitor.get("/me")["Location"].startswith("/sign-in")
    assert 'name="email"' in visitor.get("/contact").text, "a cookie that means nothing makes nobody known"


def test_a_member_asks_about_an_item_by_its_number_alone(
    owner: Person, mate: Person, stranger: Person, superuser: psycopg.Connection
) -> None:
    item = uploaded(owner, name="thistle.ogg")
    assert f'formaction="{item}/ask"' in owner.get(item).text
    for one in (owner, mate):
        assert "thistle.ogg" in text_of(one.get(f"{item}/ask"))
        done = one.post(f"{item}/ask", {"topic": "support", "text": WORDS})
        thread = done["Location"].partition("?")[0]
        assert f'href="{item}"' in one.get(thread).text
    named = superuser.execute("SELECT account_id::text, item_id::text FROM djms.ticket_item").fetchall()
    assert named == [(str(owner.account_id), item[-36:])] * 2
    kept = superuser.execute("SELECT string_agg(t::text || m::text, '') FROM djms.ticket t, djms.ticket_message m")
    assert "thistle" not in str(kept.fetchone())
    for answer in (stranger.get(f"{item}/ask"), stranger.post(f"{item}/ask", {"topic": "support", "text": WORDS})):
        assert answer.status_code == HTTPStatus.NOT_FOUND


def test_an_account_that_is_deleted_leaves_the_question_and_not_what_it_was_about(
    owner: Person, superuser: psycopg.Connection
) -> None:
    item = uploaded(owner)
    thread = owner.post(f"{item}/ask", {"topic": "support", "text": WORDS})["Location"].partition("?")[0]
    owner.post(f"{owner.crate}/delete", {"name": "Night Shift"})
    assert WORDS in text_of(owner.get(thread))
    assert superuser.execute("SELECT count(*) FROM djms.ticket_item").fetchone() == (0,)


def test_every_page_leads_to_the_contact_page(owner: Person, visitor: Browser) -> None:
    for page in (visitor.get("/"), visitor.get("/no-such-page"), owner.get("/studio"), visitor.get("/contact/x")):
        assert 'href="/contact"' in page.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"text": ""}, "Please write a few words."),
        ({"text": "x" * 10_001}, "At most 10000 characters fit here; this has 10001."),
        ({"text": "a\x00b"}, "invisible control character"),
        ({"text": "\u202eback"}, "turns the direction"),
        ({"email": "no address"}, "This is no e-mail address."),
        ({"email": ""}, "Please give an e-mail address."),
        ({"topic": "praise"}, "Select a valid choice"),
        ({"topic": ""}, "This field is required"),
    ],
)
def test_what_will_not_do_gets_a_sentence_and_nothing_typed_is_lost(
    visitor: Browser, fields: dict[str, str], sentence: str
) -> None:
    given = {"email": "merle@example.org", "text": WORDS, "topic": "legal"} | fields
    answer = sent(visitor, given["email"], given["text"], topic=given["topic"])
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert sentence in text_of(answer)
    assert f'value="{given["email"]}"' in answer.text or not given["email"]
    assert given["text"].replace("\x00", "") in answer.text.replace("\x00", "")
    assert 'value="legal" selected' in answer.text or "topic" in fields
    assert puzzle_in(answer.text)


def test_more_words_that_will_not_do_are_kept(owner: Person, post: Post, visitor: Browser) -> None:
    thread = asked_by(owner)
    long = "y" * 10_001
    for answer in (owner.post(thread, {"text": long}), add(visitor, thread_of(post, owner.email), long)):
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert long in answer.text


def test_who_was_signed_out_in_between_sends_it_later(owner: Person) -> None:
    thread = asked_by(owner)
    owner.post("/me/sessions/end")
    stopped = owner.post(thread, {"text": "While I was away."})
    assert stopped.status_code == HTTPStatus.UNAUTHORIZED
    assert "While I was away." in text_of(stopped)


def test_who_was_signed_out_in_between_is_asked_for_an_address_with_the_words_kept(owner: Person) -> None:
    owner.post("/me/sessions/end")
    stopped = owner.post("/contact", {"topic": "legal", "text": WORDS})
    assert stopped.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Please give an e-mail address." in text_of(stopped)
    assert WORDS in stopped.text


def test_while_the_database_is_gone_the_words_are_kept(visitor: Browser, superuser: psycopg.Connection) -> None:
    connection.close()
    superuser.execute("ALTER ROLE djms_site NOLOGIN")
    superuser.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'djms_site'")
    try:
        gone = sent(visitor, "merle@example.org")
        assert gone.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert WORDS in text_of(gone)
        assert 'name="topic" value="policy"' in gone.text
    finally:
        superuser.execute("ALTER ROLE djms_site LOGIN")


def test_a_puzzle_that_was_solved_for_one_question_is_good_for_no_other(
    visitor: Browser, superuser: psycopg.Connection
) -> None:
    answer = solved(visitor.get("/contact").text)
    assert sent(visitor, new_address(), answer=answer).status_code == HTTPStatus.OK
    again = sent(visitor, new_address(), "The second.", answer=answer)
    assert again.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Please press Send again." in text_of(again)
    assert "The second." in again.text
    assert superuser.execute("SELECT count(*) FROM djms.ticket").fetchone() == (1,)
    assert sent(visitor, new_address(), "The second.", answer=solved(again.text)).status_code == HTTPStatus.OK
