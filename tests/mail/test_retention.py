"""What has outlived its retention goes, and nothing else does."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest

from djmixersoft.content import jobs as content_jobs
from djmixersoft.content import stores
from djmixersoft.content.stores import blobs
from djmixersoft.policy.loading import load
from djmixersoft.policy.retention import forget_expired, kept_for
from tests.mail.working import Workplace
from tests.support import wait_until

# For each table how a row is made (as the superuser), whose moment of expiry or writing is the parameter.
ROWS = {
    "session": "INSERT INTO djms.session (token_hash, person_id, device, stays, expires)"
    " SELECT sha256(gen_random_uuid()::text::bytea), id, 'x', true, %s FROM djms.person"
    " WHERE email = 'kept@example.org'",
    "registration": "INSERT INTO djms.registration (email, salt, memory_kib, passes, lanes, verifier, account_name,"
    " terms_version, newsletter, token_hash, expires)"
    " VALUES ('kept@example.org', '', 1, 1, 1, '', 'x', '1', false, sha256(gen_random_uuid()::text::bytea), %s)",
    "mail_proof": "INSERT INTO djms.mail_proof (token_hash, person_id, kind, expires)"
    " SELECT sha256(gen_random_uuid()::text::bytea), id, 'password', %s FROM djms.person"
    " WHERE email = 'kept@example.org'",
    "sign_in_try": "INSERT INTO djms.sign_in_try (email_hash, tries, expires)"
    " VALUES (sha256(gen_random_uuid()::text::bytea), 1, %s)",
    "invitation": "INSERT INTO djms.invitation (account_id, email, token_hash, invited_by, expires)"
    " SELECT a.id, 'x', sha256(gen_random_uuid()::text::bytea), p.id, %s FROM djms.account a, djms.person p"
    " WHERE a.name = 'Kept' AND p.email = 'kept@example.org'",
    "mail_message": "INSERT INTO djms.mail_message (template, recipient, created_at)"
    " VALUES ('password-changed', 'kept@example.org', %s)",
    "api_token": "INSERT INTO djms.api_token (token_hash, person_id, name, may_write, expires)"
    " SELECT sha256(gen_random_uuid()::text::bytea), id, 'x', false, %s FROM djms.person"
    " WHERE email = 'kept@example.org'",
    "ticket": "INSERT INTO djms.ticket (reference, topic, email, subject, updated_at)"
    " VALUES (gen_random_uuid()::text, 'other', 'kept@example.org', 'x', %s)",
    "ticket_draft": "INSERT INTO djms.ticket_draft (token_hash, topic, email, text, expires)"
    " VALUES (sha256(gen_random_uuid()::text::bytea), 'other', 'kept@example.org', 'x', %s)",
    "staff_session": "INSERT INTO djms.staff_session (token_hash, staff_id, device, enrols, expires)"
    " SELECT sha256(gen_random_uuid()::text::bytea), id, 'x', false, %s FROM djms.staff WHERE pseudonym = 'Kept'",
    "staff_link": "WITH one AS (INSERT INTO djms.staff (pseudonym, email) VALUES ('Kept ' || gen_random_uuid(),"
    " gen_random_uuid() || '@staff.example') RETURNING id) INSERT INTO djms.staff_link (token_hash, staff_id, expires)"
    " SELECT sha256(gen_random_uuid()::text::bytea), id, %s FROM one",
    "access_request": "INSERT INTO djms.access_request (account_id, staff_id, staff_role, pseudonym, items, reason,"
    " words, hours, expires, forget_from) SELECT a.id, s.id, 'support', s.pseudonym, '{}', 'asked', 'x', 1, now(), %s"
    " FROM djms.account a, djms.staff s WHERE a.name = 'Kept' AND s.pseudonym = 'Kept'",
    "approval_key": "INSERT INTO djms.approval_key (account_id, id, added_by, name, credential_id, public_key, spki,"
    " sealed, verifier, expires)"
    " SELECT a.id, gen_random_uuid(), p.id, 'x', sha256(gen_random_uuid()::text::bytea), '', '', '', '', %s"
    " FROM djms.account a, djms.person p WHERE a.name = 'Kept' AND p.email = 'kept@example.org'",
    "approval_statement": "INSERT INTO djms.approval_statement (account_id, digest, about, person_id, statement,"
    " expires) SELECT a.id, sha256(gen_random_uuid()::text::bytea), 'access', p.id, '', %s"
    " FROM djms.account a, djms.person p WHERE a.name = 'Kept' AND p.email = 'kept@example.org'",
    "parting_notice": "INSERT INTO djms.parting_notice (person_id, account_name, staff_role, pseudonym, items, began,"
    " ends, sent_at) SELECT id, 'Kept', 'support', 'Kept', 1, now(), now(), %s FROM djms.person"
    " WHERE email = 'kept@example.org'",
    "legal_process": "INSERT INTO djms.legal_process (account_id, kind, authority, reference, obliges, telling,"
    " recorded_by, recorder, known_from) SELECT a.id, 'warrant', 'A court', 'x', 'x', 'before', s.id, s.pseudonym, %s"
    " FROM djms.account a, djms.staff s WHERE a.name = 'Kept' AND s.pseudonym = 'Kept'",
}
OF_WHOM = (
    "INSERT INTO djms.person (email) VALUES ('kept@example.org')",
    "INSERT INTO djms.account (name) VALUES ('Kept')",
    "INSERT INTO djms.staff (pseudonym, email) VALUES ('Kept', 'kept@staff.example')",
)
EXPIRED, KEPT = 5, 3
MOMENT = timedelta(minutes=1)


CLEANING = (
    "DELETE FROM djms.api_token WHERE person_id IN (SELECT id FROM djms.person WHERE email = 'kept@example.org')",
    "DELETE FROM djms.session WHERE person_id IN (SELECT id FROM djms.person WHERE email = 'kept@example.org')",
    "DELETE FROM djms.mail_proof WHERE person_id IN (SELECT id FROM djms.person WHERE email = 'kept@example.org')",
    "DELETE FROM djms.invitation WHERE account_id IN (SELECT id FROM djms.account WHERE name = 'Kept')",
    *(
        f"DELETE FROM djms.{table} WHERE account_id IN (SELECT id FROM djms.account WHERE name = 'Kept')"
        for table in ("access_request", "approval_statement", "approval_key", "legal_process")
    ),
    *(
        f"DELETE FROM djms.{table} WHERE staff_id IN (SELECT id FROM djms.staff WHERE pseudonym LIKE 'Kept%')"
        for table in ("staff_session", "staff_link")
    ),
    "DELETE FROM djms.staff WHERE pseudonym LIKE 'Kept%'",
    "DELETE FROM djms.ticket WHERE email = 'kept@example.org'",
    "DELETE FROM djms.ticket_draft WHERE email = 'kept@example.org'",
    "DELETE FROM djms.registration WHERE email = 'kept@example.org'",
    "DELETE FROM djms.mail_message WHERE recipient = 'kept@example.org'",
    "DELETE FROM djms.account WHERE name = 'Kept'",
    "DELETE FROM djms.person WHERE email = 'kept@example.org'",
)


@dataclass
class Filled:
    """A database with rows just before and just after the end of their retention; `before`: how many there were."""

    workplace: Workplace
    before: dict[str, int]

    def more(self) -> dict[str, int]:
        """How many more rows there are than before, in each table with a retention."""
        return {table: rows - self.before[table] for table, rows in counts(self.workplace, *ROWS).items()}


@pytest.fixture
def filled(workplace: Workplace) -> Iterator[Filled]:
    made = workplace.superuser
    with workplace.as_login("djms_steward"):
        forget_expired()
    before = counts(workplace, *ROWS)
    try:
        for one in OF_WHOM:
            made.execute(one.encode())
        for rule in load().retention:
            for age, times in ((kept_for(rule) + MOMENT, EXPIRED), (kept_for(rule) - MOMENT, KEPT)):
                for _ in range(times):
                    made.execute(ROWS[rule.table].replace("%s", f"now() - interval '{age.total_seconds()} s'").encode())
        made.execute("DELETE FROM djms.procrastinate_jobs")
        yield Filled(workplace, before)
    finally:
        for statement in CLEANING:
            made.execute(statement.encode())


def counts(workplace: Workplace, *tables: str) -> dict[str, int]:
    found = {}
    for table in tables:
        row = workplace.superuser.execute(f"SELECT count(*) FROM djms.{table}".encode()).fetchone()
        found[table] = row[0] if row else 0
    return found


def test_exactly_the_expired_rows_of_each_rule_go(filled: Filled) -> None:
    others = [
        table
        for table in load().tables()
        if table not in ROWS and not table.startswith(("procrastinate_", "ledger_actor"))
    ]
    before = counts(filled.workplace, *others)
    with filled.workplace.as_login("djms_steward"):
        assert forget_expired(batch=2) == dict.fromkeys(ROWS, EXPIRED)
        assert forget_expired() == dict.fromkeys(ROWS, 0)
    assert filled.more() == dict.fromkeys(ROWS, KEPT)
    assert counts(filled.workplace, *others) == before, "no other table was touched"


def test_the_steward_does_it_by_itself_and_logs_numbers_only(filled: Filled) -> None:
    workplace = filled.workplace
    workplace.superuser.execute(
        "INSERT INTO djms.procrastinate_jobs (queue_name, task_name) VALUES ('steward', 'retention.sweep')"
    )
    workplace.start("steward")
    wait_until("expired rows are gone", lambda: filled.more() == dict.fromkeys(ROWS, KEPT), 30)
    said = "expired rows were deleted"
    wait_until("it says so", lambda: any(line["event"] == said for line in workplace.log("steward")))
    (line,) = [line for line in workplace.log("steward") if line["event"] == said]
    assert line["rows"] == dict.fromkeys(ROWS, EXPIRED)


def test_uploads_that_were_abandoned_a_day_ago_are_removed(workplace: Workplace) -> None:
    with workplace.as_login("djms_steward"):
        forget_stores()
        try:
            store = blobs()
            with store.incoming(str(uuid4())) as whole:
                whole.write(b"whole")
                whole.commit()
            old, new = store.incoming(str(uuid4())), store.incoming(str(uuid4()))
            old.write(b"half")
            folder = workplace.data / "blobs" / "incoming"
            day_and_more = time.time() - 86_400 - 60
            for path in folder.iterdir():
                if path.stat().st_size:
                    os.utime(path, (day_and_more, day_and_more))
            content_jobs.sweep()
            assert [path.stat().st_size for path in folder.iterdir()] == [0], "the one of this moment stays"
            assert len(list(store.names(older_than=timedelta(seconds=-60)))) == 1
            old.discard()
            new.discard()
        finally:
            forget_stores()


def forget_stores() -> None:
    """Have the stores opened anew, where the settings say now."""
    for opened in (stores.blobs, stores.partials, stores._folder):  # noqa: SLF001 - what is cached beneath the others
        opened.cache_clear()
