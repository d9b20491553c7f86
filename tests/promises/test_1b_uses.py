"""1b: each use reaches exactly the rows that its rule words, tried with statements that name no row at all."""

from typing import TYPE_CHECKING

import pytest

from djmixersoft.policy.loading import load
from djmixersoft.policy.rules import Retention
from tests.promises.acting import Acting, acting

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.people import World

RULES = load()
PEOPLE = ("alice", "bob", "carol", "stranger")
# Whose rows: in words of its own here, so that the compiled conditions are held against something else.
SCOPES = {
    "own": "{person} = %(me)s",
    "account": "{account} IN (SELECT account_id FROM djms.membership WHERE person_id = %(me)s)",
    "administered": "{account} IN (SELECT account_id FROM djms.membership WHERE is_administrator AND"
    " person_id = %(me)s)",
    "told": "{account} IN (SELECT account_id FROM djms.membership WHERE is_administrator AND person_id = %(me)s)"
    " AND NOT EXISTS (SELECT FROM djms.legal_process silent WHERE silent.id = process_id AND silent_until > now())",
    "processes": "{process} IN (SELECT p.id FROM djms.legal_process p JOIN djms.membership m"
    " ON m.account_id = p.account_id WHERE m.is_administrator AND m.person_id = %(me)s"
    " AND (p.silent_until IS NULL OR p.silent_until <= now()))",
    "teammates": "{person} IN (SELECT m.person_id FROM djms.membership m JOIN djms.membership mine USING (account_id)"
    " WHERE mine.person_id = %(me)s)",
    "all": "true",
}
BLIND_CHANGES = {
    "person_name": "name = 'x'",
    "person_address": "address = 'x'",
    "account": "name = 'x'",
    "membership": "is_administrator = true",
    "invitation": "withdrawn_at = now()",
    "item": "name = 'x'",
    "upload": "expires = now()",
    "share": "revoked_at = now()",
}
# How rows are told from each other: where somebody may read some columns only, by one of these.
TOLD_BY = {"ticket": "id", "ticket_message": "id", "legal_process": "id", "approval_key": "id"}
# Rows that are forgotten by the clock, where others aren't: with their process, or not before its date.
OWN_TIME = {"access_request": "process_id IS NULL", "legal_process": "silent_until IS NULL"}
TRASHED = "trashed_with IS NOT NULL"
# What links show is tried in test_4a_links.py, and what mailed ones do in test_9a.py: there is nobody signed in.
SITE_USES = sorted(
    {
        (use.purpose, table, verb)
        for use in RULES.uses
        if "site" in RULES.purposes[use.purpose].process and use.rows not in {"linked", "asked"}
        for table in use.tables
        for verb in use.may
    }
)


def within(world: "World", purpose: str, table: str, verb: str, me: object) -> set[str]:
    """Where the rows are that somebody reaches by the rules, as the superuser finds them."""
    conditions = [
        SCOPES[use.rows].format(
            person="id" if table == "person" else "person_id",
            account="id" if table == "account" else "account_id",
            process="id" if table == "legal_process" else "process_id",
        )
        + (f" AND {use.stamp} = %(me)s" if use.stamp else "")
        for use in RULES.uses
        if use.purpose == purpose and table in use.tables and verb in use.may
    ]
    with world.superuser() as superuser:
        either = " OR ".join(f"({one})" for one in conditions)
        sql = f"SELECT {TOLD_BY.get(table, 'ctid')}::text FROM djms.{table} WHERE {either}"
        return {place for (place,) in superuser.execute(sql.encode(), {"me": me})}


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize(("purpose", "table"), sorted({use[:2] for use in SITE_USES if use[2] == "read"}))
def test_one_reads_the_rows_that_are_within_the_use(
    cluster: "Cluster", world: "World", purpose: str, table: str, name: str
) -> None:
    somebody = getattr(world, name)
    wanted, told_by = within(world, purpose, table, "read", somebody.id), TOLD_BY.get(table, "ctid")
    with acting(cluster.url("djms_site"), RULES.purposes[purpose].role, token=somebody.token) as one:
        assert {place for (place,) in one.rows(f"SELECT {told_by}::text FROM djms.{table}")} == wanted
        assert one.value(f"SELECT count(*) FROM djms.{table}") == len(wanted)


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize(("purpose", "table"), [use[:2] for use in SITE_USES if use[2] == "change"])
def test_one_changes_the_rows_that_are_within_the_use(
    cluster: "Cluster", world: "World", purpose: str, table: str, name: str
) -> None:
    somebody = getattr(world, name)
    wanted = within(world, purpose, table, "change", somebody.id)
    with acting(cluster.url("djms_site"), RULES.purposes[purpose].role, token=somebody.token) as one:
        assert one.changed(f"UPDATE djms.{table} SET {BLIND_CHANGES[table]}") == len(wanted)


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize(("purpose", "table"), [use[:2] for use in SITE_USES if use[2] == "remove"])
def test_one_removes_the_rows_that_are_within_the_use(
    cluster: "Cluster", world: "World", purpose: str, table: str, name: str
) -> None:
    somebody = getattr(world, name)
    wanted = within(world, purpose, table, "remove", somebody.id)
    with acting(cluster.url("djms_site"), RULES.purposes[purpose].role, token=somebody.token) as one:
        if table == "membership" and name != "bob":
            assert one.refusal("DELETE FROM djms.membership") == "DJ001", "the last Administrator stays"
            return
        if table == "item":
            in_trash = {(place,) for place in wanted} & set(
                one.rows(f"SELECT ctid::text FROM djms.item WHERE {TRASHED}")
            )
            assert len(in_trash) == (1 if name in {"alice", "carol"} else 0)
            assert one.refusal("DELETE FROM djms.item") == ("42501" if in_trash else ""), "what is in use stays"
            assert one.changed(f"DELETE FROM djms.item WHERE {TRASHED}") == len(in_trash)
            return
        assert one.changed(f"DELETE FROM djms.{table}") == len(wanted)


