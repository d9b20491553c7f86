"""9a: a question reaches us and nobody else: a mailed link opens its own thread alone, and nothing of it leaks."""

import json
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from djmixersoft.contact.models import Topic
from djmixersoft.contact.selectors import holding
from djmixersoft.contact.services import Question
from djmixersoft.policy.loading import load
from djmixersoft.policy.probing import beyond
from tests.promises.acting import acting
from tests.promises.people import A, B
from tests.promises.serving import shown
from tests.site.browsing import COOKIE

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.keeping import Kept
    from tests.promises.people import World
    from tests.promises.serving import Site

RULES = load()
LETTERS = ("ticket", "ticket_draft", "ticket_link", "ticket_message", "ticket_item", "canned_reply")
HIDDEN = ("person_id", "account_id", "email", "address_proven", "assigned_to")
FORM = "application/x-www-form-urlencoded"
CANARY = "pomegranate-canary-8241"


def link_of(world: "World", email: str, template: str = "contact-received") -> str:
    """The secret of the link that was mailed to somebody."""
    with world.superuser() as superuser:
        row = superuser.execute(
            "SELECT secret FROM djms.mail_message WHERE recipient = %s AND template = %s", [email, template]
        ).fetchone()
    assert row
    return str(row[0])


def test_a_mailed_link_opens_its_own_thread_and_no_other(cluster: "Cluster", world: "World") -> None:
    for who, word in ((world.alice, A), (world.carol, B)):
        with acting(cluster.url("djms_site"), "p_contact", token=link_of(world, who.email)) as holder:
            assert holder.rows("SELECT subject FROM djms.ticket") == [(f"{word} question",)]
            assert holder.rows("SELECT text FROM djms.ticket_message") == [(f"{word} question",)]
            assert holder.rows("SELECT * FROM djms.look_at_draft()") == [(None, None)]
            for column in HIDDEN:
                assert holder.refusal(f"SELECT {column} FROM djms.ticket") == "42501", column
            for table in ("ticket_item", "ticket_link", "ticket_draft", "canned_reply"):
                assert holder.refusal(f"SELECT * FROM djms.{table}") == "42501", table
            assert holder.refusal("UPDATE djms.ticket SET state = 'closed'") == "42501"
            assert holder.refusal("SELECT djms.say_more(%s, 'x')", world.a.id) == "42501", "no session, no own thread"
        with acting(cluster.url("djms_site"), "p_self_service", token=link_of(world, who.email)) as holder:
            assert holder.refusal("SELECT id FROM djms.ticket") == "42501", "a link is no sign-in"


def test_what_is_not_sent_yet_is_its_links_holders_alone(cluster: "Cluster", world: "World") -> None:
    secret = link_of(world, f"draft@{A}.example", "contact-confirm")
    with acting(cluster.url("djms_site"), "p_contact", token=secret) as holder:
        assert holder.rows("SELECT * FROM djms.look_at_draft()") == [("legal", f"{A} draft")]
        assert holder.refusal("SELECT id FROM djms.ticket") == "42501"
        assert holder.value("SELECT djms.send_draft()") is True
        assert holder.rows("SELECT subject FROM djms.ticket") == [(f"{A} draft",)]
        assert holder.value("SELECT djms.send_draft()") is False
    with acting(cluster.url("djms_site"), "p_contact", token=secret[::-1]) as guesser:
        assert guesser.rows("SELECT * FROM djms.look_at_draft()") == [(None, None)]
        assert guesser.value("SELECT djms.send_draft()") is False


def test_a_person_reads_and_adds_to_their_own_and_no_other(cluster: "Cluster", world: "World") -> None:
    with world.superuser() as superuser:
        question = "SELECT id FROM djms.ticket WHERE person_id = %s"
        ((hers,),) = superuser.execute(question, [world.carol.id]).fetchall()
        ((own,),) = superuser.execute(question, [world.alice.id]).fetchall()
    with acting(cluster.url("djms_site"), "p_self_service", token=world.alice.token) as alice:
        assert alice.rows("SELECT subject FROM djms.ticket") == [(f"{A} question",)]
        assert alice.rows("SELECT text FROM djms.ticket_message") == [(f"{A} question",)]
        assert alice.value("SELECT outcome FROM djms.say_more(%s, 'x')", hers) == "gone"
        assert alice.value("SELECT outcome FROM djms.say_more(%s, 'x')", own) == "sent"
        assert alice.rows("SELECT count(*) FROM djms.ticket_message") == [(2,)]
        for column in HIDDEN:
            assert alice.refusal(f"SELECT {column} FROM djms.ticket") == "42501", column
        assert alice.refusal("SELECT from_staff FROM djms.ticket_message") == "42501"


