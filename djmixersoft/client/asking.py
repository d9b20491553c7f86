"""Asking a site, with a token, over one connection that is made anew where it broke."""

import http.client
import json
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

PIECE: Final = 2**18
PAUSES: Final = (0.2, 1.0, 3.0, 10.0, 30.0)
"""Seconds between tries, where the site can't be reached or is busy."""
_BUSY: Final = frozenset({423, 429, 502, 503, 504})
UNREACHABLE: Final = (OSError, http.client.HTTPException)


Body = bytes | Iterator[bytes] | None


class Refused(Exception):
    """The site, or what was typed, doesn't allow it; the text is a sentence."""

    def __init__(self, sentence: str, status: int = 0) -> None:
        """Keep both."""
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True)
class Answer:
    """What the site answered; `headers` by their names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def data(self) -> Any:  # noqa: ANN401 - JSON
        """The body as data."""
        return json.loads(self.body)

    def expect(self, *statuses: int) -> "Answer":
        """Return itself, if it has one of these. Raises Refused with the site's sentence."""
        if self.status in statuses:
            return self
        sentence = self.body.decode(errors="replace").strip()
        try:
            sentence = json.loads(self.body)["sentence"]
        except (ValueError, KeyError, TypeError):
            if sentence.startswith("<") or not sentence:
                sentence = f"The site answered {self.status}."
        raise Refused(sentence, self.status)


class Site:
    """A site as a program sees it."""

    def __init__(self, url: str, token: str, certificate: Path | None = None) -> None:
        """Prepare to ask. `certificate`: what to trust where it is self-signed. Raises Refused."""
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname:
            raise Refused("The site's address begins with https://.")
        try:
            self._trust = ssl.create_default_context(cafile=certificate)
        except (OSError, ssl.SSLError):
            raise Refused(f"{certificate} is no certificate that can be read.") from None
        self._host, self._port, self._token = parts.hostname, parts.port or 443, token
        self._connection: http.client.HTTPSConnection | None = None

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Ask, again and again while the site can't be reached. Raises Refused in the end."""
        for pause in (*PAUSES, None):
            try:
                answer = self.ask_once(method, path, body, headers)
            except ssl.SSLCertVerificationError as error:
                raise Refused(
                    f"The site's certificate is not trusted ({error.verify_message}). See --certificate."
                ) from None
            except UNREACHABLE as error:
                if pause is None:
                    raise Refused(f"{self._host}:{self._port} can't be reached ({type(error).__name__}).") from None
            else:
                if pause is None or answer.status not in _BUSY:
                    return answer
            time.sleep(pause)
        raise AssertionError

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """Ask for data. Raises Refused."""
        return self.ask("GET", path).expect(200).data

    def account(self, written: str) -> str:
        """Return the id of the account that is meant by its name or its id. Raises Refused."""
        fitting = [one["id"] for one in self.get("/api/v1/accounts") if written in {one["id"], one["name"]}]
        if len(fitting) != 1:
            raise Refused(f"{'No' if not fitting else 'More than one'} account is called {written}.")
        return str(fitting[0])

    def post(self, path: str, data: object) -> Any:  # noqa: ANN401 - JSON
        """Send data, and return what comes of it. Raises Refused."""
        sent = json.dumps(data).encode()
        return self.ask("POST", path, sent, {"Content-Type": "application/json"}).expect(200, 201).data

    def ask_once(
        self,
        method: str,
        path: str,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask a single time. Raises OSError and HTTPException where the connection breaks."""
        with self._asking(method, path, body, headers) as response:
            return Answer(
                response.status, {name.lower(): value for name, value in response.headers.items()}, response.read()
            )

    @contextmanager
    def stream(self, path: str, start: int = 0) -> Iterator[http.client.HTTPResponse]:
        """Get a file's bytes from `start` on. Raises Refused, OSError and HTTPException."""
        headers = {"Range": f"bytes={start}-"} if start else {}
        with self._asking("GET", path, None, headers) as response:
            if response.status not in {200, 206}:
                Answer(response.status, {}, response.read()).expect()
            yield response

    @contextmanager
    def _asking(
        self,
        method: str,
        path: str,
        body: Body,
        headers: Mapping[str, str] | None,
    ) -> Iterator[http.client.HTTPResponse]:
        connection = self._connection or http.client.HTTPSConnection(
            self._host, self._port, timeout=60, context=self._trust
        )
        self._connection = None
        try:
            connection.request(method, path, body, {"Authorization": f"Bearer {self._token}", **(headers or {})})
            response = connection.getresponse()
            yield response
            if response.isclosed() and not response.will_close:
                self._connection = connection
        finally:
            if self._connection is not connection:
                connection.close()
