"""What somebody has unlocked is looked at here, one item at a time. Each view opens its own transactions.

What is done with an item is on record before its key is read (lockbox/services.py), and nothing of it is kept by the
browser.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from djmixersoft.desk import menu
from djmixersoft.lockbox import selectors, services
from djmixersoft.lockbox.models import What
from djmixersoft.lockbox.selectors import MyReading
from djmixersoft.lockbox.services import MayNot, NothingUnlocked, ReadingOver
from djmixersoft.pages.answers import SHOWN, error_page, methods, page, see
from djmixersoft.pages.csp import CSP
from djmixersoft.pages.previews import allow_frame, note_damage, preview
from djmixersoft.policy.middleware import token_of
from djmixersoft.policy.purposes import acting_for, purpose, release_connection
from djmixersoft.staff.selectors import at_work
from djmixersoft.vault.blobs import Missing
from djmixersoft.vault.cobblestone import Altered
from djmixersoft.vault.keys import KeyRefused
from djmixersoft.vault.media import known_media_type
from djmixersoft.vault.ranges import file_response

ASK_EVERY: Final = 1.0
"""Seconds after which it is asked, while a file is being sent, whether it may still be."""


@dataclass(frozen=True)
class Role:
    """In which role somebody reads, and what the addresses of their pages are called."""

    name: str
    file: str
    close: str
    list: str


SUPPORT: Final = Role("support", "reading-file", "reading-close", "accesses")
LEGAL: Final = Role("legal", "process-reading-file", "process-reading-close", "processes")


@purpose("support", own_transaction=True, asks_first=True)
@methods(*SHOWN)
def reading(request: HttpRequest, reading_id: UUID) -> HttpResponse:
    """Support sees the item that it unlocked."""
    return _reading(request, reading_id, SUPPORT)


@purpose("support", own_transaction=True, asks_first=True)
@methods(*SHOWN)
def reading_file(request: HttpRequest, reading_id: UUID) -> HttpResponseBase:
    """Support gets the bytes of the item that it unlocked; a download only where the access says so."""
    return _file(request, reading_id, SUPPORT)


@purpose("support")
@methods("POST")
def reading_close(request: HttpRequest, reading_id: UUID) -> HttpResponse:  # noqa: ARG001 - every view takes it
    """Support is done with an item."""
    return see("access", _closed(reading_id).request_id, done="reading-closed")


@purpose("legal-process", own_transaction=True, asks_first=True)
@methods(*SHOWN)
def process_reading(request: HttpRequest, reading_id: UUID) -> HttpResponse:
    """Whoever handles legal processes sees the item that they unlocked."""
    return _reading(request, reading_id, LEGAL)


@purpose("legal-process", own_transaction=True, asks_first=True)
@methods(*SHOWN)
def process_reading_file(request: HttpRequest, reading_id: UUID) -> HttpResponseBase:
    """Whoever handles legal processes gets the bytes of the item that they unlocked, to be shown or played."""
    return _file(request, reading_id, LEGAL)


@purpose("legal-process")
@methods("POST")
def process_reading_close(request: HttpRequest, reading_id: UUID) -> HttpResponse:  # noqa: ARG001 - as above
    """Whoever handles legal processes is done with an item."""
    _closed(reading_id)
    return see("processes", done="reading-closed")


def _reading(request: HttpRequest, reading_id: UUID, role: Role) -> HttpResponse:
    token = token_of(request) or ""
    try:
        with acting_for(services.PURPOSES[role.name], token=token):
            menu.note(at_work(role.name))
            opened = selectors.my_reading(reading_id)
        item = services.look(role=role.name, token=token, reading_id=reading_id)
        release_connection()
        if opened is None:
            raise Http404
        media = known_media_type(item.media_type)
        is_played = media.startswith(("audio/", "video/"))
        read = partial(services.open_reading, role=role.name, token=token, reading_id=reading_id, what=What.SHOWN)
        shown = None if item.kind == "folder" or is_played else preview(item.item_id, media, item.size, read)
    except (ReadingOver, NothingUnlocked) as error:
        return _refused(request, error, role)
    context = {
        "item": item,
        "opened": opened,
        "preview": shown,
        "is_played": is_played,
        "file": reverse(role.file, args=[reading_id]),
        "close": reverse(role.close, args=[reading_id]),
        "of_process": role is not SUPPORT,
        "back": reverse("access", args=[opened.request_id]) if role is SUPPORT else reverse(role.list),
    }
    response = page(request, "reading", context, title=_("An unlocked item"), signed_in=True)
    return allow_frame(response, shown, CSP)


def _file(request: HttpRequest, reading_id: UUID, role: Role) -> HttpResponseBase:
    token, download = token_of(request) or "", "download" in request.GET
    look = partial(services.look, role=role.name, token=token, reading_id=reading_id)
    try:
        what = What.DOWNLOADED if download else None
        content = services.open_reading(role=role.name, token=token, reading_id=reading_id, what=what)
        release_connection()
        response = file_response(request, content, download=download)
    except (ReadingOver, NothingUnlocked, MayNot) as error:
        return _refused(request, error, role)
    except (Altered, Missing, KeyRefused) as error:
        note_damage(reading_id, error)
        sentence = _("What lies in the store is not what was uploaded, so nothing of it is shown.")
        return error_page(request, 500, _("This file is damaged"), sentence)
    response["Cache-Control"] = "no-store"
    if isinstance(response, StreamingHttpResponse):
        response.streaming_content = while_open(iter(response), look)
    return response


def _closed(reading_id: UUID) -> MyReading:
    opened = selectors.my_reading(reading_id)
    if opened is None:
        raise Http404
    services.close_reading(reading_id=reading_id)
    return opened


def while_open(pieces: Iterable[bytes], look: Callable[[], object]) -> Iterator[bytes]:
    """Send on while the reading is open. The body breaks off where it ends, short of the length that was announced."""
    asked = monotonic()
    for piece in pieces:
        if monotonic() - asked >= ASK_EVERY:
            try:
                look()
            except (ReadingOver, NothingUnlocked):
                return
            finally:
                release_connection()
            asked = monotonic()
        yield piece


def _refused(request: HttpRequest, error: Exception, role: Role) -> HttpResponse:
    back = (reverse(role.list), _("Go back"))
    match error:
        case ReadingOver():
            sentence = _("It was closed, its time is over, or the Administrator revoked the access. Nothing is shown.")
            return error_page(request, 410, _("This reading is over"), sentence, next_step=back)
        case MayNot():
            sentence = _("The access was not asked for or approved with downloads. It can be looked at in the page.")
            return error_page(request, 403, _("No download"), sentence, next_step=back)
        case _:
            sentence = _("Nothing is unlocked here for you.")
            return error_page(request, 404, _("Nothing unlocked"), sentence, next_step=back)
