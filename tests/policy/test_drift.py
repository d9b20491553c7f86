"""Whatever bends the database away from the policy is named by the check, and put right by apply."""

from typing import TYPE_CHECKING

import pytest

from djmixersoft.policy.apply import apply
from djmixersoft.policy.check import catalog_faults, differences, tables_at_fault
from djmixersoft.policy.loading import load

if TYPE_CHECKING:
    from tests.policy.conftest import Bent

AS_OWNER = "SET LOCAL SESSION AUTHORIZATION djms_owner; "
# What is bent, and words of the sentence that says so.
# As an installation has them from before: doors that answered something else, or took more.
ANSWERED = (
    "DROP FUNCTION djms.named() CASCADE; CREATE FUNCTION djms.named() RETURNS integer LANGUAGE sql AS 'SELECT 1';"
    " ALTER FUNCTION djms.named() OWNER TO djms_door"
)
TOOK = (
    "DROP FUNCTION djms.named() CASCADE; CREATE FUNCTION djms.named(x integer) RETURNS text LANGUAGE sql AS 'SELECT 1';"
    " ALTER FUNCTION djms.named(integer) OWNER TO djms_door"
)
REPAIRED = {
    ANSWERED: "door named",
    TOOK: "door named",
    'DROP POLICY "teamwork read account" ON djms.item': "lacks: policy 'teamwork read account' on item",
    'ALTER POLICY "teamwork read account" ON djms.item USING (true)': "policy 'teamwork read account' on item",
    'ALTER POLICY "teamwork read account" ON djms.item TO p_teamwork, p_sign_in': "to p_teamwork,p_sign_in",
    'ALTER POLICY "teamwork add account" ON djms.item WITH CHECK (true)': "check (true)",
    "CREATE POLICY more ON djms.item USING (true)": "nothing asks for it: policy 'more' on item",
    "CREATE POLICY less ON djms.item AS RESTRICTIVE TO p_teamwork USING (false)": "restrictive to p_teamwork",
    "CREATE POLICY queue ON djms.procrastinate_jobs USING (true)": "policy 'queue' on procrastinate_jobs",
    "ALTER TABLE djms.item NO FORCE ROW LEVEL SECURITY": "row security item: enabled True, forced False",
    "ALTER TABLE djms.item DISABLE ROW LEVEL SECURITY": "row security item: enabled False, forced True",
    "ALTER TABLE djms.item DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY": "lacks: row security item",
    "ALTER TABLE djms.person ALTER email SET STATISTICS 100": "lacks: statistics email of person",
    "ALTER TABLE djms.item ALTER account_id SET STATISTICS 0": "statistics account_id of item",
    "GRANT SELECT ON djms.item TO p_visiting": "grant SELECT ON djms.item to p_visiting",
    "GRANT SELECT ON djms.item TO PUBLIC": "grant SELECT ON djms.item to PUBLIC",
    "GRANT SELECT ON djms.item TO djms_desk": "grant SELECT ON djms.item to djms_desk",
    "GRANT TRUNCATE, REFERENCES ON djms.item TO p_teamwork": "grant TRUNCATE ON djms.item to p_teamwork",
    "GRANT SELECT (name) ON djms.item TO p_visiting": "grant SELECT (name) ON djms.item to p_visiting",
    "GRANT UPDATE (email) ON djms.person TO PUBLIC": "grant UPDATE (email) ON djms.person to PUBLIC",
    "GRANT SELECT ON djms.item TO p_teamwork WITH GRANT OPTION": "and may grant it on",
    "GRANT USAGE ON SEQUENCE djms.procrastinate_jobs_id_seq TO PUBLIC": "procrastinate_jobs_id_seq to PUBLIC",
    "GRANT EXECUTE ON FUNCTION djms.count_try TO PUBLIC": "grant EXECUTE ON FUNCTION djms.count_try to PUBLIC",
    "GRANT EXECUTE ON FUNCTION djms.open_session TO p_teamwork": "djms.open_session to p_teamwork",
    "GRANT USAGE ON SCHEMA djms TO PUBLIC": "grant USAGE ON SCHEMA djms to PUBLIC",
    "GRANT CREATE ON SCHEMA djms TO p_teamwork": "grant CREATE ON SCHEMA djms to p_teamwork",
    "REVOKE SELECT ON djms.item FROM p_teamwork": "lacks: grant SELECT ON djms.item to p_teamwork",
    "REVOKE EXECUTE ON FUNCTION djms.named FROM p_administrative_mail": "lacks: grant EXECUTE ON FUNCTION djms.named",
    AS_OWNER + "GRANT p_teamwork TO djms_desk": "member djms_desk of p_teamwork",
    AS_OWNER + "GRANT p_teamwork TO djms_site WITH INHERIT TRUE": "member djms_site of p_teamwork: inherit True",
    AS_OWNER + "REVOKE p_teamwork FROM djms_site": "lacks: member djms_site of p_teamwork",
    "ALTER ROLE p_teamwork LOGIN": "role p_teamwork: more than NOLOGIN",
    "ALTER ROLE p_teamwork INHERIT": "role p_teamwork: more than NOLOGIN",
    AS_OWNER + "CREATE ROLE p_more NOLOGIN NOINHERIT": "nothing asks for it: role p_more",
    "CREATE OR REPLACE FUNCTION djms.current_person() RETURNS uuid LANGUAGE plpgsql STABLE SECURITY DEFINER"
    " SET search_path = djms, pg_temp SET debug_print_plan = off AS"
    " 'BEGIN RETURN (SELECT id FROM person LIMIT 1); END'": "door current_person",
    "ALTER FUNCTION djms.current_person() RESET search_path": "does not pin its search_path",
    "ALTER FUNCTION djms.current_person() SET search_path = pg_temp, djms": "does not pin its search_path",
    "ALTER FUNCTION djms.current_person() RESET debug_print_plan": "definer function current_person",
    "ALTER FUNCTION djms.neighbours RESET plan_cache_mode": "door neighbours",
    "ALTER FUNCTION djms.open_session SECURITY INVOKER": "door open_session",
    "ALTER FUNCTION djms.open_session OWNER TO djms_owner": "door open_session: owned by djms_owner",
    "ALTER FUNCTION djms.current_person() OWNER TO djms_owner": "door current_person: owned by djms_owner",
    "DROP FUNCTION djms.my_teammates() CASCADE": "lacks: door my_teammates",
    AS_OWNER + "CREATE FUNCTION djms.more() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'": "door more",
    "ALTER TABLE djms.membership DISABLE TRIGGER keep_an_administrator": "(firing mode D)",
    "ALTER TABLE djms.membership ENABLE REPLICA TRIGGER keep_an_administrator": "(firing mode R)",
    "DROP TRIGGER queue_mail ON djms.mail_message": "lacks: trigger queue_mail on mail_message",
    "CREATE TRIGGER more BEFORE INSERT ON djms.item EXECUTE FUNCTION suppress_redundant_updates_trigger()": (
        "trigger more on item"
    ),
}
# What the owner can't put right, or must not by itself: it is named, and nothing is served until somebody has looked.
NAMED = {
    "CREATE TABLE djms.more ()": "table 'more' is in no category",
    "CREATE VIEW djms.more AS SELECT * FROM djms.item": "view more runs with its owner's rights",
    "CREATE VIEW djms.more WITH (security_invoker = true) AS SELECT 1": "table 'more' is in no category",
    "CREATE MATERIALIZED VIEW djms.more AS SELECT * FROM djms.item": "view more runs with its owner's rights",
    "CREATE TABLE public.more ()": "table public.more is outside the schema",
    "CREATE SCHEMA more; CREATE TABLE more.more ()": "table more.more is outside the schema",
    "DROP TABLE djms.probe_result": "table 'probe_result' of rules.toml does not exist",
    "ALTER TABLE djms.item OWNER TO postgres": "r item in the schema is not its owner's",
    "CREATE TABLE djms.more () INHERITS (djms.item)": "table item has a rewrite rule or inherits",
    "CREATE RULE more AS ON DELETE TO djms.item DO INSTEAD NOTHING": "table item has a rewrite rule or inherits",
    "CREATE FUNCTION public.more() RETURNS void LANGUAGE sql SECURITY DEFINER AS ''": "function public.more() outside",
    "ALTER ROLE djms_site BYPASSRLS": "login djms_site is more than a login may be",
    "ALTER ROLE djms_desk SUPERUSER": "login djms_desk is more than a login may be",
    "ALTER ROLE djms_site INHERIT": "login djms_site is more than a login may be",
    "ALTER ROLE djms_owner BYPASSRLS": "login djms_owner is more than a login may be",
    "ALTER ROLE djms_sealer NOLOGIN": "the login djms_sealer does not exist",
    "CREATE ROLE djms_more LOGIN NOINHERIT": "login djms_more belongs to no process",
    "GRANT pg_read_all_data TO djms_site": "member djms_site of pg_read_all_data",
    "GRANT djms_owner TO djms_site": "member djms_site of djms_owner",
    "GRANT TEMPORARY ON DATABASE djmixersoft TO PUBLIC": "everybody may TEMPORARY",
    "GRANT TEMPORARY ON DATABASE djmixersoft TO djms_site": "djms_site may TEMPORARY",
    "GRANT CREATE ON DATABASE djmixersoft TO p_teamwork": "p_teamwork may CREATE",
    "GRANT CREATE ON SCHEMA public TO djms_site": "djms_site may CREATE",
    "GRANT USAGE ON SCHEMA public TO PUBLIC": "everybody may USAGE",
    "GRANT SET ON PARAMETER session_replication_role TO djms_site": "djms_site may set a parameter",
    "GRANT EXECUTE ON FUNCTION lo_create(oid) TO PUBLIC": "makes large objects",
    "ALTER ROLE djms_site SET work_mem = 64": "login djms_site (work_mem=64) has a setting of its own",
    "ALTER ROLE djms_site SET debug_print_plan = on": "login djms_site (debug_print_plan=on) has a setting of its own",
    "ALTER ROLE djms_site SET search_path = pg_temp": "login djms_site (search_path=pg_temp) has a setting of its own",
    "ALTER ROLE djms_site IN DATABASE djmixersoft SET track_activities = on": "(track_activities=on) has a setting",
    "ALTER ROLE djms_site RESET track_activities": "login djms_site shows its statements",
    "ALTER DEFAULT PRIVILEGES FOR ROLE djms_owner GRANT SELECT ON TABLES TO PUBLIC": "gives SELECT",
    "ALTER EVENT TRIGGER only_the_owner_changes_things DISABLE": "nothing keeps other logins",
    "DROP EVENT TRIGGER only_the_owner_changes_things": "nothing keeps other logins",
}