def test_an_administrator_removes_others_and_a_member_only_themselves(cluster: "Cluster", world: "World") -> None:
    remove = "DELETE FROM djms.membership WHERE person_id = %s"
    with acting(cluster.url("djms_site"), "p_teamwork", token=world.alice.token) as alice:
        assert alice.changed(remove, world.carol.id) == 0
        assert alice.changed(remove, world.bob.id) == 1
    with acting(cluster.url("djms_site"), "p_teamwork", token=world.bob.token) as bob:
        assert bob.changed(remove, world.alice.id) == 0
        assert bob.changed(remove, world.bob.id) == 1


@pytest.mark.parametrize("table", ["person_name", "person_address", "subscription"])
def test_one_adds_what_is_ones_own_and_keeps_it_ones_own(cluster: "Cluster", world: "World", table: str) -> None:
    columns, values = {
        "person_name": ("person_id, name", "%s, 'x'"),
        "person_address": ("person_id, address", "%s, 'x'"),
        "subscription": ("person_id", "%s"),
    }[table]
    add = f"INSERT INTO djms.{table} ({columns}) VALUES ({values})"
    with acting(cluster.url("djms_site"), "p_self_service", token=world.alice.token) as alice:
        alice.changed(f"DELETE FROM djms.{table}")
        with_nothing_there = world.bob.id if table == "subscription" else world.carol.id
        assert alice.refusal(add, with_nothing_there) == "42501"
        assert alice.changed(add, world.alice.id) == 1
        if table in BLIND_CHANGES:
            assert alice.refusal(f"UPDATE djms.{table} SET person_id = %s", world.carol.id) == "42501"


def test_one_adds_items_with_keys_to_ones_own_account(cluster: "Cluster", world: "World") -> None:
    add_key = "INSERT INTO djms.account_key (account_id, wrapped) VALUES (%s, '')"
    with acting(cluster.url("djms_site"), "p_teamwork", token=world.stranger.token) as stranger:
        account = stranger.value("SELECT id FROM djms.account")
        assert stranger.refusal(add_key, world.b.id) == "42501"
        assert stranger.changed(add_key, account) == 1
        item = stranger.value(
            "INSERT INTO djms.item (account_id, name, size, sha256, media_type, blob_id, added_by, changed_by)"
            " SELECT %s, 'x', 1, '', 'audio/ogg', gen_random_uuid(), p, p FROM djms.current_person() p RETURNING id",
            account,
        )
        add_key = "INSERT INTO djms.item_key (account_id, item_id, wrapped) VALUES (%s, %s, '')"
        assert stranger.changed(add_key, account, item) == 1


# One of our own people, with a link and a place where they are signed in.
OF_OUR_OWN = """
    WITH one AS (INSERT INTO djms.staff (pseudonym, email) VALUES ('{name}', '{name}@staff.example') RETURNING id),
         linked AS (INSERT INTO djms.staff_link (token_hash, staff_id, expires) SELECT '{name}', id, now() FROM one)
    INSERT INTO djms.staff_session (token_hash, staff_id, device, enrols, expires) SELECT '{name}', id, '', false, now()
      FROM one"""


def _steward(undone: Acting) -> None:
    undone.rows("SET LOCAL SESSION AUTHORIZATION djms_steward")
    undone.rows("SET LOCAL ROLE p_retention")


