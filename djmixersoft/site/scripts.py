"""What pages need to load the script that improves them: whether it is built, and its sentences, translated.

The script makes uploads resumable, saves documents by itself and finds as one types. No page needs it.
"""

from collections.abc import Mapping
from typing import Final

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from djmixersoft.pages.scripts import is_built
from djmixersoft.policy.purposes import purpose_of

_TEXTS: Final[Mapping[str, Promise]] = {
    "uploads": gettext_lazy("Uploads"),
    "unfinished": gettext_lazy("Unfinished uploads"),
    "choose-again": gettext_lazy("%(sent)s of %(all)s are here. Choose the same file again to go on."),
    "waiting": gettext_lazy("%(all)s, waiting for its turn"),
    "starting": gettext_lazy("%(sent)s of %(all)s"),
    "sending": gettext_lazy("%(sent)s of %(all)s, %(speed)s a second"),
    "interrupted": gettext_lazy("Interrupted at %(sent)s of %(all)s. It goes on by itself."),
    "received": gettext_lazy("Received: %(all)s"),
    "checking": gettext_lazy("Being checked: %(all)s"),
    "done": gettext_lazy("Checked, and in the crate: %(all)s"),
    "paused": gettext_lazy("Paused at %(sent)s of %(all)s. That much is kept for a week."),
    "failed": gettext_lazy("This didn’t work. What has arrived is kept: try again to go on."),
    "changed": gettext_lazy(
        "This file changed while it was sent, so nothing of it was kept. Choose it again to send it as it is now."
    ),
    "signed-out": gettext_lazy(
        "You are signed out. Sign in in another tab, then try again here; what has arrived is kept."
    ),
    "unreadable": gettext_lazy("Some of that could not be read, so nothing was taken. Try it with the button instead."),
    "summary": gettext_lazy("%(done)s of %(all)s in the crate."),
    "summary-failed": gettext_lazy("Not taken: %(n)s."),
    "clear": gettext_lazy("Clear the list"),
    "not-removed": gettext_lazy("This could not be removed just now. Please try again."),
    "pause": gettext_lazy("Pause"),
    "go-on": gettext_lazy("Go on"),
    "retry": gettext_lazy("Try again"),
    "remove": gettext_lazy("Remove"),
    "unsaved": gettext_lazy("Not saved yet"),
    "saving": gettext_lazy("Saving…"),
    "saved": gettext_lazy("Saved as version %(version)s"),
    "not-saved": gettext_lazy("Could not be saved just now. Your text is still here, and it is tried again."),
    "document-signed-out": gettext_lazy(
        "You are signed out. Your text is still here: sign in in another tab, and it is saved."
    ),
    "document-gone": gettext_lazy(
        "Not saved: this document isn’t there for you any more. Your text is still here to copy."
    ),
    "conflict": gettext_lazy("Not saved: somebody else saved meanwhile. Their text is below yours."),
    "theirs": gettext_lazy("What %(who)s saved meanwhile (version %(version)s)"),
    "someone": gettext_lazy("someone"),
    "conflict-next": gettext_lazy(
        "Nothing was overwritten. Go on writing; Save shows what differs, and then you decide."
    ),
    "not-found-now": gettext_lazy("This could not be asked just now. Press Find to try again."),
    "chosen": gettext_lazy("%(n)s chosen"),
}


def texts_for(request: HttpRequest) -> dict[str, str]:
    """The script's sentences for a page on which it may run, the crew's own; none for any other."""
    match = request.resolver_match
    runs = match is not None and purpose_of(match.func) == "teamwork" and is_built("studio")
    return {name: str(text) for name, text in _TEXTS.items()} if runs else {}
