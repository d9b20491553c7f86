"""4d: Content is confidential: names, keys and files of an account are its members' alone."""

from typing import TYPE_CHECKING

import pytest

from tests.promises.acting import acting

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.people import World


@pytest.fixture
def site(cluster: "Cluster") -> str:
    return cluster.url("djms_site")


def test_each_sees_the_items_and_keys_of_their_own_account_only(site: str, world: "World") -> None:
    for one, crew in ((world.alice, world.a), (world.bob, world.a), (world.carol, world.b)):
        with acting(site, "p_teamwork", token=one.token) as member:
            assert {item for (item,) in member.rows("SELECT id FROM djms.item")} == set(crew.items)
            assert {item for (item,) in member.rows("SELECT item_id FROM djms.item_key")} == set(crew.crate.files)
            assert member.rows("SELECT account_id FROM djms.account_key") == [(crew.id,)]
    with acting(site, "p_teamwork", token=world.stranger.token) as stranger:
        for table in ("item", "item_key", "account_key"):
            assert stranger.rows(f"SELECT * FROM djms.{table}") == []


def test_a_key_can_be_neither_replaced_nor_borrowed(site: str, world: "World") -> None:
    with acting(site, "p_teamwork", token=world.alice.token) as alice:
        for table in ("item_key", "account_key"):
            assert alice.refusal(f"UPDATE djms.{table} SET wrapped = ''") == "42501"
            assert alice.refusal(f"DELETE FROM djms.{table}") == "42501"
        add = "INSERT INTO djms.item_key (account_id, item_id, wrapped) VALUES (%s, %s, '')"
        assert alice.refusal(add, world.a.id, world.b.items[0]) == "23503"
        assert alice.refusal(add, world.b.id, world.b.items[0]) == "42501"
        assert alice.refusal(add, world.a.id, world.a.items[0]) == "23505"
        assert alice.refusal("INSERT INTO djms.account_key VALUES (%s, '')", world.b.id) == "42501"


def test_an_items_key_goes_with_it(site: str, world: "World") -> None:
    delete, crate = "DELETE FROM djms.item WHERE id = %s", world.a.crate
    with acting(site, "p_teamwork", token=world.bob.token) as bob:
        assert bob.changed(delete, crate.thrown) == 0, "somebody else added it"
    with acting(site, "p_teamwork", token=world.alice.token) as alice:
        assert alice.refusal(delete, crate.inside) == "42501", "it is not in the trash"
        assert alice.rows("SELECT 1 FROM djms.item_key WHERE item_id = %s", crate.thrown) == [(1,)]
        assert alice.changed(delete, crate.thrown) == 1
        assert alice.rows("SELECT * FROM djms.item_key WHERE item_id = %s", crate.thrown) == []


def test_an_errors_words_hold_nothing_of_a_hidden_row(site: str, world: "World") -> None:
    with acting(site, "p_teamwork", token=world.alice.token) as alice:
        for sql in (
            "SELECT name::integer FROM djms.item WHERE account_id = %s",
            "SELECT 1 / (size - size) FROM djms.item WHERE account_id = %s",
            "DELETE FROM djms.item WHERE account_id = %s AND name::integer = 1",
        ):
            assert alice.refusal(sql, world.b.id) == "", "a condition of one's own is not tried on a hidden row"