@pytest.mark.parametrize("rule", RULES.retention, ids=lambda rule: rule.table)
def test_the_steward_reads_and_removes_what_is_past_its_time_and_nothing_earlier(
    world: "World", rule: Retention
) -> None:
    table = f"djms.{rule.table}"
    end = f"clock_timestamp() - interval '{rule.keep}'"
    with world.superuser() as superuser, superuser.transaction(force_rollback=True):
        undone = Acting(superuser)
        undone.rows("SELECT djms.sign_in_parameters('a@example.org'), djms.sign_in_parameters('b@example.org')")
        for name in ("x", "y"):
            undone.rows(OF_OUR_OWN.format(name=name))
        ones = OWN_TIME.get(rule.table, "true")
        assert undone.changed(f"UPDATE {table} SET {rule.after} = {end} + interval '1 minute' WHERE {ones}") >= 2
        with superuser.transaction(force_rollback=True):
            _steward(undone)
            assert undone.rows(f"SELECT ctid FROM {table}") == []
            assert undone.changed(f"DELETE FROM {table}") == 0
        undone.changed(
            f"UPDATE {table} SET {rule.after} = {end} - interval '1 s'"
            f" WHERE ctid = (SELECT min(ctid) FROM {table} WHERE {ones})"
        )
        _steward(undone)
        assert len(undone.rows(f"SELECT ctid FROM {table}")) == 1
        assert undone.changed(f"DELETE FROM {table}") == 1


def test_the_mailer_changes_the_named_message_only_and_blindly_no_other(cluster: "Cluster", world: "World") -> None:
    with world.superuser() as superuser:
        (message,) = next(iter(superuser.execute("SELECT id::text FROM djms.mail_message ORDER BY id LIMIT 1")))
    with acting(cluster.url("djms_mailer"), "p_administrative_mail", named=message) as mailer:
        assert mailer.changed("UPDATE djms.mail_message SET state = 'sent', secret = NULL, sent_at = now()") == 1
        assert mailer.refusal("UPDATE djms.mail_message SET recipient = 'thief@example.org'") == "42501"


def test_the_mailer_is_told_of_messages_that_no_job_will_send(cluster: "Cluster", world: "World") -> None:
    with world.superuser() as superuser, superuser.transaction(force_rollback=True):
        due = "SELECT count(*) FROM djms.due_mail(interval '1 minute')"
        superuser.execute("SET LOCAL session_replication_role = replica")
        superuser.execute("DELETE FROM djms.procrastinate_jobs")
        superuser.execute("UPDATE djms.mail_message SET state = 'sent', created_at = now() - interval '1 hour'")
        assert superuser.execute(due).fetchone() == (0,)
        superuser.execute(
            "UPDATE djms.mail_message SET state = 'queued' WHERE ctid = (SELECT min(ctid) FROM djms.mail_message)"
        )
        assert superuser.execute(due).fetchone() == (1,)
        superuser.execute("UPDATE djms.mail_message SET created_at = now()")
        assert superuser.execute(due).fetchone() == (0,)
    with acting(cluster.url("djms_mailer"), "p_administrative_mail") as mailer:
        assert mailer.refusal(due) == ""


def test_a_message_that_is_written_down_becomes_a_job_that_names_it_and_nothing_else(world: "World") -> None:
    with world.superuser() as superuser, superuser.transaction(force_rollback=True):
        message = superuser.execute(
            "INSERT INTO djms.mail_message (template, recipient, secret)"
            " VALUES ('invitation', 'x', 'x') RETURNING id::text"
        ).fetchone()
        job = superuser.execute(
            "SELECT queue_name, task_name, args FROM djms.procrastinate_jobs ORDER BY id DESC LIMIT 1"
        ).fetchone()
        assert message
        assert job == ("mailer", "mail.send", {"message": message[0]})


def test_the_auditor_writes_down_findings_and_a_visitor_reads_them(cluster: "Cluster") -> None:
    with acting(cluster.url("djms_auditor"), "p_audit") as audit:
        add = "INSERT INTO djms.probe_result (promise, status, evidence) VALUES ('0x', 'kept', 'x')"
        assert audit.changed(add) == 1
        assert audit.changed("UPDATE djms.probe_result SET status = 'broken' WHERE promise = '0x'") == 1
    with acting(cluster.url("djms_site"), "p_visiting") as visitor:
        visitor.rows("SELECT * FROM djms.probe_result")
        assert visitor.refusal(add) == "42501"
        assert visitor.refusal("UPDATE djms.probe_result SET status = 'kept'") == "42501"
