"""`bench start`: how long a start takes once everything is installed, and what the idle system costs."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from bench import note
from bench.figures import NO_GOAL, Figure, median
from bench.running import Running, running

STARTS = 7
SETTLE_SECONDS = 10.0
IDLE_SECONDS = 60.0
BROWSERS = 32
USES = 20
PUBLIC = ("/", "/privacy", "/terms", "/cookies", "/sign-in", "/register")


def figures() -> Iterator[Figure]:
    """Start several times, then leave it alone for a minute."""
    with running() as site:
        note("The first start makes the database…")
        site.start()
        note(f"{STARTS} more starts…")
        seconds = []
        for _ in range(STARTS):
            site.stop()
            seconds.append(site.start())
        ends = (min(seconds), max(seconds))
        # The slowest one counts: the promise is about every start.
        yield Figure("warm_start_s", max(seconds), "s", "<= 5", STARTS, ends, f"median {median(seconds):.2f} s")
        use(site)
        note(f"Idle for {SETTLE_SECONDS + IDLE_SECONDS:.0f} s…")
        time.sleep(SETTLE_SECONDS)
        yield from idle(site)


def use(site: Running) -> None:
    """Ask for every public page from many browsers at once: a site that was never used costs less than one that was."""

    def visit(_number: int) -> None:
        browser = site.browser()
        for number in range(USES):
            browser.get(PUBLIC[number % len(PUBLIC)])
        browser.close()

    with ThreadPoolExecutor(BROWSERS) as visitors:
        list(visitors.map(visit, range(BROWSERS)))


def idle(site: Running) -> Iterator[Figure]:
    """Processor and memory of everything that `./run` started, while nobody asks for anything."""
    shares, began, used = [], time.monotonic(), site.cpu_seconds()
    first, first_used = began, used
    while began - first < IDLE_SECONDS:
        time.sleep(IDLE_SECONDS / 6)
        now, now_used = time.monotonic(), site.cpu_seconds()
        shares.append(100 * (now_used - used) / (now - began))
        began, used = now, now_used
    share = 100 * (used - first_used) / (began - first)
    processes = f"{len(site.process_ids())} processes"
    yield Figure("idle_cpu_percent", share, "%", "<= 3", len(shares), (min(shares), max(shares)), "of one core")
    rss, pss = site.memory_mib("Rss"), site.memory_mib("Pss")
    yield Figure("idle_rss_mb", rss, "MiB", "<= 700", 1, (rss, rss), processes)
    yield Figure("idle_pss_mb", pss, "MiB", NO_GOAL, 1, (pss, pss), "shared pages counted once")
