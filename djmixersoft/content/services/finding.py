"""Keeps what items are found by in step with what they are called, tagged, said to be and contain."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final
from uuid import UUID

from djmixersoft.content import keys
from djmixersoft.content.models import Term
from djmixersoft.content.words import search_key, terms_of

_BATCH: Final = 5_000  # rows to one statement


class Source(StrEnum):
    """Where the words of an item stand."""

    NAME = "name"
    TAG = "tag"
    COMMENT = "comment"
    TEXT = "text"


def index(*, account_id: UUID, item_id: UUID, source: Source, text: str) -> None:
    """Have an item found by the words of `text`, and no longer by what stood in that place before."""
    index_many(account_id=account_id, source=source, texts={item_id: text})


def index_many(*, account_id: UUID, source: Source, texts: Mapping[UUID, str]) -> None:
    """As `index`, for many items: their texts by their ids."""
    Term.objects.filter(account_id=account_id, item_id__in=list(texts), source=source).delete()
    key = search_key(keys.account_key(account_id))
    _add(
        Term(account_id=account_id, term=term, item_id=item_id, source=source)
        for item_id, text in texts.items()
        for term in terms_of(key, text)
    )


def _add(terms: Iterable[Term]) -> None:
    Term.objects.bulk_create(terms, batch_size=_BATCH, ignore_conflicts=True)
