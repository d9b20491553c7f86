"""4a: a person's program does what its token was made for, among its person's accounts, and nothing else."""

from typing import TYPE_CHECKING

import pytest

from djmixersoft.policy.loading import load
from tests.promises.acting import KEY, Acting, acting, key_of, mailed
from tests.promises.checksums import changed, checksums
from tests.promises.mixing import attacks, mix
from tests.promises.people import ALICES_OWN, BOBS_OWN, STRANGERS, A, B, World
from tests.promises.trying import LEAST, Attacker, needles

if TYPE_CHECKING:
    from tests.conftest import Cluster

REFUSED, MAY_ONLY_READ, READ_ONLY_TRANSACTION = "42501", "DJ005", "25006"
WHO = "SELECT djms.current_member()"
NEW_TAG = "INSERT INTO djms.item_tag (account_id, item_id, tag) VALUES (%s, %s, 'x')"
CHANGES = (
    "DELETE FROM djms.item_tag",
    "UPDATE djms.item SET name = 'x'",
    "UPDATE djms.account SET name = 'x'",
    "DELETE FROM djms.membership",
    "UPDATE djms.share SET revoked_at = now()",
    "SELECT * FROM djms.item FOR UPDATE",
    "SELECT djms.create_account('x')",
)
# Each makes the transaction read only, or its role another, in the middle of the statement that it is for.
IN_PASSING = "WITH x AS MATERIALIZED (SELECT set_config('{setting}', '{value}', true) v) "


@pytest.fixture
def site(cluster: "Cluster") -> str:
    return cluster.url("djms_site")


def as_program(undone: Acting, role: str, bearer: str, *, reading: bool = False) -> None:
    """Go on as the site's login that was shown a program's token."""
    undone.rows("SELECT set_config('djms.token', '', true), set_config('djms.bearer', %s, true)", bearer)
    undone.rows("SET LOCAL SESSION AUTHORIZATION djms_site")
    undone.rows(f"SET LOCAL ROLE {role}")
    if reading:
        undone.rows("SET LOCAL transaction_read_only = on")


def as_superuser(undone: Acting) -> None:
    undone.rows("RESET SESSION AUTHORIZATION")


def test_a_program_acts_as_its_person_in_their_accounts(site: str, world: World) -> None:
    with acting(site, "p_teamwork", bearer=world.alice.program) as program:
        assert program.value(WHO) == world.alice.id
        assert {item for (item,) in program.rows("SELECT id FROM djms.item")} == set(world.a.items)
        assert program.changed(NEW_TAG, world.a.id, world.a.items[1]) == 1
        assert program.refusal(NEW_TAG, world.b.id, world.b.items[1]) == REFUSED
        assert program.changed("DELETE FROM djms.item WHERE account_id = %s", world.b.id) == 0


def test_one_that_may_only_read_reads_in_transactions_that_are_read_only(site: str, world: World) -> None:
    with acting(site, "p_teamwork", bearer=world.alice.reader, begin="BEGIN READ ONLY") as reader:
        assert reader.value(WHO) == world.alice.id
        assert {item for (item,) in reader.rows("SELECT id FROM djms.item")} == set(world.a.items)
        for sql in CHANGES:
            assert reader.refusal(sql) in {READ_ONLY_TRANSACTION, MAY_ONLY_READ}
        assert reader.refusal("SET TRANSACTION READ WRITE") == "25001"
        assert reader.refusal("SET LOCAL transaction_read_only = off") == "25001"
    with acting(site, "p_teamwork", bearer=world.alice.reader) as reader:
        for sql in (WHO, "SELECT * FROM djms.item", *CHANGES):
            assert reader.refusal(sql) == MAY_ONLY_READ


@pytest.mark.parametrize(
    "door", ["create_account('x')", "invite('{account}', 'x@example.org')", "accept_invitation('{invitation}')"]
)
def test_a_door_that_writes_tells_one_that_may_only_read_why_it_does_not(site: str, world: World, door: str) -> None:
    sql = f"SELECT djms.{door}".format(account=world.a.id, invitation=world.b.invitation)
    with acting(site, "p_teamwork", bearer=world.alice.reader, begin="BEGIN READ ONLY") as reader:
        assert reader.refusal(sql) == MAY_ONLY_READ
    with acting(site, "p_teamwork", bearer=world.alice.program) as program:
        assert program.refusal(sql) == ""


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM djms.item_tag USING x WHERE v IS NOT NULL RETURNING 1",
        "DELETE FROM djms.membership USING x WHERE v IS NOT NULL AND NOT is_administrator RETURNING 1",
        "UPDATE djms.item SET name = v FROM x RETURNING 1",
        "UPDATE djms.share SET revoked_at = now() FROM x WHERE v IS NOT NULL RETURNING 1",
    ],
)
def test_one_that_may_only_read_does_not_write_by_turning_read_only_in_the_middle(
    site: str, world: World, change: str
) -> None:
    sql = IN_PASSING.format(setting="transaction_read_only", value="on") + change
    with acting(site, "p_teamwork", bearer=world.alice.program) as program:
        assert program.refusal(sql) in {"", READ_ONLY_TRANSACTION}
    with acting(site, "p_teamwork", bearer=world.alice.reader) as reader:
        assert reader.refusal(sql) == MAY_ONLY_READ


