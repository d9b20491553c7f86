"""Copying: planned in one transaction, streamed outside of any, written down in another."""

from http import HTTPStatus
from uuid import UUID

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from djmixersoft.accounts.services import NotAllowed
from djmixersoft.content.services import copying
from djmixersoft.content.services.copying import MOST_BYTES, MOST_ITEMS, TooMuch, Unreadable
from djmixersoft.content.services.items import NoSuchFolder, QuotaFull, TooDeep
from djmixersoft.policy.middleware import token_of
from djmixersoft.policy.purposes import acting_for, purpose, release_connection
from djmixersoft.site.access import access_account, access_folder
from djmixersoft.site.pages import FORM, methods
from djmixersoft.site.placing import placing_page
from djmixersoft.site.selecting import Selection, as_uuid, back_to, selection
from djmixersoft.site.views.arranging import nothing_chosen
from djmixersoft.site.views.folders import too_deep
from djmixersoft.vault.blobs import NoRoom


@purpose("teamwork", own_transaction=True)
@methods(*FORM)
def copy(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An account's members copy items and folders: they choose where to, folder by folder."""
    chosen = selection(request.POST if request.method == "POST" else request.GET)
    if request.method != "POST" or not chosen:
        with acting_for("teamwork", token=token_of(request)):
            account = access_account(account_id)
            return placing_page(request, account, chosen, None) if chosen else nothing_chosen(request, account_id)
    into = as_uuid(request.POST.get("into", ""))
    try:
        _copy(request, account_id, chosen, into)
    except NotAllowed:
        raise Http404 from None
    except (TooMuch, Unreadable, QuotaFull, NoRoom, NoSuchFolder, TooDeep) as error:
        status, sentence = _in_words(error)
        with acting_for("teamwork", token=token_of(request)):
            return placing_page(request, access_account(account_id), chosen, None, sentence, status)
    return back_to(request, account_id, done="copied")


def _copy(request: HttpRequest, account_id: UUID, chosen: Selection, into: UUID | None) -> None:
    with acting_for("teamwork", token=token_of(request)):
        account = access_account(account_id)
        if into is not None:
            access_folder(account, into)
        copies = copying.plan(account_id=account.id, ids=chosen.resolved(account.id), into=into)
    release_connection()
    with (
        copying.copied(account_id=account_id, copies=copies) as stored,
        acting_for("teamwork", token=token_of(request)),
    ):
        copying.keep(account_id=account_id, copies=copies, stored=stored)


def _in_words(error: Exception) -> tuple[int, str]:
    match error:
        case TooMuch():
            text = _("That is too much for one copy, which can have %(items)d items and %(size)s. Copy it in parts.")
            status, text = (
                HTTPStatus.UNPROCESSABLE_ENTITY,
                text
                % {
                    "items": MOST_ITEMS,
                    "size": filesizeformat(MOST_BYTES),
                },
            )
        case Unreadable():
            status, text = HTTPStatus.CONFLICT, _("“%s” is damaged in the store, so nothing was copied.") % error.name
        case NoSuchFolder():
            text = _("The folder that you chose isn’t there any more. Please choose another.")
            status = HTTPStatus.CONFLICT
        case TooDeep():
            status, text = HTTPStatus.UNPROCESSABLE_ENTITY, too_deep()
        case _:
            text = _("There is no room left for a copy, so nothing was copied. Please make room first.")
            status = HTTPStatus.INSUFFICIENT_STORAGE
    return status, text
