"""The trash of an account: what was thrown away, by whom and when, and until when it can be had back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, F, QuerySet

from djmixersoft.accounts.selectors import my_person_id
from djmixersoft.content.models import Item
from djmixersoft.content.selectors.items import names_of

PAGE_SIZE: Final = 50
KEPT: Final = timedelta(days=30)
"""How long something lies in the trash (the door forget_content)."""


@dataclass(frozen=True)
class Thrown:
    """Something that was thrown away. `inside`: how many items lie in it. `by`: a name or address, '' if they left."""

    id: UUID
    kind: str
    name: str
    media_type: str
    size: int
    inside: int
    by: str
    at: datetime
    until: datetime


@dataclass(frozen=True)
class Trashed:
    """That an item is in the trash; it comes back with `root`, itself or a folder above it."""

    root: UUID
    by: str
    at: datetime
    until: datetime


def thrown(account_id: UUID, *, page: int = 1) -> tuple[list[Thrown], bool]:
    """A page of the trash, latest first, and whether there is a next one. What lies in a folder isn't listed."""
    start = (page - 1) * PAGE_SIZE
    rows = list(
        _in_trash(account_id).filter(trashed_with=F("id")).order_by("-trashed_at", "id")[start : start + PAGE_SIZE + 1]
    )
    shown = rows[:PAGE_SIZE]
    sizes = dict(
        _in_trash(account_id)
        .filter(trashed_with__in=[row.id for row in shown])
        .values_list("trashed_with")
        .annotate(items=Count("id"))
    )
    names = names_of({row.trashed_by_id for row in shown if row.trashed_by_id})
    return [_in_words(row, sizes, names) for row in shown], len(rows) > PAGE_SIZE


def trashed(account_id: UUID, item_id: UUID) -> Trashed | None:
    """Since when an item is in the trash; None where it isn't."""
    row = _in_trash(account_id).filter(id=item_id).first()
    if row is None or row.trashed_at is None or row.trashed_with is None:
        return None
    by = names_of({row.trashed_by_id}).get(row.trashed_by_id, "") if row.trashed_by_id else ""
    return Trashed(row.trashed_with, by, row.trashed_at, row.trashed_at + KEPT)


def is_in_trash(account_id: UUID) -> bool:
    """Whether anything is."""
    return _in_trash(account_id).exists()


def holds_others(account_id: UUID, roots: Collection[UUID]) -> bool:
    """Whether anything of these, or in them, was added by somebody else."""
    among = _in_trash(account_id).filter(trashed_with__in=list(roots))
    return among.exclude(added_by_id=my_person_id()).exists()


def _in_trash(account_id: UUID) -> QuerySet[Item]:
    return Item.objects.filter(account_id=account_id, trashed_at__isnull=False)


def _in_words(row: Item, sizes: dict[UUID, int], names: dict[UUID, str]) -> Thrown:
    at = row.trashed_at or row.changed_at
    by = names.get(row.trashed_by_id, "") if row.trashed_by_id else ""
    return Thrown(row.id, row.kind, row.name, row.media_type, row.size, sizes.get(row.id, 1) - 1, by, at, at + KEPT)
