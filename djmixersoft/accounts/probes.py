"""Probes of what an account promises: members only, and always an Administrator."""

import secrets
from uuid import uuid4

from djmixersoft.policy.probing import Attempts, Caller, Finding, LiveSystem, probe

ROUNDS = 20
WRITING = (
    "SELECT concat(p.polname, ' on ', c.relname),"
    " concat(pg_get_expr(p.polqual, c.oid), pg_get_expr(p.polwithcheck, c.oid))"
    " FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid"
    " WHERE c.relnamespace = 'djms'::regnamespace AND p.polcmd <> 'r' AND p.polroles = ARRAY[to_regrole(%s)::oid]"
)


@probe("4a")
def accounts_are_shut_to_strangers(system: LiveSystem) -> Finding:
    """The site's login, with made-up tokens and ids, reads, joins and changes no account."""
    attempts = Attempts()
    with system.connect("site") as site:
        for _ in range(ROUNDS):
            stranger, some_id = Caller(site, "site", "p_teamwork", secrets.token_hex(32)), uuid4()
            for table in ("account", "membership", "item", "item_key", "account_key"):
                attempts.expect_nothing(stranger, f"reading {table}", f"SELECT 1 FROM djms.{table} LIMIT 1")
            join = "INSERT INTO djms.membership (account_id, person_id) VALUES (%s, %s)"
            attempts.expect_nothing(stranger, "joining an account", join, some_id, some_id)
            promote = "UPDATE djms.membership SET is_administrator = true"
            attempts.expect_nothing(stranger, "making oneself Administrator", promote)
            invite = "SELECT djms.invite(%s, 'probe@invalid')"
            attempts.expect_nothing(stranger, "inviting to an account", invite, some_id)
            start = "SELECT djms.create_account('probe')"
            attempts.expect_nothing(stranger, "starting an account", start)
    with system.connect("auditor") as auditor:
        row = auditor.execute(
            "SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relname = 'membership'"
            " AND c.relnamespace = 'djms'::regnamespace AND t.tgname = 'keep_an_administrator' AND t.tgenabled = 'O'"
        ).fetchone()
    guarded = bool(row and row[0])
    found = attempts.finding("with made-up cookies")
    trigger = "the trigger that keeps an Administrator is armed" if guarded else "no trigger keeps an Administrator"
    return Finding(found.kept and guarded, f"{found.evidence}; {trigger}")


@probe("4a")
def a_program_does_no_more_than_its_token_says(system: LiveSystem) -> Finding:
    """A made-up token is nobody's, and whether one may write is asked wherever a program could write."""
    attempts = Attempts()
    with system.connect("site") as site:
        for _ in range(ROUNDS):
            bearer = f"djms_{secrets.token_urlsafe(32)}"
            for role in ("p_teamwork", "p_self_service"):
                program = Caller(site, "site", role, bearer=bearer)
                for table in ("person", "account", "item", "item_key", "api_token"):
                    attempts.expect_nothing(program, f"reading {table}", f"SELECT 1 FROM djms.{table} LIMIT 1")
                    attempts.expect_nothing(program, f"removing from {table}", f"DELETE FROM djms.{table}")
    roles = [purpose.role for purpose in system.rules.purposes.values() if purpose.programs]
    with system.connect("auditor") as auditor:
        written = [row for role in roles for row in auditor.execute(WRITING.encode(), [role])]
    unasked = sorted(where for where, condition in written if "may_write()" not in condition)
    found = attempts.finding("with made-up tokens of programs")
    asked = f"{len(written)} row policies for writing ask whether a token may write"
    return Finding(
        found.kept and bool(written) and not unasked,
        f"{found.evidence}; {f'not asked: {unasked[0]}' if unasked else asked}",
    )
