"""What is taken away or broken, one at a time, to see whether a test notices.

In the database: each use's and door's row policy, gone or open to every row; each right; forced row security; who may
take which role; each check that a door makes. In the program: each complaint of the policy's own checks.
"""

import ast
import importlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType, FunctionType, ModuleType

import psycopg

from djmixersoft.policy import catalog, check
from djmixersoft.policy.compile import DOOR_ROLE, SCHEMA, door_text
from djmixersoft.policy.rules import Rules

AGAIN = "; RESET SESSION AUTHORIZATION"
RIGHTS = "test_1b_rights"  # tests who may what, one right after the other
STAMP = " AND (SELECT djms.may_write())"
COMPLAINING = ("consistency", "loading", "check")  # modules whose every complaint is a check


@dataclass(frozen=True)
class Mutant:
    """One thing broken. `about`: words by which tests are found that are likely to notice; `tests`: in which files."""

    name: str
    about: tuple[str, ...]
    tests: str
    do: Callable[[psycopg.Connection], None]
    undo: Callable[[psycopg.Connection], None]


def mutants(superuser: psycopg.Connection, rules: Rules) -> Iterator[Mutant]:
    """Every mutant, of the database first. `superuser` only reads here."""
    yield from _row_policies(superuser, rules)
    yield from _rights(superuser, rules)
    for table in sorted({policy.table for policy in catalog.compiled(superuser, rules).policies}):
        for off, on in (("NO FORCE", "FORCE"), ("DISABLE", "ENABLE")):
            alter = f"ALTER TABLE {SCHEMA}.{table}"
            yield _sql(
                f"{table}: {off} ROW LEVEL SECURITY",
                (table, "owner"),
                f"{alter} {off} ROW LEVEL SECURITY",
                f"{alter} {on} ROW LEVEL SECURITY",
                tests=RIGHTS,
            )
        column = "id" if table in {"person", "account"} else "created_at"
        yield from _samples(superuser, table, column)
    for door in rules.doors:
        original = door_text(door.name)
        for what, text, tests in _broken_doors(original):
            yield _sql(f"door {door.name}, {what}", (door.name,), text, original, tests=tests)
    yield from _lints()
    for name in COMPLAINING:
        yield from _complaints(importlib.import_module(f"djmixersoft.policy.{name}"))


def _sql(name: str, about: tuple[str, ...], do: str, undo: str, *, tests: str = "promises") -> Mutant:
    def run(statements: str) -> Callable[[psycopg.Connection], None]:
        def execute(superuser: psycopg.Connection) -> None:
            superuser.execute(statements.encode())

        return execute

    return Mutant(name, about, tests, run(do), run(undo))


def _row_policies(superuser: psycopg.Connection, rules: Rules) -> Iterator[Mutant]:
    for policy in catalog.compiled(superuser, rules).policies:
        relation = f"{SCHEMA}.{policy.table}"
        # A test may have put right already what it found broken.
        create, drop = policy.sql(relation), f'DROP POLICY IF EXISTS "{policy.name}" ON {relation}'
        label, about = f"{policy.table}: {policy.name}", (policy.table, policy.role)
        is_stamped = policy.role == "p_teamwork" and policy.verb != "read"
        tests = RIGHTS if policy.role == DOOR_ROLE or is_stamped else "promises"
        yield _sql(f"{label}: gone", about, drop, f"{drop}; {create}", tests=tests)
        if policy.predicate != "true":
            # Who may write at all is another mutant.
            kept = STAMP if policy.predicate.endswith(STAMP) else ""
            anything = create.replace(f"({policy.predicate})", f"(true{kept})")
            yield _sql(f"{label}: any row", about, f"{drop}; {anything}", f"{drop}; {create}")
        if " AND " in policy.predicate:
            unstamped = create.replace(policy.predicate, policy.predicate.split(" AND ")[0])
            yield _sql(f"{label}: no stamp", about, f"{drop}; {unstamped}", f"{drop}; {create}", tests=tests)


