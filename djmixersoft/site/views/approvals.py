"""Approving with a signature: an account's approval keys, what is to be signed, and the file that proves it."""

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Final
from uuid import UUID

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from djmixersoft.accounts import selectors as accounts
from djmixersoft.accounts.selectors import AccountRow
from djmixersoft.lockbox import approving, selectors
from djmixersoft.lockbox.services import Terms
from djmixersoft.pages.csp import CHECKING_CSP
from djmixersoft.pages.refusals import HINDRANCES, Refusal, refuse
from djmixersoft.pages.scripts import is_built
from djmixersoft.policy.middleware import token_of
from djmixersoft.policy.purposes import acting_for, purpose
from djmixersoft.site import approval_file
from djmixersoft.site.access import access_administered
from djmixersoft.site.approval_forms import LostForm, NewKeyForm, SignatureForm
from djmixersoft.site.pages import FORM, SHOWN, Text, methods, page, see
from djmixersoft.site.record_words import print_of
from djmixersoft.site.signing_words import shown
from djmixersoft.vault.filenames import content_disposition

VERIFIER: Final = Path(__file__).resolve().parents[3] / "verifier" / "approval_verify.py"
_STALE: Final = gettext_lazy(
    "This signature wasn’t taken: perhaps the page was open too long, or twice, or the key is none of the account’s. "
    "Please begin again."
)
_SAID: Final[Mapping[str, Text]] = {
    "refused": gettext_lazy("This passkey wasn’t taken. Another kind of key may do; or try again."),
    "stale": gettext_lazy("This page was open too long, or twice. Please try again."),
    "known": gettext_lazy("This one is there already."),
    "many": gettext_lazy("Ten keys are enough. Drop one first."),
    "no-key": gettext_lazy("The account has no key that counts, so that nothing is to be signed."),
}


