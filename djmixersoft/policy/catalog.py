"""What a database really holds: the same kinds of facts as `compile_rules` makes, read from PostgreSQL's catalogs."""

import hashlib
from collections.abc import Iterator
from typing import Any

from psycopg import Connection

from djmixersoft.policy.compile import DOOR_ROLE, SCHEMA, Compiled, Fact, RowPolicy, compile_rules, door_text, grant
from djmixersoft.policy.rules import Door, Rules

Database = Connection[Any]
LINKING = (
    "person_id",
    "account_id",
    "staff_id",
    "email",
    "recipient",
)  # columns that by our convention say whose a row is


def functions(database: Database) -> dict[str, str]:
    """Owner by name of each function in the schema."""
    rows = database.execute(
        "SELECT proname, proowner::regrole::text FROM pg_proc WHERE pronamespace = %s::regnamespace", [SCHEMA]
    )
    return dict(rows.fetchall())


def sequences(database: Database) -> dict[str, str]:
    """Table by sequence, of those that a table's column draws its numbers from by default (serial columns)."""
    rows = database.execute(
        "SELECT s.relname, t.relname FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.deptype = 'a'"
        " JOIN pg_class t ON t.oid = d.refobjid WHERE s.relkind = 'S' AND s.relnamespace = %s::regnamespace",
        [SCHEMA],
    )
    return dict(rows.fetchall())


def tables(database: Database) -> set[str]:
    """Names of the tables, views and the like in the schema."""
    rows = database.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind IN ('r','p','f','v','m')",
        [SCHEMA],
    )
    return {name for (name,) in rows}


def columns(database: Database) -> dict[str, list[str]]:
    """The columns of each table in the schema."""
    rows = database.execute(
        "SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a"
        " JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = %s::regnamespace AND c.relkind IN ('r','p')"
        " AND a.attnum > 0 AND NOT a.attisdropped GROUP BY 1",
        [SCHEMA],
    )
    return dict(rows.fetchall())


def linked_tables(database: Database) -> set[str]:
    """Tables that lead to a person or an account: by foreign keys, however many, or by the name of a column."""
    rows = database.execute(
        "WITH RECURSIVE linked(id) AS ("
        "  SELECT oid FROM pg_class WHERE relnamespace = %(schema)s::regnamespace"
        "   AND relname IN ('person', 'account', 'staff')"
        "  UNION SELECT conrelid FROM pg_constraint JOIN linked ON confrelid = id WHERE contype = 'f')"
        " SELECT relname FROM pg_class WHERE relnamespace = %(schema)s::regnamespace AND relkind IN ('r','p')"
        " AND (oid IN (SELECT id FROM linked) OR EXISTS (SELECT FROM pg_attribute WHERE attrelid = pg_class.oid"
        "      AND attnum > 0 AND NOT attisdropped AND attname = ANY(%(names)s)))",
        {"schema": SCHEMA, "names": list(LINKING)},
    )
    return {name for (name,) in rows}


def address_columns(database: Database) -> tuple[int, list[tuple[str, str]]]:
    """How many columns there are, and table and name of those made for network addresses, by their type or name."""
    rows = database.execute(
        "SELECT c.relname, a.attname, atttypid::regtype::text ~ '^(inet|cidr|macaddr)'"
        "   OR attname ~ '(^|_)(ip|inet|remote|peer)(_|$)'"
        " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " WHERE c.relnamespace = %s::regnamespace AND relkind IN ('r','p') AND attnum > 0 AND NOT attisdropped",
        [SCHEMA],
    ).fetchall()
    return len(rows), sorted((table, column) for table, column, made_for_them in rows if made_for_them)


def locked_tables(database: Database) -> set[str]:
    """Tables under row security that binds their owner too."""
    rows = database.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relrowsecurity AND relforcerowsecurity",
        [SCHEMA],
    )
    return {name for (name,) in rows}


def compiled(database: Database, rules: Rules) -> Compiled:
    """What the rules compile to for this database."""
    return compile_rules(rules, functions(database), sequences(database), columns(database))


def read(database: Database) -> frozenset[Fact]:
    """Every fact about the schema and the roles made for it."""
    return frozenset(
        {
            *_roles(database),
            *_members(database),
            *_row_security(database),
            *_statistics(database),
            *_grants(database),
            *_triggers(database),
            *policies_of(database, f"relnamespace = '{SCHEMA}'::regnamespace"),
            *_doors(database),
        }
    )


