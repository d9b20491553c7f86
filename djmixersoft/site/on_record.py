"""The pages and files by which people see what is on record: of an account, or of themselves."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from djmixersoft.ledger import selectors
from djmixersoft.ledger.models import Log
from djmixersoft.ledger.selectors import Recorded, Unsealed
from djmixersoft.policy.errors import NotSignedIn
from djmixersoft.policy.purposes import release_connection
from djmixersoft.site import record_words
from djmixersoft.site.pages import Context
from djmixersoft.site.record_words import KINDS, Kind, Known
from djmixersoft.vault.filenames import content_disposition

PAGE_SIZE: Final = 50
LATE: Final = timedelta(minutes=1)
"""A sealer works five times a second; whatever waits longer than this, waits because something is wrong."""
_LAST: Final = 2**63 - 1  # the greatest id that the database has

logger = logging.getLogger(__name__)

Acting = Callable[[], AbstractContextManager[None]]


class CutShort(Exception):
    """An export can't be finished: its reader lost the right to it meanwhile. What was sent isn't all of it."""


@dataclass(frozen=True)
class Line:
    """An entry as it is shown; one that was erased has neither words nor time. `index`: None until it is sealed."""

    index: int | None
    sentence: SafeString
    by: SafeString
    at: datetime | None
    reason: str
    is_erased: bool


@dataclass(frozen=True)
class Asked:
    """Which entries are asked for: of which kind, if any, and only those before the one with an id, if any."""

    kind: Kind | None
    before: int | None


def asked(request: HttpRequest, kinds: Sequence[Kind]) -> Asked:
    """Return what `?kind=` and `?before=` ask for; an unknown kind is all of them. Raises Http404 for no place."""
    kind = next((kind for kind in kinds if kind == request.GET.get("kind")), None)
    before = request.GET.get("before")
    if before is None:
        return Asked(kind, None)
    if not before.isascii() or not before.isdigit() or len(before) > len(str(_LAST)) or int(before) > _LAST:
        raise Http404
    return Asked(kind, int(before))


def read(log: Log | None, wanted: Asked) -> list[Recorded]:
    """Return what a page shows, and one more where there is a next one."""
    actions = KINDS[wanted.kind][1] if wanted.kind else None
    return selectors.entries(log, before=wanted.before, actions=actions, most=PAGE_SIZE + 1) if log else []


def shown(log: Log | None, wanted: Asked, found: Sequence[Recorded], kinds: Sequence[Kind], known: Known) -> Context:
    """Return what the template on_record.html needs of a log."""
    entries, more = found[:PAGE_SIZE], found[PAGE_SIZE:]
    older = {"kind": wanted.kind or "", "before": entries[-1].id} if more else {}
    ways = [(None, _("Everything")), *((kind, KINDS[kind][0]) for kind in kinds)]
    return {
        "log": log,
        "lines": [_line(one, known) for one in entries],
        "kinds": [{"words": words, "value": kind or "", "is_present": kind == wanted.kind} for kind, words in ways],
        "wanted": wanted,
        "older": urlencode({key: value for key, value in older.items() if value}),
        **_standing(log),
    }


def _standing(log: Log | None) -> Context:
    """How far a log is sealed, and whether that is as it should be."""
    heads = selectors.heads()
    waiting = selectors.unsealed(log) if log else Unsealed(0, None)
    return {
        "waiting": waiting.count,
        "is_counted": waiting.count < selectors.COUNTED,
        "is_late": bool(waiting.since and waiting.since < timezone.now() - LATE),
        "is_stopped": bool(heads and heads.trouble),
        "is_damaged": bool(heads and heads.damage),
    }


def _line(entry: Recorded, known: Known) -> Line:
    said = entry.said
    if said is None:
        return Line(entry.index, SafeString(""), SafeString(""), None, "", is_erased=True)
    words, who = record_words.sentence(said, known), record_words.by(said, known)
    return Line(entry.index, words, who, entry.at, str(said.get("reason", "")), is_erased=False)


def receipt(log: Log | None, index: int, name: str) -> HttpResponse:
    """Answer with the receipt of an entry, as a file. Raises Http404 where there is no such entry that is sealed."""
    found = selectors.receipt(log, index) if log else None
    if log is None or found is None:
        raise Http404
    return HttpResponse(found, headers=_file(f"{_of(log, name)}-{index}.receipt.json", "application/json"))


def export(request: HttpRequest, log: Log, head: bytes, acting: Acting, name: str) -> HttpResponseBase:
    """Answer with a log as far as it is sealed, up to the size that its row has here, whatever joins it meanwhile.

    `head`: the file's first line; `acting`: opens a transaction, of which each piece has one of its own.
    """
    headers = _file(f"{_of(log, name)}-of-{log.size}.jsonl", "application/jsonl")
    if request.method == "HEAD":
        return HttpResponse(headers=headers)
    return StreamingHttpResponse(_pieces(log, head, acting), headers=headers)


def _pieces(log: Log, head: bytes, acting: Acting) -> Iterator[bytes]:
    yield head
    for start in range(0, log.size, selectors.EXPORTED_AT_ONCE):
        try:
            yield _lines(log, start, acting)
        except (CutShort, NotSignedIn, DatabaseError) as error:
            # Granian 2.8.7 ends the answer as if that were all, and says nothing: whoever checks the file hears that
            # its end is missing.
            logger.warning("an export was cut short: %s", type(error).__name__)
            raise


def _lines(log: Log, start: int, acting: Acting) -> bytes:
    try:
        with acting():
            lines = list(selectors.export_lines(log, start))
    finally:
        release_connection()
    if len(lines) != min(selectors.EXPORTED_AT_ONCE, log.size - start):
        raise CutShort
    return b"".join(lines)


def _of(log: Log, name: str) -> str:
    """Name files after their log too, so that those of two accounts don't get in each other's way."""
    return f"{name}-{log.origin.rpartition('/')[2][:8]}"


def _file(name: str, media_type: str) -> dict[str, str]:
    return {"Content-Type": media_type, "Content-Disposition": content_disposition(name, inline=False)}
