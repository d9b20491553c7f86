"""The words of tus 1.0 (https://tus.io/protocols/resumable-upload): what requests ask for, and how answers put it.

Spoken here: the core, and the extensions creation, creation-with-upload, checksum (sha256), termination, expiration.
Every refusal is a status and a sentence, as plain text, since it is a program that asks.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.utils.http import http_date
from django.utils.translation import gettext as _

from djmixersoft.content.services.folders import DEEPEST
from djmixersoft.content.services.uploads import Wanted
from djmixersoft.content.uploading import Part, Progress
from djmixersoft.pages.text import check_readable

VERSION: Final = "1.0.0"
CHECKSUM_MISMATCH: Final = 460
CONTENT_TYPE: Final = "application/offset+octet-stream"
LONGEST_NAME: Final = 255  # characters
_LONGEST_METADATA: Final = 16 * 1024
_PIECE: Final = 64 * 1024  # bytes of a body that are waited for before they are looked at
_ALLOW: Final = {"Allow": "OPTIONS, HEAD, PATCH, DELETE"}
_NUMBER: Final = re.compile(r"[0-9]{1,18}", re.ASCII)
_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)


class Refusal(Exception):
    """A request that isn't done, with the status and the sentence that say why."""

    def __init__(self, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        """Keep them."""
        super().__init__(sentence)
        self.status, self.sentence, self.headers = status, sentence, headers or {}


class CutOff(Exception):
    """The connection ended before the body did."""


def answer(status: int, sentence: str = "", headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Make an answer in this protocol."""
    response = HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
    if not sentence:
        del response["Content-Type"]
    for name, value in {"Tus-Resumable": VERSION, **(headers or {})}.items():
        response[name] = value
    return response


def abilities() -> HttpResponse:
    """Answer OPTIONS."""
    return answer(
        HTTPStatus.NO_CONTENT,
        headers={
            "Tus-Version": VERSION,
            "Tus-Extension": "creation,creation-with-upload,checksum,termination,expiration",
            "Tus-Max-Size": str(settings.MAX_RESUMABLE_BYTES),
            "Tus-Checksum-Algorithm": "sha256",
        },
    )


def how_far(progress: Progress, *, item_url: str = "") -> dict[str, str]:
    """Return the headers that tell how far an upload is, and what it became."""
    headers = {"Upload-Offset": str(progress.offset), "Cache-Control": "no-store"}
    if progress.expires:
        headers["Upload-Expires"] = http_date(progress.expires.timestamp())
    if item_url:
        headers["Link"] = f'<{item_url}>; rel="item"'
    return headers


def check_version(request: HttpRequest) -> None:
    """Refuse another version of the protocol, or none."""
    if request.headers.get("Tus-Resumable") != VERSION:
        sentence = _("This address speaks tus %s, and only that.") % VERSION
        raise Refusal(HTTPStatus.PRECONDITION_FAILED, sentence, {"Tus-Version": VERSION})


def method(request: HttpRequest) -> str:
    """Return a request's method, or the one for which it is sent as a POST. Raises Refusal."""
    if request.method != "POST":
        return request.method or ""
    instead = request.headers.get("X-HTTP-Method-Override", "")
    if instead not in {"HEAD", "PATCH", "DELETE"}:
        raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED, _("This address takes HEAD, PATCH and DELETE."), _ALLOW)
    return instead


def wanted(request: HttpRequest) -> Wanted:
    """Return what a request to begin an upload asks for. Raises Refusal."""
    header = request.headers.get("Upload-Metadata", "")
    said = _metadata(header)
    *folders, last = _path(said.get("relativePath", ""))
    name = said.get("filename") or said.get("name") or last
    sha256 = said.get("sha256", "")
    if sha256 and not _SHA256.fullmatch(sha256):
        raise Refusal(
            HTTPStatus.BAD_REQUEST, _("The SHA-256 that was announced is none: it has 64 hexadecimal digits.")
        )
    return Wanted(
        name=_name(name),
        size=_size(request),
        parent_id=_id(said.get("parent", "")),
        folders=[_name(folder) for folder in folders],
        replaces=_id(said.get("replaces", "")),
        metadata=header,
        sha256=bytes.fromhex(sha256) or None,
    )


def first_part(request: HttpRequest) -> Part | None:
    """Return what a request to begin an upload brings of it already. Raises Refusal."""
    length = _length(request)
    return _part(request, 0, length) if length else None


def next_part(request: HttpRequest) -> Part:
    """Return what a request to go on brings. Raises Refusal."""
    return _part(request, _number(request.headers.get("Upload-Offset", ""), "Upload-Offset"), _length(request))


def _part(request: HttpRequest, offset: int, length: int) -> Part:
    if request.content_type != CONTENT_TYPE:
        sentence = _("A part of a file must be sent as %s.") % CONTENT_TYPE
        raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, sentence)
    return Part(offset=offset, length=length, pieces=_pieces(request, length), sha256=_checksum(request))


