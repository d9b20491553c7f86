"""4a: whoever holds a link sees the item that it names and what lies in it, while it lasts, and nothing else."""

import random
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from djmixersoft.content.services import shares
from djmixersoft.policy.loading import load
from djmixersoft.policy.purposes import acting_for
from tests.promises.acting import Acting, acting
from tests.promises.checksums import changed, checksums
from tests.promises.mixing import attacks, mix
from tests.promises.people import ALICES_OWN, BOBS_OWN, STRANGERS, A, B, World
from tests.promises.trying import LEAST, Attacker, needles

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.crates import Link

REFUSED = "42501"
# What links show of, and the column that says what.
EVERYTHING = {"item": "id", "item_key": "item_id", "account_key": "account_id"}


@pytest.fixture
def site(cluster: "Cluster") -> str:
    return cluster.url("djms_site")


def shown(holder: Acting) -> dict[str, set[UUID]]:
    """All that SQL finds which names nothing."""
    return {
        table: {one for (one,) in holder.rows(f"SELECT {key} FROM djms.{table}")} for table, key in EVERYTHING.items()
    }


def named(world: World, *items: UUID) -> dict[str, set[UUID]]:
    return {"item": set(items), "item_key": {*items} - {world.a.crate.folder}, "account_key": {world.a.id}}


def test_a_link_opens_to_what_it_names_and_to_what_lies_in_it(site: str, world: World) -> None:
    crate = world.a.crate
    with acting(site, "p_sharing", token=crate.shared.secret) as holder:
        assert shown(holder) == named(world, crate.folder, crate.inside), "neither what was thrown away, nor the rest"
    with acting(site, "p_sharing", token=crate.locked.opening) as holder:
        assert shown(holder) == named(world, crate.items[0])


def test_nothing_else_opens_to_anything(site: str, world: World) -> None:
    crate, chance = world.a.crate, random.Random(4)
    for token in (
        crate.locked.secret,  # its password was not given
        crate.locked.password,
        crate.revoked.secret,
        world.alice.token,
        world.alice.program,
        str(crate.shared.id),
        crate.shared.secret[:-1],
        f"{crate.shared.secret} ",
        f"{chance.getrandbits(256):064x}",
        "",
    ):
        with acting(site, "p_sharing", token=token) as holder:
            for table, key in EVERYTHING.items():
                assert holder.refusal(f"SELECT {key} FROM djms.{table}") == REFUSED
                assert holder.refusal(f"SELECT count(*) FROM djms.{table} WHERE {key} = %s", world.a.id) == REFUSED
            for door in ("linked(%s)", "note_share_use(%s, 'looked')"):
                assert holder.refusal(f"SELECT djms.{door}", crate.inside) == REFUSED


def test_a_link_is_good_for_no_other_purpose(site: str, world: World) -> None:
    with acting(site, token=world.a.crate.shared.secret) as holder:
        for role in ("p_teamwork", "p_self_service"):
            assert holder.refusal(f"SET LOCAL ROLE {role}") == ""
            for table in ("item", "person", "share", "share_use"):
                assert holder.refusal(f"SELECT * FROM djms.{table}") == REFUSED


def test_its_holder_learns_what_something_is_and_not_whose(site: str, world: World) -> None:
    with acting(site, "p_sharing", token=world.a.crate.shared.secret) as holder:
        assert holder.refusal("SELECT name, size, sha256, media_type, kind FROM djms.item") == ""
        for column in ("added_by", "changed_by", "added_at", "changed_at", "version", "trashed_by"):
            assert holder.refusal(f"SELECT {column} FROM djms.item") == REFUSED
        for table in load().tables():
            if table not in EVERYTHING:
                assert holder.refusal(f"SELECT * FROM djms.{table}") == REFUSED
            for change in (f"DELETE FROM djms.{table}", f"INSERT INTO djms.{table} DEFAULT VALUES"):
                assert holder.refusal(change) == REFUSED
        for table, key in EVERYTHING.items():
            assert holder.refusal(f"UPDATE djms.{table} SET {key} = {key}") == REFUSED
            assert holder.refusal(f"SELECT {key} FROM djms.{table} FOR UPDATE") == REFUSED


