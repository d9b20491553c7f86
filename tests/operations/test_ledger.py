"""The ledger of an installation: sealed while it is served, checked by command, begun anew where it can't go on."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from djmixersoft.operations.postgres import EmbeddedPostgres
from tests.operations.installation import Installation
from tests.support import wait_until

# Accounts that are there: of others the steward erases what is on record.
RECORD = "INSERT INTO djms.account (name) SELECT 'An account' FROM generate_series(1, %s)"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    place = Installation(tmp_path_factory.mktemp("ledger") / "data")
    try:
        yield place
    finally:
        place.end()


def superuser(place: Installation) -> "psycopg.Connection[Any]":
    return psycopg.connect(EmbeddedPostgres(place.folder).url("postgres"), autocommit=True)


def one(place: Installation, query: str) -> Any:  # noqa: ANN401 - whatever the database answers
    with superuser(place) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None


def is_sealed(place: Installation, entries: int) -> Callable[[], bool]:
    return lambda: one(place, "SELECT coalesce(sum(size), 0) FROM djms.ledger_log") == entries


def logged(place: Installation, name: str) -> list[dict[str, Any]]:
    path = place.folder / "log" / f"{name}.log"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_what_is_on_record_is_sealed_checked_and_begun_anew_where_it_was_put_back(place: Installation) -> None:
    place.start()
    with superuser(place) as connection:
        connection.execute(RECORD, (5,))
    wait_until("five entries are sealed", is_sealed(place, 5))
    checked = place.command("ledger", "fsck")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout == "5 entries in 5 logs, 0 of them erased: all is as it was sealed.\n"
    key = one(place, "SELECT key FROM djms.ledger_heads")

    # Whoever holds the machine puts an older database back: here, its heads.
    place.stop()
    place.start()
    with superuser(place) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE djms.ledger_heads SET size = 4, edge = substr(edge, 1, 32)")
    trouble = "SELECT trouble FROM djms.ledger_heads"
    wait_until("the sealer says that it doesn't go on", lambda: one(place, trouble) == "forked")
    wait_until("its log says so", lambda: any(line["level"] == "critical" for line in logged(place, "sealer")))
    with superuser(place) as connection:
        connection.execute(RECORD, (2,))
    found = place.command("ledger", "fsck")
    assert found.returncode == 1
    assert "it stands at 4 entries, and was sealed with 5" in found.stdout
    refused = place.command("ledger", "begin-anew")
    assert refused.returncode == 2
    assert "already runs" in refused.stderr

    place.stop()
    begun = place.command("ledger", "begin-anew")
    assert (begun.returncode, begun.stderr) == (0, "")
    assert "At the next start a new ledger begins" in begun.stdout
    assert len(list(place.folder.glob("sealer-until-*/key"))) == 1
    place.start()
    wait_until("everything is sealed again", is_sealed(place, 7))
    assert one(place, trouble) == ""
    assert one(place, "SELECT key FROM djms.ledger_heads") != key
    assert place.command("ledger", "fsck").returncode == 0


def test_what_an_entry_says_is_erased_by_command(place: Installation) -> None:
    origin = str(one(place, "SELECT min(origin) FROM djms.ledger_log"))
    assert place.command("ledger", "erase", origin, "9").returncode == 1
    erased = place.command("ledger", "erase", origin, "0")
    assert (erased.returncode, erased.stderr) == (0, "")
    assert "is erased" in erased.stdout
    assert place.command("ledger", "erase", origin, "0").returncode == 1
    wait_until("that it was is sealed", is_sealed(place, 8))
    assert "1 of them erased: all is as it was sealed" in place.command("ledger", "fsck").stdout
