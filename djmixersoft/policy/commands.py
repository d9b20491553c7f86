"""The command line's `policy` and `promises`: prints, and returns the exit status."""

import argparse
import json
import os
import sys
from pathlib import Path

import psycopg
from django.conf import settings

from djmixersoft.policy import show
from djmixersoft.policy.apply import apply
from djmixersoft.policy.check import check
from djmixersoft.policy.diff import compare
from djmixersoft.policy.errors import RulesError
from djmixersoft.policy.loading import load
from djmixersoft.policy.models import Status
from djmixersoft.policy.probes import LiveSystem
from djmixersoft.policy.rules import Rules
from djmixersoft.policy.verify import verify, write_down

FINE, FOUND_SOMETHING, COULD_NOT_RUN = 0, 1, 2


def run(arguments: argparse.Namespace) -> int:
    """Runs `policy ACTION` or `promises verify`: 0 fine, 1 found something, 2 could not run."""
    try:
        return _run(arguments)
    except RulesError as error:
        print(error, file=sys.stderr)
    except psycopg.OperationalError:
        print("The database can't be reached.", file=sys.stderr)
    return COULD_NOT_RUN


def _run(arguments: argparse.Namespace) -> int:
    match arguments.action:
        case "diff":
            return _diff(arguments.old, arguments.new)
        case "show":
            return _show(sql=arguments.sql)
        case "check":
            return _check(load())
        case "apply":
            return _apply(load())
    return _verify(load(), as_json=arguments.json)


def _check(rules: Rules) -> int:
    with psycopg.connect(os.environ["DATABASE_URL"]) as database:
        faults = check(database, rules)
    for fault in faults:
        print(fault)
    if not faults:
        print(f"The database, the routes and the jobs are what the policy of {rules.version} says.")
    return FOUND_SOMETHING if faults else FINE


def _apply(rules: Rules) -> int:
    with psycopg.connect(os.environ["DATABASE_URL"]) as database:
        changes = apply(database, rules)
    for change in changes:
        print(change)
    if not changes:
        print("Nothing to change.")
    return FINE


def _show(*, sql: bool) -> int:
    rules = load()
    if not sql:
        print(show.uses(rules))
        return FINE
    with psycopg.connect(os.environ["DATABASE_URL"]) as database:
        print(show.sql(database, rules))
    return FINE


def _diff(old: Path, new: Path) -> int:
    changes = compare(load(old), load(new))
    for change in changes:
        print(f"{change.kind:9}{change.what}")
    widening = sum(change.widens for change in changes)
    if widening:
        print(f"This widens the use of personal information ({widening} of {len(changes)} changes).")
        return FOUND_SOMETHING
    print("This does not widen the use of personal information." if changes else "No rule differs.")
    return FINE


def _verify(rules: Rules, *, as_json: bool) -> int:
    verdicts = verify(LiveSystem(rules, settings.DATA_FOLDER))
    write_down(verdicts)
    if as_json:
        print(
            json.dumps(
                [{"promise": one.promise, "status": one.status, "evidence": one.evidence} for one in verdicts], indent=1
            )
        )
    else:
        for one in verdicts:
            print(f"{one.promise:4}{one.status:14}{one.evidence}")
    return FOUND_SOMETHING if any(one.status is Status.BROKEN for one in verdicts) else FINE
