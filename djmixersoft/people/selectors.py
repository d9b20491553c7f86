"""What a signed-in person sees of themselves. No query names a person: the row policies give one's own rows only."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Lookup
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

from djmixersoft.people.models import (
    ApiToken,
    Person,
    PersonAddress,
    PersonName,
    Session,
    Subscription,
    TermsAgreement,
)
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


@dataclass(frozen=True)
class Token:
    """A token of one of the person's programs; `account_id`: the one account that it is good for, if not for all."""

    id: UUID
    name: str
    may_write: bool
    account_id: UUID | None
    created_at: datetime
    expires: datetime
    is_over: bool


def me() -> Person:
    """The signed-in person, for the purpose `self-service`. Raises NotSignedIn (through the database)."""
    person = Person.objects.first()
    if person is None:
        # Where nobody is registered yet, there is no row at which the database would have asked who this is.
        raise NotSignedIn
    return person


class AnyOf(Lookup):
    """Whether an expression is one of some values, in a statement that is the same however many they are.

    `IN (%s, %s, …)` is another statement for each number, and a connection keeps the plans of 100.
    """

    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        """Give the condition and its parameters."""
        left, parameters = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s)", [*parameters, list(self.rhs)]


def called(people: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
    """The e-mail address and the name, or '', of those among some people whom the signed-in person may see."""
    found = Person.objects.filter(AnyOf(F("id"), people)).values_list("id", "email", "personname__name")
    return {person_id: (email, name or "") for person_id, email, name in found}


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


def my_api_tokens() -> list[Token]:
    """The tokens of the signed-in person's programs, latest first, those that are over for 30 days more."""
    now = timezone.now()
    return [
        Token(row.id, row.name, row.may_write, row.account_id, row.created_at, row.expires, row.expires <= now)
        for row in ApiToken.objects.order_by("-created_at", "id")
    ]


def proof_state(*, token: str, kind: str) -> str:
    """Whether a mailed link ('password' or 'email') is good: 'open', 'expired' or 'unknown'."""
    return str(call_door("look_at_proof", token=token, wanted_kind=kind))
