"""Probes of the promises about who a person is: agreeing to the Terms, cookies, passwords."""

import secrets

from djmixersoft.policy.probes import Attempts, Finding, LiveSystem, each_statement, probe

OWASP_MEMORY_KIB, OWASP_PASSES = 19456, 2


@probe("1e")
def nobody_becomes_a_person_without_agreeing(system: LiveSystem) -> Finding:
    """A person is made by two doors only, both of which write the agreement; and no login can change one."""
    attempts = Attempts()
    for login in system.logins(without=["owner"]):
        with each_statement(system, login) as (connection, takes):
            for take in takes:
                for statement in (
                    "INSERT INTO djms.person (email) VALUES ('probe@invalid') RETURNING 1",
                    "UPDATE djms.terms_agreement SET version = '0', agreed_at = now()",
                    "DELETE FROM djms.terms_agreement",
                ):
                    attempts.expect_refusal(connection, take, statement)
    return attempts.finding("to make a person or to change an agreement, by each login in each role")


@probe("2a")
def only_the_hash_of_a_cookie_is_kept(system: LiveSystem) -> Finding:
    """Sessions hold 32-byte hashes, and a made-up token is nobody."""
    with system.connect("site") as site:
        attempts = Attempts()
        for _ in range(100):
            token = secrets.token_hex(16)
            take = f"SELECT set_config('role', 'p_self_service', true), set_config('djms.token', '{token}', true)"
            attempts.expect_refusal(site, take, "SELECT * FROM djms.person")
    return attempts.finding("with made-up tokens")


@probe("6a")
def passwords_are_stretched_and_their_verifiers_unreadable(system: LiveSystem) -> Finding:
    """Argon2id at least as strong as OWASP's minimum, and no login reads what passwords are compared with."""
    attempts = Attempts()
    for login in system.logins(without=["owner"]):
        with each_statement(system, login) as (connection, takes):
            for take in takes:
                attempts.expect_refusal(connection, take, "SELECT verifier FROM djms.credential")
                attempts.expect_refusal(connection, take, "SELECT secret FROM djms.mail_message")
                attempts.expect_refusal(connection, take, "SELECT value FROM djms.door_secret")
    found = attempts.finding("to read verifiers, mailed links and keyed-hash keys, by each login in each role")
    with system.connect("site") as site, site.transaction(force_rollback=True):
        site.execute("SET LOCAL ROLE p_sign_in")
        row = site.execute("SELECT memory_kib, passes FROM djms.sign_in_parameters('probe@invalid')").fetchone()
    memory, passes = row or (0, 0)
    strong = memory >= OWASP_MEMORY_KIB and passes >= OWASP_PASSES
    return Finding(found.kept and strong, f"Argon2id with {memory} KiB and {passes} passes; {found.evidence}")
