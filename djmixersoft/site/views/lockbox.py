"""Who of us asks to see Content of an account, or saw some: for its Administrators, who decide about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from djmixersoft.accounts import selectors as accounts
from djmixersoft.accounts.selectors import AccountRow
from djmixersoft.content.selectors import items
from djmixersoft.legal import selectors as legal
from djmixersoft.lockbox import selectors, services
from djmixersoft.lockbox.models import Basis
from djmixersoft.lockbox.selectors import GrantRow, RequestRow
from djmixersoft.pages.paging import Page, asked_page
from djmixersoft.policy.purposes import purpose
from djmixersoft.site.access import access_administered
from djmixersoft.site.access_forms import ApproveForm, QuestionForm
from djmixersoft.site.pages import FORM, SHOWN, Text, methods, page, see
from djmixersoft.site.views.approvals import signature_page

_SAID: Final[Mapping[str, Text]] = {
    "decided": gettext_lazy("This was decided or taken back a moment ago; what was decided stands below."),
    "expired": gettext_lazy(
        "Nobody answered this within 4 days, or what it was for has ended, so the answer is no. They may ask again."
    ),
    "items": gettext_lazy("Please choose at least one of the items that were asked for."),
    "hours": gettext_lazy("Please choose as many hours as were asked for, or fewer."),
    "starts": gettext_lazy("Please choose a beginning within the next 30 days."),
    "gone": gettext_lazy("Nothing of what you chose is there any more, so that there is nothing to approve."),
    "many": gettext_lazy("What you chose holds more than 10,000 items. Please choose fewer."),
    "words": gettext_lazy("Please write what you want to know, in up to 2,000 characters."),
}


@dataclass(frozen=True)
class Named:
    """An item by its name of today; '' where it is gone."""

    id: UUID
    name: str
    is_folder: bool = False


@purpose("teamwork")
@methods(*SHOWN)
def accesses(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An account's Administrators see who of us asked for access, and whether some may open one with a notice."""
    account = access_administered(account_id)
    number = asked_page(request)
    rows, has_next = selectors.requests(account.id, page=number)
    context = {
        "account": account,
        "requests": rows,
        "processes": legal.of_account(account.id),
        "allows": selectors.allows_after_notice(account.id),
        "unasked": selectors.open_unasked(account.id),
        "page": Page(number, has_next),
    }
    return page(request, "accesses", context, title=_("Access by us"))


