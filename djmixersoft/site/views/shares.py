"""Links to people outside, as members make, see and revoke them."""

from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from djmixersoft.accounts.selectors import AccountRow
from djmixersoft.accounts.services import NotAllowed
from djmixersoft.content.selectors import shares as selectors
from djmixersoft.content.selectors import tree
from djmixersoft.content.selectors.items import ItemRow
from djmixersoft.content.services import shares as services
from djmixersoft.content.services.shares import NothingToShare
from djmixersoft.pages.paging import Page, asked_page
from djmixersoft.pages.refusals import Refusal, refuse
from djmixersoft.people.passwords import Busy
from djmixersoft.policy.middleware import token_of
from djmixersoft.policy.purposes import acting_for, purpose
from djmixersoft.site.access import access_account
from djmixersoft.site.pages import FORM, SHOWN, methods, page, see
from djmixersoft.site.sharing_forms import LinkForm


@purpose("teamwork")
@methods(*SHOWN)
def links(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An account's members see its links, whoever made them, and what each was used for."""
    account, number = access_account(account_id), asked_page(request)
    rows, more = selectors.links(account.id, page=number)
    if number > 1 and not rows:
        raise Http404
    context = {"account": account, "links": rows, "page": Page(number, has_next=more)}
    return page(request, "links", context, title=_("Links to people outside"))


@purpose("teamwork", own_transaction=True)
@methods(*FORM)
def link_new(request: HttpRequest, account_id: UUID, item_id: UUID) -> HttpResponseBase:
    """An account's members share an item, or a folder and what lies in it, by a link that is shown this once."""
    with acting_for("teamwork", token=token_of(request)):
        account = access_account(account_id)
        item = next(iter(tree.chosen(account.id, [item_id])), None)
        if item is None:
            raise Http404
    known = (item.name, account.name)
    form, refusal = LinkForm(request.POST if request.method == "POST" else None, known=known), Refusal()
    if not form.is_bound:
        return _form(request, account, item, form)
    if form.is_valid():
        given = form.cleaned_data
        try:
            sealed = services.seal(given["password"]) if given["password"] else None
            with acting_for("teamwork", token=token_of(request)):
                access_account(account_id)
                link = services.make_link(account_id=account.id, item_id=item.id, days=given["days"], sealed=sealed)
        except Busy as error:
            refusal = refuse(form, error)
        except (NotAllowed, NothingToShare):
            raise Http404 from None
        else:
            address = settings.PUBLIC_URL + reverse("shared", args=[link.secret])
            context = {"account": account, "item": item, "address": address, "has_password": sealed is not None}
            return page(request, "link_made", {**context, "days": given["days"]}, title=_("The link"))
    return refusal.mark(_form(request, account, item, form, refusal.status))


@purpose("teamwork")
@methods("POST")
def link_revoke(request: HttpRequest, account_id: UUID, share_id: UUID) -> HttpResponseBase:  # noqa: ARG001 - every view takes it
    """An account's members end a link, whoever made it."""
    account = access_account(account_id)
    if not services.revoke_link(account_id=account.id, share_id=share_id):
        raise Http404
    return see("links", account_id, done="link-revoked")


def _form(
    request: HttpRequest, account: AccountRow, item: ItemRow, form: LinkForm, status: int = HTTPStatus.OK
) -> HttpResponse:
    context = {"account": account, "item": item, "form": form}
    return page(request, "link_new", context, title=_("Share by a link"), status=status)
