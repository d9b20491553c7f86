"""4a: Content belongs to those in its account; an account has an Administrator, and is shut to everybody else."""

import random
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from djmixersoft.accounts import services as accounts
from djmixersoft.policy.purposes import acting_for
from tests.promises.acting import KEY, Acting, acting, mailed, waiting
from tests.promises.people import STRANGERS, Maker, Somebody, World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import psycopg

    from tests.conftest import Cluster

REFUSED = "42501"
MEMBER = "account_id = %s AND person_id = %s"
RAISE = "UPDATE djms.membership SET is_administrator = true"
NEW_ITEM = (
    "INSERT INTO djms.item (account_id, name, size, sha256, media_type, blob_id, added_by, changed_by)"
    " SELECT %s, 'x', 1, '', 'audio/ogg', gen_random_uuid(), p, p FROM (SELECT %s::uuid) one(p)"
)


@pytest.fixture
def site(cluster: "Cluster") -> str:
    return cluster.url("djms_site")


@pytest.fixture
def joined(world: World, connect: "Callable[[str], psycopg.Connection]") -> "Iterator[Somebody]":
    """Let the stranger join Alice's account for one test."""
    maker = Maker(connect("postgres"), random.Random(1))
    maker.superuser.autocommit = True
    maker.superuser.execute("DELETE FROM djms.sign_in_try")
    email = f"again@{STRANGERS}.example"
    token = maker.invitation(world.alice, world.a.id, email)
    with acting_for("teamwork", token=world.stranger.token):
        assert accounts.accept_invitation(token=token).outcome == "joined"
    yield world.stranger
    maker.superuser.execute("SET session_replication_role = replica")
    maker.superuser.execute("DELETE FROM djms.invitation WHERE email = %s", [email])
    maker.superuser.execute("DELETE FROM djms.mail_message WHERE recipient = %s", [email])
    maker.superuser.execute(
        "DELETE FROM djms.membership WHERE account_id = %s AND person_id = %s", [world.a.id, world.stranger.id]
    )
    maker.superuser.execute(
        "UPDATE djms.membership SET is_administrator = person_id = %s WHERE account_id = %s",
        [world.alice.id, world.a.id],
    )


def test_another_account_can_not_be_written_to(site: str, world: World) -> None:
    with acting(site, "p_teamwork", token=world.alice.token) as alice:
        assert alice.refusal(NEW_ITEM, world.b.id, world.alice.id) == REFUSED
        assert alice.refusal("SELECT djms.invite(%s, 'x@example.org')", world.b.id) == REFUSED
        assert alice.changed("UPDATE djms.account SET name = 'x' WHERE id = %s", world.b.id) == 0
        assert alice.changed("DELETE FROM djms.membership WHERE account_id = %s", world.b.id) == 0
        assert (
            alice.changed("UPDATE djms.membership SET is_administrator = false WHERE account_id = %s", world.b.id) == 0
        )
        assert alice.changed("UPDATE djms.invitation SET withdrawn_at = now() WHERE account_id = %s", world.b.id) == 0
        assert alice.changed("DELETE FROM djms.item WHERE account_id = %s", world.b.id) == 0


def test_a_plain_member_deletes_for_good_what_they_added_and_only_an_administrator_the_rest(
    site: str, world: World
) -> None:
    thrown_away = "UPDATE djms.item SET trashed_with = id WHERE id = ANY(%s)"
    gone = "DELETE FROM djms.item WHERE id = %s"
    with acting(site, "p_teamwork", token=world.bob.token) as bob:
        mine = bob.value(f"{NEW_ITEM} RETURNING id", world.a.id, world.bob.id)
        theirs = bob.value(
            "SELECT id FROM djms.item WHERE added_by = %s AND trashed_with IS NULL LIMIT 1", world.alice.id
        )
        assert bob.changed(thrown_away, [mine, theirs]) == 2
        assert (bob.changed(gone, mine), bob.changed(gone, theirs)) == (1, 0)
    with acting(site, "p_teamwork", token=world.bob.token, kept=True) as bob:
        kept = bob.value(f"{NEW_ITEM} RETURNING id", world.a.id, world.bob.id)
        assert bob.changed(thrown_away, [kept]) == 1
    with acting(site, "p_teamwork", token=world.alice.token, kept=True) as alice:
        assert alice.changed(gone, kept) == 1


def test_nobody_makes_themselves_a_member(site: str, world: World) -> None:
    with acting(site, "p_teamwork", token=world.alice.token) as alice:
        for account in (world.a.id, world.b.id):
            for person in (world.alice.id, world.stranger.id):
                sql = "INSERT INTO djms.membership (account_id, person_id) VALUES (%s, %s)"
                assert alice.refusal(sql, account, person) == REFUSED
        for guess in (str(world.b.invitation_id), str(uuid4()), "", None):
            assert alice.rows("SELECT outcome FROM djms.accept_invitation(%s)", guess) == [("unknown",)]


