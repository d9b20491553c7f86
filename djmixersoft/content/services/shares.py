"""Links by which members show an item, and what lies in it, to people outside; and what those people do with them.

A link's secret is random and in the link only, the database keeps its hash. Who it opens to is the database's to say
(doors/held_share.sql), at each statement.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models.functions import Now
from django.utils import timezone

from djmixersoft.accounts.selectors import my_person_id
from djmixersoft.content.models import Item, Share, ShareSecret, UsedFor
from djmixersoft.content.selectors.shared import NotOpen, look
from djmixersoft.content.services.items import refusals
from djmixersoft.people.passwords import Recipe, derive_key, fresh_recipe, in_line
from djmixersoft.people.services import TooManyTries, WrongPassword
from djmixersoft.policy.purposes import acting_for, call_door, release_connection

DAYS: Final = 7
"""For how long a link works unless somebody says otherwise."""
MOST_DAYS: Final = 365
SHARING: Final = "sharing"
_SECRET_BYTES: Final = 32
_KEY_TRIES_LAST: Final = 15 * 60  # seconds


class NothingToShare(Exception):
    """There is no such item in the account, or it is in the trash."""


@dataclass(frozen=True)
class Sealed:
    """A link's password as the database compares it; made outside of any transaction, since that takes a while."""

    recipe: Recipe
    verifier: bytes = field(repr=False)

    def columns(self) -> dict[str, Any]:
        """What is kept of it."""
        recipe = self.recipe
        return {
            "salt": recipe.salt,
            "memory_kib": recipe.memory_kib,
            "passes": recipe.passes,
            "lanes": recipe.lanes,
            "verifier": self.verifier,
        }


@dataclass(frozen=True)
class NewLink:
    """A link that was just made; `secret` is shown this once."""

    id: UUID
    secret: str = field(repr=False)


@in_line()
def seal(password: str) -> Sealed:
    """Hashes a password for a link. Raises Busy."""
    release_connection()
    recipe = fresh_recipe()
    return Sealed(recipe, hashlib.sha256(derive_key(password, recipe)).digest())


def make_link(*, account_id: UUID, item_id: UUID, days: int = DAYS, sealed: Sealed | None = None) -> NewLink:
    """Makes a link to an item, or to a folder and all that will lie in it, for `days` (1 to 365).

    Raises NothingToShare, NotAllowed.
    """
    if not 1 <= days <= MOST_DAYS:
        raise ValueError("a link works for 1 to 365 days")
    if not Item.objects.filter(account_id=account_id, id=item_id, trashed_with=None).exists():
        raise NothingToShare
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    with refusals():
        share = Share.objects.create(
            account_id=account_id,
            item_id=item_id,
            has_password=sealed is not None,
            created_by_id=my_person_id(),
            expires=timezone.now() + timedelta(days=days),
        )
        ShareSecret.objects.create(
            account_id=account_id,
            share_id=share.id,
            token_hash=hashlib.sha256(secret.encode()).digest(),
            **(sealed.columns() if sealed else {}),
        )
    return NewLink(share.id, secret)


def revoke_link(*, account_id: UUID, share_id: UUID) -> bool:
    """Ends a link, from the next statement of whoever uses it on; False where the account has none such."""
    links = Share.objects.filter(account_id=account_id, id=share_id)
    links.filter(revoked_at=None).update(revoked_at=Now())
    return links.exists()


@in_line()
def open_link(*, secret: str, password: str) -> str:
    """Opens a link for whoever knows its password: the secret of an opening, good until an hour after its last use.

    Raises NotOpen, WrongPassword, TooManyTries, Busy.
    """
    with acting_for(SHARING):
        seen = look(secret, trying=True)
    if seen.wait_seconds:
        raise TooManyTries(seen.wait_seconds)
    if seen.recipe is None:
        raise NotOpen(seen.state)
    release_connection()
    key, opening = derive_key(password, seen.recipe), secrets.token_urlsafe(_SECRET_BYTES)
    with acting_for(SHARING):
        outcome = call_door("open_share", token=secret, key=key, opening_hash=hashlib.sha256(opening.encode()).digest())
    if outcome == "many":
        raise TooManyTries(_KEY_TRIES_LAST)
    if outcome != "open":
        raise WrongPassword
    return opening


def note_use(*, item_id: UUID, used_for: UsedFor) -> None:
    """Notes what the link in hand was used for, once in ten minutes; within `holding`."""
    call_door("note_share_use", used_item=item_id, used_for=used_for.value)
