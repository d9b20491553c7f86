"""What whoever holds a link sees: the page of what it shows, its files, or why it doesn't open. No cookie is set here.

A link's password leads to an opening, which is another secret in the address, since there is no cookie to hold it.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from djmixersoft.content.models import UsedFor
from djmixersoft.content.selectors import shared as selectors
from djmixersoft.content.selectors.shared import Held, NotOpen, SharedRow, holding
from djmixersoft.content.services import shares as services
from djmixersoft.pages.csp import CSP
from djmixersoft.pages.paging import Page, asked_page
from djmixersoft.pages.previews import allow_frame, note_damage, preview
from djmixersoft.pages.refusals import Refusal, in_words, refuse
from djmixersoft.people.passwords import Busy
from djmixersoft.people.services import TooManyTries, WrongPassword
from djmixersoft.policy.purposes import purpose, release_connection
from djmixersoft.site.markdown import render
from djmixersoft.site.pages import FORM, SHOWN, SeeOther, error_page, link_gone, methods, page
from djmixersoft.site.sharing_forms import OpenForm
from djmixersoft.vault.blobs import Missing
from djmixersoft.vault.cobblestone import Altered
from djmixersoft.vault.keys import KeyRefused
from djmixersoft.vault.media import known_media_type, may_be_inline
from djmixersoft.vault.ranges import file_response

View = Callable[..., HttpResponseBase]
LONGEST_TEXT: Final = 200_000
"""Bytes of a document up to which it is shown in the page; more is for downloading."""


def unlisted(view: View) -> View:
    """Keep what a view answers out of search engines' indexes."""

    @wraps(view)
    def answer(request: HttpRequest, *arguments: object, **named: object) -> HttpResponseBase:
        response = view(request, *arguments, **named)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return answer


@purpose("sharing", own_transaction=True)
@unlisted
@methods(*FORM)
def shared(request: HttpRequest, token: str) -> HttpResponseBase:
    """Whoever holds a link sees what it shows, or is asked for its password."""
    if request.method == "POST":
        return _open(request, token)
    try:
        with holding(token) as held:
            return _shown(request, token, held, held.root)
    except NotOpen as error:
        return _closed(request, token, error.state)


@purpose("sharing", own_transaction=True)
@unlisted
@methods(*SHOWN)
def shared_item(request: HttpRequest, token: str, item_id: UUID) -> HttpResponseBase:
    """Whoever holds a link to a folder sees what lies in it."""
    try:
        with holding(token) as held:
            return _shown(request, token, held, item_id)
    except NotOpen as error:
        return _closed(request, token, error.state)


@purpose("sharing", own_transaction=True)
@unlisted
@methods(*SHOWN)
def shared_file(request: HttpRequest, token: str, item_id: UUID) -> HttpResponseBase:
    """Whoever holds a link gets the bytes of what it shows: whole, or the range that they ask for."""
    download = "download" in request.GET
    try:
        with holding(token) as held:
            row = selectors.shared_item(held, item_id)
            if row is None or row.is_folder:
                return _missing(request, token)
            if request.method == "GET":
                services.note_use(item_id=item_id, used_for=_used_for(row, download=download))
            content = selectors.opened(held, item_id)
        release_connection()
        return file_response(request, content, download=download) if content else _missing(request, token)
    except NotOpen as error:
        return _closed(request, token, error.state)
    except (Altered, Missing, KeyRefused) as error:
        return _damaged(request, token, item_id, error)


def _shown(request: HttpRequest, token: str, held: Held, item_id: UUID) -> HttpResponse:
    row = selectors.shared_item(held, item_id)
    if row is None:
        return _missing(request, token)
    if request.method == "GET":
        services.note_use(item_id=row.id, used_for=UsedFor.LOOKED)
    context: dict[str, object] = {
        "token": token,
        "item": row,
        "path": selectors.folders_above(held, row),
        "root": held.root,
    }
    if row.is_folder:
        number = asked_page(request)
        rows, more = selectors.inside(held, row.id, page=number)
        context |= {"items": rows, "page": Page(number, has_next=more)}
    else:
        context |= _looked(held, row)
    return allow_frame(page(request, "shared", context, title=row.name), context.get("preview"), CSP)


