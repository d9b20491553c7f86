"""From an empty PostgreSQL server to one that the policy can be applied to: logins, the database, its schema.

Idempotent. The same statements are printed by `./run database-sql` for an operator's own server.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from djmixersoft.operations.datafolder import DATABASE_LOGINS
from djmixersoft.operations.refusal import Refusal

if TYPE_CHECKING:
    from psycopg import Connection

DATABASE = "djmixersoft"
SCHEMA = "djms"
OWNER = "djms_owner"
LOGINS = tuple(login for login in DATABASE_LOGINS if login != "postgres")
# The releases that mended CVE-2024-10976 and CVE-2024-10978, row security and roles being what enforces here.
OLDEST = {16: 160010, 17: 170006}
OLDEST_MAJOR = 16
CONNECTIONS = {OWNER: 10, "djms_site": 24, "djms_desk": 8, "djms_mailer": 6, "djms_analyst": 6, "djms_steward": 6}
STATEMENT_SECONDS = {OWNER: 0, "djms_mailer": 60, "djms_steward": 60}


def version_problem(server_version: int) -> str | None:
    """Tell in a sentence why a server of this version (as in 160010) won't do, or nothing if it will."""
    major = server_version // 10000
    if major >= OLDEST_MAJOR and server_version >= OLDEST.get(major, 0):
        return None
    return (
        f"PostgreSQL {major}.{server_version % 10000} has holes in its row security (CVE-2024-10976); "
        "DJMixerSoft needs 16.10, 17.6, 18 or newer."
    )


def server_statements(passwords: Mapping[str, str | None]) -> Iterator[str]:
    """Yield the statements about the whole server: a login for each process, none with a right of its own.

    `passwords` are by login; a login whose password is None keeps the one that it has.
    """
    for login in LOGINS:
        yield (
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{login}') THEN "
            f"CREATE ROLE {login}; END IF; END $$"
        )
        may = "CREATEROLE" if login == OWNER else "NOCREATEROLE"
        limit = CONNECTIONS.get(login, 4)
        yield (
            f"ALTER ROLE {login} LOGIN NOINHERIT NOSUPERUSER NOCREATEDB {may} NOREPLICATION NOBYPASSRLS "
            f"CONNECTION LIMIT {limit}"
        )
        # A login may set settings for its own next sessions; none that it was talked into stays.
        yield f"ALTER ROLE {login} RESET ALL"
        if password := passwords.get(login):
            yield f"ALTER ROLE {login} PASSWORD '{password}'"
        yield f"ALTER ROLE {login} SET statement_timeout = '{STATEMENT_SECONDS.get(login, 15)}s'"
        yield f"ALTER ROLE {login} SET idle_in_transaction_session_timeout = '30s'"
        # Statements carry the secrets of those who are signed in; a login's sessions must not read each other's.
        yield f"ALTER ROLE {login} SET track_activities = off"
        if login == OWNER:
            # To hand on to the door that ends sessions, with which it must be able to do that; not to use.
            yield f"GRANT pg_signal_backend TO {login} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE"
        # A role that takes part in row security must never be able to switch it off for itself unnoticed.
        yield f"ALTER ROLE {login} SET row_security = on"


def database_statements() -> Iterator[str]:
    """Yield the statements to run inside the database: nobody has anything that isn't granted by name."""
    logins = ", ".join(LOGINS)
    yield f"ALTER DATABASE {DATABASE} OWNER TO {OWNER}"
    yield f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC"
    yield f"REVOKE ALL ON DATABASE {DATABASE} FROM {', '.join(login for login in LOGINS if login != OWNER)}"
    yield f"GRANT CONNECT ON DATABASE {DATABASE} TO {logins}"
    yield f"CREATE SCHEMA IF NOT EXISTS {SCHEMA} AUTHORIZATION {OWNER}"
    yield f"ALTER SCHEMA {SCHEMA} OWNER TO {OWNER}"
    yield f"REVOKE ALL ON SCHEMA {SCHEMA} FROM PUBLIC"
    # The database owner may everything in it by default, and our owner keeps to its own schema.
    yield "REVOKE ALL ON SCHEMA public FROM PUBLIC, pg_database_owner"
    yield f"ALTER DATABASE {DATABASE} SET search_path = {SCHEMA}"
    # Large objects would be a place to keep things in that is in no category, and open to every login.
    yield "REVOKE EXECUTE ON FUNCTION lo_create(oid), lo_creat(integer), lo_from_bytea(oid, bytea) FROM PUBLIC"
    # Any role may drop what it was granted, or change its defaults (DROP OWNED, ALTER DEFAULT PRIVILEGES). Ours may
    # not: what there is, and who may what, is changed by the owner alone.
    yield (
        "CREATE OR REPLACE FUNCTION public.only_the_owner_changes_things() RETURNS event_trigger "
        f"LANGUAGE plpgsql AS $$ BEGIN IF starts_with(session_user, 'djms_') AND session_user <> '{OWNER}' THEN "
        "RAISE EXCEPTION '% is not for this login', tg_tag USING ERRCODE = '42501'; END IF; END $$"
    )
    yield "REVOKE ALL ON FUNCTION public.only_the_owner_changes_things() FROM PUBLIC"
    yield "DROP EVENT TRIGGER IF EXISTS only_the_owner_changes_things"
    yield (
        "CREATE EVENT TRIGGER only_the_owner_changes_things ON ddl_command_start "
        "EXECUTE FUNCTION public.only_the_owner_changes_things()"
    )
    # Functions are executable by everybody unless their maker's defaults say otherwise.
    yield f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC"
    yield f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} REVOKE USAGE ON TYPES FROM PUBLIC"


def prepare(server: "Connection", database_url: str, passwords: Mapping[str, str | None]) -> None:
    """Make logins, database and schema where they are missing, and set every right of theirs anew.

    `server` is a superuser's connection in autocommit to any other database; `database_url` is the same superuser's
    to ours.

    Raises:
        Refusal: the server is too old to be trusted with row security.

    """
    import psycopg

    if problem := version_problem(server.info.server_version):
        raise Refusal(problem)
    for statement in server_statements(passwords):
        server.execute(statement.encode())
    if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone():
        server.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER} ENCODING 'UTF8' TEMPLATE template0".encode())
    with psycopg.connect(database_url) as inside:
        for statement in database_statements():
            inside.execute(statement.encode())


def operator_sql() -> str:
    """Return what an operator runs, as a superuser in psql, on a PostgreSQL of their own."""
    lines = [
        "-- DJMixerSoft: logins, database and schema. Run by a superuser in psql; safe to repeat.",
        "-- Then give each login a password with \\password LOGIN, and run ./run migrate.",
        "DO $$ BEGIN IF current_setting('server_version_num')::int < 160010",
        "   OR current_setting('server_version_num')::int BETWEEN 170000 AND 170005",
        "  THEN RAISE EXCEPTION 'PostgreSQL 16.10, 17.6, 18 or newer is needed (CVE-2024-10976)'; END IF; END $$;",
        *(f"{statement};" for statement in server_statements({})),
        f"SELECT 'CREATE DATABASE {DATABASE} OWNER {OWNER} ENCODING ''UTF8'' TEMPLATE template0'",
        f" WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec",
        f"\\connect {DATABASE}",
        *(f"{statement};" for statement in database_statements()),
    ]
    return "\n".join(lines) + "\n"
