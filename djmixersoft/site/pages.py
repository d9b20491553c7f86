"""The face of the site's pages: what their frame needs, and the sentences after a redirect."""

from collections.abc import Mapping
from typing import Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from djmixersoft.pages.answers import (
    FORM,
    RETRY_SECONDS,
    SHOWN,
    SeeOther,
    error_page,
    link_gone,
    method_not_allowed,
    methods,
    page,
    retry_after,
    see,
    unreadable,
)
from djmixersoft.pages.face import Context, Face, Text
from djmixersoft.policy.middleware import token_of
from djmixersoft.site.scripts import texts_for

# The site's modules take what makes a page from here, together with what is their own.
__all__ = [
    "FORM",
    "NOTICES",
    "RETRY_SECONDS",
    "SHOWN",
    "SITE",
    "Context",
    "SeeOther",
    "Text",
    "error_page",
    "link_gone",
    "method_not_allowed",
    "methods",
    "page",
    "retry_after",
    "see",
    "unreadable",
]

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
    "factor-added": gettext_lazy("The second factor is added."),
    "factor-dropped": gettext_lazy("The second factor is dropped."),
    "factors-none": gettext_lazy("Your last second factor is dropped, and so are the recovery codes."),
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
    "access-allowed": gettext_lazy("Support may open an access from now on, and you are told at once."),
    "access-asked-first": gettext_lazy("From now on support must ask you before any access."),
    "access-approve": gettext_lazy("You approved it. You see here what is opened, and can revoke it at any moment."),
    "access-deny": gettext_lazy("You refused it. Nothing is opened."),
    "access-ask": gettext_lazy("Your question is on its way. Nothing is opened meanwhile."),
    "access-revoked": gettext_lazy("The access is revoked. Nothing more is opened by it."),
    "access-seen": gettext_lazy("Noted that you have seen this. Nobody is reminded any more."),
    "approval-key-added": gettext_lazy(
        "The key counts. From now on, what you approve is signed by a key of the account."
    ),
    "approval-key-dropped": gettext_lazy("The key is dropped. What it signed stays checkable."),
    "approval-key-lost": gettext_lazy(
        "The key ends in 7 days. All Administrators are told, and any of them can keep it."
    ),
    "approval-key-kept": gettext_lazy("The key is kept."),
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


def _home(request: HttpRequest) -> tuple[str, Text]:
    if token_of(request):
        return reverse("studio"), _("To your studio")
    return reverse("front"), _("To the front page")


def _frame(request: HttpRequest) -> Context:
    return {"script_texts": texts_for(request)}


SITE: Final = Face("site", NOTICES, _home, _frame)
