"""4a: whatever people do in two accounts, no id or name of one is seen by those who aren't in it at that time."""

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.promises.machine import Machine
from tests.promises.sabotage import bent
from tests.support import IS_LONG

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.keeping import Kept
    from tests.promises.people import World
    from tests.promises.serving import Site

LEAST, STEPS = (10_000, 100) if IS_LONG else (160, 40)
SETTINGS = settings(
    max_examples=1 + LEAST * 5 // (4 * STEPS),  # some are over early
    stateful_step_count=STEPS,
    derandomize=not IS_LONG,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
# Each breaks one thing, upon which the machine must come by itself; and how that is undone.
BREAKS = [
    pytest.param(
        'ALTER POLICY "teamwork read account" ON djms.account USING (true)',
        "",
        id="whoever is signed in sees every account",
    ),
    pytest.param(
        'ALTER POLICY "teamwork read teammates" ON djms.person USING (true)',
        "",
        id="whoever left is still seen",
        marks=pytest.mark.long,
    ),
    pytest.param(
        "ALTER TABLE djms.membership DISABLE TRIGGER keep_an_administrator",
        "ALTER TABLE djms.membership ENABLE TRIGGER keep_an_administrator",
        id="the last Administrator may go",
        marks=pytest.mark.long,
    ),
]


@pytest.fixture(scope="module")
def machine(kept: "Kept", world: "World", served: "Site") -> Iterator[type[Machine]]:  # noqa: ARG001 - it puts back
    with closing(world.superuser()) as opener:

        class Here(Machine):
            site, superuser = served, opener

        yield Here


def test_no_account_is_seen_by_who_is_not_in_it_whatever_they_do(machine: type[Machine]) -> None:
    run_state_machine_as_test(machine, settings=SETTINGS)
    assert machine.steps >= LEAST


@pytest.mark.parametrize(("broken", "undo"), BREAKS)
def test_the_machine_notices_when(machine: type[Machine], cluster: "Cluster", broken: str, undo: str) -> None:
    once = settings(SETTINGS, phases=[Phase.generate], max_examples=60, derandomize=True)
    with bent(cluster, broken, undo=undo), pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=once)
