"""A witness's HTTP side: ``POST /add-checkpoint``, and nothing else (C2SP tlog-witness v1.0.0).

It is small and bounded: so many connections at once, so many bytes a request, so long a connection. TLS, and whom to
let in at all, is the matter of the proxy in front. Nothing of who asks is kept or printed.
"""

import socket
import socketserver
import sys
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from djmixersoft.ledger.heads import Damaged
from djmixersoft.ledger.notes import BadNote
from djmixersoft.ledger.submissions import LARGEST, SIZE_TYPE, Submission
from djmixersoft.ledger.witnessing import Forked, Malformed, Refused, Stale, UnknownLog, Unproven, Untrusted, Witness

PATH: Final = "/add-checkpoint"
MOST: Final = 64
"""Connections at once."""
PATIENCE: Final = 10.0
"""Seconds for a connection to be silent."""
LONGEST: Final = 30.0
"""Seconds for a connection to last, whatever it does; logs make a new one."""
_TEXT: Final = "text/plain; charset=utf-8"
_LINGER: Final = 2**20
"""Bytes that are read of a request that is too large, so that who sends them reads the answer."""
_STATUS: Final = {
    Malformed: HTTPStatus.BAD_REQUEST,
    UnknownLog: HTTPStatus.NOT_FOUND,
    Untrusted: HTTPStatus.FORBIDDEN,
    Unproven: HTTPStatus.UNPROCESSABLE_ENTITY,
}

Answer = tuple[HTTPStatus, str, str]
"""Status, media type, text."""


def answer(witness: Witness, body: bytes, tell: Callable[[str], None]) -> Answer:
    """Return what a request's body is answered with. ``tell``: takes sentences that its operator should know."""
    try:
        submission = Submission.parse(body)
    except BadNote as wrong:
        return HTTPStatus.BAD_REQUEST, _TEXT, f"This can't be meant: {wrong}.\n"
    try:
        line = witness.add(submission)
    except Stale as refusal:
        if isinstance(refusal, Forked):
            tell(f"FORK: {refusal} Both checkpoints are kept beside {refusal.evidence}.")
        return HTTPStatus.CONFLICT, SIZE_TYPE, f"{refusal.size}\n"
    except Refused as refusal:
        return _STATUS[type(refusal)], _TEXT, f"{refusal}\n"
    except (Damaged, OSError) as error:
        tell(f"Can't work: {error}")
        return HTTPStatus.INTERNAL_SERVER_ERROR, _TEXT, "The witness can't keep what it signs, so it signs nothing.\n"
    return HTTPStatus.OK, _TEXT, line


class Listener(ThreadingHTTPServer):
    """Listens for logs, on behalf of a witness."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = MOST

    def __init__(self, witness: Witness, address: str, port: int, tell: Callable[[str], None]) -> None:
        """Begin to listen. ``port``: 0 for any that is free; ``tell``: as of `answer`. Raises OSError."""
        self.witness, self.tell = witness, tell
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._ends: dict[socket.socket, float] = {}
        super().__init__((address, port), _Handler)

    def server_bind(self) -> None:
        """Begin to listen, without asking the name service what this machine is called."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment] # it is text here

    def process_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override] # TCP
        """Take a connection on, unless there are too many."""
        if len(self._ends) >= MOST:
            request.settimeout(1)
            request.sendall(b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n")
            super().shutdown_request(request)
            return
        self._ends[request] = time.monotonic() + LONGEST
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override] # TCP
        """Forget a connection that is done."""
        self._ends.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """End the connections whose time is up; it is called twice a second."""
        now = time.monotonic()
        for connection, end in list(self._ends.items()):
            if end < now:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    self._ends.pop(connection, None)

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002  # http.server calls it so - not who it was
        """Say of an error that is ours what it is; that a connection broke is none."""
        error = sys.exception()
        if error and not isinstance(error, OSError):
            self.tell(f"Error: {type(error).__name__}: {error}")


class _Handler(BaseHTTPRequestHandler):
    """One connection, with one request after another."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "witness", ""
    timeout = PATIENCE
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Listener

    def do_POST(self) -> None:
        """Take a checkpoint."""
        length = self.headers.get("Content-Length", "")
        if self.path != PATH:
            self._refuse(HTTPStatus.NOT_FOUND, f"This is a witness; logs post to {PATH}.")
        elif "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdigit()):
            self._refuse(HTTPStatus.LENGTH_REQUIRED, "Say how long the request is (Content-Length).")
        elif len(length) > len(str(LARGEST)) or int(length) > LARGEST:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A request has {LARGEST} bytes at most.", _LINGER)
        else:
            body = self.rfile.read(int(length))
            if len(body) < int(length):
                self.close_connection = True
                return
            self._send(answer(self.server.witness, body, self.server.tell))

    def handle_expect_100(self) -> bool:
        """Tell a client that waits for it to go on, at once."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def send_error(
        self,
        code: int,
        message: str | None = None,  # noqa: ARG002 - http.server calls it so
        explain: str | None = None,  # noqa: ARG002 - as above
    ) -> None:
        """Refuse what isn't a request of HTTP, or of a kind that a witness doesn't take, without repeating it."""
        if code == HTTPStatus.NOT_IMPLEMENTED:
            code = HTTPStatus.METHOD_NOT_ALLOWED
        self._refuse(HTTPStatus(code), f"This is a witness; logs post to {PATH}.")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Keep no record of who asked."""

    def _refuse(self, status: HTTPStatus, sentence: str, linger: int = 0) -> None:
        """Answer, and close the connection, because what was sent along hasn't been read."""
        self.close_connection = True
        self._send((status, _TEXT, f"{sentence}\n"))
        if linger:
            self.wfile.flush()
            while linger > 0 and (piece := self.rfile.read1(2**16)):
                linger -= len(piece)

    def _send(self, made: Answer) -> None:
        status, kind, text = made
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "POST")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)
