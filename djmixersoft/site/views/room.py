"""How much room an account has, what takes it, how to make some; and the end of the account."""

from http import HTTPStatus
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from djmixersoft.accounts import selectors as accounts
from djmixersoft.accounts.selectors import AccountRow
from djmixersoft.accounts.services import NotAllowed
from djmixersoft.content import stores
from djmixersoft.content.selectors import room as selectors
from djmixersoft.content.services import ending
from djmixersoft.policy.middleware import token_of
from djmixersoft.policy.purposes import acting_for, purpose
from djmixersoft.site.access import access_account, access_administered
from djmixersoft.site.arranging_forms import DeleteAccountForm
from djmixersoft.site.pages import FORM, SHOWN, methods, page, see
from djmixersoft.site.selecting import here
from djmixersoft.site.views.trash import in_batches


@purpose("teamwork")
@methods(*SHOWN)
def room(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An account's members see how much room there is, and what takes it."""
    account = access_account(account_id)
    context = {
        "account": account,
        "room": selectors.room(account.id),
        "parts": selectors.parts(account.id),
        "items": selectors.largest_items(account.id),
        "folders": selectors.largest_folders(account.id),
        "here": here(request),
    }
    return page(request, "room", context, title=_("Room"))


@purpose("teamwork", own_transaction=True)
@methods("POST")
def versions_delete(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An account's Administrators delete what its items were before, to make room."""
    with acting_for("teamwork", token=token_of(request)):
        access_administered(account_id)
    try:
        is_done = in_batches(request, account_id, lambda: ending.delete_some_versions(account_id=account_id))
    except NotAllowed:
        raise Http404 from None
    return see("room", account_id, done="versions-deleted" if is_done else "removed-in-part")


@purpose("teamwork")
@methods(*FORM)
def account_delete(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An account's Administrators delete it, once they have typed its name."""
    account = access_administered(account_id)
    if request.method != "POST":
        return _ask(request, account, DeleteAccountForm(account_name=account.name))
    form = DeleteAccountForm(request.POST, account_name=account.name)
    if not form.is_valid():
        return _ask(request, account, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with transaction.atomic():
            blobs = ending.delete_account(account_id=account.id)
    except NotAllowed:
        raise Http404 from None
    stores.delete_when_committed(blobs)
    return see("studio", done="account-deleted")


def _ask(
    request: HttpRequest, account: AccountRow, form: DeleteAccountForm, status: int = HTTPStatus.OK
) -> HttpResponse:
    context = {
        "account": account,
        "form": form,
        "room": selectors.room(account.id),
        "members": accounts.members(account.id),
    }
    return page(request, "account_delete", context, title=_("Delete the account"), status=status)
