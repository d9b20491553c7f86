"""A person's second factors: passkeys, apps that show codes, codes on paper. Nobody else is shown any of it."""

from http import HTTPStatus
from typing import Final
from uuid import UUID

import segno
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from djmixersoft.pages.csp import CHECKING_CSP
from djmixersoft.pages.refusals import HINDRANCES, Refusal, refuse
from djmixersoft.pages.scripts import is_built
from djmixersoft.people import second, selectors
from djmixersoft.people.second import KnownFactor, Me, New, TooManyFactors, WrongFactor
from djmixersoft.policy.middleware import token_of
from djmixersoft.policy.purposes import acting_for, purpose
from djmixersoft.proving import passkeys, totp
from djmixersoft.site.pages import FORM, SHOWN, methods, page, see
from djmixersoft.site.second_forms import AppForm, NewPasskeyForm, OwnPasswordForm
from djmixersoft.vault.keys import Key

ISSUER: Final = "DJMixerSoft"
_FAILURES: Final = (WrongFactor, TooManyFactors, KnownFactor, *HINDRANCES)


@purpose("self-service")
@methods(*SHOWN)
def factors(request: HttpRequest) -> HttpResponseBase:
    """Whoever is signed in sees their second factors."""
    selectors.me()
    context = {"mine": second.me(), "factors": second.mine()}
    return page(request, "factors", context, title=_("Second factors"))


@purpose("self-service", own_transaction=True)
@methods(*FORM)
def factor_new(request: HttpRequest) -> HttpResponseBase:
    """Whoever is signed in, and knows the password, adds a second factor."""
    whose = _me(request)
    if request.method != "POST":
        return _new_page(request, whose)
    form: AppForm | NewPasskeyForm
    key: Key | None = None
    if "passkey" in request.POST:
        form = NewPasskeyForm(request.POST)
    else:
        form = AppForm(request.POST, auto_id="app_%s")
        form.is_valid()
        try:
            key = second.pending_totp(whose, form.cleaned_data["factor"], bytes.fromhex(form.cleaned_data["sealed"]))
        except (KeyError, WrongFactor):
            # It was for another session, or garbled on its way: there is a new one to begin with.
            return see("my-factor-new")
    refusal = Refusal()
    if form.is_valid():
        given = form.cleaned_data
        try:
            codes = second.add(
                session=token_of(request),
                password=given["password"],
                whose=whose,
                new=_checked(whose, form, key),
            )
        except _FAILURES as failure:
            refusal = _say(form, failure)
        else:
            return _codes_page(request, codes) if codes else see("my-factors", done="factor-added")
    return refusal.mark(_new_page(request, whose, form, key=key, status=refusal.status))


@purpose("self-service", own_transaction=True)
@methods(*FORM)
def factor_drop(request: HttpRequest, factor_id: UUID) -> HttpResponseBase:
    """Whoever is signed in, and knows the password, drops a second factor of their own."""
    with acting_for("self-service", token=token_of(request)):
        selectors.me()
        found = second.mine()
    factor = next((one for one in found if one.id == factor_id), None)
    if factor is None:
        raise Http404
    form, refusal = OwnPasswordForm(request.POST if request.method == "POST" else None), Refusal()
    if form.is_bound and form.is_valid():
        try:
            done = second.drop(session=token_of(request), password=form.cleaned_data["password"], factor=factor_id)
        except HINDRANCES as error:
            refusal = refuse(form, error, field="password")
        else:
            return see(
                "my-factors", done={"dropped": "factor-dropped", "last": "factors-none"}.get(done, "nothing-to-do")
            )
    status = refusal.status if form.is_bound else HTTPStatus.OK
    context = {"factor": factor, "form": form, "is_last": len(found) == 1}
    return refusal.mark(page(request, "factor_drop", context, title=_("Drop a second factor"), status=status))


@purpose("self-service", own_transaction=True)
@methods(*FORM)
def recovery_codes(request: HttpRequest) -> HttpResponseBase:
    """Whoever is signed in, and knows the password, gets new recovery codes, shown this once."""
    _me(request)
    form, refusal = OwnPasswordForm(request.POST if request.method == "POST" else None), Refusal()
    if form.is_bound and form.is_valid():
        try:
            codes = second.new_codes(session=token_of(request), password=form.cleaned_data["password"])
        except HINDRANCES as error:
            refusal = refuse(form, error, field="password")
        else:
            return _codes_page(request, codes) if codes else see("my-factors", done="nothing-to-do")
    status = refusal.status if form.is_bound else HTTPStatus.OK
    return refusal.mark(page(request, "recovery_new", {"form": form}, title=_("New recovery codes"), status=status))


def _me(request: HttpRequest) -> Me:
    with acting_for("self-service", token=token_of(request)):
        selectors.me()
        return second.me()


def _checked(whose: Me, form: AppForm | NewPasskeyForm, key: Key | None) -> New:
    given = form.cleaned_data
    if key is None:
        return second.new_passkey(whose, answer=given["passkey"], name=given["name"])
    return second.new_app(given["factor"], key, code=given["code"], name=given["name"])


def _say(form: Form, failure: Exception) -> Refusal:
    match failure:
        case TooManyFactors():
            form.add_error(None, _("Ten second factors are enough. Drop one first."))
        case KnownFactor():
            form.add_error(None, _("This one is there already."))
        case WrongFactor() if "code" in form.fields:
            form.add_error("code", _("This code isn’t right. Look at the app again; its clock must be right, too."))
        case WrongFactor():
            form.add_error(None, _("This passkey wasn’t taken: perhaps the page was open too long. Please try again."))
        case _:
            return refuse(form, failure, field="password")
    return Refusal()


def _codes_page(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return page(request, "recovery_codes", {"codes": codes}, title=_("Your recovery codes"))


def _new_page(
    request: HttpRequest, whose: Me, form: Form | None = None, *, key: Key | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    app = form if isinstance(form, AppForm) else None
    if key is None or app is None:
        factor, key, sealed = second.begin_totp(whose)
        app = AppForm(initial={"factor": factor, "sealed": sealed.hex()}, auto_id="app_%s")
    with acting_for("self-service", token=token_of(request)):
        known, challenge = list(second.passkeys_of(second.mine())), second.challenge()
    user = (whose.id.bytes, whose.email)
    context = {
        "form": form or app,
        "app": app,
        "passkey": form if isinstance(form, NewPasskeyForm) else NewPasskeyForm(),
        "options": passkeys.creation_options(second.party(), challenge=challenge, user=user, known=known),
        "mine": whose,
        "setup_key": totp.setup_key(key),
        "picture": segno.make(totp.setup_uri(key, account=whose.email, issuer=ISSUER), micro=False).svg_data_uri(
            scale=5, border=4, light="#fff"
        ),
        "host": second.party().host,
        "has_passkey_script": is_built("passkeys"),
    }
    response = page(request, "factor_new", context, title=_("A second factor"), status=status)
    response["Content-Security-Policy"] = CHECKING_CSP
    return response
