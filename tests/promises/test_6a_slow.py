"""6a: whoever sends or takes slowly, or nothing at all, keeps nobody else out: pages come all the while."""

import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from djmixersoft.pages.pace import PLACES
from tests.site.browsing import Post, registered
from tests.site.sharing import link_to, uploaded
from tests.support import wait_until

if TYPE_CHECKING:
    from tests.conftest import Cluster
    from tests.promises.people import World
    from tests.promises.serving import OverTls, Site

SLOW = PLACES + 100
LARGE = 12 * 2**20
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"


@contextmanager
def many(site: "Site", request: str) -> Iterator[Callable[[], None]]:
    """Send the beginning of a request over many connections at once, and then nothing; take no answer either.

    Gives what begins one more: some of those may have been refused while a place was still held by one before them.
    """
    with ExitStack() as stack:

        def another() -> None:
            plain = stack.enter_context(socket.socket())
            # What isn't taken soon fills it, and the sender then waits.
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            plain.settimeout(15)
            plain.connect(("localhost", site.port))
            wrapped = stack.enter_context(site.tls.wrap_socket(plain, server_hostname="localhost"))
            wrapped.sendall(f"{request}\r\nHost: localhost:{site.port}\r\n".encode() + b"\r\nx=1")

        for _ in range(SLOW):
            another()
        yield another


def more_until(another: Callable[[], None], is_so: Callable[[], bool]) -> bool:
    """Begin one more after the other until something is so; whether it came to that."""
    for _ in range(SLOW):
        if is_so():
            return True
        another()
    return False


def begun(path: str, kind: str) -> str:
    return f"POST {path} HTTP/1.1\r\nContent-Type: {kind}\r\nContent-Length: 1000"


def comes(browser: "OverTls", path: str) -> None:
    """Ask for a page, which a browser waits 30 seconds for."""
    assert browser.get(path).status_code == HTTPStatus.OK


@pytest.mark.parametrize(
    ("path", "kind"), [("/sign-in", FORM), ("/sign-in", PARTS), ("/password/forgotten", FORM), ("/register", PARTS)]
)
def test_pages_come_while_many_forms_do_not(served: "Site", path: str, kind: str) -> None:
    browser = served.browser()

    def answer() -> int:
        response = browser.post("/sign-out")
        assert response.status_code != HTTPStatus.SERVICE_UNAVAILABLE or response["Retry-After"]
        return int(response.status_code)

    with many(served, begun(path, kind)) as another:
        # A busy machine takes its time to begin with all of them, and to be done with those before.
        assert more_until(another, lambda: answer() == HTTPStatus.SERVICE_UNAVAILABLE), "no more forms are taken"
        for page in ("/", "/health", "/sign-in"):
            comes(browser, page)
    wait_until("forms are taken again", lambda: answer() == HTTPStatus.SEE_OTHER)


def test_a_few_forms_that_do_not_come_take_no_connection_to_the_database(served: "Site") -> None:
    browser = served.browser()
    with ExitStack() as stack:
        for path in ("/password/forgotten", "/email/confirm/x", "/confirm/x"):
            stack.enter_context(many(served, begun(path, PARTS)))
            comes(browser, "/health")


@pytest.mark.usefixtures("kept")
def test_pages_come_while_many_files_are_not_taken(served: "Site", world: "World") -> None:
    browser = served.browser()
    with world.superuser() as superuser:
        superuser.execute("DELETE FROM djms.sign_in_try")
        owner = registered(Post(superuser), "slow", served.browser())
    link = link_to(owner, uploaded(owner, bytes(LARGE), "large.bin"))
    file = re.search(rf"{link}/items/[0-9a-f-]+/file", browser.get(link).text)
    assert file
    with many(served, f"GET {file[0]} HTTP/1.1") as another:
        refused = HTTPStatus.SERVICE_UNAVAILABLE
        assert more_until(another, lambda: served.browser().get(file[0]).status_code == refused), "no more are sent"
        comes(browser, "/health")
        comes(browser, link)
    wait_until("files are sent again", lambda: browser.get(file[0]).status_code == HTTPStatus.OK)


def test_no_protocol_is_spoken_whose_headers_grow_when_they_are_read(served: "Site", cluster: "Cluster") -> None:
    wanting = ssl.create_default_context(cafile=cluster.data.secrets / "tls" / "cert.pem")
    wanting.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("localhost", served.port), 10) as plain,
        wanting.wrap_socket(plain, server_hostname="localhost") as wire,
    ):
        assert wire.selected_alpn_protocol() != "h2"
        with suppress(OSError):  # the server hangs up as soon as it is too much
            wire.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 2**20 + b"\r\n\r\n")
            assert b" 200 " not in wire.recv(100)
    comes(served.browser(), "/health")
