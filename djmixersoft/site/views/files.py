"""Uploads by a plain form, and an item's bytes. What is sent and received streams outside transactions."""

from dataclasses import dataclass, replace
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
from djmixersoft.content import stores
from djmixersoft.content.selectors import items as selectors
from djmixersoft.content.selectors import tree
from djmixersoft.content.services import items as services
from djmixersoft.content.services.items import NoSuchFolder, QuotaFull
from djmixersoft.pages.previews import note_damage
from djmixersoft.policy.middleware import token_of
from djmixersoft.policy.purposes import acting_for, purpose, release_connection
from djmixersoft.site.access import access_account, access_item
from djmixersoft.site.forms import UploadForm
from djmixersoft.site.pages import SHOWN, SeeOther, error_page, methods
from djmixersoft.site.views.folders import folder_address, folder_page
from djmixersoft.vault.blobs import Missing, NoRoom
from djmixersoft.vault.cobblestone import Altered
from djmixersoft.vault.keys import KeyRefused
from djmixersoft.vault.ranges import file_response
from djmixersoft.vault.upload import EncryptingUploadHandler, Reason, Refused, StoredFile, receiving, sentence


@purpose("teamwork", own_transaction=True)
@methods("POST")
def upload(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An account's members add to it. Whether one is a member is asked before anything of the files is read."""
    with acting_for("teamwork", token=token_of(request)):
        access_account(account_id)
    release_connection()
    with receiving(request, store=stores.blobs(), account_id=account_id, maximum=settings.MAX_UPLOAD_BYTES) as handler:
        form = UploadForm(request.POST, request.FILES)
        form.full_clean()
        arrived = Arrived(form.cleaned_data.get("folder"))
        try:
            with handler.keeping() as files, acting_for("teamwork", token=token_of(request)):
                access_account(account_id)
                arrived = _add(account_id, files, arrived.folder_id)
        except NotAllowed:
            raise Http404 from None
        except NoRoom:
            handler.refused.append(Refused("", Reason.NO_ROOM))
        except QuotaFull:
            arrived = replace(arrived, is_over_quota=True)
        return _uploaded(request, account_id, form, handler, arrived)


@dataclass(frozen=True)
class Arrived:
    """What became of an upload: how many files are where, and whether that is another place than was asked for."""

    folder_id: UUID | None
    kept: int = 0
    is_elsewhere: bool = False
    is_over_quota: bool = False


def _add(account_id: UUID, files: list[StoredFile], folder_id: UUID | None) -> Arrived:
    """Write the files' rows. Where their folder is gone meanwhile they come to the top: sent is sent."""
    try:
        with transaction.atomic():
            services.add_items(account_id=account_id, files=files, parent_id=folder_id)
        return Arrived(folder_id, len(files))
    except NoSuchFolder:
        services.add_items(account_id=account_id, files=files)
        return Arrived(None, len(files), is_elsewhere=True)


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


def _uploaded(
    request: HttpRequest, account_id: UUID, form: UploadForm, handler: EncryptingUploadHandler, arrived: Arrived
) -> HttpResponse:
    """Say what became of the files: those that could be kept are, whatever became of the others."""
    if arrived.kept and not handler.refused:
        done = "uploaded-to-the-top" if arrived.is_elsewhere else "uploaded"
        return SeeOther(f"{folder_address(account_id, arrived.folder_id)}?done={done}")
    status, notice = HTTPStatus.UNPROCESSABLE_ENTITY, ""
    for refused in handler.refused:
        status = refused.status
        form.add_error("tracks", sentence(refused, handler.maximum))
    if arrived.is_over_quota:
        status = HTTPStatus.INSUFFICIENT_STORAGE
        form.add_error("tracks", _("There is no room left in the account, so nothing was kept. Make room first."))
    elif not handler.refused:
        form.add_error("tracks", _("No file was chosen. Please choose at least one."))
    if arrived.kept:
        kept = {"n": arrived.kept}
        notice = ngettext("%(n)d file is in the crate.", "%(n)d files are in the crate.", arrived.kept) % kept
    with acting_for("teamwork", token=token_of(request)):
        account = access_account(account_id)
        folder = tree.folder(account.id, arrived.folder_id) if arrived.folder_id else None
        return folder_page(request, account, folder, upload_form=form, status=status, notice=notice)


def _damaged(request: HttpRequest, account_id: UUID, item_id: UUID, error: Exception) -> HttpResponse:
    """Own up to a file that isn't what it was: never a short or a wrong 200."""
    note_damage(item_id, error)
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
