"""`policy check`: what differs between the policy and the program; nothing, if the program is what the policy says."""

from collections.abc import Iterator
from importlib import import_module

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.module_loading import autodiscover_modules
from psycopg.errors import InsufficientPrivilege

from djmixersoft.policy import catalog
from djmixersoft.policy.apply import difference
from djmixersoft.policy.catalog import Database
from djmixersoft.policy.compile import DOOR_ROLE, SCHEMA
from djmixersoft.policy.jobs import registered_jobs
from djmixersoft.policy.prose import clauses
from djmixersoft.policy.purposes import purpose_of
from djmixersoft.policy.rules import PERSONAL_CATEGORIES, Rules


def check(database: Database, rules: Rules) -> list[str]:
    """A sentence for each fault in the prose, the rules, the routes, the jobs, and the database (as its owner)."""
    return [
        *clauses_that_lack(rules),
        *routes_at_fault(rules),
        *jobs_at_fault(rules),
        *tables_at_fault(database, rules),
        *linked_at_fault(database, rules),
        *addresses_at_fault(database, rules),
        *differences(database, rules),
        *catalog_faults(database, rules),
    ]


def clauses_that_lack(rules: Rules) -> Iterator[str]:
    """Purposes that no clause describes, and ids of clauses that don't exist."""
    prose = clauses()
    for purpose in rules.purposes.values():
        if purpose.clause not in prose:
            yield f"purpose {purpose.name!r} names clause {purpose.clause!r}, which privacy.md does not have"
        elif purpose.prose not in prose[purpose.clause]:
            yield f"purpose {purpose.name!r}: clause {purpose.clause} does not say {purpose.prose!r}"
    for category in rules.categories.values():
        if category.clause not in prose:
            yield f"category {category.name!r} names clause {category.clause!r}, which privacy.md does not have"
    for door in rules.doors:
        if door.clause not in prose:
            yield f"door {door.name!r} names clause {door.clause!r}, which privacy.md does not have"


def routes(process: str = "site") -> Iterator[tuple[str, object]]:
    """Each route of a process's URLconf with its view."""
    import_module(settings.URLCONFS[process])

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, object]]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, prefix + str(pattern.pattern))
            else:
                yield prefix + str(pattern.pattern), pattern.callback

    yield from walk(get_resolver(settings.URLCONFS[process]).url_patterns, "/")


def routes_at_fault(rules: Rules) -> Iterator[str]:
    """Routes of the site and the desk without exactly one purpose that the process may have."""
    for process in settings.URLCONFS:
        for route, view in routes(process):
            where = "" if process == "site" else f" of the {process}"
            yield from _purpose_at_fault(f"route {route}{where}", purpose_of(view), process, rules)


def jobs_at_fault(rules: Rules) -> Iterator[str]:
    """Jobs without exactly one purpose that the process of their queue may have."""
    autodiscover_modules("jobs")
    for name, job in registered_jobs().items():
        yield from _purpose_at_fault(f"job {name}", job.purpose, job.process, rules)


def _purpose_at_fault(what: str, purpose: str | None, process: str, rules: Rules) -> Iterator[str]:
    if purpose is None:
        yield f"{what} has no purpose"
    elif purpose not in rules.purposes:
        yield f"{what} has the purpose {purpose!r}, which rules.toml does not know"
    elif process not in rules.purposes[purpose].process:
        yield f"{what} has the purpose {purpose!r}, which the process {process!r} may not have"


def tables_at_fault(database: Database, rules: Rules) -> Iterator[str]:
    """Tables in no category, and categories' tables that don't exist. One in two is refused as rules.toml is read."""
    there, known = catalog.tables(database), set(rules.tables())
    for table in sorted(there - known):
        yield f"table {table!r} is in no category"
    for table in sorted(known - there):
        yield f"table {table!r} of rules.toml does not exist"


def linked_at_fault(database: Database, rules: Rules) -> Iterator[str]:
    """Tables that lead to a person or an account (1a), in a category whose rows aren't locked."""
    for table in sorted(catalog.linked_tables(database) & set(rules.tables())):
        category = rules.category_of(table)
        if category not in PERSONAL_CATEGORIES:
            yield f"table {table!r} leads to people, and its category {category!r} has no row policies"


def addresses_at_fault(database: Database, rules: Rules) -> Iterator[str]:
    """Columns made for network addresses (3a, 3b) in tables of another category than `network`."""
    for table, column in catalog.address_columns(database)[1]:
        if table not in rules.categories["network"].tables:
            yield f"column {column!r} of table {table!r} is made for network addresses, outside of their category"


def differences(database: Database, rules: Rules) -> Iterator[str]:
    """Roles, grants, row policies and doors that differ from the compiled ones."""
    try:
        with database.transaction():
            missing, extra = difference(database, rules)
    except InsufficientPrivilege as error:
        yield f"the owner can't compare it all: {error.diag.message_primary}"
        return
    for fact in missing:
        yield f"the database lacks: {fact}"
    for fact in extra:
        yield f"the database has, and nothing asks for it: {fact}"


OWN_SETTINGS = "('statement_timeout', 'idle_in_transaction_session_timeout', 'track_activities', 'row_security')"

