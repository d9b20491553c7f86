"""How every page is made: what the frame around it needs, the sentence after a redirect, and the page for an error.

An error's page is made without the database and without looking at what was sent, since either may be what is wrong.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Final, TypeVar, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from djmixersoft.pages.face import Context, Text, face
from djmixersoft.policy.middleware import token_of

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

RETRY_SECONDS: Final = 5
"""After how long to try again while the database is out of reach or all hands are busy."""

FOR_PROGRAMS: Final = "/api/v1/"
"""Below this address nobody reads pages."""


class SeeOther(HttpResponseRedirect):
    """303: whatever was sent is done, and here is the page to look at (RFC 9110 §15.4.4)."""

    status_code = 303


def see(name: str, *arguments: object, done: str = "", undo: UUID | None = None, fragment: str = "") -> SeeOther:
    """Send the browser to a page of ours, where the notice `done` is shown, or what can be undone."""
    query = f"?undo={undo}" if undo else f"?done={done}" if done else ""
    return SeeOther(reverse(name, args=arguments) + query + (f"#{fragment}" if fragment else ""))


def page(
    request: HttpRequest,
    template: str,
    context: Context | None = None,
    *,
    title: Text,
    status: int = 200,
    signed_in: bool | None = None,
) -> HttpResponse:
    """Make a page. Whether somebody is signed in is guessed from the cookie, for the menu; only the database knows."""
    own = face()
    frame = {
        "page_title": title,
        "signed_in": bool(token_of(request)) if signed_in is None else signed_in,
        "notice": own.notices.get(request.GET.get("done", "")) if request.method in {"GET", "HEAD"} else None,
        **own.frame(request),
    }
    made = render_to_string(f"{own.templates}/{template}.html", {**frame, **(context or {})})
    return HttpResponse(made, status=status)


def error_page(
    request: HttpRequest,
    status: int,
    title: Text,
    sentence: Text,
    *,
    next_step: tuple[str, Text] | None = None,
    context: Context | None = None,
    template: str = "error",
) -> HttpResponse:
    """Make the page of an error: what happened, and what to do next (an address of ours, and its words).

    A program gets the sentence as it gets all others (problems.py).
    """
    if request.path.startswith(FOR_PROGRAMS):
        return JsonResponse({"sentence": str(sentence)}, status=status)
    url, label = next_step or face().home(request)
    facts = {"status": status, "title": title, "sentence": sentence, "next_step_url": url, "next_step_label": label}
    frame = {"page_title": title, "signed_in": bool(token_of(request)), "base": f"{face().templates}/base.html"}
    made = render_to_string(f"pages/{template}.html", {**frame, **facts, **(context or {})})
    return HttpResponse(made, status=status)


def link_gone(request: HttpRequest, status: int, reason: Text, *, next_step: tuple[str, Text]) -> HttpResponse:
    """Make the page for a mailed link that does nothing any more."""
    url, label = next_step
    context = {"reason": reason, "next_step_url": url, "next_step_label": label}
    return page(request, "link_gone", context, title=_("This link no longer works"), status=status)


def retry_after(response: HttpResponse, seconds: int = RETRY_SECONDS) -> HttpResponse:
    """Say when to try again (RFC 9110 §10.2.3)."""
    response["Retry-After"] = str(seconds)
    return response


def unreadable(request: HttpRequest) -> HttpResponse:
    """Make the page for a form that was cut off on its way."""
    sentence = _("What arrived here was cut off or garbled, so nothing was done. Please go back and send it again.")
    return error_page(request, 400, _("That didn’t arrive whole"), sentence)


def method_not_allowed(request: HttpRequest, allowed: Sequence[str]) -> HttpResponse:
    """Make the page for a method that an address doesn't have."""
    sentence = _("This address doesn’t do that. You may have reloaded a page that was the answer to a form.")
    response = error_page(request, 405, _("Not like this"), sentence)
    response["Allow"] = ", ".join(allowed)
    return response


def methods(*allowed: str) -> Callable[[View], View]:
    """Restrict a view to these methods; others get the page for it."""

    def restrict(view: View) -> View:
        @wraps(view)
        def restricted(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if request.method not in allowed:
                return method_not_allowed(request, allowed)
            return view(request, *args, **kwargs)

        return cast("View", restricted)

    return restrict


SHOWN: Final = ("GET", "HEAD")
FORM: Final = ("GET", "HEAD", "POST")
