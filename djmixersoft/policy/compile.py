"""From rules to the PostgreSQL roles, grants, row policies and doors that enforce them.

The result is a set of facts, each with the SQL that makes it true and the SQL that ends it. `catalog.read` finds the
same kind of facts in a database; the difference is what `policy apply` does and `policy check` complains of.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from djmixersoft.policy.errors import RulesError
from djmixersoft.policy.rules import Door, Rules, Use, role_of

SCHEMA = "djms"
DOOR_ROLE = "djms_door"
PACKAGE = Path(__file__).resolve().parents[1]

SAMPLED = ("account_id", "person_id", "staff_id")

PRIVILEGE = {"read": "SELECT", "add": "INSERT", "change": "UPDATE", "remove": "DELETE"}

# Which doors answer "whose rows?" for each kind of rows; "own" is whoever acts, which is the purpose's to say.
SCOPE_DOORS = {
    "account": ("my_accounts",),
    "administered": ("administered_accounts",),
    "teammates": ("my_teammates",),
    "named": ("named",),
    "linked": ("linked", "linked_account"),
    "asked": ("held_ticket",),
    "unlocked": ("unlocked",),
    "opened": ("opened",),
    "told": ("administered_accounts", "told_processes"),
    "processes": ("told_processes",),
    "exported": ("exported_logs", "exported_entries"),
}


@dataclass(frozen=True)
class Fact:
    """One thing that is so in the database: `subject` is what it is about, `value` how it stands."""

    kind: str
    subject: str
    value: str
    create: str = field(compare=False, default="")
    remove: str = field(compare=False, default="")

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}" + (f": {self.value}" if self.value else "")


@dataclass(frozen=True)
class RowPolicy:
    """A row policy before PostgreSQL has put its expressions into words of its own."""

    name: str
    table: str
    verb: str
    role: str
    predicate: str

    @property
    def command(self) -> str:
        """The SQL command that it governs."""
        return PRIVILEGE[self.verb]

    def sql(self, relation: str) -> str:
        """CREATE POLICY on a relation (the table, or a copy of it to see how PostgreSQL words the expressions)."""
        using = "" if self.verb == "add" else f" USING ({self.predicate})"
        check = f" WITH CHECK ({self.predicate})" if self.verb in {"add", "change"} else ""
        return f'CREATE POLICY "{self.name}" ON {relation} FOR {self.command} TO {self.role}{using}{check}'


@dataclass(frozen=True)
class Compiled:
    """What a database must hold, nothing more: facts, row policies and doors."""

    facts: frozenset[Fact]
    policies: tuple[RowPolicy, ...]
    doors: tuple[Door, ...]


def subject_column(table: str, of: str) -> str:
    """The column that says whose a row is: `person_id`, `account_id` or `staff_id`, but `id` in those tables."""
    return "id" if table == of else f"{of}_id"


def predicate(rules: Rules, use: Use, table: str, verb: str) -> str:
    """The condition under which a row of a table is within a use; its sub-selects run once a statement, not a row."""
    person, account = subject_column(table, "person"), subject_column(table, "account")
    retention, purpose = rules.retention_of(table), rules.purposes[use.purpose]
    who, subject = purpose.asks_who, subject_column(table, "staff") if purpose.staff else person
    in_account = f"{account} = (SELECT {SCHEMA}.linked_account())"
    administered = f"{account} = ANY ((SELECT {SCHEMA}.administered_accounts())::uuid[])"
    process = "id" if table == "legal_process" else "process_id"
    told = f"{process} = ANY ((SELECT {SCHEMA}.told_processes())::uuid[])"
    sql = {
        "own": f"{subject} = {who}",
        "teammates": f"{person} = ANY ((SELECT {SCHEMA}.my_teammates())::uuid[])",
        "account": f"{account} = ANY ((SELECT {SCHEMA}.my_accounts())::uuid[])",
        "administered": administered,
        "told": f"{administered} AND ({process} IS NULL OR {told})",
        "processes": told,
        "exported": _proofs(table),
        "named": f"{use.key} = (SELECT {SCHEMA}.named())::uuid",
        "linked": in_account + ("" if use.key == account else f" AND {SCHEMA}.linked({use.key})"),
        "asked": f"{use.key} = (SELECT {SCHEMA}.held_ticket())",
        "unlocked": _one_item(use, account, "unlocked"),
        "opened": _one_item(use, account, "opened"),
        "expired": f"{retention.after} < (SELECT clock_timestamp()) - interval '{retention.keep}'" if retention else "",
        "all": "true",
    }[use.rows]
    stamped = f" AND {use.stamp} = {who}" if use.stamp else ""
    writes = f" AND (SELECT {SCHEMA}.may_write())" if purpose.programs and verb != "read" else ""
    # Some rows are asked of by who acts in the role already.
    asks = use.rows in {"own", "exported"} or use.stamp
    by_staff = f" AND {who} IS NOT NULL" if purpose.staff and not asks else ""
    return sql + stamped + writes + by_staff


def _one_item(use: Use, account: str, door: str) -> str:
    """That a row is of the one item that a door answers (account, item), or of its account, where that is the key."""
    if use.key == account:
        return f"{account} = (SELECT one.account FROM {SCHEMA}.{door}() one(account, item))"
    return f"({account}, {use.key}) = (SELECT one.account, one.item FROM {SCHEMA}.{door}() one(account, item))"


def _proofs(table: str) -> str:
    """That a row of the ledger proves what an export disclosed: entries that say so, and the hashes of their logs."""
    if table == "ledger_entry":
        return f"id = ANY ((SELECT {SCHEMA}.exported_entries())::bigint[])"
    return f"{'id' if table == 'ledger_log' else 'log_id'} = ANY ((SELECT {SCHEMA}.exported_logs())::uuid[])"


def door_text(name: str) -> str:
    """The SQL of a door, from the app whose subject it is."""
    found = sorted(PACKAGE.glob(f"*/doors/{name}.sql"))
    if len(found) != 1:
        message = f"door {name!r} must have one file */doors/{name}.sql, and has {len(found)}"
        raise RulesError(message)
    return found[0].read_text(encoding="utf-8")


def compile_rules(
    rules: Rules,
    functions: Mapping[str, str],
    sequences: Mapping[str, str],
    columns: Mapping[str, Sequence[str]],
) -> Compiled:
    """The facts that follow from the rules.

    `functions`: signature by name of the functions in the schema that are not doors (a library's);
    `sequences`: table by sequence; `columns`: those of each table. All are the database's to know.
    """
    facts = {
        *_roles(rules),
        *_row_security(rules),
        *_statistics(rules, columns),
        *_doors(rules),
        *_functions(rules, functions),
    }
    grants: dict[tuple[str, str, str], set[str]] = {}
    policies: dict[str, RowPolicy] = {}
    for use in rules.uses:
        for table in use.tables:
            for verb in use.may:
                grants.setdefault((role_of(use.purpose), table, verb), set()).update(use.columns or {""})
                condition = predicate(rules, use, table, verb)
                policy = RowPolicy(f"{use.purpose} {verb} {use.rows}", table, verb, role_of(use.purpose), condition)
                policies[f"{table} {policy.name}"] = policy
    for door in rules.doors:
        for table, verbs in door.touches.items():
            for verb in verbs:
                grants.setdefault((DOOR_ROLE, table, verb), set()).add("")
                policies[f"{table} door {verb}"] = RowPolicy(f"door {verb}", table, verb, DOOR_ROLE, "true")
    facts.update(_grants(grants, sequences))
    secured = _secured_tables(rules)
    return Compiled(
        frozenset(facts), tuple(policy for policy in policies.values() if policy.table in secured), rules.doors
    )


def _secured_tables(rules: Rules) -> set[str]:
    """Tables with a subject: all but the machine's own records."""
    return {table for table in rules.tables() if rules.category_of(table) != "operational"}


def _roles(rules: Rules) -> Iterator[Fact]:
    roles = [DOOR_ROLE, *(purpose.role for purpose in rules.purposes.values())]
    for role in roles:
        usage = grant(role, f"SCHEMA {SCHEMA}", "USAGE")
        create = f"CREATE ROLE {role} NOLOGIN NOINHERIT; {usage.create}"
        yield Fact("role", role, "NOLOGIN NOINHERIT", create, f"DROP ROLE {role}")
        yield usage
    # A door ends the sessions that read by an access which was revoked (end_readers.sql); it may signal no superuser's.
    yield Fact(
        "member",
        f"{DOOR_ROLE} of pg_signal_backend",
        "inherit True, set False, admin False",
        f"GRANT pg_signal_backend TO {DOOR_ROLE} WITH INHERIT TRUE, SET FALSE",
        f"REVOKE pg_signal_backend FROM {DOOR_ROLE}",
    )
    members = [(DOOR_ROLE, "owner")]
    members += [(purpose.role, process) for purpose in rules.purposes.values() for process in purpose.process]
    for role, process in members:
        login = f"djms_{process}"
        yield Fact(
            "member",
            f"{login} of {role}",
            "may take it, does not inherit it",
            f"GRANT {role} TO {login} WITH INHERIT FALSE, SET TRUE",
            f"REVOKE {role} FROM {login}",
        )


def _row_security(rules: Rules) -> Iterator[Fact]:
    for table in sorted(_secured_tables(rules)):
        name = f"{SCHEMA}.{table}"
        yield Fact(
            "row security",
            table,
            "enabled and forced",
            f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY",
        )


def _statistics(rules: Rules, columns: Mapping[str, Sequence[str]]) -> Iterator[Fact]:
    """That PostgreSQL samples no values of rows with a subject: EXPLAIN would give them away to who can't see the rows.

    Its estimates use the samples whoever asks, so `email < 'm'` and its cost spell out other people's addresses. Only
    whose a row is (a random id, which opens nothing) may be sampled, as plans depend on it.
    """
    for table in sorted(_secured_tables(rules)):
        for column in columns.get(table, ()):
            if column not in SAMPLED:
                change = f"ALTER TABLE {SCHEMA}.{table} ALTER COLUMN {column} SET STATISTICS"
                yield Fact("statistics", f"{column} of {table}", "no samples", f"{change} 0", f"{change} -1")


def grant(role: str, thing: str, privilege: str, columns: Iterable[str] = ()) -> Fact:
    """That a role holds a privilege on a thing (a table, on some columns of it, a sequence, a function, the schema)."""
    named = f" ({', '.join(sorted(columns))})" if columns else ""
    what = f"{privilege}{named} ON {thing}"
    return Fact("grant", f"{what} to {role}", "", f"GRANT {what} TO {role}", f"REVOKE {what} FROM {role}")


def _grants(grants: Mapping[tuple[str, str, str], set[str]], sequences: Mapping[str, str]) -> Iterator[Fact]:
    for (role, table, verb), columns in grants.items():
        whole = "" in columns
        for column in [""] if whole else sorted(columns):
            yield grant(role, f"{SCHEMA}.{table}", PRIVILEGE[verb], [column] if column else [])
        if verb == "add":
            for sequence, owner in sequences.items():
                if owner == table:
                    yield grant(role, f"SEQUENCE {SCHEMA}.{sequence}", "USAGE")


def _doors(rules: Rules) -> Iterator[Fact]:
    for door in rules.doors:
        door_text(door.name)
        if door.trigger:
            timing, tables = door.trigger.rsplit(" on ", 1)
            each = "STATEMENT" if "truncate" in timing else "ROW"
            for table in tables.split(", "):
                # In the words and the order in which PostgreSQL itself tells of a trigger.
                where = f"{timing.upper()} ON {SCHEMA}.{table} FOR EACH {each}"
                definition = f"{where} EXECUTE FUNCTION {door.name}()"
                yield Fact(
                    "trigger",
                    f"{door.name} on {table}",
                    definition,
                    f"CREATE OR REPLACE TRIGGER {door.name} {definition}",
                    f"DROP TRIGGER {door.name} ON {SCHEMA}.{table}",
                )


def _functions(rules: Rules, functions: Mapping[str, str]) -> Iterator[Fact]:
    """Who may call which function: the doors a purpose is named for, those its rows need, and a library's."""
    callers = {(door.name, role_of(purpose)) for door in rules.doors for purpose in door.purposes}
    callers |= {(name, DOOR_ROLE) for door in rules.doors for name in door.functions}
    for use in rules.uses:
        needed = set(SCOPE_DOORS.get(use.rows, ()))
        by_name = use.stamp or use.rows == "own" or rules.purposes[use.purpose].staff
        needed |= {rules.purposes[use.purpose].who} if by_name else set()
        needed |= {"may_write"} if rules.purposes[use.purpose].programs and use.may != ("read",) else set()
        needed |= {name for name in functions for pattern in use.functions if fnmatch(name, pattern)}
        callers |= {(name, role_of(use.purpose)) for name in needed}
    for name, role in callers:
        yield grant(role, f"FUNCTION {SCHEMA}.{name}", "EXECUTE")
