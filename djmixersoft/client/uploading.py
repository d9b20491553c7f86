"""Sending a file by tus 1.0: what arrived stays, and a cut connection only costs what was on its way."""

import base64
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from djmixersoft.client.asking import PAUSES, PIECE, UNREACHABLE, Answer, Refused, Site

TUS: Final = {"Tus-Resumable": "1.0.0"}
_STEP: Final = 64 * 2**20  # bytes to a request, after each of which the site has it on disk
_GO_ON: Final = frozenset({409, 423, 429, 460, 502, 503, 504})


def upload(site: Site, endpoint: str, file: Path, metadata: dict[str, str], *, tell: Callable[[int], None]) -> None:
    """Upload a file; `tell` is called with the offset as it grows. Raises Refused, OSError where it can't be read."""
    size = file.stat().st_size
    begun = site.ask(
        "POST", endpoint, b"", {**TUS, "Upload-Length": str(size), "Upload-Metadata": _metadata(metadata)}
    ).expect(201)
    place = begun.headers["location"]
    offset = int(begun.headers.get("upload-offset", 0))
    with file.open("rb") as source:
        tries = iter(PAUSES)
        while offset < size:
            before = offset
            answer = _send(site, place, source, offset, size, tell)
            if answer is not None and answer.status not in _GO_ON:
                offset = int(answer.expect(204).headers["upload-offset"])
            else:
                time.sleep(next(tries, PAUSES[-1]))
                offset = _offset(site, place)
            if offset > before:
                tries = iter(PAUSES)
            tell(offset)
    tell(size)


def _send(
    site: Site, place: str, source: BinaryIO, offset: int, size: int, tell: Callable[[int], None]
) -> Answer | None:
    """Send the next step of the file; None where the connection broke."""
    source.seek(offset)
    length = min(_STEP, size - offset)
    headers = {
        **TUS,
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": str(length),
        "Upload-Offset": str(offset),
    }
    try:
        return site.ask_once("PATCH", place, _pieces(source, offset, length, tell), headers)
    except UNREACHABLE:
        return None


def _pieces(source: BinaryIO, offset: int, length: int, tell: Callable[[int], None]) -> Iterator[bytes]:
    sent = 0
    while sent < length:
        piece = source.read(min(PIECE, length - sent))
        if not piece:
            raise Refused("The file became shorter while it was sent.")
        yield piece
        sent += len(piece)
        tell(offset + sent)


def _offset(site: Site, place: str) -> int:
    return int(site.ask("HEAD", place, None, TUS).expect(200, 204).headers["upload-offset"])


def _metadata(metadata: dict[str, str]) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in metadata.items())
