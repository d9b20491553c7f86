"""6a: what each mailed link and each proof of a password does, to the last consequence."""

from typing import TYPE_CHECKING

import pytest

from tests.promises.acting import KEY, Acting, key_of, mailed

if TYPE_CHECKING:
    from tests.promises.people import World

COUNT = "SELECT count(*) FROM djms."
OPENED = "SELECT djms.open_session(%s, '\\x01', sha256(%s), true, 'x')"
PARAMETERS = "SELECT wait_seconds FROM djms.sign_in_parameters(%s)"


def signed_in(undone: Acting, token: str) -> None:
    undone.rows("SELECT set_config('djms.token', %s, true)", token)


def tried(undone: Acting, address: str, times: int = 10) -> None:
    """Use up the tries that an address has, so that the next has to wait."""
    for _ in range(times):
        assert undone.value(PARAMETERS, address) == 0


def test_who_is_registered_already_is_told_by_mail_and_nothing_is_noted(world: "World", undone: Acting) -> None:
    undone.rows(f"SELECT djms.register(%s, {KEY}, 'x', '1', false)", world.carol.email)
    assert undone.value(f"{COUNT}registration WHERE email = %s AND account_name = 'x'", world.carol.email) == 0
    assert mailed(undone, "already-registered", world.carol.email) == "None"


def test_who_confirms_can_sign_in_with_the_password_they_gave_and_has_agreed(undone: Acting) -> None:
    undone.rows(f"SELECT djms.register('fresh@example.org', {KEY}, 'x', '7', false)")
    assert not undone.value(OPENED, "fresh@example.org", b"t"), "not before the link was opened"
    link = mailed(undone, "confirm-registration", "fresh@example.org")
    assert undone.value("SELECT djms.confirm_registration(%s)", link) == "confirmed"
    assert undone.value(OPENED, "fresh@example.org", b"t")
    agreed = "SELECT version FROM djms.terms_agreement JOIN djms.person ON id = person_id WHERE email = %s"
    assert undone.value(agreed, "fresh@example.org") == "7"


def test_who_was_invited_registers_signs_in_and_is_a_member_once(world: "World", undone: Acting) -> None:
    register = f"SELECT outcome FROM djms.register_invited(%s, {KEY}, '7', false)"
    address = "guest@quetzal.example"
    assert undone.value(register, world.a.invitation) == "joined"
    assert undone.value(OPENED, address, b"t")
    rows = undone.rows(
        "SELECT m.account_id, m.is_administrator, t.version FROM djms.person p"
        " JOIN djms.membership m ON m.person_id = p.id JOIN djms.terms_agreement t ON t.person_id = p.id"
        " WHERE p.email = %s",
        address,
    )
    assert rows == [(world.a.id, False, "7")]
    assert undone.value(register, world.a.invitation) == "used"


def test_an_unknown_link_is_an_unknown_link(world: "World", undone: Acting) -> None:
    signed_in(undone, world.stranger.token)
    for link in ("made up", "", None):
        assert undone.value("SELECT state FROM djms.look_at_invitation(%s)", link) == "unknown"
        assert undone.value("SELECT outcome FROM djms.accept_invitation(%s)", link) == "unknown"
        assert undone.value(f"SELECT outcome FROM djms.register_invited(%s, {KEY}, '1', false)", link) == "unknown"
        assert undone.value("SELECT djms.look_at_proof(%s, 'password')", link) == "unknown"


def test_an_open_invitation_tells_its_holder_what_it_is_to(world: "World", undone: Acting) -> None:
    look = "SELECT state, account_name, inviter, address, registered FROM djms.look_at_invitation(%s)"
    address = "guest@quetzal.example"
    assert undone.rows(look, world.a.invitation) == [("open", world.a.name, world.alice.email, address, False)]
    undone.changed("INSERT INTO djms.person (email) VALUES (%s)", address)
    assert undone.rows(look, world.a.invitation)[0][4] is True
    taken = f"SELECT outcome FROM djms.register_invited(%s, {KEY}, '1', false)"
    assert undone.value(taken, world.a.invitation) == "taken", "they sign in and accept"


@pytest.mark.parametrize("door", ["register_invited", "accept_invitation"])
def test_an_invitation_that_is_used_is_the_one_of_its_account(world: "World", undone: Acting, door: str) -> None:
    undone.changed("UPDATE djms.invitation SET id = %s WHERE id = %s", world.a.invitation_id, world.b.invitation_id)
    signed_in(undone, world.stranger.token)
    rest = f", {KEY}, '1', false" if door == "register_invited" else ""
    assert undone.value(f"SELECT outcome FROM djms.{door}(%s{rest})", world.a.invitation) == "joined"
    used = "SELECT account_id FROM djms.invitation WHERE id = %s AND used_at IS NOT NULL"
    assert undone.rows(used, world.a.invitation_id) == [(world.a.id,)]


def test_an_invitation_mails_one_link_and_says_who_invites_whereto(world: "World", undone: Acting) -> None:
    signed_in(undone, world.alice.token)
    undone.rows("SELECT djms.invite(%s, 'one@example.org')", world.a.id)
    rows = undone.rows("SELECT template, context FROM djms.mail_message WHERE recipient = 'one@example.org'")
    assert rows == [("invitation", {"account": world.a.name, "inviter": world.alice.email})]


