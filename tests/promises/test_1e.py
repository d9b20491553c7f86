"""1e: whoever registers agrees to the Terms; which version and when is kept."""

from typing import TYPE_CHECKING

import pytest

from tests.promises.acting import acting

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.people import World

LOGINS = ("site", "desk", "mailer", "analyst", "steward", "sealer", "auditor")
KEY = "'\\x00', 19456, 2, 1, '\\x01'"


def test_everybody_has_agreed_to_a_version_at_a_time(world: "World") -> None:
    with world.superuser() as superuser:
        rows = superuser.execute(
            "SELECT p.id, t.version, t.agreed_at <= p.created_at FROM djms.person p"
            " LEFT JOIN djms.terms_agreement t ON t.person_id = p.id WHERE p.id = ANY(%s)",
            [[one.id for one in (world.alice, world.bob, world.carol, world.stranger)]],
        ).fetchall()
    assert len(rows) == 4
    assert {(version, before) for _, version, before in rows} == {("1", True)}


@pytest.mark.parametrize("login", LOGINS)
def test_no_login_makes_a_person_or_touches_an_agreement(cluster: "Cluster", world: "World", login: str) -> None:
    with acting(cluster.url(f"djms_{login}"), token=world.alice.token) as one:
        takes = [role for (role,) in one.rows("SELECT rolname FROM pg_roles WHERE starts_with(rolname, 'p_')")]
        for role in ("none", *takes):
            if one.refusal(f"SET LOCAL ROLE {role}"):
                continue
            for sql in (
                "INSERT INTO djms.person (email) VALUES ('new@example.org')",
                "INSERT INTO djms.terms_agreement (person_id, version) SELECT id, '2' FROM djms.person",
                "UPDATE djms.terms_agreement SET version = '0'",
                "UPDATE djms.terms_agreement SET agreed_at = now()",
                "DELETE FROM djms.terms_agreement",
            ):
                assert one.refusal(sql) == "42501", (role, sql)


def test_a_registration_without_terms_is_refused(cluster: "Cluster", world: "World") -> None:
    with acting(cluster.url("djms_site"), "p_sign_in") as visitor:
        register = f"SELECT djms.register('fresh@example.org', {KEY}, 'Fresh', NULL, false)"
        assert visitor.refusal(register) == "23502"
        invited = f"SELECT djms.register_invited(%s, {KEY}, NULL, false)"
        assert visitor.refusal(invited, world.a.invitation) == "23502"


@pytest.mark.parametrize("words", ["Alice Smith", "a@x", "", "1\n", "x" * 41])
def test_a_version_of_the_terms_has_no_room_for_words_about_anybody(cluster: "Cluster", words: str) -> None:
    with acting(cluster.url("djms_site"), "p_sign_in") as visitor:
        # An address to which no mail went lately.
        register = f"SELECT djms.register(gen_random_uuid() || '@example.org', {KEY}, 'Fresh', %s, false)"
        assert visitor.refusal(register, words) == "23514"
        assert visitor.refusal(register, "2026-11-23") == ""


def test_one_reads_ones_own_agreement_and_nobody_elses(cluster: "Cluster", world: "World") -> None:
    with acting(cluster.url("djms_site"), "p_self_service", token=world.alice.token) as alice:
        assert alice.rows("SELECT person_id, version FROM djms.terms_agreement") == [(world.alice.id, "1")]


def test_of_two_registrations_of_an_address_the_first_confirmed_counts(world: "World") -> None:
    with world.superuser() as superuser, superuser.transaction(force_rollback=True):
        for name in ("One", "Two"):
            superuser.execute(f"SELECT djms.register('twice@example.org', {KEY}, '{name}', '1', false)".encode())
        tokens = superuser.execute(
            "SELECT secret FROM djms.mail_message WHERE recipient = 'twice@example.org' ORDER BY created_at"
        ).fetchall()
        confirm = "SELECT djms.confirm_registration(%s)"
        answers = [superuser.execute(confirm, row).fetchone() for row in (*tokens, tokens[0])]
        assert answers == [("confirmed",), ("taken",), ("again",)]
        superuser.execute("UPDATE djms.registration SET confirmed_at = NULL, expires = now() - interval '1 s'")
        assert superuser.execute(confirm, tokens[1]).fetchone() == ("expired",)
        assert superuser.execute(confirm, ["made up"]).fetchone() == ("unknown",)
        found = superuser.execute(
            "SELECT a.name, m.is_administrator FROM djms.person p JOIN djms.membership m ON m.person_id = p.id"
            " JOIN djms.account a ON a.id = m.account_id WHERE p.email = 'twice@example.org'"
        ).fetchall()
        assert found == [("One", True)]
        kept = "SELECT salt, verifier FROM djms.registration WHERE account_name = 'One'"
        assert superuser.execute(kept).fetchone() == (b"", b""), "what signs in is kept in one place"
