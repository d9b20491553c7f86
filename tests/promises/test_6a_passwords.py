"""6a: a new password, or a new address, leaves nothing open that was opened with the one before, also not meanwhile."""

from typing import TYPE_CHECKING

import pytest

from tests.promises.acting import KEY, Acting, acting, key_of, mailed, waiting
from tests.promises.people import Somebody, World
from tests.promises.test_4a_races import put_back

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Cluster

TABLES = ("credential", "session", "api_token", "mail_proof", "mail_message")
# What the password is shown for, what that leads to, and what is answered where it is the password no more.
SHOWN = {
    "signing in": (
        "p_sign_in",
        "SELECT djms.open_session(%(email)s, 'right', sha256('opened'), true, 'x')",
        "SELECT count(*) FROM djms.session WHERE token_hash = sha256('opened')",
        False,
    ),
    "a token": (
        "p_self_service",
        "SELECT djms.make_api_token('right', sha256('opened'), 'x', true, NULL, 30)",
        "SELECT count(*) FROM djms.api_token WHERE token_hash = sha256('opened')",
        "password",
    ),
    "another address": (
        "p_self_service",
        "SELECT djms.request_email_change('right', 'else@example.org')",
        "SELECT count(*) FROM djms.mail_proof WHERE new_email = 'else@example.org'",
        "password",
    ),
}


@pytest.fixture
def site(cluster: "Cluster") -> str:
    return cluster.url("djms_site")


@pytest.fixture
def superuser(world: World) -> "Iterator[Acting]":
    with put_back(world, *TABLES) as superuser:
        key_of(superuser, world.carol.id, b"right")
        yield superuser


def new_password(superuser: Acting, carol: Somebody, how: str) -> tuple[str, str, str]:
    """The role, the secret and the statement with which Carol sets a new password."""
    if how == "changed":
        return "p_self_service", carol.token, f"SELECT djms.change_password('right', {KEY})"
    superuser.rows("SELECT djms.request_password_reset(%s)", carol.email)
    link = mailed(superuser, "reset-password", carol.email)
    return "p_sign_in", "", f"SELECT djms.reset_password('{link}', {KEY})"


@pytest.mark.parametrize("how", ["changed", "reset"])
@pytest.mark.parametrize("what", SHOWN)
def test_what_the_password_before_is_opening_ends_with_it(
    site: str, world: World, superuser: Acting, what: str, how: str
) -> None:
    role, opening, opened, _refused = SHOWN[what]
    new = new_password(superuser, world.carol, how)
    with acting(site, role, token=world.carol.token, kept=True) as before:
        before.connection.execute(opening.encode(), {"email": world.carol.email})
        with waiting(site, *new) as after:
            before.connection.execute("COMMIT")
    assert after.answer in {True, "done"}
    assert superuser.value(opened) == 0


@pytest.mark.parametrize("how", ["changed", "reset"])
@pytest.mark.parametrize("what", SHOWN)
def test_the_password_before_opens_nothing_while_a_new_one_is_set(
    site: str, world: World, superuser: Acting, what: str, how: str
) -> None:
    role, opening, opened, refused = SHOWN[what]
    new_role, secret, statement = new_password(superuser, world.carol, how)
    with acting(site, new_role, token=secret, kept=True) as new:
        assert new.value(statement) in {True, "done"}
        given = opening.replace("%(email)s", "%s")
        email = [world.carol.email] if given != opening else []
        with waiting(site, role, world.carol.token, given, *email) as late:
            new.connection.execute("COMMIT")
    assert late.answer == refused
    assert superuser.value(opened) == 0


@pytest.mark.parametrize("how", ["changed", "reset"])
def test_a_link_to_another_address_opens_nothing_after_a_new_password(
    site: str, world: World, superuser: Acting, how: str
) -> None:
    with acting(site, "p_self_service", token=world.carol.token, kept=True) as thief:
        assert thief.value("SELECT djms.request_email_change('right', 'else@example.org')") == "sent"
    link = mailed(superuser, "confirm-email", "else@example.org")
    role, secret, statement = new_password(superuser, world.carol, how)
    with acting(site, role, token=secret, kept=True) as carol:
        assert carol.value(statement) in {True, "done"}
    with acting(site, "p_sign_in") as thief:
        assert thief.value("SELECT djms.confirm_email_change(%s)", link) == "unknown"


def test_a_reset_that_is_asked_for_while_the_address_changes_goes_to_nobody(
    site: str, world: World, superuser: Acting
) -> None:
    with acting(site, "p_self_service", token=world.carol.token, kept=True) as carol:
        assert carol.value("SELECT djms.request_email_change('right', 'next@example.org')") == "sent"
    link = mailed(superuser, "confirm-email", "next@example.org")
    with put_back(world, "person"):
        with acting(site, "p_sign_in", kept=True) as confirming:
            assert confirming.value("SELECT djms.confirm_email_change(%s)", link) == "done"
            with waiting(site, "p_sign_in", "", "SELECT djms.request_password_reset(%s)", world.carol.email) as late:
                confirming.connection.execute("COMMIT")
        assert late.state == ""
        assert superuser.value("SELECT count(*) FROM djms.mail_proof WHERE person_id = %s", world.carol.id) == 0