def _roles(database: Database) -> Iterator[Fact]:
    rows = database.execute(
        "SELECT rolname, array_remove(ARRAY[CASE WHEN rolsuper THEN 'SUPERUSER' END,"
        " CASE WHEN rolcreaterole THEN 'CREATEROLE' END, CASE WHEN rolcreatedb THEN 'CREATEDB' END,"
        " CASE WHEN rolcanlogin THEN 'LOGIN' END, CASE WHEN rolreplication THEN 'REPLICATION' END,"
        " CASE WHEN rolbypassrls THEN 'BYPASSRLS' END, CASE WHEN rolinherit THEN 'INHERIT' END], NULL)"
        " FROM pg_roles WHERE starts_with(rolname, 'p_') OR rolname = %s",
        [DOOR_ROLE],
    )
    for name, powers in rows:
        value = f"more than NOLOGIN NOINHERIT: {', '.join(powers)}" if powers else "NOLOGIN NOINHERIT"
        # Whoever drops what a role owns must have its rights, which the role's maker hasn't by itself.
        undo = f"GRANT {name} TO SESSION_USER WITH INHERIT TRUE; DROP OWNED BY {name}; DROP ROLE {name}"
        if powers:
            undo = f"ALTER ROLE {name} {' '.join(f'NO{power}' for power in powers)}"
        yield Fact("role", name, value, remove=undo)


def _members(database: Database) -> Iterator[Fact]:
    # Whoever creates a role administers it (PostgreSQL 16); that alone gives no use of it, and is passed over.
    rows = database.execute(
        "SELECT roleid::regrole::text, member::regrole::text, inherit_option, set_option, admin_option"
        " FROM pg_auth_members WHERE (inherit_option OR set_option OR member::regrole::text <> 'djms_owner')"
        " AND (starts_with(roleid::regrole::text, 'p_') OR starts_with(roleid::regrole::text, 'djms_')"
        "   OR starts_with(member::regrole::text, 'p_') OR starts_with(member::regrole::text, 'djms_'))"
    )
    for role, member, inherits, may_set, admin in rows:
        exact = may_set and not inherits and not admin
        value = "may take it, does not inherit it" if exact else f"inherit {inherits}, set {may_set}, admin {admin}"
        yield Fact("member", f"{member} of {role}", value, remove=f"REVOKE {role} FROM {member}")


def _row_security(database: Database) -> Iterator[Fact]:
    rows = database.execute(
        "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"
        " WHERE relnamespace = %s::regnamespace AND relkind IN ('r','p') AND (relrowsecurity OR relforcerowsecurity)",
        [SCHEMA],
    )
    for table, enabled, forced in rows:
        value = "enabled and forced" if enabled and forced else f"enabled {enabled}, forced {forced}"
        undo = f"ALTER TABLE {SCHEMA}.{table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY"
        yield Fact("row security", table, value, remove=undo)


def _statistics(database: Database) -> Iterator[Fact]:
    rows = database.execute(
        "SELECT a.attname, c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " WHERE c.relnamespace = %s::regnamespace AND c.relkind IN ('r','p') AND a.attnum > 0 AND NOT a.attisdropped"
        " AND a.attstattarget = 0",
        [SCHEMA],
    )
    for column, table in rows:
        undo = f"ALTER TABLE {SCHEMA}.{table} ALTER COLUMN {column} SET STATISTICS -1"
        yield Fact("statistics", f"{column} of {table}", "no samples", remove=undo)


_ALL_GRANTS = """
WITH held AS (
  SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE '' END || n.nspname || '.' || c.relname AS thing, '' AS col,
         c.relowner AS owner,
         coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner)) AS acl
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %(schema)s
  UNION ALL
  SELECT n.nspname || '.' || c.relname, a.attname, c.relowner, a.attacl
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = %(schema)s AND a.attacl IS NOT NULL
  UNION ALL
  SELECT 'FUNCTION ' || n.nspname || '.' || p.proname, '', p.proowner, coalesce(p.proacl, acldefault('f', p.proowner))
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = %(schema)s
  UNION ALL
  SELECT 'SCHEMA ' || nspname, '', nspowner, coalesce(nspacl, acldefault('n', nspowner))
    FROM pg_namespace WHERE nspname = %(schema)s
)
SELECT thing, col, privilege_type, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END, is_grantable
  FROM held, LATERAL aclexplode(acl) WHERE grantee <> owner
"""


def _grants(database: Database) -> Iterator[Fact]:
    for thing, column, privilege, grantee, grantable in database.execute(_ALL_GRANTS, {"schema": SCHEMA}):
        fact = grant(grantee, thing, privilege, [column] if column else [])
        if grantable:
            fact = Fact(fact.kind, fact.subject, "and may grant it on", remove=fact.remove)
        yield fact