def test_no_row_moves_into_another_account(site: str, world: World) -> None:
    with acting(site, "p_teamwork", token=world.alice.token) as alice:
        for table in ("item", "item_key", "account_key", "membership", "invitation"):
            assert alice.refusal(f"UPDATE djms.{table} SET account_id = %s", world.b.id) == REFUSED
        assert alice.refusal("UPDATE djms.membership SET person_id = %s", world.stranger.id) == REFUSED
        assert alice.refusal("UPDATE djms.account SET id = %s", uuid4()) == REFUSED


def test_what_is_added_is_added_in_ones_own_name(site: str, world: World) -> None:
    with acting(site, "p_teamwork", token=world.alice.token) as alice:
        for said in (world.alice, world.bob, world.carol):
            row = f"{NEW_ITEM} RETURNING added_by, changed_by, added_at > clock_timestamp() - interval '1 minute'"
            assert alice.rows(row, world.a.id, said.id) == [(world.alice.id, world.alice.id, True)]
        for column in ("added_by", "changed_by", "trashed_by"):
            assert alice.refusal(f"UPDATE djms.item SET {column} = %s", world.bob.id) == REFUSED
        for column in ("added_at", "changed_at", "trashed_at", "version"):
            assert alice.refusal(f"UPDATE djms.item SET {column} = DEFAULT") == REFUSED


def test_a_plain_member_has_no_administrators_rights(site: str, world: World) -> None:
    with acting(site, "p_teamwork", token=world.bob.token) as bob:
        assert bob.value("SELECT count(*) FROM djms.item") == len(world.a.items)
        assert bob.changed("UPDATE djms.account SET name = 'x'") == 0
        assert bob.changed("UPDATE djms.membership SET is_administrator = true") == 0
        assert bob.changed("DELETE FROM djms.membership WHERE person_id = %s", world.alice.id) == 0
        assert bob.rows("SELECT * FROM djms.invitation") == []
        assert bob.changed("UPDATE djms.invitation SET withdrawn_at = now()") == 0
        assert bob.refusal("SELECT djms.invite(%s, 'x@example.org')", world.a.id) == REFUSED
        assert bob.changed("DELETE FROM djms.membership WHERE person_id = %s", world.bob.id) == 1


def test_an_account_always_keeps_an_administrator(site: str, world: World) -> None:
    with acting(site, "p_teamwork", token=world.alice.token) as alice:
        for sql in (
            "DELETE FROM djms.membership WHERE account_id = %s AND person_id = %s",
            "UPDATE djms.membership SET is_administrator = false WHERE account_id = %s AND person_id = %s",
        ):
            assert alice.refusal(sql, world.a.id, world.alice.id) == "DJ001"
        assert alice.refusal("UPDATE djms.membership SET is_administrator = false") == "DJ001"
        assert alice.refusal("DELETE FROM djms.membership") == "DJ001"


def test_whoever_was_removed_sees_nothing_from_the_next_statement_on(site: str, world: World, joined: Somebody) -> None:
    with acting(site, "p_teamwork", token=joined.token) as one:
        assert one.value("SELECT count(*) FROM djms.item") == len(world.a.items)
        with acting(site, "p_teamwork", token=world.alice.token, kept=True) as alice:
            assert alice.changed("DELETE FROM djms.membership WHERE person_id = %s", joined.id) == 1
        assert one.value("SELECT count(*) FROM djms.item") == 0
        assert one.rows("SELECT * FROM djms.account WHERE id = %s", world.a.id) == []
        assert one.refusal(NEW_ITEM, world.a.id, joined.id) == REFUSED


def test_whoever_was_demoted_in_the_same_moment_can_not_raise_themselves_again(
    site: str, world: World, joined: Somebody
) -> None:
    with acting(site, "p_teamwork", token=world.alice.token, kept=True) as alice:
        alice.changed("UPDATE djms.membership SET is_administrator = true WHERE person_id = %s", joined.id)
    with acting(site, "p_teamwork", token=world.alice.token, kept=True) as alice:
        alice.changed("UPDATE djms.membership SET is_administrator = false WHERE person_id = %s", joined.id)
        # Begins before the demotion is committed, and waits for it.
        with waiting(site, "p_teamwork", joined.token, f"{RAISE} WHERE {MEMBER}", world.a.id, joined.id) as raising:
            alice.connection.execute("COMMIT")
    assert raising.state == REFUSED
    with acting(site, "p_teamwork", token=joined.token) as one:
        assert not one.value(f"SELECT is_administrator FROM djms.membership WHERE {MEMBER}", world.a.id, joined.id)


