"""Uploads, and one item: its page, its bytes, its removal. What is sent and received streams outside transactions."""

import logging
from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from djmixersoft.accounts.services import NotAllowed
from djmixersoft.content import selectors, services, stores
from djmixersoft.policy.middleware import token_of
from djmixersoft.policy.purposes import acting_for, purpose, release_connection
from djmixersoft.site.access import access_account, access_item
from djmixersoft.site.forms import UploadForm
from djmixersoft.site.pages import SHOWN, error_page, methods, page, see
from djmixersoft.site.views.studio import account_page
from djmixersoft.vault.blobs import Missing, NoRoom
from djmixersoft.vault.cobblestone import Altered
from djmixersoft.vault.keys import KeyRefused
from djmixersoft.vault.ranges import file_response
from djmixersoft.vault.upload import EncryptingUploadHandler, Reason, Refused, receiving, sentence

logger = logging.getLogger(__name__)


@purpose("teamwork", own_transaction=True)
@methods("POST")
def upload(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An account's members add to it. Whether one is a member is asked before anything of the files is read."""
    with acting_for("teamwork", token=token_of(request)):
        access_account(account_id)
    release_connection()
    with receiving(request, store=stores.blobs(), account_id=account_id, maximum=settings.MAX_UPLOAD_BYTES) as handler:
        form = UploadForm(request.POST, request.FILES)
        try:
            with handler.keeping() as files, acting_for("teamwork", token=token_of(request)):
                access_account(account_id)
                if files:
                    services.add_items(account_id=account_id, files=files)
        except NotAllowed:
            raise Http404 from None
        except NoRoom:
            files = []
            handler.refused.append(Refused("", Reason.NO_ROOM))
        return _uploaded(request, account_id, form, handler, kept=len(files))


@purpose("teamwork")
@methods(*SHOWN)
def item(request: HttpRequest, account_id: UUID, item_id: UUID) -> HttpResponseBase:
    """An account's members see what is known of an item in it."""
    account = access_account(account_id)
    found = access_item(account, item_id)
    context = {"account": account, "item": found, "plays": "play" in request.GET}
    return page(request, "item", context, title=found.name)


@purpose("teamwork", own_transaction=True)
@methods(*SHOWN)
def item_file(request: HttpRequest, account_id: UUID, item_id: UUID) -> HttpResponseBase:
    """An account's members get an item's bytes: whole, or the range that they ask for."""
    try:
        with acting_for("teamwork", token=token_of(request)):
            access_account(account_id)
            content = selectors.opened(account_id, item_id)
        release_connection()
        if content is None:
            raise Http404
        return file_response(request, content, download="download" in request.GET)
    except (Altered, Missing, KeyRefused) as error:
        with acting_for("teamwork", token=token_of(request)):
            # It may have been removed at this very moment; then nothing is wrong.
            access_item(access_account(account_id), item_id)
        return _damaged(request, account_id, item_id, error)


@purpose("teamwork")
@methods("POST")
def item_remove(request: HttpRequest, account_id: UUID, item_id: UUID) -> HttpResponseBase:  # noqa: ARG001 - every view takes it
    """An account's members remove what is in it: its row and key, and the unreadable rest once that is certain."""
    access_account(account_id)
    if not services.remove_item(account_id=account_id, item_id=item_id):
        raise Http404
    # A rest that can't be deleted now is found by the sweep for blobs without an item.
    transaction.on_commit(lambda: stores.blobs().delete(str(item_id)), robust=True)
    return see("account", account_id, done="removed")


def _uploaded(
    request: HttpRequest, account_id: UUID, form: UploadForm, handler: EncryptingUploadHandler, *, kept: int
) -> HttpResponse:
    """Say what became of the files: those that could be kept are, whatever became of the others."""
    if kept and not handler.refused:
        return see("account", account_id, done="uploaded")
    form.full_clean()
    status, notice = HTTPStatus.UNPROCESSABLE_ENTITY, ""
    for refused in handler.refused:
        status = refused.status
        form.add_error("tracks", sentence(refused, handler.maximum))
    if not handler.refused:
        form.add_error("tracks", _("No file was chosen. Please choose at least one."))
    if kept:
        notice = ngettext("%(n)d file is in the crate.", "%(n)d files are in the crate.", kept) % {"n": kept}
    with acting_for("teamwork", token=token_of(request)):
        return account_page(request, access_account(account_id), form, status, notice)


def _damaged(request: HttpRequest, account_id: UUID, item_id: UUID, error: Exception) -> HttpResponse:
    """Own up to a file that isn't what it was: never a short or a wrong 200."""
    logger.error("item %s is damaged: %s", item_id, type(error).__name__)
    text = _(
        "This file is damaged: what lies in the store is not what was uploaded, so nothing of it is sent. "
        "If you still have it, upload it again. Its number is %s."
    )
    return error_page(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        _("This file is damaged"),
        text % item_id,
        next_step=(reverse("account", args=[account_id]), _("Back to the crate")),
    )
