"""What a signed-in person sees of themselves. No query names a person: the row policies give one's own rows only."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from djmixersoft.people.models import Person, PersonAddress, PersonName, Session, Subscription, TermsAgreement
from djmixersoft.policy.errors import NotSignedIn
from djmixersoft.policy.purposes import call_door


@dataclass(frozen=True)
class SignInPlace:
    """One browser in which the person is signed in."""

    id: UUID
    device: str
    stays: bool
    created_at: datetime
    expires: datetime
    current: bool


def me() -> Person:
    """The signed-in person, for the purpose `self-service`. Raises NotSignedIn (through the database)."""
    person = Person.objects.first()
    if person is None:
        # Where nobody is registered yet, there is no row at which the database would have asked who this is.
        raise NotSignedIn
    return person


def my_name() -> str:
    """The signed-in person's name, or ''."""
    return PersonName.objects.values_list("name", flat=True).first() or ""


def my_address() -> str:
    """The signed-in person's postal address, or ''."""
    return PersonAddress.objects.values_list("address", flat=True).first() or ""


def my_agreements() -> list[TermsAgreement]:
    """Which Terms the signed-in person agreed to, latest first."""
    return list(TermsAgreement.objects.order_by("-agreed_at"))


def am_subscribed() -> bool:
    """Whether the signed-in person subscribes to the newsletter."""
    return Subscription.objects.exists()


def my_sessions(*, token: str | None) -> list[SignInPlace]:
    """Where the signed-in person is signed in, latest first; `token` is that of this browser. Raises NotSignedIn."""
    here = hashlib.sha256((token or "").encode()).digest()
    places = [
        SignInPlace(row.id, row.device, row.stays, row.created_at, row.expires, bytes(row.token_hash) == here)
        for row in Session.objects.order_by("-created_at")
    ]
    if not places:
        # Whoever is signed in is so somewhere. Where nobody is, no row made the database ask.
        raise NotSignedIn
    return places


def proof_state(*, token: str, kind: str) -> str:
    """Whether a mailed link ('password' or 'email') is good: 'open', 'expired' or 'unknown'."""
    return str(call_door("look_at_proof", token=token, wanted_kind=kind))
