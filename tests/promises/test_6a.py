"""6a: passwords are stretched, compared unseen and guarded against guessing; and so are links that were mailed."""

import re
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.promises.acting import KEY, Acting, acting, key_of, mailed
from tests.promises.people import STRANGERS, A
from tests.promises.trying import Attack, Attacker

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.people import World

PARAMETERS = "SELECT wait_seconds, salt, memory_kib, passes, lanes FROM djms.sign_in_parameters(%s)"
TELL_PLANS = "SET LOCAL client_min_messages = log; SET LOCAL debug_print_plan = on"


@pytest.fixture
def site(cluster: "Cluster") -> str:
    return cluster.url("djms_site")


def test_no_login_reads_what_passwords_and_links_are_compared_with(cluster: "Cluster", world: "World") -> None:
    for login in ("site", "desk", "mailer", "analyst", "steward", "sealer", "auditor"):
        with acting(cluster.url(f"djms_{login}"), token=world.alice.token) as one:
            roles = [role for (role,) in one.rows("SELECT rolname FROM pg_roles WHERE starts_with(rolname, 'p_')")]
            for role in ("none", *roles):
                if one.refusal(f"SET LOCAL ROLE {role}"):
                    continue
                for column in (
                    "credential.verifier",
                    "door_secret.value",
                    "registration.token_hash",
                    "mail_proof.kind",
                ):
                    table, name = column.split(".")
                    found: Any = one.refusal(f"SELECT {name} FROM djms.{table}")
                    if role == "p_retention" and not found:
                        found = one.rows(f"SELECT {name} FROM djms.{table}") or "42501"
                    assert found == "42501", (login, role, column)


def test_a_mailed_link_is_shown_to_no_login_that_has_it_mailed(cluster: "Cluster", world: "World") -> None:
    """PostgreSQL prints plans, with the values in them, to whoever asks; doors must not let it."""
    with world.superuser() as superuser:
        superuser.execute("DELETE FROM djms.sign_in_try")
    calls = (
        ("p_sign_in", f"SELECT djms.request_password_reset('{world.stranger.email}')"),
        ("p_sign_in", f"SELECT djms.register('plan@{STRANGERS}.example', {KEY}, 'x', '1', false)"),
        ("p_teamwork", f"SELECT djms.invite('{world.a.id}', 'plan@{A}.example')"),
    )
    with Attacker(cluster.url("djms_site")) as attacker:
        for role, sql in calls:
            outcome = attacker.run(Attack(sql, role=role, token=world.alice.token, settings=(TELL_PLANS,)))
            assert outcome.state == ""
            assert b"PLANNEDSTMT" in outcome.text(), "the attacker's own plan is shown, so the attempt is a real one"
            text = b"".join(bytes(int(number) & 255 for number in one.split()) for one in _constants(outcome.text()))
            with world.superuser() as superuser:
                rows = superuser.execute("SELECT secret FROM djms.mail_message ORDER BY created_at DESC LIMIT 1")
                secret = str(next(iter(rows))[0]).encode()
            assert len(secret) > 30
            assert not any(secret[start : start + 8] in text for start in range(0, 56, 8))


def _constants(plans: bytes) -> "list[bytes]":
    return re.findall(rb"constvalue \d+ \[ ([-\d ]*)\]", plans)


def test_an_unknown_address_is_answered_like_a_known_one(site: str, world: "World") -> None:
    with acting(site, "p_sign_in") as visitor:
        known = visitor.rows(PARAMETERS, world.carol.email)[0]
        unknown = visitor.rows(PARAMETERS, "nobody@example.org")[0]
        assert visitor.rows(PARAMETERS, "nobody@example.org")[0] == unknown, "asked again, the salt is the same"
        assert visitor.rows(PARAMETERS, "nobody2@example.org")[0][1] != unknown[1]
        assert (known[0], len(known[1]), *known[2:]) == (unknown[0], len(unknown[1]), *unknown[2:])
        assert known[2:] == (19456, 2, 1)
        opened = "SELECT djms.open_session(%s, sha256('guess'), sha256('mine'), false, 'x')"
        assert visitor.value(opened, world.carol.email) is visitor.value(opened, "nobody@example.org") is False


