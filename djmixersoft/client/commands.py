"""`push`, `pull`, `ls` and `ledger export`: folders up and down, what lies there, and what is on record.

A place is written `ACCOUNT/folder/folder`, the account by its name or its id. The token comes from the environment
(DJMS_TOKEN), so that it stands in no list of processes. Exit status 0 = done, 1 = some of it wasn't, 2 = could not run.
"""

import argparse
import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import quote

from tqdm import tqdm

from djmixersoft.client.asking import PIECE, UNREACHABLE, Refused, Site
from djmixersoft.client.record import export_record
from djmixersoft.client.uploading import upload

API: Final = "/api/v1"
UNSAFE: Final = frozenset("/\\\x00")


@dataclass(frozen=True)
class Place:
    """A folder in an account; `folder_id` is None at the top."""

    account: str
    folder_id: str | None


class _Bar:
    """How far a file is, on a terminal."""

    def __init__(self, size: int, name: str) -> None:
        self._bar = tqdm(total=size, unit="B", unit_scale=True, desc=name, disable=None)

    def reach(self, offset: int) -> None:
        """Show that so many bytes are done."""
        self._bar.update(offset - self._bar.n)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._bar.close()


def run(args: argparse.Namespace) -> int:
    """Do what is asked; print a sentence where it can't be done."""
    token = os.environ.get("DJMS_TOKEN", "")
    if not token:
        print("Set DJMS_TOKEN to a token that you made on the page about you.", file=sys.stderr)
        return 2
    try:
        site = Site(args.site, token, args.certificate)
        return {"push": push, "pull": pull, "ls": ls, "ledger": export_record}[args.command](site, args)
    except Refused as error:
        print(error, file=sys.stderr)
        return 2


def ls(site: Site, args: argparse.Namespace) -> int:
    """Print the accounts, or what lies in a folder."""
    if not args.place:
        for account in site.get(f"{API}/accounts"):
            print(f"{account['id']}  {account['name']}")
        return 0
    for item in _items(site, _place(site, args.place)):
        mark = "/" if item["kind"] == "folder" else ""
        print(f"{item['size']:>14,}  {item['added_at'][:16]}  {item['name']}{mark}")
    return 0


def push(site: Site, args: argparse.Namespace) -> int:
    """Send files and folders; what is there with the same bytes isn't sent again, other bytes are a new version."""
    place, failed = _place(site, args.place), 0
    there: dict[str | None, dict[tuple[str, str], dict[str, Any]]] = {}
    for file, relative in _local_files(args.local):
        try:
            failed += not _push_file(site, place, file, relative, there)
        except (Refused, OSError) as error:
            failed += 1
            _say(f"{relative}: {error}")
    return 1 if failed else 0


def pull(site: Site, args: argparse.Namespace) -> int:
    """Fetch a folder with all that lies in it; what is here with the same bytes isn't fetched again."""
    failed = 0
    for item, relative in _walk(site, _place(site, args.place)):
        target = args.local.joinpath(*relative)
        if item["kind"] == "folder":
            target.mkdir(parents=True, exist_ok=True)
            continue
        try:
            _pull_file(site, item, target)
        except (Refused, OSError) as error:
            failed += 1
            _say(f"{'/'.join(relative)}: {error}")
    return 1 if failed else 0


def _push_file(
    site: Site, place: Place, file: Path, relative: str, there: dict[str | None, dict[tuple[str, str], dict[str, Any]]]
) -> bool:
    digest = _sha256(file)
    folder: str | None = place.folder_id
    known: dict[str, Any] | None = None
    *folders, name = relative.split("/")
    for step in folders:
        found = _children(site, Place(place.account, folder), there).get((step, "folder")) if folder != "new" else None
        folder = found["id"] if found else "new"
    if folder != "new":
        known = _children(site, Place(place.account, folder), there).get((name, "file"))
    if known and known["sha256"] == digest:
        return True
    metadata = {"filename": name, "sha256": digest}
    metadata |= {"relativePath": relative} if folders else {}
    metadata |= {"parent": place.folder_id} if place.folder_id else {}
    metadata |= {"replaces": known["id"]} if known else {}
    with _Bar(file.stat().st_size, relative) as bar:
        upload(
            site,
            f"{API}/accounts/{place.account}/uploads",
            file,
            metadata,
            tell=bar.reach,
        )
    return True


