"""A page of the site as a visitor gets it: over https, at the site's own address, its certificate verified."""

import http.client
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

PATIENCE = 10.0  # seconds
HTTPS_PORT = 443
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Unseen(Exception):
    """Something can't be looked at now, so that nothing is known about it; the text says what and why."""


class NotTrusted(Unseen):
    """The site's certificate is not one that this machine trusts for its address."""


@dataclass(frozen=True)
class Page:
    """An answer of the site: status, headers (lower-case names, each value), text, and the TLS version it came by."""

    status: int
    headers: list[tuple[str, str]]
    text: str
    tls: str

    def header(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for key, value in self.headers if key == name]


def address(data: Path | None) -> str:
    """The site's public address, as its process noted it in the data folder. Raises Unseen."""
    record = data / "run" / "address" if data else None
    if record is None or not record.exists():
        raise Unseen("the site is not being served")
    return record.read_text("ascii").strip()


def is_local(origin: str) -> bool:
    """Whether only this machine can use an address."""
    return urlsplit(origin).hostname in LOOPBACK


def fetch(data: Path | None, path: str, headers: Mapping[str, str]) -> Page:
    """Fetches a page. Raises Unseen where the site doesn't answer, NotTrusted where its certificate doesn't verify."""
    origin = address(data)
    parts = urlsplit(origin)
    connection = http.client.HTTPSConnection(
        parts.hostname or "", parts.port, timeout=PATIENCE, context=_trust(data, origin)
    )
    try:
        connection.request("GET", path, headers=dict(headers))
        tls = connection.sock.version() if isinstance(connection.sock, ssl.SSLSocket) else None
        answer = connection.getresponse()
        if answer.status == http.client.SERVICE_UNAVAILABLE:
            # Busy, or its database is away: that says nothing about what it promises.
            raise Unseen(f"{origin} says that it is busy, or out of reach of its database")
        named = [(key.lower(), value) for key, value in answer.getheaders()]
        return Page(answer.status, named, answer.read().decode("utf-8", "replace"), tls or "none")
    except ssl.SSLCertVerificationError as error:
        raise NotTrusted(f"the certificate of {origin} does not verify") from error
    except (OSError, http.client.HTTPException) as error:
        raise Unseen(f"{origin} does not answer") from error
    finally:
        connection.close()


def speaks_unencrypted(origin: str) -> bool:
    """Whether the port of an address answers plain HTTP with a page; a redirection to https is none."""
    parts = urlsplit(origin)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or HTTPS_PORT, timeout=PATIENCE)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _trust(data: Path | None, origin: str) -> ssl.SSLContext:
    """What browsers trust; on an address of this machine alone, the site's certificate itself, which nobody signed."""
    own = os.environ.get("DJMS_TLS_CERT") or (data and data / "secrets" / "tls" / "cert.pem")
    if own and is_local(origin) and Path(own).exists():
        return ssl.create_default_context(cafile=str(own))
    return ssl.create_default_context()
