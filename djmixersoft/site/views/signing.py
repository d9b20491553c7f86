"""Signing in and out, and setting a forgotten password anew."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from djmixersoft.pages.cookie import delete_cookie, set_cookie
from djmixersoft.pages.kept import carried, is_own_path
from djmixersoft.pages.refusals import HINDRANCES, Refusal, refuse
from djmixersoft.people import selectors, services
from djmixersoft.people.devices import in_words
from djmixersoft.people.passwords import Busy
from djmixersoft.policy.errors import NotSignedIn
from djmixersoft.policy.middleware import token_of
from djmixersoft.policy.purposes import acting_for, purpose
from djmixersoft.site.forms import ForgottenForm, ResetForm, SignInForm
from djmixersoft.site.pages import FORM, SeeOther, link_gone, methods, page, see
from djmixersoft.site.signing_page import signing_page
from djmixersoft.site.views.registering import check_mail


@purpose("sign-in", own_transaction=True)
@methods(*FORM)
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Anybody may try; who is already signed in as well."""
    if request.method != "POST":
        return signing_page(request, SignInForm(initial={"next": request.GET.get("next", "")}))
    form, kept, refusal = SignInForm(request.POST), carried(request), Refusal()
    if form.is_valid():
        given = form.cleaned_data
        try:
            signed_in = services.sign_in(
                email=given["email"],
                password=given["password"],
                stay=given["stay"],
                device=in_words(request.headers.get("User-Agent", "")),
            )
        except HINDRANCES as error:
            refusal = refuse(form, error, wrong=_("This address and this password don’t go together."))
        else:
            if kept:
                context = {"action": kept.to, "fields": kept.rows}
                return set_cookie(page(request, "continue", context, title=_("Go on"), signed_in=True), signed_in)
            following = given["next"] if is_own_path(given["next"]) else reverse("studio")
            return set_cookie(SeeOther(following), signed_in)
    return refusal.mark(signing_page(request, form, kept=kept, status=refusal.status))


@purpose("self-service", own_transaction=True)
@methods("POST")
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """Anybody may; where nobody is signed in (any more) it does nothing, and says the same."""
    token = token_of(request)
    if token:
        try:
            with acting_for("self-service", token=token):
                services.end_this_session(token=token)
        except NotSignedIn:
            pass
    return delete_cookie(request, see("front", done="signed-out"))


@purpose("sign-in")
@methods(*FORM)
def forgotten(request: HttpRequest) -> HttpResponseBase:
    """Anybody may ask; only the mailbox tells whether the address is known."""
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        email = form.cleaned_data["email"]
        services.request_password_reset(email=email)
        what = _("It holds a link to set a new password, good for two hours.")
        return check_mail(request, email=email, what=what, if_registered=True)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return page(request, "forgotten", {"form": form}, title=_("Password forgotten"), status=status)


@purpose("sign-in", own_transaction=True)
@methods(*FORM)
def reset(request: HttpRequest, token: str) -> HttpResponseBase:
    """Whoever holds the mailed link may set a new password. Looking changes nothing."""
    with acting_for("sign-in"):
        state = selectors.proof_state(token=token, kind="password")
    if state != "open":
        return _reset_gone(request, state)
    form, refusal = ResetForm(request.POST if request.method == "POST" else None), Refusal()
    if form.is_bound and form.is_valid():
        try:
            state = services.reset_password(token=token, password=form.cleaned_data["password"])
        except Busy as error:
            refusal = refuse(form, error)
        else:
            return see("sign-in", done="password-set") if state == "done" else _reset_gone(request, state)
    status = refusal.status if form.is_bound else HTTPStatus.OK
    return refusal.mark(page(request, "reset", {"form": form}, title=_("Set a new password"), status=status))


def _reset_gone(request: HttpRequest, state: str) -> HttpResponse:
    again = (reverse("forgotten"), _("Ask for a new link"))
    if state == "expired":
        reason = _("The link worked for two hours, which are over. Nothing was changed.")
        return link_gone(request, HTTPStatus.GONE, reason, next_step=again)
    reason = _("The link was used already, or was cut off in the mail. Each works once.")
    return link_gone(request, HTTPStatus.NOT_FOUND, reason, next_step=again)
