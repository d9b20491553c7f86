"""A request has the rights of its one purpose, within its one transaction, and nothing before or after."""

from typing import TYPE_CHECKING

import psycopg
import pytest
from django.db import Error as DatabaseError
from django.db import connection, transaction

from djmixersoft.policy.errors import NotSignedIn, sqlstate
from djmixersoft.policy.purposes import acting_for, call_door

if TYPE_CHECKING:
    from tests.conftest import Cluster

pytestmark = pytest.mark.usefixtures("cluster")
WHO = "SELECT current_user, current_setting('djms.token', true), current_setting('djms.named', true)"


def ask(sql: str) -> "tuple[object, ...]":
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return tuple(cursor.fetchone() or ())


def test_outside_there_is_no_right_at_all() -> None:
    assert ask("SELECT current_user") == ("djms_site",)
    for table in ("probe_result", "person", "item"):
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            ask(f"SELECT 1 FROM djms.{table}")
        assert sqlstate(caught.value) == "42501"


def test_inside_the_purposes_role_is_taken_and_ends_with_the_transaction() -> None:
    with acting_for("visiting", token="secret", named="row"):
        assert ask(WHO) == ("p_visiting", "secret", "row")
        ask("SELECT count(*) FROM djms.probe_result")
    assert ask(WHO) == ("djms_site", "", "")


def test_it_ends_when_the_work_fails_too() -> None:
    with pytest.raises(ZeroDivisionError), acting_for("visiting", token="secret"):
        raise ZeroDivisionError
    assert ask(WHO) == ("djms_site", "", "")


def test_a_savepoint_that_is_rolled_back_keeps_the_purpose() -> None:
    with acting_for("visiting", token="secret"):
        with pytest.raises(DatabaseError), transaction.atomic():
            ask("SELECT 1 FROM djms.person")
        assert ask(WHO)[:2] == ("p_visiting", "secret")
        ask("SELECT count(*) FROM djms.probe_result")


def test_one_purpose_is_not_taken_within_another() -> None:
    with acting_for("visiting"), pytest.raises(RuntimeError, match="durable"), acting_for("sign-in"):
        pytest.fail("two purposes at once")
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"), acting_for("visiting"):
        pytest.fail("a purpose in the middle of a transaction")


@pytest.mark.parametrize("token", [None, "", "made up", "nul\x00byte", "é", "x" * 10_000])
@pytest.mark.parametrize("purpose", ["self-service", "teamwork"])
def test_who_is_not_signed_in_is_told_so(purpose: str, token: str | None) -> None:
    with pytest.raises(NotSignedIn), acting_for(purpose, token=token):
        call_door("current_person")


@pytest.mark.parametrize("purpose", ["retention", "administrative-mail", "audit", "queue", "snooping"])
def test_a_purpose_of_another_process_or_of_none_is_refused(purpose: str) -> None:
    with pytest.raises(DatabaseError), acting_for(purpose):
        pytest.fail("the site took a purpose that is not its own")
    assert ask("SELECT current_user") == ("djms_site",)


def test_another_refusal_is_not_taken_for_a_missing_sign_in() -> None:
    with pytest.raises(DatabaseError), acting_for("visiting"):
        ask("SELECT 1 FROM djms.person")


def test_nothing_of_one_request_is_left_for_the_next_on_the_same_connection(cluster: "Cluster") -> None:
    pids = set()
    for number in range(20):
        with acting_for("visiting", token=f"secret {number}"):
            pids.add(ask("SELECT pg_backend_pid()"))
            assert ask(WHO)[1] == f"secret {number}"
        connection.close()
        assert ask(WHO)[0] == "djms_site"
        assert ask(WHO)[1] in {"", None}
        connection.close()
    assert len(pids) < 20, "connections are used again"
    with psycopg.connect(cluster.url("djms_site")) as other:
        row = other.execute(WHO).fetchone()
    assert row == ("djms_site", None, None)
