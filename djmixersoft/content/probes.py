"""Probes of what is promised about Content: that nobody at the company reads it, and that it is confidential."""

from itertools import islice
from pathlib import Path

from djmixersoft.policy.probes import Attempts, Finding, LiveSystem, each_statement, probe

SAMPLE = 200
# How common audio files and documents begin (FLAC, Ogg, RIFF, ID3, MPEG-4, PDF, ZIP, AIFF).
PLAIN_BEGINNINGS = (b"fLaC", b"OggS", b"RIFF", b"ID3", b"\x00\x00\x00\x18ftyp", b"%PDF", b"PK\x03\x04", b"FORM")


@probe("1f")
def what_is_entered_is_content(system: LiveSystem) -> Finding:
    """Every table that holds what was entered into documents and files is under forced row security."""
    tables = system.rules.categories["content"].tables
    with system.connect("owner") as owner:
        rows = owner.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'djms'::regnamespace AND relname = ANY(%s)"
            " AND relrowsecurity AND relforcerowsecurity",
            [list(tables)],
        ).fetchall()
    kept = {name for (name,) in rows} == set(tables)
    purposes = sorted({use.purpose for use in system.rules.uses if use.category == "content"})
    return Finding(
        kept,
        f"{len(rows)} of {len(tables)} Content tables under forced row security; used for {', '.join(purposes)} only",
    )


@probe("4b")
def nobody_at_the_company_can_read_content(system: LiveSystem) -> Finding:
    """Every login but the site's tries to read, change, copy and count Content in every role there is."""
    attempts = Attempts()
    tables = system.rules.categories["content"].tables
    for login in system.logins(without=["site", "owner"]):
        with each_statement(system, login) as (connection, takes):
            for take in takes:
                for table in tables:
                    for statement in (
                        f"SELECT * FROM djms.{table}",
                        f"SELECT count(*) FROM djms.{table} HAVING count(*) > 0",
                        f"DELETE FROM djms.{table} RETURNING *",
                        f"UPDATE djms.{table} SET account_id = account_id RETURNING *",
                        f"CREATE TEMPORARY TABLE copied AS SELECT * FROM djms.{table}",
                        f"INSERT INTO djms.{table} (account_id) VALUES (gen_random_uuid()) RETURNING *",
                    ):
                        attempts.expect_refusal(connection, take, statement)
    return attempts.finding(f"on {len(tables)} Content tables by every login but the site's, in every role")


@probe("4d")
def files_lie_encrypted(system: LiveSystem) -> Finding:
    """No stored file begins like a plain one, and the site's login reads no key with nobody signed in."""
    attempts = Attempts()
    with each_statement(system, "site") as (connection, takes):
        for take in takes:
            for table in ("item", "item_key", "account_key"):
                attempts.expect_refusal(connection, take, f"SELECT * FROM djms.{table}")
    found = attempts.finding("for names and keys by the site's login with nobody signed in")
    folder = (system.data or Path()) / "blobs"
    sample = list(islice((path for path in folder.rglob("*") if path.is_file()), SAMPLE)) if system.data else []
    plain = sum(_begins_plain(path) for path in sample)
    return Finding(
        found.kept and not plain,
        f"{plain} of {len(sample)} stored files looked at begin in the clear; {found.evidence}",
    )


def _begins_plain(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(16).startswith(PLAIN_BEGINNINGS)
