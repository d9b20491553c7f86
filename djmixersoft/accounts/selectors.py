"""What a member sees of their accounts. The row policies keep other accounts out; queries only pick among one's own."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from djmixersoft.accounts.models import Account, Invitation, Membership, NamedWitness
from djmixersoft.ledger import selectors as ledger
from djmixersoft.ledger.selectors import Handed
from djmixersoft.people import selectors as people
from djmixersoft.policy.purposes import CurrentPerson, call_door, call_door_row


@dataclass(frozen=True)
class AccountRow:
    """An account as its member sees it; `me` is that member, and `member_count` is 0 where nobody counted."""

    id: UUID
    name: str
    is_administrator: bool
    me: UUID
    member_count: int = 0


@dataclass(frozen=True)
class MemberRow:
    """A member as the others see them; `name` is '' where they gave none."""

    person_id: UUID
    email: str
    name: str
    is_administrator: bool
    is_me: bool
    since: datetime


@dataclass(frozen=True)
class InvitationRow:
    """An invitation as an Administrator sees it; `state` is 'open', 'used', 'withdrawn' or 'expired'."""

    id: UUID
    email: str
    created_at: datetime
    expires: datetime
    state: str


@dataclass(frozen=True)
class WitnessRow:
    """A witness of the ledger that the account has named.

    `handed_in`: what it cosigned last, if anything came; `other`: that it has seen another ledger than ours, if it has.
    """

    name: str
    key: str
    named_at: datetime
    handed_in: Handed | None
    other: Handed | None


@dataclass(frozen=True)
class InvitationSeen:
    """An invitation as the holder of its link sees it; all but `state` is empty unless it is 'open'."""

    state: str
    account_name: str
    inviter: str
    email: str
    registered: bool


_ADMINISTERED = Exists(
    Membership.objects.filter(account_id=OuterRef("id"), person_id=CurrentPerson(), is_administrator=True)
)


def my_person_id() -> UUID:
    """The id of whoever acts, for the purpose `teamwork`. Raises NotSignedIn (through the database)."""
    return UUID(str(call_door("current_member")))


def my_accounts() -> list[AccountRow]:
    """The accounts that the signed-in person belongs to, by name. Raises NotSignedIn (through the database)."""
    found = Account.objects.annotate(members=Count("membership"), mine=_ADMINISTERED, me=CurrentPerson())
    rows = [AccountRow(row.id, row.name, row.mine, row.me, row.members) for row in found.order_by("name", "id")]
    if not rows:
        # Where there is no account at all, there is no row at which the database would have asked who this is.
        my_person_id()
    return rows


def account(account_id: UUID) -> AccountRow | None:
    """One of the signed-in person's accounts; None for any other."""
    mine = Membership.objects.filter(account_id=account_id, person_id=CurrentPerson())
    row = mine.values_list("account__name", "is_administrator", "person_id").first()
    return None if row is None else AccountRow(account_id, *row)


def members(account_id: UUID) -> list[MemberRow]:
    """Who belongs to an account, Administrators first."""
    found = Membership.objects.filter(account_id=account_id).annotate(is_me=Q(person_id=CurrentPerson()))
    rows = list(found.order_by("-is_administrator", "since"))
    called = people.called([row.person_id for row in rows])
    return [
        MemberRow(row.person_id, *called[row.person_id], row.is_administrator, row.is_me, row.since)
        for row in rows
        if row.person_id in called  # else they left a moment ago
    ]


def called(account_id: UUID) -> dict[str, str]:
    """Return the names, or else the addresses, of an account's members, by their ids."""
    return {str(one.person_id): one.name or one.email for one in members(account_id)}


def invitations(account_id: UUID) -> list[InvitationRow]:
    """An account's invitations, latest first; none for who does not administer it."""
    inviter = Membership.objects.filter(account_id=account_id, person_id=OuterRef("invited_by"))
    found = Invitation.objects.filter(account_id=account_id).annotate(stands=Exists(inviter))
    return [
        InvitationRow(row.id, row.email, row.created_at, row.expires, _state(row, stands=row.stands))
        for row in found.order_by("-created_at")
    ]


def witnesses(account_id: UUID) -> list[WitnessRow]:
    """The witnesses that an account has named, the first first; none for who does not administer it."""
    rows = list(NamedWitness.objects.filter(account_id=account_id).order_by("named_at"))
    handed = {(one.witness, one.fits): one for one in ledger.handed_in([row.vkey for row in rows])}
    return [
        WitnessRow(row.name, row.vkey, row.named_at, handed.get((row.vkey, True)), handed.get((row.vkey, False)))
        for row in rows
    ]


def invitation_seen(*, token: str) -> InvitationSeen:
    """What the holder of an invitation's link is invited to."""
    row = call_door_row("look_at_invitation", token=token)
    return InvitationSeen(
        row["state"], row["account_name"] or "", row["inviter"] or "", row["address"] or "", bool(row["registered"])
    )


def _state(row: Invitation, *, stands: bool) -> str:
    """`stands`: who invited is still in the account."""
    if row.used_at:
        return "used"
    if row.withdrawn_at or not stands:
        return "withdrawn"
    return "expired" if row.expires < timezone.now() else "open"