def test_no_sql_with_a_link_in_hand_finds_or_changes_anything_else(cluster: "Cluster", world: World) -> None:
    mixed = mix(world, load(), "site", 6)
    mixed.roles, mixed.within_reach = ["p_sharing"], list(EVERYTHING)
    crate = world.a.crate
    hidden: dict[str, bytes] = {}
    for word in (B, ALICES_OWN, BOBS_OWN, STRANGERS):
        hidden |= needles(f"the word {word}", word)
    for words in ("number", "set list", "tag", "remark", "cues", "coming", "program"):
        hidden |= needles(f"something else of A: {words}", f"{A} {words}")
    for what, secret in world.secrets().items():
        hidden |= needles(what, secret)
    visible = {str(item).encode() for item in (world.a.id, crate.folder, crate.inside)}
    hidden |= {
        what: value
        for what, value in world.ids(world.a, world.b, world.alice, world.carol).items()
        if value not in visible
    }
    with acting(cluster.url("djms_site"), "p_sharing", token=crate.shared.secret) as holder:
        keys = holder.rows("SELECT encode(wrapped, 'hex') FROM djms.item_key UNION ALL SELECT encode(wrapped, 'hex')"
                           " FROM djms.account_key")  # fmt: skip
    opened = {key.encode() for (key,) in keys}
    hidden |= {what: key for what, key in (world.keys(world.a) | world.keys(world.b)).items() if key not in opened}
    before = checksums(world)
    with Attacker(cluster.url("djms_site")) as attacker:
        attempts = attacks(mixed, LEAST // 2, tokens=[crate.shared.secret], kept=True)
        tally = attacker.run_all(attempts, hidden, expected=visible)
    assert tally.breaches == []
    assert changed(before, checksums(world)) == set()
    assert tally.seen[str(world.a.id).encode()] > LEAST / 600, "the attacks do reach what is shared"


def test_an_item_with_the_id_of_anothers_opens_nothing_of_theirs(world: World, undone: Acting) -> None:
    """Ids are free to choose within an account: a member might choose another account's, and share that."""
    foreign = (world.b.id, *world.b.items)
    undone.rows("SELECT set_config('djms.token', %s, true)", world.alice.token)
    for one in foreign:
        undone.rows(
            "INSERT INTO djms.item (account_id, id, parent_id, kind, name, added_by, changed_by)"
            " VALUES (%s, %s, %s, 'folder', 'mine', %s, %s)",
            world.a.id,
            one,
            world.a.crate.folder,
            world.alice.id,
            world.alice.id,
        )
    undone.rows("SELECT set_config('djms.token', %s, true)", world.a.crate.shared.secret)
    undone.rows("SET LOCAL SESSION AUTHORIZATION djms_site")
    undone.rows("SET LOCAL ROLE p_sharing")
    found = shown(undone)
    assert found["item"] == {*foreign, world.a.crate.folder, world.a.crate.inside}
    assert undone.rows("SELECT DISTINCT account_id FROM djms.item") == [(world.a.id,)]
    assert undone.rows("SELECT account_id, item_id FROM djms.item_key") == [(world.a.id, world.a.crate.inside)]
    assert found["account_key"] == {world.a.id}


def test_whoever_looks_on_when_it_is_revoked_sees_nothing_from_the_next_statement_on(
    site: str, world: World, fresh: "Link"
) -> None:
    with acting(site, "p_sharing", token=fresh.secret) as holder:
        assert shown(holder) == named(world, world.a.crate.folder, world.a.crate.inside)
        with acting_for("teamwork", token=world.bob.token):
            assert shares.revoke_link(account_id=world.a.id, share_id=fresh.id)
        for table, key in EVERYTHING.items():
            assert holder.refusal(f"SELECT {key} FROM djms.{table}") == REFUSED
        assert holder.value("SELECT state FROM djms.look_at_share(%s, false)", fresh.secret) == "revoked"


def test_what_is_moved_or_thrown_away_is_moved_or_thrown_away_for_its_holder_too(world: World, undone: Acting) -> None:
    crate = world.a.crate

    def after(change: str, *arguments: object) -> dict[str, set[UUID]]:
        undone.rows("SELECT set_config('djms.token', %s, true)", world.alice.token)
        undone.rows(change, *arguments)
        undone.rows("SELECT set_config('djms.token', %s, true)", crate.shared.secret)
        undone.rows("SET LOCAL SESSION AUTHORIZATION djms_site")
        undone.rows("SET LOCAL ROLE p_sharing")
        found = shown(undone)
        undone.rows("RESET SESSION AUTHORIZATION")
        return found

    move = "UPDATE djms.item SET parent_id = %s WHERE id = %s"
    assert after(move, crate.folder, crate.items[1]) == named(world, crate.folder, crate.inside, crate.items[1])
    assert after(move, None, crate.inside) == named(world, crate.folder, crate.items[1])
    throw = "UPDATE djms.item SET trashed_with = id WHERE id = %s"
    assert after(throw, crate.items[1])["item"] == {crate.folder}
    assert after(throw, crate.folder) == {table: set() for table in EVERYTHING}
    assert undone.value("SELECT state FROM djms.look_at_share(%s, false)", crate.shared.secret) == "gone"


def test_it_ends_when_it_says_and_so_does_what_its_password_opened(world: World, undone: Acting) -> None:
    state = "SELECT state FROM djms.look_at_share(%s, false)"
    crate = world.a.crate
    undone.changed("UPDATE djms.share_opening SET expires = clock_timestamp() - interval '1 ms'")
    assert undone.value(state, crate.locked.opening) == "over"
    assert undone.value(state, crate.locked.secret) == "password"
    undone.changed("UPDATE djms.share SET expires = clock_timestamp() - interval '1 ms'")
    for token in (crate.shared.secret, crate.locked.secret, crate.locked.opening):
        assert undone.value(state, token) == "expired"
    for token in ("", "made up", world.alice.token, str(crate.shared.id)):
        assert undone.value(state, token) == "unknown"
    undone.rows("SELECT set_config('djms.token', %s, true)", crate.shared.secret)
    undone.rows("SET LOCAL SESSION AUTHORIZATION djms_site")
    undone.rows("SET LOCAL ROLE p_sharing")
    for table, key in EVERYTHING.items():
        assert undone.refusal(f"SELECT {key} FROM djms.{table}") == REFUSED


def test_a_folder_in_the_trash_can_not_be_shared(world: World) -> None:
    with acting_for("teamwork", token=world.alice.token), pytest.raises(shares.NothingToShare):
        shares.make_link(account_id=world.a.id, item_id=world.a.crate.thrown)
    with acting_for("teamwork", token=world.carol.token), pytest.raises(shares.NothingToShare):
        shares.make_link(account_id=world.a.id, item_id=world.a.items[0])
    with acting_for("teamwork", token=world.carol.token):
        assert not shares.revoke_link(account_id=world.a.id, share_id=world.a.crate.shared.id)