@purpose("teamwork")
@methods("POST")
def access_setting(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An Administrator lets support open an access with a notice to follow, or ends that."""
    account = access_administered(account_id)
    allowed = request.POST.get("after_notice") == "allow"
    outcome = services.allow_after_notice(account_id=account.id, allowed=allowed)
    if outcome == "sign":
        return signature_page(request, account, "after-notice")
    if outcome != "done":
        raise Http404
    return see("accesses", account_id, done="access-allowed" if allowed else "access-asked-first")


@purpose("teamwork")
@methods(*FORM)
def access(request: HttpRequest, account_id: UUID, request_id: UUID) -> HttpResponseBase:
    """An Administrator sees one request, what came of it and exactly what was read, and answers it."""
    account = access_administered(account_id)
    row = _found(account, request_id)
    approving, asking = ApproveForm(row), QuestionForm()
    if request.method != "POST":
        return _page(request, account, row, approving, asking)
    outcome = ""
    match request.POST.get("action"):
        case "approve":
            approving = ApproveForm(row, request.POST)
            if approving.is_valid():
                terms = approving.terms()
                outcome = services.approve(account_id=account.id, request_id=row.id, terms=terms)
                if outcome == "sign":
                    return signature_page(request, account, "access", row.id, terms)
        case "deny":
            outcome = services.deny(account_id=account.id, request_id=row.id)
        case "ask":
            asking = QuestionForm(request.POST)
            if asking.is_valid():
                words = asking.cleaned_data["question"]
                outcome = services.ask_back(account_id=account.id, request_id=row.id, words=words)
    if outcome == "not-yours":
        raise Http404
    if outcome == "done":
        return see("access", account_id, request_id, done=f"access-{request.POST['action']}")
    status = HTTPStatus.CONFLICT if outcome in {"decided", "expired"} else HTTPStatus.UNPROCESSABLE_ENTITY
    return _page(request, account, _found(account, request_id), approving, asking, outcome, status)


@purpose("teamwork")
@methods("POST")
def access_revoke(request: HttpRequest, account_id: UUID, request_id: UUID) -> HttpResponseBase:  # noqa: ARG001 - every view takes it
    """An Administrator revokes an access."""
    account = access_administered(account_id)
    grant = _found(account, request_id).grant
    outcome = services.revoke_grant(account_id=account.id, grant_id=grant.id) if grant else "ended"
    if outcome == "not-yours":
        raise Http404
    return see("access", account_id, request_id, done="access-revoked" if outcome == "done" else "nothing-to-do")


@purpose("teamwork")
@methods("POST")
def access_seen(request: HttpRequest, account_id: UUID, request_id: UUID) -> HttpResponseBase:  # noqa: ARG001 - as above
    """An Administrator says that they have seen of which access they were told."""
    account = access_administered(account_id)
    grant = _found(account, request_id).grant
    notice = grant.notice if grant else None
    if notice and services.acknowledge_notice(account_id=account.id, notice_id=notice.id) == "not-yours":
        raise Http404
    return see("access", account_id, request_id, done="access-seen" if notice else "nothing-to-do")


def _found(account: AccountRow, request_id: UUID) -> RequestRow:
    row = selectors.request(account.id, request_id)
    if row is None:
        raise Http404
    return row


def _less(row: RequestRow, grant: GrantRow, *, all_items: bool) -> list[str]:
    """In what less was allowed than was asked for, in words."""
    hours = round((grant.ends - grant.starts) / timedelta(hours=1))
    shorter = ngettext(
        "for %(hours)d hour, and not for %(asked)d", "for %(hours)d hours, and not for %(asked)d", hours
    ) % {"hours": hours, "asked": row.hours}
    found = {
        _("not all of the items"): not all_items,
        shorter: hours < row.hours,
        _("no copy out of our system"): row.may_download and not grant.may_download,
    }
    return [words for words, is_so in found.items() if is_so]


def _page(
    request: HttpRequest,
    account: AccountRow,
    row: RequestRow,
    approving: ApproveForm,
    asking: QuestionForm,
    outcome: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    wanted = {*row.items, *(one.item_id for one in row.readings)}
    names = items.names(account.id, wanted)
    folders = items.folders(account.id, row.items)
    people = {one.person_id: one.name or one.email for one in accounts.members(account.id)}
    grant = row.grant
    left_out: set[UUID] = set()
    if grant and grant.basis == Basis.APPROVAL:
        left_out = names.keys() - folders - selectors.covered_among(account.id, grant.id, row.items)
    context = {
        "account": account,
        "row": row,
        "sentence": _SAID.get(outcome, ""),
        "wanted": [
            {
                "item": Named(one, names.get(one, ""), one in folders),
                "chosen": approving.chooses(one),
                "left_out": one in left_out,
            }
            for one in row.items
        ],
        "readings": [{"item": Named(one.item_id, names.get(one.item_id, "")), "reading": one} for one in row.readings],
        "less": _less(row, grant, all_items=left_out.isdisjoint(row.items)) if grant else [],
        "approving": approving,
        "asking": asking,
        "is_signed": bool(grant and grant.signed_by),
        "decided_by": people.get(row.decided_by) if row.decided_by else None,
        "revoked_by": people.get(grant.revoked_by) if grant and grant.revoked_by else None,
    }
    return page(request, "access", context, title=_("Access by us"), status=status)
