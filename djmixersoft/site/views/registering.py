"""Registering, and confirming that by the link in a mail."""

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from djmixersoft.pages.refusals import Refusal, refuse
from djmixersoft.people import services
from djmixersoft.people.passwords import Busy
from djmixersoft.policy.purposes import purpose
from djmixersoft.site.forms import RegisterForm
from djmixersoft.site.pages import FORM, link_gone, methods, page, see
from djmixersoft.site.prose import terms


@purpose("sign-in", own_transaction=True)
@methods(*FORM)
def register(request: HttpRequest) -> HttpResponseBase:
    """Anybody may register."""
    form = RegisterForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return page(request, "register", {"form": form}, title=_("Register"))
    refusal = Refusal()
    if form.is_valid():
        given = form.cleaned_data
        try:
            services.register(
                email=given["email"],
                password=given["password"],
                account_name=given["account_name"],
                terms_version=terms().version,
                newsletter=given["newsletter"],
            )
        except Busy as error:
            refusal = refuse(form, error)
        else:
            what = _("It holds the link that confirms your registration, and works for two days.")
            return check_mail(request, email=given["email"], what=what)
    return refusal.mark(page(request, "register", {"form": form}, title=_("Register"), status=refusal.status))


@purpose("sign-in")
@methods(*FORM)
def confirm(request: HttpRequest, token: str) -> HttpResponseBase:
    """Whoever holds the mailed link may confirm. Looking changes nothing, because programs that check mail look."""
    if request.method != "POST":
        return page(request, "confirm", title=_("Confirm your registration"))
    sign_in = (reverse("sign-in"), _("Sign in"))
    again = (reverse("register"), _("Register again"))
    match services.confirm_registration(token=token):
        case "confirmed" | "again":
            return see("sign-in", done="confirmed")
        case "taken":
            reason = _("This address is registered already. If you don’t know the password, you can set a new one.")
            return link_gone(request, HTTPStatus.CONFLICT, reason, next_step=sign_in)
        case "expired":
            reason = _("The link worked for two days, which are over. Register again, and you get a new one.")
            return link_gone(request, HTTPStatus.GONE, reason, next_step=again)
        case _:
            reason = _("We don’t know this link. Perhaps the mail cut it off; please copy the whole of it.")
            return link_gone(request, HTTPStatus.NOT_FOUND, reason, next_step=again)


def check_mail(request: HttpRequest, *, email: str, what: str, if_registered: bool = False) -> HttpResponse:
    """Make the page that sends a person to their mail, the same whether or not the address is known.

    `if_registered`: mail goes to nobody else, and the page says so.
    """
    context = {"email": email, "what": what, "if_registered": if_registered, "local_mailbox": settings.LOCAL_MAILBOX}
    return page(request, "check_mail", context, title=_("Look in your mail"))
