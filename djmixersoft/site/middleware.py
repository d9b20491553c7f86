"""What the site does with requests of its own accord: who must sign in first is led there, with nothing lost."""

from http import HTTPStatus
from typing import Final

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode

from djmixersoft.pages.answers import SeeOther
from djmixersoft.pages.cookie import delete_cookie
from djmixersoft.pages.kept import keep
from djmixersoft.pages.middleware import PagesPurpose
from djmixersoft.policy.errors import NotSignedIn
from djmixersoft.policy.middleware import token_of
from djmixersoft.policy.purposes import acting_for
from djmixersoft.site.signing_page import Half, half, second_factor_page, signing_page

REFUSED: Final = "djms.refused"


class SitePurpose(PagesPurpose):
    """Gives each request the purpose of its route."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; who was refused is looked at once the transaction is over in which that happened."""
        response = super().__call__(request)
        if not request.META.pop(REFUSED, False):
            return response
        try:
            return _led(request)
        except (OperationalError, InterfaceError):
            return self.unavailable(request)

    def not_signed_in(self, request: HttpRequest) -> HttpResponse:
        """Note it; see __call__."""
        request.META[REFUSED] = True
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED)


def _led(request: HttpRequest) -> HttpResponse:
    """Send a reader to the half of signing in that is to be done, and back; show it to a sender, with all kept."""
    reads = request.method in {"GET", "HEAD"}
    found = _half(request)
    if found is not None:
        if reads:
            return _there(request, "second-factor")
        return _unauthorized(second_factor_page(request, found, kept=keep(request), status=HTTPStatus.UNAUTHORIZED))
    # What the cookie holds opens nothing any more, and would make the menu look as if it did.
    if reads:
        return delete_cookie(request, _there(request, "sign-in"))
    response = signing_page(request, kept=keep(request), status=HTTPStatus.UNAUTHORIZED)
    return delete_cookie(request, _unauthorized(response))


def _half(request: HttpRequest) -> Half | None:
    """How far somebody got who typed the password only; None for everybody else."""
    token = token_of(request)
    if not token:
        return None
    try:
        with acting_for("sign-in", token=token):
            found = half()
    except NotSignedIn:
        return None
    return None if found.me.proven else found


def _there(request: HttpRequest, name: str) -> HttpResponse:
    here = urlencode({"next": request.get_full_path()})
    return SeeOther(f"{reverse(name)}?{here}")


def _unauthorized(response: HttpResponse) -> HttpResponse:
    response["WWW-Authenticate"] = 'Cookie realm="DJMixerSoft"'
    return response
