"""What the desk does with requests of its own accord: who must sign in, or confirm again, is led there.

With nothing lost: what was typed into a form is carried through both halves of signing in, and sent on after them.
"""

from functools import cache
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from djmixersoft.desk import menu
from djmixersoft.desk.showing import Half, half, second_factor_page, signing_page
from djmixersoft.pages.answers import SeeOther, error_page
from djmixersoft.pages.cookie import delete_cookie
from djmixersoft.pages.kept import keep
from djmixersoft.pages.middleware import PagesPurpose
from djmixersoft.policy.errors import NotSignedIn
from djmixersoft.policy.loading import load
from djmixersoft.policy.middleware import token_of
from djmixersoft.policy.purposes import acting_for, purpose_of
from djmixersoft.staff.selectors import at_work

REFUSED = "djms.refused"
SIGN_IN, CONFIRM = "sign in", "confirm"


class DeskPurpose(PagesPurpose):
    """Gives each request the purpose of its route, if whoever asks has the role that the purpose is for."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; who was refused is looked at once the transaction is over in which that happened."""
        menu.begin()
        try:
            response = super().__call__(request) if self._may_go_on(request) else self.not_signed_in(request)
            what = request.META.pop(REFUSED, "")
            return _led(request, what) if what else response
        except (OperationalError, InterfaceError):
            return self.unavailable(request)

    def begin(self, name: str) -> None:
        """Ask for the role first: a view may have something to show without the database."""
        if role := _roles()[name]:
            menu.note(at_work(role))

    def _may_go_on(self, request: HttpRequest) -> bool:
        """Whether somebody is at work, for a view that does more in its own time before it asks."""
        try:
            view = resolve(request.path_info).func
        except Resolver404:
            return True
        name = purpose_of(view) or ""
        if not getattr(view, "own_transaction", False) or getattr(view, "asks_first", False) or not _roles().get(name):
            return True
        try:
            with acting_for(name, token=token_of(request)):
                self.begin(name)
        except NotSignedIn:
            return False
        return True

    def not_signed_in(self, request: HttpRequest) -> HttpResponse:
        """Note it; see __call__."""
        request.META[REFUSED] = SIGN_IN
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED)

    def confirm_again(self, request: HttpRequest) -> HttpResponse:
        """Note it; see __call__."""
        request.META[REFUSED] = CONFIRM
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED)


@cache
def _roles() -> dict[str, str]:
    return {purpose.name: purpose.staff for purpose in load().purposes.values()}


def _led(request: HttpRequest, what: str) -> HttpResponse:
    """Lead to the half of signing in that is still to be done; say it where the role is not theirs."""
    found = _whose(request)
    reads = request.method in {"GET", "HEAD"}
    if found is None:
        response = _there(request, "desk-sign-in") if reads else signing_page(request, kept=keep(request), status=401)
        return delete_cookie(request, response)
    if found.me.proven and what == SIGN_IN:
        sentence = _("None of your roles covers this page. No role implies another.")
        return error_page(request, HTTPStatus.FORBIDDEN, _("Not for your role"), sentence)
    if found.me.enrols:
        return SeeOther(reverse("factor-new"))
    if reads:
        return _there(request, "second-factor")
    return second_factor_page(request, found, kept=keep(request), status=HTTPStatus.UNAUTHORIZED)


def _there(request: HttpRequest, name: str) -> HttpResponse:
    here = urlencode({"next": request.get_full_path()})
    return SeeOther(f"{reverse(name)}?{here}")


def _whose(request: HttpRequest) -> Half | None:
    try:
        with acting_for("desk-sign-in", token=token_of(request)):
            return half()
    except NotSignedIn:
        return None
