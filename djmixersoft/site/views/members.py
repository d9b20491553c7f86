"""Who belongs to an account, for its members; and who is invited, for its Administrators."""

from http import HTTPStatus
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from djmixersoft.accounts import selectors, services
from djmixersoft.accounts.selectors import AccountRow
from djmixersoft.accounts.services import Change, LastAdministrator, NotAllowed
from djmixersoft.policy.purposes import purpose
from djmixersoft.site.access import access_account, access_administered
from djmixersoft.site.forms import AccountForm, InviteForm
from djmixersoft.site.pages import SHOWN, Context, SeeOther, error_page, methods, page, see


@purpose("teamwork")
@methods(*SHOWN)
def members(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An account's members see each other, and its Administrators what they can do about it; nobody else does."""
    return _page(request, access_account(account_id))


@purpose("teamwork")
@methods("POST")
def member_change(request: HttpRequest, account_id: UUID, person_id: UUID) -> HttpResponseBase:
    """An account's Administrators change its members; every member can leave."""
    account = access_account(account_id)
    try:
        change = Change(request.POST.get("action", ""))
    except ValueError:
        sentence = _("This form came without what is to be done. Please go back and press one of its buttons.")
        return error_page(request, HTTPStatus.UNPROCESSABLE_ENTITY, _("Do what?"), sentence)
    try:
        # A savepoint, because the page for the refusal below reads the members in the same transaction.
        with transaction.atomic():
            services.change_member(account_id=account.id, person_id=person_id, change=change, me=account.me)
    except NotAllowed:
        raise Http404 from None
    except LastAdministrator:
        return _without_administrator(request, account)
    return _after(account_id, change, is_me=person_id == account.me)


@purpose("teamwork")
@methods("POST")
def invite(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An account's Administrators invite."""
    account, form = access_administered(account_id), InviteForm(request.POST)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if form.is_valid():
        try:
            outcome = services.invite(account_id=account.id, email=form.cleaned_data["email"])
        except NotAllowed:
            raise Http404 from None
        if outcome == "sent":
            return see("members", account_id, done="invited")
        if outcome == "member":
            status, sentence = HTTPStatus.CONFLICT, _("Whoever has this address is in the account already.")
        else:
            status = HTTPStatus.TOO_MANY_REQUESTS
            sentence = _("Too many invitations are open, in all or to this address. Withdraw some first.")
        form.add_error("email", sentence)
    return _page(request, account, {"invite_form": form, "form": form}, status)


@purpose("teamwork")
@methods("POST")
def invitation_withdraw(request: HttpRequest, account_id: UUID, invitation_id: UUID) -> HttpResponseBase:
    """An account's Administrators withdraw its invitations; once accepted there is nothing to withdraw."""
    account = access_administered(account_id)
    found = next((one for one in selectors.invitations(account.id) if one.id == invitation_id), None)
    if found is None:
        raise Http404
    if found.state == "used":
        sentence = _("This invitation was accepted in the meantime. You can remove the new member instead.")
        context = {"invite_form": InviteForm(), "notice": sentence}
        return _page(request, account, context, HTTPStatus.CONFLICT)
    if found.state != "withdrawn":
        try:
            services.withdraw_invitation(account_id=account.id, invitation_id=invitation_id)
        except NotAllowed:
            # Accepted or withdrawn by another at this very moment: the list says which.
            return see("members", account_id, fragment="invitations")
    return see("members", account_id, done="withdrawn")


@purpose("teamwork")
@methods("POST")
def account_rename(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An account's Administrators rename it."""
    account, form = access_administered(account_id), AccountForm(request.POST, auto_id="rename-%s")
    if not form.is_valid():
        return _page(request, account, {"rename_form": form, "form": form}, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        services.rename_account(account_id=account.id, name=form.cleaned_data["name"])
    except NotAllowed:
        raise Http404 from None
    return see("members", account_id, done="renamed")


def _page(
    request: HttpRequest, account: AccountRow, context: Context | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    frame = {
        "account": account,
        "members": selectors.members(account.id),
        "invitations": selectors.invitations(account.id),
        "invite_form": InviteForm(),
        "rename_form": AccountForm(initial={"name": account.name}, auto_id="rename-%s"),
    }
    title = _("Members and invitations") if account.is_administrator else _("Members")
    return page(request, "members", {**frame, **(context or {})}, title=title, status=status)


def _without_administrator(request: HttpRequest, account: AccountRow) -> HttpResponse:
    sentence = _("An account always has an Administrator, and this is the last one. Make someone else one first.")
    return _page(request, account, {"notice": sentence}, HTTPStatus.CONFLICT)


def _after(account_id: UUID, change: Change, *, is_me: bool) -> SeeOther:
    """Go on to a page that the person may still see."""
    if change is Change.REMOVE and is_me:
        return see("studio", done="left")
    if change is Change.HAND_OVER:
        return see("account", account_id, done=change)
    if change is Change.DEMOTE and is_me:
        return see("account", account_id, done="stepped-down")
    return see("members", account_id, done=change)