def test_an_item_of_another_account_cant_be_asked_about(cluster: "Cluster", world: "World") -> None:
    ask = "SELECT outcome FROM djms.ask('support', 'x', '', NULL, %s, %s)"
    with acting(cluster.url("djms_site"), "p_teamwork", token=world.alice.token) as alice:
        for account, item in (
            (world.b.id, world.b.items[0]),
            (world.a.id, world.b.items[0]),
            (world.b.id, world.a.items[0]),
            (world.a.id, world.a.crate.thrown),
        ):
            assert alice.value(ask, account, item) == "gone"
        assert alice.value(ask, world.a.id, world.a.items[1]) == "open"
    with acting(cluster.url("djms_site"), "p_contact") as nobody:
        assert nobody.value(ask, world.a.id, world.a.items[0]) == "gone"
    with acting(cluster.url("djms_site"), "p_teamwork", bearer=world.alice.program) as program:
        assert program.value(ask, world.a.id, world.a.items[0]) == "gone", "a program asks nothing in a person's name"


@pytest.mark.parametrize("login", sorted(set(RULES.processes) - {"owner"}))
def test_no_login_reads_or_changes_what_was_asked_without_a_sign_in(
    cluster: "Cluster", world: "World", login: str
) -> None:
    assert world.a.items
    own = ["", *(one.role for one in RULES.purposes.values() if login in one.process)]
    for role in own:
        with acting(cluster.url(f"djms_{login}"), role) as somebody:
            for table in LETTERS:
                where = beyond(RULES, role, table)
                for statement in (
                    f"SELECT * FROM djms.{table} WHERE {where}",
                    f"SELECT 1 / count(*) FROM djms.{table} WHERE {where}",
                    f"DELETE FROM djms.{table} WHERE {where}",
                    f"UPDATE djms.{table} SET text = 'x'",
                    f"INSERT INTO djms.{table} DEFAULT VALUES",
                ):
                    refused = somebody.refusal(statement)
                    empty = refused in {"", "22012"} and role == "p_retention"
                    assert refused in {"42501", "42703"} or empty, f"{role}: {statement}: {refused}"


def test_doors_for_support_are_no_other_logins(cluster: "Cluster", world: "World") -> None:
    doors = {
        "reply_to_ticket": "gen_random_uuid(), 'x', 1, false",
        "set_ticket": "gen_random_uuid(), 'open', NULL, 'closed', NULL",
        "support_staff": "",
        "about_asker": "gen_random_uuid()",
        "open_ticket": "'other', 'x', NULL, NULL, 'x', true, '\\x00'",
    }
    assert world.a.items
    for login in RULES.processes:
        for role in ["", *(one.role for one in RULES.purposes.values() if login in one.process)]:
            with acting(cluster.url(f"djms_{login}"), role, token=world.alice.token) as somebody:
                for door, arguments in doors.items():
                    assert somebody.refusal(f"SELECT * FROM djms.{door}({arguments})") == "42501", f"{role}: {door}"


def test_what_was_said_is_in_no_log_job_or_other_mail(kept: "Kept", served: "Site", world: "World") -> None:
    browser = served.browser()
    for fields in (
        {"topic": "policy", "text": CANARY, "email": "canary@example.org"},
        {"topic": "policy", "text": CANARY, "email": CANARY},
        {"topic": CANARY, "text": CANARY * 600, "email": "canary@example.org", "answer": CANARY},
    ):
        assert browser.post("/contact", urlencode(fields), content_type=FORM).status_code < 500
    link = f"/contact/{link_of(world, 'canary@example.org', 'contact-confirm')}"
    assert CANARY in shown(browser.get(link))
    assert browser.post(link).status_code == HTTPStatus.SEE_OTHER
    assert browser.post(link, urlencode({"text": f"{CANARY} more"}), content_type=FORM).status_code == 303
    signed_in = served.browser()
    signed_in.cookies[COOKIE] = world.alice.token
    asked = signed_in.post("/contact", urlencode({"topic": "legal", "text": CANARY}), content_type=FORM)
    assert CANARY in shown(signed_in.get(asked["Location"]))
    assert CANARY not in asked["Location"]
    with world.superuser() as superuser:
        others = (
            "SELECT args::text FROM djms.procrastinate_jobs UNION ALL SELECT m::text FROM djms.mail_message m"
            " UNION ALL SELECT e::text FROM djms.ledger_entry e UNION ALL SELECT query FROM pg_stat_activity"
        )
        everything = json.dumps([text for (text,) in superuser.execute(others)])
    assert "canary@example.org" in everything, "it was looked for where mail is"
    assert CANARY not in everything
    assert CANARY not in served.log.read_text()
    assert link.rpartition("/")[2] not in served.log.read_text()
    assert "ticket" in {table for table, _owner in kept.changed()}


def test_what_was_typed_shows_in_no_traceback(world: "World") -> None:
    question = Question(Topic.LEGAL, CANARY, email="canary@example.org")
    assert "canary" not in repr(question)
    with holding(link_of(world, world.alice.email)) as thread:
        assert f"{A} question" not in repr(thread.said if hasattr(thread, "said") else thread)
