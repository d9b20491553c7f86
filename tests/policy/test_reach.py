"""A database that is out of reach is tried by one at a time, for a moment; the others are told so at once."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress

import psycopg
import pytest
from django.db import connections

from djmixersoft.policy.postgresql.base import DatabaseWrapper
from djmixersoft.policy.postgresql.reach import PROBE_SECONDS, OutOfReach, Reach

PATIENCE = 0.05


@pytest.fixture
def reach() -> Reach:
    return Reach(PATIENCE)


def fail(reach: Reach, meanwhile: Callable[[], object] = lambda: None) -> float:
    """Try in vain, while something else goes on; the seconds that there were for it."""
    given = []
    with suppress(psycopg.OperationalError), reach.attempt() as seconds:
        given.append(seconds)
        time.sleep(seconds)
        meanwhile()
        raise psycopg.OperationalError
    return sum(given)


def succeed(reach: Reach) -> float:
    with reach.attempt() as seconds:
        return seconds


def test_once_it_is_gone_one_tries_it_for_a_moment_and_the_others_do_not_wait(reach: Reach) -> None:
    assert fail(reach) == PATIENCE
    began, tries = threading.Event(), []

    def probe() -> None:
        with reach.attempt() as seconds:
            began.set()
            tries.append(seconds)
            ended.wait(5)

    ended = threading.Event()
    prober = threading.Thread(target=probe)
    prober.start()
    began.wait(5)
    with pytest.raises(OutOfReach), reach.attempt():
        pytest.fail("two tried it at once")
    ended.set()
    prober.join()
    assert tries == [PROBE_SECONDS]
    assert succeed(reach) == PATIENCE, "it is back"


def test_a_try_in_vain_lets_the_next_one_try(reach: Reach) -> None:
    fail(reach)
    assert [fail(reach), fail(reach)] == [PROBE_SECONDS, PROBE_SECONDS]
    assert succeed(reach) == PROBE_SECONDS


def test_too_few_connections_are_not_taken_for_none(reach: Reach) -> None:
    assert fail(reach, meanwhile=lambda: succeed(reach)) == PATIENCE
    assert succeed(reach) == PATIENCE


@pytest.mark.usefixtures("cluster")
def test_who_finds_the_pool_empty_waits_for_its_turn_while_others_get_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    wrapper = connections["default"]
    assert isinstance(wrapper, DatabaseWrapper)
    wrapper.close()
    wrapper.close_pool()
    monkeypatch.setitem(DatabaseWrapper._reaches, "default", Reach(0.6))  # noqa: SLF001 - a shorter wait, for the test
    wrapper.pool.resize(1, 1)
    tries, over = [0.0] * 9, time.monotonic() + 1

    def hold(number: int) -> None:
        """Hold the one connection for a moment, again and again."""
        while time.monotonic() < over:
            began = time.monotonic()
            connections["default"].ensure_connection()
            tries[number] = max(tries[number], time.monotonic() - began)
            time.sleep(0.1)
            connections.close_all()

    holders = [threading.Thread(target=hold, args=(number,)) for number in range(len(tries))]
    for holder in holders:
        holder.start()
    for holder in holders:
        holder.join()
    wrapper.close_pool()
    assert max(tries) > 0.6, "longer than it takes to give up a server that is gone, and nobody did"
