"""`bench enforcement`: pages and queries under the compiled policy, against the same done by hand without it.

One database on one cluster with fsync on. The enforced way is the site's login and the site's own code; the others are
the owner's login, which here bypasses row security, and bench/by_hand.py says what each of them does. A round does the
same page for the same person in every way that takes part, in an order drawn anew, so that whatever disturbs the
machine disturbs all of them alike; answers are compared before anything is timed.
"""

import os
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from bench import crowd, dataset, note
from bench.comparing import BY_HAND, ENFORCED, Timings, level_figures, verdicts
from bench.crowd import Browser
from bench.figures import Figure
from bench.scans import scans
from djmixersoft.operations.datafolder import DataFolder
from djmixersoft.operations.postgres import EmbeddedPostgres

SEED = 20261123
ROUNDS = 1000
WARM = 100
# The ways that only inform take part in every so many rounds; those with goals in all.
INFORMING = 4
VARIANTS = (BY_HAND, "autocommit", "conventional", "bare")  # as bench/by_hand.py describes them
UNPREPARED = "_unprepared"

Work = Callable[[str, Browser], Any]


@dataclass(frozen=True)
class Way:
    """One way to do it: the alias of its login, and what is put in place of the enforced functions."""

    name: str
    alias: str
    place: Callable[[], AbstractContextManager[None]] = nullcontext


def figures(folder: Path | None = None) -> Iterator[Figure]:
    """Prepare, measure, and yield the figures; `folder`: where the filled database is kept for the next run."""
    with dataset.served(folder) as (data, server):
        browsers = crowd.browsers(server.url("postgres"))
        largest = crowd.in_the_largest(server.url("postgres"))
        set_django_up(data, server)
        with psycopg.connect(server.url("postgres")) as connection:
            known = dict(crowd.people_of(connection, [browser.token for browser in [*browsers, largest]]))
        try:
            yield from measured(server, browsers, largest, known)
        finally:
            close_all()


