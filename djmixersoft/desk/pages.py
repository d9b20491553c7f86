"""The face of the desk's pages: what their frame needs, and the sentences after a redirect."""

from collections.abc import Mapping
from typing import Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from djmixersoft.pages.face import Context, Face, Text
from djmixersoft.pages.scripts import is_built

# What `?done=…` may say. A closed list, so that no link can put words into our pages.
NOTICES: Final[Mapping[str, Text]] = {
    "signed-out": gettext_lazy("You are signed out."),
    "factor-added": gettext_lazy("The second factor is added."),
    "factor-dropped": gettext_lazy("The second factor is dropped."),
    "factor-stays": gettext_lazy("This is your last second factor, so it stays. Add another one first."),
    "password-changed": gettext_lazy("Your password is changed. Every other sign-in of yours has ended."),
    "answered": gettext_lazy("Your answer is on its way."),
    "answered-and-closed": gettext_lazy("Your answer is on its way, and the question is closed."),
    "take": gettext_lazy("You look after this question now."),
    "hand": gettext_lazy("It is handed on."),
    "release": gettext_lazy("Nobody looks after this question now."),
    "close": gettext_lazy("The question is closed."),
    "reopen": gettext_lazy("The question is open again."),
    "reply-kept": gettext_lazy("The answer is ready."),
    "reply-removed": gettext_lazy("The ready answer is removed."),
    "access-asked": gettext_lazy("The Administrators are asked, by mail and on their pages."),
    "access-opened": gettext_lazy("The access is open. The Administrators are being told."),
    "access-withdrawn": gettext_lazy("The request is withdrawn."),
    "access-answered": gettext_lazy("Your answer is on the request. It waits again."),
    "access-decided": gettext_lazy("Nothing was changed: the request was answered or had expired meanwhile."),
    "reading-closed": gettext_lazy("The item is closed again."),
    "process-recorded": gettext_lazy("It is recorded. It opens nothing before somebody else of you confirms it."),
    "process-confirmed": gettext_lazy("The process is confirmed, and in force."),
    "process-ended": gettext_lazy("The process is ended, and what was open under it is closed."),
    "process-opened": gettext_lazy("The access is open to you, and the notice to the account is written down."),
    "process-silence-asked": gettext_lazy("That is noted. It counts once somebody else of you confirms it."),
    "process-silence-confirmed": gettext_lazy("It is silent for longer."),
    "confirmed": gettext_lazy("Confirmed, for the next 5 minutes."),
}

ROLES: Final[Mapping[str, Text]] = {
    "support": gettext_lazy("Support"),
    "legal": gettext_lazy("Legal"),
    "security": gettext_lazy("Security"),
    "policy-office": gettext_lazy("Policy office"),
    "editorial": gettext_lazy("Editorial"),
}


def notice_while(request: HttpRequest, holds: Mapping[str, bool]) -> Text | None:
    """Give what a page says after a redirect, unless it is one of those that hold no longer by now."""
    done = request.GET.get("done", "") if request.method in {"GET", "HEAD"} else ""
    return NOTICES.get(done) if holds.get(done, True) else None


def _home(_request: HttpRequest) -> tuple[str, Text]:
    return reverse("desk"), _("To the desk")


def _frame(_request: HttpRequest) -> Context:
    return {"has_passkey_script": is_built("passkeys")}


DESK: Final = Face("desk", NOTICES, _home, _frame)
