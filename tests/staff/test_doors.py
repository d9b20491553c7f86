"""Who acts at the desk, asked by SQL on the desk's real login: nobody who hasn't shown a second factor."""

import secrets
from collections.abc import Callable
from uuid import uuid4

import psycopg
import pytest

from djmixersoft.policy.loading import load
from tests.conftest import Cluster
from tests.promises.acting import acting
from tests.staff.desk import SIGN_IN, Member, digest, superuser

Hire = Callable[..., Member]
WHO, CONFIRMED = "SELECT djms.current_staff(%s)", "SELECT djms.staff_confirmed(%s)"
STAFF_TABLES = ("staff", "staff_role", "staff_credential", "staff_factor", "staff_session", "staff_link")
NOT_FOR_YOU, CONFIRM_AGAIN = "42501", "DJ007"


def test_who_showed_both_is_known_in_their_roles_and_in_no_other(hire: Hire) -> None:
    agent = hire("support", "security")
    with agent.at() as desk:
        for role in ("", "support", "security"):
            assert desk.value(WHO, role) == desk.value(CONFIRMED, role) == agent.id
        for role in ("legal", "policy-office", "editorial", "Support", "nothing", "' OR true --"):
            assert desk.refusal(WHO, role) == desk.refusal(CONFIRMED, role) == NOT_FOR_YOU
    for purpose in [one for one in load().purposes.values() if one.staff]:
        with agent.at(purpose.role) as desk:
            assert desk.refusal(WHO, purpose.staff) == ("" if purpose.staff == "support" else NOT_FOR_YOU)


def test_a_password_alone_is_good_for_the_second_factor_and_nothing_else(hire: Hire) -> None:
    agent = hire("support")
    token = agent.half_signed_in()
    with agent.at(token=token) as desk:
        assert len(desk.rows("SELECT * FROM djms.my_factors()")) == 1
        assert desk.rows("SELECT proven, confirmed FROM djms.my_staff_session()") == [(False, False)]
        for statement in (
            "SELECT djms.current_staff('')",
            "SELECT djms.staff_confirmed('support')",
            f"SELECT djms.drop_factor('{agent.factor}')",
            "SELECT djms.staff_set_password('\\x01', '\\x00', 19456, 2, 1, '\\x02')",
            f"SELECT djms.add_factor('{uuid4()}', 'totp', 'x', '\\x', '\\x', NULL, NULL, 0, 0)",
        ):
            assert desk.refusal(statement) == NOT_FOR_YOU, statement
    assert agent.prove(token, 2)
    with agent.at(token=token) as desk:
        assert desk.value(WHO, "support") == agent.id


def test_a_session_of_the_desk_is_none_of_the_site(hire: Hire, cluster: Cluster) -> None:
    with acting(cluster.url("djms_site"), "p_self_service", token=hire("support").token) as site:
        assert site.refusal("SELECT djms.current_person()") == NOT_FOR_YOU
        assert site.refusal("SELECT djms.current_staff('')") == NOT_FOR_YOU
        assert site.refusal("SELECT * FROM djms.staff") == NOT_FOR_YOU


@pytest.mark.parametrize("process", [process for process in load().processes if process != "owner"])
def test_no_login_reads_or_changes_our_own_people_in_any_role(cluster: Cluster, hire: Hire, process: str) -> None:
    agent = hire("support", "legal")
    for role in ["", *(purpose.role for purpose in load().purposes.values() if process in purpose.process)]:
        with acting(cluster.url(f"djms_{process}"), role, token=agent.token) as one:
            for table in STAFF_TABLES:
                if role == "p_retention" and table in {"staff_session", "staff_link"}:
                    assert one.rows(f"SELECT * FROM djms.{table}") == []
                    continue
                for statement in (f"SELECT 1 FROM djms.{table}", f"DELETE FROM djms.{table}"):
                    assert one.refusal(statement) == NOT_FOR_YOU, (role, statement)


def test_a_code_is_good_once_and_none_that_is_older_after_it(hire: Hire) -> None:
    agent = hire("support")
    first, second = agent.half_signed_in(), agent.half_signed_in()
    assert agent.prove(first, 7)
    for step in (7, 6, 1, 0, -1):
        assert not agent.prove(second, step)
    assert agent.prove(second, 8)


def test_no_second_factor_is_claimed_without_its_secret(hire: Hire) -> None:
    agent, other = hire("support"), hire("support")
    token = agent.half_signed_in()
    for sign in (b"", agent.id.bytes, other.sign, secrets.token_bytes(32), digest(agent.sign)):
        assert not agent.prove(token, 9, sign)
    with agent.at(token=token) as desk:
        noted = "SELECT djms.note_second_factor(%s, %s, %s, NULL, NULL)"
        assert not desk.value(noted, other.factor, other.sign, 9), "another's"
        assert not desk.value(noted, agent.factor, agent.sign, None)
        assert desk.refusal(WHO, "") == NOT_FOR_YOU


