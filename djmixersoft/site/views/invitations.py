"""What the holder of an invitation's link sees and does: look, register and join, or accept and join."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from djmixersoft.accounts import selectors, services
from djmixersoft.accounts.selectors import InvitationSeen
from djmixersoft.pages.cookie import set_cookie
from djmixersoft.pages.refusals import HINDRANCES, Refusal, refuse
from djmixersoft.people import services as people
from djmixersoft.people.devices import in_words
from djmixersoft.people.passwords import Busy
from djmixersoft.policy.middleware import token_of
from djmixersoft.policy.purposes import acting_for, purpose
from djmixersoft.site.forms import InvitedForm
from djmixersoft.site.pages import FORM, link_gone, methods, page, see
from djmixersoft.site.prose import terms

REGISTER = "register"


@purpose("sign-in", own_transaction=True)
@methods(*FORM)
def invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    """Whoever holds the link may look at it, and register with the address that it was mailed to."""
    with acting_for("sign-in"):
        seen = selectors.invitation_seen(token=token)
    if seen.state != "open":
        return _gone(request, seen.state)
    if request.method == "POST":
        return _register(request, token, seen)
    if REGISTER in request.GET and not seen.registered:
        return _form(request, seen, InvitedForm(email=seen.email))
    here = reverse("invitation", args=[token])
    context = {
        "invitation": seen,
        "accept_url": reverse("invitation-accept", args=[token]),
        "register_url": f"{here}?{REGISTER}",
        "sign_in_url": _sign_in_url(token),
    }
    return page(request, "invitation", context, title=_("An invitation"))


@purpose("teamwork")
@methods("POST")
def invitation_accept(request: HttpRequest, token: str) -> HttpResponseBase:
    """Anybody who is signed in and holds the link may join."""
    joined = services.accept_invitation(token=token)
    if joined.account_id is None:
        return _gone(request, joined.outcome)
    return see("account", joined.account_id, done=joined.outcome)


def _register(request: HttpRequest, token: str, seen: InvitationSeen) -> HttpResponseBase:
    form, refusal = InvitedForm(request.POST, email=seen.email), Refusal()
    if form.is_valid():
        given = form.cleaned_data
        try:
            outcome, email = people.register_invited(
                token=token,
                password=given["password"],
                terms_version=terms().version,
                newsletter=given["newsletter"],
            )
        except Busy as error:
            refusal = refuse(form, error)
        else:
            return _joined(request, email, given["password"]) if outcome == "joined" else _gone(request, outcome, token)
    return refusal.mark(_form(request, seen, form, refusal.status))


def _joined(request: HttpRequest, email: str, password: str) -> HttpResponse:
    device = in_words(request.headers.get("User-Agent", ""))
    try:
        signed_in = people.sign_in(email=email, password=password, stay=False, device=device)
    except HINDRANCES:
        return see("sign-in", done="registered")
    return set_cookie(see("studio", done="joined"), signed_in)


def _form(request: HttpRequest, seen: InvitationSeen, form: InvitedForm, status: int = HTTPStatus.OK) -> HttpResponse:
    context = {"form": form, "invitation": seen}
    return page(request, "register", context, title=_("Register and join"), status=status)


def _sign_in_url(token: str) -> str:
    return f"{reverse('sign-in')}?{urlencode({'next': reverse('invitation', args=[token])})}"


def _gone(request: HttpRequest, state: str, token: str = "") -> HttpResponse:
    studio = (reverse("studio"), _("To your studio"))
    sign_in = studio if token_of(request) else (reverse("sign-in"), _("Sign in"))
    front = studio if token_of(request) else (reverse("front"), _("To the front page"))
    match state:
        case "taken":
            reason = _("The address that this was mailed to is registered already. Sign in with it, then accept.")
            return link_gone(request, HTTPStatus.CONFLICT, reason, next_step=(_sign_in_url(token), _("Sign in")))
        case "used":
            reason = _("This invitation was accepted already; each works once. If it was you, just sign in.")
            return link_gone(request, HTTPStatus.GONE, reason, next_step=sign_in)
        case "withdrawn":
            reason = _("This invitation was withdrawn. Whoever invited you can send a new one.")
            return link_gone(request, HTTPStatus.GONE, reason, next_step=front)
        case "expired":
            reason = _("This invitation worked for seven days, which are over. Whoever invited you can send a new one.")
            return link_gone(request, HTTPStatus.GONE, reason, next_step=front)
        case _:
            reason = _("We don’t know this invitation. Perhaps the mail cut it off; please copy the whole link.")
            return link_gone(request, HTTPStatus.NOT_FOUND, reason, next_step=front)