def _triggers(database: Database) -> Iterator[Fact]:
    # The library's triggers on its own tables are its own affair; those on tables with a subject are doors.
    rows = database.execute(
        "SELECT t.tgname, c.relname, pg_get_triggerdef(t.oid), t.tgenabled FROM pg_trigger t"
        " JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = %s::regnamespace AND NOT t.tgisinternal"
        " AND NOT starts_with(c.relname, 'procrastinate_')",
        [SCHEMA],
    )
    for name, table, definition, enabled in rows:
        value = definition.split(f" {name} ", 1)[1]
        value += "" if enabled == "O" else f" (firing mode {enabled})"
        yield Fact("trigger", f"{name} on {table}", value, remove=f"DROP TRIGGER {name} ON {SCHEMA}.{table}")


def policies_of(database: Database, where: str) -> Iterator[Fact]:
    """The row policies of the relations that a condition on pg_class picks, in PostgreSQL's wording."""
    rows = database.execute(
        "SELECT p.polname, c.relname, p.polcmd::text, p.polpermissive,"
        " ARRAY(SELECT CASE r WHEN 0 THEN 'PUBLIC' ELSE r::regrole::text END FROM unnest(p.polroles) r),"
        " pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)"
        f" FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE {where}".encode()
    )
    for name, table, command, permissive, roles, using, check in rows:
        value = f"{command} {'permissive' if permissive else 'restrictive'} to {','.join(roles)}"
        value += f" using ({using}) check ({check})"
        yield Fact("policy", f"{name!r} on {table}", value, remove=f'DROP POLICY "{name}" ON {SCHEMA}.{table}')


def _definitions(database: Database, where: str) -> Iterator[tuple[str, str, str, str]]:
    """Name, owner, text and signature of every function that runs with its owner's rights, or is the door role's."""
    rows = database.execute(
        "SELECT proname, proowner::regrole::text, pg_get_functiondef(oid), oid::regprocedure::text"
        f" FROM pg_proc WHERE {where} AND (prosecdef OR proowner::regrole::text = '{DOOR_ROLE}')".encode()
    )
    yield from rows


def _door(name: str, owner: str, definition: str, *, create: str = "", remove: str = "") -> Fact:
    digest = hashlib.sha256(definition.encode()).hexdigest()[:16]
    return Fact("door", name, f"owned by {owner}, text {digest}", create, remove)


def _doors(database: Database) -> Iterator[Fact]:
    for name, owner, definition, signature in _definitions(database, f"pronamespace = '{SCHEMA}'::regnamespace"):
        yield _door(
            name, owner, definition, remove=f"DROP FUNCTION {SCHEMA}.{signature.removeprefix(SCHEMA + '.')} CASCADE"
        )


def worded_policies(database: Database, policies: tuple[RowPolicy, ...]) -> set[Fact]:
    """Compiled row policies as this PostgreSQL words them.

    They are created on empty temporary copies of the tables, read back and rolled back, so nothing real is locked or
    changed. Needs a transaction, and a login that may create temporary tables.
    """
    by_subject = {f"{policy.name!r} on {policy.table}": policy for policy in policies}
    with database.transaction(force_rollback=True):
        for table in sorted({policy.table for policy in policies}):
            database.execute(f"CREATE TEMPORARY TABLE {table} (LIKE {SCHEMA}.{table})".encode())
        for policy in policies:
            database.execute(policy.sql(f"pg_temp.{policy.table}").encode())
        worded = list(policies_of(database, "relnamespace = pg_my_temp_schema()"))
    return {
        Fact(
            fact.kind,
            fact.subject,
            fact.value,
            by_subject[fact.subject].sql(f"{SCHEMA}.{by_subject[fact.subject].table}"),
            fact.remove,
        )
        for fact in worded
    }


def worded_doors(database: Database, doors: tuple[Door, ...]) -> set[Fact]:
    """The doors' files as this PostgreSQL words them, found in the same way as row policies."""
    with database.transaction(force_rollback=True):
        for door in doors:
            database.execute(_moved(door_text(door.name), SCHEMA, "pg_temp").encode())
        definitions = list(_definitions(database, "pronamespace = pg_my_temp_schema()"))
    return {
        _door(name, DOOR_ROLE, _moved(definition, "pg_temp", SCHEMA), create=door_text(name))
        for name, _, definition, _ in definitions
    }


def _moved(definition: str, old: str, new: str) -> str:
    """A CREATE FUNCTION moved to another schema: its name only, the first in the text."""
    start = definition.lower().index("create or replace function")
    return definition[:start] + definition[start:].replace(f"{old}.", f"{new}.", 1)
