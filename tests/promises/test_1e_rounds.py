"""1e: an address that registers twice at the same moment becomes one person with one account.

By the pages, in 200 rounds each with ./test --long; and once more with the guard taken out, which makes two of one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.promises.racing import ROUNDS, Answer, Caller, Races, exactly_one_won
from tests.site.browsing import new_address, registration

if TYPE_CHECKING:
    from tests.promises.people import World

TAKEN = "This address is registered already."
REGISTERING = ("sign_in_try", "registration", "mail_message", "procrastinate_jobs")
CONFIRMING = ("registration", "person", "credential", "membership")
ON_CONFLICT = " on conflict (email) do nothing"


@pytest.fixture(scope="module")
def races(world: "World") -> Iterator[Races]:
    races = Races(world)
    yield races
    races.close()


def registered_twice(races: Races) -> tuple[str, list[Answer]]:
    """Register a new address twice at once, for crews of different names; the address and both answers."""
    races.forget_tries()
    email = new_address()
    steps = [
        partial(Caller().post, "/register", **registration(email, account_name=name)) for name in ("First", "Second")
    ]
    return email, races.race(races.chance.choice(REGISTERING), *steps)


def people_and_accounts(races: Races, email: str) -> tuple[int, int]:
    return races.superuser.execute(
        "SELECT count(DISTINCT p.id), count(m.account_id) FROM djms.person p"
        " LEFT JOIN djms.membership m ON m.person_id = p.id WHERE p.email = %s",
        [email],
    ).fetchone() or (0, 0)


def test_an_address_that_registers_twice_at_once_gets_two_links_of_which_one_confirms(races: Races) -> None:
    for _ in range(ROUNDS):
        email, answers = registered_twice(races)
        assert [answer.status for answer in answers] == [200, 200]
        links = races.links(email, "confirm-registration")
        assert len(links) == 2
        confirming = [partial(Caller().post, f"/confirm/{link}") for link in links]
        exactly_one_won(races.race(races.chance.choice(CONFIRMING), *confirming), TAKEN)
        assert people_and_accounts(races, email) == (1, 1)


def test_a_link_that_is_confirmed_twice_at_once_makes_one_person_and_both_are_told_so(races: Races) -> None:
    for _ in range(ROUNDS):
        races.forget_tries()
        email = new_address()
        assert Caller().post("/register", **registration(email)).status == 200
        link = races.link(email, "confirm-registration")
        answers = races.race(races.chance.choice(CONFIRMING), *[partial(Caller().post, f"/confirm/{link}")] * 2)
        assert [answer.done for answer in answers] == ["confirmed", "confirmed"]
        assert people_and_accounts(races, email) == (1, 1)


def test_who_registers_again_while_confirming_is_told_by_mail(races: Races) -> None:
    for _ in range(ROUNDS):
        races.forget_tries()
        email = new_address()
        assert Caller().post("/register", **registration(email)).status == 200
        answers = races.race(
            "person",
            partial(Caller().post, f"/confirm/{races.link(email, 'confirm-registration')}"),
            partial(Caller().post, "/register", **registration(email)),
        )
        assert [answer.status for answer in answers] == [303, 200]
        assert people_and_accounts(races, email) == (1, 1)
        told = races.links(email, "already-registered") + races.links(email, "confirm-registration")
        assert len(told) == 2


@contextmanager
def addresses_that_may_repeat(races: Races) -> Iterator[None]:
    """Take the uniqueness of addresses away, and what is there twice afterwards."""
    name, definition = next(
        iter(
            races.superuser.execute(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE conrelid = 'djms.person'::regclass AND contype = 'u'"
            )
        )
    )
    races.superuser.execute(f"ALTER TABLE djms.person DROP CONSTRAINT {name}".encode())
    try:
        with races.without("confirm_registration", ON_CONFLICT):
            yield
    finally:
        extra = "SELECT p.id FROM djms.person p JOIN djms.person q USING (email) WHERE p.id > q.id"
        linked = ("membership", "credential", "terms_agreement")
        races.unguarded(
            *(f"DELETE FROM djms.{table} WHERE person_id IN ({extra})" for table in linked),
            f"DELETE FROM djms.person WHERE id IN ({extra})",
            "DELETE FROM djms.account WHERE id NOT IN (SELECT account_id FROM djms.membership)",
        )
        races.superuser.execute(f"ALTER TABLE djms.person ADD CONSTRAINT {name} {definition}".encode())


def test_without_its_constraint_an_address_would_be_two_people(races: Races) -> None:
    email, _ = registered_twice(races)
    links = races.links(email, "confirm-registration")
    with addresses_that_may_repeat(races):
        answers = races.race("person", *[partial(Caller().post, f"/confirm/{link}") for link in links])
        assert [answer.done for answer in answers] == ["confirmed", "confirmed"]
        assert people_and_accounts(races, email) == (2, 2)
    assert people_and_accounts(races, email) == (1, 1)
