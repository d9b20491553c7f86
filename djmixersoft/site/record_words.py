"""What is on record, in words: a sentence for each thing that can be, by whom it was, and of which kind it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from djmixersoft.ledger.entries import Action
from djmixersoft.site.pages import Text

SENTENCES: Final[Mapping[Action, Text]] = {
    Action.ACCOUNT_CREATED: gettext_lazy("The account was started."),
    Action.ACCOUNT_RENAMED: gettext_lazy("The account was renamed."),
    Action.ACCOUNT_DELETED: gettext_lazy("An account was deleted, with all that was in it."),
    Action.INVITATION_SENT: gettext_lazy("An invitation was sent to {invited}."),
    Action.INVITATION_WITHDRAWN: gettext_lazy("The invitation to {invited} was withdrawn."),
    Action.MEMBERSHIP_BEGUN: gettext_lazy("{whom} joined the account."),
    Action.MEMBERSHIP_LEFT: gettext_lazy("{whom} left the account."),
    Action.MEMBERSHIP_ENDED: gettext_lazy("{whom} was removed from the account."),
    Action.ADMINISTRATOR_MADE: gettext_lazy("{whom} became an Administrator."),
    Action.ADMINISTRATOR_UNMADE: gettext_lazy("{whom} ceased to be an Administrator."),
    Action.WITNESS_NAMED: gettext_lazy("A witness of the ledger was named: {key}."),
    Action.WITNESS_DROPPED: gettext_lazy("A witness of the ledger was dropped: {key}."),
    Action.LINK_MADE: gettext_lazy("A link to {item} was made, for people outside."),
    Action.LINK_REVOKED: gettext_lazy("A link to {item} was revoked."),
    Action.TERMS_AGREED: gettext_lazy("You agreed to version {version} of the Terms of Service."),
    Action.NEWSLETTER_SUBSCRIBED: gettext_lazy("You subscribed to the newsletter."),
    Action.NEWSLETTER_UNSUBSCRIBED: gettext_lazy("You ended the newsletter."),
    Action.EMAIL_CHANGED: gettext_lazy("Your e-mail address was changed."),
    Action.PASSWORD_CHANGED: gettext_lazy("Your password was set anew."),
    Action.TOKEN_MADE: gettext_lazy("A token for a program of yours was made."),
    Action.TOKEN_ENDED: gettext_lazy("A token of a program of yours was ended."),
    Action.ACCESS_REQUESTED: gettext_lazy("{staff} asked for access to {items}, for up to {hours} h."),
    Action.ACCESS_ANSWERED: gettext_lazy("{staff} answered what was asked back about a request for access."),
    Action.ACCESS_WITHDRAWN: gettext_lazy("{staff} took back a request for access."),
    Action.ACCESS_OPENED: gettext_lazy("{staff} opened an access until {until}; a notice follows. Items: {count}."),
    Action.ACCESS_APPROVED: gettext_lazy("Access for {staff} from {begins} to {until} was approved. Items: {count}."),
    Action.ACCESS_DENIED: gettext_lazy("Access for {staff} was refused."),
    Action.ACCESS_ASKED: gettext_lazy("{staff} was asked something back about a request for access."),
    Action.ACCESS_REVOKED: gettext_lazy("The access of {staff} was revoked."),
    Action.ITEM_UNLOCKED: gettext_lazy("{staff} unlocked {item}, and could see what it is called."),
    Action.ITEM_READ: gettext_lazy("{item} was {what} by {staff}."),
    Action.READING_CLOSED: gettext_lazy("{staff} closed {item} again."),
    Action.NOTICE_SENT: gettext_lazy("The Administrators were told of an access by mail."),
    Action.NOTICE_ACKNOWLEDGED: gettext_lazy("An access was acknowledged."),
    Action.AFTER_NOTICE_ALLOWED: gettext_lazy("Support may open an access and tell of it afterwards."),
    Action.AFTER_NOTICE_FORBIDDEN: gettext_lazy("Support must ask before any access again."),
    Action.PROCESS_RECORDED: gettext_lazy("{staff} recorded a legal process about this account."),
    Action.PROCESS_CONFIRMED: gettext_lazy("{staff} examined and confirmed the legal process."),
    Action.PROCESS_ENDED: gettext_lazy("{staff} ended the legal process, and what was open under it."),
    Action.PROCESS_SILENCED: gettext_lazy(
        "{staff} confirmed that a court forbids to tell of the legal process for longer: until {silent}."
    ),
    Action.PROCESS_DISCLOSED: gettext_lazy(
        "{staff} handed over {count} items under the legal process, encrypted to the authority’s key."
    ),
    Action.PROCESS_TOLD: gettext_lazy(
        "A court had forbidden to tell of a legal process. Its own record, of {size} entries, can be seen from now on."
    ),
    Action.APPROVAL_KEY_ADDED: gettext_lazy("An approval key was registered: {print}."),
    Action.APPROVAL_KEY_DROPPED: gettext_lazy("An approval key was dropped, with a signature: {print}."),
    Action.APPROVAL_KEY_LOST: gettext_lazy("An approval key was said to be lost, and ends on {until}: {print}."),
    Action.APPROVAL_KEY_KEPT: gettext_lazy("An approval key that was said to be lost was kept: {print}."),
    Action.FACTOR_ADDED: gettext_lazy("A second factor of yours was added."),
    Action.FACTOR_DROPPED: gettext_lazy("A second factor of yours was dropped."),
    Action.RECOVERY_CODES_MADE: gettext_lazy("Recovery codes of yours were made, and earlier ones ended."),
    Action.RECOVERY_CODE_USED: gettext_lazy("A recovery code of yours was used to sign in."),
    Action.ENTRY_ERASED: gettext_lazy("What the entry with index {index} said was erased."),
}
_BY: Final[Mapping[str, Text]] = {
    "administrator": gettext_lazy("by {who}, as Administrator"),
    "member": gettext_lazy("by {who}, as a member"),
    "person": gettext_lazy("by {who}"),
    "visitor": gettext_lazy("by whoever opened a link from a mail, without signing in"),
    "program": gettext_lazy("by one of our own programs"),
    "support": gettext_lazy("by {staff}, of support"),
    "legal": gettext_lazy("by {staff}, who handles legal processes"),
    "operator": gettext_lazy("by whoever runs this site"),
}
_WHAT: Final[Mapping[str, Text]] = {
    "shown": gettext_lazy("shown on a page"),
    "played": gettext_lazy("played"),
    "downloaded": gettext_lazy("downloaded"),
    "disclosed": gettext_lazy("disclosed to an authority"),
}


class Kind(StrEnum):
    """What sort of thing an entry tells of, as `?kind=…` says it."""

    MEMBERS = "members"
    INVITATIONS = "invitations"
    LINKS = "links"
    ACCOUNT = "account"
    ACCESS = "access"
    AGREEMENTS = "agreements"
    SIGNING_IN = "signing-in"
    PROGRAMS = "programs"
    OTHER = "other"


KINDS: Final[Mapping[Kind, tuple[Text, frozenset[Action]]]] = {
    Kind.MEMBERS: (
        gettext_lazy("Members"),
        frozenset(
            {
                *(Action.MEMBERSHIP_BEGUN, Action.MEMBERSHIP_LEFT, Action.MEMBERSHIP_ENDED),
                *(Action.ADMINISTRATOR_MADE, Action.ADMINISTRATOR_UNMADE),
            }
        ),
    ),
    Kind.INVITATIONS: (gettext_lazy("Invitations"), frozenset({Action.INVITATION_SENT, Action.INVITATION_WITHDRAWN})),
    Kind.LINKS: (gettext_lazy("Links"), frozenset({Action.LINK_MADE, Action.LINK_REVOKED})),
    Kind.ACCOUNT: (
        gettext_lazy("The account"),
        frozenset(
            {
                *(Action.ACCOUNT_CREATED, Action.ACCOUNT_RENAMED, Action.ENTRY_ERASED),
                *(Action.WITNESS_NAMED, Action.WITNESS_DROPPED),
            }
        ),
    ),
    Kind.ACCESS: (
        gettext_lazy("Access by us"),
        frozenset(
            {
                *(Action.ACCESS_REQUESTED, Action.ACCESS_ANSWERED, Action.ACCESS_WITHDRAWN, Action.ACCESS_OPENED),
                *(Action.ACCESS_APPROVED, Action.ACCESS_DENIED, Action.ACCESS_ASKED, Action.ACCESS_REVOKED),
                *(Action.ITEM_UNLOCKED, Action.ITEM_READ, Action.READING_CLOSED),
                *(Action.NOTICE_SENT, Action.NOTICE_ACKNOWLEDGED),
                *(Action.AFTER_NOTICE_ALLOWED, Action.AFTER_NOTICE_FORBIDDEN),
                *(Action.PROCESS_RECORDED, Action.PROCESS_CONFIRMED, Action.PROCESS_ENDED, Action.PROCESS_SILENCED),
                *(Action.PROCESS_DISCLOSED, Action.PROCESS_TOLD),
                *(Action.APPROVAL_KEY_ADDED, Action.APPROVAL_KEY_DROPPED),
                *(Action.APPROVAL_KEY_LOST, Action.APPROVAL_KEY_KEPT),
            }
        ),
    ),
    Kind.AGREEMENTS: (
        gettext_lazy("Terms and newsletter"),
        frozenset({Action.TERMS_AGREED, Action.NEWSLETTER_SUBSCRIBED, Action.NEWSLETTER_UNSUBSCRIBED}),
    ),
    Kind.SIGNING_IN: (
        gettext_lazy("How you sign in"),
        frozenset(
            {
                *(Action.EMAIL_CHANGED, Action.PASSWORD_CHANGED, Action.FACTOR_ADDED, Action.FACTOR_DROPPED),
                *(Action.RECOVERY_CODES_MADE, Action.RECOVERY_CODE_USED),
            }
        ),
    ),
    Kind.PROGRAMS: (gettext_lazy("Programs"), frozenset({Action.TOKEN_MADE, Action.TOKEN_ENDED})),
    Kind.OTHER: (gettext_lazy("Other"), frozenset({Action.ACCOUNT_DELETED, Action.ENTRY_ERASED})),
}
OF_ACCOUNTS: Final = (Kind.MEMBERS, Kind.INVITATIONS, Kind.LINKS, Kind.ACCESS, Kind.ACCOUNT)
OF_PEOPLE: Final = (Kind.AGREEMENTS, Kind.SIGNING_IN, Kind.PROGRAMS, Kind.OTHER)


@dataclass(frozen=True)
class Known:
    """What ids on record stand for today, as far as whoever reads may know: people, invited addresses, items."""

    people: Mapping[str, Text]
    invited: Mapping[str, str] = field(default_factory=dict)
    items: Mapping[str, str] = field(default_factory=dict)


def sentence(said: Mapping[str, Any], known: Known) -> SafeString:
    """Put an entry into words. An action that this version doesn't know is shown as it stands."""
    try:
        words = SENTENCES[Action(said["action"])]
    except ValueError:
        return format_html(_("Something that this page has no words for: {action}"), action=said["action"])
    return format_html(
        str(words),
        whom=_named(known.people, said.get("whom"), _("Somebody who has left")),
        invited=_named(known.invited, said.get("invitation"), _("somebody")),
        item=_named(known.items, said.get("item"), _("something that is gone")),
        version=_shown(said.get("version", "?")),
        index=_shown(said.get("index", "?")),
        key=_shown(said.get("key", "?")),
        print=_shown(print_of(str(said.get("public", "")))),
        staff=_shown(said.get("staff", "?")),
        items=_listed(known, str(said.get("items", ""))),
        hours=_shown(said.get("hours", "?")),
        count=_shown(said.get("count", "?")),
        begins=_moment(said.get("from")),
        until=_moment(said.get("until")),
        silent=_moment(said.get("silent")),
        size=_shown(said.get("size", "?")),
        what=_shown(_WHAT.get(str(said.get("what")), said.get("what", "?"))),
    )


