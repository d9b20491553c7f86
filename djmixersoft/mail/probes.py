"""Probes of the two streams of mail: what the administrative one is, and who can write into it."""

import re

from djmixersoft.mail.templates import Template
from djmixersoft.policy.probing import Attempts, Finding, LiveSystem, in_each_role, probe

WRITE = "INSERT INTO djms.mail_message (template, recipient) VALUES ('invitation', 'x')"
_QUOTED = re.compile(r"'([^']*)'")


@probe("7d")
def nobody_writes_mail_of_their_own(system: LiveSystem) -> Finding:
    """Doors write each mail, from a closed list of texts; no login writes one, or changes what one says or to whom."""
    attempts = Attempts()
    for login in system.logins():
        with in_each_role(system, login) as callers:
            for caller in callers:
                for what, statement in (
                    ("writing a mail", WRITE),
                    ("changing its text", "UPDATE djms.mail_message SET template = template"),
                    ("changing its words", "UPDATE djms.mail_message SET context = context"),
                    ("changing its recipient", "UPDATE djms.mail_message SET recipient = recipient"),
                ):
                    attempts.expect_nothing(caller, what, statement)
    with system.connect("auditor") as auditor:
        row = auditor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'mail_message_closed_list'"
            " AND connamespace = 'djms'::regnamespace AND convalidated"
        ).fetchone()
    listed = set(_QUOTED.findall(row[0])) if row else set()
    closed = listed == {mail.value for mail in Template}
    found = attempts.finding("to write a mail or to change one, by each login in each role")
    texts = f"the database takes {len(listed)} texts and no other" if closed else "the list of texts is not closed"
    return Finding(found.kept and closed, f"{found.evidence}; {texts}")
