"""Tokens for programs, as services make them and as the database believes them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.db import Error as DatabaseError
from django.db import connection, transaction

from djmixersoft.accounts.selectors import my_accounts, my_person_id
from djmixersoft.people import selectors, services
from djmixersoft.policy.errors import MayOnlyRead, NotSignedIn, sqlstate
from djmixersoft.policy.purposes import acting_for, call_door
from tests.site.browsing import PASSWORD, Person, Post, registered

if TYPE_CHECKING:
    from tests.conftest import Cluster


@pytest.fixture(scope="module")
def somebody(cluster: "Cluster") -> Iterator[Person]:
    """Register somebody with an account."""
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as superuser:
        superuser.execute("DELETE FROM djms.sign_in_try")
        yield registered(Post(superuser), "programmer")


def made(somebody: Person, **more: object) -> str:
    wanted = {"name": "test", "may_write": True, "account_id": None, "days": 1} | more
    return services.make_api_token(session=somebody.browser.token, password=PASSWORD, **wanted)  # type: ignore[arg-type]  # a table of cases


def test_a_program_acts_as_its_person_by_a_token_and_by_nothing_else(somebody: Person) -> None:
    token = made(somebody)
    assert token.startswith("djms_")
    with acting_for("teamwork", bearer=token):
        assert [account.id for account in my_accounts()] == [somebody.account_id]
        as_program = my_person_id()
    with acting_for("teamwork", token=somebody.browser.token):
        assert my_person_id() == as_program
    for wrong in (token[:-1], token.upper(), f"{token} ", "", "nul\x00byte", somebody.browser.token):
        with pytest.raises(NotSignedIn), acting_for("teamwork", bearer=wrong):
            my_accounts()
    with pytest.raises(NotSignedIn), acting_for("teamwork", token=token):
        my_accounts()
    with pytest.raises(NotSignedIn), acting_for("self-service", bearer=token):
        selectors.me()


def test_one_that_may_only_read_is_believed_where_nothing_can_be_changed(somebody: Person) -> None:
    token = made(somebody, may_write=False)
    with acting_for("teamwork", bearer=token, read_only=True):
        assert [account.id for account in my_accounts()] == [somebody.account_id]
        with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ WRITE")
        assert sqlstate(caught.value) == "25001"
    with pytest.raises(MayOnlyRead), acting_for("teamwork", bearer=token):
        my_accounts()
    with pytest.raises(MayOnlyRead), acting_for("teamwork", bearer=token, read_only=True):
        call_door("may_write")


def test_a_transaction_that_is_read_only_is_so_for_whoever_acts_and_ends_with_it(somebody: Person) -> None:
    for shown in ({"token": somebody.browser.token}, {"bearer": made(somebody)}):
        with acting_for("teamwork", read_only=True, **shown), connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only")
            assert cursor.fetchone() == ("on",)
        with acting_for("teamwork", **shown), connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only")
            assert cursor.fetchone() == ("off",)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('djms.bearer', true)")
        assert cursor.fetchone() == ("",)


def test_it_needs_the_password_and_ends_when_it_is_ended(somebody: Person) -> None:
    with pytest.raises(services.WrongPassword):
        services.make_api_token(
            session=somebody.browser.token,
            password="not this one",
            name="x",
            may_write=True,
            account_id=None,
            days=1,
        )
    with pytest.raises(NotSignedIn):
        services.make_api_token(
            session="nobody's", password=PASSWORD, name="x", may_write=True, account_id=None, days=1
        )
    token = made(somebody, name="ended")
    with acting_for("self-service", token=somebody.browser.token):
        (mine,) = [one for one in selectors.my_api_tokens() if one.name == "ended"]
        assert (mine.may_write, mine.account_id, mine.is_over) == (True, None, False)
        services.end_api_token(token_id=mine.id)
    with pytest.raises(NotSignedIn), acting_for("teamwork", bearer=token):
        my_accounts()
