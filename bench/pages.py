"""`bench pages`: how long each page takes over https while nothing else is asked."""

import random
from collections.abc import Iterator
from http import HTTPStatus

from bench import crowd, note
from bench.figures import Figure, timing
from bench.running import running
from bench.wsgi import ADDRESSES

PEOPLE, ACCOUNTS, ITEMS = 2_000, 200, 20_000
ROUNDS = 200
WARM = 20
PUBLIC = {
    "front": "/",
    "privacy": "/privacy",
    "terms": "/terms",
    "cookies": "/cookies",
    "sign_in": "/sign-in",
    "register": "/register",
    "health": "/health",
}
SEED = 20261123


def figures() -> Iterator[Figure]:
    """Ask for the pages in turns over one connection, for one person."""
    with running() as site:
        note(f"Starting, and filling {PEOPLE:,} people, {ACCOUNTS:,} accounts, {ITEMS:,} items…")
        site.start()
        crowd.fill(site.superuser(), people=PEOPLE, accounts=ACCOUNTS, items=ITEMS)
        person = crowd.browsers(site.superuser(), 1, people=PEOPLE)[0]
        paths = PUBLIC | {name: address(person) for name, address in ADDRESSES.items()}
        note(f"{len(paths)} pages, {ROUNDS} rounds…")
        browser = site.browser(person.token)
        draw = random.Random(SEED)
        times: dict[str, list[float]] = {name: [] for name in paths}
        for number in range(WARM + ROUNDS):
            for name in draw.sample(list(paths), len(paths)):
                answer = browser.get(paths[name])
                if answer.status != HTTPStatus.OK:
                    message = f"{paths[name]} answered {answer.status}"
                    raise RuntimeError(message)
                if number >= WARM:
                    times[name].append(answer.seconds)
        browser.close()
        for name, seconds in times.items():
            yield from timing(f"page_{name}", seconds)