def test_five_invitations_to_an_address_may_be_open_at_once(world: "World", undone: Acting) -> None:
    signed_in(undone, world.alice.token)
    invite = "SELECT djms.invite(%s, 'five@example.org')"
    for _ in range(5):
        undone.changed("DELETE FROM djms.sign_in_try")
        assert undone.value(invite, world.a.id) == "sent"
    for ended in ("used_at = now()", "withdrawn_at = now()", "expires = now() - interval '1 s'"):
        undone.changed("DELETE FROM djms.sign_in_try")
        assert undone.value(invite, world.a.id) == "many"
        one = "SELECT min(id::text)::uuid FROM djms.invitation WHERE email = 'five@example.org' AND used_at IS NULL"
        one += " AND withdrawn_at IS NULL AND expires > now()"
        undone.changed(f"UPDATE djms.invitation SET {ended} WHERE id = ({one})")
        assert undone.value(invite, world.a.id) == "sent"


def test_a_reset_gives_the_new_password_and_fresh_tries(world: "World", undone: Acting) -> None:
    tried(undone, world.carol.email)
    undone.rows("SELECT djms.request_password_reset(%s)", world.carol.email)
    link = mailed(undone, "reset-password", world.carol.email)
    assert undone.value(f"SELECT djms.reset_password(%s, {KEY})", link) == "done"
    tried(undone, world.carol.email)
    assert undone.value(OPENED, world.carol.email, b"t")
    assert undone.rows("SELECT salt, memory_kib FROM djms.credential WHERE person_id = %s", world.carol.id) == [
        (b"\x00", 19456)
    ]


def test_a_changed_password_counts_at_once_is_told_by_mail_and_gives_fresh_tries(
    world: "World", undone: Acting
) -> None:
    signed_in(undone, world.carol.token)
    key_of(undone, world.carol.id, b"right")
    tried(undone, world.carol.email)
    assert undone.value(f"SELECT djms.change_password('right', {KEY})") is True
    tried(undone, world.carol.email)
    assert undone.value(OPENED, world.carol.email, b"t")
    assert mailed(undone, "password-changed", world.carol.email) == "None"
    assert undone.value(f"SELECT djms.change_password('right', {KEY})") is False


def test_asking_for_another_address_is_told_to_the_old_one_and_leaves_a_reset_link_be(
    world: "World", undone: Acting
) -> None:
    signed_in(undone, world.carol.token)
    key_of(undone, world.carol.id, b"right")
    undone.rows("SELECT djms.request_password_reset(%s)", world.carol.email)
    link = mailed(undone, "reset-password", world.carol.email)
    tried(undone, world.carol.email)
    undone.changed("DELETE FROM djms.mail_message WHERE template = 'email-change-asked'")
    assert undone.value("SELECT djms.request_email_change('right', 'next@example.org')") == "sent"
    tried(undone, world.carol.email)
    assert mailed(undone, "email-change-asked", world.carol.email) == "None"
    assert undone.value("SELECT djms.look_at_proof(%s, 'password')", link) == "open"


def test_tries_that_are_over_are_counted_anew_and_end_again(undone: Acting) -> None:
    for _ in range(2):
        tried(undone, "nobody@example.org")
        assert undone.value(PARAMETERS, "nobody@example.org") > 0
        undone.changed("UPDATE djms.sign_in_try SET expires = clock_timestamp() - interval '1 s'")


def test_a_window_of_tries_starts_with_its_first(undone: Acting) -> None:
    undone.rows(PARAMETERS, "nobody@example.org")
    undone.changed("UPDATE djms.sign_in_try SET expires = clock_timestamp() + interval '1 minute'")
    tried(undone, "nobody@example.org", 9)
    assert 0 < undone.value(PARAMETERS, "nobody@example.org") <= 60


def test_who_belonged_to_an_account_that_is_gone_needs_no_administrator_to_leave(
    world: "World", undone: Acting
) -> None:
    signed_in(undone, "")
    assert undone.refusal("DELETE FROM djms.membership WHERE account_id = %s", world.a.id) == "42501"
    assert undone.changed("DELETE FROM djms.account WHERE id = %s", world.a.id) == 1
    tables = undone.rows(
        "SELECT attrelid::regclass::text FROM pg_attribute JOIN pg_class c ON c.oid = attrelid AND relkind = 'r'"
        " WHERE relnamespace = 'djms'::regnamespace AND attname = 'account_id' AND NOT attisdropped"
    )
    assert len(tables) > 15
    # What is on record outlives the account; its words are erased later (test_6a_ledger.py). So does what an authority
    # demanded of it, until that is forgotten (clause 1g).
    for (table,) in [row for row in tables if not row[0].startswith(("ledger_", "legal_"))]:
        assert undone.value(f"SELECT count(*) FROM {table} WHERE account_id = %s", world.a.id) == 0, table


def test_nobody_signed_in_changes_no_password_and_invites_nobody(world: "World", undone: Acting) -> None:
    signed_in(undone, "")
    for call in (
        f"SELECT djms.change_password('right', {KEY})",
        "SELECT djms.request_email_change('right', 'x@example.org')",
        "SELECT djms.create_account('x')",
        f"SELECT djms.invite('{world.a.id}', 'x@example.org')",
        f"SELECT djms.accept_invitation('{world.a.invitation}')",
    ):
        assert undone.refusal(call) == "42501"


def test_who_starts_an_account_administers_it(world: "World", undone: Acting) -> None:
    signed_in(undone, world.bob.token)
    account = undone.value("SELECT djms.create_account('New')")
    rows = undone.rows("SELECT person_id, is_administrator FROM djms.membership WHERE account_id = %s", account)
    assert rows == [(world.bob.id, True)]
    assert undone.value("SELECT name FROM djms.account WHERE id = %s", account) == "New"


def test_a_reset_for_an_unknown_address_mails_nothing_and_says_nothing(undone: Acting) -> None:
    assert undone.refusal("SELECT djms.request_password_reset('nobody@example.org')") == ""
    assert undone.value(f"{COUNT}mail_message WHERE recipient = 'nobody@example.org'") == 0
