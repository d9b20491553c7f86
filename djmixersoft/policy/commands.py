"""The command line's `policy` and `promises`: prints, and returns the exit status."""

import argparse
import json
import os
import sys
from pathlib import Path

import psycopg
import structlog
from django.conf import settings
from django.db import OperationalError

from djmixersoft.policy import show
from djmixersoft.policy.apply import apply
from djmixersoft.policy.check import check
from djmixersoft.policy.diff import compare
from djmixersoft.policy.errors import RulesError
from djmixersoft.policy.loading import load
from djmixersoft.policy.models import Status
from djmixersoft.policy.probing import LiveSystem
from djmixersoft.policy.rules import Rules
from djmixersoft.policy.verify import Verdict, verify, write_down, write_log

log = structlog.get_logger()

FINE, FOUND_SOMETHING, COULD_NOT_RUN = 0, 1, 2


def run(arguments: argparse.Namespace) -> int:
    """Runs `policy ACTION` or `promises verify`: 0 fine, 1 found something, 2 could not run."""
    try:
        return _run(arguments)
    except RulesError as error:
        print(error, file=sys.stderr)
    except (psycopg.OperationalError, OperationalError):
        if getattr(arguments, "log", False):
            log.error("the database can't be reached")  # noqa: TRY400 - where it happened says nothing
        else:
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
    return _verify(load(), arguments)


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


def _verify(rules: Rules, arguments: argparse.Namespace) -> int:
    verdicts = verify(LiveSystem(rules, settings.DATA_FOLDER, _addresses()))
    write_down(verdicts)
    if arguments.log:
        write_log(verdicts)
    elif arguments.json:
        print(json.dumps([_as_object(one) for one in verdicts], indent=1))
    else:
        for one in verdicts:
            print(f"{one.promise:4}{one.status:14}{one.evidence}")
    if any(one.status is Status.BROKEN for one in verdicts):
        return FOUND_SOMETHING
    if unseen := [one.promise for one in verdicts if one.unseen]:
        if not arguments.log:
            print(f"Not all of it could be looked at: {', '.join(unseen)}.", file=sys.stderr)
        return COULD_NOT_RUN
    return FINE


def _addresses() -> dict[str, str]:
    """The database's address for each login that is to be tried. The owner's, which may do all, is not among them."""
    prefix = "DATABASE_URL_"
    named = {name.removeprefix(prefix).lower(): url for name, url in os.environ.items() if name.startswith(prefix)}
    named.pop("owner", None)
    return named | {os.environ["DJMS_PROCESS"]: os.environ["DATABASE_URL"]}


def _as_object(verdict: Verdict) -> dict[str, str]:
    return {"promise": verdict.promise, "status": verdict.status.value, "evidence": verdict.evidence}
