"""PostgreSQL gone for 20 seconds by the clock (with ./test --long; else 3), and nobody but PostgreSQL comes to help.

Killed: its processes end, and the supervisor's next one is held in its start. Frozen: it is there and answers nothing,
as behind a cut network or on a machine that swaps.
"""

import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

import pytest

from djmixersoft.operations.postgres import EmbeddedPostgres
from tests.operations.installation import Installation
from tests.operations.visiting import PASSWORD, Answer, Visitor, letters
from tests.support import IS_LONG, wait_until

SECONDS = 20.0 if IS_LONG else 3.0
SOON = 3.0  # seconds: 1.5 to notice it, and as many for a machine that runs other tests
RECOVERED = 5.0  # seconds
VISITORS = 8
WITHOUT = ("/", "/privacy", "/terms", "/cookies", "/sign-in", "/register")
NEEDING = ("/studio", "/me", "/password/forgotten", "/health")
TYPED = {"email": "late@example.org", "account_name": "Late Ångström & Sons", "agree": "on", "newsletter": "on"}


@contextmanager
def killed(server: EmbeddedPostgres) -> Iterator[None]:
    """Within the block the server's processes are dead, but for those of the next start, which don't get on."""
    before = set(server.process_ids())
    for pid in before:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_until("it is started again", lambda: bool(set(server.process_ids()) - before), pause=0.002)
    with frozen(server):
        yield


@contextmanager
def frozen(server: EmbeddedPostgres) -> Iterator[None]:
    """Within the block none of the server's processes does anything."""
    pids = server.process_ids()
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def visit(installation: Installation, until: float, answers: list[tuple[str, Answer]], number: int) -> None:
    """Ask for one page after the other, as somebody does who isn't told to wait."""
    visitor = Visitor(installation)
    paths = WITHOUT + NEEDING
    while time.monotonic() < until:
        path = paths[number % len(paths)]
        visitor.token = "of-a-session"
        answers.append((path, visitor.ask(path)))
        number += 1


def registered(installation: Installation, email: str) -> Visitor:
    """Somebody who registers, opens the mail, confirms and signs in."""
    visitor = Visitor(installation)
    sent = visitor.ask("/register", email=email, password=PASSWORD, account_name="Early", agree="on")
    assert sent.status == 200, sent.page
    wait_until("the mail", lambda: bool(letters(installation.folder, email)))
    link = re.search(r"(/confirm/\w+)", letters(installation.folder, email)[0])
    assert link
    assert visitor.ask(link[1], confirm="1").status == 303
    assert visitor.ask("/sign-in", email=email, password=PASSWORD, stay="on").location == "/studio"
    return visitor


@pytest.mark.parametrize("gone", [killed, frozen])
def test_while_it_is_gone_pages_say_so_soon_and_nothing_typed_is_lost_and_all_comes_back(
    installation: Installation, gone: Callable[[EmbeddedPostgres], AbstractContextManager[None]]
) -> None:
    installation.start()
    server, email = EmbeddedPostgres(installation.folder), f"{gone.__name__}-{time.time_ns()}@example.org"
    dj = registered(installation, email)
    site = installation.pids("djmixersoft site")
    answers: list[tuple[str, Answer]] = []
    assert dj.ask("/password/forgotten", email=email).status == 200
    if not IS_LONG:
        wait_until("its mail", lambda: len(letters(installation.folder, email)) == 2)
    with gone(server):
        ends = time.monotonic() + SECONDS
        crowd = [
            threading.Thread(target=visit, args=(installation, ends, answers, number)) for number in range(VISITORS)
        ]
        for one in crowd:
            one.start()
        sent = dj.ask("/register", password=PASSWORD, **TYPED | {"email": f"late-{email}"})
        studio = dj.ask("/studio")
        for one in crowd:
            one.join()
    back = time.monotonic()
    wait_until("the studio comes back", lambda: dj.ask("/studio").status == 200, 30, pause=0.02)
    recovered = time.monotonic() - back

    for path, answer in answers:
        assert answer.status == (200 if path in WITHOUT else 503), path
        assert answer.seconds < SOON, path
    for answer in (sent, studio):
        assert answer.status == 503
        assert answer.retry_after > 0
        assert answer.seconds < SOON
        assert "Something behind this page is out of reach. It comes back by itself" in answer.page
    assert "Late Ångström &amp; Sons" in sent.page
    assert PASSWORD not in sent.page
    assert recovered < RECOVERED
    assert installation.pids("djmixersoft site") == site, "the site itself was not started anew"

    again = dj.ask("/register", **sent.hidden, password=PASSWORD)
    assert again.status == 200
    wait_until("the mail of afterwards goes out", lambda: bool(letters(installation.folder, f"late-{email}")), 45)
    # If the mailer was in the midst of it, another takes it over: after 30 s without a sign of life, within a minute.
    wait_until("the mail of before goes out", lambda: len(letters(installation.folder, email)) == 2, 100)
