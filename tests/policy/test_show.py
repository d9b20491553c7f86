"""What is shown is what is applied: the table of uses, and SQL that makes a bare database what the policy says."""

import argparse
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from djmixersoft.cli import ROOT
from djmixersoft.policy import show
from djmixersoft.policy.commands import FINE, run
from djmixersoft.policy.loading import load
from tests.policy.test_drift import faults

if TYPE_CHECKING:
    from tests.policy.conftest import Bent

SIGPIPE_SEEN = 141

BARE = """
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT rolname FROM pg_roles WHERE starts_with(rolname, 'p_') OR rolname = 'djms_door' LOOP
    EXECUTE format('DROP OWNED BY %1$I CASCADE; DROP ROLE %1$I', one.rolname);
  END LOOP;
  FOR one IN SELECT oid::regclass::text AS name FROM pg_class
              WHERE relnamespace = 'djms'::regnamespace AND relkind = 'r' LOOP
    EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY', one.name);
  END LOOP;
  FOR one IN SELECT attrelid::regclass::text AS name, attname FROM pg_attribute
              WHERE attstattarget = 0 AND attrelid::regclass::text NOT LIKE 'pg_%' LOOP
    EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS -1', one.name, one.attname);
  END LOOP;
END $$
"""


def test_the_shown_sql_makes_a_bare_database_what_the_policy_says(bent: "Bent") -> None:
    rules = load()
    script = show.sql(bent.owner(), rules)
    bent.bend(BARE)
    assert len(faults(bent)) > 10
    bent.owner().execute(script.encode())
    assert faults(bent) == []


def test_the_shown_sql_of_a_bare_database_is_the_same(bent: "Bent") -> None:
    before = show.sql(bent.owner(), load())
    bent.bend(BARE)
    assert show.sql(bent.owner(), load()) == before


def test_each_use_and_door_is_a_line_of_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(argparse.Namespace(action="show", sql=False)) == FINE
    lines = capsys.readouterr().out.splitlines()
    rules = load()
    assert lines[0].split() == ["purpose", "process", "category", "tables", "rows", "may"]
    for use, line in zip(rules.uses, lines[1:], strict=False):
        assert line.split()[0] == use.purpose
        assert all(word in line for word in (*use.tables, *use.may, *use.columns, use.rows))
    assert len([line for line in lines if line and any(line.startswith(door.name) for door in rules.doors)]) >= len(
        rules.doors
    )


def test_whoever_stops_reading_what_is_shown_leaves_no_traceback_behind() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "djmixersoft", "policy", "show"]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False, cwd=ROOT)
    os.close(writing)
    assert (done.returncode, done.stderr) == (SIGPIPE_SEEN, b"")
