"""Probes of legal process: that it takes two, and that nothing of a silent one shows before its date."""

import secrets
from typing import Final
from uuid import uuid4

from djmixersoft.policy.probing import Attempts, Caller, Finding, LiveSystem, probe

CONSTRAINTS: Final = ("legal_process_four_eyes", "legal_silence_four_eyes", "legal_process_silent_for_a_year")
_WAYS: Final = (
    ("confirming", "SELECT 1 WHERE djms.confirm_process(%s) = 'done'", 1),
    ("opening", "SELECT 1 FROM djms.open_process_access(%s, null, 'x', 1, true) WHERE outcome = 'opened'", 1),
    ("silencing", "SELECT 1 WHERE djms.confirm_silence(%s) = 'done'", 1),
    ("seeing them", "SELECT 1 FROM djms.legal_processes(%s)", 1),
    ("handing over", "SELECT 1 FROM djms.begin_export(%s, %s) WHERE outcome = 'begun'", 2),
    ("adding one", "INSERT INTO djms.legal_process (account_id, id) VALUES (%s, %s)", 2),
    ("widening one", "INSERT INTO djms.legal_item (account_id, process_id, item_id) VALUES (%s, %s, %s)", 3),
    ("confirming by hand", "UPDATE djms.legal_process SET ended_by = %s", 1),
)
_HELD: Final = (
    "SELECT count(*) FROM pg_constraint WHERE conname = ANY(%s) AND convalidated AND contype = 'c'"
    " AND connamespace = 'djms'::regnamespace"
)
_SHOWN: Final = (
    "SELECT concat(p.polname, ' on ', c.relname), pg_get_expr(p.polqual, c.oid) FROM pg_policy p"
    " JOIN pg_class c ON c.oid = p.polrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'process_id'"
    " WHERE c.relnamespace = 'djms'::regnamespace AND p.polcmd IN ('r', '*') AND (0::oid = ANY (p.polroles) OR EXISTS"
    " (SELECT FROM pg_auth_members WHERE member = 'djms_site'::regrole AND roleid = ANY (p.polroles)))"
    " AND c.relname ~ '^(access|reading|legal_item)'"
)


@probe("1g")
def a_legal_process_takes_two_and_is_kept_from_nobody_for_long(system: LiveSystem) -> Finding:
    """No login in whatever role makes, confirms or opens one with a sign-in that is nobody's; constraints hold too."""
    attempts = Attempts()
    for login in system.logins():
        with system.connect(login) as connection:
            for role in ("", *(purpose.role for purpose in system.rules.purposes.values())):
                caller = Caller(connection, login, role, secrets.token_hex(32))
                for what, statement, given in _WAYS:
                    attempts.expect_nothing(caller, what, statement, *(uuid4() for _ in range(given)))
    with system.connect("auditor") as auditor:
        held = auditor.execute(_HELD.encode(), [list(CONSTRAINTS)]).fetchone()
        shown = auditor.execute(_SHOWN.encode()).fetchall()
    loose = sorted(where for where, condition in shown if "told_processes()" not in (condition or ""))
    found = attempts.finding("to make a legal process, confirm one or open something by it, by each login in each role")
    constraints = f"{held[0] if held else 0} of {len(CONSTRAINTS)} constraints keep it to two people and a year"
    policies = f"{len(shown)} row policies leave out what is silent until its date"
    kept = found.kept and held == (len(CONSTRAINTS),) and bool(shown) and not loose
    return Finding(kept, f"{found.evidence}; {constraints}; {f'shown early: {loose[0]}' if loose else policies}")
