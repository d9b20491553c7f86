"""`bench login`: whether a wrong password tells who is registered, and what a flood of log-ins does to the pages."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from bench import crowd, note
from bench.figures import NO_GOAL, Figure, median, percentile, timing
from bench.flood import PASSWORD
from bench.running import Browser, Running, running
from djmixersoft.people.passwords import derive_key, fresh_recipe

PEOPLE, ACCOUNTS, ITEMS = 2_000, 200, 20_000
PAIRS = 300
WARM = 10
TURNS = 5
TURN_SECONDS = 6.0
AT_ONCE = 50
SEED = 20261123


def figures() -> Iterator[Figure]:
    """Start, fill, measure both."""
    with running() as site:
        note(f"Starting, and filling {PEOPLE:,} people who have a password…")
        site.start()
        crowd.fill(site.superuser(), people=PEOPLE, accounts=ACCOUNTS, items=ITEMS)
        give_passwords(site)
        token = crowd.browsers(site.superuser(), 1, people=PEOPLE)[0].token
        note(f"{PAIRS} pairs of wrong passwords…")
        yield from unknown_against_known(site)
        note(f"{TURNS} turns of {TURN_SECONDS:.0f} s quiet and {TURN_SECONDS:.0f} s of {AT_ONCE} log-ins at once…")
        yield from quiet_against_flood(site, token)


def give_passwords(site: Running) -> None:
    """Give everybody the same password; one salt for all spares an hour of hashing and changes nothing measured."""
    recipe = fresh_recipe()
    key = derive_key(PASSWORD, recipe)
    with psycopg.connect(site.superuser()) as connection:
        connection.execute(
            b"insert into djms.credential (person_id, salt, memory_kib, passes, lanes, verifier)"
            b" select id, %s, %s, %s, %s, sha256(%s) from djms.person",
            (recipe.salt, recipe.memory_kib, recipe.passes, recipe.lanes, key),
        )
    with psycopg.connect(site.superuser(), autocommit=True) as connection:
        connection.execute(b"vacuum (analyze) djms.credential")


def unknown_against_known(site: Running) -> Iterator[Figure]:
    """The time of a wrong password for a registered address and for one that is not, in pairs, in random order.

    Every address is tried once, so that the limit of tries for one address plays no part.
    """
    browser, draw = site.browser(), random.Random(SEED)
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    for number in range(1, WARM + PAIRS + 1):
        pair = {"known": f"dj{number}@example.org", "unknown": f"dj{number}@example.net"}
        for kind in draw.sample(list(pair), 2):
            answer = browser.post("/sign-in", {"email": pair[kind], "password": "wrong horse battery staple"})
            if number > WARM:
                times[kind].append(answer.seconds)
    browser.close()
    ratios = [unknown / known for unknown, known in zip(times["unknown"], times["known"], strict=True)]
    spread = (percentile(ratios, 0.05), percentile(ratios, 0.95))
    value = median(times["unknown"]) / median(times["known"])
    yield Figure("login_unknown_time_ratio", value, "ratio", "0.95..1.05", PAIRS, spread)
    for kind, seconds in times.items():
        yield timing(f"login_{kind}", seconds)[0]


def quiet_against_flood(site: Running, token: str) -> Iterator[Figure]:
    """The 95th percentile of pages in a flood of log-ins, against quiet, in turns."""
    pages = {"front": "/", "privacy": "/privacy", "studio": "/studio"}
    quiet: dict[str, list[float]] = {name: [] for name in pages}
    flooded: dict[str, list[float]] = {name: [] for name in pages}
    browser = site.browser(token)
    for _ in range(TURNS):
        ask(browser, pages, quiet)
        with flood(site):
            ask(browser, pages, flooded)
    browser.close()
    ratios = {name: percentile(flooded[name], 0.95) / percentile(quiet[name], 0.95) for name in pages}
    runs = sum(len(seconds) for seconds in flooded.values())
    ends = (min(ratios.values()), max(ratios.values()))
    yield Figure("login_flood_page_p95_ratio", max(ratios.values()), "ratio", "<= 3", runs, ends, "the worst page")
    for name in pages:
        value = percentile(flooded[name], 0.95)
        ends = (percentile(quiet[name], 0.95) * 1000, value * 1000)
        words = "spread: quiet … flood"
        yield Figure(f"login_flood_{name}_p95_ms", value * 1000, "ms", NO_GOAL, len(flooded[name]), ends, words)


def ask(browser: Browser, pages: dict[str, str], times: dict[str, list[float]]) -> None:
    """Ask for the pages in turns, a hundredth of a second apart, for one turn."""
    ends = time.monotonic() + TURN_SECONDS
    while time.monotonic() < ends:
        for name, path in pages.items():
            times[name].append(browser.get(path).seconds)
            time.sleep(0.01)


@contextmanager
def flood(site: Running) -> Iterator[None]:
    """Flood within the block, after a second in which it swells."""
    command = [sys.executable, "-P", "-m", "bench.flood", str(site.port), str(site.certificate), str(PEOPLE)]
    process = subprocess.Popen(  # noqa: S603 - our own command
        [*command, str(AT_ONCE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        time.sleep(1.0)
        yield
    finally:
        counted, _ = process.communicate("")
        note(f"Log-ins answered, by status: {counted.strip()}")
