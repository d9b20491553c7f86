"""Everything that changes an account or who belongs to it. Who may, is the row policies' and the doors' affair."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import Error as DatabaseError
from django.db.models.functions import Now

from djmixersoft.accounts.models import Account, Invitation, Membership, NamedWitness
from djmixersoft.policy.errors import is_not_signed_in, sqlstate
from djmixersoft.policy.purposes import call_door, call_door_row


class Change(StrEnum):
    """What an Administrator can do to a member."""

    PROMOTE = "promote"
    DEMOTE = "demote"
    REMOVE = "remove"
    HAND_OVER = "hand-over"


class LastAdministrator(Exception):
    """An account always has an Administrator, and this one is the last."""


class NotAllowed(Exception):
    """The database refused: no such row, or not an Administrator (any more). Which of them, it does not tell."""


class NamedAlready(Exception):
    """The account has named this witness."""


class TooManyWitnesses(Exception):
    """The account has named as many witnesses as it may."""


@dataclass(frozen=True)
class Joined:
    """What became of accepting an invitation: 'joined', 'member', or the state of an unusable link."""

    outcome: str
    account_id: UUID | None


def create_account(*, name: str) -> UUID:
    """Starts an account, with the signed-in person as its Administrator."""
    return UUID(str(call_door("create_account", new_name=name)))


def rename_account(*, account_id: UUID, name: str) -> None:
    """Renames an account. Raises NotAllowed."""
    if not Account.objects.filter(id=account_id).update(name=name):
        raise NotAllowed


def invite(*, account_id: UUID, email: str) -> str:
    """Mails an invitation: 'sent', 'member' or 'many'. Raises NotAllowed."""
    with _in_words():
        return str(call_door("invite", into_account=account_id, address=email))


def withdraw_invitation(*, account_id: UUID, invitation_id: UUID) -> None:
    """Withdraws an invitation that nobody accepted yet. Raises NotAllowed."""
    open_one = Invitation.objects.filter(account_id=account_id, id=invitation_id, used_at=None, withdrawn_at=None)
    if not open_one.update(withdrawn_at=Now()):
        raise NotAllowed


def accept_invitation(*, token: str) -> Joined:
    """Makes the signed-in person a member, if the link is good."""
    row = call_door_row("accept_invitation", token=token)
    return Joined(row["outcome"], row["joined_account"])


def change_member(*, account_id: UUID, person_id: UUID, change: Change, me: UUID) -> None:
    """Does to a member what an Administrator asks. Raises NotAllowed, LastAdministrator.

    `me`: the signed-in person, who steps down in a hand-over. Whoever is no Administrator can only remove themselves.
    """
    done = 0
    member = Membership.objects.filter(account_id=account_id, person_id=person_id)
    with _in_words():
        match change:
            case Change.PROMOTE:
                done = member.update(is_administrator=True)
            case Change.DEMOTE:
                done = member.update(is_administrator=False)
            case Change.REMOVE:
                done, _ = member.delete()
            case Change.HAND_OVER:
                done = member.exclude(person_id=me).update(is_administrator=True)
                if done:
                    Membership.objects.filter(account_id=account_id, person_id=me).update(is_administrator=False)
    if not done:
        raise NotAllowed


def name_witness(*, account_id: UUID, key: str, name: str, me: UUID) -> None:
    """Names a witness of the ledger by its key. Raises NotAllowed, NamedAlready, TooManyWitnesses.

    `me`: the signed-in person.
    """
    with _in_words():
        NamedWitness.objects.create(account_id=account_id, vkey=key, name=name, named_by_id=me)


def drop_witness(*, account_id: UUID, key: str) -> bool:
    """Drops a witness, with what it handed in unless another account has named it; False where there is none."""
    done, _ = NamedWitness.objects.filter(account_id=account_id, vkey=key).delete()
    return bool(done)


@contextmanager
def _in_words() -> Iterator[None]:
    """Names the database's refusals. Every other error passes as it came, with the cause that tells what it is."""
    try:
        yield
    except DatabaseError as error:
        if sqlstate(error) == "DJ001":
            raise LastAdministrator from error
        if sqlstate(error) == "DJ009":
            raise TooManyWitnesses from error
        if sqlstate(error) == "23505":
            raise NamedAlready from error
        if sqlstate(error) == "42501" and not is_not_signed_in(error):
            raise NotAllowed from error
        raise
