"""Probes of how Content is got at: on record, approved or told of; and of what anybody may learn of how often."""

import secrets
from uuid import uuid4

from djmixersoft.policy.probing import Attempts, Caller, Finding, LiveSystem, probe

ROUNDS = 20
FEWEST = 10  # numbers in a band
NAMED = "set_config('djms.named', gen_random_uuid()::text, true)"
OPENING = "djms.open_after_notice(%s, array[%s, %s], null, 'asked', 'x', 8, true)"
DESK = (
    "SELECT concat(p.polname, ' on ', c.relname), pg_get_expr(p.polqual, c.oid) FROM pg_policy p"
    " JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = 'djms'::regnamespace AND c.relname = ANY(%s)"
    " AND (0::oid = ANY (p.polroles) OR EXISTS (SELECT FROM pg_auth_members WHERE member = 'djms_desk'::regrole"
    " AND roleid = ANY (p.polroles)))"
)


@probe("4b")
def the_desk_opens_nothing_that_is_not_on_record(system: LiveSystem) -> Finding:
    """Made-up sign-ins and readings show nothing at the desk, and whatever it is shown is bound to a reading."""
    attempts = Attempts()
    tables = system.rules.categories["content"].tables
    roles = [one.role for one in system.rules.purposes.values() if "desk" in one.process]
    with system.connect("desk") as desk:
        for _ in range(ROUNDS):
            for role in roles:
                caller = Caller(desk, "desk", role, secrets.token_hex(32))
                for table in tables:
                    read = f"SELECT 1 FROM {NAMED}, djms.{table} LIMIT 1"
                    attempts.expect_nothing(caller, f"reading {table}", read)
                unlock = "SELECT 1 FROM djms.unlock(%s, %s, %s) WHERE outcome = 'unlocked'"
                attempts.expect_nothing(caller, "unlocking", unlock, uuid4(), uuid4(), uuid4())
                note = "SELECT 1 WHERE djms.note_reading(%s, 'shown') = 'noted'"
                attempts.expect_nothing(caller, "noting a use", note, uuid4())
    with system.connect("auditor") as auditor:
        policies = auditor.execute(DESK.encode(), [list(tables)]).fetchall()
    loose = sorted(where for where, condition in policies if not _is_bound(where, condition or ""))
    found = attempts.finding("with made-up sign-ins and readings at the desk")
    bound = f"{len(policies)} row policies show Content there, each of the one item that is unlocked"
    return Finding(
        found.kept and bool(policies) and not loose,
        f"{found.evidence}; {f'not bound: {loose[0]}' if loose else bound}",
    )


def _is_bound(where: str, condition: str) -> bool:
    """Whether a row policy shows the one item that is unlocked, and keys only once it is on record what for."""
    door = "opened()" if where.endswith("_key") else "unlocked()"
    return door in condition and "current_staff(" in condition


@probe("4c")
def nobody_but_an_administrator_lets_anybody_in(system: LiveSystem) -> Finding:
    """Each way to an access is tried by every login in each role, with sign-ins that are nobody's."""
    attempts = Attempts()
    ways = (
        ("approving", "SELECT 1 WHERE djms.decide_request(%s, %s, 'approve', array[%s], 8, null, true, '') = 'done'"),
        ("allowing notices", "SELECT 1 WHERE djms.allow_after_notice(%s, %s <> %s) = 'done'"),
        ("opening", f"SELECT 1 FROM {OPENING} WHERE outcome = 'opened'"),
        ("granting", "INSERT INTO djms.access_grant (account_id, id, request_id) VALUES (%s, %s, %s)"),
        ("covering more", "INSERT INTO djms.access_grant_item (account_id, grant_id, item_id) VALUES (%s, %s, %s)"),
        ("adding a key", "INSERT INTO djms.approval_key (account_id, id, added_by) VALUES (%s, %s, %s)"),
        ("signing", "UPDATE djms.approval_statement SET key_id = %s WHERE account_id NOT IN (%s, %s)"),
        ("deciding", "UPDATE djms.access_request SET state = 'approved' WHERE account_id <> %s OR id IN (%s, %s)"),
    )
    for login in system.logins():
        with system.connect(login) as connection:
            for role in ("", *(purpose.role for purpose in system.rules.purposes.values())):
                caller = Caller(connection, login, role, secrets.token_hex(32))
                for what, statement in ways:
                    attempts.expect_nothing(caller, what, statement, uuid4(), uuid4(), uuid4())
    return attempts.finding("to get an access, or to say yes to one, by each login in each role")


@probe("1d")
def figures_come_in_bands_alone(system: LiveSystem) -> Finding:
    """The numbers behind the figures about accesses are tried by every login in each role."""
    attempts = Attempts()
    for login in system.logins():
        with system.connect(login) as connection:
            for role in ("", *(purpose.role for purpose in system.rules.purposes.values())):
                caller = Caller(connection, login, role, secrets.token_hex(32))
                attempts.expect_nothing(caller, "reading the numbers", "SELECT 1 FROM djms.access_tally LIMIT 1")
    with system.connect("site") as site, site.transaction():
        site.execute(b"SET LOCAL ROLE p_visiting")
        figures = site.execute(b"SELECT lowest, highest FROM djms.access_figures()").fetchall()
    loose = [(least, most) for least, most in figures if not _is_band(least, most)]
    found = attempts.finding("to read the numbers, by each login in each role")
    told = f"{len(figures)} figures are told to anybody, {len(loose)} of them not in a band"
    return Finding(found.kept and not loose, f"{found.evidence}; {told}")


def _is_band(least: int, most: int) -> bool:
    """Whether it holds ten numbers or more, and begins where one begins whatever the number is."""
    width = most - least + 1
    return width >= FEWEST and least % width == 0 and set(str(width)) <= set("10")