def test_a_transaction_that_looks_at_the_past_changes_no_members(site: str, world: World) -> None:
    for level in ("REPEATABLE READ", "SERIALIZABLE"):
        with acting(site, "p_teamwork", token=world.alice.token, begin=f"BEGIN ISOLATION LEVEL {level}") as alice:
            assert alice.refusal("DELETE FROM djms.membership WHERE person_id = %s", world.bob.id) == REFUSED


def test_an_invitation_is_for_whoever_holds_its_link_once(site: str, world: World) -> None:
    with acting(site, "p_teamwork", token=world.stranger.token) as stranger:
        accept = "SELECT outcome FROM djms.accept_invitation(%s)"
        assert stranger.value(accept, world.a.invitation) == "joined"
        assert stranger.value(accept, world.a.invitation) == "used"
    with acting(site, "p_teamwork", token=world.bob.token) as bob:
        assert bob.value(accept, world.a.invitation) == "member"
    with world.superuser() as superuser, superuser.transaction(force_rollback=True):
        superuser.execute("SET LOCAL session_replication_role = replica")
        for column, value, state in (
            ("expires", "now() - interval '1 s'", "expired"),
            ("withdrawn_at", "now()", "withdrawn"),
            ("used_at", "now()", "used"),
        ):
            superuser.execute(
                f"UPDATE djms.invitation SET {column} = {value} WHERE id = %s".encode(), [world.a.invitation_id]
            )
            row = superuser.execute(
                "SELECT state, account_name, address FROM djms.look_at_invitation(%s)", [world.a.invitation]
            )
            assert row.fetchone() == (state, None, None)
            for door in ("accept_invitation(%s)", "register_invited(%s, '', 1, 1, 1, '', '1', false)"):
                superuser.execute("SELECT set_config('djms.token', %s, true)", [world.stranger.token])
                assert superuser.execute(
                    f"SELECT outcome FROM djms.{door}".encode(), [world.a.invitation]
                ).fetchone() == (state,)


def test_whoever_was_removed_does_not_come_back_by_an_invitation_of_their_own(world: World, undone: Acting) -> None:
    def now(who: Somebody) -> None:
        undone.rows("SELECT set_config('djms.token', %s, true)", who.token)

    def invitation(who: Somebody, email: str) -> str:
        now(who)
        assert undone.value("SELECT djms.invite(%s, %s)", world.a.id, email) == "sent"
        return mailed(undone, "invitation", email)

    stranger = (world.a.id, world.stranger.id)
    join, seen = "SELECT outcome FROM djms.accept_invitation(%s)", "SELECT state FROM djms.look_at_invitation(%s)"
    now(world.stranger)
    assert undone.value(join, world.a.invitation) == "joined"
    now(world.alice)
    undone.changed(f"{RAISE} WHERE {MEMBER}", *stranger)
    other, own = invitation(world.alice, "third@example.org"), invitation(world.stranger, "second@example.org")
    assert (undone.value(seen, own), undone.value(seen, other)) == ("open", "open")
    now(world.alice)
    undone.changed(f"DELETE FROM djms.membership WHERE {MEMBER}", *stranger)
    assert (undone.value(seen, own), undone.value(seen, other)) == ("withdrawn", "open")
    now(world.stranger)
    assert undone.value(join, own) == "withdrawn"
    assert undone.value(f"SELECT outcome FROM djms.register_invited(%s, {KEY}, '1', false)", own) == "withdrawn"
    assert undone.value(join, other) == "joined", "what others sent stays open"


def test_inviting_and_withdrawing_in_turns_mails_nobody_without_end(site: str, world: World) -> None:
    with acting(site, "p_teamwork", token=world.alice.token) as alice:
        answers = []
        for _ in range(8):
            answers.append(alice.value("SELECT djms.invite(%s, 'pestered@example.org')", world.a.id))
            alice.changed("UPDATE djms.invitation SET withdrawn_at = now() WHERE email = 'pestered@example.org'")
        assert answers == ["sent"] * 5 + ["many"] * 3
        elsewhere = alice.value("SELECT djms.create_account('another')")
        assert alice.value("SELECT djms.invite(%s, 'pestered@example.org')", UUID(str(elsewhere))) == "many"


def test_an_account_sends_only_so_many_invitations(site: str, world: World) -> None:
    with acting(site, "p_teamwork", token=world.alice.token) as alice:
        invite = "SELECT djms.invite(%s, %s)"
        answers = [alice.value(invite, world.a.id, f"guest{number}@many.example") for number in range(101)]
        assert set(answers[:90]) == {"sent"}
        assert answers[-1] == "many"
        assert alice.value(invite, world.a.id, world.bob.email) == "member"
