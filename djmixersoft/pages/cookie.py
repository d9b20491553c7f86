"""A process's one cookie: set when somebody signs in, and at no other time (clauses 2a, 2b)."""

from datetime import timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse

from djmixersoft.people.services import SignedIn
from djmixersoft.policy.middleware import own_cookie

STAY: Final = timedelta(days=30)


def set_cookie(response: HttpResponse, signed_in: SignedIn) -> HttpResponse:
    """Give the browser its secret; without «stay signed in» it forgets it when it closes."""
    response.set_cookie(
        own_cookie(),
        signed_in.token,
        max_age=STAY if signed_in.stays else None,
        path="/",
        secure=True,
        httponly=True,
        samesite="Lax",
    )
    return response


def delete_cookie(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Have the browser forget its secret, if it has one."""
    if own_cookie() in request.COOKIES:
        response.delete_cookie(own_cookie(), samesite="Lax")
    return response
