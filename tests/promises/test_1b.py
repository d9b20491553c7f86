"""1b: personal information is used only as the policy describes; any other use is impossible."""

import zlib
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest

from djmixersoft.policy.loading import load
from tests.promises.acting import acting
from tests.promises.checksums import changed, checksums
from tests.promises.mixing import attacks, mix
from tests.promises.people import ALICES_OWN, BOBS_OWN, STRANGERS, A, B, World
from tests.promises.trying import LEAST, Attacker, needles

if TYPE_CHECKING:
    from tests.conftest import Cluster

LOGINS = ("site", "desk", "mailer", "analyst", "steward", "sealer", "auditor")


def forbidden(world: World, *words: str) -> dict[str, bytes]:
    """What must not be shown: anything with these words in it, and every secret."""
    found: dict[str, bytes] = {}
    for what, value in {**{f"the word {word}": word.encode() for word in words}, **world.secrets()}.items():
        found |= needles(what, value)
    return found


@pytest.mark.parametrize("login", LOGINS)
def test_no_sql_of_a_login_finds_or_changes_a_row_while_nobody_is_signed_in(
    cluster: "Cluster", world: World, login: str
) -> None:
    mixed = mix(world, load(), login, zlib.crc32(login.encode()))
    tokens = ["", *(mixed.forged() for _ in range(20))]
    hidden = forbidden(world, A, B, ALICES_OWN, BOBS_OWN, STRANGERS)
    if login != "sealer":  # which reads again what is on record, where people and accounts are named by ids alone
        hidden |= world.ids(world.a, world.b, world.alice, world.bob, world.carol, world.stranger)
    hidden |= world.keys(world.a) | world.keys(world.b)
    before = checksums(world)
    with Attacker(cluster.url(f"djms_{login}")) as attacker:
        tally = attacker.run_all(attacks(mixed, LEAST, tokens=tokens, kept=True), hidden)
    assert tally.breaches == []
    assert changed(before, checksums(world)) == set()
    assert tally.ran >= LEAST
    assert len(tally.states) > 5, "the attacks fail for many reasons, not for one that a slip would explain"


def test_with_alices_token_sql_of_the_site_sees_what_alice_may_see_and_no_more(
    cluster: "Cluster", world: World
) -> None:
    mixed = mix(world, load(), "site", 1)
    mixed.roles = ["p_self_service", "p_teamwork"]
    hidden = forbidden(world, B, BOBS_OWN, STRANGERS) | world.ids(world.b, world.carol, world.stranger)
    hidden |= world.keys(world.b)
    before = checksums(world)
    with Attacker(cluster.url("djms_site")) as attacker:
        attempts = attacks(mixed, LEAST, tokens=[world.alice.token], kept=False)
        tally = attacker.run_all(attempts, hidden, expected=[A.encode(), ALICES_OWN.encode()])
    assert tally.breaches == []
    assert changed(before, checksums(world)) == set()
    assert tally.ran >= LEAST
    assert tally.seen[A.encode()] > LEAST / 200, "what is Alice's own is found, so the attacks do reach the tables"
    assert tally.seen[ALICES_OWN.encode()] > 0


def test_the_mailer_reads_the_one_message_it_names_and_none_that_it_guesses(cluster: "Cluster", world: World) -> None:
    mailer = cluster.url("djms_mailer")
    with world.superuser() as superuser:
        rows = superuser.execute(
            "SELECT id FROM djms.mail_message WHERE recipient = %s", [world.carol.email]
        ).fetchall()
    message = str(rows[0][0])
    with acting(mailer, "p_administrative_mail", named=message) as mail:
        assert mail.value("SELECT array_agg(id::text) FROM djms.mail_message") == [message]
        assert mail.changed("UPDATE djms.mail_message SET state = 'sent'") == 1
        for column in ("id", "recipient", "template", "context", "created_at"):
            assert mail.refusal(f"UPDATE djms.mail_message SET {column} = {column}") == "42501"
    for guess in (str(uuid4()), str(world.carol.id)):
        with acting(mailer, "p_administrative_mail", named=guess) as mail:
            assert mail.rows("SELECT * FROM djms.mail_message") == []
    with acting(mailer, "p_administrative_mail") as mail:
        assert mail.refusal("SELECT * FROM djms.mail_message") == "42501"


def test_the_steward_sees_what_has_expired_and_nothing_else(cluster: "Cluster", world: World) -> None:
    steward = cluster.url("djms_steward")
    with world.superuser() as superuser:
        superuser.execute(
            "INSERT INTO djms.session (token_hash, person_id, device, stays, expires)"
            " VALUES (sha256('old'), %s, 'old', false, now() - interval '1 minute')",
            [world.stranger.id],
        )
    with acting(steward, "p_retention", kept=True) as keep:
        assert keep.rows("SELECT device FROM djms.session") == [("old",)]
        for table in ("registration", "mail_proof", "invitation", "mail_message"):
            assert keep.rows(f"SELECT * FROM djms.{table}") == []
        assert keep.changed("DELETE FROM djms.session") == 1


@pytest.mark.parametrize("login", LOGINS)
def test_no_login_throws_away_or_changes_the_rights_of_its_roles(cluster: "Cluster", login: str) -> None:
    with acting(cluster.url(f"djms_{login}")) as one:
        for role in ("none", *(purpose.role for purpose in load().purposes.values() if login in purpose.process)):
            assert one.refusal(f"SET LOCAL ROLE {role}") == ""
            for sql in ("DROP OWNED BY CURRENT_USER", "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC"):
                assert one.refusal(sql) == "42501"


def test_what_one_transaction_may_is_gone_with_it(cluster: "Cluster", world: World) -> None:
    with psycopg.connect(cluster.url("djms_site"), autocommit=True) as site:
        with site.transaction():
            site.execute(
                "SELECT set_config('role', 'p_teamwork', true), set_config('djms.token', %s, true)", [world.alice.token]
            )
            assert site.execute("SELECT count(*) > 0 FROM djms.item").fetchone() == (True,)
        assert site.execute("SELECT current_user, current_setting('djms.token')").fetchone() == ("djms_site", "")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            site.execute("SELECT count(*) FROM djms.item")
