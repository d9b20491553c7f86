"""`bench enforcement`: pages and queries under the compiled policy, against the same done by hand without it.

Two databases in one cluster with fsync on, the second a copy of the first in which row security is off. The enforced
variant is the site's login and the site's own code; bench/by_hand.py says what the others are. Each round does the same
page for the same person in every variant, in an order drawn anew; answers are compared before anything is timed.
"""

import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from bench import crowd, note
from bench.crowd import Browser
from bench.figures import NO_GOAL, Figure, geometric_mean, median, percentile
from djmixersoft.operations import database
from djmixersoft.operations.datafolder import DataFolder
from djmixersoft.operations.postgres import EmbeddedPostgres

PLAIN = "djmixersoft_plain"
ENFORCED = "enforced"
SEED = 20261123
ROUNDS = 1000
WARM = 100
ACCEPTED = 1.05

Timings = dict[str, dict[str, list[float]]]
Work = Callable[[str, Browser], Any]


@dataclass(frozen=True)
class Variant:
    """One way to do it: the alias of its database, and what is put in place of the enforced functions."""

    name: str
    alias: str
    place: Callable[[], AbstractContextManager[None]]


def figures() -> Iterator[Figure]:
    """Prepare, measure, and yield the figures."""
    with tempfile.TemporaryDirectory(prefix="djms-bench-", ignore_cleanup_errors=True) as folder:
        data = DataFolder(Path(folder) / "data").open()
        data.make_secrets()
        server = EmbeddedPostgres(data.path)
        with data.lock("command"):
            server.start()
            try:
                yield from measured(data, server)
            finally:
                server.stop()


def measured(data: DataFolder, server: EmbeddedPostgres) -> Iterator[Figure]:
    """Fill the two databases and measure."""
    note(f"Filling {crowd.PEOPLE:,} people, {crowd.ACCOUNTS:,} accounts, {crowd.ITEMS:,} items…")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DJMS_", "DATABASE_"))}
    database.migrate(data, server, environment, quiet=True)
    crowd.fill(server.url("postgres"))
    copy_without_row_security(server)
    browsers = crowd.browsers(server.url("postgres"))
    set_django_up(data, server)
    with psycopg.connect(server.url("postgres")) as connection:
        known = dict(crowd.people_of(connection, [browser.token for browser in browsers]))
    try:
        levels = {"queries": measure_queries(browsers, known)}
        yield from level_figures("queries", levels["queries"])
        levels["pages"] = measure_pages(browsers, known)
        yield from level_figures("pages", levels["pages"])
        yield from verdicts(levels)
    finally:
        from django.db import connections

        for wrapper in connections.all(initialized_only=True):
            wrapper.close()
            wrapper.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's wrapper has it, the base class not


def copy_without_row_security(server: EmbeddedPostgres) -> None:
    """Copy the database, with row security off on every table, for the owner's login."""
    with psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {PLAIN} OWNER djms_owner TEMPLATE djmixersoft STRATEGY file_copy".encode())
        connection.execute(f"ALTER DATABASE {PLAIN} SET search_path = djms".encode())
    with psycopg.connect(server.url("postgres", PLAIN), autocommit=True) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'djms' AND rowsecurity")
        for (table,) in tables.fetchall():
            connection.execute(
                f"ALTER TABLE djms.{table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY".encode()
            )
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")


def set_django_up(data: DataFolder, server: EmbeddedPostgres) -> None:
    """Set Django up as the site, with the copy as a second database that has the same options."""
    os.environ |= {
        "DJMS_PROCESS": "site",
        "DJMS_DATA": str(data.path),
        "DATABASE_URL": server.url("djms_site"),
        "DJANGO_SETTINGS_MODULE": "djmixersoft.settings",
    }
    os.environ.pop("DJMS_URL", None)
    import django
    from django.db import connections

    django.setup()
    connections.databases["by_hand"] = connections.databases["default"] | {
        "USER": "djms_owner",
        "PASSWORD": data.secret("database-djms_owner"),
        "NAME": PLAIN,
    }


@contextmanager
def database_of(alias: str) -> Iterator[None]:
    """Within the block the default database is another one."""
    from django.db import connections

    usual = connections["default"]
    connections["default"] = connections[alias]
    try:
        yield
    finally:
        connections["default"] = usual


def variants(known: dict[str, UUID]) -> list[Variant]:
    """The ways that are compared."""
    from bench.by_hand import VARIANTS, ByHand

    by_hand = [Variant(name, "by_hand", ByHand(name, known).installed) for name in VARIANTS]
    return [Variant(ENFORCED, "default", nullcontext), *by_hand]


