"""What changes between two policies is told, and whether it widens the use of personal information."""

import argparse
from pathlib import Path

import pytest

from djmixersoft.policy.commands import FINE, FOUND_SOMETHING, run
from djmixersoft.policy.rules import RULES_FILE

TEXT = RULES_FILE.read_text("utf-8")
NEW_USE = """
[[uses]]
purpose = "retention"
category = "{category}"
tables = ["{table}"]
rows = "{rows}"
may = ["read"]
words = "New."

[[uses]]
purpose = "visiting"
"""
FIRST_USE = '\n[[uses]]\npurpose = "visiting"\n'
# What is replaced by what, the line that tells of it, and whether it widens.
CHANGES = [
    (
        'rows = "own"\nmay = ["read"]',
        'rows = "teammates"\nmay = ["read"]',
        "widened  self-service may read personal/person:",
        True,
    ),
    ('rows = "teammates"', 'rows = "own"', "narrowed teamwork may read personal/person:", False),
    (
        'may = ["read", "remove"]\nwords = "Where',
        'may = ["read"]\nwords = "Where',
        "removed  self-service may remove personal/session",
        False,
    ),
    (
        'may = ["read"]\nwords = "One\'s e-mail',
        'may = ["read", "change"]\nwords = "One\'s e-mail',
        "added    self-service may change personal/person",
        True,
    ),
    ('columns = ["name"]\n', "", "widened  teamwork may change personal/account", True),
    (
        'columns = ["name"]\n',
        'columns = ["name", "created_at"]\n',
        "widened  teamwork may change personal/account",
        True,
    ),
    (
        'columns = ["state", "sent_at", "secret"]',
        'columns = ["state"]',
        "narrowed administrative-mail may change",
        False,
    ),
    ('may = ["add"]\nstamp = "added_by"\n', 'may = ["add"]\n', "widened  teamwork may add content/item", True),
    ("programs = true\n", "", "narrowed process of purpose teamwork: no longer programs", False),
    (
        'words = "What a signed-in person sees',
        'programs = true\nwords = "What a signed-in person sees',
        "widened  process of purpose self-service: programs",
        True,
    ),
    (
        'process = ["mailer"]',
        'process = ["mailer", "analyst"]',
        "widened  process of purpose administrative-mail: analyst",
        True,
    ),
    (
        'process = ["mailer", "steward"]',
        'process = ["mailer"]',
        "narrowed process of purpose queue: no longer steward",
        False,
    ),
    (
        'name = "my_accounts"\npurposes = ["teamwork"]',
        'name = "my_accounts"\npurposes = ["teamwork", "visiting"]',
        "widened  door my_accounts: for visiting",
        True,
    ),
    (
        'touches = { mail_proof = ["read"] }',
        'touches = { mail_proof = ["read"], person = ["read"] }',
        "widened  door look_at_proof: may read person",
        True,
    ),
    (
        'keep = "30 days"\nwords = "An invitation',
        'keep = "60 days"\nwords = "An invitation',
        "widened  retention of invitation: 30 days -> 60 days",
        True,
    ),
    (
        'keep = "30 days"\nwords = "An invitation',
        'keep = "48 hours"\nwords = "An invitation',
        "narrowed retention of invitation: 30 days -> 48 hours",
        False,
    ),
    ('after = "created_at"', 'after = "sent_at"', "widened  retention of mail_message", True),
    (
        FIRST_USE,
        NEW_USE.format(category="operational", table="probe_result", rows="all"),
        "added    retention may read operational/probe_result",
        False,
    ),
    (
        FIRST_USE,
        NEW_USE.format(category="personal", table="session", rows="own"),
        "widened  retention may read personal/session",
        True,
    ),
    (
        '"share_opening", "share_use",\n]',
        '"share_opening", "share_use", "note",\n]',
        "added    table note in content",
        True,
    ),
]


def compared(old: str, new: str, folder: Path) -> int:
    for name, text in (("old", old), ("new", new)):
        (folder / name).write_text(text, "utf-8")
    return run(argparse.Namespace(action="diff", old=folder / "old", new=folder / "new"))


@pytest.mark.parametrize(("before", "after", "line", "widens"), CHANGES)
def test_a_change_is_told(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    before: str,
    after: str,
    line: str,
    widens: bool,  # noqa: FBT001 - a table of cases
) -> None:
    assert before in TEXT
    status = compared(TEXT, TEXT.replace(before, after, 1), tmp_path)
    told = capsys.readouterr().out
    assert line in told
    assert status == (FOUND_SOMETHING if widens else FINE)
    assert ("This widens the use" in told) is widens
    compared(TEXT.replace(before, after, 1), TEXT, tmp_path)
    assert "No rule differs" not in capsys.readouterr().out, "nor is the way back nothing"


def test_the_same_rules_do_not_differ(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(TEXT, TEXT, tmp_path) == FINE
    assert capsys.readouterr().out == "No rule differs.\n"


def test_a_table_that_changes_its_category_counts_as_widening(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = TEXT.replace(
        '  "person", "person_name", "person_address", "credential"', '  "person", "person_name", "credential"', 1
    )
    new = new.replace('tables = ["person_name", "person_address"]', 'tables = ["person_name"]', 1)
    new = new.replace('"django_migrations", "door_secret"', '"django_migrations", "person_address", "door_secret"', 1)
    assert compared(TEXT, new, tmp_path) == FOUND_SOMETHING
    assert "widened  table person_address: personal -> operational" in capsys.readouterr().out


def test_a_policy_without_retention_keeps_for_good(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rule = TEXT[TEXT.index('[[retention]]\ntable = "sign_in_try"') : TEXT.index('[[retention]]\ntable = "invitation"')]
    new = TEXT.replace(rule, "").replace(
        '"mail_proof", "sign_in_try", "invitation", "mail_message", "api_token"]\nrows',
        '"mail_proof", "invitation", "mail_message", "api_token"]\nrows',
    )
    assert compared(TEXT, new, tmp_path) == FOUND_SOMETHING
    assert "widened  retention of sign_in_try: for good" in capsys.readouterr().out
    assert compared(new, TEXT, tmp_path) == FOUND_SOMETHING, "deleting is a use, too"
