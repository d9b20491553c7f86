"""Uploads to the real site, restarted and killed, over connections that break: none is lost, none is doubled."""

import hashlib
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.content.running import Member, Proxy, Sending, Site, downloaded, names_of
from tests.support import IS_LONG
from tests.vault.sealing import noise

if TYPE_CHECKING:
    from tests.conftest import Cluster

UPLOADS = 100 if IS_LONG else 8
KILLS = 100 if IS_LONG else 4
LARGEST = 3_000_000 if IS_LONG else 400_000
# After a hole it takes a quarter of a minute until another connection may go on.
FATES = ["whole", "cut", "cut", "half", "mute", "mute", *(["hole"] if IS_LONG else [])]


@pytest.fixture(scope="module")
def site(cluster: "Cluster", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(cluster, tmp_path_factory.mktemp("site"))
    try:
        site.start()
        yield site
    finally:
        site.stop()


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


def test_uploads_outlive_a_site_that_is_killed_again_and_again(
    site: Site, member: Member, superuser: psycopg.Connection[Any]
) -> None:
    chance, ended, sendings = random.Random(7), threading.Event(), []

    def keep_sending(seed: int) -> None:
        number, source = 0, random.Random(seed)
        while not ended.is_set():
            number += 1
            data = source.randbytes(source.randrange(1, 1_500_000))
            sending = Sending(site, member, data, f"{seed}-{number:05}.ogg")
            sendings.append(sending)
            sending.run()

    senders = [threading.Thread(target=keep_sending, args=[seed]) for seed in range(3)]
    for sender in senders:
        sender.start()
    for _kill in range(KILLS):
        time.sleep(chance.uniform(0, 0.6))
        site.stop(signal.SIGKILL)
        site.start()
    ended.set()
    for sender in senders:
        sender.join(180)
        assert not sender.is_alive()
    check(site, member, superuser, sendings)


def test_no_disk_ever_holds_what_is_uploaded_in_the_clear(
    site: Site, member: Member, superuser: psycopg.Connection[Any]
) -> None:
    canary = f"canary {random.SystemRandom().randbytes(12).hex()} ".encode()
    looks: list[list[str]] = []

    def look() -> None:
        superuser.execute("CHECKPOINT")
        looks.append(places_of(canary, site))

    sending = Sending(site, member, canary * 8_000, "canary.txt", midway=look)
    while not sending.item:
        sending.send(77_777)
    assert downloaded(site, member, sending.item) == sending.data
    look()
    site.stop()
    look()
    site.start()
    assert len(looks) > 5
    assert not any(looks)
    (site.temporary / "planted").write_bytes(canary)
    assert places_of(canary, site) == [str(site.temporary / "planted")]


def places_of(text: bytes, site: Site) -> list[str]:
    """The files on any disk that hold a text: data folder with PostgreSQL's files and blobs, temporary ones, logs.

    Also those that the site has open, be they deleted.
    """
    folders = [str(site.data), str(site.log.parent)]
    done = subprocess.run(
        ["grep", "-rlaF", "-D", "skip", text.decode(), *folders], capture_output=True, text=True, check=False
    )
    found = done.stdout.splitlines()
    for handle in site.open_files():
        with suppress(OSError):
            if handle.is_file() and text in handle.read_bytes():
                found.append(str(handle))
    return found


def in_threads(tasks: list[Callable[[], None]], *, at_once: int) -> None:
    """Run all, so many at a time, and fail where one did."""
    with ThreadPoolExecutor(at_once) as pool:
        for done in [pool.submit(task) for task in tasks]:
            done.result()
