"""4c: what an Administrator is asked is something that can be answered, and not without end."""

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from tests.lockbox.desk import Agent, Desk, dismiss, hire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Cluster
    from tests.promises.people import World

ASK = (
    "SELECT * FROM djms.request_access(%(account)s, %(items)s::uuid[], 'support', null, null, 'damaged', %(words)s,"
    " %(hours)s, false)"
)
AT_ONCE, A_DAY = 20, 60


class Asking:
    """Somebody of support who asks Alice's Administrators for a file."""

    def __init__(self, desk: Desk, agent: Agent, world: "World") -> None:
        self.desk, self.agent = desk, agent
        self.usual: dict[str, object] = {
            "account": world.a.id,
            "items": list(world.a.items[:1]),
            "words": "It crackles at the end.",
            "hours": 2,
        }

    def ask(self, *, times: int = 1, **given: Any) -> list[tuple[str, UUID | None]]:  # noqa: ANN401 - as the door takes
        """Ask so often; each outcome, and the request."""
        with self.desk.acting(self.agent) as one:
            facts = self.usual | given
            return [one.connection.execute(ASK.encode(), facts).fetchall()[0] for _ in range(times)]

    def withdraw(self, requests: list[tuple[str, UUID | None]]) -> None:
        """Take them back."""
        with self.desk.acting(self.agent) as one:
            for _, request in requests:
                assert one.value("SELECT djms.withdraw_request(%s, %s)", self.usual["account"], request) == "done"


@pytest.fixture
def asking(cluster: "Cluster", world: "World") -> "Iterator[Asking]":
    with world.superuser() as superuser:
        agent = hire(superuser)
        try:
            yield Asking(Desk(cluster.url("djms_desk")), agent, world)
        finally:
            dismiss(superuser, agent)


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ({}, "asked"),
        ({"account": uuid4()}, "unknown"),
        ({"items": []}, "nothing"),
        ({"items": None}, "nothing"),
        ({"items": [None]}, "nothing"),
        ({"items": [uuid4()] * 100}, "asked"),
        ({"items": [uuid4()] * 101}, "many"),
        ({"hours": 0}, "hours"),
        ({"hours": 9}, "hours"),
        ({"hours": None}, "hours"),
        ({"hours": 8}, "asked"),
        ({"words": " "}, "words"),
        ({"words": None}, "words"),
        ({"words": "x" * 2001}, "words"),
        ({"words": "x" * 2000}, "asked"),
    ],
)
def test_it_says_what_why_and_how_long(asking: Asking, given: dict[str, Any], outcome: str) -> None:
    ((found, request),) = asking.ask(**given)
    assert (found, request is not None) == (outcome, outcome == "asked")


def test_so_many_wait_at_once_and_so_many_are_made_in_a_day(asking: Asking, world: "World") -> None:
    for _ in range(A_DAY // AT_ONCE):
        waiting = asking.ask(times=AT_ONCE)
        assert {outcome for outcome, _ in waiting} == {"asked"}
        assert asking.ask() in ([("waiting", None)], [("often", None)])
        asking.withdraw(waiting)
    assert asking.ask() == [("often", None)]
    assert asking.ask(account=world.b.id)[0][0] == "asked", "another account was not asked at all"
    with world.superuser() as superuser:
        superuser.execute(
            "UPDATE djms.access_request SET created_at = created_at - interval '1 day' WHERE staff_id = %s",
            [asking.agent.id],
        )
    assert asking.ask()[0][0] == "asked"


def test_who_waits_for_others_answers_may_ask_elsewhere_and_so_may_colleagues(asking: Asking, world: "World") -> None:
    asking.ask(times=AT_ONCE)
    assert asking.ask() == [("waiting", None)]
    assert asking.ask(account=world.b.id)[0][0] == "asked"
    with world.superuser() as superuser:
        colleague = hire(superuser)
        try:
            assert Asking(asking.desk, colleague, world).ask()[0][0] == "asked"
            superuser.execute("UPDATE djms.access_request SET expires = now() WHERE staff_id = %s", [asking.agent.id])
            assert asking.ask()[0][0] == "asked", "what has expired waits for nobody"
        finally:
            dismiss(superuser, colleague)