@purpose("teamwork")
@methods(*FORM)
def approval_keys(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An account's Administrators see the keys that sign for it, and register another."""
    account = access_administered(account_id)
    if request.method != "POST":
        return _keys_page(request, account)
    form = NewKeyForm(request.POST)
    if not form.is_valid():
        return _keys_page(request, account, form)
    given = form.cleaned_data
    challenge = bytes.fromhex(given["challenge"])
    outcome, key_id = approving.add_key(account.id, challenge=challenge, answer=given["passkey"], name=given["name"])
    if outcome == "added":
        return see("approval-keys", account_id, done="approval-key-added")
    if outcome == "sign":
        return signature_page(request, account, "key-added", key_id)
    form.add_error(None, str(_SAID[outcome]))
    return _keys_page(request, account, form)


@purpose("teamwork")
@methods("POST")
def approval_key(request: HttpRequest, account_id: UUID, key_id: UUID) -> HttpResponseBase:
    """An Administrator drops a key, by a signature; or keeps one that was said to be lost."""
    account = access_administered(account_id)
    if request.POST.get("action") == "keep":
        outcome = approving.keep_key(account.id, key_id)
        if outcome == "not-yours":
            raise Http404
        return see("approval-keys", account_id, done="approval-key-kept" if outcome == "done" else "nothing-to-do")
    return signature_page(request, account, "key-dropped", key_id)


@purpose("teamwork", own_transaction=True)
@methods(*FORM)
def approval_key_lost(request: HttpRequest, account_id: UUID, key_id: UUID) -> HttpResponseBase:
    """An Administrator who knows their password says that a key is lost."""
    with acting_for("teamwork", token=token_of(request)):
        account = access_administered(account_id)
        key = next((one for one in approving.counting(account.id) if one.id == key_id), None)
    if key is None:
        raise Http404
    form, refusal = LostForm(request.POST if request.method == "POST" else None), Refusal()
    if form.is_bound and form.is_valid():
        try:
            outcome = approving.lose_key(
                session=token_of(request),
                account_id=account.id,
                key_id=key.id,
                password=form.cleaned_data["password"],
            )
        except HINDRANCES as error:
            refusal = refuse(form, error, field="password")
        else:
            if outcome == "not-yours":
                raise Http404
            return see(
                "approval-keys", account_id, done="approval-key-lost" if outcome == "ending" else "nothing-to-do"
            )
    status = refusal.status if form.is_bound else HTTPStatus.OK
    context = {"account": account, "key": key, "form": form}
    return refusal.mark(page(request, "approval_key_lost", context, title=_("A key is lost"), status=status))


@purpose("teamwork")
@methods("POST")
def approval_sign(request: HttpRequest, account_id: UUID) -> HttpResponseBase:
    """An Administrator hands in the signature under what they drafted, and it is done."""
    account = access_administered(account_id)
    form = SignatureForm(request.POST)
    if not form.is_valid():
        return _not_signed(request, account)
    digest = bytes.fromhex(form.cleaned_data["digest"])
    outcome = approving.sign(account.id, digest=digest, answer=form.cleaned_data["passkey"])
    if outcome == "not-yours":
        raise Http404
    if outcome != "done":
        return _not_signed(request, account, outcome)
    done = approving.about(account.id, digest)
    match done:
        case "access", UUID() as request_id:
            return see("access", account_id, request_id, done="access-approve")
        case "after-notice", _:
            return see("accesses", account_id, done="access-allowed")
        case "key-added", _:
            return see("approval-keys", account_id, done="approval-key-added")
    return see("approval-keys", account_id, done="approval-key-dropped")


@purpose("teamwork")
@methods(*SHOWN)
def approval(request: HttpRequest, account_id: UUID, request_id: UUID) -> HttpResponseBase:  # noqa: ARG001 - every view takes it
    """An Administrator takes the signed approval of a request as a file, with the receipts that belong to it."""
    account = access_administered(account_id)
    row = selectors.request(account.id, request_id)
    signed = approving.signed_access(account.id, request_id) if row and row.grant else None
    if row is None or row.grant is None or signed is None:
        raise Http404
    made = approval_file.made(account.id, row.grant.id, signed)
    name = content_disposition(f"approval-{str(row.grant.id)[:8]}.json", inline=False)
    return HttpResponse(made, headers={"Content-Type": "application/json", "Content-Disposition": name})


@purpose("visiting", own_transaction=True)
@methods(*SHOWN)
def approval_verifier(request: HttpRequest) -> HttpResponseBase:  # noqa: ARG001 - every view takes it
    """Anybody may take the one file that checks approvals."""
    response = HttpResponse(VERIFIER.read_bytes(), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{VERIFIER.name}"'
    return response


def signature_page(
    request: HttpRequest, account: AccountRow, about: str, subject: UUID | None = None, terms: Terms | None = None
) -> HttpResponse:
    """Make the page on which a key signs: what exactly, and by which keys. Raises Http404."""
    outcome, draft = approving.draft(account.id, about, subject, terms)
    if outcome == "not-yours":
        raise Http404
    if outcome != "drafted":
        return _not_signed(request, account, outcome)
    context = {
        "account": account,
        "shown": shown(account.id, draft),
        "options": approving.request_options(account.id, draft.digest),
        "has_passkey_script": is_built("passkeys"),
    }
    response = page(request, "approval_sign", context, title=_("To be signed"))
    response["Content-Security-Policy"] = CHECKING_CSP
    return response


def _not_signed(request: HttpRequest, account: AccountRow, outcome: str = "") -> HttpResponse:
    clashes = {"decided", "expired", "changed", "gone"}
    sentence = _SAID["no-key"] if outcome == "no-key" else SENTENCES.get(outcome, _STALE)
    status = HTTPStatus.CONFLICT if outcome in clashes else HTTPStatus.UNPROCESSABLE_ENTITY
    context = {"account": account, "sentence": sentence}
    return page(request, "approval_not_signed", context, title=_("Not signed"), status=status)


SENTENCES: Final[Mapping[str, Text]] = {
    "decided": gettext_lazy("This was decided or taken back a moment ago, so nothing was signed."),
    "expired": gettext_lazy(
        "Nobody answered this within 4 days, or what it was for has ended, so the answer is no. They may ask again."
    ),
    "changed": gettext_lazy("Something of what you signed is gone by now. Please look again, and sign what is left."),
    "items": gettext_lazy("Please choose at least one of the items that were asked for."),
    "hours": gettext_lazy("Please choose as many hours as were asked for, or fewer."),
    "starts": gettext_lazy("Please choose a beginning within the next 30 days."),
    "gone": gettext_lazy("Nothing of what you chose is there any more, so that there is nothing to approve."),
    "many": gettext_lazy("What you chose holds more than 10,000 items. Please choose fewer."),
}


def _keys_page(request: HttpRequest, account: AccountRow, form: Form | None = None) -> HttpResponse:
    me = accounts.my_person_id()
    begun = approving.begin_key(account.id, (me.bytes, account.name))
    if begun is None:
        raise Http404
    challenge, options = begun
    people = {one.person_id: one.name or one.email for one in accounts.members(account.id)}
    rows = [one for one in approving.keys(account.id) if one.state != "ended"]
    new = NewKeyForm(initial={"challenge": challenge.hex(), "name": form["name"].value() if form else None})
    if form is None:
        new = NewKeyForm(initial={"challenge": challenge.hex()})
    context = {
        "account": account,
        "keys": [{"key": one, "by": people.get(one.added_by, ""), "print": print_of(one.spki.hex())} for one in rows],
        "counts": any(one.counts for one in rows),
        "form": form,
        "new": new,
        "options": options,
        "has_passkey_script": is_built("passkeys"),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form else HTTPStatus.OK
    response = page(request, "approval_keys", context, title=_("Approval keys"), status=status)
    response["Content-Security-Policy"] = CHECKING_CSP
    return response
