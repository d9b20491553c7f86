"""The pages to sign in: by themselves, or in place of an answer to somebody who was signed out in between."""

from dataclasses import dataclass

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from djmixersoft.pages.csp import CHECKING_CSP
from djmixersoft.pages.face import Context
from djmixersoft.pages.factor_forms import CodeForm
from djmixersoft.pages.kept import Kept
from djmixersoft.pages.scripts import is_built
from djmixersoft.people import second
from djmixersoft.people.second import Me
from djmixersoft.proving import passkeys
from djmixersoft.site.forms import SignInForm
from djmixersoft.site.pages import page
from djmixersoft.site.second_forms import RecoveryForm


@dataclass(frozen=True)
class Half:
    """How far somebody got: who typed the password, and what they can show now. `options`: what a passkey is asked."""

    me: Me
    has_app: bool
    options: str


def half() -> Half:
    """How far the holder of the session got, with a new challenge if they have passkeys. Raises NotSignedIn."""
    me, factors = second.me(), second.mine()
    keys = second.passkeys_of(factors)
    options = ""
    if keys and not me.proven:
        options = passkeys.request_options(second.party(), challenge=second.challenge(), known=list(keys))
    return Half(me, any(factor.kind == "totp" for factor in factors), options)


def signing_page(
    request: HttpRequest, form: SignInForm | None = None, *, kept: Kept | None = None, status: int = 200
) -> HttpResponse:
    """Make the page of the first half; `kept`: the form that is still to be sent, once signed in."""
    context = {"form": form or SignInForm(), **_carrying(kept)}
    return page(request, "sign_in", context, title=_("Sign in"), status=status, signed_in=False)


def second_factor_page(
    request: HttpRequest, found: Half, form: Form | None = None, *, kept: Kept | None = None, status: int = 200
) -> HttpResponse:
    """Make the page of the second half; `form`: a CodeForm, PasskeyForm or RecoveryForm."""
    shown = form or CodeForm()
    following = shown["next"].value() or ""
    context = {
        "form": shown,
        "code_form": shown if isinstance(shown, CodeForm) else CodeForm(initial={"next": following}),
        "recovery_form": shown if isinstance(shown, RecoveryForm) else RecoveryForm(initial={"next": following}),
        "following": following,
        "half": found,
        "has_passkey_script": is_built("passkeys"),
        **_carrying(kept),
    }
    response = page(request, "second_factor", context, title=_("Your second factor"), status=status, signed_in=False)
    response["Content-Security-Policy"] = CHECKING_CSP
    return response


def _carrying(kept: Kept | None) -> Context:
    return {"kept": kept.shown if kept else [], "kept_hidden": kept.hidden if kept else []}