def test_after_ten_tries_nothing_is_hashed_for_a_quarter_of_an_hour(site: str, world: "World", undone: Acting) -> None:
    for address in (world.carol.email, "nobody@example.org"):
        with acting(site, "p_sign_in") as visitor:
            answers = [visitor.rows(PARAMETERS, address)[0] for _ in range(12)]
        assert [row[1] is None for row in answers] == [False] * 10 + [True] * 2
        assert all(0 < row[0] <= 900 for row in answers[10:])
    for _ in range(11):
        undone.rows(PARAMETERS, world.carol.email)
    assert undone.rows(PARAMETERS, world.carol.email)[0][1] is None
    undone.changed("UPDATE djms.sign_in_try SET expires = clock_timestamp() - interval '1 s'")
    assert undone.rows(PARAMETERS, world.carol.email)[0][1] is not None


def test_only_the_passwords_key_signs_in_and_clears_the_count(world: "World", undone: Acting) -> None:
    key_of(undone, world.carol.id, b"right")
    opened = "SELECT djms.open_session(%s, %s, sha256(%s), stay => %s, device_words => %s)"
    short_stay, long_stay = False, True
    for _ in range(9):
        undone.rows(PARAMETERS, world.carol.email)
    assert not undone.value(opened, world.carol.email, b"wrong", b"t", short_stay, "x")
    assert not undone.value(opened, world.alice.email, b"right", b"t", short_stay, "x")
    assert undone.value(opened, world.carol.email, b"right", b"t1", short_stay, "x" * 500)
    assert undone.value(opened, world.carol.email, b"right", b"t2", long_stay, "x")
    times = "SELECT expires - clock_timestamp() BETWEEN %s::interval - '1 minute'::interval AND %s, length(device)"
    short = undone.rows(f"{times} FROM djms.session WHERE token_hash = sha256('t1')", "12 hours", "12 hours")
    long = undone.rows(f"{times} FROM djms.session WHERE token_hash = sha256('t2')", "30 days", "30 days")
    assert (short, long) == ([(True, 100)], [(True, 1)])
    assert [undone.rows(PARAMETERS, world.carol.email)[0][0] for _ in range(10)] == [0] * 10


def test_a_reset_link_works_once_ends_every_sign_in_and_tells_by_mail(world: "World", undone: Acting) -> None:
    undone.rows("SELECT djms.request_password_reset(%s)", world.carol.email)
    link = mailed(undone, "reset-password", world.carol.email)
    reset = f"SELECT djms.reset_password(%s, {KEY})"
    assert undone.value("SELECT djms.look_at_proof(%s, 'password')", link) == "open"
    assert undone.value("SELECT djms.look_at_proof(%s, 'email')", link) == "unknown"
    assert undone.value("SELECT djms.confirm_email_change(%s)", link) == "unknown", "a link is for one thing"
    assert undone.value(reset, "made up") == "unknown"
    assert undone.value(reset, link) == "done"
    assert undone.value("SELECT count(*) FROM djms.session WHERE person_id = %s", world.carol.id) == 0
    assert undone.value("SELECT count(*) FROM djms.session WHERE person_id = %s", world.alice.id) > 0
    assert undone.value("SELECT count(*) FROM djms.mail_proof WHERE person_id = %s", world.carol.id) == 0
    told = "SELECT count(*) FROM djms.mail_message WHERE template = 'password-changed' AND recipient = %s"
    assert undone.value(told, world.carol.email) == 1
    assert undone.value(reset, link) == "unknown"


def test_an_old_reset_link_has_expired(world: "World", undone: Acting) -> None:
    undone.rows("SELECT djms.request_password_reset(%s)", world.carol.email)
    undone.changed("UPDATE djms.mail_proof SET expires = clock_timestamp() - interval '1 s'")
    link = mailed(undone, "reset-password", world.carol.email)
    assert undone.value("SELECT djms.look_at_proof(%s, 'password')", link) == "expired"
    assert undone.value(f"SELECT djms.reset_password(%s, {KEY})", link) == "expired"


