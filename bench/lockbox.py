"""`bench lockbox`: how soon an unlocked item comes, a revoked access ends, and Administrators are told."""

import random
import threading
import time
from collections.abc import Iterator
from typing import Final

import psycopg
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bench import crowd, note
from bench.agents import Access, Place, approved, asked, hired, places, sent
from bench.figures import NO_GOAL, Figure, median, percentile
from bench.running import Browser, Running, free_port, running

SEED: Final = 20261123
PEOPLE, ACCOUNTS, ITEMS = 20_000, 2_000, 1_000_000
GRANTS: Final = 100
WARM: Final = 100
UNLOCKED: Final = 1_000
OTHER_MAILS: Final = 10_000
NOTICES: Final = 100
MAIL_SECONDS: Final = 0.05
"""What the mail server takes for a mail."""
PATIENCE: Final = 120.0  # seconds
_OK, _PART = 200, 206


def figures() -> Iterator[Figure]:
    """Start, fill, open a hundred accesses, and measure."""
    port = free_port()
    server = Controller(_Slowly(), hostname="localhost", port=port)
    server.start()
    try:
        with running() as site:
            note(f"Starting, and filling {ITEMS:,} items…")
            site.start(f"smtp://localhost:{port}")
            crowd.fill(site.superuser(), people=PEOPLE, accounts=ACCOUNTS, items=ITEMS)
            site.wait_for_probes()
            agents, found = hired(site), places(site, GRANTS, PEOPLE)
            note(f"{GRANTS} accesses are asked for and approved…")
            accesses = [approved(agents[n % len(agents)], place) for n, place in enumerate(found)]
            yield from unlocking(accesses)
            yield from revoking(accesses)
            yield from telling(site, agents, found)
    finally:
        server.stop()


class _Slowly:
    """A mail server that takes its time for each mail."""

    async def handle_DATA(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        import asyncio

        await asyncio.sleep(MAIL_SECONDS)
        return "250 OK"


def unlocking(accesses: list[Access]) -> Iterator[Figure]:
    """From sending the unlock to the first byte of the item, whichever access it is under."""
    note(f"{UNLOCKED:,} items are unlocked…")
    draw, straight, paged = random.Random(SEED), list[float](), list[float]()
    for number in range(-WARM, UNLOCKED):
        access = draw.choice(accesses)
        began = time.perf_counter()
        page = access.unlock()
        middle = time.perf_counter()
        file = _file(access.agent, page)
        if number >= 0:
            straight.append((middle - began + file) * 1000)
            paged.append(access.agent.get(page).seconds * 1000)
    ends = (min(straight), max(straight))
    words = f"p50 {median(straight):.1f} ms"
    yield Figure("unlock_first_byte_p99_ms", percentile(straight, 0.99), "ms", "<= 20", UNLOCKED, ends, words)
    ends = (min(paged), max(paged))
    words = f"p50 {median(paged):.1f} ms"
    yield Figure("unlocked_page_p99_ms", percentile(paged, 0.99), "ms", NO_GOAL, UNLOCKED, ends, words)


def revoking(accesses: list[Access]) -> Iterator[Figure]:
    """From sending the revocation to the answer at the desk that shows nothing any more; it asks without a pause."""
    note(f"{len(accesses)} accesses are revoked while they are read…")
    waits = [_revoked(access) for access in accesses]
    ends = (min(waits), max(waits))
    words = f"p50 {median(waits) * 1000:.0f} ms"
    yield Figure("revoke_refused_p99_s", percentile(waits, 0.99), "s", "<= 1", len(waits), ends, words)


def _revoked(access: Access) -> float:
    page, looks, over = access.unlock(), threading.Event(), list[float]()

    def look() -> None:
        while access.agent.get(f"{page}/file", {"Range": "bytes=0-0"}).status == _PART:
            looks.set()
        over.append(time.perf_counter())

    reader = threading.Thread(target=look)
    reader.start()
    looks.wait(PATIENCE)
    began = time.perf_counter()
    access.revoke()
    reader.join(PATIENCE)
    return over[0] - began


def telling(site: Running, agents: list[Browser], found: list[Place]) -> Iterator[Figure]:
    """From asking for an access with a notice to follow, to the mail server's having taken the notice."""
    note(f"{NOTICES} notices behind {OTHER_MAILS:,} other mails…")
    for place in found[:NOTICES]:
        sent(place.browser, f"/accounts/{place.account_id}/access/notices", {"after_notice": "allow"})
    waits = []
    with psycopg.connect(site.superuser(), autocommit=True) as connection:
        for number, place in enumerate(found[:NOTICES]):
            _refill(connection)
            began = time.time()
            asked(agents[number % len(agents)], place, afterwards=True)
            waits.append(_sent_at(connection, place) - began)
    ends = (min(waits), max(waits))
    words = f"p50 {median(waits):.2f} s"
    yield Figure("notice_handed_over_p99_s", percentile(waits, 0.99), "s", "<= 60", len(waits), ends, words)


def _refill(connection: psycopg.Connection) -> None:
    """Have so many other mails wait again."""
    connection.execute(
        b"insert into djms.mail_message (template, recipient)"
        b" select 'password-changed', 'dj' || n || '@example.org' from generate_series(1, %s - ("
        b"   select count(*) from djms.procrastinate_jobs where queue_name = 'mailer' and status = 'todo')) n",
        (OTHER_MAILS,),
    )


def _sent_at(connection: psycopg.Connection, place: Place) -> float:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        row = connection.execute(
            b"select extract(epoch from max(sent_at))::float from djms.access_notice where account_id = %s",
            (place.account_id,),
        ).fetchone()
        if row and row[0] is not None:
            return float(row[0])
        time.sleep(0.01)
    message = "a notice was never sent"
    raise RuntimeError(message)


def _file(agent: Browser, page: str) -> float:
    """Seconds to the first byte of the item. Raises RuntimeError."""
    answer = agent.get(f"{page}/file")
    if answer.status != _OK:
        message = f"{page}/file answered {answer.status}"
        raise RuntimeError(message)
    return answer.first_byte
