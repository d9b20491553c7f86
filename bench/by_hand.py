"""What the row policies replace, done by hand: the same pages on a login that may see everything.

`by_hand` is what the goals are about, and is as lean as an application can be that still checks who asks. Before a
page: the session by its token's hash, in one statement, with the person's row joined where pages show it. The
membership is looked up with its account in one statement, in place of the account alone. Queries are filtered by the
person or the account; people are shown only where they belong to the account. All of it in one transaction, as the site
does.

The others only inform. `autocommit`: the same without that transaction, Django's default. `conventional`: how a Django
application usually does it, the session and then its person, a statement each, as django.contrib.sessions and auth do.
`bare`: stricter than any application could be, the statements of the enforced pages, nothing looked up, nobody checked,
as if the person's id fell from the sky; what is measured against it is the whole cost of enforcement.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Exists, F, OuterRef
from django.utils import timezone

from djmixersoft.accounts import selectors as accounts
from djmixersoft.accounts.models import Account, Membership
from djmixersoft.content.models import Item
from djmixersoft.content.models.items import ID_LAST
from djmixersoft.content.selectors import items as content
from djmixersoft.content.selectors import neighbours
from djmixersoft.people import selectors as people
from djmixersoft.people.models import (
    Person,
    PersonAddress,
    PersonName,
    Session,
    Subscription,
    TermsAgreement,
)
from djmixersoft.policy import middleware
from djmixersoft.policy.errors import NotSignedIn
from djmixersoft.policy.purposes import CurrentPerson

SIGNED_IN = ("teamwork", "self-service")
NOBODY = UUID(int=0)
_AFTER = """
SELECT near.id FROM (
  SELECT i.id, i.media_type FROM item i, (SELECT * FROM item WHERE id = %s AND account_id = %s) here
   WHERE i.account_id = %s AND i.trashed_with IS NULL AND (i.kind = 'folder') IS FALSE AND i.parent_id IS NULL
     AND (lower(i.name), uuid_send(i.id)) > (lower(here.name), uuid_send(here.id))
   ORDER BY i.parent_id, lower(i.name), uuid_send(i.id) LIMIT 1000) near
 WHERE starts_with(near.media_type, %s) LIMIT 1
