"""Putting a ZIP back in: its files become items, encrypted as they are unpacked. A manifest of ours is heeded.

An archive may lie about everything. What comes out of it is counted while it comes, its paths are taken apart into
names, and what doesn't fit is left out and named. Done a second time, it adds only what is not there yet.
"""

import io
import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid4
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.db.models import JSONField, Value

from djmixersoft.accounts.selectors import my_person_id
from djmixersoft.content import stores
from djmixersoft.content.models import Item, ItemData, Kind, Tag
from djmixersoft.content.selectors.taking_out import FILES, FORMAT, MANIFEST, PROBLEMS
from djmixersoft.content.services import data as keeping
from djmixersoft.content.services.documents import LONGEST as LONGEST_DOCUMENT
from djmixersoft.content.services.finding import Source, index
from djmixersoft.content.services.folders import DEEPEST, folder_at
from djmixersoft.content.services.items import add_item
from djmixersoft.content.services.labels import MOST_TAGS
from djmixersoft.policy.purposes import acting_for
from djmixersoft.vault.blobs import NoRoom
from djmixersoft.vault.cobblestone import Reader
from djmixersoft.vault.filenames import misleads, safe_name
from djmixersoft.vault.keys import Key
from djmixersoft.vault.opened import OpenedBlob
from djmixersoft.vault.ranges import Content
from djmixersoft.vault.whole import store_pieces

MOST_FILES: Final = 20_000
MOST_TIMES: Final = 100
"""How many times its own size an archive may unpack to, and SPARE bytes more."""
SPARE: Final = 100 * 2**20
_PIECE: Final = 2**18
_MANIFEST_SIZE: Final = 64 * 2**20
_MANIFEST_VALUES: Final = 2_000_000
"""Values in a manifest; each takes far more memory than its three characters."""
_LIST_SIZE: Final = 32 * 2**20
_BROKEN: Final = (BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)
"""What the library raises for archives that are broken, encrypted or of a kind that it doesn't know."""
_BOUNDED: Final = frozenset({ZIP_STORED, ZIP_DEFLATED})
"""How a file may be packed. What else the library knows (bzip2, LZMA) it unpacks into memory as far as it goes."""


class NoArchive(Exception):
    """It is no ZIP, or a broken one."""


class TooMuch(Exception):
    """It would unpack to more files or bytes than is allowed for its size. Nothing more was unpacked."""


@dataclass
class Unpacked:
    """What became of an archive: how many files were added, how many were there already, and which were left out.

    `folder_id`: the folder that they are in.
    """

    folder_id: UUID | None = None
    added: int = 0
    there: int = 0
    left_out: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Archive:
    """An archive that is being unpacked, for whom and where to."""

    zip: ZipFile
    described: Mapping[str, Mapping[str, Any]]
    token: str | None
    account_id: UUID
    parent_id: UUID | None


def unpack(*, content: Content, token: str | None, account_id: UUID, parent_id: UUID | None, folder: str) -> Unpacked:
    """Unpacks an item's bytes into a folder of that name below the parent, each file in a transaction of its own.

    Call it outside of any transaction. Raises NoArchive, TooMuch, QuotaFull, NoRoom, NoSuchFolder, NotAllowed,
    NotSignedIn; and Altered where the archive's own blob is damaged.
    """
    reader = Reader(content.file, content.key, content.context)
    done = Unpacked()
    try:
        with _opened(reader) as opened:
            infos = opened.infolist()
            allowed = reader.size * MOST_TIMES + SPARE
            if len(infos) > MOST_FILES or sum(info.file_size for info in infos) > allowed:
                raise TooMuch
            described = _described(opened)
            with acting_for("teamwork", token=token):
                done.folder_id = folder_at(account_id=account_id, parent_id=parent_id, path=[folder])
            archive = _Archive(opened, described, token, account_id, done.folder_id)
            for info in infos:
                _unpack(archive, info, done)
    except BadZipFile as error:
        raise NoArchive from error
    return done


def _opened(reader: Reader) -> ZipFile:
    try:
        return ZipFile(_Bounded(OpenedBlob(reader), _PIECE))
    except _BROKEN as error:
        raise NoArchive from error


