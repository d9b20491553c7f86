"""`bench content scaling`: what each costs at 1, 10 and 100 times the items, and how much faster than the work it grew.

The work is what grows tenfold from column to column: items in the account for what looks into it, items moved for a
move, bytes for a transfer. `growth` is the worse of the two steps, cost over work: 0.1 is a cost that stays the same
with ten times the work, 1 one that grows as the work does. A round does all at each size, in an order drawn anew. What
a move leaves behind is cleared away before anything else is timed, as PostgreSQL does by itself within a minute.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise

import psycopg

from bench import asking, note
from bench.crate import Crate
from bench.figures import Figure, median
from bench.keepers import ENCRYPTED
from bench.running import Browser
from bench.sites import Installation, served
from bench.wire import MIB, Pattern, Wire

SEED = 20261123
ROUNDS = 30
TIMES = 10
LEAST_MIB = 4
SELDOM = 6
"""Transfers are done in one of so many rounds, because the largest take seconds."""
TRANSFERS = ("upload", "download")

Doing = Callable[[], float]
"""Does it once; seconds."""


def figures(installation: Installation, crates: Sequence[Crate]) -> Iterator[Figure]:
    """Measure, print the table, and yield a figure a row."""
    with (
        served(installation, ENCRYPTED) as (site,),
        psycopg.connect(installation.superuser, autocommit=True) as superuser,
    ):
        clear = partial(superuser.execute, b"VACUUM djms.item, djms.item_undo")
        wires = [Wire(site.port, installation.certificate, crate.token) for crate in crates]
        browsers = [site.browser(crate.token) for crate in crates]
        draw = random.Random(SEED)
        each_size = zip(crates, browsers, wires, range(len(crates)), strict=True)
        rows = [_doings(draw, clear, *each) for each in each_size]
        note(f"{len(rows[0])} things at {len(rows)} sizes, {ROUNDS} rounds…")
        times = _timed(draw, rows)
    yield from table(crates, times)


def _doings(
    draw: random.Random, clear: Callable[[], object], crate: Crate, browser: Browser, wire: Wire, step: int
) -> dict[str, Doing]:
    """What is done with one account; `step`: how many times ten its size is of the first one's."""

    def page(address: Callable[[Crate, random.Random], str]) -> float:
        return asking.seconds_of(browser, address(crate, draw))

    places = [crate.full, crate.empty]

    def move() -> float:
        seconds = asking.move_all(browser, crate, *places)
        places.reverse()
        clear()
        return seconds

    pages = {
        "list": asking.first_pages,
        "deep list": asking.deep_pages,
        "search": asking.typed,
        "filtered search": asking.filtered,
        "item": asking.item,
    }
    return {
        **{name: partial(page, address) for name, address in pages.items()},
        "move of a tenth": move,
        **_transfers(crate, wire, LEAST_MIB * TIMES**step),
    }


def _transfers(crate: Crate, wire: Wire, mib: int) -> dict[str, Doing]:
    """A file of so many MiB up and down, a range in it, and a file of one MiB among all others."""
    pattern = Pattern(b"scaling")
    path = wire.upload(crate.account_id, "scaling.flac", pattern, mib=mib, step=mib) + "/file"
    middle = mib * MIB // 2

    def upload(size: int) -> float:
        began = time.perf_counter()
        wire.upload(crate.account_id, "again.flac", pattern, mib=size, step=size)
        return time.perf_counter() - began

    return {
        "upload": partial(upload, mib),
        "download": lambda: wire.get(path).seconds,
        "range": lambda: wire.get(path, span=(middle, middle + 65_536)).seconds,
        "small upload": partial(upload, 1),
    }


def _timed(draw: random.Random, rows: Sequence[dict[str, Doing]]) -> dict[str, list[list[float]]]:
    """The seconds of each thing, by size."""
    times: dict[str, list[list[float]]] = {name: [[] for _ in rows] for name in rows[0]}
    for number in range(-1, ROUNDS):
        for name in draw.sample(list(times), len(times)):
            if name in TRANSFERS and number % SELDOM:
                continue
            for step in draw.sample(range(len(rows)), len(rows)):
                seconds = rows[step][name]()
                if number >= 0:
                    times[name][step].append(seconds)
    return times


def table(crates: Sequence[Crate], times: dict[str, list[list[float]]]) -> Iterator[Figure]:
    """Print each cost by size, and yield how it grew."""
    sizes = " ".join(f"{crate.items:>10,}" for crate in crates)
    note(f"{'median ms':<18} {sizes} {'growth of cost over work, by step':>36}   {'of cost alone':>13}")
    for name, by_size in times.items():
        cost = [median(values) for values in by_size]
        steps = [after / before / TIMES for before, after in pairwise(cost)]
        shown = " ".join(f"{seconds * 1000:>10.1f}" for seconds in cost)
        over = " ".join(f"{step:.2f}" for step in steps)
        note(f"{name:<18} {shown} {over:>36}   {cost[-1] / cost[0]:>13.2f}")
        words = " → ".join(f"{seconds * 1000:.1f}" for seconds in cost) + " ms"
        figure = f"growth_{name.replace(' ', '_')}"
        yield Figure(figure, max(steps), "ratio", "<= 1.0", len(by_size[-1]), (min(steps), max(steps)), words)