def measure_queries(browsers: list[Browser], known: dict[str, UUID]) -> Timings:
    """Time what each page asks of the database, without making the page."""
    from djmixersoft.accounts import selectors as accounts
    from djmixersoft.content.selectors import items as content
    from djmixersoft.people import selectors as people
    from djmixersoft.policy import middleware

    def members_page(browser: Browser) -> list[Any]:
        return [
            accounts.account(browser.account_id),
            accounts.members(browser.account_id),
            accounts.invitations(browser.account_id),
        ]

    asked: dict[str, tuple[str, Callable[[Browser], list[Any]]]] = {
        "studio": ("teamwork", lambda _: accounts.my_accounts()),
        "account": ("teamwork", lambda b: [accounts.account(b.account_id), content.items(b.account_id)]),
        "item": ("teamwork", lambda b: [accounts.account(b.account_id), content.item(b.account_id, b.item_id)]),
        "members": ("teamwork", members_page),
        "me": (
            "self-service",
            lambda _: [
                people.me().email,
                people.my_name(),
                people.my_address(),
                people.am_subscribed(),
                [agreed.version for agreed in people.my_agreements()],
            ],
        ),
        "sessions": ("self-service", lambda b: people.my_sessions(token=b.token)),
    }

    def work(page: str, browser: Browser) -> Any:  # noqa: ANN401 - what a page asked for
        purpose, ask = asked[page]
        # The name that the middleware calls, which is where the other ways put theirs.
        with middleware.acting_for(purpose, token=browser.token):  # type: ignore[attr-defined]  # imported there
            return ask(browser)

    note(f"Queries: {len(asked)} pages, {ROUNDS} rounds each…")
    return compare(list(asked), work, browsers, variants(known))


def measure_pages(browsers: list[Browser], known: dict[str, UUID]) -> Timings:
    """Time whole pages, from the WSGI environment to the last byte, in this process."""
    from bench.wsgi import ADDRESSES, get

    note(f"Pages: {len(ADDRESSES)} pages, {ROUNDS} rounds each…")

    def work(page: str, browser: Browser) -> bytes:
        return get(ADDRESSES[page](browser), browser.token)

    return compare(list(ADDRESSES), work, browsers, variants(known))


def compare(pages: list[str], work: Work, browsers: list[Browser], ways: list[Variant]) -> Timings:
    """Do each page for each person in every way, in an order drawn anew each time."""
    draw = random.Random(SEED)
    timings: Timings = {page: {way.name: [] for way in ways} for page in pages}
    for number in range(WARM + ROUNDS):
        for page in draw.sample(pages, len(pages)):
            browser = browsers[number % len(browsers)]
            answers = []
            for way in draw.sample(ways, len(ways)):
                with ExitStack() as stack:
                    stack.enter_context(database_of(way.alias))
                    stack.enter_context(way.place())
                    began = time.perf_counter()
                    answer = work(page, browser)
                    seconds = time.perf_counter() - began
                if number < WARM:
                    answers.append(answer)
                else:
                    timings[page][way.name].append(seconds)
            if any(answer != answers[0] for answer in answers):
                message = f"the ways disagree about {page}: nothing to compare"
                raise AssertionError(message)
    return timings


def ratios(timings: Timings, share: float, against: str) -> dict[str, float]:
    """For each page: the enforced percentile over that of another way."""
    return {
        page: percentile(ways[ENFORCED], share) / percentile(ways[against], share) for page, ways in timings.items()
    }


def level_figures(level: str, timings: Timings) -> Iterator[Figure]:
    """Each page's medians, and the level's ratios against every other way."""
    for page, ways in timings.items():
        words = " · ".join(f"{way} {median(times) * 1000:.2f} ms" for way, times in ways.items())
        paired = [ours / theirs for ours, theirs in zip(ways[ENFORCED], ways["conventional"], strict=True)]
        spread = (percentile(paired, 0.05), percentile(paired, 0.95))
        ratio = median(ways[ENFORCED]) / median(ways["conventional"])
        yield Figure(f"enforcement_{level}_{page}_ratio_p50", ratio, "ratio", NO_GOAL, len(paired), spread, words)
    mean = partial(combined, timings)
    for against in ("conventional", "autocommit", "bare"):
        yield mean(f"enforcement_{level}_ratio_p50_to_{against}", 0.5, against)
    yield mean(f"enforcement_{level}_ratio_p99", 0.99, "conventional")


def combined(timings: Timings, name: str, share: float, against: str, goal: str = NO_GOAL) -> Figure:
    """The geometric mean of the pages' ratios; the spread goes from the best page's to the worst page's."""
    values = list(ratios(timings, share, against).values())
    runs = sum(len(ways[ENFORCED]) for ways in timings.values())
    return Figure(name, geometric_mean(values), "ratio", goal, runs, (min(values), max(values)))


def verdicts(levels: dict[str, Timings]) -> Iterator[Figure]:
    """The figures with goals: of the levels, the worse counts."""

    def worst(name: str, share: float, against: str, goal: str) -> Figure:
        found = [combined(timings, name, share, against, goal) for timings in levels.values()]
        return max(found, key=lambda figure: figure.value)

    middle = worst("enforcement_ratio_p50", 0.5, "conventional", "<= 1.00")
    accepted = f"{ACCEPTED} is accepted: {'yes' if middle.value <= ACCEPTED else 'no'}"
    yield Figure(**{**vars(middle), "words": accepted})
    yield worst("enforcement_ratio_p99", 0.99, "conventional", "<= 1.2")
    yield worst("enforcement_overhead_ratio_p50", 0.5, "bare", NO_GOAL)
