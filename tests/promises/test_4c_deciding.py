"""4c: an Administrator approves beforehand; an answer counts once, from whoever administers the account then."""

import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.lockbox.desk import Agent, Desk, approve, dismiss, grant_of, hire
from tests.promises.acting import acting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from tests.conftest import Cluster
    from tests.promises.people import World


class Asked:
    """A request for two of Alice's files, and the folder that holds a third."""

    def __init__(self, cluster: "Cluster", world: "World", agent: Agent) -> None:
        self.world, self.agent = world, agent
        self.site, self.desk = cluster.url("djms_site"), Desk(cluster.url("djms_desk"))
        self.items: list[UUID] = [*world.a.items[:2], world.a.crate.folder]
        self.request = self.desk.ask(agent, world.a.id, self.items, hours=3)

    def decide(self, token: str = "", *, bearer: str = "", **more: Any) -> str:  # noqa: ANN401 - as the door takes them
        given = {"decision": "approve", "items": self.items, "hours": 3, "starts": None, "words": ""} | more
        with acting(self.site, "p_teamwork", token=token, bearer=bearer, kept=True) as one:
            return str(
                one.value(
                    "SELECT djms.decide_request(%s, %s, %s, %s::uuid[], %s, %s::timestamptz, true, %s)",
                    self.world.a.id,
                    self.request,
                    *given.values(),
                )
            )

    def state(self) -> str:
        with self.desk.acting(self.agent, kept=False) as one:
            return str(one.value("SELECT state FROM djms.access_request WHERE id = %s", self.request))


@pytest.fixture
def asked(cluster: "Cluster", world: "World") -> "Iterator[Asked]":
    with world.superuser() as superuser:
        agent = hire(superuser)
        try:
            yield Asked(cluster, world, agent)
        finally:
            dismiss(superuser, agent)


def test_neither_a_member_nor_another_accounts_administrator_nor_a_program_decides(asked: Asked) -> None:
    world = asked.world
    for somebody in (world.bob, world.carol, world.stranger):
        assert asked.decide(somebody.token) == "not-yours"
    for bearer in (world.alice.program, world.alice.reader):
        with acting(asked.site, "p_teamwork", bearer=bearer) as program:
            door = "SELECT djms.decide_request(%s, %s, 'approve', %s::uuid[], 1, null, true, '')"
            assert program.refusal(door, world.a.id, asked.request, asked.items) == "42501"
    with acting(asked.desk.url, "p_support", token=asked.agent.token) as staff:
        door = "SELECT djms.decide_request(%s, %s, 'approve', %s::uuid[], 1, null, true, '')"
        assert staff.refusal(door, world.a.id, asked.request, asked.items) == "42501"
        assert staff.refusal("SELECT djms.add_grant(null, 'approval', null, null, now(), 1, true)") == "42501"
    assert asked.state() == "pending"
    assert asked.decide(world.alice.token) == "done"


def test_who_was_an_administrator_a_moment_ago_decides_nothing(asked: Asked) -> None:
    with asked.world.superuser() as superuser:

        def administers(*, does: bool) -> None:
            with superuser.transaction():
                superuser.execute("SET LOCAL session_replication_role = replica")
                superuser.execute(
                    "UPDATE djms.membership SET is_administrator = %s WHERE person_id = %s AND account_id = %s",
                    [does, asked.world.alice.id, asked.world.a.id],
                )

        administers(does=False)
        try:
            assert asked.decide(asked.world.alice.token) == "not-yours"
        finally:
            administers(does=True)
    assert asked.decide(asked.world.alice.token) == "done"


