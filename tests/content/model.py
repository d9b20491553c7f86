"""What folders, moves, copies, renamings, the trash, taking back and versions are meant to do, in memory."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from os.path import splitext
from typing import Any
from uuid import UUID

import psycopg

ITEMS = (
    "SELECT i.id::text, i.kind, i.name, i.parent_id::text, i.trashed_with::text, i.version, encode(i.sha256, 'hex'),"
    " array(SELECT encode(v.sha256, 'hex') FROM djms.item_version v WHERE v.item_id = i.id ORDER BY v.number)"
    " FROM djms.item i WHERE i.account_id = %s"
)


class Refused(Exception):
    """It may not be done, and nothing was."""


@dataclass
class Node:
    """An item: `texts` are those of its versions, the present one last; of a folder there are none."""

    id: str
    kind: str
    name: str
    parent: str | None
    texts: list[bytes] = field(default_factory=list)
    trashed_with: str | None = None

    @property
    def hashes(self) -> list[str]:
        return [sha256(text).hexdigest() for text in self.texts]


@dataclass(frozen=True)
class Taken:
    """What can be taken back once: `before` and `after` as the real thing notes them."""

    what: str
    before: dict[str, str | None]
    after: str | None


Signature = tuple[str, str, str, tuple[Any, ...]]


class Model:
    """An account's items. What changes them returns how it is taken back, or None where nothing was done."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}

    def live(self, ids: Iterable[str]) -> list[Node]:
        return [self.nodes[one] for one in dict.fromkeys(ids) if one in self.nodes and not self.nodes[one].trashed_with]

    def is_folder(self, node_id: str | None) -> bool:
        """Whether something can be put there: the top is a folder too."""
        return node_id is None or any(node.kind == "folder" for node in self.live([node_id]))

    def children(self, parent: str | None) -> list[Node]:
        return [node for node in self.nodes.values() if node.parent == parent and not node.trashed_with]

    def above(self, node_id: str | None) -> Iterator[str]:
        """A folder and all that it lies in."""
        while node_id is not None:
            yield node_id
            node_id = self.nodes[node_id].parent

    def below(self, node: Node) -> Iterator[Node]:
        """An item and all that lies in it."""
        yield node
        for child in self.children(node.id):
            yield from self.below(child)

    def add(self, node: Node) -> None:
        self.nodes[node.id] = node

    def save(self, node_id: str, base: int, text: bytes) -> None:
        for node in self.live([node_id]):
            if node.texts[-1] != text:
                if base != len(node.texts):
                    raise Refused
                node.texts.append(text)
            return
        raise Refused

    def rename(self, node_id: str, name: str) -> Taken | None:
        for node in self.live([node_id]):
            before, node.name = node.name, name
            return Taken("renamed", {node_id: before}, name) if before != name else None
        raise Refused

    def move(self, ids: list[str], into: str | None) -> Taken | None:
        moved = [node for node in self.live(ids) if node.parent != into]
        if moved and (not self.is_folder(into) or {node.id for node in moved} & set(self.above(into))):
            raise Refused
        before = {node.id: node.parent for node in moved}
        for node in moved:
            node.parent = into
        return Taken("moved", before, into) if moved else None

    def trash(self, ids: list[str]) -> Taken | None:
        chosen = self.live(ids)
        among = {node.id for node in chosen}
        roots = [node for node in chosen if not among & set(self.above(node.parent))]
        for root in roots:
            for node in list(self.below(root)):
                node.trashed_with = root.id
        return Taken("trashed", dict.fromkeys(root.id for root in roots), None) if roots else None

    def restore(self, ids: Iterable[str]) -> int:
        left = [node_id for node_id in ids if node_id in self.nodes and self.nodes[node_id].trashed_with == node_id]
        count = len(left)
        while left:
            self._back(left[0], left)
        return count

    def _back(self, root_id: str, left: list[str]) -> None:
        left.remove(root_id)
        root = self.nodes[root_id]
        parent = self.nodes.get(root.parent or "")
        if parent and parent.trashed_with in left:
            self._back(str(parent.trashed_with), left)
        for node in self.nodes.values():
            if node.trashed_with == root_id:
                node.trashed_with = None
        if not self.is_folder(root.parent):
            root.parent = None

    def delete(self, roots: Iterable[str]) -> None:
        """Delete for good what went to the trash with these."""
        gone = [node.id for node in self.nodes.values() if node.trashed_with in set(roots)]
        for node_id in gone:
            del self.nodes[node_id]
        for node in self.nodes.values():
            if node.parent in gone:
                node.parent = None

    def take_back(self, taken: Taken) -> bool:
        """Undo, as far as things are still as they were left; whether that is all of it."""
        there = {node_id: self.nodes[node_id] for node_id in taken.before if node_id in self.nodes}
        match taken.what:
            case "trashed":
                return self.restore(taken.before) == len(taken.before)
            case "renamed":
                still = [node for node in there.values() if node.name == taken.after]
                for node in still:
                    node.name = str(taken.before[node.id])
            case _:
                still = [
                    node
                    for node in self.live(there)
                    if node.parent == taken.after and self.is_folder(taken.before[node.id])
                ]
                was = {node.id: node.parent for node in still}
                for node in still:
                    node.parent = taken.before[node.id]
                if any(self._lies_in_itself(node.id) for node in still):
                    for node in still:
                        node.parent = was[node.id]
                    raise Refused
        return len(still) == len(taken.before)

    def _lies_in_itself(self, node_id: str) -> bool:
        seen: set[str] = set()
        at: str | None = node_id
        while at is not None and at not in seen:
            seen.add(at)
            at = self.nodes[at].parent
        return at is not None

    def copies(self, ids: list[str], into: str | None) -> list[Signature]:
        """What a copy of these would look like."""
        chosen = self.live(ids)
        if not chosen or not self.is_folder(into):
            raise Refused
        return [
            (node.kind, copy_name(node.name) if node.parent == into else node.name, *self.signature(node)[2:])
            for node in chosen
        ]

    def signature(self, node: Node) -> Signature:
        """An item with all that lies in it, without ids."""
        inside = tuple(sorted(self.signature(child) for child in self.children(node.id)))
        return node.kind, node.name, node.hashes[-1] if node.texts else "", inside

    def state(self) -> dict[str, tuple[Any, ...]]:
        """Everything, as the database is asked for it."""
        return {
            node.id: (node.kind, node.name, node.parent, node.trashed_with, tuple(node.hashes))
            for node in self.nodes.values()
        }


def copy_name(name: str) -> str:
    stem, ending = splitext(name)  # noqa: PTH122 - a name, not a path
    return f"{stem} (copy){ending}"


def real_state(superuser: psycopg.Connection[Any], account_id: UUID | None) -> dict[str, tuple[Any, ...]]:
    """An account's items as the database has them, to be compared with `Model.state`."""
    found = {}
    for item, kind, name, parent, trashed, version, present, earlier in superuser.execute(ITEMS, [account_id]):
        hashes = (*earlier, present) if present else ()
        assert version == max(len(hashes), 1)
        found[item] = (kind, name, parent, trashed, hashes)
    return found
