"""Adding a second factor: an app that shows codes, or a passkey."""

from http import HTTPStatus
from typing import Final

import segno
from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from djmixersoft.desk.access import confirmed
from djmixersoft.pages.answers import FORM, SeeOther, methods, page, see
from djmixersoft.pages.csp import CHECKING_CSP
from djmixersoft.pages.factor_forms import AppForm, NewPasskeyForm
from djmixersoft.policy.purposes import purpose
from djmixersoft.proving import passkeys, totp
from djmixersoft.staff import selectors, services
from djmixersoft.staff.selectors import Me
from djmixersoft.vault.keys import Key

ISSUER: Final = "DJMixerSoft desk"


@purpose("desk-sign-in")
@methods(*FORM)
def factor_new(request: HttpRequest) -> HttpResponse:
    """Whoever has just confirmed adds a second factor; so does who was led here by a one-time link, the first one."""
    me = selectors.me()
    if not me.enrols:
        me = confirmed()
    if request.method != "POST":
        return _factor_page(request, me)
    if "passkey" in request.POST:
        return _add_passkey(request, me)
    return _add_app(request, me)


def _add_app(request: HttpRequest, me: Me) -> HttpResponse:
    form = AppForm(request.POST, auto_id="app_%s")
    form.is_valid()
    given = form.cleaned_data
    try:
        key = services.pending_totp(me, given["factor"], bytes.fromhex(given["sealed"]))
    except (KeyError, services.WrongFactor):
        # It was for another session, or garbled on its way: there is a new one to begin with.
        return see("factor-new")
    if form.is_valid():
        wrong = _("This code isn’t right. Look at the app again; its clock must be right, too.")
        try:
            services.add_totp(me, factor=given["factor"], key=key, code=given["code"], name=given["name"])
        except FAILURES as failure:
            _say(form, failure, wrong)
        else:
            return _added(me)
    return _factor_page(request, me, form, key=key)


def _add_passkey(request: HttpRequest, me: Me) -> HttpResponse:
    form = NewPasskeyForm(request.POST)
    if form.is_valid():
        wrong = _("This passkey wasn’t taken: perhaps the page was open too long, or twice. Please try again.")
        try:
            services.add_passkey(me, answer=form.cleaned_data["passkey"], name=form.cleaned_data["name"])
        except FAILURES as failure:
            _say(form, failure, wrong)
        else:
            return _added(me)
    return _factor_page(request, me, form)


FAILURES: Final = (services.WrongFactor, services.TooManyFactors, services.KnownFactor)


def _say(form: Form, failure: Exception, wrong: str) -> None:
    match failure:
        case services.TooManyFactors():
            form.add_error(None, _("Ten second factors are enough. Drop one first."))
        case services.KnownFactor():
            form.add_error(None, _("This one is there already."))
        case _:
            form.add_error("code" if "code" in form.fields else None, wrong)


def _added(me: Me) -> SeeOther:
    return see("desk" if me.enrols else "you", done="factor-added")


def _factor_page(request: HttpRequest, me: Me, form: Form | None = None, *, key: Key | None = None) -> HttpResponse:
    app = form if isinstance(form, AppForm) else None
    if key is None or app is None:
        factor, key, sealed = services.begin_totp(me)
        app = AppForm(initial={"factor": factor, "sealed": sealed.hex()}, auto_id="app_%s")
    picture = segno.make(totp.setup_uri(key, account=me.email, issuer=ISSUER), micro=False)
    known = list(services.passkeys_of(selectors.factors()))
    user = (me.id.bytes, me.email)
    challenge = services.challenge()
    context = {
        "form": form or app,
        "app": app,
        "passkey": form if isinstance(form, NewPasskeyForm) else NewPasskeyForm(),
        "options": passkeys.creation_options(services.party(), challenge=challenge, user=user, known=known),
        "mine": me,
        "setup_key": totp.setup_key(key),
        "picture": picture.svg_data_uri(scale=5, border=4, light="#fff"),
        "host": settings.ADDRESS.host,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form else HTTPStatus.OK
    response = page(request, "factor_new", context, title=_("A second factor"), status=status, signed_in=me.proven)
    response["Content-Security-Policy"] = CHECKING_CSP
    return response