def _rights(superuser: psycopg.Connection, rules: Rules) -> Iterator[Mutant]:
    facts = sorted(catalog.compiled(superuser, rules).facts, key=str)
    for fact in facts:
        if fact.kind not in {"grant", "member"} or "procrastinate" in fact.subject or "djms_owner" in fact.subject:
            continue
        # Who may take a role is the gift of the owner, who made it.
        first, then = ("SET SESSION AUTHORIZATION djms_owner; ", AGAIN) if fact.kind == "member" else ("", "")
        about = _about(fact.subject)
        do, undo = f"{first}{fact.remove}{then}", f"{first}{fact.create}{then}"
        yield _sql(f"{fact}: gone", about, do, undo, tests=RIGHTS)
        if column := re.match(r"UPDATE \(\w+\) ON (\S+) to (\w+)", fact.subject):
            what, role = column.groups()
            # Taking back the whole takes back its columns too.
            parts = [
                one.create
                for one in facts
                if one.subject.startswith("UPDATE (") and f"ON {what} to {role}" in one.subject
            ]
            yield _sql(
                f"{fact}: every column",
                (what.split(".")[1], role),
                f"GRANT UPDATE ON {what} TO {role}",
                "; ".join([f"REVOKE UPDATE ON {what} FROM {role}", *parts]),
                tests=RIGHTS,
            )
    for door in rules.doors:
        call = f"ON FUNCTION {SCHEMA}.{door.name}"
        yield _sql(
            f"door {door.name}: for everybody",
            (door.name, "door"),
            f"GRANT EXECUTE {call} TO PUBLIC",
            f"REVOKE EXECUTE {call} FROM PUBLIC",
            tests=RIGHTS,
        )
    for purpose in rules.purposes.values():
        for process in rules.processes:
            if process not in purpose.process and process != "owner":
                take = f"{purpose.role} TO djms_{process} WITH INHERIT FALSE, SET TRUE"
                yield _sql(
                    f"{process} may {purpose.name}",
                    (purpose.role,),
                    f"SET SESSION AUTHORIZATION djms_owner; GRANT {take}{AGAIN}",
                    f"SET SESSION AUTHORIZATION djms_owner; REVOKE {purpose.role} FROM djms_{process}{AGAIN}",
                    tests=RIGHTS,
                )


def _about(right: str) -> tuple[str, ...]:
    """What a right is to, first of all, and who has it."""
    thing, _, role = right.rpartition(" to ")
    if not thing:
        return tuple(reversed(right.split(" of ")))
    return thing.rpartition(" ")[2].removeprefix(f"{SCHEMA}."), role


def _samples(superuser: psycopg.Connection, table: str, column: str) -> Iterator[Mutant]:
    for there in catalog.columns(superuser)[table]:
        if there in {column, "email", "name"}:
            alter = f"ALTER TABLE {SCHEMA}.{table} ALTER {there} SET STATISTICS"
            yield _sql(f"{table}.{there} is sampled", (table, "estimates"), f"{alter} -1", f"{alter} 0", tests=RIGHTS)


# Each check of a door, by how it is written; what is put in its place.
_CHECKS = (
    (r"\b(els)?if\s(?!false)(?P<gone>.+?)\sthen\b", "false"),
    (r"\bwhen\s(?P<gone>(?!unique_violation)[^;]+?)\sthen\b", "false"),
    (r"(?P<gone>\s(and|or)\s(?:(?!\s(?:and|or|then)\b)[^;\n])+)", ""),
    (r"(?P<gone>\sfor update)", ""),
    (r"(?m)^\s+(?P<gone>(delete from|update|insert into|perform)\b[^;]*);", "null"),
    (r"(?P<gone>nullif)\(", "coalesce"),
    (r"(?P<gone> security definer)", ""),
    (r"(?P<gone> set debug_print_plan = off)", ""),
)