def measured(
    server: EmbeddedPostgres, browsers: list[Browser], largest: Browser, known: Mapping[str, UUID]
) -> Iterator[Figure]:
    """Measure queries, then pages, each figure as soon as it is known."""
    work, pages = queries()
    yield from scans(server, lambda: once(work, pages, browsers), close_all)
    note(f"Queries: {len(pages)} pages, {ROUNDS} rounds each…")
    levels = {"queries": compare(pages, work, browsers, ways(known))}
    yield from level_figures("queries", levels["queries"])
    note(f"Queries without prepared statements: {ROUNDS // INFORMING} rounds each…")
    unprepared = ways(known, UNPREPARED)[:2]
    yield from level_figures("unprepared", compare(pages, work, browsers, unprepared, ROUNDS // INFORMING))
    note(f"Queries in the largest account: {ROUNDS // INFORMING} rounds each…")
    of_account = ["account", "item", "members"]
    yield from level_figures("largest", compare(of_account, work, [largest], ways(known)[:2], ROUNDS // INFORMING))
    work, pages = whole_pages()
    note(f"Pages: {len(pages)} pages, {ROUNDS} rounds each…")
    levels["pages"] = compare(pages, work, browsers, ways(known))
    yield from level_figures("pages", levels["pages"])
    yield from verdicts(levels)


def set_django_up(data: DataFolder, server: EmbeddedPostgres) -> None:
    """Set Django up as the site; beside it a login for each way, all with the same options and size of pool."""
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
    site = connections.databases["default"]
    owner = site | {"USER": "djms_owner", "PASSWORD": data.secret("database-djms_owner")}
    # Only row policies need sessions that are cleaned between requests; by hand it is Django's own pool, with its check
    # that the connection lives, which the cleaning includes.
    owner |= {"ENGINE": "django.db.backends.postgresql", "CONN_HEALTH_CHECKS": True}
    for name in (ENFORCED, *VARIANTS):
        # A pool for each, because a connection keeps the plans of 100 statements, and shared ones would crowd it.
        login = dict(site if name == ENFORCED else owner)
        connections.databases[name] = login
        connections.databases[name + UNPREPARED] = login | {"OPTIONS": site["OPTIONS"] | {"prepare_threshold": None}}


def close_all() -> None:
    """End every connection of this process."""
    from django.db import connections

    for wrapper in connections.all(initialized_only=True):
        wrapper.close()
        wrapper.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's wrapper has it, the base class not


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


def ways(known: Mapping[str, UUID], suffix: str = "") -> list[Way]:
    """The ways that are compared; the two with goals come first."""
    from bench.by_hand import ByHand

    by_hand = [Way(name, name + suffix, ByHand(name, known).installed) for name in VARIANTS]
    return [Way(ENFORCED, ENFORCED + suffix), *by_hand]


def queries() -> tuple[Work, list[str]]:
    """What each page asks of the database, in its transaction, without making the page."""
    from djmixersoft.accounts import selectors as accounts
    from djmixersoft.content.selectors import items as content
    from djmixersoft.people import selectors as people
    from djmixersoft.policy import middleware

    def members(browser: Browser) -> list[Any]:
        account_id = browser.account_id
        return [accounts.account(account_id), accounts.members(account_id), accounts.invitations(account_id)]

    def me(_browser: Browser) -> list[Any]:
        agreed = [one.version for one in people.my_agreements()]
        return [people.me().email, people.my_name(), people.my_address(), people.am_subscribed(), agreed]

    asked: dict[str, tuple[str, Callable[[Browser], list[Any]]]] = {
        "studio": ("teamwork", lambda _: accounts.my_accounts()),
        "account": ("teamwork", lambda b: [accounts.account(b.account_id), content.items(b.account_id)]),
        "item": ("teamwork", lambda b: [accounts.account(b.account_id), content.item(b.account_id, b.item_id)]),
        "members": ("teamwork", members),
        "me": ("self-service", me),
        "sessions": ("self-service", lambda b: people.my_sessions(token=b.token)),
    }

    def work(page: str, browser: Browser) -> Any:  # noqa: ANN401 - what a page asked for
        purpose, ask = asked[page]
        # The name that the middleware calls, which is where the other ways put theirs.
        with middleware.acting_for(purpose, token=browser.token):  # type: ignore[attr-defined]  # imported there
            return ask(browser)

    return work, list(asked)


def whole_pages() -> tuple[Work, list[str]]:
    """Whole pages, from the WSGI environment to the last byte, in this process."""
    from bench.wsgi import ADDRESSES, get

    def work(page: str, browser: Browser) -> bytes:
        return get(ADDRESSES[page](browser), browser.token)

    return work, list(ADDRESSES)


def once(work: Work, pages: list[str], browsers: list[Browser]) -> int:
    """Do each page for everybody, enforced and untimed; return how many that were."""
    for browser in browsers:
        for page in pages:
            work(page, browser)
    return len(browsers) * len(pages)


def compare(pages: list[str], work: Work, browsers: list[Browser], taking: list[Way], rounds: int = ROUNDS) -> Timings:
    """Do each page for each person in every way, in an order drawn anew each time."""
    draw = random.Random(SEED)
    timings: Timings = {page: {way.name: [] for way in taking} for page in pages}
    for number in range(-WARM, rounds):
        part = taking if number < 0 or number % INFORMING == 0 else taking[:2]
        for page in draw.sample(pages, len(pages)):
            browser = browsers[number % len(browsers)]
            answers = []
            for way in draw.sample(part, len(part)):
                with ExitStack() as stack:
                    stack.enter_context(database_of(way.alias))
                    stack.enter_context(way.place())
                    began = time.perf_counter()
                    answer = work(page, browser)
                    seconds = time.perf_counter() - began
                if number < 0:
                    answers.append(answer)
                else:
                    timings[page][way.name].append(seconds)
            if any(answer != answers[0] for answer in answers):
                message = f"the ways disagree about {page}: nothing to compare"
                raise AssertionError(message)
    return timings