def test_no_statement_with_a_reading_programs_token_changes_anything(cluster: "Cluster", world: World) -> None:
    mixed = mix(world, load(), "site", 5)
    mixed.roles = ["p_self_service", "p_teamwork", "p_teamwork", "p_teamwork"]
    # Most often what holds something of hers; much of the rest is empty in this small world.
    mixed.within_reach = [
        table
        for use in load().uses
        if use.purpose == "teamwork"
        for table in use.tables
        for _ in range(12 if use.category == "content" else 1)
    ]
    hidden: dict[str, bytes] = {}
    for word in (B, ALICES_OWN, BOBS_OWN, STRANGERS):
        hidden |= needles(f"the word {word}", word)
    for what, secret in world.secrets().items():
        hidden |= needles(what, secret)
    hidden |= world.ids(world.b, world.carol, world.stranger) | world.keys(world.b)
    before = checksums(world)
    with Attacker(cluster.url("djms_site")) as attacker:
        attempts = attacks(mixed, LEAST // 2, tokens=[""], bearer=world.alice.reader, kept=True)
        tally = attacker.run_all(attempts, hidden, expected=[A.encode()])
    assert tally.breaches == []
    assert changed(before, checksums(world)) == set()
    assert tally.seen[A.encode()] > LEAST / 400, "the token is good for reading, so the attacks do reach the tables"
    assert tally.states[MAY_ONLY_READ] > 0


def test_a_token_is_not_for_what_a_person_keeps_to_themselves(site: str, world: World) -> None:
    tables = ("person", "person_name", "person_address", "session", "subscription", "api_token", "terms_agreement")
    for bearer, begin in ((world.alice.program, "BEGIN"), (world.alice.reader, "BEGIN READ ONLY")):
        with acting(site, "p_self_service", bearer=bearer, begin=begin) as program:
            for table in tables:
                assert program.refusal(f"SELECT * FROM djms.{table}") == REFUSED
                in_passing = IN_PASSING.format(setting="role", value="p_teamwork")
                assert program.refusal(f"{in_passing}SELECT t FROM x, djms.{table} t WHERE v IS NOT NULL") == REFUSED
            for door in (
                "current_person()",
                "make_api_token('right', 'x', 'x', true, NULL, 1)",
                f"change_password('right', {KEY})",
                "request_email_change('right', 'x@example.org')",
            ):
                assert program.refusal(f"SELECT djms.{door}") == REFUSED


def test_a_token_for_one_account_is_good_for_no_other_of_the_same_person(world: World, undone: Acting) -> None:
    for who in (world.alice, world.bob):
        join = "INSERT INTO djms.membership (account_id, person_id, is_administrator) VALUES (%s, %s, true)"
        undone.rows(join, world.b.id, who.id)
        undone.rows(
            "INSERT INTO djms.api_token (token_hash, person_id, name, may_write, account_id, expires)"
            " VALUES (sha256(%s::bytea), %s, 'x', true, %s, now() + interval '1 day')",
            f"one of {who.email}".encode(),
            who.id,
            world.a.id,
        )
    as_program(undone, "p_teamwork", world.alice.program)
    assert undone.value("SELECT count(*) FROM djms.account") == 2
    as_superuser(undone)
    as_program(undone, "p_teamwork", f"one of {world.bob.email}")
    assert undone.refusal("DELETE FROM djms.membership") == REFUSED, "not even to leave the other"
    assert undone.changed("DELETE FROM djms.membership WHERE account_id = %s", world.b.id) == 0
    as_superuser(undone)
    as_program(undone, "p_teamwork", f"one of {world.alice.email}")
    assert undone.rows("SELECT id FROM djms.account") == [(world.a.id,)]
    assert undone.value("SELECT djms.administered_accounts()") == [world.a.id]
    for table in ("item", "item_key", "membership", "share", "item_tag", "invitation"):
        assert undone.rows(f"SELECT DISTINCT account_id FROM djms.{table}") == [(world.a.id,)]
    assert (world.carol.id,) not in undone.rows("SELECT id FROM djms.person")
    assert undone.refusal(NEW_TAG, world.b.id, world.b.items[0]) == REFUSED
    assert undone.refusal("SELECT djms.invite(%s, 'x@example.org')", world.b.id) == REFUSED
    assert undone.refusal("SELECT djms.create_account('x')") == REFUSED
    assert undone.refusal("SELECT djms.accept_invitation(%s)", world.b.invitation) == REFUSED
    as_superuser(undone)
    as_program(undone, "p_teamwork", world.alice.reader, reading=True)
    assert undone.rows("SELECT id FROM djms.account") == [(world.a.id,)]


def test_a_token_that_has_ended_is_nobodys(world: World, undone: Acting) -> None:
    ends = (
        "UPDATE djms.api_token SET expires = clock_timestamp() - interval '1 ms'",
        "DELETE FROM djms.api_token",
        "DELETE FROM djms.person WHERE false",
    )
    for end, state in zip(ends, (REFUSED, REFUSED, ""), strict=True):
        undone.rows("SAVEPOINT before")
        undone.rows(end)
        as_program(undone, "p_teamwork", world.alice.program)
        for sql in (WHO, "SELECT djms.my_accounts()", "SELECT * FROM djms.item"):
            assert undone.refusal(sql) == state
        undone.rows("ROLLBACK TO SAVEPOINT before")


@pytest.mark.parametrize("how", ["changed", "reset"])
def test_every_token_ends_with_the_password_under_which_it_was_made(world: World, undone: Acting, how: str) -> None:
    key_of(undone, world.alice.id, b"right")
    tokens = "SELECT count(*) FROM djms.api_token WHERE person_id = %s"
    assert undone.value(tokens, world.alice.id) == 2
    others = undone.value(tokens, world.carol.id)
    if how == "changed":
        undone.rows("SELECT set_config('djms.token', %s, true)", world.alice.token)
        assert undone.value(f"SELECT djms.change_password('right', {KEY})") is True
    else:
        undone.rows("SELECT djms.request_password_reset(%s)", world.alice.email)
        link = mailed(undone, "reset-password", world.alice.email)
        assert undone.value(f"SELECT djms.reset_password('{link}', {KEY})") == "done"
    assert undone.value(tokens, world.alice.id) == 0
    assert undone.value(tokens, world.carol.id) == others


def test_a_token_and_a_cookies_secret_do_not_pass_for_each_other(site: str, world: World) -> None:
    for role in ("p_teamwork", "p_self_service", "p_sharing"):
        with acting(site, role, token=world.alice.program) as page:
            for sql in ("SELECT * FROM djms.item", "SELECT id FROM djms.item", "SELECT * FROM djms.person"):
                assert page.refusal(sql) == REFUSED
        with acting(site, role, bearer=world.alice.token) as program:
            for sql in ("SELECT * FROM djms.item", "SELECT id FROM djms.item", "SELECT * FROM djms.person"):
                assert program.refusal(sql) == REFUSED


def test_only_the_hash_of_a_token_is_kept_and_no_login_reads_whose_it_is(cluster: "Cluster", world: World) -> None:
    with world.superuser() as superuser:
        rows = superuser.execute("SELECT string_agg(t::text, ',') FROM djms.api_token t").fetchone()
    assert rows
    for token in (world.alice.program, world.alice.reader, world.carol.program):
        assert token not in rows[0]
        assert token.startswith("djms_")
    for login in ("desk", "mailer", "analyst", "steward", "sealer"):
        with acting(cluster.url(f"djms_{login}"), bearer=world.alice.program) as one:
            assert one.refusal("SET LOCAL ROLE p_teamwork") == REFUSED
            for door in ("current_member()", "token_bearer()", "may_write()", "my_accounts()"):
                assert one.refusal(f"SELECT djms.{door}") == REFUSED


def test_a_token_needs_the_password_and_ends_within_a_year(world: World, undone: Acting) -> None:
    key_of(undone, world.carol.id, b"right")
    undone.rows("SELECT set_config('djms.token', %s, true)", world.carol.token)
    make = "SELECT djms.make_api_token(%s, sha256(%s::bytea), 'x', true, %s, %s)"
    for key in (b"wrong", b"", None):
        assert undone.value(make, key, b"1", None, 9) == "password"
    assert undone.value(make, b"right", b"1", world.a.id, 9) == "account", "it is not hers"
    for number, days in enumerate((0, -5, 1, 366, 9999)):
        assert undone.value(make, b"right", str(number).encode(), world.b.id, days) == "made"
    until = "SELECT min(expires) > now(), max(expires) < now() + interval '367 days' FROM djms.api_token"
    assert undone.rows(f"{until} WHERE name = 'x'") == [(True, True)]
    answers = {undone.value(make, b"right", f"n{number}".encode(), None, 9) for number in range(50)}
    assert answers == {"made", "many"}


@pytest.mark.parametrize("change", ["proven_at = NULL", "expires = clock_timestamp() - interval '1 ms'"])
def test_a_session_that_is_over_or_lacks_its_second_factor_is_nobodys(
    world: World, undone: Acting, change: str
) -> None:
    for state in ("", REFUSED):
        undone.rows("SELECT set_config('djms.token', %s, true), set_config('djms.bearer', '', true)", world.alice.token)
        undone.rows("SET LOCAL SESSION AUTHORIZATION djms_site")
        undone.rows("SET LOCAL ROLE p_teamwork")
        for door in ("current_person", "current_member", "may_write", "my_accounts", "administered_accounts"):
            assert undone.refusal(f"SELECT djms.{door}()") == state, door
        as_superuser(undone)
        undone.rows(f"UPDATE djms.session SET {change} WHERE token_hash = %s", world.alice.token_hash)
