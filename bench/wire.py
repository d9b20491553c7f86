"""Large files over https from a client that costs little itself: uploads by tus, by PUT, downloads and ranges."""

import base64
import hashlib
import http.client
import ssl
import time
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

MIB: Final = 2**20
TUS: Final = {"Tus-Resumable": "1.0.0"}
_PATIENCE: Final = 600.0  # seconds


@dataclass(frozen=True)
class Received:
    """A download: seconds to the first byte of the body and to the last, bytes, and the hash where it was asked for."""

    first_byte: float
    seconds: float
    size: int
    sha256: str = ""


class Pattern:
    """The bytes of a file that is sent: one random MiB again and again, each time with its number in front."""

    def __init__(self, seed: bytes) -> None:
        """Make the MiB; the same for the same seed."""
        self._bytes = bytearray(
            b"".join(hashlib.sha256(seed + n.to_bytes(4, "big")).digest() for n in range(MIB // 32))
        )

    def mib(self, number: int) -> memoryview:
        """Return the MiB of this number; it counts until the next one is asked for."""
        self._bytes[:8] = number.to_bytes(8, "big")
        return memoryview(self._bytes)

    def sha256(self, mib: int) -> str:
        """Return what a file of so many MiB hashes to, in hexadecimal."""
        digest = hashlib.sha256()
        for number in range(mib):
            digest.update(self.mib(number))
        return digest.hexdigest()


class Wire:
    """One connection; raises RuntimeError for any answer that isn't the expected one."""

    def __init__(self, port: int, certificate: Path, token: str = "") -> None:
        """Connect as whoever holds the session's token."""
        context = ssl.create_default_context(cafile=certificate)
        self._connection = http.client.HTTPSConnection("localhost", port, timeout=_PATIENCE, context=context)
        self._own = {"Origin": f"https://localhost:{port}", "Sec-Fetch-Site": "same-origin"}
        if token:
            self._own["Cookie"] = f"__Host-session={token}"
        self._buffer = memoryview(bytearray(MIB))

    def upload(self, account_id: UUID, name: str, pattern: Pattern, *, mib: int, step: int) -> str:
        """Upload a file by tus, `step` MiB to a request; return the path of what it became."""
        words = f"filename {base64.b64encode(name.encode()).decode()}"
        headers = {**TUS, "Upload-Length": str(mib * MIB), "Upload-Metadata": words, "Content-Length": "0"}
        begun = self._send("POST", f"/accounts/{account_id}/uploads", headers, expect=HTTPStatus.CREATED)
        place, answer = urlsplit(begun["Location"]).path, begun
        for first in range(0, mib, step):
            headers = {
                **TUS,
                "Content-Type": "application/offset+octet-stream",
                "Upload-Offset": str(first * MIB),
            }
            numbers = range(first, min(first + step, mib))
            answer = self._send("PATCH", place, headers, pattern, numbers, expect=HTTPStatus.NO_CONTENT)
        return urlsplit(answer["Link"].partition("<")[2].partition(">")[0]).path

    def put(self, path: str, pattern: Pattern, *, mib: int) -> None:
        """Upload a file by one PUT, as nginx takes it."""
        self._send("PUT", path, {}, pattern, range(mib), expect=HTTPStatus.CREATED)

    def get(self, path: str, *, span: tuple[int, int] | None = None, hashed: bool = False) -> Received:
        """Download a file, or the bytes of it from the first up to, not including, the second."""
        headers = {"Range": f"bytes={span[0]}-{span[1] - 1}"} if span else {}
        digest, size = hashlib.sha256(), 0
        began = time.perf_counter()
        self._connection.request("GET", path, headers={**self._own, **headers})
        response = self._connection.getresponse()
        first = response.read(1)
        first_byte = time.perf_counter() - began
        size += len(first)
        if hashed:
            digest.update(first)
        while count := response.readinto(self._buffer):
            size += count
            if hashed:
                digest.update(self._buffer[:count])
        seconds = time.perf_counter() - began
        _check(response, HTTPStatus.PARTIAL_CONTENT if span else HTTPStatus.OK, path)
        return Received(first_byte, seconds, size, digest.hexdigest() if hashed else "")

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _send(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        pattern: Pattern | None = None,
        numbers: range = range(0),
        *,
        expect: HTTPStatus,
    ) -> http.client.HTTPMessage:
        connection = self._connection
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in {"Content-Length": str(len(numbers) * MIB), **headers, **self._own}.items():
            connection.putheader(name, value)
        connection.endheaders()
        for number in numbers if pattern else ():
            connection.sock.sendall(pattern.mib(number))  # type: ignore[union-attr]  # there is one, as is checked
        response = connection.getresponse()
        response.read()
        _check(response, expect, path)
        return response.headers


def _check(response: http.client.HTTPResponse, expect: HTTPStatus, path: str) -> None:
    if response.status != expect:
        message = f"{path} answered {response.status}, not {expect.value}"
        raise RuntimeError(message)
