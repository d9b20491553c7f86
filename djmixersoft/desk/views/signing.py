"""Signing in at the desk, in two halves, and out again."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from djmixersoft.desk import going_on, menu
from djmixersoft.desk.forms import FirstPasswordForm, SignInForm
from djmixersoft.desk.showing import half, second_factor_page, signing_page
from djmixersoft.pages.answers import FORM, SHOWN, SeeOther, error_page, methods, page, see
from djmixersoft.pages.cookie import delete_cookie, set_cookie
from djmixersoft.pages.factor_forms import CodeForm, PasskeyForm
from djmixersoft.pages.kept import Kept, carried, is_own_path
from djmixersoft.pages.refusals import HINDRANCES, Refusal, refuse
from djmixersoft.people.devices import in_words
from djmixersoft.people.passwords import Busy
from djmixersoft.people.services import TooManyTries
from djmixersoft.policy.middleware import token_of
from djmixersoft.policy.purposes import acting_for, purpose
from djmixersoft.staff import selectors, services


@purpose("desk-sign-in")
@methods(*SHOWN)
def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Anybody may ask whether the desk runs, and reaches its database."""
    return HttpResponse("ok\n", content_type="text/plain")


@purpose("desk-sign-in", own_transaction=True)
@methods(*FORM)
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Anybody may try. It is half of it: a second factor comes next."""
    if request.method != "POST":
        return signing_page(request, SignInForm(initial={"next": request.GET.get("next", "")}))
    form, kept, refusal = SignInForm(request.POST), carried(request), Refusal()
    if form.is_valid():
        given = form.cleaned_data
        device = in_words(request.headers.get("User-Agent", ""))
        try:
            signed_in = services.sign_in(email=given["email"], password=given["password"], device=device)
        except HINDRANCES as error:
            refusal = refuse(form, error, wrong=_("This address and this password don’t go together."))
        else:
            with acting_for("desk-sign-in", token=signed_in.token):
                found = half()
            code = CodeForm(initial={"next": given["next"]})
            return set_cookie(second_factor_page(request, found, code, kept=kept), signed_in)
    return refusal.mark(signing_page(request, form, kept=kept, status=refusal.status))


@purpose("desk-sign-in")
@methods(*FORM)
def second_factor(request: HttpRequest) -> HttpResponse:
    """Whoever showed a password shows a second factor; and again before what asks for more."""
    me = selectors.me()
    if me.enrols:
        return see("factor-new")
    if request.method != "POST":
        return second_factor_page(request, half(), CodeForm(initial={"next": request.GET.get("next", "")}))
    by_passkey, kept, refusal = "passkey" in request.POST, carried(request), Refusal()
    form = PasskeyForm(request.POST) if by_passkey else CodeForm(request.POST)
    if form.is_valid():
        try:
            if by_passkey:
                services.show_passkey(form.cleaned_data["passkey"])
            else:
                services.show_code(form.cleaned_data["code"])
        except TooManyTries as error:
            refusal = refuse(form, error)
        except services.WrongFactor:
            form.add_error(None if by_passkey else "code", _wrong(by_passkey=by_passkey))
        else:
            menu.note(me.roles)
            return _go_on(request, kept, form.cleaned_data["next"])
    return refusal.mark(second_factor_page(request, half(), form, kept=kept, status=refusal.status))


@purpose("desk-sign-in", own_transaction=True)
@methods("POST")
def sign_out(request: HttpRequest) -> HttpResponse:
    """Anybody may; where nobody is signed in (any more) it does nothing, and says the same."""
    with acting_for("desk-sign-in", token=token_of(request)):
        services.end_this_session()
    return delete_cookie(request, see("desk-sign-in", done="signed-out"))


@purpose("desk-sign-in", own_transaction=True)
@methods(*FORM)
def welcome(request: HttpRequest, token: str) -> HttpResponseBase:
    """Whoever holds a one-time link sets a password; the first factor comes next. Looking changes nothing."""
    with acting_for("desk-sign-in"):
        state, email, pseudonym = selectors.link_state(token)
    if state != "open":
        return _link_gone(request, state)
    typed, refusal = request.POST if request.method == "POST" else None, Refusal()
    form = FirstPasswordForm(typed, email=email, pseudonym=pseudonym)
    if form.is_bound and form.is_valid():
        device = in_words(request.headers.get("User-Agent", ""))
        try:
            signed_in = services.accept_link(link=token, password=form.cleaned_data["password"], device=device)
        except Busy as error:
            refusal = refuse(form, error)
        except services.LinkGone as gone:
            return _link_gone(request, gone.state)
        else:
            return set_cookie(see("factor-new"), signed_in)
    status = refusal.status if form.is_bound else HTTPStatus.OK
    context = {"form": form, "email": email}
    return refusal.mark(page(request, "welcome", context, title=_("Welcome to the desk"), status=status))


def _wrong(*, by_passkey: bool) -> str:
    if by_passkey:
        return _("This passkey’s answer wasn’t taken: perhaps the page was open too long, or twice. Please try again.")
    return _("This code isn’t right, or was used already. Wait for the next one.")


def _go_on(request: HttpRequest, kept: Kept | None, following: str) -> HttpResponse:
    if kept:
        waiting = {"what": going_on.what(kept), "shown": going_on.shown(kept)}
        context = {"action": kept.to, "fields": kept.rows, **waiting}
        return page(request, "continue", context, title=_("Go on"), signed_in=True)
    return SeeOther(following if is_own_path(following) else reverse("desk"))


def _link_gone(request: HttpRequest, state: str) -> HttpResponse:
    status = HTTPStatus.GONE if state == "expired" else HTTPStatus.NOT_FOUND
    sentence = _("It works once, and for a day. Whoever runs the machine can make another.")
    return error_page(
        request, status, _("This link no longer works"), sentence, next_step=(reverse("desk-sign-in"), _("Sign in"))
    )
