"""Probes of what an account promises: members only, and always an Administrator."""

import secrets
from uuid import uuid4

from djmixersoft.policy.probes import Attempts, Finding, LiveSystem, probe


@probe("4a")
def accounts_are_shut_to_strangers(system: LiveSystem) -> Finding:
    """The site's login, with made-up tokens and ids, reads, joins and changes no account."""
    attempts = Attempts()
    with system.connect("site") as site:
        for _ in range(20):
            token, some_id = secrets.token_hex(16), uuid4()
            take = f"SELECT set_config('role', 'p_teamwork', true), set_config('djms.token', '{token}', true)"
            for statement in (
                "SELECT * FROM djms.account",
                "SELECT * FROM djms.membership",
                "SELECT * FROM djms.item",
                f"INSERT INTO djms.membership (account_id, person_id) VALUES ('{some_id}', '{some_id}')",
                f"SELECT djms.invite('{some_id}', 'probe@invalid')",
                f"SELECT djms.create_account('{some_id}')",
            ):
                attempts.expect_refusal(site, take, statement)
    with system.connect("owner") as owner:
        row = owner.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgname = 'keep_an_administrator' AND tgenabled = 'O'"
            " AND tgrelid = 'djms.membership'::regclass"
        ).fetchone()
    guarded = bool(row and row[0])
    found = attempts.finding("with made-up tokens")
    trigger = "the trigger that keeps an Administrator is armed" if guarded else "no trigger keeps an Administrator"
    return Finding(found.kept and guarded, f"{found.evidence}; {trigger}")
