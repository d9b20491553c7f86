"""`policy show`: the uses as a table a person can read, or the SQL they compile to."""

import re

from djmixersoft.policy import catalog
from djmixersoft.policy.apply import ORDER, in_order
from djmixersoft.policy.catalog import Database
from djmixersoft.policy.compile import DOOR_ROLE, SCHEMA, Fact, door_text
from djmixersoft.policy.rules import Rules


def uses(rules: Rules) -> str:
    """The uses and doors, one a line in aligned columns."""
    head = ("purpose", "process", "category", "tables", "rows", "may")
    rows = [
        (
            use.purpose,
            ", ".join(rules.purposes[use.purpose].process),
            use.category,
            ", ".join(use.tables),
            use.rows,
            ", ".join(use.may) + (f" ({', '.join(use.columns)})" if use.columns else ""),
        )
        for use in rules.uses
    ]
    doors = [(door.name, ", ".join(door.purposes) or "-", door.words) for door in rules.doors]
    return f"{_aligned([head, *rows])}\n\n{_aligned([('door', 'for', 'what it does'), *doors])}"


def sql(database: Database, rules: Rules) -> str:
    """The SQL that makes an empty database what the rules compile to, in the order in which its owner can run it."""
    compiled = catalog.compiled(database, rules)
    doors = {door.name for door in compiled.doors}
    statements = [(fact.kind, f"{_as_its_owner(fact, doors)};") for fact in in_order(compiled.facts)]
    statements += [("door", _door(door.name)) for door in compiled.doors]
    statements += [("policy", f"{policy.sql(f'{SCHEMA}.{policy.table}')};") for policy in compiled.policies]
    return "\n".join(statement for kind in ORDER for one, statement in statements if one == kind)


def _door(name: str) -> str:
    """A door is made by the door role, which may create in the schema for that moment, and is nobody's to call."""
    return (
        f"GRANT CREATE ON SCHEMA {SCHEMA} TO {DOOR_ROLE};\nSET ROLE {DOOR_ROLE};\n{door_text(name).strip()};\n"
        f"REVOKE EXECUTE ON FUNCTION {SCHEMA}.{name} FROM PUBLIC;\nRESET ROLE;\n"
        f"REVOKE CREATE ON SCHEMA {SCHEMA} FROM {DOOR_ROLE};"
    )


def _as_its_owner(fact: Fact, doors: set[str]) -> str:
    """What makes a fact, run by the door role where it gives the right to a door, for the owner may not."""
    function = re.search(rf"FUNCTION {SCHEMA}\.(\w+)", fact.create)
    if fact.kind == "trigger":
        call = f"FUNCTION {SCHEMA}.{fact.subject.split(' on ')[0]}"
        return (
            f"SET ROLE {DOOR_ROLE}; GRANT EXECUTE ON {call} TO SESSION_USER; RESET ROLE;\n{fact.create};\n"
            f"SET ROLE {DOOR_ROLE}; REVOKE EXECUTE ON {call} FROM SESSION_USER; RESET ROLE"
        )
    if fact.kind == "grant" and function and function[1] in doors:
        return f"SET ROLE {DOOR_ROLE}; {fact.create}; RESET ROLE"
    return fact.create


def _aligned(rows: list[tuple[str, ...]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
