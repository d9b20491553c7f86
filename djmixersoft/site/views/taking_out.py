"""Taking Content out as a ZIP, and putting one back in, by an account's members."""

from http import HTTPStatus
from pathlib import PurePosixPath
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from djmixersoft.accounts.services import NotAllowed
from djmixersoft.content.selectors import items
from djmixersoft.content.selectors.taking_out import taken_out
from djmixersoft.content.services.items import NoSuchFolder, QuotaFull
from djmixersoft.content.services.unpacking import MOST_FILES, NoArchive, TooMuch, Unpacked, unpack
from djmixersoft.policy.middleware import token_of
from djmixersoft.policy.purposes import acting_for, purpose, release_connection
from djmixersoft.site.access import access_account, access_item
from djmixersoft.site.pages import SHOWN, error_page, methods, page
from djmixersoft.vault.blobs import Missing, NoRoom
from djmixersoft.vault.cobblestone import Altered
from djmixersoft.vault.filenames import content_disposition
from djmixersoft.vault.keys import KeyRefused


@purpose("teamwork", own_transaction=True)
@methods(*SHOWN)
def take_out(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An account's members take all of it out."""
    return _zip(request, account_id)


@purpose("teamwork", own_transaction=True)
@methods(*SHOWN)
def take_out_folder(request: HttpRequest, account_id: UUID, item_id: UUID) -> HttpResponseBase:
    """An account's members take one of its folders out."""
    return _zip(request, account_id, item_id)


@purpose("teamwork", own_transaction=True)
@methods("POST")
def unpack_item(request: HttpRequest, account_id: UUID, item_id: UUID) -> HttpResponseBase:
    """An account's members unpack a ZIP that lies in it, into a folder of its name beside it."""
    token = token_of(request)
    try:
        with acting_for("teamwork", token=token):
            account = access_account(account_id)
            item = access_item(account, item_id)
            content = items.opened(account_id, item_id)
        release_connection()
        if content is None:
            raise Http404
        with content.file:
            folder = PurePosixPath(item.name).stem
            done = unpack(content=content, token=token, account_id=account_id, parent_id=item.parent_id, folder=folder)
    except (NoArchive, TooMuch, QuotaFull, NoRoom, NoSuchFolder, Altered, Missing, KeyRefused) as error:
        return _refused(request, account_id, item_id, error)
    except NotAllowed:
        raise Http404 from None
    return _report(request, account_id, item_id, item.name, done)


def _zip(request: HttpRequest, account_id: UUID, folder_id: UUID | None = None) -> HttpResponseBase:
    with acting_for("teamwork", token=token_of(request)):
        account = access_account(account_id)
        name = access_item(account, folder_id).name if folder_id else account.name
        found = taken_out(account_id, account.name, folder_id=folder_id)
    release_connection()
    if found is None:
        raise Http404
    response: HttpResponseBase
    response = HttpResponse() if request.method == "HEAD" else StreamingHttpResponse(found.stream())
    response["Content-Type"] = "application/zip"
    response["Content-Disposition"] = content_disposition(f"{name}.zip", inline=False)
    return response


def _report(request: HttpRequest, account_id: UUID, item_id: UUID, name: str, done: Unpacked) -> HttpResponse:
    with acting_for("teamwork", token=token_of(request)):
        account = access_account(account_id)
    added = ngettext("%(n)d file was unpacked.", "%(n)d files were unpacked.", done.added) % {"n": done.added}
    context = {"account": account, "item_id": item_id, "name": name, "added": added, "done": done}
    return page(request, "unpacked", context, title=_("Unpacked"))


def _refused(request: HttpRequest, account_id: UUID, item_id: UUID, error: Exception) -> HttpResponse:
    status, sentence = HTTPStatus.UNPROCESSABLE_ENTITY, _("This is no ZIP that can be read here, or a broken one.")
    if isinstance(error, TooMuch):
        sentence = _(
            "This ZIP says that it unpacks to more than %(files)d files, or to more than a hundred times its own size. "
            "Nothing of it was unpacked."
        ) % {"files": MOST_FILES}
    elif isinstance(error, QuotaFull | NoRoom):
        status = HTTPStatus.INSUFFICIENT_STORAGE
        sentence = _("There is no room left. What was unpacked so far is there; make room, then unpack it once more.")
    elif isinstance(error, NoSuchFolder):
        sentence = _("The folder in which it lies was removed meanwhile. Put it elsewhere, then unpack it once more.")
    elif isinstance(error, Altered | Missing | KeyRefused):
        status = HTTPStatus.INTERNAL_SERVER_ERROR
        sentence = _("The ZIP itself is damaged in our store, so no more of it was unpacked. Please upload it again.")
    back = (reverse("item", args=[account_id, item_id]), _("Back to the file"))
    return error_page(request, status, _("It could not be unpacked"), sentence, next_step=back)