def test_in_two_windows_at_once_one_answer_counts(asked: Asked) -> None:
    answers: list[str] = []

    def decide(decision: str) -> None:
        answers.append(asked.decide(asked.world.alice.token, decision=decision))

    threads = [threading.Thread(target=decide, args=[one]) for one in ("approve", "deny", "approve", "deny")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["decided", "decided", "decided", "done"]
    assert asked.decide(asked.world.alice.token) == "decided", "nor is it good a second time"


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ({"items": []}, "items"),
        ({"hours": 4}, "hours"),
        ({"hours": 0}, "hours"),
        ({"starts": "2020-01-01"}, "starts"),
        ({"starts": "2099-01-01"}, "starts"),
        ({"decision": "ask"}, "words"),
    ],
    ids=str,
)
def test_less_can_be_approved_than_was_asked_for_and_never_more(
    asked: Asked, more: dict[str, Any], outcome: str
) -> None:
    assert asked.decide(asked.world.alice.token, **more) == outcome
    assert asked.decide(asked.world.alice.token, items=[*asked.items, asked.world.a.items[3]]) == "items"
    assert asked.state() == "pending"
    assert asked.decide(asked.world.alice.token, items=asked.items[:1], hours=1) == "done"


def test_a_folder_stands_for_what_lay_in_it_when_it_was_approved(asked: Asked) -> None:
    crate = asked.world.a.crate
    assert asked.decide(asked.world.alice.token, items=[crate.folder]) == "done"
    with asked.world.superuser() as superuser:
        grant = grant_of(superuser, asked.request)
    assert asked.desk.unlock(asked.agent, asked.world.a.id, grant, crate.inside)[0] == "unlocked"
    assert asked.desk.unlock(asked.agent, asked.world.a.id, grant, crate.thrown)[0] == "not-covered"
    assert asked.desk.unlock(asked.agent, asked.world.a.id, grant, crate.folder)[0] == "not-covered"


def test_a_question_goes_back_and_forth_before_the_answer(asked: Asked) -> None:
    assert asked.decide(asked.world.alice.token, decision="ask", words="Which minute?") == "done"
    assert asked.state() == "asked"
    with asked.desk.acting(asked.agent) as one:
        said = "SELECT djms.answer_question(%s, %s, %s)"
        assert one.value(said, asked.world.a.id, asked.request, " ") == "words"
        assert one.value(said, asked.world.a.id, asked.request, "The third.") == "done"
        assert one.value(said, asked.world.a.id, asked.request, "No, the fourth.") == "decided"
    with asked.world.superuser() as superuser:
        told = superuser.execute(
            "DELETE FROM djms.mail_message WHERE template = 'access-answered' RETURNING recipient, context"
        ).fetchall()
    page = f"/accounts/{asked.world.a.id}/access/{asked.request}"
    ((recipient, facts),) = told
    assert (recipient, facts["page"], facts["pseudonym"]) == (asked.world.alice.email, page, asked.agent.pseudonym)
    assert asked.decide(asked.world.alice.token, decision="deny") == "done"
    assert asked.decide(asked.world.alice.token) == "decided"


def test_what_is_expired_or_taken_back_is_approved_by_nobody(asked: Asked) -> None:
    with asked.world.superuser() as superuser:
        superuser.execute("UPDATE djms.access_request SET expires = now() WHERE id = %s", [asked.request])
        assert asked.decide(asked.world.alice.token) == "expired"
        superuser.execute(
            "UPDATE djms.access_request SET expires = now() + interval '1 day' WHERE id = %s", [asked.request]
        )
    with asked.desk.acting(asked.agent) as one:
        assert one.value("SELECT djms.withdraw_request(%s, %s)", asked.world.a.id, asked.request) == "done"
    assert asked.decide(asked.world.alice.token) == "decided"


def test_what_begins_later_is_shut_until_then(asked: Asked) -> None:
    assert asked.decide(asked.world.alice.token, starts="tomorrow") == "done"
    with asked.world.superuser() as superuser:
        grant = grant_of(superuser, asked.request)
    assert asked.desk.unlock(asked.agent, asked.world.a.id, grant, asked.items[0])[0] == "not-yet"


def test_a_request_is_answered_in_its_own_account(asked: Asked, cluster: "Cluster") -> None:
    done = approve(cluster.url("djms_site"), asked.world.alice.token, asked.world.b.id, asked.request, asked.items)
    assert done == "not-yours", "of another account"
