"""The witnesses of the ledger that an account has named, for its Administrators; and the door for what they signed."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from djmixersoft.accounts import selectors, services
from djmixersoft.accounts.selectors import AccountRow
from djmixersoft.accounts.services import NamedAlready, NotAllowed, TooManyWitnesses
from djmixersoft.ledger.handing_in import Outcome, hand_in
from djmixersoft.ledger.notes import LARGEST
from djmixersoft.ledger.selectors import heads_key
from djmixersoft.policy.purposes import acting_for, purpose
from djmixersoft.site.access import access_administered
from djmixersoft.site.pages import FORM, Text, methods, page, retry_after, see
from djmixersoft.site.witness_forms import WitnessForm

_SECONDS: Final = 60  # in which so many hand-ins of a witness are counted (the door hand_in_cosignature)
_ANSWERS: Final[Mapping[Outcome, tuple[int, Text]]] = {
    Outcome.TAKEN: (HTTPStatus.OK, gettext_lazy("Taken. Thank you.")),
    Outcome.KNOWN: (HTTPStatus.OK, gettext_lazy("This is here already. Thank you.")),
    Outcome.OLDER: (HTTPStatus.CONFLICT, gettext_lazy("This witness has handed in a larger size already.")),
    Outcome.OTHER: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        gettext_lazy(
            "The ledger that is here isn’t the one that this witness has seen. Keep what you have: the log can’t deny "
            "it. It is kept here too, and shown to the Administrators who named this witness."
        ),
    ),
    Outcome.MANY: (
        HTTPStatus.TOO_MANY_REQUESTS,
        gettext_lazy("This witness has handed in very much within a minute. Please wait one."),
    ),
    Outcome.UNKNOWN: (
        HTTPStatus.NOT_FOUND,
        gettext_lazy(
            "No account has named a witness that signed this. An Administrator does that on the account’s page."
        ),
    ),
    Outcome.FORGED: (HTTPStatus.FORBIDDEN, gettext_lazy("The witness’s signature is wrong.")),
    Outcome.UNSIGNED: (HTTPStatus.FORBIDDEN, gettext_lazy("This isn’t signed by the ledger that is here.")),
    Outcome.ANOTHER_LOG: (HTTPStatus.NOT_FOUND, gettext_lazy("This is of another log than the one that is here.")),
    Outcome.MALFORMED: (
        HTTPStatus.BAD_REQUEST,
        gettext_lazy("This is no checkpoint with its signatures (C2SP tlog-checkpoint)."),
    ),
    Outcome.NOTHING_SEALED: (HTTPStatus.NOT_FOUND, gettext_lazy("Nothing was sealed here yet.")),
}


@purpose("teamwork")
@methods(*FORM)
def witnesses(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An account's Administrators see its witnesses and what these signed, and name more."""
    account = access_administered(account_id)
    if request.method != "POST":
        return _page(request, account, WitnessForm())
    form, status = WitnessForm(request.POST), HTTPStatus.UNPROCESSABLE_ENTITY
    if form.is_valid():
        given = form.cleaned_data
        try:
            # A savepoint, because the page for a refusal reads the witnesses in the same transaction.
            with transaction.atomic():
                services.name_witness(account_id=account.id, key=given["witness"], name=given["name"], me=account.me)
        except NotAllowed:
            raise Http404 from None
        except NamedAlready:
            status = HTTPStatus.CONFLICT
            form.add_error("witness", _("The account has named this witness already. It is in the list."))
        except TooManyWitnesses:
            status = HTTPStatus.CONFLICT
            form.add_error(None, _("An account names at most 20 witnesses. Please drop one that no longer signs."))
        else:
            return see("witnesses", account_id, done="witness-named")
    return _page(request, account, form, status)


@purpose("teamwork")
@methods("POST")
def witness_drop(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An account's Administrators drop a witness, named by its key."""
    account = access_administered(account_id)
    is_done = services.drop_witness(account_id=account.id, key=request.POST.get("witness", "").replace("\x00", ""))
    return see("witnesses", account_id, done="witness-dropped" if is_done else "nothing-to-do")


@purpose("visiting", own_transaction=True)
@methods("POST")
def cosignature(request: HttpRequest) -> HttpResponseBase:
    """Anybody may hand in what a witness signed; taken is what is true and of a witness that some account named."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isascii() or not length.isdigit() or int(length[:20]) > LARGEST:
        sentence = _("This is longer than %(most)d bytes, which no checkpoint is.") % {"most": LARGEST}
        return _said(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, sentence)
    # Before there is a transaction: nobody who sends slowly holds a connection.
    data = request.body
    with acting_for("visiting"):
        outcome = hand_in(data=data)
    response = _said(*_ANSWERS[outcome])
    return retry_after(response, _SECONDS) if outcome is Outcome.MANY else response


def _said(status: int, sentence: Text) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", content_type="text/plain; charset=utf-8", status=status)


def _page(request: HttpRequest, account: AccountRow, form: WitnessForm, status: int = HTTPStatus.OK) -> HttpResponse:
    context = {
        "account": account,
        "witnesses": selectors.witnesses(account.id),
        "form": form,
        "key": heads_key(),
        "address": settings.PUBLIC_URL,
    }
    return page(request, "witnesses", context, title=_("Witnesses"), status=status)