class _Bounded(io.BufferedReader):
    """An archive of which nobody reads so much at once that it fills the memory, as a list of contents could be."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _LIST_SIZE:
            raise BadZipFile("too long a list of contents")
        return super().read(size)


def _unpack(archive: _Archive, info: ZipInfo, done: Unpacked) -> None:
    if archive.described and info.filename in {MANIFEST, PROBLEMS}:
        return
    says = archive.described.get(info.filename, {})
    names = _names(info.filename, within=FILES if archive.described else "")
    if names is None:
        done.left_out.append(info.filename)
    elif info.is_dir():
        with acting_for("teamwork", token=archive.token):
            folder_at(account_id=archive.account_id, parent_id=archive.parent_id, path=names)
    elif names:
        *folders, name = names
        given = says.get("name")
        if isinstance(given, str) and _is_plain(given, longest=255):
            name = given
        _unpack_file(archive, info, folders, name, says, done)


def _unpack_file(
    archive: _Archive, info: ZipInfo, folders: list[str], name: str, says: Mapping[str, Any], done: Unpacked
) -> None:
    item_id, key, store = uuid4(), Key.generate(), stores.blobs()
    try:
        stored = store_pieces(
            store, _pieces(archive.zip, info), name=name, key=key, account_id=archive.account_id, item_id=item_id
        )
    except NoRoom:
        raise
    except _BROKEN:
        done.left_out.append(info.filename)
        return
    wanted = says.get("sha256")
    if wanted is not None and wanted != stored.sha256.hex():
        store.delete(str(stored.blob_id))
        done.left_out.append(info.filename)
        return
    try:
        with acting_for("teamwork", token=archive.token):
            parent_id = folder_at(account_id=archive.account_id, parent_id=archive.parent_id, path=folders)
            if Item.objects.filter(
                account_id=archive.account_id, parent_id=parent_id, name=name, sha256=stored.sha256, trashed_with=None
            ).exists():
                done.there += 1
            else:
                kind = Kind.DOCUMENT if says.get("kind") == Kind.DOCUMENT else Kind.FILE
                text = _text(archive.zip, info) if kind is Kind.DOCUMENT else None
                kind = Kind.FILE if text is None else Kind.DOCUMENT
                add_item(
                    account_id=archive.account_id,
                    item_id=item_id,
                    parent_id=parent_id,
                    kind=kind,
                    name=name,
                    key=key,
                    stored=stored,
                )
                if text is not None:
                    index(account_id=archive.account_id, item_id=item_id, source=Source.TEXT, text=text)
                _describe(archive.account_id, item_id, says)
                done.added += 1
                return
    except BaseException:
        store.delete(str(stored.blob_id))
        raise
    store.delete(str(stored.blob_id))


def _describe(account_id: UUID, item_id: UUID, says: Mapping[str, Any]) -> None:
    """Puts back tags and data. Comments stay out: they would be in the name of whoever unpacks."""
    tags = sorted({tag for tag in _list(says.get("tags")) if isinstance(tag, str) and _is_plain(tag, longest=100)})
    tags = tags[:MOST_TAGS]
    Tag.objects.bulk_create(Tag(account_id=account_id, item_id=item_id, tag=tag) for tag in tags)
    if tags:
        index(account_id=account_id, item_id=item_id, source=Source.TAG, text=" ".join(tags))
    data, me = says.get("data"), my_person_id()
    values = _values(data) if isinstance(data, dict) else {}
    ItemData.objects.bulk_create(
        # Else null would become SQL's, which is no value at all.
        ItemData(account_id=account_id, item_id=item_id, name=name, value=Value(value, JSONField()), changed_by_id=me)
        for name, value in values.items()
    )


def _values(data: Mapping[str, Any]) -> dict[str, object]:
    """What can be kept of an item's data, as programs may give it."""
    kept: dict[str, object] = {}
    for name, value in list(data.items())[: keeping.MOST]:
        if _is_plain(name, longest=keeping.LONGEST_NAME):
            with suppress(keeping.NoValue):
                kept[name] = keeping.checked(value)
    return kept


def _is_plain(text: str, *, longest: int) -> bool:
    """Tell whether people could have typed it as a name."""
    return len(text) <= longest and bool(text.strip()) and not misleads(text)


def _pieces(archive: ZipFile, info: ZipInfo) -> Iterator[bytes]:
    if info.compress_type not in _BOUNDED:
        raise BadZipFile("packed in a way that isn't read here")
    left = info.file_size
    with archive.open(info) as file:
        while piece := file.read(_PIECE):
            left -= len(piece)
            if left < 0:
                raise BadZipFile("more than it said")
            yield piece


def _text(archive: ZipFile, info: ZipInfo) -> str | None:
    if info.file_size > LONGEST_DOCUMENT:
        return None
    with suppress(UnicodeDecodeError):
        return b"".join(_pieces(archive, info)).decode()
    return None


def _names(path: str, *, within: str) -> list[str] | None:
    """The names on a path below the folder `within`, made safe; None for a path that leads elsewhere, or too deep."""
    parts = path.removeprefix(within).replace("\\", "/").split("/")
    if not path.startswith(within) or path.startswith("/") or ".." in parts or len(parts) > DEEPEST:
        return None
    return [safe_name(part) for part in parts if part not in {"", "."}]


def _described(archive: ZipFile) -> dict[str, Mapping[str, Any]]:
    """What a manifest of ours says of each path; empty where there is none."""
    try:
        info = archive.getinfo(MANIFEST)
        text = b"".join(_pieces(archive, info)) if info.file_size <= _MANIFEST_SIZE else b"null"
        data = json.loads(text) if sum(map(text.count, (b",", b"[", b"{"))) <= _MANIFEST_VALUES else None
    except (KeyError, RecursionError, *_BROKEN):
        return {}
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        return {}
    return {
        item["path"]: item
        for item in _list(data.get("items"))
        if isinstance(item, dict) and isinstance(item.get("path"), str)
    }


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
