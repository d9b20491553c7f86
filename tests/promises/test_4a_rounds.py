"""4a: whoever races for an invitation or for an account, exactly one wins, and an account has an Administrator.

By the pages, in 200 rounds each with ./test --long. Each race is run once more with the guard against it taken out,
and then both win: so the rounds do race, and the guard is what decides.
"""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.promises.racing import ROUNDS, Caller, Races, exactly_one_won
from tests.site.browsing import PASSWORD, new_address
from tests.support import IS_LONG

if TYPE_CHECKING:
    from tests.promises.people import World

USED = "This invitation was accepted already"
LAST = "An account always has an Administrator, and this is the last one."
NOTHING = "There is nothing at this address, or nothing that you may see."
ROWS = "SELECT FROM djms.membership WHERE is_administrator"  # past all looking, just before the change
ACCEPTING = ("session", "invitation", "membership")
CHANGING = ("session", "account", "membership", ROWS)
AGAINST = ("remove", "demote")


class Crews(Races):
    """An account with its Administrator, and two who may come to belong to it."""

    def __init__(self, world: "World") -> None:
        super().__init__(world)
        self.owner, self.one, self.other = (self.person(name) for name in ("owner", "one", "other"))
        self.account = self.account_of(self.owner)
        self.crate = f"/accounts/{self.account}"

    def invite(self) -> tuple[str, str]:
        """Invite somebody new by the page; their address, and the path of the mailed link."""
        self.forget_tries()
        email = new_address("guest")
        sent = self.owner.post(f"{self.crate}/invitations", email=email)
        assert sent.done == "invited", sent.page
        return email, f"/invitations/{self.link(email, 'invitation')}"

    def members(self) -> list[tuple[str, bool]]:
        rows = self.superuser.execute(
            "SELECT p.email, m.is_administrator FROM djms.membership m JOIN djms.person p ON p.id = m.person_id"
            " WHERE m.account_id = %s AND p.email <> %s",
            [self.account, self.owner.email],
        )
        return list(rows.fetchall())

    def alone(self) -> None:
        """Let the account be its first Administrator's alone again, with no invitation."""
        self.unguarded(
            "DELETE FROM djms.membership WHERE account_id = %(account)s AND person_id <> %(owner)s",
            "DELETE FROM djms.invitation WHERE account_id = %(account)s",
            account=self.account,
            owner=self.person_id(self.owner),
        )

    def two_administrators(self) -> None:
        """Let `one` and `other` be the account's only people, both of them Administrators."""
        self.unguarded(
            "DELETE FROM djms.membership WHERE account_id = %(account)s",
            "INSERT INTO djms.membership (account_id, person_id, is_administrator)"
            " VALUES (%(account)s, %(one)s, true), (%(account)s, %(other)s, true)",
            account=self.account,
            one=self.person_id(self.one),
            other=self.person_id(self.other),
        )

    def administrators(self) -> int:
        return int(
            self.value("SELECT count(*) FROM djms.membership WHERE account_id = %s AND is_administrator", self.account)
        )

    def path_of(self, somebody: Caller) -> str:
        return f"{self.crate}/members/{self.person_id(somebody)}"


@pytest.fixture(scope="module")
def crews(world: "World") -> Iterator[Crews]:
    crews = Crews(world)
    yield crews
    crews.close()


def both_have_won(won: Counter[int]) -> bool:
    """Whether it wasn't always the same one, in rounds enough to tell."""
    return not IS_LONG or len(won) > 1


def test_an_invitation_that_one_person_uses_twice_at_once_is_used_once(crews: Crews) -> None:
    for _ in range(ROUNDS):
        crews.alone()
        _, link = crews.invite()
        answers = crews.race(crews.chance.choice(ACCEPTING), *[partial(crews.one.post, f"{link}/accept")] * 2)
        exactly_one_won(answers, USED)
        assert crews.members() == [(crews.one.email, False)]


def test_an_invitation_that_two_people_use_at_once_is_one_persons(crews: Crews) -> None:
    won: Counter[int] = Counter()
    people = (crews.one, crews.other)
    for _ in range(ROUNDS):
        crews.alone()
        _, link = crews.invite()
        answers = crews.race(
            crews.chance.choice(ACCEPTING),
            partial(crews.one.post, f"{link}/accept"),
            partial(crews.other.post, f"{link}/accept"),
        )
        winner = exactly_one_won(answers, USED)
        assert crews.members() == [(people[winner].email, False)]
        won[winner] += 1
    assert both_have_won(won), won


def test_an_invitation_that_one_accepts_while_another_registers_with_it_is_one_persons(crews: Crews) -> None:
    for _ in range(ROUNDS):
        crews.alone()
        guest, link = crews.invite()
        answers = crews.race(
            "membership",
            partial(crews.one.post, f"{link}/accept"),
            partial(Caller().post, link, password=PASSWORD, agree="on"),
        )
        winner = exactly_one_won(answers, USED)
        assert crews.members() == [((crews.one.email, guest)[winner], False)]
        assert crews.value("SELECT count(*) FROM djms.person WHERE email = %s", guest) == winner


def test_without_its_lock_an_invitation_would_be_two_persons(crews: Crews) -> None:
    crews.alone()
    _, link = crews.invite()
    with crews.without("accept_invitation", " for update"):
        answers = crews.race(
            "membership",
            partial(crews.one.post, f"{link}/accept"),
            partial(crews.other.post, f"{link}/accept"),
        )
    assert [answer.done for answer in answers] == ["joined", "joined"]
    assert len(crews.members()) == 2


def test_of_two_administrators_who_turn_on_each_other_one_wins_and_one_remains(crews: Crews) -> None:
    won: Counter[int] = Counter()
    for _ in range(ROUNDS):
        crews.two_administrators()
        first, second = crews.path_of(crews.one), crews.path_of(crews.other)
        this, that = crews.chance.choice(AGAINST), crews.chance.choice(AGAINST)
        answers = crews.race(
            crews.chance.choice(CHANGING),
            partial(crews.one.post, second, action=this),
            partial(crews.other.post, first, action=that),
        )
        winner = exactly_one_won(answers, NOTHING, LAST)
        assert crews.administrators() == 1
        won[winner] += 1
    assert both_have_won(won), won


def test_of_two_administrators_who_step_down_leave_or_hand_over_at_once_one_remains(crews: Crews) -> None:
    for _ in range(ROUNDS):
        crews.two_administrators()
        first, second = crews.path_of(crews.one), crews.path_of(crews.other)
        moves = {"demote": (first, second), "remove": (first, second), "hand-over": (second, first)}
        this, that = crews.chance.choice(tuple(moves)), crews.chance.choice(tuple(moves))
        answers = crews.race(
            crews.chance.choice(CHANGING),
            partial(crews.one.post, moves[this][0], action=this),
            partial(crews.other.post, moves[that][1], action=that),
        )
        assert all(answer.status < 500 for answer in answers), answers
        assert any(answer.won for answer in answers), answers
        for answer in answers:
            assert answer.won or LAST in answer.page or NOTHING in answer.page
        assert crews.administrators() == 1


def test_without_its_lock_an_account_would_lose_both_its_administrators(crews: Crews) -> None:
    first, second = crews.path_of(crews.one), crews.path_of(crews.other)
    left = set()
    with crews.without("keep_an_administrator", " for update"):
        for _ in range(20):
            crews.two_administrators()
            answers = crews.race(
                ROWS,
                partial(crews.one.post, second, action="demote"),
                partial(crews.other.post, first, action="demote"),
            )
            left.add((sum(answer.won for answer in answers), crews.administrators()))
    assert (2, 0) in left
