"""4a: of two who change the same thing at once, one waits for the other and then sees what is so."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from djmixersoft.accounts import services as accounts
from djmixersoft.policy.purposes import acting_for
from tests.promises.acting import KEY, Acting, acting, key_of, mailed, waiting
from tests.promises.people import STRANGERS, Maker, Somebody, World

if TYPE_CHECKING:
    from tests.conftest import Cluster

REMOVE = "DELETE FROM djms.membership WHERE account_id = %s AND person_id = %s"
ACCEPT = "SELECT 1 / (outcome = 'joined')::int FROM djms.accept_invitation(%s)"
REGISTER = f"SELECT 1 / (outcome = 'joined')::int FROM djms.register_invited(%s, {KEY}, '1', false)"
CONFIRM = "SELECT 1 / (djms.confirm_registration(%s) = 'confirmed')::int"
NOT_THEIRS = "22012"  # division by zero: the outcome was another


@pytest.fixture
def site(cluster: "Cluster") -> str:
    return cluster.url("djms_site")


@contextmanager
def put_back(world: World, *tables: str) -> Iterator[Acting]:
    """Act as the superuser; afterwards these tables hold what they held before."""
    with world.superuser() as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("DELETE FROM djms.sign_in_try")
        for table in tables:
            superuser.execute(f"CREATE TEMPORARY TABLE {table} AS TABLE djms.{table}".encode())
        yield Acting(superuser)
        for table in tables:
            superuser.execute(f"DELETE FROM djms.{table}".encode())
            superuser.execute(f"INSERT INTO djms.{table} SELECT * FROM pg_temp.{table}".encode())


def second_administrator(world: World, superuser: Acting) -> Somebody:
    maker = Maker(superuser.connection, random.Random(3))
    token = maker.invitation(world.alice, world.a.id, f"second@{STRANGERS}.example")
    with acting_for("teamwork", token=world.stranger.token):
        assert accounts.accept_invitation(token=token).outcome == "joined"
    superuser.changed("UPDATE djms.membership SET is_administrator = true WHERE account_id = %s", world.a.id)
    return world.stranger


def test_of_two_administrators_who_remove_each_other_one_stays(site: str, world: World) -> None:
    with put_back(world, "membership", "invitation", "mail_message") as superuser:
        second = second_administrator(world, superuser)
        with acting(site, "p_teamwork", token=world.alice.token, kept=True) as alice:
            assert alice.changed(REMOVE, world.a.id, second.id) == 1
            with waiting(site, "p_teamwork", second.token, REMOVE, world.a.id, world.alice.id) as other:
                alice.connection.execute("COMMIT")
            assert other.state == "42501"
        left = superuser.rows("SELECT person_id FROM djms.membership WHERE account_id = %s", world.a.id)
        assert (world.alice.id,) in left
        assert (second.id,) not in left


def test_of_two_administrators_who_step_down_at_once_one_stays(site: str, world: World) -> None:
    down = "UPDATE djms.membership SET is_administrator = false WHERE account_id = %s AND person_id = %s"
    with put_back(world, "membership", "invitation", "mail_message") as superuser:
        second = second_administrator(world, superuser)
        superuser.changed(down, world.a.id, world.bob.id)
        with acting(site, "p_teamwork", token=world.alice.token, kept=True) as alice:
            assert alice.changed(down, world.a.id, world.alice.id) == 1
            with waiting(site, "p_teamwork", second.token, down, world.a.id, second.id) as other:
                alice.connection.execute("COMMIT")
            assert other.state == "DJ001"


@pytest.mark.parametrize(("first", "then"), [(ACCEPT, ACCEPT), (ACCEPT, REGISTER), (REGISTER, ACCEPT)])
def test_an_invitation_that_two_use_at_once_is_one_persons(site: str, world: World, first: str, then: str) -> None:
    tables = ("invitation", "membership", "person", "credential", "terms_agreement")
    roles = {ACCEPT: ("p_teamwork", world.stranger.token, world.carol.token), REGISTER: ("p_sign_in", "", "")}
    with put_back(world, *tables):
        with acting(site, roles[first][0], token=roles[first][1], kept=True) as one:
            assert one.refusal(first, world.a.invitation) == ""
            with waiting(site, roles[then][0], roles[then][2], then, world.a.invitation) as other:
                one.connection.execute("COMMIT")
        assert other.state == NOT_THEIRS


def test_a_registration_that_is_confirmed_twice_at_once_makes_one_person(site: str, world: World) -> None:
    tables = ("registration", "person", "credential", "terms_agreement", "account", "membership", "mail_message")
    with put_back(world, *tables) as superuser:
        superuser.rows(f"SELECT djms.register('twice@example.org', {KEY}, 'x', '1', false)")
        link = mailed(superuser, "confirm-registration", "twice@example.org")
        with acting(site, "p_sign_in", kept=True) as one:
            assert one.refusal(CONFIRM, link) == ""
            with waiting(site, "p_sign_in", "", "SELECT djms.confirm_registration(%s)", link) as other:
                one.connection.execute("COMMIT")
            assert other.state == ""
            assert other.answer == "again"


def test_a_changed_address_is_told_to_the_address_of_that_moment(site: str, world: World) -> None:
    with put_back(world, "person", "mail_proof", "mail_message", "credential") as superuser:
        key_of(superuser, world.carol.id, b"right")
        with acting(site, "p_self_service", token=world.carol.token, kept=True) as carol:
            assert carol.value("SELECT djms.request_email_change('right', 'next@example.org')") == "sent"
        link = mailed(superuser, "confirm-email", "next@example.org")
        superuser.rows("BEGIN")
        superuser.changed("UPDATE djms.person SET email = 'between@example.org' WHERE id = %s", world.carol.id)
        with waiting(site, "p_sign_in", "", "SELECT djms.confirm_email_change(%s)", link) as other:
            superuser.rows("COMMIT")
        assert other.answer == "done"
        assert mailed(superuser, "email-changed", "between@example.org") == "None"
