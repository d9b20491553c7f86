"""Asking a site or a witness over HTTP: TLS verified, bounded in time and bytes, nothing said of oneself."""

import http.client
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from socket import SHUT_RDWR, socket
from typing import Final
from urllib.parse import SplitResult, urlsplit

PATIENCE: Final = 10.0
"""Seconds that one step may take."""
LONGEST: Final = 20.0
"""Seconds that an answer may take, once there is a connection."""
LARGEST: Final = 128 * 1024
"""Bytes of an answer."""


class Unreachable(Exception):
    """There is no answer, or none that can be used; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``kind``: its media type, without parameters."""

    status: int
    kind: str
    body: bytes


class Site:
    """Somebody's address, below which things are."""

    def __init__(self, url: str, certificate: Path | None = None) -> None:
        """Prepare to ask. ``certificate``: what to trust where it is self-signed. Raises Unreachable."""
        parts = _split(url)
        self.host, self._prefix = parts.hostname or "", parts.path.rstrip("/")
        self._port = parts.port
        self._is_secret = parts.scheme == "https"
        try:
            self._trust = ssl.create_default_context(cafile=certificate) if self._is_secret else None
        except (OSError, ssl.SSLError):
            raise Unreachable(f"{certificate} is no certificate that can be read.") from None

    def get(self, path: str) -> Answer:
        """Fetch what is at a path, as it is now and not as somebody kept it. Raises Unreachable."""
        return self._ask("GET", path, None, {"Cache-Control": "no-cache"})

    def post(self, path: str, body: bytes, kind: str = "") -> Answer:
        """Hand something over; ``kind``: its media type, if it is to be said. Raises Unreachable."""
        return self._ask("POST", path, body, {"Content-Type": kind} if kind else {})

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        try:
            with self._connected() as connection:
                connection.request(method, self._prefix + path, body, headers)
                with connection.getresponse() as response:
                    data = response.read(LARGEST + 1)
                    status, kind = response.status, response.headers.get_content_type()
        except ssl.SSLCertVerificationError as error:
            raise Unreachable(f"The certificate of {self.host} is not trusted ({error.verify_message}).") from None
        except TimeoutError:
            raise Unreachable(f"{self.host} takes too long to answer.") from None
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"{self.host} can't be reached ({type(error).__name__}).") from None
        if len(data) > LARGEST:
            raise Unreachable(f"{self.host} answers with more than {LARGEST} bytes.")
        return Answer(status, kind, data)

    @contextmanager
    def _connected(self) -> Iterator[http.client.HTTPConnection]:
        """Connect, for `LONGEST` seconds at most, however slowly the other side goes on. Raises TimeoutError."""
        if self._trust:
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                self.host, self._port, timeout=PATIENCE, context=self._trust
            )
        else:
            connection = http.client.HTTPConnection(self.host, self._port, timeout=PATIENCE)
        ended = threading.Event()
        connection.connect()
        tcp = connection.sock

        def end() -> None:
            ended.set()
            with suppress(OSError):
                socket.shutdown(tcp, SHUT_RDWR)  # below TLS, whose own would answer to the thread that reads

        timer = threading.Timer(LONGEST, end)
        timer.start()
        try:
            yield connection
        except (OSError, http.client.HTTPException):
            if ended.is_set():
                raise TimeoutError from None
            raise
        else:
            if ended.is_set():
                raise TimeoutError
        finally:
            timer.cancel()
            connection.close()


def _split(url: str) -> SplitResult:
    """Take an address apart. Raises Unreachable."""
    with suppress(ValueError):
        parts = urlsplit(url)
        is_secret = parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname or ""))
        is_plain = parts.username is None and not parts.query and not parts.fragment and url.isascii()
        if parts.hostname and parts.port != 0 and is_secret and is_plain:
            return parts
    raise Unreachable(f"“{url[:200]}” isn't an address that begins with https:// (http:// is for this machine alone).")


def _is_here(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"
