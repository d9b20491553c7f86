"""2a: a cookie's secret proves who is signed in, and nothing else does."""

import hashlib
import random
from typing import TYPE_CHECKING

import pytest

from tests.promises.acting import acting

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.people import World

WHO = "SELECT djms.current_person()"
MINT = "INSERT INTO djms.session (token_hash, person_id, device, stays, expires) VALUES (%s, %s, 'x', true, 'infinity')"


@pytest.fixture
def site(cluster: "Cluster") -> str:
    return cluster.url("djms_site")


def test_the_secret_in_the_browser_says_who_is_signed_in(site: str, world: "World") -> None:
    for one in (world.alice, world.bob, world.carol, world.stranger):
        for role in ("p_self_service", "p_teamwork"):
            with acting(site, role, token=one.token) as person:
                assert person.value(WHO) == one.id


def test_nothing_but_the_secret_does(site: str, world: "World") -> None:
    chance = random.Random(2)
    alice = world.alice
    near = [alice.token[:-1], alice.token + "=", alice.token.swapcase(), f" {alice.token}", alice.token_hash.hex()]
    made_up = [f"{chance.getrandbits(256):064x}" for _ in range(100)]
    for token in ("", *near, *made_up, str(alice.id), alice.email, "%", "' OR true --", "\\x00", "NULL"):
        with acting(site, "p_self_service", token=token) as nobody:
            for sql in (WHO, "SELECT * FROM djms.person", "SELECT * FROM djms.session"):
                assert nobody.refusal(sql) == "42501"
    with acting(site, "p_teamwork", token="") as nobody:
        for sql in (WHO, "SELECT * FROM djms.item", "SELECT djms.my_accounts()", "SELECT djms.my_teammates()"):
            assert nobody.refusal(sql) == "42501"


def test_only_the_hash_of_the_secret_is_kept(world: "World") -> None:
    with world.superuser() as superuser:
        hashes = {value for (value,) in superuser.execute("SELECT token_hash FROM djms.session")}
        texts = superuser.execute("SELECT string_agg(s::text, ',') FROM djms.session s").fetchone()
    for one in (world.alice, world.bob, world.carol, world.stranger):
        assert hashlib.sha256(one.token.encode()).digest() in hashes
        assert texts
        assert one.token not in texts[0]


def test_a_session_ends_when_it_says(world: "World") -> None:
    with world.superuser() as superuser, superuser.transaction(force_rollback=True):
        superuser.execute("UPDATE djms.session SET expires = clock_timestamp() - interval '1 ms'")
        superuser.execute("SELECT set_config('djms.token', %s, true)", [world.alice.token])
        superuser.execute("SET LOCAL SESSION AUTHORIZATION djms_site")
        superuser.execute("SET LOCAL ROLE p_teamwork")
        for sql in ("current_person()", "my_accounts()", "administered_accounts()", "my_teammates()"):
            with pytest.raises(Exception, match="no signed-in person"), superuser.transaction():
                superuser.execute(f"SELECT djms.{sql}".encode())


def test_no_sql_of_the_site_signs_anybody_in(site: str, world: "World") -> None:
    for role in ("p_visiting", "p_sign_in", "p_self_service", "p_teamwork"):
        with acting(site, role, token=world.alice.token) as one:
            assert one.refusal(MINT, hashlib.sha256(b"mine").digest(), world.carol.id) == "42501"
            assert one.refusal("UPDATE djms.session SET person_id = %s", world.carol.id) == "42501"
            assert one.refusal("UPDATE djms.session SET expires = 'infinity'") == "42501"
    with acting(site, "p_sign_in") as visitor:
        for key in (b"", b"\x00" * 32, world.carol.token_hash, None):
            opened = "SELECT djms.open_session(%s, %s, sha256('mine'), true, 'x')"
            assert visitor.value(opened, world.carol.email, key) is False


def test_an_empty_secret_is_nobodys_even_where_a_session_has_its_hash(world: "World") -> None:
    with world.superuser() as superuser, superuser.transaction(force_rollback=True):
        superuser.execute(MINT.encode(), [hashlib.sha256(b"").digest(), world.stranger.id])
        superuser.execute("SELECT set_config('djms.token', '', true)")
        for door in ("current_person()", "my_accounts()"):
            with pytest.raises(Exception, match="no signed-in person"), superuser.transaction():
                superuser.execute(f"SELECT djms.{door}".encode())


def test_one_ends_ones_own_sessions_and_nobody_elses(site: str, world: "World") -> None:
    with acting(site, "p_self_service", token=world.alice.token) as alice:
        assert alice.value("SELECT count(*) FROM djms.session WHERE person_id <> %s", world.alice.id) == 0
        assert alice.changed("DELETE FROM djms.session WHERE token_hash = %s", world.carol.token_hash) == 0
        assert alice.changed("DELETE FROM djms.session") >= 1
        assert alice.refusal(WHO) == "42501"
