"""What every request goes through: safe headers, the check that it isn't another site's, and its one purpose."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from djmixersoft.pages.answers import error_page, retry_after, unreadable
from djmixersoft.pages.crossing import is_cross_origin
from djmixersoft.pages.csp import CSP, STUDIO_CSP
from djmixersoft.pages.kept import keep
from djmixersoft.policy.errors import sqlstate
from djmixersoft.policy.middleware import PurposeMiddleware, token_of
from djmixersoft.policy.purposes import purpose_of

Answer = Callable[[HttpRequest], HttpResponseBase]

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ONE_YEAR: Final = 31_536_000  # seconds
PERSONAL: Final = frozenset({"self-service", "teamwork"})
# The names by which routes call what makes their address a secret.
SECRETS: Final = frozenset({"token", "key"})
TRIES: Final = 3
CLASHED: Final = "djms.clashed"
CLASHES: Final = frozenset({"40001", "40P01"})
"""SQLSTATEs of two transactions in each other's way: one was undone whole, and can simply be done again."""


class SecurityHeaders:
    """Puts the headers on every answer, static files included, that narrow what a browser may do with it."""

    def __init__(self, get_response: Answer) -> None:
        """Keep what answers."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and dress the answer."""
        response = self.get_response(request)
        match = request.resolver_match
        holds_secret = bool(match and SECRETS & set(match.kwargs))
        in_studio = bool(match and purpose_of(match.func) == "teamwork")
        response.headers.setdefault("Content-Security-Policy", STUDIO_CSP if in_studio else CSP)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        # An address with a mailed link's secret in it is told to nobody, not even to our own next page.
        response.headers.setdefault("Referrer-Policy", "no-referrer" if holds_secret else "same-origin")
        # On localhost it would turn every other server of this machine to https too.
        if not settings.ADDRESS.is_local:
            response.headers.setdefault("Strict-Transport-Security", f"max-age={ONE_YEAR}")
        if match:
            if "public" not in response.headers.get("Cache-Control", ""):
                patch_vary_headers(response, ["Cookie"])
            is_personal = bool(token_of(request)) or holds_secret or purpose_of(match.func) in PERSONAL
            is_personal = is_personal or request.method == "POST" or settings.PROCESS == "desk"
            response.headers.setdefault("Cache-Control", "no-store" if is_personal else "no-cache")
        return response


class CrossOrigin:
    """Refuses what other sites' pages send here, and hosts that aren't ours."""

    def __init__(self, get_response: Answer) -> None:
        """Keep what answers."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, unless it comes from elsewhere. Raises DisallowedHost, which becomes a 400."""
        request.get_host()
        if is_cross_origin(request):
            sentence = _("This came from a page of another site, so nothing was done. Please start from our pages.")
            return error_page(request, HTTPStatus.FORBIDDEN, _("Sent from elsewhere"), sentence)
        return self.get_response(request)


class PagesPurpose(PurposeMiddleware):
    """Gives each request the purpose of its route, and words to what can go wrong with that."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; what clashed with another's change at the very same moment is tried again."""
        response = super().__call__(request)
        for _try in range(TRIES - 1):
            if not request.META.pop(CLASHED, False):
                break
            response = super().__call__(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for a view's errors that are no fault of the program."""
        if isinstance(exception, UnreadablePostError):
            return self.unreadable(request)
        if isinstance(exception, DatabaseError) and sqlstate(exception) in CLASHES:
            request.META[CLASHED] = request.content_type != "multipart/form-data"
        return super().process_exception(request, exception)

    def unreadable(self, request: HttpRequest) -> HttpResponse:
        """Say that it was cut off, and what to do."""
        return unreadable(request)

    def unavailable(self, request: HttpRequest) -> HttpResponse:
        """Say that it is us, and when to try again, with all that was typed kept."""
        kept = keep(request)
        context = {"kept": kept.shown, "fields": kept.rows, "action": kept.to} if kept else {}
        sentence = _("Something behind this page is out of reach. It comes back by itself, often within seconds.")
        next_step = (request.path, _("Try again")) if request.method in {"GET", "HEAD"} else None
        return retry_after(
            error_page(
                request,
                HTTPStatus.SERVICE_UNAVAILABLE,
                _("One moment, please"),
                sentence,
                next_step=next_step,
                context=context,
                template="unavailable",
            )
        )
