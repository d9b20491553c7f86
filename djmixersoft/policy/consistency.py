"""Whether the parts of rules.toml agree: every name known, nothing in two places, no scope wider than allowed."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from djmixersoft.policy.rules import (
    KEYED,
    LETTERS,
    PERSONAL_CATEGORIES,
    ROWS,
    STAFF_ROLES,
    VERBS,
    Door,
    Purpose,
    Retention,
    Rules,
    Use,
)

# Rows that there are for staff: their own, the one they name, all letters, what was let them unlock, and the proofs
# of what they hand over.
OF_STAFF = ("own", "named", "all", "unlocked", "opened", "exported")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_PURPOSE = re.compile(r"[a-z][a-z0-9-]*")
_EVENT = "(insert|update|delete|truncate)"
_TABLE = "[a-z][a-z0-9_]*"
_TRIGGER = re.compile(rf"(before|after) {_EVENT}( or {_EVENT})* on {_TABLE}(, {_TABLE})*")


class Fault(NamedTuple):
    """A disagreement: in the number-th section of a header, at the line that holds `needle`."""

    section: str
    number: int
    needle: str
    message: str


def faults(rules: Rules) -> Iterator[Fault]:
    """Every disagreement, names first, then in the order of the file."""
    yield from _names(rules)
    yield from _tables(rules)
    for purpose in rules.purposes.values():
        for needle, message in (*_processes(rules, purpose), *_staff(purpose)):
            yield Fault(f"[purposes.{purpose.name}]", 0, needle, message)
    for number, use in enumerate(rules.uses):
        for needle, message in (*_names_in_use(rules, use), *_scope_of_use(rules, use)):
            yield Fault("[[uses]]", number, needle, message)
    yield from _twice("[[retention]]", "table", [rule.table for rule in rules.retention])
    for number, rule in enumerate(rules.retention):
        for needle, message in _retention(rules, rule):
            yield Fault("[[retention]]", number, needle, message)
    yield from _twice("[[doors]]", "name", [door.name for door in rules.doors])
    for number, door in enumerate(rules.doors):
        for needle, message in _names_in_door(rules, door):
            yield Fault("[[doors]]", number, needle, message)


def _names(rules: Rules) -> Iterator[Fault]:
    """What becomes a name in SQL, and isn't fit to be one."""
    for purpose in rules.purposes.values():
        if not _PURPOSE.fullmatch(purpose.name):
            yield Fault(f"[purposes.{purpose.name}]", 0, purpose.name, f"{purpose.name!r} is no name for a purpose")
    for section, names in (
        *((f"[categories.{one.name}]", one.tables) for one in rules.categories.values()),
        ("[processes]", tuple(rules.processes)),
    ):
        yield from (Fault(section, 0, name, f"{name!r} is no name") for name in names if not _NAME.fullmatch(name))
    for number, use in enumerate(rules.uses):
        names = tuple(name for name in (*use.columns, use.stamp, use.key) if name)
        yield from (Fault("[[uses]]", number, one, f"{one!r} is no name") for one in names if not _NAME.fullmatch(one))
    for number, rule in enumerate(rules.retention):
        if not _NAME.fullmatch(rule.after):
            yield Fault("[[retention]]", number, "after", f"{rule.after!r} is no name of a column")
    for number, door in enumerate(rules.doors):
        if not _NAME.fullmatch(door.name):
            yield Fault("[[doors]]", number, "name", f"{door.name!r} is no name for a door")
        if door.trigger and not _TRIGGER.fullmatch(door.trigger):
            yield Fault("[[doors]]", number, "trigger", f"{door.trigger!r} does not say when a trigger fires")


def _twice(section: str, key: str, names: list[str]) -> Iterator[Fault]:
    for number, name in enumerate(names):
        if name in names[:number]:
            yield Fault(section, number, key, f"there are two {section} for {name!r}")


def _retention(rules: Rules, rule: Retention) -> Iterator[tuple[str, str]]:
    if rule.table not in rules.tables():
        yield "table", f"unknown table {rule.table!r}"
    if not re.fullmatch(r"\d+ (days?|hours?)", rule.keep):
        yield "keep", f"{rule.keep!r} is no number of days or hours"


def _tables(rules: Rules) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for category in rules.categories.values():
        for table in category.tables:
            if table in seen:
                message = f"table {table!r} is in two categories: {seen[table]}, {category.name}"
                yield Fault(f"[categories.{category.name}]", 0, f'"{table}"', message)
            seen[table] = category.name


def _processes(rules: Rules, purpose: Purpose) -> Iterator[tuple[str, str]]:
    for process in purpose.process:
        if process not in rules.processes:
            yield process, f"unknown process {process!r}"


def _staff(purpose: Purpose) -> Iterator[tuple[str, str]]:
    if not purpose.staff:
        return
    if purpose.staff not in STAFF_ROLES:
        yield "staff", f"unknown role {purpose.staff!r}; known are {', '.join(STAFF_ROLES)}"
    if purpose.process != ("desk",):
        yield "process", "a purpose for staff belongs to the process 'desk' alone"
    if purpose.programs:
        yield "programs", "staff have no tokens for programs"


def _names_in_use(rules: Rules, use: Use) -> Iterator[tuple[str, str]]:
    if use.purpose not in rules.purposes:
        yield "purpose", f"unknown purpose {use.purpose!r}"
    if use.category not in rules.categories:
        yield "category", f"unknown category {use.category!r}"
        return
    for table in use.tables:
        if table not in rules.categories[use.category].tables:
            yield f'"{table}"', f"table {table!r} is not in category {use.category!r}"
    for verb in use.may:
        if verb not in VERBS:
            yield "may", f"unknown verb {verb!r}; known are {', '.join(VERBS)}"


def _scope_of_use(rules: Rules, use: Use) -> Iterator[tuple[str, str]]:
    if use.rows not in ROWS:
        yield "rows", f"unknown rows {use.rows!r}; known are {', '.join(ROWS)}"
    by_staff = use.purpose in rules.purposes and bool(rules.purposes[use.purpose].staff)
    if use.rows == "all" and use.category in PERSONAL_CATEGORIES and not (by_staff and use.category == LETTERS):
        yield "rows", f"rows 'all' can't be used on {use.category} information (but by staff on {LETTERS})"
    if by_staff and use.rows not in OF_STAFF:
        yield "rows", f"staff belong to no account, so that their rows are one of {', '.join(OF_STAFF)}"
    if (use.rows in KEYED) != bool(use.key):
        yield "rows", f"rows {', '.join(map(repr, KEYED))} and 'key' go together"
    if use.rows == "expired":
        for table in use.tables:
            if not rules.retention_of(table):
                yield "tables", f"no retention is set for {table!r}"


def _names_in_door(rules: Rules, door: Door) -> Iterator[tuple[str, str]]:
    for purpose in door.purposes:
        if purpose not in rules.purposes:
            yield "purposes", f"unknown purpose {purpose!r}"
    for table, verbs in door.touches.items():
        if table not in rules.tables():
            yield "touches", f"unknown table {table!r}"
        for verb in verbs:
            if verb not in VERBS:
                yield "touches", f"unknown verb {verb!r}"