# Each query lists what must not be; its one column says what it is.
_CATALOG_LINT = {
    "login {} is more than a login may be (superuser, BYPASSRLS, CREATEROLE, CREATEDB, REPLICATION or INHERIT)": """
        SELECT rolname FROM pg_roles WHERE starts_with(rolname, 'djms_') AND rolcanlogin
           AND (rolsuper OR rolbypassrls OR rolcreatedb OR rolreplication OR rolinherit
                OR (rolcreaterole AND rolname <> 'djms_owner'))""",
    "{} in the schema is not its owner's": f"""
        SELECT relkind::text || ' ' || relname FROM pg_class WHERE relnamespace = '{SCHEMA}'::regnamespace
           AND relkind IN ('r','p','v','m','f','S') AND relowner <> 'djms_owner'::regrole""",
    "view {} runs with its owner's rights, which pass by row policies": f"""
        SELECT relname FROM pg_class WHERE relnamespace = '{SCHEMA}'::regnamespace AND (relkind = 'm'
           OR (relkind = 'v' AND NOT coalesce(reloptions && ARRAY['security_invoker=true'], false)))""",
    "function {} outside the schema runs with its owner's rights": f"""
        SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE p.prosecdef AND n.nspname NOT IN ('{SCHEMA}', 'pg_catalog', 'information_schema')""",
    "definer function {} does not pin its search_path with pg_temp last, and debug_print_plan": f"""
        SELECT proname FROM pg_proc WHERE pronamespace = '{SCHEMA}'::regnamespace AND prosecdef
           AND NOT coalesce(proconfig @> ARRAY['search_path={SCHEMA}, pg_temp', 'debug_print_plan=off'], false)""",
    "table {} is outside the schema, where the policy does not reach": f"""
        SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r','p','v','m','f') AND n.nspname NOT IN ('{SCHEMA}', 'pg_catalog', 'information_schema')
           AND n.nspname !~ '^pg_(toast|temp_)'""",
    "table {} has a rewrite rule or inherits, which row policies do not see": f"""
        SELECT relname FROM pg_class WHERE relnamespace = '{SCHEMA}'::regnamespace AND relkind IN ('r','p')
           AND (relhassubclass OR relhasrules)""",
    "{} in this database or a schema besides": f"""
        SELECT CASE grantee WHEN 0 THEN 'everybody' ELSE grantee::regrole::text END || ' may ' || privilege_type
          FROM (SELECT datdba, (aclexplode(coalesce(datacl, acldefault('d', datdba)))).* FROM pg_database
                 WHERE datname = current_database()) held
         WHERE grantee <> datdba AND (privilege_type <> 'CONNECT' OR grantee = 0)
        UNION SELECT CASE grantee WHEN 0 THEN 'everybody' ELSE grantee::regrole::text END || ' may ' || privilege_type
          FROM (SELECT nspowner, (aclexplode(coalesce(nspacl, acldefault('n', nspowner)))).* FROM pg_namespace
                 WHERE nspname NOT IN ('{SCHEMA}', 'information_schema') AND nspname !~ '^pg_') held
         WHERE grantee <> nspowner""",
    "{} may set a parameter that is for superusers": """
        SELECT DISTINCT CASE grantee WHEN 0 THEN 'everybody' ELSE grantee::regrole::text END
          FROM pg_parameter_acl, aclexplode(paracl) WHERE grantee::regrole::text <> 'postgres'""",
    "a function makes large objects, which are in no category, for everybody: {}": """
        SELECT p.oid::regprocedure::text FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner)))
         WHERE p.proname IN ('lo_create', 'lo_creat', 'lo_from_bytea') AND grantee = 0""",
    "{} keeps other logins than the owner's from changing tables and rights": """
        SELECT 'nothing' WHERE NOT EXISTS (SELECT FROM pg_event_trigger t JOIN pg_roles r ON r.oid = t.evtowner
           WHERE evtname = 'only_the_owner_changes_things' AND evtenabled IN ('O', 'A') AND r.rolsuper
             AND evtevent = 'ddl_command_start' AND evttags IS NULL)""",
    "what is made later has rights by default: {}": """
        SELECT d.defaclrole::regrole::text || ' gives ' || privilege_type FROM pg_default_acl d, aclexplode(d.defaclacl)
         WHERE grantee <> d.defaclrole""",
    "login {} has a setting of its own": f"""
        SELECT r.rolname || ' (' || one || ')' FROM pg_db_role_setting s
          JOIN pg_roles r ON r.oid = s.setrole, unnest(setconfig) one
         WHERE (starts_with(r.rolname, 'djms_') OR starts_with(r.rolname, 'p_')) AND (s.setdatabase <> 0
            OR split_part(one, '=', 1) NOT IN {OWN_SETTINGS})""",
    "login {} shows its statements, and the secrets in them, in pg_stat_activity": """
        SELECT r.rolname FROM pg_roles r WHERE starts_with(r.rolname, 'djms_') AND r.rolcanlogin
           AND NOT EXISTS (SELECT FROM pg_db_role_setting s WHERE s.setrole = r.oid AND s.setdatabase = 0
                           AND s.setconfig @> ARRAY['track_activities=off'])""",
}


def catalog_faults(database: Database, rules: Rules) -> Iterator[str]:
    """What PostgreSQL's catalogs hold that would let somebody pass by the row policies."""
    for sentence, query in _CATALOG_LINT.items():
        for (what,) in database.execute(query.encode()).fetchall():
            yield sentence.format(what)
    rows = database.execute("SELECT rolname FROM pg_roles WHERE rolcanlogin AND starts_with(rolname, 'djms_')")
    logins = {name for (name,) in rows}
    for process in rules.processes:
        if f"djms_{process}" not in logins:
            yield f"the login djms_{process} does not exist"
    for login in sorted(logins - {f"djms_{process}" for process in rules.processes} - {"djms_backup", DOOR_ROLE}):
        yield f"login {login} belongs to no process of rules.toml"