def test_a_challenge_is_answered_once_and_in_the_session_that_made_it(hire: Hire) -> None:
    agent, passkey, sign = hire("support"), uuid4(), secrets.token_bytes(32)
    with agent.at() as desk:
        added = "SELECT djms.add_factor(%s, 'passkey', 'a key', '\\x', %s, %s, '\\x', 5, NULL)"
        assert desk.value(added, passkey, digest(sign), secrets.token_bytes(16)) == "added"
    noted = "SELECT djms.note_second_factor(%s, %s, NULL, %s, %s)"
    token, other = agent.half_signed_in(), agent.half_signed_in()
    for one in (token, other):
        with agent.at(token=one) as desk:
            desk.value("SELECT djms.staff_challenge(%s)", one.encode())
    with agent.at(token=token) as desk:
        assert not desk.value(noted, passkey, sign, 6, other.encode())
        assert not desk.value(noted, passkey, sign, 6, None)
        assert desk.value(noted, passkey, sign, 6, token.encode())
        assert not desk.value(noted, passkey, sign, 7, token.encode()), "answered already"
    for count in (6, 5, 0):
        with agent.at(token=other) as desk:
            desk.value("SELECT djms.staff_challenge(%s)", other.encode())
            assert not desk.value(noted, passkey, sign, count, other.encode()), "a copy of the key"


def test_confirming_lasts_five_minutes_and_a_session_eight_hours_or_half_an_hour_without_use(
    hire: Hire, cluster: Cluster
) -> None:
    agent = hire("support")
    with superuser(cluster) as everything:

        def put(column: str, minutes: int) -> None:
            everything.execute(
                f"UPDATE djms.staff_session SET {column} = now() + make_interval(mins => %s)"
                " WHERE token_hash = sha256(convert_to(%s, 'UTF8'))".encode(),
                [minutes, agent.token],
            )

        put("confirmed_at", -6)
        with agent.at() as desk:
            assert (desk.refusal(WHO, "support"), desk.refusal(CONFIRMED, "support")) == ("", CONFIRM_AGAIN)
            assert desk.refusal(f"SELECT djms.drop_factor('{agent.factor}')") == CONFIRM_AGAIN
        assert agent.prove(agent.token, 99)
        with agent.at() as desk:
            assert desk.refusal(CONFIRMED, "support") == ""
        for column, minutes in (("seen_at", -31), ("expires", -1)):
            put(column, minutes)
            with agent.at() as desk:
                assert desk.refusal(WHO, "") == desk.refusal("SELECT djms.my_staff_session()") == NOT_FOR_YOU
            put("seen_at", 0)


def test_who_leaves_is_out_at_once_and_forgotten_but_for_the_pseudonym(hire: Hire, cluster: Cluster) -> None:
    agent = hire("support")
    half = agent.half_signed_in()
    with agent.at() as desk:
        assert desk.refusal(WHO, "support") == ""
        with acting(cluster.url("djms_owner"), "p_staffing", kept=True) as owner:
            assert owner.value("SELECT djms.end_staff(%s)", agent.email)
            assert not owner.value("SELECT djms.end_staff(%s)", agent.email)
        assert desk.refusal(WHO, "support") == NOT_FOR_YOU, "in the very transaction that was open"
        assert desk.refusal("SELECT djms.note_second_factor(%s, %s, 99, NULL, NULL)", agent.factor, agent.sign)
    with agent.at(token=half) as desk:
        assert desk.refusal("SELECT djms.my_factors()") == NOT_FOR_YOU
        opened = "SELECT djms.open_staff_session(%s, %s, %s, '')"
        assert not desk.value(opened, agent.email, agent.key, digest(b"x"))
    with superuser(cluster) as everything:
        for table in STAFF_TABLES[1:]:
            count = everything.execute(f"SELECT count(*) FROM djms.{table} WHERE staff_id = %s".encode(), [agent.id])
            assert count.fetchone() == (0,), table
        row = everything.execute("SELECT pseudonym, email FROM djms.staff WHERE id = %s", [agent.id]).fetchone()
        assert row == (agent.pseudonym, None)


def test_the_last_factor_stays(hire: Hire) -> None:
    agent = hire("support")
    with agent.at() as desk:
        first, agent.factor = agent.factor, uuid4()
        assert not desk.value("SELECT djms.drop_factor(%s)", first)
        assert agent.add_factor(desk) == "added"
        assert desk.value("SELECT djms.drop_factor(%s)", first)
        assert not desk.value("SELECT djms.drop_factor(%s)", agent.factor)
        assert not desk.value("SELECT djms.drop_factor(%s)", hire("support").factor)


