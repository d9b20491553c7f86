"""Probes of the contact page: that it is there for everybody, that threads are nobody else's, and that answers come."""

import secrets
from datetime import timedelta
from http import HTTPStatus
from typing import Final
from uuid import uuid4

from djmixersoft.policy.middleware import SESSION_COOKIE
from djmixersoft.policy.probing import Attempts, Caller, Finding, LiveSystem, beyond, in_each_role, probe

ROUNDS: Final = 50
LETTERS: Final = ("ticket", "ticket_draft", "ticket_message", "ticket_link", "ticket_item")
LONGEST_WAIT: Final = timedelta(days=14)
"""For how long a question may wait for an answer until the promise counts as broken (clause 9a)."""
PAGES: Final = ("/", "/privacy", "/terms", "/cookies", "/sign-in", "/no-such-page")


@probe("S2")
def the_contact_page_is_there_for_everybody(system: LiveSystem) -> Finding:
    """It opens with and without a cookie, sets none, asks by a plain form, and every page leads to it."""
    forged = f"{SESSION_COOKIE}={secrets.token_urlsafe(32)}"
    tries = [system.get("/contact", cookie=cookie) for cookie in ("", forged)]
    works = sum(
        page.status == HTTPStatus.OK
        and not page.header("set-cookie")
        and 'method="post" action="/contact"' in page.text
        and all(f'name="{field}"' in page.text for field in ("topic", "text", "email"))
        for page in tries
    )
    led = sum('href="/contact"' in system.get(path).text for path in PAGES)
    return Finding(
        works == len(tries) and led == len(PAGES),
        f"the form is there in {works} of {len(tries)} tries, without a cookie and with a made-up one; "
        f"{led} of {len(PAGES)} other pages lead to it",
    )


@probe("9a")
def what_is_asked_is_shown_to_nobody_else(system: LiveSystem) -> Finding:
    """No login reads a question with nobody signed in, in any role; a made-up link opens, sends and adds nothing."""
    attempts = Attempts()
    for login in system.logins():
        with in_each_role(system, login) as callers:
            for caller in callers:
                for table in LETTERS:
                    where = beyond(system.rules, caller.role, table)
                    attempts.expect_nothing(
                        caller, f"reading {table}", f"SELECT 1 FROM djms.{table} WHERE {where} LIMIT 1"
                    )
                    attempts.expect_nothing(caller, f"removing from {table}", f"DELETE FROM djms.{table} WHERE {where}")
    with system.connect("site") as site:
        for _ in range(ROUNDS):
            stranger = Caller(site, "site", "p_contact", secrets.token_hex(32))
            attempts.expect_nothing(stranger, "reading a thread", "SELECT id FROM djms.ticket")
            attempts.expect_nothing(stranger, "reading what was said", "SELECT text FROM djms.ticket_message")
            waits = "SELECT 1 FROM djms.look_at_draft() WHERE words IS NOT NULL"
            attempts.expect_nothing(stranger, "reading what waits to be sent", waits)
            attempts.expect_nothing(stranger, "sending it", "SELECT 1 WHERE djms.send_draft()")
            attempts.expect_nothing(stranger, "adding to a thread", "SELECT djms.say_more(NULL, 'probe')")
            attempts.expect_nothing(stranger, "adding to another's", "SELECT djms.say_more(%s, 'probe')", uuid4())
    return attempts.finding("on questions and their threads, by each login in each role and with made-up links")


@probe("9a")
def questions_are_answered(system: LiveSystem) -> Finding:
    """None waits for an answer for more than 14 days."""
    with system.connect("auditor") as auditor, auditor.transaction(force_rollback=True):
        auditor.execute("SET LOCAL ROLE p_audit")
        row = auditor.execute("SELECT waiting, longest FROM djms.questions_waiting()").fetchone()
    waiting, longest = row or (0, timedelta())
    oldest = f", the oldest for {longest.days} day{'' if longest.days == 1 else 's'}" if waiting else ""
    return Finding(
        longest <= LONGEST_WAIT, f"{waiting:,} wait for our answer{oldest}; none shall for more than 14 days"
    )
