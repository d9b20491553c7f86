"""What is placed in an account lies on no disk in the clear: not while it comes or goes, not after, not after a crash.

Looked for is a text in files' and documents' bytes: in the data folder with PostgreSQL's files and log of changes, in
temporary folders, logs, core dumps, rows, and files that are open though they were deleted.
"""

import io
import json
import os
import resource
import signal
import ssl
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from random import SystemRandom
from typing import IO, TYPE_CHECKING, Any

import psycopg
import pytest

from tests.content.arranging import Crate
from tests.content.running import BROKEN, Member, Sending, Site, downloaded
from tests.content.searching import Search
from tests.content.sending import OFFSET, TUS, checksum
from tests.exhibits import pdf, png
from tests.promises import serving
from tests.site.browsing import COOKIE, SAME_ORIGIN, Person, text_of
from tests.support import IS_LONG

if TYPE_CHECKING:
    from tests.conftest import Cluster

CRASHES = (signal.SIGABRT, signal.SIGSEGV, signal.SIGKILL) if IS_LONG else (signal.SIGABRT,)


@dataclass
class Watched:
    """Somebody with an account at a site whose disks are looked at. `canary`: what nobody may find there."""

    site: Site
    member: Member
    canary: bytes
    search: Search
    cluster: "Cluster"

    @contextmanager
    def crate(self) -> Iterator[Crate]:
        certificate = self.site.data / "secrets" / "tls" / "cert.pem"
        tls = ssl.create_default_context(cafile=certificate)
        browser = serving.OverTls(serving.Site(self.site.port, tls, certificate, self.site.log))
        browser.cookies[COOKIE] = self.member.token
        with closing(browser):
            yield Crate(Person("", browser, self.member.account_id), f"/accounts/{self.member.account_id}")

    def content(self, size: int = 300_000) -> bytes:
        return self.canary * (size // len(self.canary))

    def look(self, *, anew: bool = False) -> list[str]:
        return self.search.look([self.site.pid, *self.cluster.server.process_ids()], anew=anew)

    def expect_nothing(self) -> None:
        assert self.look() == []

    def send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> int:
        """Send a request, look when the site has half of it, and return the answer's status."""
        connection = self.site.connection()
        try:
            connection.putrequest(method, path)
            cookie = {"Cookie": f"{COOKIE}={self.member.token}", "Content-Length": str(len(body))}
            for name, value in (SAME_ORIGIN | cookie | headers).items():
                connection.putheader(name, value)
            connection.endheaders()
            connection.send(body[: len(body) // 2])
            self.expect_nothing()
            connection.send(body[len(body) // 2 :])
            return connection.getresponse().status
        finally:
            connection.close()


@pytest.fixture(scope="module", autouse=True)
def dumps() -> Iterator[None]:
    """Who starts the site lets processes that crash leave a dump of their memory."""
    usual = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (usual[1], usual[1]))
    yield
    resource.setrlimit(resource.RLIMIT_CORE, usual)


@pytest.fixture(scope="module")
def canary() -> bytes:
    return f"canary{SystemRandom().randbytes(12).hex()}".encode()


@pytest.fixture(scope="module")
def watched(site: Site, cluster: "Cluster", superuser: psycopg.Connection[Any], canary: bytes) -> Watched:
    search = Search(canary, [site.data, site.log.parent], superuser)
    return Watched(site, Member.made(superuser), canary, search, cluster)


@pytest.fixture
def crate(watched: Watched) -> Iterator[Crate]:
    with watched.crate() as crate:
        yield crate


def test_nothing_of_an_upload_that_comes_in_parts(watched: Watched) -> None:
    sending = Sending(watched.site, watched.member, watched.content(), "canary.txt", midway=watched.expect_nothing)
    while not sending.item:
        sending.send(77_777)
        watched.expect_nothing()
    assert downloaded(watched.site, watched.member, sending.item) == sending.data
    watched.expect_nothing()


def test_nothing_of_a_part_that_is_held_back_for_its_checksum(watched: Watched) -> None:
    content = watched.content()
    sending = Sending(watched.site, watched.member, content, "canary.txt")
    sending.send(0)
    for said, status in ((content[1:], 460), (content, HTTPStatus.NO_CONTENT)):
        headers = TUS | {"Upload-Offset": "0", "Content-Type": OFFSET, "Upload-Checksum": checksum(said)}
        assert watched.send("PATCH", sending.url, headers, content) == status
        watched.expect_nothing()


def test_nothing_of_a_form_whoever_it_is_for(watched: Watched) -> None:
    """Files come with the form for them, and with one that has no use for any."""
    head = '--x\r\nContent-Disposition: form-data; name="tracks"; filename="a.txt"\r\n\r\n'
    body = head.encode() + watched.content(3_000_000) + b"\r\n--x--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    crate = f"/accounts/{watched.member.account_id}"
    assert watched.send("POST", f"{crate}/upload", headers, body) == HTTPStatus.SEE_OTHER
    assert watched.send("POST", f"{crate}/folders", headers, body) < HTTPStatus.INTERNAL_SERVER_ERROR
    watched.expect_nothing()


def test_nothing_of_a_document_its_versions_its_preview_and_what_is_found_in_it(watched: Watched, crate: Crate) -> None:
    text = f"# Warm up\n\n{watched.canary.decode()}\n"
    item = str(crate.post("documents", name="Friday", folder="")["Location"]).rpartition("/")[2]
    assert crate.post(f"documents/{item}", text=text, base="1").status_code == HTTPStatus.SEE_OTHER
    assert watched.canary.decode() in crate.post("documents/preview", text=text).text
    conflict = crate.post(f"documents/{item}", text=text * 2, base="1")
    assert conflict.status_code == HTTPStatus.CONFLICT
    assert crate.post(f"documents/{item}", text=text * 500, base="2").status_code == HTTPStatus.SEE_OTHER
    too_long = crate.post(f"documents/{item}", text=text * 30_000, base="3")
    assert too_long.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, text_of(too_long)
    watched.expect_nothing()
    assert "Friday" in crate.person.get(f"{crate.path}/find?q={watched.canary.decode()}").text
    assert watched.canary.decode() in crate.person.get(f"{crate.path}/documents/{item}/history?version=2").text
    crate.post(f"documents/{item}/history/2/restore")
    crate.copy(item)
    watched.expect_nothing()


def test_nothing_of_what_a_page_shows_of_a_file(watched: Watched, crate: Crate) -> None:
    leak = watched.content(40_000)
    for name, content in {"a.txt": leak, "a.png": png(behind=leak), "a.pdf": pdf(leak.decode())}.items():
        item = crate.file(name, content=content)
        page = crate.person.get(f"{crate.path}/items/{item}")
        assert (watched.canary.decode() in page.text) == (name == "a.txt"), "a text stands in its page"
        watched.expect_nothing()
        assert crate.content(item) == content
    watched.expect_nothing()


def test_nothing_of_what_is_taken_out_and_put_in_again(watched: Watched, crate: Crate) -> None:
    crate.file("canary.txt", crate.folder("Sets"), watched.content(2_000_000))
    connection = watched.site.connection()
    connection.request("GET", f"{crate.path}/take-out", headers={"Cookie": f"{COOKIE}={watched.member.token}"})
    answer = connection.getresponse()
    archive = answer.read(500_000)
    watched.expect_nothing()
    archive += answer.read()
    connection.close()
    assert zipfile.ZipFile(io.BytesIO(archive)).testzip() is None
    item = crate.file("canary.zip", content=archive)
    watched.expect_nothing()
    with looked_at(watched.expect_nothing) as looks:
        assert crate.post(f"items/{item}/unpack").status_code == HTTPStatus.OK
    assert looks
    watched.expect_nothing()


def test_nothing_after_a_crash(watched: Watched) -> None:
    for number in CRASHES:
        sending = Sending(watched.site, watched.member, watched.content(), "crash.txt")
        sending.midway = partial(watched.site.stop, number)
        with pytest.raises(BROKEN):
            sending.send(len(sending.data))
        watched.expect_nothing()
        watched.site.start()
        sending.midway = lambda: None
        sending.run()
        assert downloaded(watched.site, watched.member, sending.item) == sending.data


def test_nothing_at_the_end_wherever_one_looks(watched: Watched) -> None:
    watched.site.stop(signal.SIGKILL)
    assert watched.look(anew=True) == []
    watched.site.start()


def test_a_leak_is_found_wherever_it_is(watched: Watched, superuser: psycopg.Connection[Any]) -> None:
    """The same search, and what this process leaves lying about."""
    data, leak = watched.site.data, watched.canary * 10_000
    places = [watched.site.temporary / "spooled", data / "log" / "site.log.1", data / "blobs" / "incoming" / "half"]
    row = "INSERT INTO djms.mail_message (template, recipient, context) VALUES ('invitation', 'x@example.org', %s)"
    with tempfile.TemporaryFile(dir=data) as unlinked, memory() as only_in_memory:
        for path in places:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(leak)
        for file in (unlinked, only_in_memory):
            file.write(leak)
            file.flush()
        number = unlinked.fileno()
        superuser.execute(row, [json.dumps({"account": leak.decode()})])
        found = watched.search.look([os.getpid()], anew=True)
        for path in places:
            path.unlink()
        superuser.execute("DELETE FROM djms.mail_message WHERE recipient = 'x@example.org'")
    assert set(found) >= {*map(str, places), "djms.mail_message"}
    assert [one.partition(": ")[0] for one in found if "deleted" in one] == [f"/proc/{os.getpid()}/fd/{number}"]


def memory() -> IO[bytes]:
    """A file that is on no disk."""
    return os.fdopen(os.memfd_create("canary"), "w+b")


@contextmanager
def looked_at(look: Callable[[], None]) -> Iterator[list[float]]:
    """Look again and again while something is done; when that was."""
    looks: list[float] = []
    is_over = threading.Event()

    def go_on() -> None:
        while not is_over.is_set():
            look()
            looks.append(time.monotonic())

    with ThreadPoolExecutor(1) as beside:
        looking = beside.submit(go_on)
        try:
            yield looks
        finally:
            is_over.set()
        looking.result()