def _looked(held: Held, row: SharedRow) -> dict[str, object]:
    """What a page shows of a file beside the player: a document as it looks, others as members see them."""
    if row.kind != "document":
        return {"preview": preview(row.id, row.media_type, row.size, lambda: selectors.opened(held, row.id))}
    if row.size > LONGEST_TEXT:
        return {"too_long": True}
    try:
        return {"html": render(selectors.text_of(held, row.id))}
    except (Altered, Missing, KeyRefused) as error:
        note_damage(row.id, error)
        return {"damaged": True}


def _used_for(row: SharedRow, *, download: bool) -> UsedFor:
    kind = known_media_type(row.media_type)
    if download or not may_be_inline(kind):
        return UsedFor.TAKEN
    return UsedFor.PLAYED if kind.startswith("audio/") else UsedFor.LOOKED


def _open(request: HttpRequest, token: str) -> HttpResponseBase:
    form, refusal = OpenForm(request.POST), Refusal()
    if form.is_valid():
        try:
            opening = services.open_link(secret=token, password=form.cleaned_data["password"])
        except NotOpen as error:
            return (
                SeeOther(reverse("shared", args=[token]))
                if error.state == "open"
                else _closed(request, token, error.state)
            )
        except WrongPassword as error:
            refusal = refuse(form, error, wrong=_("This is not the link’s password."), field="password")
        except TooManyTries as error:
            wait = in_words(error.seconds)
            form.add_error(None, _("Too many passwords were tried for this link. Please wait %s.") % wait)
            refusal = Refusal(HTTPStatus.TOO_MANY_REQUESTS, error.seconds)
        except Busy as error:
            refusal = refuse(form, error)
        else:
            return SeeOther(reverse("shared", args=[opening]))
    return refusal.mark(_ask(request, token, form, refusal.status))


def _ask(request: HttpRequest, token: str, form: OpenForm, status: int = HTTPStatus.OK) -> HttpResponse:
    return page(request, "shared_password", {"form": form, "token": token}, title=_("A password"), status=status)


def _closed(request: HttpRequest, token: str, state: str) -> HttpResponse:
    front = (reverse("front"), _("To the front page"))
    match state:
        case "password":
            return _ask(request, token, OpenForm())
        case "over":
            reason = _(
                "Nothing was done here for an hour, so the link wants its password again. Please open it as you got it."
            )
        case "expired":
            reason = _("This link worked until a day that is over. Whoever gave it to you can make a new one.")
        case "revoked":
            reason = _("Whoever shared this has ended the link.")
        case "gone":
            reason = _("What this link showed isn’t there any more.")
        case _:
            reason = _(
                "There is nothing behind this link: what it led to was deleted, or a part of the link was lost on its "
                "way. Please look whether you have the whole of it."
            )
            return link_gone(request, HTTPStatus.NOT_FOUND, reason, next_step=front)
    return link_gone(request, HTTPStatus.GONE, reason, next_step=front)


def _missing(request: HttpRequest, token: str) -> HttpResponse:
    """Answer alike for what isn't there and for what the link doesn't open to."""
    return error_page(
        request,
        HTTPStatus.NOT_FOUND,
        _("Nothing here"),
        _("The link shows nothing by this address. It may have been moved or removed."),
        next_step=(reverse("shared", args=[token]), _("To what the link shows")),
    )


def _damaged(request: HttpRequest, token: str, item_id: UUID, error: Exception) -> HttpResponse:
    """Own up to a file that isn't what it was: never a short or a wrong 200."""
    note_damage(item_id, error)
    return error_page(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        _("This file is damaged"),
        _("What lies in the store is not what was uploaded, so nothing of it is sent. Please tell whoever shared it."),
        next_step=(reverse("shared", args=[token]), _("To what the link shows")),
    )
