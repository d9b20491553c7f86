"""The trash of an account: looked through, restored from, emptied."""

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from djmixersoft.accounts.services import NotAllowed
from djmixersoft.content import stores
from djmixersoft.content.selectors import trash as selectors
from djmixersoft.content.services import trash as services
from djmixersoft.content.services.items import InItself, NoSuchFolder, TooDeep
from djmixersoft.pages.paging import Page, asked_page
from djmixersoft.policy.middleware import token_of
from djmixersoft.policy.purposes import acting_for, purpose
from djmixersoft.site.access import access_account, access_administered
from djmixersoft.site.noticing import noticed
from djmixersoft.site.pages import SHOWN, error_page, methods, page, see
from djmixersoft.site.selecting import back_to, here, selection
from djmixersoft.site.views.arranging import nothing_chosen

PATIENCE: Final = 10.0
"""Seconds for which somebody waits while much is deleted; the rest is for another press."""


@purpose("teamwork")
@methods(*SHOWN)
def trash(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An account's members see what was thrown away, by whom and when."""
    account, number = access_account(account_id), asked_page(request)
    things, more = selectors.thrown(account.id, page=number)
    if number > 1 and not things:
        raise Http404
    context = {
        "account": account,
        "things": things,
        "page": Page(number, has_next=more),
        "here": here(request),
        **noticed(request, account.id),
    }
    return page(request, "trash", context, title=_("Trash"))


@purpose("teamwork")
@methods("POST")
def restore(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An account's members take things out of the trash."""
    account, chosen = access_account(account_id), selection(request.POST)
    if not chosen.ids:
        return nothing_chosen(request, account_id)
    try:
        with transaction.atomic():
            done = services.restore(account_id=account.id, roots=chosen.ids)
    except NotAllowed:
        raise Http404 from None
    except (NoSuchFolder, InItself, TooDeep):
        sentence = _("The folders were changed at this very moment. Nothing was done; please try again.")
        next_step = (reverse("trash", args=[account_id]), _("Back to the trash"))
        return error_page(request, HTTPStatus.CONFLICT, _("Not just now"), sentence, next_step=next_step)
    if not done.count:
        return back_to(request, account_id, done="nothing-to-do")
    return back_to(request, account_id, done="restored-to-the-top" if done.at_the_top else "restored")


@purpose("teamwork", own_transaction=True)
@methods("POST")
def delete(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """Members delete for good what they added themselves, Administrators anything, out of the trash."""
    chosen = selection(request.POST)
    with acting_for("teamwork", token=token_of(request)):
        account = access_account(account_id)
        if not chosen.ids:
            return nothing_chosen(request, account_id)
        if not account.is_administrator and selectors.holds_others(account.id, chosen.ids):
            return _not_yours(request, account_id)
    try:
        is_done = in_batches(request, account_id, lambda: services.delete_some(account_id=account_id, roots=chosen.ids))
    except NotAllowed:
        return _not_yours(request, account_id)
    return see("trash", account_id, done="removed" if is_done else "removed-in-part")


@purpose("teamwork", own_transaction=True)
@methods("POST")
def empty(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An account's Administrators empty its trash."""
    with acting_for("teamwork", token=token_of(request)):
        access_administered(account_id)
    try:
        is_done = in_batches(request, account_id, lambda: services.delete_some(account_id=account_id))
    except NotAllowed:
        raise Http404 from None
    return back_to(request, account_id, done="emptied" if is_done else "removed-in-part")


def in_batches(request: HttpRequest, account_id: UUID, some: Callable[[], tuple[list[UUID], bool]]) -> bool:
    """Delete batch after batch, each in a transaction of its own, and their blobs; whether all is gone in time.

    Raises NotAllowed, NotSignedIn, Http404.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        with acting_for("teamwork", token=token_of(request)):
            access_account(account_id)
            blobs, is_more = some()
            stores.delete_when_committed(blobs)
        if not is_more:
            return True
        if time.monotonic() > deadline:
            return False


def _not_yours(request: HttpRequest, account_id: UUID) -> HttpResponse:
    sentence = _(
        "Among it is something that others added. That is for an Administrator to delete for good; it goes by itself "
        "30 days after it was thrown away. Nothing was deleted."
    )
    next_step = (reverse("trash", args=[account_id]), _("Back to the trash"))
    return error_page(request, HTTPStatus.FORBIDDEN, _("Not for you"), sentence, next_step=next_step)