def _pull_file(site: Site, item: dict[str, Any], target: Path) -> None:
    if target.is_file() and target.stat().st_size == item["size"] and _sha256(target) == item["sha256"]:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{item['id']}.part")
    path = f"{API}/accounts/{item['account']}/items/{item['id']}/file"
    with _Bar(item["size"], target.name) as bar:
        for left in (4, 3, 2, 1, 0):
            start = part.stat().st_size if part.exists() else 0
            bar.reach(start)
            try:
                with site.stream(path, start) as source, part.open("ab") as file:
                    while piece := source.read(PIECE):
                        file.write(piece)
                        start += len(piece)
                        bar.reach(start)
            except UNREACHABLE:
                if not left:
                    raise
            if part.exists() and part.stat().st_size >= item["size"]:
                break
    if _sha256(part) != item["sha256"]:
        part.unlink()
        raise Refused("what came isn't what was uploaded; nothing was kept of it")
    part.replace(target)


def _place(site: Site, written: str) -> Place:
    account, _, path = written.partition("/")
    place = Place(site.account(account), None)
    for name in path.split("/") if path else ():
        inside = [item for item in _items(site, place) if item["name"] == name and item["kind"] == "folder"]
        if not inside:
            raise Refused(f"There is no folder {name}.")
        place = Place(place.account, inside[0]["id"])
    return place


def _items(site: Site, place: Place) -> Iterator[dict[str, Any]]:
    folder = f"&folder={quote(place.folder_id)}" if place.folder_id else ""
    page = 1
    while True:
        found = site.get(f"{API}/accounts/{place.account}/items?page={page}{folder}")
        yield from ({**item, "account": place.account} for item in found["items"])
        if not found["more"]:
            return
        page += 1


def _children(
    site: Site, place: Place, there: dict[str | None, dict[tuple[str, str], dict[str, Any]]]
) -> dict[tuple[str, str], dict[str, Any]]:
    """What lies in a folder by name and kind, asked for once."""
    if place.folder_id not in there:
        there[place.folder_id] = {(item["name"], item["kind"]): item for item in _items(site, place)}
    return there[place.folder_id]


def _walk(site: Site, top: Place) -> Iterator[tuple[dict[str, Any], list[str]]]:
    """Everything below a folder with its path on this machine; no name leads out of it."""
    waiting: list[tuple[Place, list[str]]] = [(top, [])]
    while waiting:
        place, above = waiting.pop()
        taken: set[str] = set()
        for item in _items(site, place):
            name = _unused("".join("_" if one in UNSAFE else one for one in item["name"]), taken)
            yield item, [*above, name]
            if item["kind"] == "folder":
                waiting.append((Place(place.account, item["id"]), [*above, name]))


def _unused(name: str, taken: set[str]) -> str:
    name = f"_{name}" if name in {"", ".", ".."} else name
    found, number = name, 2
    while found in taken:
        found, number = f"{number} {name}", number + 1
    taken.add(found)
    return found


def _local_files(given: list[Path]) -> Iterator[tuple[Path, str]]:
    for path in given:
        if path.is_dir():
            base = path.resolve()
            for file in sorted(base.rglob("*")):
                if file.is_file():
                    yield file, f"{base.name}/{file.relative_to(base).as_posix()}"
        else:
            yield path, path.name


def _sha256(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _say(sentence: str) -> None:
    with suppress(BrokenPipeError):
        tqdm.write(sentence, file=sys.stderr)