def _pieces(request: HttpRequest, length: int) -> Iterator[bytes]:
    left = length
    while left:
        piece = request.read(min(_PIECE, left))
        if not piece:
            raise CutOff
        left -= len(piece)
        yield piece


def _length(request: HttpRequest) -> int:
    length = request.headers.get("Content-Length")
    # Only of HTTP/1.1 is it known that there is no body then (RFC 9112 §6.3).
    if not length and ("Transfer-Encoding" in request.headers or request.META.get("SERVER_PROTOCOL") != "HTTP/1.1"):
        raise Refusal(HTTPStatus.LENGTH_REQUIRED, _("How long this part is wasn’t said (Content-Length)."))
    return _number(length or "0", "Content-Length")


def _checksum(request: HttpRequest) -> bytes | None:
    header = request.headers.get("Upload-Checksum")
    if header is None:
        return None
    algorithm, _blank, value = header.partition(" ")
    if algorithm != "sha256":
        raise Refusal(HTTPStatus.BAD_REQUEST, _("Checksums of parts are taken as sha256 only."))
    try:
        return base64.b64decode(value, validate=True)
    except ValueError:
        raise Refusal(HTTPStatus.BAD_REQUEST, _("The checksum of this part isn’t Base64.")) from None


def _size(request: HttpRequest) -> int:
    if "Upload-Defer-Length" in request.headers:
        raise Refusal(HTTPStatus.BAD_REQUEST, _("How large the file is must be said at once (Upload-Length)."))
    size = _number(request.headers.get("Upload-Length", ""), "Upload-Length")
    if size > settings.MAX_RESUMABLE_BYTES:
        sentence = _("This file is too large: a file can have up to %s. Nothing of it was kept.")
        raise Refusal(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            sentence % filesizeformat(settings.MAX_RESUMABLE_BYTES),
            {"Tus-Max-Size": str(settings.MAX_RESUMABLE_BYTES)},
        )
    return size


def _number(text: str, header: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise Refusal(HTTPStatus.BAD_REQUEST, _("%s must be a number of bytes.") % header)
    return int(text)


def _metadata(header: str) -> dict[str, str]:
    """Read `key base64, key base64, key`. Raises Refusal."""
    if len(header) > _LONGEST_METADATA or not header.isascii():
        raise Refusal(HTTPStatus.BAD_REQUEST, _("What was said of the file is too long or no ASCII (Upload-Metadata)."))
    found = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        key, _blank, value = pair.partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except ValueError:
            sentence = _("What was said of the file can’t be read: “%s” in Upload-Metadata isn’t Base64 of UTF-8.")
            raise Refusal(HTTPStatus.BAD_REQUEST, sentence % key[:40]) from None
    return found


def _path(text: str) -> list[str]:
    """Take a path apart; browsers begin it with a slash or not. Raises Refusal."""
    names = [name for name in text.split("/") if name not in {"", "."}]
    if len(names) > DEEPEST:
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, _("These are too many folders in one another."))
    return names or [""]


def _name(text: str) -> str:
    """Return a name as it was typed. Raises Refusal."""
    if text in {"", ".", ".."} or "/" in text:
        sentence = _("“%s” is no name for a file or folder. Please rename it, and upload it again.")
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, sentence % text[:LONGEST_NAME])
    if len(text) > LONGEST_NAME:
        sentence = _("The name is too long: it can have up to %d characters. Please shorten it, and upload it again.")
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, sentence % LONGEST_NAME)
    try:
        check_readable(text)
    except ValidationError as error:
        sentence = _("The name of this file or folder can’t be kept.")
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, " ".join([sentence, *error.messages])) from None
    return text


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Refusal(HTTPStatus.NOT_FOUND, _("The folder or file for this upload isn’t there (any more).")) from None