"""
_BEFORE = _AFTER.replace("> (lower", "< (lower").replace(
    "i.parent_id, lower(i.name), uuid_send(i.id) LIMIT",
    "i.parent_id DESC, lower(i.name) DESC, uuid_send(i.id) DESC LIMIT",
)


class ByHand:
    """One variant; `installed()` puts it in the place of the enforced selectors.

    `known`: the person of each token, for the variant that looks nobody up.
    """

    def __init__(self, variant: str, known: Mapping[str, UUID]) -> None:
        self.variant = variant
        self.known = known
        self.person: Person | None = None
        self.person_id = NOBODY

    @contextmanager
    def acting_for(self, purpose: str, *, token: str | None = None, named: str | None = None) -> Iterator[None]:
        """In the place of the policy's: finds out who asks."""
        del named
        if self.variant == "autocommit":
            self._look_up(purpose, token)
            yield
            return
        with transaction.atomic(durable=True):
            self._look_up(purpose, token)
            yield

    def _look_up(self, purpose: str, token: str | None) -> None:
        if purpose not in SIGNED_IN:
            return
        if self.variant == "bare":
            self.person_id = self.known[token or ""]
            return
        digest = hashlib.sha256((token or "").encode()).digest()
        found = Session.objects.filter(token_hash=digest, expires__gt=timezone.now())
        if self.variant == "conventional":
            session = found.first()
            if session is None:
                raise NotSignedIn
            self.person = Person.objects.get(id=session.person_id)
            self.person_id = self.person.id
        elif purpose == "self-service":
            session = found.select_related("person").first()
            if session is None:
                raise NotSignedIn
            self.person, self.person_id = session.person, session.person_id
        else:
            person_id = found.values_list("person_id", flat=True).first()
            if person_id is None:
                raise NotSignedIn
            self.person_id = person_id

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Within the block, views and benchmarks find these functions instead of the enforced ones."""
        places: list[tuple[Any, str, Callable[..., Any]]] = [
            (middleware, "acting_for", self.acting_for),
            (CurrentPerson, "as_sql", lambda *_, **__: ("%s::uuid", [self.person_id])),
            (accounts, "my_person_id", lambda: self.person_id),
            (accounts, "my_accounts", self.my_accounts),
            (people, "me", self.me),
            (people, "my_name", self.my_name),
            (people, "my_address", self.my_address),
            (people, "my_agreements", self.my_agreements),
            (people, "am_subscribed", self.am_subscribed),
            (people, "my_sessions", self.my_sessions),
            (content, "_row", self.row),
            (neighbours, "_ids", self.neighbours),
        ]
        if self.variant != "bare":
            places.append((accounts, "account", self.account))
            places.append((content, "items", self.items))
            places.append((content, "item", self.item))
        patches = [patch.object(module, name, function) for module, name, function in places]
        for each in patches:
            each.start()
        try:
            yield
        finally:
            for each in patches:
                each.stop()

    def my_accounts(self) -> list[accounts.AccountRow]:
        """The person's accounts."""
        mine = Membership.objects.filter(person_id=self.person_id)
        administered = Exists(mine.filter(account_id=OuterRef("id"), is_administrator=True))
        found = Account.objects.filter(id__in=mine.values("account_id")).annotate(
            members=Count("membership"), mine=administered
        )
        rows = found.order_by("name", "id")
        return [accounts.AccountRow(row.id, row.name, row.mine, self.person_id, row.members) for row in rows]

    def account(self, account_id: UUID) -> accounts.AccountRow | None:
        """An account of the person's: their membership, with the account."""
        mine = Membership.objects.filter(account_id=account_id, person_id=self.person_id)
        found = mine.values_list("account__name", "is_administrator").first()
        return None if found is None else accounts.AccountRow(account_id, *found, self.person_id)

    def items(self, account_id: UUID, *, page: int = 1) -> tuple[list[content.ItemRow], bool]:
        """A page of an account's items; whether it is the person's was looked up by `account`."""
        start = (page - 1) * content.PAGE_SIZE
        rows = list(
            Item.objects.filter(account_id=account_id).order_by("-added_at", ID_LAST)[
                start : start + content.PAGE_SIZE + 1
            ]
        )
        return self._in_words(account_id, rows[: content.PAGE_SIZE]), len(rows) > content.PAGE_SIZE

    def item(self, account_id: UUID, item_id: UUID) -> content.ItemRow | None:
        """One item of an account; see `items`."""
        row = self.row(account_id, item_id)
        return self._in_words(account_id, [row])[0] if row else None

    @staticmethod
    def row(account_id: UUID, item_id: UUID) -> Item | None:
        """One item by its primary key, whose first part no row policy adds here."""
        return Item.objects.filter(account_id=account_id, id=item_id).first()

    @staticmethod
    def neighbours(account_id: UUID, item_id: UUID, sort: str, family: str) -> tuple[UUID | None, UUID | None]:
        """What stands beside an item by name, the one order that is measured, each in one statement by the index."""
        del sort
        found: list[UUID | None] = []
        with connection.cursor() as cursor:
            for statement in (_BEFORE, _AFTER):
                cursor.execute(statement, [item_id, account_id, account_id, family])
                row = cursor.fetchone()
                found.append(row[0] if row else None)
        return found[0], found[1]

    @staticmethod
    def _in_words(account_id: UUID, rows: list[Item]) -> list[content.ItemRow]:
        who = people.AnyOf(F("id"), {row.added_by_id for row in rows})
        members = Person.objects.filter(who, membership__account_id=account_id)
        called = members.values_list("id", "email", "personname__name")
        names = {person_id: name or email for person_id, email, name in called}
        return [
            content.ItemRow(
                row.id,
                row.parent_id,
                row.kind,
                row.name,
                row.size,
                bytes(row.sha256 or b"").hex(),
                row.media_type,
                names.get(row.added_by_id, ""),
                row.added_at,
            )
            for row in rows
        ]

    def me(self) -> Person:
        """The person, as looked up."""
        if self.variant != "bare" and self.person:
            return self.person
        return Person.objects.get(id=self.person_id)

    def my_name(self) -> str:
        """The person's name."""
        return PersonName.objects.filter(person_id=self.person_id).values_list("name", flat=True).first() or ""

    def my_address(self) -> str:
        """The person's address."""
        found = PersonAddress.objects.filter(person_id=self.person_id)
        return found.values_list("address", flat=True).first() or ""

    def my_agreements(self) -> list[TermsAgreement]:
        """What the person agreed to."""
        return list(TermsAgreement.objects.filter(person_id=self.person_id).order_by("-agreed_at"))

    def am_subscribed(self) -> bool:
        """Whether the person subscribes."""
        return Subscription.objects.filter(person_id=self.person_id).exists()

    def my_sessions(self, *, token: str | None) -> list[people.SignInPlace]:
        """The person's sessions."""
        here = hashlib.sha256((token or "").encode()).digest()
        return [
            people.SignInPlace(
                row.id, row.device, row.stays, row.created_at, row.expires, bytes(row.token_hash) == here
            )
            for row in Session.objects.filter(person_id=self.person_id).order_by("-created_at")
        ]
