"""What the holder of a link sees, for the purpose `sharing`: the item that it names, and what lies in that.

Only columns that say what something is are theirs to read, not who put it there, or when.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import Error as DatabaseError
from django.db.models.functions import Lower

from djmixersoft.content import keys, stores
from djmixersoft.content.models import AccountKey, Item, ItemKey, Kind
from djmixersoft.content.models.items import ID_LAST, IS_FOLDER, IS_NO_FOLDER
from djmixersoft.content.selectors.tree import lying_in
from djmixersoft.people.passwords import Recipe
from djmixersoft.policy.errors import sqlstate
from djmixersoft.policy.purposes import acting_for, call_door_row
from djmixersoft.vault.cobblestone import Reader
from djmixersoft.vault.keys import context
from djmixersoft.vault.ranges import Content

PAGE_SIZE: Final = 50
_SHOWN: Final = ("id", "parent_id", "kind", "name", "size", "sha256", "media_type")


class NotOpen(Exception):
    """The link doesn't open. `state`: 'password', 'over', 'expired', 'revoked', 'gone' or 'unknown'."""

    def __init__(self, state: str) -> None:
        """Keep why."""
        super().__init__(state)
        self.state = state


@dataclass(frozen=True)
class Seen:
    """What a link is in. `account_id` and `root`: what an open one shows; `recipe`: how to hash its password."""

    state: str
    account_id: UUID | None
    root: UUID | None
    recipe: Recipe | None
    wait_seconds: int


@dataclass(frozen=True)
class Held:
    """A link that is open: the item that it names."""

    account_id: UUID
    root: UUID


@dataclass(frozen=True)
class SharedRow:
    """An item as the holder of a link sees it. `size` in bytes; `parent_id`: None for what the link names."""

    id: UUID
    parent_id: UUID | None
    kind: str
    name: str
    size: int
    sha256: str
    media_type: str

    @property
    def is_folder(self) -> bool:
        """Whether other items lie in it."""
        return self.kind == Kind.FOLDER


def look(secret: str, *, trying: bool = False) -> Seen:
    """What a link, or an opening of one, is in. `trying`: a password was given for it, which is counted."""
    row = call_door_row("look_at_share", token=secret, trying=trying)
    salt = row["salt"]
    recipe = None if salt is None else Recipe(bytes(salt), row["memory_kib"], row["passes"], row["lanes"])
    return Seen(row["state"], row["account"], row["root"], recipe, row["wait_seconds"])


@contextmanager
def holding(secret: str) -> Iterator[Held]:
    """One transaction for whoever holds a link. Raises NotOpen, also where it is revoked in the middle."""
    try:
        with acting_for("sharing", token=secret):
            yield _held(look(secret))
    except DatabaseError as error:
        if sqlstate(error) != "42501" or "no such link" not in str(error):
            raise
        with acting_for("sharing"):
            raise NotOpen(look(secret).state) from error


def shared_item(held: Held, item_id: UUID) -> SharedRow | None:
    """One item that the link opens to; None for any other."""
    row = Item.objects.filter(account_id=held.account_id, id=item_id).values(*_SHOWN).first()
    return None if row is None else _row(held, row)


def inside(held: Held, folder_id: UUID, *, page: int = 1) -> tuple[list[SharedRow], bool]:
    """A page of what lies in a folder, folders first, by name; and whether there is a next one."""
    start = (page - 1) * PAGE_SIZE
    stop = start + PAGE_SIZE + 1
    # In the words of the indexes, as members' lists are (selectors/tree.py).
    here = lying_in(held.account_id, folder_id).order_by("parent_id", Lower("name"), ID_LAST).values(*_SHOWN)
    rows = list(here.filter(IS_FOLDER)[start:stop])
    if len(rows) <= PAGE_SIZE:
        before = start + len(rows) if rows else here.filter(IS_FOLDER).count()
        rows += here.filter(IS_NO_FOLDER)[max(start - before, 0) : stop - before]
    return [_row(held, row) for row in rows[:PAGE_SIZE]], len(rows) > PAGE_SIZE


def folders_above(held: Held, row: SharedRow) -> list[SharedRow]:
    """The folders in which an item lies, from the one that the link names down; none for that itself."""
    above: list[SharedRow] = []
    while row.parent_id is not None:
        parent = shared_item(held, row.parent_id)
        if parent is None:
            break
        above.insert(0, parent)
        row = parent
    return above


def opened(held: Held, item_id: UUID) -> Content | None:
    """An item with its key and its opened blob, to be sent after the transaction; None for what isn't the link's.

    Raises Missing where the blob isn't there, KeyRefused where a key was altered.
    """
    found = Item.objects.filter(account_id=held.account_id, id=item_id).exclude(kind=Kind.FOLDER)
    row = found.values("name", "size", "sha256", "media_type", "blob_id").first()
    if row is None or row["blob_id"] is None or row["sha256"] is None:
        return None
    try:
        key = keys.item_key(held.account_id, item_id)
    except (ItemKey.DoesNotExist, AccountKey.DoesNotExist):
        return None  # removed a moment ago, and its key with it
    return Content(
        file=stores.blobs().open(str(row["blob_id"])),
        key=key,
        context=context(held.account_id, item_id, row["blob_id"]),
        name=row["name"],
        size=row["size"],
        sha256=bytes(row["sha256"]),
        media_type=row["media_type"],
    )


def text_of(held: Held, item_id: UUID) -> str:
    """What a document says; '' for what isn't the link's. Raises Missing, Altered, KeyRefused."""
    content = opened(held, item_id)
    if content is None:
        return ""
    with content.file:
        reader = Reader(content.file, content.key, content.context)
        return b"".join(reader.read_range(0, reader.size)).decode(errors="replace")


def _held(seen: Seen) -> Held:
    if seen.account_id is None or seen.root is None:
        raise NotOpen(seen.state)
    return Held(seen.account_id, seen.root)


def _row(held: Held, row: dict[str, Any]) -> SharedRow:
    return SharedRow(
        row["id"],
        None if row["id"] == held.root else row["parent_id"],
        row["kind"],
        row["name"],
        row["size"],
        bytes(row["sha256"] or b"").hex(),
        row["media_type"],
    )
