"""1b: what somebody adds to an account is added to one of their own, and in their own name; nothing else is taken."""

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from djmixersoft.policy.loading import load
from djmixersoft.vault.keys import new_blob_id
from tests.promises.acting import Acting, acting

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.people import Crew, Somebody, World

# By table: the columns but for account_id, and their values. `me` stands where the rules want one's own name.
ADDED = {
    "item": (
        "name, size, sha256, media_type, blob_id, added_by, changed_by",
        "'x', 1, '', '', gen_random_uuid(), %(me)s, %(me)s",
    ),
    "item_key": ("item_id, wrapped", "%(keyless)s, ''"),
    "account_key": ("wrapped", "''"),
    "blob": ("id, item_id, sealed_size, sealed_sha256", "%(blob)s, %(item)s, 1, ''"),
    "upload": (
        "id, item_id, name, size, wrapped, added_by, expires",
        "%(blob)s, %(item)s, 'x', 1, '', %(me)s, now() + interval '1 day'",
    ),
    "item_tag": ("item_id, tag", "%(item)s, 'x'"),
    "item_comment": ("item_id, text, written_by", "%(item)s, 'x', %(me)s"),
    "item_data": ("item_id, name, value, changed_by", "%(item)s, 'x', '1', %(me)s"),
    "item_term": ("term, item_id, source", "1, %(item)s, 'name'"),
    "item_undo": ("what, before, done_by", "'moved', '{}', %(me)s"),
    "share": ("id, item_id, has_password, created_by, expires", "%(share)s, %(item)s, false, %(me)s, now()"),
    "share_secret": ("share_id, token_hash", "%(share)s, sha256('x')"),
}
USES = {
    table: use.stamp
    for use in load().uses
    if use.purpose == "teamwork" and use.category == "content" and "add" in use.may
    for table in use.tables
}


@pytest.fixture
def site(cluster: "Cluster") -> str:
    return cluster.url("djms_site")


def adding(table: str) -> str:
    columns, values = ADDED[table]
    return f"INSERT INTO djms.{table} (account_id, {columns}) VALUES (%(account)s, {values})"


def arguments(crew: "Crew", me: "Somebody") -> dict[str, object]:
    return {
        "account": crew.id,
        "item": crew.items[0],
        "keyless": crew.crate.folder,
        "blob": new_blob_id(crew.id),
        "share": uuid4(),
        "me": me.id,
    }


def test_every_table_that_one_may_add_to_is_tried_here() -> None:
    assert set(USES) == set(ADDED)


@pytest.mark.parametrize("table", ADDED)
def test_one_adds_to_ones_own_account_in_ones_own_name(site: str, world: "World", table: str) -> None:
    with acting(site, "p_teamwork", token=world.alice.token) as alice:
        own, others, strange = (
            arguments(world.a, world.alice),
            arguments(world.a, world.bob),
            arguments(world.b, world.alice),
        )
        if table == "share_secret":
            alice.connection.execute(adding("share").encode(), own)
        expected = {"account_key": "23505"}.get(table, "")
        assert alice.refusal_of(adding(table), strange) == "42501"
        if USES[table] and table != "item":
            assert alice.refusal_of(adding(table), others) == "42501", "in somebody else's name"
        assert alice.refusal_of(adding(table), own) == expected


@pytest.mark.parametrize("table", ADDED)
def test_the_row_policies_refuse_it_by_themselves_where_no_trigger_runs(world: "World", table: str) -> None:
    with world.superuser() as superuser, superuser.transaction(force_rollback=True):
        undone = Acting(superuser)
        undone.rows("SET LOCAL session_replication_role = replica")
        undone.rows("SET LOCAL SESSION AUTHORIZATION djms_site")
        undone.rows("SET LOCAL ROLE p_teamwork")
        undone.rows("SELECT set_config('djms.token', %s, true)", world.alice.token)
        assert undone.refusal_of(adding(table), arguments(world.b, world.alice)) == "42501"
        if USES[table]:
            assert undone.refusal_of(adding(table), arguments(world.a, world.bob)) == "42501", "in somebody else's name"


@pytest.mark.parametrize("table", ADDED)
def test_nobody_adds_what_they_are_no_member_to_add(site: str, world: "World", table: str) -> None:
    for who in (world.stranger, world.carol):
        with acting(site, "p_teamwork", token=who.token) as one:
            assert one.refusal_of(adding(table), arguments(world.a, who)) == "42501"
    for role in ("p_self_service", "p_sharing", "p_visiting", "p_sign_in"):
        with acting(site, role, token=world.alice.token) as alice:
            assert alice.refusal_of(adding(table), arguments(world.a, world.alice)) == "42501"


def test_a_link_has_an_end(site: str, world: "World") -> None:
    forever = adding("share").replace("now()", "now() + interval '400 days'")
    with acting(site, "p_teamwork", token=world.alice.token) as alice:
        assert alice.refusal_of(forever, arguments(world.a, world.alice)) == "23514"
        for column in ("expires", "item_id", "has_password", "created_by"):
            assert alice.refusal(f"UPDATE djms.share SET {column} = {column}") == "42501"


def test_nobody_makes_room_by_less_than_nothing(site: str, world: "World") -> None:
    negative = adding("blob").replace("1, ''", "-1000000, ''")
    with acting(site, "p_teamwork", token=world.alice.token) as alice:
        assert alice.refusal_of(negative, arguments(world.a, world.alice)) == "23514"
        assert alice.refusal("UPDATE djms.account_room SET used = 0") == "42501"
        assert alice.refusal("UPDATE djms.account_room SET quota = quota * 2") == "42501"


@pytest.mark.parametrize("table", ["blob", "upload"])
def test_a_stored_file_is_named_for_its_account_and_for_no_other(site: str, world: "World", table: str) -> None:
    with world.superuser() as superuser:
        theirs = superuser.execute(f"SELECT id FROM djms.{table} WHERE account_id = %s".encode(), [world.b.id])
        ids = [one for (one,) in theirs]
    assert ids
    with acting(site, "p_teamwork", token=world.alice.token) as alice:
        ends = set()
        for name in (ids[0], uuid4(), new_blob_id(world.b.id)):
            ends.add(alice.refusal_of(adding(table), {**arguments(world.a, world.alice), "blob": name}))
        assert ends == {"23514"}


def test_what_is_said_of_bytes_changes_with_the_bytes_alone(site: str, world: "World") -> None:
    facts = "SELECT size, sha256, media_type, version FROM djms.item WHERE id = %s"
    with acting(site, "p_teamwork", token=world.bob.token) as bob:
        item = world.a.items[0]
        before = bob.rows(facts, item)
        bob.changed("UPDATE djms.item SET size = 1, sha256 = 'x', media_type = 'text/plain' WHERE id = %s", item)
        assert bob.rows(facts, item) == before
        bob.changed(
            "UPDATE djms.item SET size = 1, sha256 = 'x', media_type = 'text/plain', blob_id = %s WHERE id = %s",
            new_blob_id(world.a.id),
            item,
        )
        assert bob.rows(facts, item) == [(1, b"x", "text/plain", 2)]
        kept = "SELECT size, sha256, media_type, number, made_by FROM djms.item_version WHERE item_id = %s"
        assert bob.rows(kept, item) == [(*before[0], world.alice.id)]
