"""Probes of what is promised about Content: that nobody at the company reads it, and that it is confidential."""

import random
import secrets
from heapq import nlargest
from itertools import islice
from pathlib import Path

from djmixersoft.policy import catalog
from djmixersoft.policy.fetching import Unseen
from djmixersoft.policy.probing import Attempts, Caller, Finding, LiveSystem, in_each_role, probe
from djmixersoft.vault.ciphertext import Oddity, examined

ROUNDS = 20
LINKED = (
    "SELECT concat(p.polname, ' on ', c.relname), pg_get_expr(p.polqual, c.oid) FROM pg_policy p"
    " JOIN pg_class c ON c.oid = p.polrelid"
    " WHERE c.relnamespace = 'djms'::regnamespace AND p.polroles && ARRAY[to_regrole('p_sharing')::oid, 0::oid]"
)
MOST_LISTED, SAMPLE, LATEST = 100_000, 200, 50  # files


@probe("1f")
def what_is_entered_is_content(system: LiveSystem) -> Finding:
    """Every table that holds what was entered into documents and files is under forced row security."""
    tables = set(system.rules.categories["content"].tables)
    with system.connect("auditor") as auditor:
        locked = catalog.locked_tables(auditor) & tables
    purposes = sorted({use.purpose for use in system.rules.uses if use.category == "content"})
    return Finding(
        locked == tables,
        f"{len(locked)} of {len(tables)} Content tables under forced row security; used for {', '.join(purposes)} only",
    )


@probe("4a")
def a_link_opens_only_what_it_names(system: LiveSystem) -> Finding:
    """Made-up links open nothing and show nothing, and what a real one shows is bound to the item that it names."""
    attempts = Attempts()
    tables = system.rules.categories["content"].tables
    with system.connect("site") as site:
        for _ in range(ROUNDS):
            secret = secrets.token_urlsafe(32)
            holder = Caller(site, "site", "p_sharing", secret)
            for table in tables:
                attempts.expect_nothing(holder, f"reading {table}", f"SELECT account_id FROM djms.{table} LIMIT 1")
                attempts.expect_nothing(holder, f"removing from {table}", f"DELETE FROM djms.{table}")
            look = "SELECT 1 FROM djms.look_at_share(%s, false) WHERE state <> 'unknown'"
            attempts.expect_nothing(holder, "looking at a link", look, secret)
            guess = "SELECT 1 WHERE djms.open_share(%s, %s, %s) = 'open'"
            attempts.expect_nothing(holder, "opening a link", guess, secret, b"guess", secrets.token_bytes(32))
            note = "SELECT djms.note_share_use(gen_random_uuid(), 'looked')"
            attempts.expect_nothing(holder, "noting a use", note)
    with system.connect("auditor") as auditor:
        policies = auditor.execute(LINKED.encode()).fetchall()
    loose = sorted(where for where, condition in policies if not _is_bound(where, condition or ""))
    found = attempts.finding("with made-up links")
    bound = f"{len(policies)} row policies for links, each bound to the account and the item that a link names"
    return Finding(
        found.kept and bool(policies) and not loose,
        f"{found.evidence}; {f'not bound: {loose[0]}' if loose else bound}",
    )


def _is_bound(where: str, condition: str) -> bool:
    """Whether a row policy shows what the link in hand names: one account's rows, and but for its key one item's."""
    asks_account = "linked_account()" in condition
    return asks_account and (where.endswith(" on account_key") or "linked(" in condition)


@probe("4b")
def nobody_at_the_company_can_read_content(system: LiveSystem) -> Finding:
    """Every login but the site's tries to read, change, copy and count Content in every role there is."""
    attempts = Attempts()
    tables = system.rules.categories["content"].tables
    opening = {use.purpose for use in system.rules.uses if use.category == "content"}
    logins = system.logins(without=["site"])
    for login in logins:
        with in_each_role(system, login) as callers:
            for purpose in sorted(opening):
                if login in system.rules.purposes[purpose].process:
                    continue  # what it can see there, the probes of the lockbox try
                role = system.rules.purposes[purpose].role
                attempts.expect_nothing(callers[0], f"taking the role {role}", f"SET LOCAL ROLE {role}")
            for caller in callers:
                for table in tables:
                    for what, statement in (
                        ("reading", f"SELECT 1 FROM djms.{table} LIMIT 1"),
                        ("counting", f"SELECT count(*) FROM djms.{table} HAVING count(*) > 0"),
                        ("removing", f"DELETE FROM djms.{table}"),
                        ("changing", f"UPDATE djms.{table} SET account_id = account_id"),
                        ("copying", f"CREATE TEMPORARY TABLE copied AS SELECT * FROM djms.{table}"),
                        ("adding", f"INSERT INTO djms.{table} (account_id) VALUES (gen_random_uuid())"),
                    ):
                        attempts.expect_nothing(caller, f"{what} {table}", statement)
    rows = system.holding_rows(tables)
    return attempts.finding(
        f"on {len(tables)} Content tables ({rows} of them with rows), in each role, by the logins of "
        + ", ".join(logins)
    )


@probe("4d")
def names_and_keys_are_shown_to_nobody_unknown(system: LiveSystem) -> Finding:
    """The site's login, with nobody signed in, gets neither a name of a file nor a key, in any role."""
    attempts = Attempts()
    with in_each_role(system, "site") as callers:
        for caller in callers:
            for table in ("item", "item_key", "account_key"):
                attempts.expect_nothing(caller, f"reading {table}", f"SELECT 1 FROM djms.{table} LIMIT 1")
    return attempts.finding("for names and keys, by the site's login with nobody signed in")


@probe("4d")
def files_lie_encrypted(system: LiveSystem) -> Finding:
    """The files that were stored last, and others each time, are ciphertext by all that shows."""
    folder = system.data / "blobs" if system.data else None
    if folder is None or not folder.is_dir():
        raise Unseen("the folder of stored files is not on this machine")
    files = list(islice((path for path in folder.rglob("*") if not path.is_dir()), MOST_LISTED))
    if not files:
        return Finding(kept=True, evidence="no file is stored yet")
    latest = set(nlargest(LATEST, files, key=_stored_at))
    others = [path for path in files if path not in latest]
    sample = [*latest, *random.SystemRandom().sample(others, min(SAMPLE - LATEST, len(others)))]
    read, odd = 0, []
    for path in sample:
        try:
            size, oddity = examined(path, folder)
        except FileNotFoundError:
            continue  # removed by its owner meanwhile
        read += size
        odd += [oddity] if oddity else []
    looked = f"{len(sample)} of {_count(files)} stored files looked at, {read / 1e6:,.1f} MB of them read"
    if odd:
        most = max(Oddity, key=odd.count)
        return Finding(kept=False, evidence=f"{looked}: {len(odd)} are not as encrypted files are, {most.value}")
    return Finding(kept=True, evidence=f"{looked}: all lie as encrypted files do, and none shows a pattern")


def _stored_at(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except FileNotFoundError:
        return 0.0


def _count(files: list[Path]) -> str:
    return f"{len(files):,}" + (" or more" if len(files) == MOST_LISTED else "")
