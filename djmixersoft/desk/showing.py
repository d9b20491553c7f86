"""The pages of signing in that are shown by themselves, or in place of an answer to somebody who must do it again."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from djmixersoft.desk.forms import CodeForm, SignInForm
from djmixersoft.pages.answers import page
from djmixersoft.pages.face import Context
from djmixersoft.pages.kept import Kept
from djmixersoft.staff.selectors import Factor, Me


def signing_page(
    request: HttpRequest, form: SignInForm | None = None, *, kept: Kept | None = None, status: int = 200
) -> HttpResponse:
    """Make the page of the first half; `kept`: the form that is still to be sent, once signed in."""
    context = {"form": form or SignInForm(), **_carrying(kept)}
    return page(request, "sign_in", context, title=_("Sign in at the desk"), status=status, signed_in=False)


def second_factor_page(
    request: HttpRequest,
    me: Me,
    factors: Sequence[Factor],
    form: CodeForm | None = None,
    *,
    kept: Kept | None = None,
    status: int = 200,
) -> HttpResponse:
    """Make the page of the second half, and of confirming again."""
    kinds = {factor.kind for factor in factors}
    context = {"form": form or CodeForm(), "mine": me, "has_codes": "totp" in kinds, **_carrying(kept)}
    title = _("Confirm that it is you") if me.proven else _("Your second factor")
    return page(request, "second_factor", context, title=title, status=status, signed_in=me.proven)


def _carrying(kept: Kept | None) -> Context:
    return {"kept": kept.shown if kept else [], "kept_hidden": kept.hidden if kept else []}
