"""1b: what each login and purpose may, seen from the database: no more than the rules say, to the last right."""

from typing import TYPE_CHECKING

import pytest

from djmixersoft.policy.compile import PRIVILEGE, SCOPE_DOORS
from djmixersoft.policy.loading import load
from tests.promises.acting import Acting, acting

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.people import World

RULES = load()
PURPOSES = list(RULES.purposes.values())
LINKED = [table for table in RULES.tables() if RULES.category_of(table) != "operational"]


def test_even_the_tables_owner_sees_and_changes_no_row_with_a_subject(cluster: "Cluster", world: "World") -> None:
    with acting(cluster.url("djms_owner"), token=world.alice.token) as owner:
        for table in LINKED:
            assert owner.rows(f"SELECT * FROM djms.{table}") == [], table
            if table in {"ledger_leaf", "ledger_node"}:
                assert owner.refusal(f"DELETE FROM djms.{table}") == "42501", table
            else:
                assert owner.changed(f"DELETE FROM djms.{table}") == 0, table


@pytest.mark.parametrize("login", [process for process in RULES.processes if process != "owner"])
def test_a_login_takes_the_roles_of_its_own_purposes_and_no_other(cluster: "Cluster", login: str) -> None:
    with acting(cluster.url(f"djms_{login}")) as one:
        for purpose in PURPOSES:
            taken = one.refusal(f"SET LOCAL ROLE {purpose.role}") == ""
            assert taken is (login in purpose.process), purpose.name
        for role in ("djms_door", "djms_owner", "postgres", "djms_backup", "pg_read_all_data"):
            assert one.refusal(f"SET LOCAL ROLE {role}") in {"42501", "22023"}


@pytest.mark.parametrize("login", [process for process in RULES.processes if process != "owner"])
def test_a_login_by_itself_has_no_right(cluster: "Cluster", login: str) -> None:
    with acting(cluster.url(f"djms_{login}")) as one:
        for table in RULES.tables():
            assert one.refusal(f"SELECT 1 FROM djms.{table}") == "42501"
            assert one.refusal(f"DELETE FROM djms.{table}") == "42501"


def test_a_purpose_has_the_rights_on_tables_that_its_uses_give_it(world: "World") -> None:
    wanted = {
        (RULES.purposes[use.purpose].role, table, PRIVILEGE[verb], column)
        for use in RULES.uses
        for table in use.tables
        for verb in use.may
        for column in use.columns or ("",)
    }
    touched = {(table, verb) for door in RULES.doors for table, verbs in door.touches.items() for verb in verbs}
    doors = {("djms_door", table, PRIVILEGE[verb], "") for table, verb in touched}
    with world.superuser() as superuser:
        whole = superuser.execute(
            "SELECT grantee::regrole::text, relname, privilege_type, '' FROM pg_class, aclexplode(relacl)"
            " WHERE relnamespace = 'djms'::regnamespace AND relkind = 'r' AND grantee <> relowner"
        ).fetchall()
        parts = superuser.execute(
            "SELECT grantee::regrole::text, relname, privilege_type, attname FROM pg_attribute"
            " JOIN pg_class c ON c.oid = attrelid, aclexplode(attacl) WHERE relnamespace = 'djms'::regnamespace"
        ).fetchall()
    assert {*whole, *parts} == wanted | doors


def test_a_door_is_for_the_purposes_it_is_named_for(world: "World") -> None:
    wanted = {(door.name, RULES.purposes[name].role) for door in RULES.doors for name in door.purposes}
    for use in RULES.uses:
        purpose = RULES.purposes[use.purpose]
        wanted |= {(name, purpose.role) for name in SCOPE_DOORS.get(use.rows, ())}
        if purpose.staff:
            wanted.add(("current_staff", purpose.role))
        elif use.stamp or use.rows == "own":
            wanted.add(("current_member" if purpose.name == "teamwork" else "current_person", purpose.role))
    wanted |= {("may_write", "p_teamwork")}
    roles = [*(purpose.role for purpose in PURPOSES), *(f"djms_{process}" for process in RULES.processes)]
    with world.superuser() as superuser:
        rows = superuser.execute(
            "SELECT p.proname, r.name FROM pg_proc p, unnest(%s::text[]) r(name)"
            " WHERE p.pronamespace = 'djms'::regnamespace AND p.proname = ANY(%s)"
            " AND has_function_privilege(r.name, p.oid, 'EXECUTE')",
            [roles, [door.name for door in RULES.doors]],
        ).fetchall()
    assert set(rows) == wanted