def test_a_change_of_address_needs_the_password_and_the_new_mailbox(world: "World", undone: Acting) -> None:
    undone.rows("SELECT set_config('djms.token', %s, true)", world.carol.token)
    key_of(undone, world.carol.id, b"right")
    ask = "SELECT djms.request_email_change(%s, %s)"
    assert undone.value(ask, b"wrong", "next@example.org") == "password"
    assert undone.value(ask, b"right", "first@example.org") == "sent"
    assert undone.value(ask, b"right", "next@example.org") == "sent"
    assert undone.value(
        "SELECT djms.confirm_email_change(%s)", mailed(undone, "confirm-email", "first@example.org")
    ) == ("unknown"), "the latest request counts"
    undone.rows("SELECT djms.request_password_reset(%s)", world.carol.email)
    old_link = mailed(undone, "reset-password", world.carol.email)
    link = mailed(undone, "confirm-email", "next@example.org")
    assert undone.value("SELECT djms.confirm_email_change(%s)", link) == "done"
    assert undone.value("SELECT email FROM djms.person WHERE id = %s", world.carol.id) == "next@example.org"
    assert mailed(undone, "email-changed", world.carol.email) == "None"
    assert undone.value(f"SELECT djms.reset_password(%s, {KEY})", old_link) == "unknown", "it went to the old address"


def test_an_address_is_one_persons(world: "World", undone: Acting) -> None:
    undone.rows("SELECT set_config('djms.token', %s, true)", world.carol.token)
    key_of(undone, world.carol.id, b"right")
    assert undone.value("SELECT djms.request_email_change(%s, %s)", b"right", world.alice.email) == "sent"
    link = mailed(undone, "confirm-email", world.alice.email)
    assert undone.value("SELECT djms.confirm_email_change(%s)", link) == "taken"
    undone.changed("UPDATE djms.mail_proof SET expires = clock_timestamp() - interval '1 s'")
    assert undone.value("SELECT djms.confirm_email_change(%s)", link) == "expired"


def test_a_new_password_needs_the_old_one_and_ends_the_other_sign_ins(world: "World", undone: Acting) -> None:
    undone.rows("SELECT set_config('djms.token', %s, true)", world.carol.token)
    key_of(undone, world.carol.id, b"right")
    undone.value("SELECT djms.open_session(%s, 'right', sha256('other'), false, 'x')", world.carol.email)
    for key, done in ((b"wrong", False), (None, False), (b"right", True)):
        assert undone.value(f"SELECT djms.change_password(%s, {KEY})", key) is done
    left = undone.rows("SELECT token_hash FROM djms.session WHERE person_id = %s", world.carol.id)
    assert left == [(world.carol.token_hash,)]
    assert undone.value("SELECT count(*) FROM djms.session WHERE person_id = %s", world.alice.id) > 0


def test_to_one_address_only_so_many_mails_go(world: "World", undone: Acting) -> None:
    sent = "SELECT count(*) FROM djms.mail_message WHERE recipient = %s AND created_at >= transaction_timestamp()"
    for _ in range(8):
        undone.rows("SELECT djms.request_password_reset(%s)", world.carol.email)
        undone.rows(f"SELECT djms.register('flood@example.org', {KEY}, 'x', '1', false)")
    assert undone.value(sent, world.carol.email) == 5
    assert undone.value(sent, "flood@example.org") == 5
    undone.rows("SELECT set_config('djms.token', %s, true)", world.alice.token)
    key_of(undone, world.alice.id, b"right")
    ask = "SELECT djms.request_email_change(%s, %s)"
    assert undone.value(ask, b"right", "flood@example.org") == "many"
    answers = [undone.value(ask, b"right", f"new{number}@example.org") for number in range(6)]
    assert answers[-1] == "many"


def test_no_login_shows_its_statements_to_another(cluster: "Cluster", world: "World") -> None:
    with psycopg.connect(cluster.url("djms_site")) as site:
        site.execute("SELECT set_config('djms.token', %s, true)", [world.alice.token])
        for login in ("site", "desk", "analyst"):
            with acting(cluster.url(f"djms_{login}")) as other:
                shown = other.rows("SELECT coalesce(query, '') FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
                assert not any("djms.token" in query or world.alice.token in query for (query,) in shown)
                assert other.refusal("SET track_activities = on") == "42501"
