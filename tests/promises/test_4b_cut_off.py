"""4b: who still reads when an access is revoked is cut off by the steward itself, within moments."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.lockbox.desk import Desk
from tests.lockbox.opening import granted
from tests.mail.working import Workplace, stop
from tests.promises.acting import acting
from tests.support import wait_until

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.people import World

SECONDS = 5


@pytest.fixture
def workplace(cluster: "Cluster", world: "World", tmp_path: Path) -> Iterator[Workplace]:
    with world.superuser() as superuser:
        superuser.execute("DELETE FROM djms.procrastinate_jobs")
        place = Workplace(cluster, superuser, tmp_path)
        yield place
        place.end()
        superuser.execute("DELETE FROM djms.procrastinate_jobs")
        superuser.execute("DELETE FROM djms.procrastinate_workers")


def test_within_five_seconds_the_session_is_gone(cluster: "Cluster", world: "World", workplace: Workplace) -> None:
    desk = Desk(cluster.url("djms_desk"))
    steward = workplace.start("steward")
    wait_until("the steward works", lambda: any("started" in line["event"] for line in workplace.log("steward")))
    with granted(cluster, world) as access, psycopg.connect(desk.url, autocommit=True) as reader:
        _, reading = desk.unlock(access.agent, access.account, access.grant, access.items[0])
        reader.execute("BEGIN")
        reader.execute("SET LOCAL ROLE p_support")
        reader.execute(
            "SELECT set_config('djms.token', %s, true), set_config('djms.named', %s, true)",
            [access.agent.token, str(reading)],
        )
        assert len(reader.execute("SELECT id FROM djms.item").fetchall()) == 1
        with acting(cluster.url("djms_site"), "p_teamwork", token=world.alice.token, kept=True) as alice:
            assert alice.value("SELECT djms.revoke_grant(%s, %s)", access.account, access.grant) == "done"
        began = time.monotonic()
        with pytest.raises(psycopg.errors.AdminShutdown):
            reader.execute("SELECT pg_sleep(10)")
        assert time.monotonic() - began < SECONDS
    assert stop(steward) == 0