def test_a_link_sets_the_first_factor_once(hire: Hire, cluster: Cluster) -> None:
    agent, link, token = hire("support"), secrets.token_hex(16), secrets.token_hex(16)
    with acting(cluster.url("djms_owner"), "p_staffing", kept=True) as owner:
        assert owner.value("SELECT djms.renew_staff(%s, %s)", agent.email, digest(link.encode()))
        assert owner.value("SELECT djms.add_staff(%s, 'x', '{support}', '\\x')", agent.email) == "known"
        assert owner.value("SELECT djms.add_staff('x@x', %s, '{support}', '\\x')", agent.pseudonym) == "pseudonym"
        assert owner.refusal("SELECT djms.add_staff('x@x', 'x', '{boss}', '\\x')") == "23514"
    with agent.at() as desk:
        assert desk.refusal(WHO, "") == NOT_FOR_YOU, "what was lost may be in others' hands"
    accepted = "SELECT djms.accept_staff_link(%s, '\\x00', 19456, 2, 1, %s, %s, '')"
    with agent.at(token=token) as desk:
        for wrong in ("", "x", link[:-1]):
            assert desk.value(accepted, wrong, agent.key, digest(token.encode())) == "unknown"
        assert desk.rows("SELECT * FROM djms.look_at_staff_link(%s)", link) == [("open", agent.email, agent.pseudonym)]
        assert desk.value(accepted, link, agent.key, digest(token.encode())) == "done"
        assert desk.refusal(WHO, "") == NOT_FOR_YOU
    half = agent.half_signed_in()
    with agent.at(token=half) as desk:
        assert desk.refusal("SELECT djms.add_factor(%s, 'totp', 'x', '\\x', '\\x', NULL, NULL, 0, 0)", uuid4()), (
            "a password, while there is no factor yet, adds none"
        )
    agent.factor = uuid4()
    with agent.at(token=token) as desk:
        assert agent.add_factor(desk) == "added"
        assert desk.value(WHO, "support") == agent.id
        assert desk.value(accepted, link, agent.key, digest(b"another")) == "unknown"


def test_wrong_passwords_and_factors_are_counted(hire: Hire) -> None:
    agent = hire("support")
    with agent.at(token="", kept=False) as desk:
        asked = "SELECT wait_seconds, salt FROM djms.staff_sign_in_parameters(%s)"
        for address in (agent.email, "nobody@staff.example"):
            answers = [desk.rows(asked, address)[0] for _ in range(12)]
            assert [wait > 0 for wait, _ in answers] == [False] * 10 + [True] * 2
            assert [salt is None for _, salt in answers] == [False] * 10 + [True] * 2
    with agent.at(SIGN_IN, kept=False) as desk:
        waits = [desk.value("SELECT djms.count_factor_try()") for _ in range(12)]
        assert [wait > 0 for wait in waits] == [False] * 10 + [True] * 2


def test_who_is_ended_is_out_whatever_they_left_open(hire: Hire, cluster: Cluster) -> None:
    agent = hire("support")
    for door, kept in (("renew_staff(%s, '\\x00')", False), ("end_staff(%s)", True)):
        with psycopg.connect(cluster.url("djms_desk"), autocommit=True) as stuck:
            stuck.execute("SET idle_in_transaction_session_timeout = 0")
            stuck.execute("BEGIN")
            stuck.execute(f"SET LOCAL ROLE {SIGN_IN}".encode())
            stuck.execute("SELECT set_config('djms.token', %s, true)", [agent.token])
            stuck.execute("SELECT djms.drop_factor(gen_random_uuid())")
            with acting(cluster.url("djms_owner"), "p_staffing", kept=kept) as owner:
                assert owner.rows("SET LOCAL lock_timeout = '5s'") == []
                assert owner.value(f"SELECT djms.{door}", agent.email)
            with pytest.raises(psycopg.errors.AdminShutdown):
                stuck.execute("SELECT 1")
    with agent.at() as desk:
        assert desk.refusal(WHO, "support") == NOT_FOR_YOU


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_nobody_goes_on_by_a_view_of_the_past(hire: Hire, cluster: Cluster, level: str) -> None:
    agent = hire("support")
    for begin, refused in (("BEGIN", ""), (f"BEGIN ISOLATION LEVEL {level}", NOT_FOR_YOU)):
        with acting(cluster.url("djms_desk"), "p_support", token=agent.token, begin=begin) as desk:
            assert desk.refusal("SELECT djms.current_staff('support')") == refused, "on which the rows depend"
        with acting(cluster.url("djms_desk"), SIGN_IN, token=agent.token, begin=begin) as desk:
            assert desk.refusal("SELECT djms.my_factors()") == refused