def by(said: Mapping[str, Any], known: Known) -> SafeString:
    """Say who did it, and as what. A role that this version doesn't know is shown as it stands."""
    who = _named(known.people, said.get("person"), _("somebody who has left"))
    role = said["by"]
    if role in _BY:
        return format_html(str(_BY[role]), who=who, staff=_shown(said.get("staff", "?")))
    if said.get("person"):
        return format_html(_("by {who}, as “{role}”"), who=who, role=role)
    return format_html(_("by “{role}”"), role=role)


def print_of(public: str) -> str:
    """The fingerprint by which an approval key is told: SHA-256 of the public key (SPKI, here in hex digits)."""
    try:
        return sha256(bytes.fromhex(public)).hexdigest()
    except ValueError:
        return "?"


def _named(names: Mapping[str, Text], of: str | None, unknown: str) -> SafeString | str:
    return _shown(names[of]) if of and of in names else unknown


def _listed(known: Known, items: str) -> SafeString:
    """Name the items whose ids stand in a row; of those that are gone, as many as there are."""
    there = [known.items[one] for one in items.split() if one in known.items]
    gone = len(items.split()) - len(there)
    words = [_shown(name) for name in there]
    if gone:
        said = ngettext("%(count)s item that is gone", "%(count)s items that are gone", gone)
        words.append(_shown(said % {"count": gone}))
    return format_html_join(", ", "{}", ((one,) for one in words))


def _moment(said: object) -> SafeString:
    """Show a moment to the minute, in UTC, as other pages do; what is none, as it stands on record."""
    try:
        at = datetime.fromisoformat(str(said)).astimezone(UTC)
    except ValueError:
        return _shown(said or "?")
    return _shown(f"{date_format(at, 'j M Y, H:i')} UTC")


def _shown(value: object) -> SafeString:
    return format_html("<bdi>{}</bdi>", value)
