"""Probes of what is promised of our own people's signing in."""

import secrets

from djmixersoft.policy.probing import Attempts, Caller, Finding, LiveSystem, beyond, in_each_role, probe

TABLES = ("staff", "staff_role", "staff_credential", "staff_factor", "staff_session", "staff_link")
DOORS = ("current_staff('')", "staff_confirmed('')", "at_work('')", "my_staff_session()", "my_factors()")


@probe("6a")
def nobody_is_staff_by_sql(system: LiveSystem) -> Finding:
    """No login reads how our own people sign in, makes one of them, or is believed to be one with a made-up cookie."""
    attempts = Attempts()
    for login in system.logins():
        with in_each_role(system, login) as callers:
            for caller in callers:
                for table in TABLES:
                    where = beyond(system.rules, caller.role, table)
                    attempts.expect_nothing(
                        caller, f"reading {table}", f"SELECT 1 FROM djms.{table} WHERE {where} LIMIT 1"
                    )
                made = "INSERT INTO djms.staff (pseudonym, email) VALUES ('x', 'probe@invalid')"
                attempts.expect_nothing(caller, "making one of our own people", made)
                guest = Caller(caller.connection, caller.login, caller.role, secrets.token_hex(32))
                for door in DOORS:
                    attempts.expect_nothing(guest, f"being one, by {door}", f"SELECT djms.{door}")
    return attempts.finding("to be one of our own people, or to read how they sign in, by each login in each role")
