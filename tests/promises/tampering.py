"""The site over TLS in this process, whose answers a test may tamper with before they leave."""

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.core.handlers.wsgi import WSGIHandler

from djmixersoft.operations.addresses import PROCESSES, PublicAddress
from djmixersoft.operations.tls import certificate
from djmixersoft.pages.letters import Utf8Request
from djmixersoft.policy.loading import load
from djmixersoft.policy.probing import LiveSystem

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from tests.conftest import Cluster


@dataclass
class Answer:
    """What is about to be sent."""

    path: str
    status: str
    headers: list[tuple[str, str]]
    body: str

    def drop(self, name: str) -> None:
        self.headers = [(key, value) for key, value in self.headers if key.lower() != name]


Tamper = Callable[[Answer], None]


@dataclass
class Site:
    """The site of the tests' cluster at an address of its own. `tamper`: does something to each answer."""

    live: LiveSystem
    context: ssl.SSLContext
    tamper: Tamper | None = field(default=None)


class _Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: who speaks no TLS, or hangs up, is no error here."""


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        pass


@contextmanager
def served(cluster: "Cluster", host: str = "localhost") -> Iterator[Site]:
    """Serve within the block; the probes find the address where `serve` notes it."""
    handler = WSGIHandler()
    handler.request_class = Utf8Request
    listen = "127.0.0.1" if host == "localhost" else host
    files = certificate(cluster.data, PublicAddress(f"https://{host}", host), {})
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    urls = {name: cluster.url(f"djms_{name}") for name in PROCESSES if name != "owner"}
    site = Site(LiveSystem(load(), cluster.data.path, urls), context)

    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
        environ["wsgi.url_scheme"] = "https"
        begun: dict[str, Any] = {}

        def begin(status: str, headers: list[tuple[str, str]], _error: object = None) -> Callable[[bytes], object]:
            begun.update(status=status, headers=headers)
            return lambda _: None

        result = handler(environ, begin)
        try:
            answer = Answer(environ["PATH_INFO"], begun["status"], begun["headers"], b"".join(result).decode())
        finally:
            result.close()
        if site.tamper:
            site.tamper(answer)
        body = answer.body.encode()
        answer.drop("content-length")
        start_response(answer.status, [*answer.headers, ("Content-Length", str(len(body)))])
        return [body]

    server = make_server(listen, 0, application, server_class=_Threads, handler_class=_Quiet)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    noted = cluster.data.path / "run" / "address"
    noted.write_text(f"https://{host}:{server.server_port}\n")
    try:
        yield site
    finally:
        noted.unlink(missing_ok=True)
        server.shutdown()
        thread.join()
        server.server_close()


def with_header(name: str, value: str, path: str = "/") -> Tamper:
    """Put a header on the answers of one path in the place of what was there."""

    def tamper(answer: Answer) -> None:
        if answer.path == path:
            answer.drop(name.lower())
            answer.headers.append((name, value))

    return tamper


def without_header(name: str) -> Tamper:
    return lambda answer: answer.drop(name.lower())


def with_status(status: str, path: str) -> Tamper:
    def tamper(answer: Answer) -> None:
        answer.status = status if answer.path == path else answer.status

    return tamper


def with_words(changes: Mapping[str, str]) -> Tamper:
    def tamper(answer: Answer) -> None:
        for old, new in changes.items():
            answer.body = answer.body.replace(old, new)

    return tamper
