"""Finding items by words, tags, kinds, people and days, in one account. The words are looked for as keyed hashes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from djmixersoft.content import keys
from djmixersoft.content.joining import joined_by_hash
from djmixersoft.content.models import AccountKey, Item, Tag, Term
from djmixersoft.content.selectors.items import ItemRow, in_words
from djmixersoft.content.words import search_key, terms_for

PAGE_SIZE: Final = 50


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is looked for; what is empty doesn't matter. `since` and `until` are days in UTC, both included.

    `kind`: 'folder', 'file', 'document', or the first part of a media type ('audio', 'image').
    """

    words: str = ""
    kind: str = ""
    tag: str = ""
    added_by: UUID | None = None
    since: date | None = None
    until: date | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        return self == Wanted()


def found(account_id: UUID, wanted: Wanted, *, page: int = 1) -> tuple[list[ItemRow], bool]:
    """A page of the account's items that fit all that is wanted, latest first, and whether there is a next one."""
    rows = _fitting(account_id, wanted)
    start = (page - 1) * PAGE_SIZE
    with joined_by_hash():
        some = list(rows.order_by("-changed_at", "id")[start : start + PAGE_SIZE + 1])
    return in_words(some[:PAGE_SIZE]), len(some) > PAGE_SIZE


def names_of_folders(account_id: UUID, items: Sequence[ItemRow]) -> dict[UUID | None, str]:
    """What the folders are called in which some items lie."""
    ids = {item.parent_id for item in items if item.parent_id}
    return dict(Item.objects.filter(account_id=account_id, id__in=ids).values_list("id", "name")) if ids else {}


def _fitting(account_id: UUID, wanted: Wanted) -> QuerySet[Item]:
    rows = Item.objects.filter(account_id=account_id, trashed_with=None)
    if wanted.kind in {"folder", "file", "document"}:
        rows = rows.filter(kind=wanted.kind)
    elif wanted.kind:
        rows = rows.filter(kind="file", media_type__startswith=f"{wanted.kind}/")
    if wanted.tag:
        rows = rows.filter(id__in=Tag.objects.filter(account_id=account_id, tag=wanted.tag).values("item_id"))
    if wanted.added_by:
        rows = rows.filter(added_by=wanted.added_by)
    if wanted.since:
        rows = rows.filter(changed_at__gte=datetime.combine(wanted.since, time.min, UTC))
    if wanted.until:
        rows = rows.filter(changed_at__lte=datetime.combine(wanted.until, time.max, UTC))
    return _with_words(rows, account_id, wanted.words)


def _with_words(rows: QuerySet[Item], account_id: UUID, typed: str) -> QuerySet[Item]:
    if not typed.strip():
        return rows
    try:
        terms = sorted(terms_for(search_key(keys.existing_account_key(account_id)), typed))
    except AccountKey.DoesNotExist:
        return rows.none()  # nothing was ever placed there
    if not terms:
        return rows.none()  # only marks were typed, by which nothing is found
    for term in terms:
        rows = rows.filter(Exists(Term.objects.filter(account_id=account_id, term=term, item_id=OuterRef("id"))))
    return rows
