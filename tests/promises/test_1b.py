"""1b: personal information is used only as the policy describes; any other use is impossible."""

import zlib
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest

from djmixersoft.policy.loading import load
from tests.promises.acting import acting
from tests.promises.mixing import attacks, mix
from tests.promises.people import ALICES_OWN, BOBS_OWN, STRANGERS, A, B, World, changed, checksums
from tests.promises.trying import LEAST, Attack, Attacker, needles

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
    mixed.roles = ["p_self_service", "p_teamwork", "p_teamwork"]
    hidden = forbidden(world, B, BOBS_OWN, STRANGERS) | world.ids(world.b, world.carol, world.stranger)
    hidden |= world.keys(world.b)
    before = checksums(world)
    with Attacker(cluster.url("djms_site")) as attacker:
        attempts = attacks(mixed, LEAST, tokens=[world.alice.token], kept=False)
        tally = attacker.run_all(attempts, hidden, expected=[A.encode(), ALICES_OWN.encode()])
    assert tally.breaches == []
    assert changed(before, checksums(world)) == set()
    assert tally.ran >= LEAST
    assert tally.seen[A.encode()] > LEAST / 100, "what is Alice's own is found, so the attacks do reach the tables"
    assert tally.seen[ALICES_OWN.encode()] > 0


# What a hidden row could be betrayed by: the same statement about something that is there, and about nothing.
ORACLES = (
    ("p_self_service", "INSERT INTO djms.person_name (person_id, name) VALUES ('{person}', 'x')"),
    (
        "p_self_service",
        "INSERT INTO djms.person_name (person_id, name) VALUES ('{person}', 'x') ON CONFLICT DO NOTHING",
    ),
    ("p_self_service", "INSERT INTO djms.subscription (person_id) VALUES ('{person}')"),
    ("p_self_service", "UPDATE djms.person_name SET person_id = '{person}'"),
    ("p_self_service", "DELETE FROM djms.session WHERE person_id = '{person}'"),
    ("p_self_service", "SELECT count(*) FROM djms.person WHERE id = '{person}' OR email = '{email}'"),
    ("p_teamwork", "SELECT count(*) FROM djms.person WHERE id = '{person}' OR email = '{email}'"),
    ("p_teamwork", "INSERT INTO djms.item_key (account_id, item_id, wrapped) VALUES ('{account}', '{item}', '')"),
    ("p_teamwork", "INSERT INTO djms.item_key (account_id, item_id, wrapped) VALUES ('{mine}', '{item}', '')"),
    (
        "p_teamwork",
        "INSERT INTO djms.account_key (account_id, wrapped) VALUES ('{account}', '') ON CONFLICT DO NOTHING",
    ),
    ("p_teamwork", "UPDATE djms.account SET name = 'x' WHERE id = '{account}'"),
    ("p_teamwork", "UPDATE djms.membership SET is_administrator = true WHERE account_id = '{account}'"),
    ("p_teamwork", "DELETE FROM djms.membership WHERE account_id = '{account}' AND person_id = '{person}'"),
    ("p_teamwork", "DELETE FROM djms.item WHERE id = '{item}'"),
    ("p_teamwork", "SELECT djms.invite('{account}', 'x@example.org')"),
    ("p_teamwork", "SELECT count(*) FROM djms.membership m JOIN djms.item i USING (account_id) WHERE i.id = '{item}'"),
    ("p_teamwork", "EXPLAIN SELECT * FROM djms.item WHERE id = '{item}'"),
    ("p_teamwork", "EXPLAIN SELECT * FROM djms.person WHERE email = '{email}' OR id = '{person}'"),
    ("p_teamwork", "EXPLAIN SELECT * FROM djms.account WHERE id <= '{account}'"),
)


@pytest.mark.parametrize(("role", "template"), ORACLES)
def test_a_statement_about_somebody_elses_row_ends_like_one_about_no_row(
    cluster: "Cluster", world: World, role: str, template: str
) -> None:
    there = {"person": world.carol.id, "email": world.carol.email, "account": world.b.id, "item": world.b.items[0]}
    not_there = {name: uuid4() for name in there} | {"email": f"x{world.carol.email[1:]}"}
    with Attacker(cluster.url("djms_site")) as attacker:
        ends = []
        for guess in (there, not_there):
            sql = template.format(mine=world.a.id, **guess)
            outcome = attacker.run(Attack(sql, role=role, token=world.alice.token, kept=False))
            text = outcome.text().decode()
            for value in guess.values():
                text = text.replace(str(value), "…")
            ends.append((outcome.state, outcome.rows, text))
    assert ends[0] == ends[1]


def test_the_planners_estimates_give_no_hidden_value_away(world: World) -> None:
    with world.superuser() as database, database.transaction(force_rollback=True):
        database.execute(
            "INSERT INTO djms.person (email) SELECT 'p' || i || '@many.example' FROM generate_series(1, 3000) i"
        )
        database.execute(
            "INSERT INTO djms.person_name SELECT id, 'Most Common' FROM djms.person WHERE email ~ 'many' LIMIT 900"
        )
        database.execute("ANALYZE djms.person, djms.person_name")
        database.execute("SET LOCAL SESSION AUTHORIZATION djms_site")
        database.execute(
            "SELECT set_config('role', 'p_teamwork', true), set_config('djms.token', %s, true)", [world.alice.token]
        )
        for table, column, values in (
            ("person", "email", ("p1@", "p2@", "p29@", "p5@", "zzzz")),
            ("person_name", "name", ("Most Common", "Most Rare")),
        ):
            for operator in ("<", ">=", "="):
                plans = set()
                for value in values:
                    plan = database.execute(
                        f"EXPLAIN SELECT * FROM djms.{table} WHERE {column} {operator} '{value}'".encode()
                    )
                    plans.add("\n".join(line for (line,) in plan).replace(value, "…"))
                assert len(plans) == 1, f"{column} {operator} … is estimated by hidden values"


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
