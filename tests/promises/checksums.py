"""Whether anything in the database has changed that the attacks of a test may not change."""

from tests.promises.people import World

# Rows that nothing done in the name of Alice, or of nobody, may change, by table. Where account A or Alice herself is
# concerned her own rights begin.
NOT_ALICES = {
    "person": "true",
    "credential": "true",
    "terms_agreement": "true",
    "person_name": "person_id <> %(alice)s",
    "person_address": "person_id <> %(alice)s",
    "subscription": "person_id <> %(alice)s",
    "session": "person_id <> %(alice)s",
    "account": "id <> %(a)s",
    "membership": "account_id <> %(a)s",
    "invitation": "account_id <> %(a)s",
    "api_token": "person_id <> %(alice)s",
    **dict.fromkeys(
        (
            "item",
            "item_version",
            "item_key",
            "account_key",
            "blob",
            "upload",
            "account_room",
            "item_tag",
            "item_comment",
            "item_data",
            "item_term",
            "item_undo",
            "share",
            "share_secret",
            "share_opening",
            "share_use",
        ),
        "account_id <> %(a)s",
    ),
    "ticket": "person_id <> %(alice)s",
    "ticket_message": "person_id <> %(alice)s",
    "ticket_item": "person_id <> %(alice)s",
    "canned_reply": "true",
    "probe_result": "true",
    "django_migrations": "true",
}
# But for who acts in each session at the moment, which every statement that is put on record notes.
WHOLE = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'djms'::regnamespace AND relkind = 'r'"
    " AND relname <> 'ledger_actor' ORDER BY 1"
)
# Also: nobody has made a thing or a right for themselves.
BESIDES = {
    "large objects": "SELECT count(*) FROM pg_largeobject_metadata",
    "relations": "SELECT count(*) FROM pg_class WHERE relnamespace NOT IN (SELECT oid FROM pg_namespace"
    " WHERE nspname ~ '^pg_temp|^pg_toast')",
    "functions": "SELECT count(*) FROM pg_proc",
    "rights": "SELECT md5(concat((SELECT string_agg(relacl::text, '|' ORDER BY oid) FROM pg_class),"
    " (SELECT string_agg(proacl::text, '|' ORDER BY oid) FROM pg_proc),"
    " (SELECT string_agg(nspacl::text, '|' ORDER BY oid) FROM pg_namespace),"
    " (SELECT string_agg(attacl::text, '|' ORDER BY attrelid, attnum) FROM pg_attribute),"
    " (SELECT string_agg(p::text, '|' ORDER BY oid) FROM pg_policy p),"
    " (SELECT string_agg(d::text, '|' ORDER BY oid) FROM pg_default_acl d),"
    " (SELECT string_agg(d::text, '|' ORDER BY oid) FROM pg_database d)))",
    "roles": "SELECT md5(string_agg(r::text, '|' ORDER BY oid)) FROM pg_roles r",
    "members": "SELECT md5(string_agg(m::text, '|' ORDER BY oid)) FROM pg_auth_members m",
    "settings": "SELECT md5(string_agg(s::text, '|' ORDER BY setrole, setdatabase)) FROM pg_db_role_setting s",
    "prepared transactions": "SELECT count(*) FROM pg_prepared_xacts",
}


def checksums(world: World, *, but_alices: bool = False) -> dict[str, str]:
    """A digest of each table and of what else the database holds, taken by the superuser."""
    with world.superuser() as superuser:
        names = [name for (name,) in superuser.execute(WHOLE.encode())]
        wanted = NOT_ALICES if but_alices else dict.fromkeys(names, "true")
        found = {what: str(next(iter(superuser.execute(query.encode())))[0]) for what, query in BESIDES.items()}
        for table, condition in wanted.items():
            query = f"SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM djms.{table} t"
            arguments = {"alice": world.alice.id, "a": world.a.id}
            row = superuser.execute(f"{query} WHERE {condition}".encode(), arguments)
            found[table] = next(iter(row))[0]
    return found


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """What differs between two takings of `checksums`."""
    return {what for what in before if before[what] != after[what]}