def faults(bent: "Bent") -> list[str]:
    """What the check says of the database."""
    rules, owner = load(), bent.owner()
    return [*tables_at_fault(owner, rules), *differences(owner, rules), *catalog_faults(owner, rules)]


def test_the_database_is_as_the_policy_says_and_apply_finds_nothing_to_do(bent: "Bent") -> None:
    assert faults(bent) == []
    assert apply(bent.owner()) == []


@pytest.mark.parametrize("drift", REPAIRED)
def test_drift_is_named_and_put_right(bent: "Bent", drift: str) -> None:
    bent.bend(drift)
    found = faults(bent)
    assert any(REPAIRED[drift] in fault for fault in found), found
    changes = apply(bent.owner())
    assert changes, "it says what it changed"
    assert faults(bent) == []
    assert apply(bent.owner()) == []


@pytest.mark.parametrize("drift", NAMED)
def test_what_only_a_person_can_put_right_is_named(bent: "Bent", drift: str) -> None:
    bent.bend(drift)
    found = faults(bent)
    assert any(NAMED[drift] in fault for fault in found), found


def test_what_the_owner_may_not_even_look_at_is_said(bent: "Bent") -> None:
    bent.bend("ALTER TABLE djms.item OWNER TO postgres")
    assert any(fault.startswith("the owner can't compare it all: ") for fault in faults(bent))


def test_everything_bent_at_once_is_put_right(bent: "Bent") -> None:
    for drift in (
        "ALTER TABLE djms.item DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY",
        "GRANT ALL ON ALL TABLES IN SCHEMA djms TO PUBLIC",
        "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA djms TO PUBLIC",
        "DROP OWNED BY p_teamwork, p_sign_in",
        "DROP FUNCTION djms.current_person() CASCADE",
        "DROP TRIGGER queue_mail ON djms.mail_message",
    ):
        bent.bend(drift)
    assert apply(bent.owner())
    assert faults(bent) == []