def _broken_doors(text: str) -> Iterator[tuple[str, str, str]]:
    """What is gone, and from where; the door without it; and the tests that are likely to notice."""
    head, _, _ = text.partition("$$")
    for pattern, instead in _CHECKS:
        for found in re.finditer(pattern, text, re.DOTALL if "if" in pattern else 0):
            start, end = found.span("gone")
            gone = " ".join(found["gone"].split())
            in_head, is_comment = start < len(head), "--" in text[text.rfind("\n", 0, start) + 1 : start]
            if is_comment or in_head != pattern.startswith("(?P<gone> se") or gone.count("(") != gone.count(")"):
                continue
            line, column = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
            tests = RIGHTS if in_head else "promises"
            yield f"{line}:{column}: without '{gone}'", text[:start] + instead + text[end:], tests


def _lints() -> Iterator[Mutant]:
    for sentence in list(check._CATALOG_LINT):  # noqa: SLF001 - to take away what is inside is the point
        query = check._CATALOG_LINT[sentence]  # noqa: SLF001 - as above

        def do(_: object, sentence: str = sentence) -> None:
            check._CATALOG_LINT.pop(sentence)  # noqa: SLF001 - as above

        def undo(_: object, sentence: str = sentence, query: str = query) -> None:
            check._CATALOG_LINT[sentence] = query  # noqa: SLF001 - as above

        yield Mutant(f"lint: {sentence}", ("drift", "named"), "policy", do, undo)


def _complaints(module: ModuleType) -> Iterator[Mutant]:
    """Each `yield` and `raise` of a module, taken away."""
    path = str(module.__file__)
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - a module's own source
        source = file.read()
    tree = ast.parse(source)
    holders: list[ast.Module | ast.ClassDef] = [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))]
    for function in [node for holder in holders for node in holder.body if isinstance(node, ast.FunctionDef)]:
        for statement in ast.walk(function):
            complains = isinstance(statement, ast.Raise) or (
                isinstance(statement, ast.Expr) and isinstance(statement.value, (ast.Yield, ast.YieldFrom))
            )
            if complains and isinstance(statement, ast.stmt):
                words = ast.get_source_segment(source, statement) or ""
                original = _function(module, function.name)
                broken = _without(source, statement, path, function.name, module)
                yield Mutant(
                    f"{module.__name__}.{function.name}:{statement.lineno} without {' '.join(words.split())[:70]}",
                    (module.__name__.split(".")[-1],),
                    "policy",
                    _swap(original, broken.__code__),
                    _swap(original, original.__code__),
                )


def _swap(function: FunctionType, code: CodeType) -> Callable[[psycopg.Connection], None]:
    def swap(_: psycopg.Connection) -> None:
        function.__code__ = code

    return swap


def _function(module: ModuleType, name: str) -> FunctionType:
    for holder in (module, *(one for one in vars(module).values() if isinstance(one, type))):
        found = vars(holder).get(name)
        if isinstance(found, FunctionType) and found.__module__ == module.__name__:
            return found
    raise LookupError(name)


def _without(source: str, gone: ast.stmt, path: str, name: str, module: ModuleType) -> FunctionType:
    """The function of a module as it would be without one statement (which stays, but is never reached)."""
    tree = ast.parse(source)
    for parent in ast.walk(tree):
        for part in ("body", "orelse", "handlers", "finalbody"):
            block = getattr(parent, part, None)
            if not isinstance(block, list):
                continue
            for index, statement in enumerate(block):
                if isinstance(statement, type(gone)) and statement.lineno == gone.lineno:
                    unreached = ast.If(test=ast.Constant(value=False), body=[statement], orelse=[])
                    block[index] = ast.copy_location(unreached, statement)
    copy = ModuleType(module.__name__)
    copy.__dict__.update({key: value for key, value in vars(module).items() if key.startswith("__")})
    exec(compile(ast.fix_missing_locations(tree), path, "exec"), copy.__dict__)  # noqa: S102 - our own source
    return _function(copy, name)
