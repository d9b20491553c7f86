"""What each of our own people sees and changes about how they sign in."""

from http import HTTPStatus
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from djmixersoft.desk.access import confirmed, proven
from djmixersoft.desk.forms import PasswordForm
from djmixersoft.desk.pages import ROLES
from djmixersoft.ledger import selectors as ledger
from djmixersoft.pages.answers import FORM, SHOWN, methods, page, see
from djmixersoft.pages.refusals import HINDRANCES, Refusal, refuse
from djmixersoft.policy.middleware import token_of
from djmixersoft.policy.purposes import acting_for, purpose
from djmixersoft.staff import selectors, services


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
    typed, refusal = request.POST if request.method == "POST" else None, Refusal()
    form = PasswordForm(typed, email=me.email, pseudonym=me.pseudonym)
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
