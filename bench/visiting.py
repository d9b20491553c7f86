"""`bench content pages`: the main pages for 50 clients at once, each asking for the next as soon as it has one."""

import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

from bench import crowd, note
from bench.asking import first_pages, typed
from bench.content import PEOPLE
from bench.crate import Crate
from bench.crowd import Browser as Visitor
from bench.figures import NO_GOAL, Figure, median, percentile
from bench.keepers import ENCRYPTED
from bench.sites import Installation, Served, served
from bench.wsgi import ADDRESSES

SEED = 20261123
CLIENTS = 50
WARM_SECONDS = 5.0
SECONDS = 40.0
LARGE = 5
"""One in so many clients is in the account of 50,000 items, the others are of the crowd."""

Times = dict[str, list[float]]


def figures(installation: Installation, crate: Crate) -> Iterator[Figure]:
    """Have 50 clients ask for three quarters of a minute."""
    visitors = crowd.browsers(installation.superuser, CLIENTS, people=PEOPLE)
    with served(installation, ENCRYPTED) as (site,):
        note(f"{CLIENTS} clients for {SECONDS:.0f} s…")
        times, statuses, seconds = _visited(site, visitors, crate)
    asked = sum(map(len, times.values()))
    unanswered = ", ".join(f"{count} times {status}" for status, count in statuses.items()) or "all answered 200"
    yield Figure("pages_per_s", asked / seconds, "1/s", NO_GOAL, asked, (asked / seconds,) * 2, unanswered)
    ratios = {name: percentile(values, 0.99) / median(values) for name, values in times.items()}
    worst = max(ratios, key=lambda name: ratios[name])
    ends = (min(ratios.values()), max(ratios.values()))
    words = f"of the worst page, {worst}"
    yield Figure("pages_p99_over_p50", ratios[worst], "ratio", "<= 10", len(times[worst]), ends, words)
    for name, values in times.items():
        ends = (median(values) * 1000, percentile(values, 0.99) * 1000)
        yield Figure(f"pages_{name}_p50_ms", ends[0], "ms", NO_GOAL, len(values), ends, "from p50 to p99")


def _visited(site: Served, visitors: list[Visitor], crate: Crate) -> tuple[Times, dict[int, int], float]:
    times: Times = {}
    statuses: dict[int, int] = {}
    counting, over, mine = threading.Event(), threading.Event(), threading.Lock()

    def visit(number: int) -> None:
        draw = random.Random(SEED + number)
        large = number % LARGE == 0
        browser = site.browser(crate.token if large else visitors[number % len(visitors)].token)
        while not over.is_set():
            name, path = _next(draw, crate if large else None, visitors[number % len(visitors)])
            counts, answer = counting.is_set(), browser.get(path)
            with mine:
                if counts and not over.is_set():
                    if answer.status == HTTPStatus.OK:
                        times.setdefault(name, []).append(answer.seconds)
                    else:
                        statuses[answer.status] = statuses.get(answer.status, 0) + 1
        browser.close()

    with ThreadPoolExecutor(CLIENTS) as clients:
        waiting = [clients.submit(visit, number) for number in range(CLIENTS)]
        time.sleep(WARM_SECONDS)
        counting.set()
        began = time.monotonic()
        time.sleep(SECONDS)
        over.set()
        seconds = time.monotonic() - began
        for done in waiting:
            done.result()
    return times, statuses, seconds


def _next(draw: random.Random, crate: Crate | None, visitor: Visitor) -> tuple[str, str]:
    """The page that a client asks for next."""
    if crate:
        asked = {"list_50k": first_pages, "search_50k": typed}
        name = draw.choice(list(asked))
        return name, asked[name](crate, draw)
    name = draw.choice(list(ADDRESSES))
    return name, ADDRESSES[name](visitor)
