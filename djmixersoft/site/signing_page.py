"""The page to sign in: by itself, or in place of an answer to somebody who was signed out in between."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from djmixersoft.pages.kept import Kept
from djmixersoft.site.forms import SignInForm
from djmixersoft.site.pages import page


def signing_page(
    request: HttpRequest, form: SignInForm | None = None, *, kept: Kept | None = None, status: int = 200
) -> HttpResponse:
    """Make the page; `kept`: the form that is still to be sent, once signed in."""
    context = {
        "form": form or SignInForm(),
        "kept": kept.shown if kept else [],
        "kept_hidden": kept.hidden if kept else [],
    }
    return page(request, "sign_in", context, title=_("Sign in"), status=status, signed_in=False)
