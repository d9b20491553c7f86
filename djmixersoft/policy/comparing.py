"""Compares the running database with the rules, as a login can that owns nothing.

`policy check` compares to the letter, which takes the owner's login, because PostgreSQL words a row policy only as it
makes it. Here a row policy's condition is compared by the columns and functions that it names; all else is exact.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from djmixersoft.policy import catalog
from djmixersoft.policy.catalog import Database
from djmixersoft.policy.compile import DOOR_ROLE, SCHEMA, Compiled, RowPolicy, door_text
from djmixersoft.policy.rules import Door, Rules

EXACT = ("role", "member", "row security", "statistics", "trigger", "grant")
PINNED = [f"search_path={SCHEMA}, pg_temp", "debug_print_plan=off"]  # with these pg_proc.proconfig of every door begins
COMMANDS = {"read": "r", "add": "a", "change": "w", "remove": "d"}  # pg_policy.polcmd
_STRING = re.compile(r"'[^']*'")
_CAST = re.compile(r"::\s*[a-z ]+(\[\])?|\bAS \w+|\binterval\b")
_NAME = re.compile(r"[a-z_]+")
_SETTING = re.compile(r"\bset (\w+) = (\w+(?:, \w+)*)")


@dataclass
class Comparison:
    """How many facts of each kind were compared, and those that are not as the rules say, in words."""

    compared: Counter[str] = field(default_factory=Counter)
    differing: list[str] = field(default_factory=list)


def compare(database: Database, rules: Rules) -> Comparison:
    """Every role, grant, row policy, trigger and door, those of the rules with those of the database."""
    compiled = catalog.compiled(database, rules)
    wanted = {*_exact(compiled), *_policies(compiled), *map(_door, compiled.doors)}
    there = {*_exact_there(database), *_policies_there(database), *_doors_there(database)}
    found = Comparison(Counter(kind for kind, _, _ in wanted))
    missing, extra = sorted(wanted - there), sorted(there - wanted)
    found.differing += [f"{kind} {subject} is not as the rules say" for kind, subject, _ in missing]
    known = {(kind, subject) for kind, subject, _ in missing}
    found.differing += [f"{kind} {subject} is in no rule" for kind, subject, _ in extra if (kind, subject) not in known]
    return found


Said = tuple[str, str, str]  # kind, subject, and how it stands


def _exact(compiled: Compiled) -> Iterator[Said]:
    yield from ((fact.kind, fact.subject, _unqualified(fact.value)) for fact in compiled.facts)


def _exact_there(database: Database) -> Iterator[Said]:
    for fact in catalog.read(database):
        if fact.kind in EXACT:
            yield fact.kind, fact.subject, _unqualified(fact.value)


def _unqualified(value: str) -> str:
    """Without the schema's name, which PostgreSQL leaves out for who may use the schema, and for nobody else."""
    return value.replace(f"{SCHEMA}.", "")


def _policies(compiled: Compiled) -> Iterator[Said]:
    for policy in compiled.policies:
        yield "row policy", f"{policy.name!r} on {policy.table}", _shape(policy)


def _shape(policy: RowPolicy) -> str:
    names = _names(policy.predicate)
    using, check = policy.verb != "add", policy.verb in {"add", "change"}
    return f"{COMMANDS[policy.verb]} True {policy.role} {names if using else '-'} {names if check else '-'}"


def _policies_there(database: Database) -> Iterator[Said]:
    rows = database.execute(
        "SELECT p.polname, c.relname, p.polcmd::text, p.polpermissive,"
        " ARRAY(SELECT CASE r WHEN 0 THEN 'PUBLIC' ELSE r::regrole::text END FROM unnest(p.polroles) r),"
        " pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)"
        " FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = %s::regnamespace",
        [SCHEMA],
    )
    for name, table, command, permissive, roles, using, check in rows:
        shape = f"{command} {permissive} {','.join(roles)} {_names(using)} {_names(check)}"
        yield "row policy", f"{name!r} on {table}", shape


def _names(expression: str | None) -> str:
    """The columns, functions and operators-in-words of a condition, in order: what no version words differently."""
    if expression is None:
        return "-"
    bare = _CAST.sub(" ", _STRING.sub(" ", expression)).replace(f"{SCHEMA}.", "").lower()
    return ",".join(_NAME.findall(bare))


def _door(door: Door) -> Said:
    text = door_text(door.name)
    said = [f"{name}={value}" for name, value in _SETTING.findall(text.partition("$$")[0])]
    settings = [*PINNED, *(one for one in said if one not in PINNED)]
    return "door", door.name, f"{DOOR_ROLE} True {settings} {_body(text)}"


def _body(text: str) -> str:
    return text.split("$$")[1].strip()


def _doors_there(database: Database) -> Iterator[Said]:
    rows = database.execute(
        "SELECT proname, proowner::regrole::text, prosecdef, proconfig, prosrc FROM pg_proc"
        " WHERE pronamespace = %s::regnamespace AND (prosecdef OR proowner::regrole::text = %s)",
        [SCHEMA, DOOR_ROLE],
    )
    for name, owner, definer, settings, source in rows:
        yield "door", name, f"{owner} {definer} {settings} {source.strip()}"
