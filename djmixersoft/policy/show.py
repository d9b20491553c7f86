"""`policy show`: the uses as a table a person can read, or the SQL they compile to."""

from djmixersoft.policy import catalog
from djmixersoft.policy.apply import ORDER, in_order
from djmixersoft.policy.catalog import Database
from djmixersoft.policy.compile import SCHEMA, door_text
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
    """The SQL that makes an empty database what the rules compile to, in the order in which it can be run."""
    compiled = catalog.compiled(database, rules)
    statements = [(fact.kind, f"{fact.create};") for fact in in_order(compiled.facts)]
    statements += [("door", f"{door_text(door.name).strip()};") for door in compiled.doors]
    statements += [("policy", f"{policy.sql(f'{SCHEMA}.{policy.table}')};") for policy in compiled.policies]
    return "\n".join(statement for kind in ORDER for one, statement in statements if one == kind)


def _aligned(rows: list[tuple[str, ...]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