def test_every_role_may_enter_the_schema_and_make_nothing_in_it(world: "World") -> None:
    with world.superuser() as superuser:
        rows = superuser.execute(
            "SELECT grantee::regrole::text, privilege_type FROM pg_namespace, aclexplode(nspacl)"
            " WHERE nspname = 'djms' AND grantee <> nspowner"
        ).fetchall()
    assert set(rows) == {(role, "USAGE") for role in ("djms_door", *(purpose.role for purpose in PURPOSES))}


def test_every_door_runs_as_the_door_role_in_settings_of_its_own(world: "World") -> None:
    with world.superuser() as superuser:
        rows = superuser.execute(
            "SELECT proname, prosecdef, proowner::regrole::text, proconfig FROM pg_proc"
            " WHERE pronamespace = 'djms'::regnamespace AND proname = ANY(%s)",
            [[door.name for door in RULES.doors]],
        ).fetchall()
    pinned = ["search_path=djms, pg_temp", "debug_print_plan=off"]
    more = {"neighbours": ["plan_cache_mode=force_custom_plan"]}
    # What the desk leaves open keeps these waiting for a second at most.
    more |= {name: ["lock_timeout=1000"] for name in ("administers", "revoke_grant", "end_staff", "renew_staff")}
    wanted = [(door.name, True, "djms_door", [*pinned, *more.get(door.name, [])]) for door in RULES.doors]
    assert sorted(rows) == sorted(wanted)


def test_no_values_of_rows_with_a_subject_are_sampled(world: "World") -> None:
    with world.superuser() as superuser:
        rows = superuser.execute(
            "SELECT relname, attname FROM pg_attribute JOIN pg_class c ON c.oid = attrelid"
            " WHERE relnamespace = 'djms'::regnamespace AND relname = ANY(%s) AND attnum > 0 AND NOT attisdropped"
            " AND attstattarget IS DISTINCT FROM 0",
            [LINKED],
        ).fetchall()
    assert {column for _, column in rows} <= {"account_id", "person_id", "staff_id"}


def test_who_may_write_is_asked_of_every_row_that_is_written(world: "World") -> None:
    with world.superuser() as superuser:
        rows = superuser.execute(
            "SELECT polname, polrelid::regclass::text, concat(pg_get_expr(polqual, polrelid), ' ',"
            " pg_get_expr(polwithcheck, polrelid)) FROM pg_policy"
            " WHERE polcmd <> 'r' AND polroles = ARRAY['p_teamwork'::regrole::oid]"
        ).fetchall()
    assert len(rows) > 20
    assert [name for name, _table, condition in rows if "may_write()" not in condition] == []


TOUCHED = {
    (table, verb): [door.name for door in RULES.doors if verb in door.touches.get(table, ())]
    for table in RULES.tables()
    for verb in PRIVILEGE
}


@pytest.mark.parametrize("table", RULES.tables())
def test_doors_reach_the_rows_of_what_they_touch_and_of_nothing_else(world: "World", table: str) -> None:
    statements = {
        "read": f"EXPLAIN SELECT FROM djms.{table}",
        "change": f"EXPLAIN UPDATE djms.{table} SET {{column}} = {{column}}",
        "remove": f"EXPLAIN DELETE FROM djms.{table}",
    }
    with world.superuser() as superuser, superuser.transaction(force_rollback=True):
        undone = Acting(superuser)
        column = undone.value(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
            " AND attgenerated = '' AND attidentity = '' ORDER BY attnum LIMIT 1",
            f"djms.{table}",
        )
        undone.rows("SET LOCAL session_replication_role = replica")
        undone.rows("SET LOCAL ROLE djms_door")
        for verb, statement in statements.items():
            if not TOUCHED[table, verb]:
                assert undone.refusal(statement.format(column=column)) == "42501", verb
            else:
                plan = str(undone.rows(statement.format(column=column)))
                assert "One-Time Filter: false" not in plan, (verb, TOUCHED[table, verb])
        # A row of nothing lacks what it must have, unless the row policies refuse it first.
        added = undone.refusal(f"INSERT INTO djms.{table} ({column}) VALUES (null)")
        assert (added == "42501") is not bool(TOUCHED[table, "add"]), TOUCHED[table, "add"]
