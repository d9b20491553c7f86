"""What each of our own people sees and changes about how they sign in."""

from http import HTTPStatus
from typing import Final
from uuid import UUID

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from djmixersoft.desk.access import confirmed, proven
from djmixersoft.desk.forms import AppForm, PasswordForm
from djmixersoft.desk.pages import ROLES
from djmixersoft.ledger import selectors as ledger
from djmixersoft.pages.answers import FORM, SHOWN, methods, page, see
from djmixersoft.pages.refusals import HINDRANCES, Refusal, refuse
from djmixersoft.policy.middleware import token_of
from djmixersoft.policy.purposes import acting_for, purpose
from djmixersoft.proving import totp
from djmixersoft.staff import selectors, services
from djmixersoft.staff.selectors import Me
from djmixersoft.vault.keys import Key

ISSUER: Final = "DJMixerSoft desk"


@purpose("desk-sign-in")
@methods(*SHOWN)
def desk(request: HttpRequest) -> HttpResponse:
    """Whoever showed a second factor sees what their roles are for."""
    me = proven()
    context = {"mine": me, "roles": [(role, ROLES[role]) for role in me.roles], "ledger": ledger.heads()}
    return page(request, "desk", context, title=_("Desk"), signed_in=True)


@purpose("desk-sign-in")
@methods(*SHOWN)
def you(request: HttpRequest) -> HttpResponse:
    """Whoever showed a second factor sees how they sign in."""
    me = proven()
    context = {"mine": me, "roles": [ROLES[role] for role in me.roles], "factors": selectors.factors()}
    return page(request, "you", context, title=_("You"), signed_in=True)


@purpose("desk-sign-in")
@methods(*FORM)
def factor_new(request: HttpRequest) -> HttpResponse:
    """Whoever has just confirmed adds a second factor; so does who was led here by a one-time link, the first one."""
    me = selectors.me()
    if not me.enrols:
        me = confirmed()
    if request.method != "POST":
        factor, key, sealed = services.begin_totp(me)
        return _factor_page(request, me, AppForm(initial={"factor": factor, "sealed": sealed.hex()}), key)
    form = AppForm(request.POST)
    valid = form.is_valid()
    try:
        key = services.pending_totp(me, form.cleaned_data["factor"], bytes.fromhex(form.cleaned_data["sealed"]))
    except (KeyError, services.WrongFactor):
        # It was for another session, or garbled on its way: there is a new one to begin with.
        return see("factor-new")
    if valid:
        given = form.cleaned_data
        try:
            services.add_totp(me, factor=given["factor"], key=key, code=given["code"], name=given["name"])
        except services.WrongFactor:
            form.add_error("code", _("This code isn’t right. Look at the app again; its clock must be right, too."))
        except services.TooManyFactors:
            form.add_error(None, _("Ten second factors are enough. Drop one first."))
        except services.KnownFactor:
            return see("you")
        else:
            return see("desk" if me.enrols else "you", done="factor-added")
    return _factor_page(request, me, form, key, HTTPStatus.UNPROCESSABLE_ENTITY)


@purpose("desk-sign-in")
@methods("POST")
def factor_drop(request: HttpRequest, factor_id: UUID) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Whoever has just confirmed drops a second factor of their own, but never the last."""
    confirmed()
    return see("you", done="factor-dropped" if services.drop_factor(factor_id) else "factor-stays")


@purpose("desk-sign-in", own_transaction=True)
@methods(*FORM)
def password(request: HttpRequest) -> HttpResponseBase:
    """Whoever has just confirmed, and knows the present password, sets another."""
    with acting_for("desk-sign-in", token=token_of(request)):
        me = confirmed()
    form, refusal = PasswordForm(request.POST if request.method == "POST" else None, email=me.email), Refusal()
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            services.set_password(
                session=token_of(request), old_password=given["old_password"], password=given["password"]
            )
        except HINDRANCES as error:
            refusal = refuse(form, error, field="old_password")
        else:
            return see("you", done="password-changed")
    status = refusal.status if form.is_bound else HTTPStatus.OK
    return refusal.mark(page(request, "password", {"form": form}, title=_("New password"), status=status))


def _factor_page(request: HttpRequest, me: Me, form: AppForm, key: Key, status: int = HTTPStatus.OK) -> HttpResponse:
    picture = segno.make(totp.setup_uri(key, account=me.email, issuer=ISSUER), micro=False)
    context = {
        "form": form,
        "mine": me,
        "setup_key": totp.setup_key(key),
        "picture": picture.svg_data_uri(scale=5, border=4, light="#fff"),
        "host": settings.ADDRESS.host,
    }
    return page(request, "factor_new", context, title=_("A second factor"), status=status, signed_in=me.proven)
