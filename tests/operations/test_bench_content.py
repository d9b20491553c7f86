import random
from collections.abc import Iterator

import psycopg
import pytest

from bench import asking, scaling
from bench.crate import MOVED, Crate, make
from bench.keepers import ENCRYPTED, PLAIN, TRUSTING
from bench.sites import Installation, Served, served
from bench.wire import MIB, Pattern, Wire
from tests.conftest import Cluster

ITEMS = 300
PATTERN = Pattern(b"test")


@pytest.fixture(scope="module")
def installation(cluster: Cluster) -> Installation:
    return Installation(cluster.data, cluster.server)


@pytest.fixture(scope="module")
def crate(installation: Installation) -> Iterator[Crate]:
    crate = make(installation.data, installation.superuser, ITEMS)
    yield crate
    with psycopg.connect(installation.superuser) as connection:
        rows = connection.execute("select id from djms.blob where account_id = %s", [crate.account_id])
        for (blob_id,) in rows.fetchall():
            place = installation.data.path / "blobs" / str(blob_id)[:2] / str(blob_id)[2:4] / str(blob_id)
            place.unlink(missing_ok=True)
        connection.execute("delete from djms.account where id = %s", [crate.account_id])
        people = "(select id from djms.person where email like 'crate-%')"
        connection.execute(f"delete from djms.session where person_id in {people}".encode())
        connection.execute("delete from djms.person where email like 'crate-%'")


@pytest.fixture(scope="module")
def sites(installation: Installation) -> Iterator[dict[str, Served]]:
    with served(installation, ENCRYPTED, PLAIN, TRUSTING) as found:
        yield {site.keeper: site for site in found}


@pytest.mark.parametrize("keeper", [ENCRYPTED, PLAIN, TRUSTING])
def test_what_is_compared_differs_in_what_lies_on_the_disk_and_in_nothing_else(
    installation: Installation, crate: Crate, sites: dict[str, Served], keeper: str
) -> None:
    wire = Wire(sites[keeper].port, installation.certificate, crate.token)
    path = wire.upload(crate.account_id, f"{keeper}.flac", PATTERN, mib=3, step=2) + "/file"
    whole, part = wire.get(path, hashed=True), wire.get(path, span=(MIB - 5, MIB + 5))
    wire.close()
    assert (whole.size, whole.sha256) == (3 * MIB, PATTERN.sha256(3))
    assert part.size == 10
    with psycopg.connect(installation.superuser) as connection:
        query = "select blob_id::text, sha256 from djms.item where account_id = %s and name = %s"
        rows = connection.execute(query, [crate.account_id, f"{keeper}.flac"]).fetchall()
    ((blob_id, sha256),) = rows
    stored = (installation.data.path / "blobs" / blob_id[:2] / blob_id[2:4] / blob_id).read_bytes()
    assert sha256.hex() == PATTERN.sha256(3)
    assert (bytes(PATTERN.mib(2)) in stored) == (keeper != ENCRYPTED)


def test_a_crate_answers_everything_that_is_asked_of_it(crate: Crate, sites: dict[str, Served]) -> None:
    browser, draw = sites[ENCRYPTED].browser(crate.token), random.Random(1)
    for address in (asking.first_pages, asking.deep_pages, asking.typed, asking.filtered, asking.item):
        assert asking.seconds_of(browser, address(crate, draw)) > 0
    for places in ((crate.full, crate.empty), (crate.empty, crate.full)):
        assert asking.move_all(browser, crate, *places) > 0
    browser.close()


def test_the_folder_that_is_moved_holds_its_share_of_the_items(installation: Installation, crate: Crate) -> None:
    with psycopg.connect(installation.superuser) as connection:
        query = "select count(*), count(*) filter (where parent_id = %s) from djms.item where account_id = %s"
        found = connection.execute(query, [crate.full, crate.account_id]).fetchone()
    assert found is not None
    assert found[0] >= ITEMS
    assert found[1] == ITEMS // MOVED


def test_growth_is_the_worse_step_of_cost_over_work(capsys: pytest.CaptureFixture[str], crate: Crate) -> None:
    times = {"search": [[0.01], [0.02], [0.40]], "item": [[0.01], [0.01], [0.01]]}
    search, item = scaling.table([crate] * 3, times)
    assert (round(search.value, 3), search.met) == (2.0, False)
    assert (round(item.value, 3), item.met) == (0.1, True)
    assert "40.00" in capsys.readouterr().err
