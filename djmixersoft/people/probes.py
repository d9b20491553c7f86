"""Probes of the promises about who a person is: agreeing to the Terms, cookies, passwords."""

import secrets

from djmixersoft.policy.probing import Attempts, Caller, Finding, LiveSystem, beyond, in_each_role, probe

OWASP_MEMORY_KIB, OWASP_PASSES = 19456, 2
MADE_UP = "probe@invalid"  # RFC 2606: nobody's
SECRETS = (
    ("verifier", "credential"),
    ("verifier", "registration"),
    ("verifier", "factor"),
    ("code_hash", "recovery_code"),
    ("secret", "mail_message"),
    ("value", "door_secret"),
)


@probe("1e")
def nobody_becomes_a_person_without_agreeing(system: LiveSystem) -> Finding:
    """A person is made by two doors only, both of which write the agreement; and no login can change one."""
    attempts = Attempts()
    for login in system.logins():
        with in_each_role(system, login) as callers:
            for caller in callers:
                made = "INSERT INTO djms.person (email) VALUES (%s)"
                attempts.expect_nothing(caller, "making a person", made, MADE_UP)
                changed = "UPDATE djms.terms_agreement SET version = '0', agreed_at = now()"
                attempts.expect_nothing(caller, "changing agreements", changed)
                attempts.expect_nothing(caller, "deleting agreements", "DELETE FROM djms.terms_agreement")
    return attempts.finding("to make a person without the Terms or to change an agreement, by each login in each role")


@probe("2a")
def a_made_up_cookie_is_nobodys(system: LiveSystem) -> Finding:
    """Random tokens, as a cookie would hold them, open no session."""
    attempts = Attempts()
    with system.connect("site") as site:
        for _ in range(100):
            caller = Caller(site, "site", "p_self_service", secrets.token_hex(32))
            attempts.expect_nothing(caller, "reading a person", "SELECT 1 FROM djms.person LIMIT 1")
    return attempts.finding("with made-up cookies")


@probe("6a")
def passwords_are_stretched_and_their_verifiers_unreadable(system: LiveSystem) -> Finding:
    """Argon2id at least as strong as OWASP's minimum, and no login reads what passwords are compared with."""
    attempts = Attempts()
    for login in system.logins():
        with in_each_role(system, login) as callers:
            for caller in callers:
                for column, table in SECRETS:
                    where = beyond(system.rules, caller.role, table)
                    statement = f"SELECT {column} FROM djms.{table} WHERE {where} LIMIT 1"
                    attempts.expect_nothing(caller, f"reading {column} of {table}", statement)
    found = attempts.finding("to read verifiers, codes, mailed links and keyed-hash keys, by each login in each role")
    with system.connect("site") as site, site.transaction(force_rollback=True):
        site.execute("SET LOCAL ROLE p_sign_in")
        somebody = f"{secrets.token_hex(8)}@invalid"
        row = site.execute("SELECT memory_kib, passes FROM djms.sign_in_parameters(%s)", [somebody]).fetchone()
    memory, passes = (row[0] or 0, row[1] or 0) if row else (0, 0)
    strong = memory >= OWASP_MEMORY_KIB and passes >= OWASP_PASSES
    return Finding(found.kept and strong, f"Argon2id with {memory:,} KiB and {passes} passes; {found.evidence}")
