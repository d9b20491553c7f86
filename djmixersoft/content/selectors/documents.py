"""What a member reads of documents: the text, its history, and what one version changed of another."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import Match, SequenceMatcher
from itertools import accumulate, takewhile
from typing import Final
from uuid import UUID

from djmixersoft.content import keys, stores
from djmixersoft.content.models import Item, ItemVersion, Kind
from djmixersoft.content.selectors.items import names_of
from djmixersoft.vault.cobblestone import Reader
from djmixersoft.vault.keys import context

SEVERAL: Final = 2_000
"""Lines up to which a difference is the best there is."""
MOST_STEPS: Final = 10_000_000
"""Pairs of equal lines that are looked at for a difference, about a second's work; finding all can take hours."""


@dataclass(frozen=True)
class Document:
    """A document as it is now. `changed_by`: a name or an address, '' if they left."""

    id: UUID
    name: str
    parent_id: UUID | None
    version: int
    text: str
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True)
class Version:
    """One version in a document's history; `size` in bytes."""

    number: int
    size: int
    made_by: str
    made_at: datetime
    is_present: bool


@dataclass(frozen=True)
class Line:
    """A line of a difference: `sign` is '+' (added), '-' (removed), ' ' (kept) or '…' (kept lines left out)."""

    sign: str
    text: str


def document(account_id: UUID, item_id: UUID) -> Document | None:
    """A document that isn't in the trash; None for any other. Raises Missing, Altered, KeyRefused of a damaged one."""
    row = Item.objects.filter(account_id=account_id, id=item_id, kind=Kind.DOCUMENT, trashed_with=None).first()
    if row is None or row.blob_id is None:
        return None
    text = _text(account_id, item_id, row.blob_id)
    who = names_of({row.changed_by_id}).get(row.changed_by_id, "")
    return Document(row.id, row.name, row.parent_id, row.version, text, who, row.changed_at)


def history(account_id: UUID, item_id: UUID) -> list[Version]:
    """All versions of a document, the present one first."""
    row = Item.objects.filter(account_id=account_id, id=item_id, kind=Kind.DOCUMENT).first()
    if row is None:
        return []
    earlier = list(ItemVersion.objects.filter(account_id=account_id, item_id=item_id).order_by("-number"))
    names = names_of({row.changed_by_id, *(one.made_by_id for one in earlier)})
    return [
        Version(row.version, row.size, names.get(row.changed_by_id, ""), row.changed_at, is_present=True),
        *(
            Version(one.number, one.size, names.get(one.made_by_id, ""), one.made_at, is_present=False)
            for one in earlier
        ),
    ]


def text_of_version(account_id: UUID, item_id: UUID, number: int) -> str | None:
    """What a document said in one of its versions; None where there is none of that number."""
    row = Item.objects.filter(account_id=account_id, id=item_id, kind=Kind.DOCUMENT).first()
    if row is None or row.blob_id is None:
        return None
    blob_id = row.blob_id
    if row.version != number:
        earlier = ItemVersion.objects.filter(account_id=account_id, item_id=item_id, number=number).first()
        if earlier is None:
            return None
        blob_id = earlier.blob_id
    return _text(account_id, item_id, blob_id)


def difference(before: str, after: str, *, around: int = 3) -> Iterator[Line]:
    """What changed from one text to another, by lines, with `around` lines kept on each side of a change."""
    old, new = before.splitlines(), after.splitlines()
    for tag, low, high, new_low, new_high in _changes(old, new):
        if tag == "equal":
            yield from _kept(old[low:high], around, is_first=low == 0, is_last=high == len(old))
            continue
        yield from (Line("-", line) for line in old[low:high])
        yield from (Line("+", line) for line in new[new_low:new_high])


class _TooLong(Exception):
    """Comparing takes more steps than it may."""


class _Comparing(SequenceMatcher[str]):
    """Compares lines, which it gives up after MOST_STEPS: those that are often there are paired with each other."""

    def __init__(self, old: list[str], new: list[str]) -> None:
        # Without its rule of thumb the matcher takes time by the square of the lines.
        super().__init__(None, old, new, autojunk=len(old) > SEVERAL)
        at: dict[str, list[int]] = self.b2j  # type: ignore[attr-defined]  # documented, but not in the library's types
        self._steps = list(accumulate((1 + len(at.get(line, ())) for line in old), initial=0))
        self._left = MOST_STEPS

    def find_longest_match(self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None) -> Match:
        """Find it as the library does. Raises _TooLong."""
        self._left -= self._steps[-1 if ahi is None else ahi] - self._steps[alo]
        if self._left < 0:
            raise _TooLong
        return super().find_longest_match(alo, ahi, blo, bhi)


def _changes(old: list[str], new: list[str]) -> list[tuple[str, int, int, int, int]]:
    """What became of which lines (SequenceMatcher.get_opcodes); roughly, where to find that exactly takes too long."""
    try:
        return list(_Comparing(old, new).get_opcodes())
    except _TooLong:
        head = _alike(old, new)
        tail = _alike(old[head:][::-1], new[head:][::-1])
        low, high, new_high = head, len(old) - tail, len(new) - tail
        return [
            ("equal", 0, low, 0, low),
            ("replace", low, high, low, new_high),
            ("equal", high, len(old), new_high, len(new)),
        ]


def _alike(some: list[str], others: list[str]) -> int:
    """How many lines at the beginning are the same."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(some, others, strict=False)))


def _kept(lines: list[str], around: int, *, is_first: bool, is_last: bool) -> Iterator[Line]:
    head = [] if is_first else lines[:around]
    rest = lines[len(head) :]
    tail = [] if is_last else rest[-around:]
    yield from (Line(" ", line) for line in head)
    if len(rest) > len(tail):
        yield Line("…", "")
    yield from (Line(" ", line) for line in tail)


def _text(account_id: UUID, item_id: UUID, blob_id: UUID) -> str:
    key = keys.item_key(account_id, item_id)
    with stores.blobs().open(str(blob_id)) as file:
        reader = Reader(file, key, context(account_id, item_id, blob_id))
        return b"".join(reader.read_range(0, reader.size)).decode()
