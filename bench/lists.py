"""`bench content lists`: lists, finding and moving many in an account of 50,000 items, one request at a time."""

import random
from collections.abc import Callable, Iterator

from bench import note
from bench.asking import deep_pages, filtered, first_pages, move_all, seconds_of, typed
from bench.crate import MOVED, Crate
from bench.figures import NO_GOAL, Figure, median, percentile
from bench.keepers import ENCRYPTED
from bench.running import Browser
from bench.sites import Installation, served

SEED = 20261123
ROUNDS = 400
WARM = 20
MOVES = 10

Address = Callable[[Crate, random.Random], str]
ASKED: dict[str, tuple[Address, str, str]] = {
    "list_50k_p95_ms": (first_pages, "<= 200", "the first ten pages, sorted in any way, and folders"),
    "list_50k_deep_p95_ms": (deep_pages, NO_GOAL, "any page of 20,000, sorted in any way"),
    "search_50k_p95_ms": (typed, "<= 150", "words as they are typed"),
    "search_50k_filtered_p95_ms": (filtered, NO_GOAL, "by tag, kind, person or day, half of them with a word"),
}


def figures(installation: Installation, crate: Crate) -> Iterator[Figure]:
    """Ask for everything in turns, then move a tenth of the items to and fro."""
    with served(installation, ENCRYPTED) as (site,):
        browser = site.browser(crate.token)
        note(f"{crate.items:,} items: {len(ASKED)} kinds of lists, {ROUNDS} rounds…")
        times = _asked(browser, crate)
        for name, (_, goal, words) in ASKED.items():
            values = times[name]
            ends = (median(values), max(values))
            yield Figure(name, percentile(values, 0.95), "ms", goal, len(values), ends, f"from p50 to max; {words}")
        note(f"{crate.items // MOVED:,} items moved {MOVES} times…")
        yield _moved(browser, crate)
        browser.close()


def _asked(browser: Browser, crate: Crate) -> dict[str, list[float]]:
    draw = random.Random(SEED)
    times: dict[str, list[float]] = {name: [] for name in ASKED}
    for number in range(-WARM, ROUNDS):
        for name in draw.sample(list(ASKED), len(ASKED)):
            milliseconds = seconds_of(browser, ASKED[name][0](crate, draw)) * 1000
            if number >= 0:
                times[name].append(milliseconds)
    return times


def _moved(browser: Browser, crate: Crate) -> Figure:
    """To and fro; the slowest counts."""
    places = (crate.full, crate.empty)
    seconds = [move_all(browser, crate, places[number % 2], places[1 - number % 2]) for number in range(MOVES)]
    ends = (min(seconds), max(seconds))
    words = f"the slowest; median {median(seconds):.2f} s; {crate.items // MOVED} items"
    return Figure("bulk_move_5k_s", max(seconds), "s", "<= 2", MOVES, ends, words)
