"""What a signed-in person sees and changes about themselves. Nobody else is shown any of it."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from djmixersoft.pages.cookie import delete_cookie
from djmixersoft.pages.refusals import HINDRANCES, Refusal, refuse
from djmixersoft.people import selectors, services
from djmixersoft.policy.middleware import token_of
from djmixersoft.policy.purposes import acting_for, purpose
from djmixersoft.site.forms import AddressForm, EmailForm, NameForm, NewsletterForm, PasswordForm
from djmixersoft.site.pages import FORM, SHOWN, link_gone, methods, page, see


@purpose("self-service")
@methods(*SHOWN)
def me(request: HttpRequest) -> HttpResponseBase:
    """Whoever is signed in sees themselves."""
    return _page(request)


@purpose("self-service")
@methods("POST")
def me_name(request: HttpRequest) -> HttpResponseBase:
    """Whoever is signed in gives themselves a name, or takes it back."""
    selectors.me()
    form = NameForm(request.POST, auto_id="name-%s")
    if not form.is_valid():
        return _page(request, "name_form", form)
    name = form.cleaned_data["name"]
    services.set_name(name=name)
    return see("me", done="name" if name else "name-removed")


@purpose("self-service")
@methods("POST")
def me_address(request: HttpRequest) -> HttpResponseBase:
    """Whoever is signed in notes their address, or takes it back."""
    selectors.me()
    form = AddressForm(request.POST, auto_id="address-%s")
    if not form.is_valid():
        return _page(request, "address_form", form)
    address = form.cleaned_data["address"]
    services.set_address(address=address)
    return see("me", done="address" if address else "address-removed")


@purpose("self-service")
@methods("POST")
def me_newsletter(request: HttpRequest) -> HttpResponseBase:
    """Whoever is signed in subscribes to the newsletter, or ends that (clause 7c)."""
    selectors.me()
    form = NewsletterForm(request.POST, auto_id="newsletter-%s")
    form.full_clean()
    subscribed = form.cleaned_data["newsletter"]
    services.set_subscription(subscribed=subscribed)
    return see("me", done="subscribed" if subscribed else "unsubscribed")


@purpose("self-service", own_transaction=True)
@methods("POST")
def me_email(request: HttpRequest) -> HttpResponseBase:
    """Whoever is signed in and knows the password asks for another address; it has to be confirmed there."""
    form, refusal = EmailForm(request.POST, auto_id="email-%s"), Refusal()
    if form.is_valid():
        given = form.cleaned_data
        try:
            sent = services.request_email_change(
                session=token_of(request), password=given["password"], email=given["email"]
            )
        except HINDRANCES as error:
            refusal = refuse(form, error, field="password")
        else:
            if sent:
                return see("me", done="email-sent")
            form.add_error("email", _("Several mails were asked for of late. Please wait an hour, then try again."))
            refusal = Refusal(HTTPStatus.TOO_MANY_REQUESTS, seconds=3600)
    with acting_for("self-service", token=token_of(request)):
        return refusal.mark(_page(request, "email_form", form, refusal.status))


@purpose("self-service", own_transaction=True)
@methods("POST")
def me_password(request: HttpRequest) -> HttpResponseBase:
    """Whoever is signed in and knows the password sets another one."""
    with acting_for("self-service", token=token_of(request)):
        email = selectors.me().email
    form, refusal = PasswordForm(request.POST, auto_id="password-%s", email=email), Refusal()
    if form.is_valid():
        given = form.cleaned_data
        try:
            services.change_password(
                session=token_of(request), old_password=given["old_password"], password=given["password"]
            )
        except HINDRANCES as error:
            refusal = refuse(form, error, field="old_password")
        else:
            return see("me", done="password-changed")
    with acting_for("self-service", token=token_of(request)):
        return refusal.mark(_page(request, "password_form", form, refusal.status))


@purpose("self-service")
@methods(*SHOWN)
def sessions(request: HttpRequest) -> HttpResponseBase:
    """Whoever is signed in sees where."""
    context = {"sessions": selectors.my_sessions(token=token_of(request))}
    return page(request, "sessions", context, title=_("Where you are signed in"))


@purpose("self-service")
@methods("POST")
def session_end(request: HttpRequest, session_id: UUID) -> HttpResponseBase:
    """Whoever is signed in signs themselves out in one place; another person's sign-ins are nothing to them."""
    here = next((one for one in selectors.my_sessions(token=token_of(request)) if one.current), None)
    services.end_session(session_id=session_id)
    if here and here.id == session_id:
        return delete_cookie(request, see("front", done="signed-out"))
    return see("sessions", done="session-ended")


@purpose("self-service")
@methods("POST")
def sessions_end_all(request: HttpRequest) -> HttpResponseBase:
    """Whoever is signed in signs themselves out everywhere."""
    selectors.me()
    services.end_all_sessions()
    return delete_cookie(request, see("front", done="signed-out-everywhere"))


@purpose("sign-in")
@methods(*FORM)
def email_confirm(request: HttpRequest, token: str) -> HttpResponseBase:
    """Whoever holds the link that was mailed to the new address may confirm it. Looking changes nothing."""
    posted = request.method == "POST"
    state = services.confirm_email_change(token=token) if posted else selectors.proof_state(token=token, kind="email")
    again = (reverse("me"), _("To the page about you"))
    match state:
        case "open":
            return page(request, "email_confirm", title=_("Your new address"))
        case "done":
            return see("sign-in", done="email-confirmed")
        case "taken":
            reason = _("Somebody is registered with this address already, so yours stays as it was.")
            return link_gone(request, HTTPStatus.CONFLICT, reason, next_step=again)
        case "expired":
            reason = _("The link worked for two hours, which are over. Your address stays as it was.")
            return link_gone(request, HTTPStatus.GONE, reason, next_step=again)
        case _:
            reason = _("The link was used already, replaced by a later one, or cut off in the mail. Each works once.")
            return link_gone(request, HTTPStatus.NOT_FOUND, reason, next_step=again)


def _page(
    request: HttpRequest, wrong: str = "", form: Form | None = None, status: int = HTTPStatus.UNPROCESSABLE_ENTITY
) -> HttpResponse:
    """Make the page; `wrong`: which of its forms couldn't be taken, and is shown as it was sent."""
    person = selectors.me()
    name, address = selectors.my_name(), selectors.my_address()
    context: dict[str, Any] = {
        "person": person,
        "name_form": NameForm(initial={"name": name}, auto_id="name-%s"),
        "address_form": AddressForm(initial={"address": address}, auto_id="address-%s"),
        "email_form": EmailForm(auto_id="email-%s"),
        "password_form": PasswordForm(auto_id="password-%s"),
        "newsletter_form": NewsletterForm(initial={"newsletter": selectors.am_subscribed()}, auto_id="newsletter-%s"),
        "agreements": selectors.my_agreements(),
    }
    if form is None:
        return page(request, "me", context, title=_("You"))
    return page(request, "me", {**context, wrong: form, "form": form}, title=_("You"), status=status)
