"""7d: mail that can't be opted out of is used for nothing else."""

from typing import TYPE_CHECKING

import psycopg
import pytest

from djmixersoft.mail.templates import Template
from tests.promises.acting import Acting, acting

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.people import World

LOGINS = ("site", "desk", "mailer", "analyst", "steward", "sealer", "auditor")
WRITE = "INSERT INTO djms.mail_message (template, recipient, context) VALUES ('invitation', 'x@example.org', '{}')"


@pytest.mark.parametrize("login", LOGINS)
def test_no_login_writes_a_mail_or_changes_what_one_says_or_to_whom(
    cluster: "Cluster", world: "World", login: str
) -> None:
    with world.superuser() as superuser:
        rows = superuser.execute("SELECT id::text FROM djms.mail_message ORDER BY created_at DESC LIMIT 1").fetchall()
    (message,) = rows[0]
    with acting(cluster.url(f"djms_{login}"), token=world.alice.token, named=message) as one:
        roles = [role for (role,) in one.rows("SELECT rolname FROM pg_roles WHERE starts_with(rolname, 'p_')")]
        for role in ("none", *roles):
            if one.refusal(f"SET LOCAL ROLE {role}"):
                continue
            assert one.refusal(WRITE) == "42501", role
            for column in ("template", "recipient", "context", "created_at"):
                assert one.refusal(f"UPDATE djms.mail_message SET {column} = {column}") == "42501", (role, column)


def test_the_mailer_marks_the_message_it_names_and_nothing_more(cluster: "Cluster", world: "World") -> None:
    with world.superuser() as superuser:
        ids = [one for (one,) in superuser.execute("SELECT id::text FROM djms.mail_message LIMIT 2").fetchall()]
    with acting(cluster.url("djms_mailer"), "p_administrative_mail", named=ids[0]) as mailer:
        assert mailer.changed("UPDATE djms.mail_message SET state = state") == 1
        assert mailer.changed("UPDATE djms.mail_message SET state = state WHERE id = %s", ids[1]) == 0


@pytest.mark.parametrize("template", ["newsletter", "offer", "", "invitation ", "Invitation"])
def test_the_database_takes_no_other_text_from_anybody(undone: Acting, template: str) -> None:
    with pytest.raises(psycopg.errors.CheckViolation), undone.connection.transaction():
        undone.changed("INSERT INTO djms.mail_message (template, recipient) VALUES (%s, 'x@example.org')", template)


def test_it_takes_each_text_of_the_closed_list(undone: Acting) -> None:
    for mail in Template:
        added = "INSERT INTO djms.mail_message (template, recipient) VALUES (%s, 'x@example.org')"
        assert undone.changed(added, mail.value) == 1
