"""The site as it is installed: a process of its own with its own database login, spoken to over TLS.

    with serving(cluster, log) as site:
        person = registered(post, browser=site.browser())
        person.get("/studio")

`OverTls` is a tests.site.browsing.Browser, so that people are made and act the same way with it as without.
"""

import http.client
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from django.http import HttpResponse

from djmixersoft.operations.addresses import process_environment, public_address
from tests.operations.installation import COMMAND, free_port
from tests.site.browsing import Browser
from tests.support import PLAIN_ENVIRONMENT

if TYPE_CHECKING:
    from tests.conftest import Cluster

# The server ends a connection that was idle, or whose last request had a body that nothing read.
GONE = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError, ssl.SSLEOFError)


@dataclass(frozen=True)
class Site:
    """Where the process listens, what it believes in TLS, and what it wrote."""

    port: int
    tls: ssl.SSLContext
    certificate: Path
    log: Path
    browsers: "list[OverTls]" = field(default_factory=list)

    def browser(self) -> "OverTls":
        """Give a new browser; its connection ends with `close`."""
        self.browsers.append(OverTls(self))
        return self.browsers[-1]

    def close(self) -> None:
        """End the connections of all browsers that were given."""
        while self.browsers:
            self.browsers.pop().close()


@contextmanager
def serving(cluster: "Cluster", log: Path, process_name: str = "site") -> Iterator[Site]:
    """Run the process of the site, or of the desk, on the tests' database and data folder."""
    port, data = free_port(), cluster.data
    url, address = cluster.url(f"djms_{process_name}"), public_address(PLAIN_ENVIRONMENT, port)
    environment = process_environment(PLAIN_ENVIRONMENT, process_name, url, str(data.path), address)
    with log.open("w") as errors:
        process = subprocess.Popen(
            [*COMMAND, process_name, f"--{process_name}-port", str(port)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout
    try:
        assert process.stdout.readline() == "ready\n", log.read_text()
        certificate = data.secrets / "tls" / "cert.pem"
        site = Site(port, ssl.create_default_context(cafile=certificate), certificate, log)
        yield site
        site.close()
    finally:
        process.terminate()
        process.wait(15)
        process.stdout.close()


class OverTls(Browser):
    """A browser with one connection, kept open."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self._connection = http.client.HTTPSConnection("localhost", site.port, timeout=30, context=site.tls)

    def close(self) -> None:
        self._connection.close()

    def answer(self, **request: Any) -> HttpResponse:  # noqa: ANN401 - as WSGI names things
        environ = {**self.defaults, **request}
        path = quote(environ["PATH_INFO"].encode("latin-1"))
        target = f"{path}?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else path
        headers = {
            name.removeprefix("HTTP_").replace("_", "-"): value
            for name, value in environ.items()
            if name.startswith("HTTP_") or name == "CONTENT_TYPE"
        }
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items())
        body = environ["wsgi.input"].read() if "wsgi.input" in environ else None
        response = self._sent(environ["REQUEST_METHOD"], target, body, headers)
        self.cookies.update(response.cookies)
        return response

    def _sent(self, method: str, target: str, body: bytes | None, headers: dict[str, str]) -> HttpResponse:
        try:
            return self._exchanged(method, target, body, headers)
        except GONE:
            self._connection.close()  # a browser opens the next one without a word
            return self._exchanged(method, target, body, headers)

    def _exchanged(self, method: str, target: str, body: bytes | None, headers: dict[str, str]) -> HttpResponse:
        self._connection.request(method, target, body, headers)
        answered = self._connection.getresponse()
        response = HttpResponse(answered.read(), status=answered.status)
        del response["Content-Type"]
        for name, value in answered.getheaders():
            if name.lower() == "set-cookie":
                response.cookies.load(value)
            else:
                response[name] = value
        return response


def shown(response: Any) -> str:  # noqa: ANN401 - a response of the test client
    """All that a reader can make out of an answer: its headers and its body, and what they say when decoded."""
    body = response.getvalue().decode("utf-8", "replace")
    text = "\n".join([*(f"{name}: {value}" for name, value in response.headers.items()), body])
    cookies = response.cookies.output()
    return "\n".join([text, cookies, unquote(text), unescape(text)])
