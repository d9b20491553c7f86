"""1d: what is counted about accesses can't be linked to anybody: bands only, of months that are over."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.lockbox.desk import Desk, approve, dismiss, grant_of, hire
from tests.promises.acting import acting
from tests.promises.test_1b import LOGINS

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.lockbox.desk import Agent
    from tests.promises.people import World

Bands = dict[tuple[int | None, str], tuple[int, int]]
Superuser = psycopg.Connection[Any]
LONG_AGO = 2019
NOW = datetime.now(UTC)


@pytest.fixture
def superuser(world: "World") -> Iterator[Superuser]:
    """The superuser's connection; the tally is afterwards what it was."""
    with world.superuser() as superuser:
        superuser.execute("CREATE TEMPORARY TABLE was AS TABLE djms.access_tally")
        yield superuser
        superuser.execute("DELETE FROM djms.access_tally")
        superuser.execute("INSERT INTO djms.access_tally SELECT * FROM was")


@pytest.fixture
def nothing_counted(superuser: Superuser) -> Superuser:
    superuser.execute("DELETE FROM djms.access_tally")
    return superuser


def count(superuser: Superuser, month: date, **times: int) -> None:
    for what, n in times.items():
        superuser.execute("INSERT INTO djms.access_tally VALUES (%s, %s, %s)", [month, what, n])


def counted(superuser: Superuser) -> Counter[str]:
    rows = superuser.execute("SELECT what, sum(times)::int FROM djms.access_tally GROUP BY what").fetchall()
    return Counter(dict(rows))


def told(cluster: "Cluster") -> Bands:
    """What anybody is told, as the site asks for it."""
    with acting(cluster.url("djms_site"), "p_visiting") as visitor:
        rows = visitor.rows("SELECT year, what, lowest, highest FROM djms.access_figures()")
    return {(year, what): (lowest, highest) for year, what, lowest, highest in rows}


@pytest.mark.parametrize(
    ("times", "band"),
    [
        *((n, (0, 9)) for n in (1, 9)),
        *((n, (10, 19)) for n in (10, 19)),
        (99, (90, 99)),
        (100, (100, 199)),
        (999, (900, 999)),
        (2345, (2000, 2999)),
    ],
)
def test_a_number_is_told_as_the_band_that_it_lies_in(
    cluster: "Cluster", nothing_counted: Superuser, times: int, band: tuple[int, int]
) -> None:
    count(nothing_counted, date(LONG_AGO, 3, 1), asked=times, denied=times)
    assert told(cluster) == {
        (year, what): band if what != "expired" else (0, 9)
        for year in (LONG_AGO, None)
        for what in ("asked", "denied", "expired")
    }


def test_what_nobody_answered_has_expired(cluster: "Cluster", nothing_counted: Superuser) -> None:
    count(nothing_counted, date(LONG_AGO, 3, 1), asked=100, approved=20, less=15, denied=30, withdrawn=15)
    count(nothing_counted, date(LONG_AGO + 1, 3, 1), asked=5)
    bands = told(cluster)
    assert bands[LONG_AGO, "expired"] == (30, 39)
    assert bands[LONG_AGO + 1, "expired"] == (0, 9)
    assert bands[None, "expired"] == (40, 49)


def test_a_month_that_is_not_over_is_in_no_number_and_of_legal_processes_half_a_year(
    cluster: "Cluster", nothing_counted: Superuser
) -> None:
    this_half = date(NOW.year, 1 if NOW.month <= 6 else 7, 1)
    last_half = date(NOW.year, 1, 1) if NOW.month > 6 else date(NOW.year - 1, 7, 1)
    count(nothing_counted, date(NOW.year, NOW.month, 1), asked=40, revoked=40)
    count(nothing_counted, this_half, process=40, disclosed=40)
    assert told(cluster) == {}
    count(nothing_counted, last_half, process=40)
    assert told(cluster) == {(last_half.year, "process"): (40, 49), (None, "process"): (40, 49)}


@pytest.fixture
def agent(superuser: Superuser) -> Iterator["Agent"]:
    found = hire(superuser)
    yield found
    dismiss(superuser, found)


def test_what_is_asked_approved_lessened_and_revoked_is_counted_as_it_happens(
    cluster: "Cluster", world: "World", superuser: Superuser, agent: "Agent"
) -> None:
    desk, items = Desk(cluster.url("djms_desk")), [item for item in world.a.crate.files if item != world.a.crate.thrown]
    site, before = cluster.url("djms_site"), counted(superuser)
    all_of_it, less, denied, withdrawn, waiting = (desk.ask(agent, world.a.id, items[:2]) for _ in range(5))
    assert approve(site, world.alice.token, world.a.id, all_of_it, items[:2]) == "done"
    assert approve(site, world.alice.token, world.a.id, less, items[:1]) == "done"
    with acting(site, "p_teamwork", token=world.alice.token, kept=True) as alice:
        deny = "SELECT djms.decide_request(%s, %s, 'deny', null, null, null, false, '')"
        assert alice.value(deny, world.a.id, denied) == "done"
        assert alice.value(deny, world.a.id, denied) == "decided"
        revoke = "SELECT djms.revoke_grant(%s, %s)"
        assert alice.value(revoke, world.a.id, grant_of(superuser, less)) == "done"
        assert alice.value(revoke, world.a.id, grant_of(superuser, less)) == "ended"
        assert alice.value(
            "SELECT djms.decide_request(%s, %s, 'ask', null, null, null, false, 'Why?')", world.a.id, waiting
        )
    with desk.acting(agent) as one:
        assert one.value("SELECT djms.withdraw_request(%s, %s)", world.a.id, withdrawn) == "done"
    assert counted(superuser) - before == {
        "asked": 5,
        "approved": 2,
        "less": 1,
        "denied": 1,
        "withdrawn": 1,
        "revoked": 1,
    }


def test_what_comes_to_nothing_is_not_counted(
    cluster: "Cluster", world: "World", superuser: Superuser, agent: "Agent"
) -> None:
    desk, items = Desk(cluster.url("djms_desk")), list(world.a.crate.files)
    request, before = desk.ask(agent, world.a.id, items[:2]), counted(superuser)
    with acting(cluster.url("djms_site"), "p_teamwork", token=world.alice.token, kept=False) as alice:
        decide = "SELECT djms.decide_request(%s, %s, 'approve', %s, 1, null, false, '')"
        assert alice.value(decide, world.a.id, request, items[:1]) == "done"
    with acting(cluster.url("djms_site"), "p_teamwork", token=world.carol.token, kept=True) as carol:
        assert carol.value(decide, world.a.id, request, items[:1]) == "not-yours"
    assert counted(superuser) == before


@pytest.mark.parametrize("login", LOGINS)
def test_no_login_reads_or_changes_the_numbers(cluster: "Cluster", world: "World", login: str) -> None:
    with world.superuser() as superuser:
        rows = superuser.execute(
            "SELECT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid"
            " WHERE m.member = %s::regrole AND r.rolname LIKE 'p\\_%%'",
            [f"djms_{login}"],
        ).fetchall()
    for (role,) in [*rows, ("none",)]:
        with acting(cluster.url(f"djms_{login}"), role) as one:
            assert one.refusal("SELECT times FROM djms.access_tally") == "42501", role
            assert one.refusal("UPDATE djms.access_tally SET times = 0") == "42501", role
            assert one.refusal("SELECT djms.count_access('asked', now())") == "42501", role
