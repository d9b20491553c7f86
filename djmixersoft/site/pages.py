"""How every page is made: what the frame around it needs, the sentence after a redirect, and the page for an error.

An error's page is made without the database and without looking at what was sent, since either may be what is wrong.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, Final, TypeVar, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from djmixersoft.policy.middleware import token_of
from djmixersoft.site.scripts import texts_for

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
Context = Mapping[str, Any]
Text = str | Promise

RETRY_SECONDS: Final = 5
"""After how long to try again while the database is out of reach or all hands are busy."""

FOR_PROGRAMS: Final = "/api/v1/"
"""Below this address nobody reads pages."""

# What `?done=…` may say. A closed list, so that no link can put words into our pages.
NOTICES: Final[Mapping[str, Text]] = {
    "signed-out": gettext_lazy("You are signed out."),
    "signed-out-everywhere": gettext_lazy("You are signed out everywhere."),
    "session-ended": gettext_lazy("That sign-in has ended."),
    "confirmed": gettext_lazy("Your registration is confirmed. Sign in to start."),
    "registered": gettext_lazy("You are registered, and in. Sign in to start."),
    "password-set": gettext_lazy("Your new password is set, and you are signed out everywhere. Sign in with it."),
    "password-changed": gettext_lazy(
        "Your password is changed. Every other sign-in has ended, and so have your programs’ tokens."
    ),
    "token-ended": gettext_lazy("That token has ended. Whatever program held it is locked out from now on."),
    "link-revoked": gettext_lazy("The link is revoked: whoever opens it from now on sees nothing."),
    "email-confirmed": gettext_lazy("Your e-mail address is changed. Sign in with the new one from now on."),
    "name": gettext_lazy("Your name is saved."),
    "name-removed": gettext_lazy("Your name is removed."),
    "address": gettext_lazy("Your address is saved."),
    "address-removed": gettext_lazy("Your address is removed."),
    "email-sent": gettext_lazy("A link is on its way to the new address. Nothing changes until you open it there."),
    "asked": gettext_lazy("Your question is with us. We answer by mail; what was said stands here too."),
    "said-more": gettext_lazy("Added. It is our turn again."),
    "subscribed": gettext_lazy("You subscribe to the newsletter."),
    "unsubscribed": gettext_lazy("You get no newsletter."),
    "account-started": gettext_lazy("The account is started, and you are its Administrator."),
    "renamed": gettext_lazy("The account has its new name."),
    "joined": gettext_lazy("You are in. Welcome to the crew."),
    "member": gettext_lazy("You were a member of this account already."),
    "left": gettext_lazy("You left the account."),
    "invited": gettext_lazy("The invitation is on its way."),
    "withdrawn": gettext_lazy("The invitation is withdrawn; its link no longer works."),
    "witness-named": gettext_lazy("The witness is named. What it hands in stands here from now on."),
    "witness-dropped": gettext_lazy("The witness is dropped, with what it handed in."),
    "promote": gettext_lazy("They are an Administrator now."),
    "demote": gettext_lazy("They are a plain member now."),
    "stepped-down": gettext_lazy("You are a plain member of this account now."),
    "remove": gettext_lazy("They are no longer in the account."),
    "hand-over": gettext_lazy("The account is handed over; you are a plain member of it now."),
    "uploaded": gettext_lazy("Your upload is in the crate."),
    "saved": gettext_lazy("Saved."),
    "version-restored": gettext_lazy("That version is the present one now, as a new version."),
    "written-meanwhile": gettext_lazy(
        "Somebody saved the document meanwhile. Look at what is there now, then try again."
    ),
    "folder-made": gettext_lazy("The folder is there. What you upload here comes into it."),
    "tagged": gettext_lazy("The tags are on."),
    "commented": gettext_lazy("Your comment is there for everybody in the account."),
    "data-kept": gettext_lazy("The value is kept."),
    "copied": gettext_lazy("The copy is there."),
    "nothing-to-do": gettext_lazy("There was nothing to do: it is so already, or somebody else was quicker."),
    "undone": gettext_lazy("It is again as it was."),
    "restored": gettext_lazy("It is back where it was."),
    "restored-to-the-top": gettext_lazy("It is back. What lay in a folder that is in the trash came to the top."),
    "removed": gettext_lazy("It is gone for good."),
    "removed-in-part": gettext_lazy("Much of it is gone for good, but not all yet. Press the button once more."),
    "emptied": gettext_lazy("The trash is empty."),
    "versions-deleted": gettext_lazy("The earlier versions are gone for good."),
    "account-deleted": gettext_lazy("The account is gone, with all that was in it and the key to it."),
    "uploaded-to-the-top": gettext_lazy(
        "It is in the crate, at the top: the folder that it was for isn’t there any more."
    ),
}


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
    """Make a page. Whether the menu shows the studio is guessed from the cookie; only the database knows."""
    frame = {
        "page_title": title,
        "signed_in": bool(token_of(request)) if signed_in is None else signed_in,
        "script_texts": texts_for(request),
        "notice": NOTICES.get(request.GET.get("done", "")) if request.method in {"GET", "HEAD"} else None,
    }
    return HttpResponse(render_to_string(f"site/{template}.html", {**frame, **(context or {})}), status=status)


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
    signed_in = bool(token_of(request))
    home = (reverse("studio"), _("To your studio")) if signed_in else (reverse("front"), _("To the front page"))
    url, label = next_step or home
    facts = {"status": status, "title": title, "sentence": sentence, "next_step_url": url, "next_step_label": label}
    frame = {"page_title": title, "signed_in": signed_in}
    return HttpResponse(render_to_string(f"site/{template}.html", {**frame, **facts, **(context or {})}), status=status)


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
