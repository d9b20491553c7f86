"""Uploads to the real site, restarted, over connections that break: none is lost, none is doubled."""

import hashlib
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from tests.content.cutting import Proxy
from tests.content.running import Member, Sending, Site, downloaded, names_of
from tests.support import IS_LONG
from tests.vault.sealing import noise

UPLOADS = 100 if IS_LONG else 8
LARGEST = 3_000_000 if IS_LONG else 400_000
# After a hole it takes a quarter of a minute until another connection may go on.
FATES = ["whole", "cut", "cut", "half", "mute", "mute", *(["hole"] if IS_LONG else [])]


@pytest.fixture
def member(superuser: psycopg.Connection[Any]) -> Member:
    return Member.made(superuser)


def some_files(seed: int, count: int) -> dict[str, bytes]:
    """Files of all sizes by their names."""
    chance = random.Random(seed)
    return {f"{n:03}.ogg": chance.randbytes(chance.randrange(1, LARGEST)) for n in range(count)}


def check(site: Site, member: Member, superuser: psycopg.Connection[Any], sendings: list[Sending]) -> None:
    """Each is there once, bit for bit, and nothing that was acknowledged was lost in between."""
    assert [lost for sending in sendings for lost in sending.lost] == []
    for sending in sendings:
        assert sending.item, sending.name
        found = hashlib.sha256(downloaded(site, member, sending.item)).hexdigest()
        assert found == hashlib.sha256(sending.data).hexdigest(), sending.name
    assert names_of(superuser, member) == sorted(sending.name for sending in sendings)


def test_an_upload_goes_on_after_the_site_was_restarted(
    site: Site, member: Member, superuser: psycopg.Connection[Any]
) -> None:
    sending = Sending(site, member, noise(200_000), "restarted.ogg")
    for length in (70_001, 5, 50_000) if IS_LONG else (70_001,):
        sending.send(length)
        before = sending.offset
        site.stop()
        site.start()
        sending.send(0)
        assert sending.offset == before
    sending.run()
    check(site, member, superuser, [sending])


def test_uploads_through_a_proxy_that_cuts_delays_and_halves_all_end_right(
    site: Site, member: Member, superuser: psycopg.Connection[Any]
) -> None:
    proxy = Proxy(site.port, seed=20261123, longest=LARGEST // 3, fates=FATES)
    try:
        sendings = [
            Sending(site, member, data, name, port=proxy.port, patience=1.0)
            for name, data in some_files(1, UPLOADS).items()
        ]
        in_threads([sending.run for sending in sendings], at_once=8)
    finally:
        proxy.close()
    check(site, member, superuser, sendings)
    assert sum(sending.tries for sending in sendings) > UPLOADS, "the proxy must have been in the way"


def in_threads(tasks: list[Callable[[], None]], *, at_once: int) -> None:
    """Run all, so many at a time, and fail where one did."""
    with ThreadPoolExecutor(at_once) as pool:
        for done in [pool.submit(task) for task in tasks]:
            done.result()
