"""The pages of signing in that are shown by themselves, or in place of an answer to somebody who must do it again."""

from dataclasses import dataclass

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from djmixersoft.desk import going_on, menu
from djmixersoft.desk.forms import SignInForm
from djmixersoft.pages.answers import page
from djmixersoft.pages.csp import CHECKING_CSP
from djmixersoft.pages.face import Context
from djmixersoft.pages.factor_forms import CodeForm
from djmixersoft.pages.kept import Kept
from djmixersoft.proving import passkeys
from djmixersoft.staff import selectors, services
from djmixersoft.staff.selectors import Me


@dataclass(frozen=True)
class Half:
    """How far somebody got: who typed the password, and what they can show now. `options`: what a passkey is asked."""

    me: Me
    has_codes: bool
    options: str


def half() -> Half:
    """How far the holder of the session got, with a new challenge if they have passkeys. Raises NotSignedIn."""
    me, factors = selectors.me(), selectors.factors()
    menu.note(me.roles if me.proven else ())
    keys = services.passkeys_of(factors)
    options = ""
    if keys:
        options = passkeys.request_options(services.party(), challenge=services.challenge(), known=list(keys))
    return Half(me, any(factor.kind == "totp" for factor in factors), options)


def signing_page(
    request: HttpRequest, form: SignInForm | None = None, *, kept: Kept | None = None, status: int = 200
) -> HttpResponse:
    """Make the page of the first half; `kept`: the form that is still to be sent, once signed in."""
    context = {"form": form or SignInForm(), **_carrying(kept)}
    return page(request, "sign_in", context, title=_("Sign in at the desk"), status=status, signed_in=False)


def second_factor_page(
    request: HttpRequest, found: Half, form: Form | None = None, *, kept: Kept | None = None, status: int = 200
) -> HttpResponse:
    """Make the page of the second half, and of confirming again; `form`: a CodeForm or PasskeyForm."""
    shown = form or CodeForm()
    following = shown["next"].value() or ""
    context = {
        "form": shown,
        "code_form": shown if isinstance(shown, CodeForm) else CodeForm(initial={"next": following}),
        "following": following,
        "half": found,
        **_carrying(kept),
    }
    title = _("Confirm that it is you") if found.me.proven else _("Your second factor")
    response = page(request, "second_factor", context, title=title, status=status, signed_in=found.me.proven)
    response["Content-Security-Policy"] = CHECKING_CSP
    return response


def _carrying(kept: Kept | None) -> Context:
    return {"kept": going_on.shown(kept) if kept else [], "kept_hidden": kept.hidden if kept else []}
