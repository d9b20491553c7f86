"""A server that answers as a test tells it to, and keeps what it was sent."""

import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

Respond = Callable[[str, bytes], tuple[int, str, bytes]]
"""Gives for a path and a body the status, the media type and the body of the answer."""


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Answering:
    respond: Respond
    certificate: tuple[Path, Path] | None = None
    address: str = "127.0.0.1"
    requests: list[Request] = field(default_factory=list)

    def __enter__(self) -> Self:
        answering = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 5

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                answering.requests.append(Request(self.command, self.path, dict(self.headers.items()), body))
                status, kind, data = answering.respond(self.path, body)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Location", "/elsewhere")
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST  # noqa: N815 - http.server's name

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, request: object, client_address: object) -> None:
                pass

        self._server = Server((self.address, 0), Handler)
        if self.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self.certificate)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"{'https' if self.certificate else 'http'}://{self.address}:{self._server.server_port}"
