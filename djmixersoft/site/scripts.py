"""What pages need to load the script that improves them: whether it is built, and its sentences, translated.

The script makes uploads resumable, saves documents by itself and finds as one types. No page needs it.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from djmixersoft.policy.purposes import purpose_of

FILE: Final = "site/built/studio.js"

_TEXTS: Final[Mapping[str, Promise]] = {
    "uploads": gettext_lazy("Uploads"),
    "unfinished": gettext_lazy("Unfinished uploads"),
    "choose-again": gettext_lazy("%(sent)s of %(all)s are here. Choose the same file again to go on."),
    "waiting": gettext_lazy("Waiting for its turn"),
    "starting": gettext_lazy("Starting"),
    "sending": gettext_lazy("%(sent)s of %(all)s, %(speed)s a second"),
    "checking": gettext_lazy("Received. It is being checked."),
    "done": gettext_lazy("Checked, and in the crate."),
    "paused": gettext_lazy("Paused. What has arrived is kept for a week: choose the same file again to go on."),
    "failed": gettext_lazy("This didn’t work. What has arrived is kept: try again to go on."),
    "pause": gettext_lazy("Pause"),
    "go-on": gettext_lazy("Go on"),
    "retry": gettext_lazy("Try again"),
    "remove": gettext_lazy("Remove"),
    "unsaved": gettext_lazy("Not saved yet"),
    "saving": gettext_lazy("Saving…"),
    "saved": gettext_lazy("Saved as version %(version)s"),
    "not-saved": gettext_lazy("Could not be saved just now. Your text is still here, and it is tried again."),
    "conflict": gettext_lazy("Somebody saved this document meanwhile. Save to see both texts."),
    "chosen": gettext_lazy("%(n)s chosen"),
}


@cache
def are_built() -> bool:
    """Whether the script is there; a machine that couldn't build it serves pages without."""
    return finders.find(FILE) is not None


def texts_for(request: HttpRequest) -> dict[str, str]:
    """The script's sentences for a page on which it may run, the crew's own; none for any other."""
    match = request.resolver_match
    runs = match is not None and purpose_of(match.func) == "teamwork" and are_built()
    return {name: str(text) for name, text in _TEXTS.items()} if runs else {}
