"""Support asks for access to Content, sees the answer, and unlocks one item at a time."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from djmixersoft.desk.access_forms import NOT_UNLOCKED, AccessForm, AnswerForm, ItemForm
from djmixersoft.desk.pages import notice_while
from djmixersoft.lockbox import selectors, services
from djmixersoft.lockbox.models import State
from djmixersoft.lockbox.selectors import RequestRow
from djmixersoft.pages.answers import FORM, SHOWN, SeeOther, error_page, methods, page, see
from djmixersoft.pages.csp import STUDIO_CSP
from djmixersoft.pages.face import Text
from djmixersoft.pages.paging import Page, asked_page
from djmixersoft.policy.purposes import purpose

# Why a request wasn't made, by what its door answers; and the field that it is about.
_NOT_ASKED: Final[Mapping[str, tuple[str | None, Text]]] = {
    "unknown": ("account", gettext_lazy("There is no such account.")),
    "nothing": ("items", gettext_lazy("Please name at least one item.")),
    "many": ("items", gettext_lazy("That is more than can be asked for at once.")),
    "waiting": (None, gettext_lazy("Twenty requests of yours wait in this account already. Wait for answers first.")),
    "often": (None, gettext_lazy("You asked this account sixty times within a day. Ask again tomorrow.")),
    "ask-first": (None, gettext_lazy("This account wants to be asked first, each time. Ask for approval instead.")),
    "notice": (
        None,
        gettext_lazy("A notice of an earlier access wasn’t sent yet, so none is opened without approval. Ask for it."),
    ),
    "gone": ("items", gettext_lazy("Nothing of this is in the account.")),
}
_STATES: Final[Mapping[str, Text]] = {
    "pending": gettext_lazy("waits for an answer"),
    "asked": gettext_lazy("the Administrator asked something"),
    "approved": gettext_lazy("approved"),
    "denied": gettext_lazy("denied"),
    "withdrawn": gettext_lazy("withdrawn"),
    "opened": gettext_lazy("opened, with a notice to the account"),
    "expired": gettext_lazy("expired unanswered"),
}
_STANDINGS: Final[Mapping[str, Text]] = {
    "open": gettext_lazy("open"),
    "later": gettext_lazy("begins later"),
    "over": gettext_lazy("over"),
    "revoked": gettext_lazy("revoked by the Administrator"),
}


@purpose("support")
@methods(*SHOWN)
def accesses(request: HttpRequest) -> HttpResponse:
    """Support sees its own requests, latest first."""
    number = asked_page(request)
    found, more = selectors.requests(page=number)
    context = {"rows": [(asked, _standing(asked)) for asked in found], "page": Page(number, has_next=more)}
    return page(request, "accesses", context, title=_("Access to Content"), signed_in=True)


@purpose("support")
@methods(*FORM)
def access_new(request: HttpRequest) -> HttpResponse:
    """Support asks the account's Administrators for access, or, where the account allows it, tells them afterwards."""
    if request.method != "POST":
        named = {name: request.GET.get(name, "") for name in ("account", "ticket")}
        return _form_page(request, AccessForm(initial={**named, "items": "\n".join(request.GET.getlist("item"))}))
    form = AccessForm(request.POST)
    if form.is_valid():
        account_id, ticket_id, wish = form.cleaned_data["account"], form.cleaned_data["ticket"], form.wish()
        if "afterwards" in request.POST:
            outcome, made = services.open_after_notice(account_id=account_id, wish=wish, ticket_id=ticket_id)
        else:
            outcome, made = services.request_access(
                account_id=account_id, role="support", wish=wish, ticket_id=ticket_id
            )
        if made:
            return see("access", made, done=f"access-{outcome}")
        field, sentence = _NOT_ASKED[outcome]
        form.add_error(field, str(sentence))
    return _form_page(request, form, status=422)


@purpose("support")
@methods(*SHOWN)
def access(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Support sees a request of its own, and what came of it."""
    return access_page(request, request_id)


@purpose("support")
@methods("POST")
def access_withdraw(request: HttpRequest, request_id: UUID) -> HttpResponse:  # noqa: ARG001 - every view takes it
    """Support takes a request of its own back."""
    asked = _own(request_id)
    outcome = services.withdraw_request(account_id=asked.account_id, request_id=request_id)
    return see("access", request_id, done="access-withdrawn" if outcome == "done" else "access-decided")


@purpose("support")
@methods("POST")
def access_answer(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Support answers what an Administrator asked back about a request of its own."""
    asked, form = _own(request_id), AnswerForm(request.POST)
    if not form.is_valid():
        return access_page(request, request_id, form, status=422)
    words = form.cleaned_data["words"]
    outcome = services.answer_question(account_id=asked.account_id, request_id=request_id, words=words)
    return see("access", request_id, done="access-answered" if outcome == "done" else "access-decided")


@purpose("support")
@methods("POST")
def unlock(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Support unlocks one item that an open access of its own covers; what it had unlocked before is closed."""
    granted, form = selectors.my_grant(request_id), ItemForm(request.POST)
    if granted is None or not form.is_valid():
        raise Http404
    account_id, grant_id = granted
    outcome, reading = services.unlock(account_id=account_id, grant_id=grant_id, item_id=form.cleaned_data["item"])
    if reading is None:
        back = (reverse("access", args=[request_id]), _("Back to the access"))
        return error_page(request, 409, _("Not unlocked"), NOT_UNLOCKED[outcome], next_step=back)
    return SeeOther(reverse("reading", args=[reading]))


def access_page(
    request: HttpRequest, request_id: UUID, form: AnswerForm | None = None, *, status: int = 200
) -> HttpResponse:
    """Make the page of a request. While it waits, it looks by itself whether it still does."""
    asked = _own(request_id)
    grant = asked.grant
    context = {
        "asked": asked,
        "notice": notice_while(request, _holding(asked)),
        "state_words": _STATES[asked.state],
        "form": form or AnswerForm(),
        "standing_words": _STANDINGS[grant.state] if grant else "",
        "items": selectors.covered(asked.account_id, grant.id) if grant else [],
    }
    response = page(request, "access", context, title=_("A request for access"), status=status, signed_in=True)
    response["Content-Security-Policy"] = STUDIO_CSP
    return response


def _standing(asked: RequestRow) -> Text:
    """How a request stands now, in words: of an access that has ended, that it has."""
    ended = asked.grant and asked.grant.state in {"over", "revoked"}
    return _STANDINGS[asked.grant.state] if asked.grant and ended else _STATES[asked.state]


def _holding(asked: RequestRow) -> Mapping[str, bool]:
    """Which sentences after a redirect still hold: not what a request waited for once it was answered, say."""
    waits = asked.state == State.PENDING
    return {
        "access-asked": waits,
        "access-answered": waits,
        "access-opened": asked.grant is not None and asked.grant.state == "open",
    }


def _own(request_id: UUID) -> RequestRow:
    found = selectors.my_request(request_id)
    if found is None:
        raise Http404
    return found


def _form_page(request: HttpRequest, form: AccessForm, *, status: int = 200) -> HttpResponse:
    title = _("Ask for access")
    return page(request, "access_new", {"form": form}, title=title, status=status, signed_in=True)
