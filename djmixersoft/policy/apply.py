"""`policy apply`: makes a database what the rules compile to, and says what it changed."""

import re
from collections.abc import Iterable

from psycopg.errors import InvalidFunctionDefinition

from djmixersoft.policy import catalog
from djmixersoft.policy.catalog import Database
from djmixersoft.policy.compile import DOOR_ROLE, SCHEMA, Fact
from djmixersoft.policy.errors import RulesError
from djmixersoft.policy.loading import load
from djmixersoft.policy.rules import Rules

# What must be there before what: roles before they are granted, doors before the policies and triggers that call them.
ORDER = ("role", "member", "door", "row security", "statistics", "trigger", "policy", "grant")
IN_PLACE = {"member", "door", "row security", "trigger"}
PASSES = 6


def difference(database: Database, rules: Rules) -> tuple[list[Fact], list[Fact]]:
    """Facts that the rules want and the database lacks, and those that it has and nothing wants; in order of work.

    In stages, as each is needed to word the next: while a role is missing only roles are compared, then doors too.
    """
    compiled = catalog.compiled(database, rules)
    there = catalog.read(database)
    wanted = compiled.facts
    stage: tuple[str, ...] = ORDER[:2]
    if not _among(stage, wanted - there):
        wanted |= catalog.worded_doors(database, compiled.doors)
        stage = ORDER[:3]
        if not _among(stage, wanted - there):
            wanted |= catalog.worded_policies(database, compiled.policies)
            stage = ORDER
    return _among(stage, wanted - there), _among(stage, there - wanted)


def _among(kinds: tuple[str, ...], facts: Iterable[Fact]) -> list[Fact]:
    return in_order(fact for fact in facts if fact.kind in kinds)


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """Facts in an order in which they can come true: each after what it needs."""
    return sorted(facts, key=lambda fact: (ORDER.index(fact.kind), fact.subject))


def apply(database: Database, rules: Rules | None = None) -> list[str]:
    """Brings the database (as the tables' owner) to what the rules compile to, in one transaction.

    Returns a line for each thing changed; none on a second run.
    """
    rules = rules or load()
    changes: list[str] = []
    with database.transaction():
        database.execute("SELECT pg_advisory_xact_lock(hashtext('djms policy apply'))")
        for _ in range(PASSES):
            done = _pass(database, rules)
            changes += done
            if not done:
                return changes
        missing, extra = difference(database, rules)
        message = "the database does not become what the rules say: " + "; ".join(map(str, [*missing, *extra]))
        raise RulesError(message)


def _pass(database: Database, rules: Rules) -> list[str]:
    missing, extra = difference(database, rules)
    arriving = {(fact.kind, fact.subject) for fact in missing}
    changes = []
    # What can be changed in place is; the rest goes, grants first and roles last, and comes back as it should be.
    for fact in reversed(extra):
        if fact.kind in IN_PLACE and (fact.kind, fact.subject) in arriving and not _is_anothers_door(fact):
            continue
        _execute(database, fact, fact.remove)
        changes.append(f"- {fact}")
    put_right = {fact.subject for fact in extra if fact.kind == "role"}
    for fact in missing:
        if fact.kind == "role" and fact.subject in put_right:
            continue
        _create(database, fact)
        changes.append(f"+ {fact}")
    return changes


def _is_anothers_door(fact: Fact) -> bool:
    """Whether a door belongs to somebody else than the door role, which then can't replace it."""
    return fact.kind == "door" and not fact.value.startswith(f"owned by {DOOR_ROLE},")


def _create(database: Database, fact: Fact) -> None:
    if fact.kind == "door":
        # A door is the door role's from the start: made by it, for which it may create in the schema for a moment.
        database.execute(f"GRANT CREATE ON SCHEMA {SCHEMA} TO {DOOR_ROLE}".encode())
        database.execute(f"SET LOCAL ROLE {DOOR_ROLE}".encode())
        _make_door(database, fact)
        database.execute(f"REVOKE EXECUTE ON FUNCTION {SCHEMA}.{fact.subject} FROM PUBLIC".encode())
        database.execute(b"RESET ROLE")
        database.execute(f"REVOKE CREATE ON SCHEMA {SCHEMA} FROM {DOOR_ROLE}".encode())
        return
    if fact.kind == "trigger":
        # To hang a function on its table, the table's owner must be allowed to call it: for this moment only.
        function = fact.subject.split(" on ")[0]
        _as_door(database, f"GRANT EXECUTE ON FUNCTION {SCHEMA}.{function} TO SESSION_USER")
        database.execute(fact.create.encode())
        _as_door(database, f"REVOKE EXECUTE ON FUNCTION {SCHEMA}.{function} FROM SESSION_USER")
        return
    _execute(database, fact, fact.create)


def _make_door(database: Database, fact: Fact) -> None:
    """Makes a door, as the door role, or puts a new text in place of its old one.

    What it takes and what it answers with can't be changed in place: then the old one goes, with the policies, triggers
    and rights that name it, and the next pass makes these again.
    """
    before = _called(database, fact.subject)
    try:
        with database.transaction():
            database.execute(fact.create.encode())
    except InvalidFunctionDefinition:
        _drop(database, before)
        database.execute(fact.create.encode())
    else:
        if len(_called(database, fact.subject)) > len(before):
            _drop(database, before)


def _called(database: Database, name: str) -> list[str]:
    """Signatures of the functions of a name."""
    rows = database.execute(
        "SELECT format('%%I.%%I(%%s)', %(schema)s::text, proname, pg_get_function_identity_arguments(oid)) FROM pg_proc"
        " WHERE pronamespace = %(schema)s::regnamespace AND proname = %(name)s",
        {"schema": SCHEMA, "name": name},
    )
    return [signature for (signature,) in rows]


def _drop(database: Database, signatures: Iterable[str]) -> None:
    for signature in signatures:
        database.execute(f"DROP FUNCTION {signature} CASCADE".encode())


def _execute(database: Database, fact: Fact, statement: str) -> None:
    """Runs what makes or ends a fact as whoever owns the thing: the door role for its doors, else this login."""
    function = re.search(rf"FUNCTION {SCHEMA}\.(\w+)", statement) if fact.kind in {"grant", "door"} else None
    if function and catalog.functions(database).get(function[1]) == DOOR_ROLE:
        _as_door(database, statement)
    else:
        database.execute(statement.encode())


def _as_door(database: Database, statement: str) -> None:
    database.execute(f"SET LOCAL ROLE {DOOR_ROLE}".encode())
    database.execute(statement.encode())
    database.execute(b"RESET ROLE")
