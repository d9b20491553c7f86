"""Signing in and out, and setting a forgotten password anew."""

from collections.abc import Callable
from http import HTTPStatus

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from djmixersoft.pages.cookie import delete_cookie, set_cookie
from djmixersoft.pages.factor_forms import CodeForm, PasskeyForm
from djmixersoft.pages.kept import Kept, carried, is_own_path
from djmixersoft.pages.refusals import HINDRANCES, Refusal, refuse
from djmixersoft.people import second, selectors, services
from djmixersoft.people.devices import in_words
from djmixersoft.people.passwords import Busy
from djmixersoft.people.second import WrongFactor
from djmixersoft.people.services import TooManyTries
from djmixersoft.policy.errors import NotSignedIn
from djmixersoft.policy.middleware import token_of
from djmixersoft.policy.purposes import acting_for, purpose
from djmixersoft.site.forms import ForgottenForm, ResetForm, SignInForm
from djmixersoft.site.pages import FORM, SeeOther, link_gone, methods, page, see
from djmixersoft.site.second_forms import RecoveryForm
from djmixersoft.site.signing_page import half, second_factor_page, signing_page
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
            if not signed_in.is_proven:
                with acting_for("sign-in", token=signed_in.token):
                    found = half()
                code = CodeForm(initial={"next": given["next"]})
                return set_cookie(second_factor_page(request, found, code, kept=kept), signed_in)
            return set_cookie(_go_on(request, kept, given["next"]), signed_in)
    return refusal.mark(signing_page(request, form, kept=kept, status=refusal.status))


@purpose("sign-in")
@methods(*FORM)
def second_factor(request: HttpRequest) -> HttpResponse:
    """Whoever showed a password shows a second factor, or one of their recovery codes."""
    following = request.GET.get("next", "")
    if second.me().proven:
        return SeeOther(following if is_own_path(following) else reverse("studio"))
    if request.method != "POST":
        return second_factor_page(request, half(), CodeForm(initial={"next": following}))
    form, show, wrong = _shown(request)
    kept, refusal = carried(request), Refusal()
    if form.is_valid():
        try:
            show(form.cleaned_data)
        except TooManyTries as error:
            refusal = refuse(form, error)
        except WrongFactor:
            form.add_error(None, wrong)
        else:
            return _go_on(request, kept, form.cleaned_data["next"])
    return refusal.mark(second_factor_page(request, half(), form, kept=kept, status=refusal.status))


def _shown(request: HttpRequest) -> tuple[Form, Callable[[dict[str, str]], None], str]:
    """What was shown: its form, what takes it, and the sentence where it is none."""
    if "passkey" in request.POST:
        sentence = _("This passkey’s answer wasn’t taken: perhaps the page was open too long, or twice. Try again.")
        return PasskeyForm(request.POST), lambda given: second.show_passkey(given["passkey"]), sentence
    if "recovery" in request.POST:
        sentence = _("This is none of your recovery codes, or was used already.")
        return RecoveryForm(request.POST), lambda given: second.show_recovery_code(given["recovery"]), sentence
    sentence = _("This code isn’t right, or was used already. Wait for the next one.")
    return CodeForm(request.POST), lambda given: second.show_code(given["code"]), sentence


def _go_on(request: HttpRequest, kept: Kept | None, following: str) -> HttpResponse:
    if kept:
        return page(request, "continue", {"action": kept.to, "fields": kept.rows}, title=_("Go on"), signed_in=True)
    return SeeOther(following if is_own_path(following) else reverse("studio"))


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
