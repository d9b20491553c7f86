"""Taking Content out: a folder or the whole account as a ZIP with a manifest, which can be put back in.

Rows and keys are read in the caller's transaction; the bytes are decrypted while they are sent, after it. A damaged
file ends early in the ZIP, is named in `problems.json` at its end, and doesn't match its hash in `manifest.json`.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from djmixersoft.content import keys, stores
from djmixersoft.content.models import AccountKey, Comment, Item, ItemData, ItemKey, Kind, Tag
from djmixersoft.vault.blobs import Missing
from djmixersoft.vault.cobblestone import Altered, Reader
from djmixersoft.vault.filenames import safe_name
from djmixersoft.vault.keys import Key, KeyRefused, context, unwrap_item_key
from djmixersoft.vault.zipping import Entry, zip_stream

FORMAT: Final = "djmixersoft/take-out/v1"
MANIFEST: Final = "manifest.json"
PROBLEMS: Final = "problems.json"
FILES: Final = "files/"
"""The folder in the ZIP under which everything lies, so that no file of a member's is taken for the manifest."""


@dataclass(frozen=True)
class _File:
    """An item on its way out."""

    path: str
    item: Item
    key: Key


@dataclass
class TakenOut:
    """What is taken out: its manifest, and the files that are still to be read."""

    manifest: dict[str, Any]
    files: list[_File]
    folders: list[tuple[str, datetime]]
    problems: list[dict[str, str]] = field(default_factory=list)

    def stream(self) -> Iterator[bytes]:
        """Yield the ZIP. Needs no database."""
        return zip_stream(self._entries())

    def _entries(self) -> Iterator[Entry]:
        now = timezone.now()
        yield Entry(path=MANIFEST, changed_at=now, source=[_json(self.manifest)])
        for path, at in self.folders:
            yield Entry(path=f"{path}/", changed_at=at, source=[])
        for file in self.files:
            yield Entry(path=file.path, changed_at=file.item.changed_at, source=self._bytes_of(file))
        yield Entry(path=PROBLEMS, changed_at=now, source=[_json(self.problems)])

    def _bytes_of(self, file: _File) -> Iterator[bytes]:
        item = file.item
        if item.blob_id is None:
            return
        try:
            with stores.blobs().open(str(item.blob_id)) as blob:
                reader = Reader(blob, file.key, context(item.account_id, item.id, item.blob_id))
                yield from reader.read_range(0, reader.size)
        except (Missing, Altered) as error:
            self.problems.append({"path": file.path, "item": str(item.id), "problem": str(error)})


def taken_out(account_id: UUID, account_name: str, *, folder_id: UUID | None = None) -> TakenOut | None:
    """All that lies in an account, or in one of its folders, but for the trash; None where there is no such folder."""
    below: dict[UUID | None, list[Item]] = defaultdict(list)
    for item in Item.objects.filter(account_id=account_id, trashed_with=None).order_by("name", "added_at", "id"):
        below[item.parent_id].append(item)
    if folder_id is not None and not any(
        item.id == folder_id and item.kind == Kind.FOLDER for some in below.values() for item in some
    ):
        return None
    placed = list(_walk(below, folder_id, FILES))
    item_keys = _keys(account_id)
    files = [_File(path, item, item_keys[item.id]) for path, item in placed if item.id in item_keys]
    folders = [(path, item.changed_at) for path, item in placed if item.kind == Kind.FOLDER]
    manifest = {
        "format": FORMAT,
        "account": account_name,
        "made_at": timezone.now().isoformat(),
        "items": _described(account_id, placed),
    }
    return TakenOut(manifest, files, folders)


def _walk(below: dict[UUID | None, list[Item]], top: UUID | None, above: str) -> Iterator[tuple[str, Item]]:
    """Every item below a folder with its path, parents first. Without recursion, as folders may lie deep."""
    waiting = [(top, above)]
    while waiting:
        folder_id, prefix = waiting.pop()
        taken: set[str] = set()
        for item in below.get(folder_id, ()):
            name = _unused(safe_name(item.name), taken)
            yield prefix + name, item
            if item.kind == Kind.FOLDER:
                waiting.append((item.id, f"{prefix}{name}/"))


def _unused(name: str, taken: set[str]) -> str:
    """The name, or one like it where two in a folder have the same (which a disk may compare without case)."""
    stem, dot, ending = name.rpartition(".") if "." in name.strip(".") else (name, "", "")
    found, number = name, 2
    while found.casefold() in taken:
        found, number = f"{stem} ({number}){dot}{ending}", number + 1
    taken.add(found.casefold())
    return found


def _keys(account_id: UUID) -> dict[UUID, Key]:
    try:
        account_key = keys.existing_account_key(account_id)
    except AccountKey.DoesNotExist:
        return {}
    found = {}
    for item_id, wrapped in ItemKey.objects.filter(account_id=account_id).values_list("item_id", "wrapped"):
        try:
            found[item_id] = unwrap_item_key(account_key, wrapped, account_id=account_id, item_id=item_id)
        except KeyRefused:
            # An altered key: the blob won't open under another, and is named among the problems.
            found[item_id] = Key.generate()
    return found


def _described(account_id: UUID, placed: list[tuple[str, Item]]) -> list[dict[str, Any]]:
    tags: dict[UUID, list[str]] = defaultdict(list)
    for item_id, tag in Tag.objects.filter(account_id=account_id).order_by("tag").values_list("item_id", "tag"):
        tags[item_id].append(tag)
    comments: dict[UUID, list[dict[str, str]]] = defaultdict(list)
    for one in Comment.objects.filter(account_id=account_id).order_by("written_at", "id"):
        comments[one.item_id].append({"text": one.text, "written_at": one.written_at.isoformat()})
    data: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for item_id, name, value in ItemData.objects.filter(account_id=account_id).values_list("item_id", "name", "value"):
        data[item_id][name] = value
    return [
        {
            "path": path,
            "kind": item.kind,
            "name": item.name,
            "size": item.size,
            "sha256": bytes(item.sha256).hex() if item.sha256 else None,
            "media_type": item.media_type,
            "added_at": item.added_at.isoformat(),
            "changed_at": item.changed_at.isoformat(),
            "tags": tags.get(item.id, []),
            "comments": comments.get(item.id, []),
            "data": data.get(item.id, {}),
        }
        for path, item in placed
    ]


def _json(data: object) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=1).encode()
